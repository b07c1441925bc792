import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const COMPILE = join(import.meta.dirname, '../launcher/compile.ts');

/** Whatever else is asked is not answered: a start that gets so far has run what is worth keeping. */
const FIRST_LIST = /[?&]watch=true/;

const LONGEST_START_MS = 60_000;

/**
 * Starts the bundled operator at `path` up to its first list and keeps the code that V8 made of it, for the Node.js that this
 * runs in.
 *
 * @throws Error with its output when it ends before, or does not get there
 */
export async function writeCode(path: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-code-'));
  const stop = new AbortController();
  const server = createServer(({ url = '' }) => {
    if (FIRST_LIST.test(url)) stop.abort();
  });
  try {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    // A server that listens on a port has an address of this form.
    const { port } = server.address() as AddressInfo;
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(`http://127.0.0.1:${port}`)));
    const flags = [
      `--kubeconfig=${kubeconfig}`,
      '--namespace=build',
      '--cluster-id=build',
      '--metrics-address=127.0.0.1:0',
    ];
    const running = promisify(execFile)(process.execPath, [COMPILE, path, ...flags], {
      env: {},
      timeout: LONGEST_START_MS,
    });
    stop.signal.addEventListener('abort', () => running.child.kill('SIGTERM'));
    await running;
  } finally {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A kubeconfig may be JSON. The library takes a server without TLS for one whose certificate is not looked at. */
function kubeconfigOf(server: string): object {
  return {
    clusters: [{ name: 'build', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'build', user: {} }],
    contexts: [{ name: 'build', context: { cluster: 'build', user: 'build' } }],
    'current-context': 'build',
  };
}
