import { z } from 'zod';
import type { Clock } from '../runtime/clock.ts';
import { sleep } from '../runtime/clock.ts';
import { apiError, TransportError } from './errors.ts';
import { LARGEST_BODY_BYTES } from './exchange.ts';
import { decodeObject } from './object.ts';
import type { WatchEvent } from './watch-event.ts';

/** How much work lines may make until the event loop gets a turn; a Lease must be renewed meanwhile. */
const SLICE_MS = 10;

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

const EVENT = z.looseObject({ type: z.string(), object: z.unknown() });
const BOOKMARK = z.looseObject({
  metadata: z.looseObject({
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});

/** The type that objects of this watch have, and how an error calls it. */
export interface Watched {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * The events of a watch, read from its bytes.
 *
 * @throws TransportError `malformed` or `too-large` for what is no event, and whatever `chunks` throws
 */
export async function* readEvents(
  chunks: AsyncIterable<Uint8Array>,
  watched: Watched,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  let busyMs = 0;
  for await (const line of splitLines(chunks, LARGEST_BODY_BYTES)) {
    const began = clock.monotonic();
    yield decodeEvent(line, watched);
    busyMs += clock.monotonic() - began;
    if (busyMs > SLICE_MS) {
      await sleep(clock, 0, signal);
      busyMs = 0;
    }
  }
}

/**
 * Complete lines, decoded as UTF-8 only when whole: a chunk may end inside a character. What follows the last newline was
 * cut off and is dropped.
 *
 * @throws TransportError `too-large`
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>, longestBytes: number): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;

  for await (const bytes of chunks) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const tail = chunk.subarray(start, end);
      start = end + 1;
      admit(pendingBytes + tail.length);
      const line = pending.length === 0 ? tail : Buffer.concat([...pending, tail]);
      pending = [];
      pendingBytes = 0;
      if (line.length > 0) yield line.toString('utf8');
    }
    if (start === chunk.length) continue;
    pending.push(chunk.subarray(start));
    pendingBytes += chunk.length - start;
    admit(pendingBytes);
  }

  function admit(length: number): void {
    if (length > longestBytes) throw new TransportError('too-large', `a watch event over ${longestBytes} bytes`);
  }
}

function decodeEvent(line: string, watched: Watched): WatchEvent {
  try {
    const { type, object } = EVENT.parse(JSON.parse(line));
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
        return { type: 'set', object: decodeObject(object, watched) };
      case 'DELETED':
        return { type: 'deleted', object: decodeObject(object, watched) };
      case 'BOOKMARK': {
        const { resourceVersion, annotations } = BOOKMARK.parse(object).metadata;
        const initialEventsEnd = annotations?.[INITIAL_EVENTS_END] === 'true' ? 'yes' : 'no';
        return { type: 'bookmark', resourceVersion, initialEventsEnd };
      }
      case 'ERROR':
        return {
          type: 'error',
          error: apiError('watch', watched.name, { status: 200, retryAfterMs: undefined, json: object }),
        };
      default:
        throw new TransportError('malformed', `a watch event of unknown type`);
    }
  } catch (error) {
    if (error instanceof TransportError) throw error;
    // Neither the parser's nor zod's error goes further: the former quotes what it read.
    throw new TransportError('malformed', `watch ${watched.name}`);
  }
}
