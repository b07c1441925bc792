import { byteQueue } from '../../src/kube/byte-queue.ts';
import { TransportError } from '../../src/kube/errors.ts';
import type { ApiRequest, ApiResponse, ApiStream } from '../../src/kube/transport.ts';
import { firstOf } from '../../src/runtime/signals.ts';
import { callOf, misanswerOf, partsOf } from './api-calls.ts';
import type { ApiSocketsOptions, OpenStream } from './api-site.ts';

const TIMEOUT_S = 300;

/** Opens a watch. Its lines come in their order, each as late as the site's watches lag. */
export async function openStream(
  options: ApiSocketsOptions,
  request: ApiRequest,
  signal: AbortSignal,
): Promise<ApiStream> {
  const { life, network, site } = options;
  const message = {
    call: callOf(request),
    request,
    serve() {
      site.onRequest(request, life);
      return attach(options, request, signal);
    },
    misanswer: (as: Parameters<typeof misanswerOf>[0]) => refused(misanswerOf(as, undefined)),
    reset: () => new TransportError('reset', 'ECONNRESET'),
    isReached: () => site.state() === 'up',
  };
  const { deadlineMs } = request;
  const late = new AbortController();
  const timer = life.clock.setTimer(() => late.abort(new TransportError('timeout', `${deadlineMs} ms`)), deadlineMs);
  try {
    return await network.send(message, life, firstOf(signal, late.signal));
  } finally {
    timer.cancel();
  }
}

function attach(
  { life, site, scheduler, chance }: ApiSocketsOptions,
  request: ApiRequest,
  signal: AbortSignal,
): ApiStream {
  const queue = byteQueue();
  const lagMs = site.lagMs();
  let state: 'open' | 'hushed' | 'closed' = 'open';
  const onTheWay: (() => void)[] = [];
  let lastAt = 0;

  /** What was sent first comes first, also where both come at one moment, or to a process that stood still. */
  function later(action: () => void): void {
    lastAt = Math.max(lastAt, scheduler.now() + lagMs + chance.between(0, 3));
    onTheWay.push(action);
    scheduler.after(lastAt - scheduler.now(), () => life.reach(next));
  }

  function next(): void {
    const first = onTheWay.shift();
    if (state === 'open') first?.();
  }

  function finish(tell: () => void): void {
    if (state === 'closed') return;
    state = 'closed';
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
    site.streams.delete(stream);
    if (opened.type === 'open') opened.close();
    tell();
  }

  function onAbort(): void {
    finish(() => {
      queue.clear();
      queue.fail(signal.reason);
    });
  }

  const end = (): void => later(() => finish(() => queue.end()));
  const opened = site.server.watch(request, { line: (bytes) => later(() => queue.push(bytes)), end });
  if (opened.type === 'refused') return refused(opened.response);

  const stream: OpenStream = {
    life,
    plural: partsOf(request).plural,
    cut: () => life.reach(() => finish(() => queue.fail(new TransportError('reset', 'ECONNRESET')))),
    hush() {
      if (state === 'open') state = 'hushed';
    },
    abandon: () => finish(() => undefined),
  };
  site.streams.add(stream);
  const timer = scheduler.after(timeoutMs(request), end);
  signal.addEventListener('abort', onAbort, { once: true });
  return { status: 200, headers: {}, chunks: queue.read(() => undefined), close: () => finish(() => queue.clear()) };
}

function refused({ status, headers, body }: ApiResponse): ApiStream {
  const queue = byteQueue();
  queue.push(Buffer.from(body));
  queue.end();
  return { status, headers, chunks: queue.read(() => undefined), close: () => undefined };
}

function timeoutMs({ path }: ApiRequest): number {
  return Number(new URL(path, 'http://api').searchParams.get('timeoutSeconds') ?? TIMEOUT_S) * 1_000;
}
