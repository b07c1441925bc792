import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { Agent, request } from 'node:https';
import type { PlaneAccess } from './access.ts';

/** Stands between clients and the API server, over plain HTTP on 127.0.0.1. Tokens pass through. */
export interface Relay {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface RelayOptions {
  /** Told of each request as it comes; what it returns is told of the status of the answer, once, or that none came. */
  readonly onRequest?: ((request: IncomingMessage) => (status: number | 'none') => void) | undefined;
  /** What becomes of the headers of an answer. */
  readonly headers?: ((headers: IncomingHttpHeaders) => OutgoingHttpHeaders) | undefined;
}

/** Starts a relay in front of the plane. */
export async function startRelay(
  { server: target, caFile }: Pick<PlaneAccess, 'server' | 'caFile'>,
  options: RelayOptions = {},
): Promise<Relay> {
  const agent = new Agent({ ca: await readFile(caFile, 'utf8'), keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing, { target, agent }, options);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay listens on no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

/** Bytes pass as they come, so that watches go on. Where one side ends, the other does. */
function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { target, agent }: { readonly target: string; readonly agent: Agent },
  { onRequest, headers: changed = (same) => same }: RelayOptions,
): void {
  const onAnswer = onRequest?.(incoming);
  let status: number | 'none' = 'none';
  const { method, headers, url = '/' } = incoming;
  const onward = request(new URL(url, target), { method, headers, agent }, (answer) => {
    status = answer.statusCode ?? 502;
    onAnswer?.(status);
    outgoing.writeHead(status, changed(answer.headers));
    outgoing.flushHeaders();
    answer.on('error', () => outgoing.destroy());
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  onward.once('close', () => {
    if (status === 'none') onAnswer?.(status);
  });
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}
