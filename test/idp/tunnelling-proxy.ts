import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { ScriptedServer } from './scripted-server.ts';

/** What a proxy was asked for. */
interface Asked {
  /** `host:port`. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
}

/** An HTTP proxy on 127.0.0.1 that makes tunnels (RFC 9110 section 9.3.6). */
export interface TunnellingProxy extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
}

/** All its tunnels lead to `server`, whatever host is asked for. With another `status` than 200 it makes none. */
export async function tunnellingProxy(server: Pick<ScriptedServer, 'url'>, status = 200): Promise<TunnellingProxy> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on('connection', (socket) => sockets.add(socket));
  proxy.on('connect', ({ url: target = '', headers }: IncomingMessage, socket: Socket) => {
    asked.push({ target, headers });
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`);
      return;
    }
    const onward = connect(Number(new URL(server.url).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    sockets.add(onward);
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      const closed = once(proxy, 'close');
      proxy.close();
      await closed;
    },
  };
}
