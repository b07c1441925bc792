import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Progress } from '../tools/progress.ts';

/** What a node takes beside our tools, as Debian has it: the package, and where a program of it is, or another's of its kind. */
const NEEDED: readonly { readonly name: string; readonly path: string; readonly or?: string }[] = [
  { name: 'containerd', path: '/usr/bin/containerd' },
  { name: 'runc', path: '/usr/sbin/runc', or: '/usr/bin/runc' },
  { name: 'containernetworking-plugins', path: '/usr/lib/cni/bridge' },
  { name: 'iptables', path: '/usr/sbin/iptables' },
  { name: 'iproute2', path: '/usr/sbin/ip' },
  { name: 'openssl', path: '/usr/bin/openssl' },
  { name: 'curl', path: '/usr/bin/curl' },
  { name: 'procps', path: '/usr/sbin/sysctl' },
  { name: 'util-linux', path: '/usr/bin/nsenter' },
];

const APT = '/usr/bin/apt-get';

/** Installs the Debian packages that are missing. Asks nobody when all are there. @throws Error naming them where there is no apt */
export async function ensurePackages(progress: Progress): Promise<void> {
  const found = await Promise.all(NEEDED.map(async (one) => ({ ...one, isThere: await isThere(one.path, one.or) })));
  const missing = found.filter(({ isThere }) => !isThere).map(({ name }) => name);
  if (missing.length === 0) return;

  const list = missing.join(' ');
  if (!(await isExecutable(APT))) throw new Error(`a node takes programs that are not here: ${list}`);
  progress(`installing the Debian packages ${list}`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 2 ** 26 };
  await promisify(execFile)(APT, ['-qq', 'update'], options);
  await promisify(execFile)(
    APT,
    ['-qq', 'install', '-y', '--no-remove', '--no-install-recommends', ...missing],
    options,
  );
}

async function isThere(path: string, or: string | undefined): Promise<boolean> {
  return (await isExecutable(path)) || (or !== undefined && (await isExecutable(or)));
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
