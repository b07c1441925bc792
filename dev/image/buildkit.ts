import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Child } from '../child.ts';
import { removeWhenOwnerEnds, spawnChild } from '../child.ts';
import { removeCgroupsWhenOwnerEnds } from '../node/cgroups.ts';
import { type Image, writeLayout } from './archive.ts';
import type { BuildArguments } from './description.ts';

/** What takes the place of the Dockerfile's two images, by the arguments that name them. */
export type Bases = Readonly<Record<'BASE_IMAGE' | 'BUILD_IMAGE', Image>>;

/** Where the image goes: its name with host and tag, and the file to write, an OCI archive. */
export interface Output {
  readonly name: string;
  readonly target: string;
}

/** Paths of the daemon and its client. */
export interface BuildKit {
  readonly buildkitd: string;
  readonly buildctl: string;
}

const ROOT = join(import.meta.dirname, '../..');

/** Mounts end with the first, and all that the daemon started with the second. */
const NAMESPACES = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

const LOG_TAIL = 2_000;

/**
 * Has BuildKit build the Dockerfile over `bases`. Nothing of an earlier build is taken. Takes root, Linux and runc, and for
 * what the steps ask for the network of this machine.
 *
 * @throws Error with the end of the daemon's or the build's log
 */
export async function buildDockerfile(
  { name, target }: Output,
  given: BuildArguments,
  bases: Bases,
  { buildkitd, buildctl }: BuildKit,
): Promise<void> {
  await using begun = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-buildkit-'));
  begun.defer(removeWhenOwnerEnds(folder));
  begun.defer(removeCgroupsWhenOwnerEnds('buildkit'));
  const address = `unix://${join(folder, 'socket')}`;
  const flags = ['--root', join(folder, 'state'), '--addr', address, '--oci-worker-net', 'host'];
  const daemon = spawnChild('unshare', [...NAMESPACES, buildkitd, ...flags], { log: join(folder, 'buildkitd.log') });
  begun.defer(async () => void (await daemon.end('SIGKILL')));

  const output = `type=oci,compression=uncompressed,name=${name},dest=${target}`;
  const args = ['--local', `context=${ROOT}`, '--local', `dockerfile=${ROOT}`, '--output', output];
  const client = spawnChild(
    buildctl,
    ['--addr', address, '--wait', 'build', '--progress', 'plain', '--frontend', 'dockerfile.v0', ...args]
      .concat(await inPlace(bases, join(folder, 'bases')))
      .concat(Object.entries(given).flatMap(([key, value]) => ['--opt', `build-arg:${key}=${value}`])),
    { log: join(folder, 'buildctl.log') },
  );
  begun.defer(async () => void (await client.end('SIGKILL')));
  await Promise.race([
    succeeded(client, join(folder, 'buildctl.log')),
    daemon.exited.then(() => failure('buildkitd', join(folder, 'buildkitd.log'))),
  ]);
}

/** Writes the bases into `folder`. @returns the flags that put them where the Dockerfile names images */
async function inPlace(bases: Bases, folder: string): Promise<readonly string[]> {
  const entries = Object.entries(bases);
  const digests = await writeLayout(Object.values(bases), folder);
  const each = entries.flatMap(([argument, { name }], at) => [
    ...['--opt', `build-arg:${argument}=${name}`],
    ...['--opt', `context:${name}=oci-layout://bases@${digests[at]}`],
  ]);
  return ['--oci-layout', `bases=${folder}`, ...each];
}

async function succeeded(client: Child, log: string): Promise<void> {
  if ((await client.exited) !== 0) await failure('the build', log);
}

async function failure(what: string, log: string): Promise<never> {
  throw new Error(`${what} failed: ${(await readFile(log, 'utf8')).trim().slice(-LOG_TAIL)}`);
}
