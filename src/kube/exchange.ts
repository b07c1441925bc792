import type { Dispatcher } from 'undici';
import { byteQueue } from './byte-queue.ts';
import { TransportError } from './errors.ts';
import type { ApiRequest, ApiResponse, ApiStream } from './transport.ts';

/**
 * One object fits whatever it is: etcd takes 1.5 MiB, of which JSON may make six times as much. A page of large ones does
 * not, and is asked for again in parts: all that is read at a time has to fit into the heap, several times over.
 */
export const LARGEST_BODY_BYTES = 16 * 1024 * 1024;

/** Unread bytes of a stream above which the socket is paused, and below which it goes on. */
const PAUSE_ABOVE_BYTES = 512 * 1024;
const RESUME_BELOW_BYTES = 128 * 1024;

/** What an exchange makes of the events of its request. Nothing is called after `failed`, or after `ended`. */
interface Receiver {
  headers(status: number, headers: Record<string, string>): void;
  data(chunk: Buffer): void;
  ended(): void;
  failed(error: unknown): void;
}

/** The way to influence a request under way; does nothing before it has a connection. */
interface Control {
  abort(error: Error): void;
  pause(): void;
  resume(): void;
}

/** One request and its whole answer. @throws TransportError, or the reason of `signal` */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let head: Omit<ApiResponse, 'body'> | undefined;
    const control = dispatch(dispatcher, options, signal, {
      headers(status, headers) {
        head = { status, headers };
      },
      data(chunk) {
        bytes += chunk.length;
        if (bytes > LARGEST_BODY_BYTES)
          control.abort(new TransportError('too-large', `over ${LARGEST_BODY_BYTES} bytes`));
        else chunks.push(chunk);
      },
      ended() {
        if (head !== undefined) resolve({ ...head, body: Buffer.concat(chunks) });
      },
      failed: reject,
    });
  });
}

/** One request whose answer goes on. Resolves with its headers. @throws like {@link exchange} */
export function openStream(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<ApiStream> {
  return new Promise((resolve, reject) => {
    const queue = byteQueue();
    const control = dispatch(dispatcher, options, signal, {
      headers: (status, headers) => resolve({ status, headers, chunks: queue.read(drain), close }),
      data(chunk) {
        queue.push(chunk);
        if (queue.unreadBytes() > PAUSE_ABOVE_BYTES) control.pause();
      },
      ended: queue.end,
      failed(error) {
        reject(error);
        if (signal.aborted) queue.clear();
        queue.fail(error);
      },
    });

    function drain(): void {
      if (queue.unreadBytes() < RESUME_BELOW_BYTES) control.resume();
    }

    function close(): void {
      queue.clear();
      control.abort(new TransportError('reset', 'closed by us'));
    }
  });
}

/** Puts a request's method, path, headers and body into undici's form. */
export function dispatchOptions(
  request: ApiRequest,
  server: { readonly origin: string; readonly prefix: string },
  headers: Readonly<Record<string, string>>,
): Dispatcher.DispatchOptions {
  return {
    origin: server.origin,
    path: server.prefix + request.path,
    method: request.method,
    headers: { ...request.headers, ...headers },
    body: request.body ?? null,
  };
}

/**
 * Dispatches, and answers an abort at once: undici rejects a request that still waits for a connection only when it
 * gets one. A request that is aborted before that is never sent.
 */
function dispatch(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
  receiver: Receiver,
): Control {
  let controller: Dispatcher.DispatchController | undefined;
  let finished = false;

  const finish = (tell: () => void): void => {
    if (finished) return;
    finished = true;
    signal.removeEventListener('abort', onAbort);
    tell();
  };
  const abort = (error: unknown): void => {
    finish(() => receiver.failed(error));
    controller?.abort(new TransportError('reset', 'aborted by us'));
  };
  const onAbort = (): void => abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });

  dispatcher.dispatch(options, {
    onRequestStart(given) {
      controller = given;
      if (finished) given.abort(new TransportError('reset', 'aborted by us'));
    },
    onResponseStart(_, status, headers) {
      if (!finished && status >= 200) receiver.headers(status, flat(headers));
    },
    onResponseData(_, chunk) {
      if (!finished) receiver.data(chunk);
    },
    onResponseEnd: () => finish(receiver.ended),
    onResponseError: (_, error) =>
      finish(() => receiver.failed(failureOf(error, controller === undefined ? 'never-sent' : 'sent'))),
  });
  if (signal.aborted) onAbort();

  return { abort, pause: () => controller?.pause(), resume: () => controller?.resume() };
}

/** Only the system's code is kept: the error itself may name hosts, and undici's holds the request. */
function failureOf(error: Error, request: 'sent' | 'never-sent'): TransportError {
  if (error instanceof TransportError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  if (request === 'never-sent') return new TransportError('unreachable', code);
  return new TransportError(code.startsWith('HPE_') ? 'malformed' : 'reset', code);
}

function flat(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
  );
  return Object.fromEntries(given);
}
