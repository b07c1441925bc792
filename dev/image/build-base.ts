import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Image } from './archive.ts';
import { programBase } from './node-base.ts';

const AUTHORITIES = '/etc/ssl/authorities.crt';

/**
 * An image in the place of the one that the Dockerfile builds in: Node.js, npm as npm publishes it, and what npm's scripts
 * are run with, all of this machine.
 *
 * @param authorities file with certificates that Node.js trusts beside its own, as in `NODE_EXTRA_CA_CERTS`
 */
export async function buildBase(name: string, authorities: string | undefined): Promise<Image> {
  const programs = [
    await programBase(process.execPath, '/usr/local/bin/node'),
    await programBase('/bin/sh', '/bin/sh'),
    await programBase('/usr/bin/env', '/usr/bin/env'),
  ];
  const npm = await npmFolder();
  // A link would become a copy, and its program finds its files by where it stands.
  const placed = [
    { source: npm, target: '/usr/local' },
    { source: join(npm, 'bin/npm-cli.js'), target: '/usr/local/bin/npm' },
  ];
  const trusted = authorities === undefined ? [] : [{ source: authorities, target: AUTHORITIES }];
  // There is no /tmp.
  const environment = ['PATH=/usr/local/bin:/usr/bin:/bin', 'TMPDIR=/'];
  return {
    name,
    config: {
      Entrypoint: ['/bin/sh'],
      Env: authorities === undefined ? environment : [...environment, `NODE_EXTRA_CA_CERTS=${AUTHORITIES}`],
    },
    layers: [[...programs.flat(), ...placed, ...trusted]],
  };
}

async function npmFolder(): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', 'realpath "$(command -v npm)"']);
  return dirname(dirname(stdout.trim()));
}
