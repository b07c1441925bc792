import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

/** A folder on loopback, as a static host hands it out. */
export interface Served extends AsyncDisposable {
  readonly url: string;
}

/** Serves `folder`: files by name, pages without their ending, folders by their index. */
export async function serve(folder: string): Promise<Served> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    void found(folder, decodeURIComponent(pathname)).then((body) =>
      response.writeHead(body === undefined ? 404 : 200).end(body),
    );
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

async function found(folder: string, pathname: string): Promise<Buffer | undefined> {
  const path = join(folder, normalize(pathname));
  const tries = extname(path) === '' ? [`${path}.html`, join(path, 'index.html'), path] : [path];
  for (const each of tries) {
    const isFile = await stat(each).then(
      (entry) => entry.isFile(),
      () => false,
    );
    if (isFile) return readFile(each);
  }
  return undefined;
}
