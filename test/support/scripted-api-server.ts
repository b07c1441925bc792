import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A request as it arrived, whole. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request, in whatever broken way. */
export type Answer = (response: ServerResponse, request: Received) => void;

/** A watch that the test holds in its hand. */
export interface HeldWatch {
  readonly answer: Answer;
  /** Resolves when the request is there. */
  readonly opened: Promise<Received>;
  /** Resolves when the client has gone. */
  readonly closed: Promise<void>;
  /** Sends events, one line each. */
  send(...events: readonly unknown[]): void;
  sendRaw(bytes: Uint8Array | string): void;
  end(): void;
  /** Cuts the connection without a goodbye. */
  reset(): void;
  /** Ends the connection, and the answer without its last chunk, as a proxy does with one that was quiet. */
  cut(): void;
}

/**
 * An API server that says what the test tells it to: for what a real one will not do on demand.
 *
 * What nobody told it is answered 500, and shows in `requests`.
 */
export interface ScriptedApiServer {
  readonly url: string;
  readonly requests: readonly Received[];
  /** Connections accepted so far. */
  connections(): number;
  /** The next requests of `method` on `path` get these answers, one each. */
  on(method: string, path: string, ...answers: readonly Answer[]): void;
  /** Every request of `method` on `path` for which `on` has no answer left. */
  always(method: string, path: string, answer: Answer): void;
  close(): Promise<void>;
}

const WAIT_LIMIT_MS = 20_000;

export async function scriptedApiServer(): Promise<ScriptedApiServer> {
  const once = new Map<string, Answer[]>();
  const standing = new Map<string, Answer>();
  const requests: Received[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;

  const server = createServer((incoming, response) => {
    void wholeRequest(incoming).then((request) => {
      requests.push(request);
      const key = `${request.method} ${request.path}`;
      const answer = once.get(key)?.shift() ?? standing.get(key) ?? status(500, 'InternalError');
      answer(response, request);
    });
  });
  server.on('connection', (socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await listen(server);

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    connections: () => accepted,
    on(method, path, ...answers) {
      const key = `${method} ${path}`;
      once.set(key, [...(once.get(key) ?? []), ...answers]);
    },
    always: (method, path, answer) => void standing.set(`${method} ${path}`, answer),
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** An answer with a JSON body. */
export function json(code: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** A `Status`, as the API server sends it for everything that is no success. */
export function status(
  code: number,
  reason: string,
  { headers = {}, ...rest }: { readonly headers?: Record<string, string>; readonly details?: unknown } = {},
): Answer {
  return json(code, statusOf(code, reason, rest), headers);
}

export function statusOf(code: number, reason: string, rest: object = {}) {
  return { apiVersion: 'v1', kind: 'Status', status: 'Failure', code, reason, message: `told: ${reason}`, ...rest };
}

/** Takes the request and says nothing, ever. */
export const silence: Answer = () => undefined;

/** Takes the request and cuts the connection. */
export const reset: Answer = (response) => {
  response.socket?.resetAndDestroy();
};

/** A watch to be answered by hand. */
export function heldWatch(): HeldWatch {
  const opened = Promise.withResolvers<Received>();
  const closed = Promise.withResolvers<void>();
  let held: ServerResponse | undefined;
  const response = (): ServerResponse => {
    if (held === undefined) throw new Error('the watch was not opened yet');
    return held;
  };

  return {
    answer(taken, request) {
      held = taken;
      taken.once('close', () => closed.resolve());
      taken.writeHead(200, { 'content-type': 'application/json' });
      taken.flushHeaders();
      opened.resolve(request);
    },
    opened: opened.promise,
    closed: closed.promise,
    send(...events) {
      for (const event of events) response().write(`${JSON.stringify(event)}\n`);
    },
    sendRaw: (bytes) => void response().write(bytes),
    end: () => void response().end(),
    reset: () => void response().socket?.resetAndDestroy(),
    cut: () => void response().socket?.end(),
  };
}

/** Resolves as soon as `condition` holds. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > WAIT_LIMIT_MS) throw new Error(`still not so: ${what}`);
    await delay(5);
  }
}

async function wholeRequest(incoming: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://server');
  const { method = '', headers } = incoming;
  return { method, path: pathname, query: searchParams, headers, body: Buffer.concat(chunks).toString('utf8') };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)); // a TCP server's address
  });
}
