import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { PROGRAMS } from '../../dev/kind/programs.ts';
import { temporaryFile } from '../support/temporary-file.ts';
import { until } from '../support/until.ts';

const SCRIPT = join(import.meta.dirname, '../../dev/e2e-kind.ts');

test('help names what it takes, and a wrong flag is named and ends the program with 2', async () => {
  const { stdout } = await run(['--help']);
  expect(PROGRAMS.filter((program) => !stdout.includes(program))).toEqual([]);
  expect(await run(['--colour'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--colour') });
});

test.each([
  { name: 'nothing', there: [], missing: 'docker, kind, kubectl, helm' },
  { name: 'Docker and kubectl', there: ['docker', 'kubectl'], missing: 'kind, helm' },
] as const)('where there is $name it names the programs that are missing, and fails', async ({ there, missing }) => {
  const folder = await programs(Object.fromEntries(there.map((name) => [name, 'exit 0'])));
  const { code, stderr } = await run([], { PATH: folder });
  expect(code).toBe(1);
  expect(stderr).toBe(`This takes programs that are not on the PATH: ${missing}\n`);
});

test('when a stage fails it says which program did, and leaves the logs of the cluster, which is deleted', async () => {
  const calls = await temporaryFile('calls');
  const note = `echo "$(basename "$0") $*" >> ${calls}`;
  const folder = await programs({
    docker: `${note}\n[ "$1" != network ] || echo 127.0.0.1`,
    kind: note,
    kubectl: note,
    helm: `${note}\necho 'no such chart' >&2\nexit 3`,
  });
  const { code, stderr } = await run([], { PATH: `${folder}:${process.env['PATH'] ?? ''}` });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^helm .* ended with 3:\nno such chart/);

  const called = await readFile(calls, 'utf8');
  const [, name] = /kind create cluster --name=(\S+)/.exec(called) ?? [];
  expect(called).toMatch(new RegExp(`^kind export logs \\S+ --name=${name}$`, 'm'));
  await until(
    'the cluster is deleted',
    () => readFile(calls, 'utf8'),
    (text) => text.includes(`kind delete cluster --name=${name} `),
  );
});

/** How it ended, and what it said. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const ended = promisify(execFile)(process.execPath, [SCRIPT, ...args], { env });
  return ended.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => error,
  );
}

/** A folder of shell scripts, by their names. */
async function programs(scripts: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFile('bin');
  await mkdir(folder);
  for (const [name, script] of Object.entries(scripts)) {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
  }
  return folder;
}
