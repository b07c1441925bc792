import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Image } from './archive.ts';
import { programBase } from './node-base.ts';

const AUTHORITIES = '/etc/ssl/authorities.crt';

/** How npm is told of a proxy. */
const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'];

/**
 * An image in the place of the one that the Dockerfile builds in: Node.js, npm as npm publishes it, and what npm's scripts
 * are run with, all of this machine. Its npm asks the registry that npm asks here, through the proxy that `environment`
 * names, and trusts whom `NODE_EXTRA_CA_CERTS` there adds. It logs in nowhere.
 */
export async function buildBase(name: string, environment: NodeJS.ProcessEnv): Promise<Image> {
  const authorities = environment['NODE_EXTRA_CA_CERTS'] || undefined;
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
  const proxies = PROXIES.flatMap((key) => (environment[key] ? [`${key}=${environment[key]}`] : []));
  return {
    name,
    config: {
      Entrypoint: ['/bin/sh'],
      Env: [
        'PATH=/usr/local/bin:/usr/bin:/bin',
        // There is no /tmp.
        'TMPDIR=/',
        `npm_config_registry=${await said('npm config get registry')}`,
        ...proxies,
        ...(authorities === undefined ? [] : [`NODE_EXTRA_CA_CERTS=${AUTHORITIES}`]),
      ],
    },
    layers: [[...programs.flat(), ...placed, ...trusted]],
  };
}

async function npmFolder(): Promise<string> {
  return dirname(dirname(await said('realpath "$(command -v npm)"')));
}

async function said(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command]);
  return stdout.trim();
}
