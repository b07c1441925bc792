import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../runtime/clock.ts';
import type { CheckResult, Health } from '../runtime/health.ts';
import type { ListenAddress } from '../runtime/listen-address.ts';
import type { Metrics } from './metrics.ts';

/** Serves probes and metrics. */
export interface TelemetryServer {
  readonly port: number;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
}

type MakePage = () => Promise<Answer>;

const PLAIN = 'text/plain; charset=utf-8';

/**
 * The kubelet and Prometheus need few; anyone who reaches the port could open so many that the rest of the operator has
 * no file descriptors left.
 */
const MOST_CONNECTIONS = 512;

const REQUEST_TIMEOUT_MS = 10_000;

/** Whoever connects to ask does so at once. */
const HEADERS_TIMEOUT_MS = 2_000;

/** How often Node.js looks for what is over its time; half a minute where nothing is said. */
const CHECKING_INTERVAL_MS = 1_000;

/** Whoever asks for the metrics within this time of another gets the same page: making one holds the event loop. */
const PAGE_SHARED_MS = 1_000;

/**
 * Answers `GET` (and `HEAD`) on `/livez`, `/readyz` and `/metrics` without asking who is there: nothing on them is secret.
 * A connection is for one request, and the metrics may be those of a second ago.
 *
 * @throws the error of `listen`, with its code (`EADDRINUSE`, `EACCES`, …)
 */
export async function serveTelemetry(
  address: ListenAddress,
  health: Health,
  metrics: Pick<Metrics, 'page'>,
  clock: Pick<Clock, 'monotonic'>,
): Promise<TelemetryServer> {
  const makePage = sharedPage(metrics, clock);
  const server = createServer({
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CHECKING_INTERVAL_MS,
    maxHeaderSize: 8_192,
  });
  answerOnce(server, (request, response) => {
    void answer(request, health, makePage)
      .catch((): Answer => ({ status: 500, contentType: PLAIN, body: 'internal error\n' }))
      .then((ready) => send(response, ready));
  });
  makeRoom(server);
  await listening(server, address);
  return { port: portOf(server), close: () => closed(server) };
}

/** One page for all who ask within {@link PAGE_SHARED_MS}, as bytes: none of their sockets makes its own of a text. */
function sharedPage(metrics: Pick<Metrics, 'page'>, clock: Pick<Clock, 'monotonic'>): MakePage {
  let shared: { readonly since: number; readonly page: Promise<Answer> } | undefined;
  return () => {
    const now = clock.monotonic();
    if (shared === undefined || now - shared.since >= PAGE_SHARED_MS) shared = { since: now, page: pageOf(metrics) };
    return shared.page;
  };
}

async function pageOf(metrics: Pick<Metrics, 'page'>): Promise<Answer> {
  const { contentType, body } = await metrics.page();
  return { status: 200, contentType, body: Buffer.from(body) };
}

async function answer(request: IncomingMessage, health: Health, makePage: MakePage): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, contentType: PLAIN, body: 'only GET and HEAD\n' };
  }
  switch (request.url?.split('?', 1)[0]) {
    case '/livez':
      return report(health.ask('live'));
    case '/readyz':
      return report(health.ask('ready'));
    case '/metrics':
      return await makePage();
    default:
      return { status: 404, contentType: PLAIN, body: 'not found: /livez, /readyz, /metrics\n' };
  }
}

/** In the form of kube-apiserver's verbose probes, which people can read already. */
function report(checks: readonly CheckResult[]): Answer {
  const isWell = checks.every(({ problem }) => problem === undefined);
  const lines = checks.map(({ name, problem }) =>
    problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`,
  );
  return { status: isWell ? 200 : 503, contentType: PLAIN, body: [...lines, isWell ? 'ok' : 'failed', ''].join('\n') };
}

function send(response: ServerResponse, { status, contentType, body }: Answer): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    connection: 'close',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(body);
}

/**
 * A connection on which a second request comes is cut. Of small requests sent in a row Node.js reads more than a thousand
 * at once, and would hold an answer to each. Not `maxRequestsPerSocket`: it answers each, and does not count HTTP/1.0.
 */
function answerOnce(server: Server, respond: (request: IncomingMessage, response: ServerResponse) => void): void {
  const asked = new WeakSet<Socket>();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    if (asked.has(socket)) return void socket.destroy();
    asked.add(socket);
    respond(request, response);
  };
  server.on('request', onRequest);
  // Those that expect something unheard-of would be answered without being asked about.
  server.on('checkExpectation', onRequest);
}

/** Not `maxConnections`, which turns away the newest: often the kubelet, which restarts a container that it cannot probe. */
function makeRoom(server: Server): void {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const [oldest] = open;
    if (oldest === undefined || open.size <= MOST_CONNECTIONS) return;
    open.delete(oldest);
    oldest.destroy();
  });
}

function listening(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    // Stays: a failed accept (EMFILE) is an error event too, and without a listener it would end the process.
    server.on('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
  });
}

function portOf(server: Server): number {
  // A server that listens on a port, and not on a pipe, has an address of this form.
  return (server.address() as AddressInfo).port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
