import type { Clock } from '../runtime/clock.ts';
import { acceptOf, retryAfterOf } from './answer.ts';
import type { Representation, Selection } from './client.ts';
import { type ApiError, apiError, TransportError } from './errors.ts';
import type { Resource } from './resources.ts';
import { collectionPath, nameOf, queryOf, typeOf } from './resources.ts';
import type { ApiRequest, ApiStream, Transport } from './transport.ts';
import type { WatchEvent } from './watch-event.ts';
import { readEvents } from './watch-stream.ts';

/** Which collection is watched, and how much of each object. */
export interface Target extends Selection {
  readonly resource: Resource;
  readonly representation: Representation;
}

/**
 * Where a watch begins: after a resourceVersion, or with the whole collection as a stream (KEP-3157, WatchList), whose
 * end a bookmark tells.
 */
export type WatchStart = { readonly after: string } | 'initial-events';

export interface WatchOptions {
  readonly target: Target;
  readonly start: WatchStart;
  readonly transport: Transport;
  readonly clock: Clock;
  /** After so many seconds the server ends the watch. */
  readonly timeoutS: number;
  /** Milliseconds without a byte after which the connection counts as dead; asked anew after each chunk. */
  readonly silenceMs: () => number;
  /** Called for the headers and for each chunk. */
  readonly onContact: () => void;
}

/** A watch from which nothing came for too long: TCP may be alive and a proxy or a server behind it not. */
export class WatchSilent extends Error {
  override readonly name = 'WatchSilent';
}

/** A watch whose connection was cut while it ran: a proxy does so to one that was quiet, and a server that is stopped. */
export class WatchCut extends Error {
  override readonly name = 'WatchCut';
}

/** Whoever watches on at once after less than this would ask a broken proxy without pause. */
export const VERY_SHORT_MS = 1000;

/** A server may queue a watch for a minute under API priority and fairness. */
const HEADERS_DEADLINE_MS = 90_000;

/** A refusal is there with its status; what its body says of it is waited for no longer. */
const REFUSAL_DEADLINE_MS = 10_000;

/** Enough for any `Status`. */
const LARGEST_STATUS_BYTES = 256 * 1024;

/**
 * The events of one watch request, until its server ends it.
 *
 * @throws ApiError when the server refuses, TransportError, {@link WatchSilent}, {@link WatchCut} from
 *   {@link VERY_SHORT_MS} on, or the reason of `signal`
 */
export async function* watch(options: WatchOptions, signal: AbortSignal): AsyncGenerator<WatchEvent> {
  const { target, transport, clock } = options;
  const { resource } = target;
  const ended = new AbortController();
  // Not `AbortSignal.any`: the reflector's signal lives as long as the process, and would keep one of each watch.
  const onAbort = (): void => ended.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const stream = await transport.stream(watchRequest(options), ended.signal);
    try {
      if (stream.status !== 200) throw await refusal(stream, options, ended);
      const watched = { ...typeOf(resource), name: nameOf(resource) };
      yield* readEvents(guarded(stream, options, ended), watched, clock, ended.signal);
    } finally {
      stream.close();
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function watchRequest({ target, start, timeoutS }: WatchOptions): ApiRequest {
  const { resource, namespace, labelSelector, fieldSelector, representation } = target;
  const initial =
    start === 'initial-events'
      ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion: start.after };
  const query = queryOf({
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(timeoutS),
    labelSelector,
    fieldSelector,
    ...initial,
  });
  return {
    method: 'GET',
    path: collectionPath(resource, namespace) + query,
    headers: { accept: acceptOf(representation, 'PartialObjectMetadata') },
    body: undefined,
    repeat: 'safe',
    deadlineMs: HEADERS_DEADLINE_MS,
  };
}

/** The stream's bytes, under a watchdog that any byte calms. */
async function* guarded(
  stream: ApiStream,
  { clock, silenceMs, onContact }: WatchOptions,
  ended: AbortController,
): AsyncGenerator<Uint8Array> {
  const arm = () => {
    const ms = silenceMs();
    return clock.setTimer(() => ended.abort(new WatchSilent(`nothing came for ${ms} ms`)), ms);
  };
  const began = clock.monotonic();
  let watchdog = arm();
  onContact();
  try {
    for await (const chunk of stream.chunks) {
      watchdog.cancel();
      onContact();
      yield chunk;
      watchdog = arm();
    }
  } catch (error) {
    const isReset = error instanceof TransportError && error.failure === 'reset';
    throw isReset && clock.monotonic() - began >= VERY_SHORT_MS ? new WatchCut(error.message) : error;
  } finally {
    watchdog.cancel();
  }
}

/** The watchdog is for what is watched: a refusal has a deadline as a whole. */
async function refusal(
  { status, headers, chunks }: ApiStream,
  { target, clock }: WatchOptions,
  ended: AbortController,
): Promise<ApiError> {
  const late = () => ended.abort(new TransportError('timeout', `${REFUSAL_DEADLINE_MS} ms`));
  const timer = clock.setTimer(late, REFUSAL_DEADLINE_MS);
  const body = await beginningOf(chunks).finally(() => timer.cancel());
  const json = parsed(body.toString('utf8'));
  return apiError('watch', nameOf(target.resource), { status, retryAfterMs: retryAfterOf(headers, clock), json });
}

/** What comes of a body before it fails, and no more than a `Status` is long. */
async function beginningOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > LARGEST_STATUS_BYTES) break;
      parts.push(chunk);
    }
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
  }
  return Buffer.concat(parts);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
