import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

/** Where and how an emulator listens. */
export interface ServerOptions {
  /** 0, the default, lets the system choose. */
  readonly port?: number | undefined;
  /** The address; 127.0.0.1 when left out. */
  readonly host?: string | undefined;
  /** Certificate and private key, PEM. Left out: plain http. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

/** A server that listens. */
export interface Listening {
  /** `http://<host>:<port>`, or `https:` with a certificate, without a slash at the end. */
  readonly url: string;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/** Longer than any test: an idle connection that the server closes would look like a fault that nobody planted. */
const KEEP_ALIVE_MS = 3_600_000;

/** Listens on 127.0.0.1, or where it is told to. */
export async function listen(
  listener: RequestListener,
  { port = 0, host = '127.0.0.1', tls }: ServerOptions,
): Promise<Listening> {
  const settings = { keepAliveTimeout: KEEP_ALIVE_MS };
  const server =
    tls === undefined ? createServer(settings, listener) : createTlsServer({ ...settings, ...tls }, listener);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the emulator listens on no port');

  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${address.port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
