import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { helmBinary } from './helm.ts';

/** How a command ended, with all that it printed. */
export interface ShellResult {
  readonly code: number;
  readonly printed: string;
}

/** A terminal in a checkout of its own: charts/, deploy/ and crds/, kubectl and Helm as cluster admin, a stand-in for Velero. */
export interface Shell extends AsyncDisposable {
  /** Path of the checkout. */
  readonly folder: string;
  run(command: string): Promise<ShellResult>;
}

const ROOT = resolve(import.meta.dirname, '../..');
const VELERO = join(import.meta.dirname, 'programs/velero.ts');

const LIMIT_MS = 150_000;

/** Opens one whose kubectl works in `namespace` where nothing else is said. */
export async function openShell(plane: PlaneAccess, kubectlBinary: string, namespace: string): Promise<Shell> {
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-shell-'));
  const kubeconfig = await plane.writeKubeconfig(plane.adminToken, { namespace });
  const programs = join(folder, '.bin');
  await mkdir(programs);
  await symlink(kubectlBinary, join(programs, 'kubectl'));
  await symlink(helmBinary(), join(programs, 'helm'));
  await writeFile(
    join(programs, 'velero'),
    `#!/bin/sh\nexec '${process.execPath}' '${VELERO}' '${kubectlBinary}' "$@"\n`,
    {
      mode: 0o755,
    },
  );
  for (const part of ['charts', 'deploy', 'crds']) await cp(join(ROOT, part), join(folder, part), { recursive: true });
  const env = {
    PATH: `${programs}:/usr/local/bin:/usr/bin:/bin`,
    HOME: folder,
    KUBECONFIG: kubeconfig,
    KUBECACHEDIR: join(folder, '.cache'),
  };

  return {
    folder,
    run: (command) => bash(command, folder, env),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function bash(command: string, cwd: string, env: Readonly<Record<string, string>>): Promise<ShellResult> {
  return new Promise((settled, failed) => {
    const child = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', command], {
      cwd,
      env,
      timeout: LIMIT_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    const take = (chunk: string): void => {
      printed += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', failed);
    child.once('close', (code) => settled({ code: code ?? 1, printed }));
  });
}
