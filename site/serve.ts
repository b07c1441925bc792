import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

/** A folder on loopback, as a static host hands it out. */
export interface Served extends AsyncDisposable {
  readonly url: string;
}

const OCTETS = 'application/octet-stream';

/** A browser runs no module that is not said to be one. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Serves `folder`: files by name, pages without their ending, folders by their index. */
export async function serve(folder: string): Promise<Served> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    void found(folder, decodeURIComponent(pathname)).then((file) => {
      if (file === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': TYPES[extname(file.path)] ?? OCTETS }).end(file.body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function found(folder: string, pathname: string): Promise<{ path: string; body: Buffer } | undefined> {
  const path = join(folder, normalize(pathname));
  const tries = extname(path) === '' ? [`${path}.html`, join(path, 'index.html'), path] : [path];
  for (const each of tries) {
    const isFile = await stat(each).then(
      (entry) => entry.isFile(),
      () => false,
    );
    if (isFile) return { path: each, body: await readFile(each) };
  }
  return undefined;
}
