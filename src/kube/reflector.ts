import type { Chance } from '../runtime/chance.ts';
import type { Clock } from '../runtime/clock.ts';
import { sleep } from '../runtime/clock.ts';
import type { WatchBackOff } from './backoff.ts';
import { watchBackOff } from './backoff.ts';
import type { KubeClient } from './client.ts';
import { isInvalid, isTooLarge, TransportError } from './errors.ts';
import type { KubeObject } from './object.ts';
import type { StoreWriter } from './store.ts';
import type { Transport } from './transport.ts';
import type { Target } from './watch.ts';
import { VERY_SHORT_MS, WatchCut, WatchSilent, watch } from './watch.ts';
import type { WatchEvent } from './watch-event.ts';
import { apply, initialEvents, isComplete, resourceVersionOf } from './watch-event.ts';
import type { WatchFailure } from './watch-failure.ts';
import { afterFailure, StoreBehind } from './watch-failure.ts';

export interface ReflectorStatus {
  readonly phase: 'starting' | 'listing' | 'watching' | 'backing-off' | 'stopped';
  /** Whether the store has held the whole collection once. It keeps what it has through every failure. */
  readonly synced: boolean;
  /** Reading of the monotonic clock, in milliseconds, when the API server last sent anything for this target. */
  readonly lastContact: number | undefined;
  /** Why the last attempt ended; `undefined` once a watch runs again. */
  readonly failure: { readonly kind: WatchFailure; readonly message: string } | undefined;
}

/** For metrics and logs. What it throws is swallowed. */
export interface ReflectorObserver {
  readonly onPhase?: ((phase: ReflectorStatus['phase']) => void) | undefined;
  readonly onFailure?: ((kind: WatchFailure, error: unknown) => void) | undefined;
}

export interface Reflector {
  readonly target: Target;
  /** Keeps the store in step until `signal` aborts, and then resolves. Never rejects; called once. */
  run(signal: AbortSignal): Promise<void>;
  status(): ReflectorStatus;
  /** Resolves once the store has held the whole collection. */
  readonly synced: Promise<void>;
}

/** What a process has found out about its API server. It may save a request and decides nothing else. */
export interface ServerFeatures {
  watchList: 'assumed' | 'missing';
}

export interface ReflectorOptions {
  readonly target: Target;
  readonly store: StoreWriter;
  readonly client: KubeClient;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly chance: Chance;
  /** One for all reflectors of a process. */
  readonly features: ServerFeatures;
  readonly observer?: ReflectorObserver | undefined;
}

/** Bookmarks come about once a minute, so three minutes without a byte are no quiet collection. */
const SILENCE_MS = 180_000;

/** A server that does not know WatchList ignores its parameters: events, and then no bookmark. */
const INITIAL_SILENCE_MS = 60_000;

/** A server ends a watch after five to ten minutes, at random, so that a fleet does not come back at once. */
const SHORTEST_TIMEOUT_S = 300;

/** Where we are. */
interface Cursor {
  /** To watch from; `undefined` when the store must first be filled anew. */
  resourceVersion: string | undefined;
  /** A list shows what is there alone, and may do where a stream has what cannot be read. */
  filledBy: 'initial-events' | 'list';
  /** An API server that is set back to an earlier state ends its watches before their time. */
  ended: 'in-time' | 'early';
  /** How long the next watch is to last, in seconds. */
  timeoutS: number;
}

/**
 * Keeps a store in step with a collection: fills it by WatchList, or by a paged list where the server has none, then
 * watches with bookmarks. It is read whole again only after a resourceVersion that is too old, or that the server does not
 * say at once to have come to, or where the collection was out of reach by permission, silent, other than the API server
 * has it, or told by an event too large to read: then by a list, as that event would be told again.
 *
 * Every filling is consistent (resourceVersion unset), so that the store never goes back in time.
 */
export function createReflector(options: ReflectorOptions): Reflector {
  const { target, store, client, clock, chance, features, observer } = options;
  let status: ReflectorStatus = { phase: 'starting', synced: false, lastContact: undefined, failure: undefined };

  const synced = Promise.withResolvers<void>();

  return { target, run, status: () => status, synced: synced.promise };

  async function run(signal: AbortSignal): Promise<void> {
    const cursor: Cursor = {
      resourceVersion: undefined,
      filledBy: 'initial-events',
      ended: 'in-time',
      timeoutS: SHORTEST_TIMEOUT_S,
    };
    const backoff = watchBackOff(clock, chance);
    while (!signal.aborted) {
      const began = clock.monotonic();
      cursor.timeoutS = Math.round(SHORTEST_TIMEOUT_S * (1 + chance.fraction()));
      try {
        await follow(cursor, signal);
        cursor.ended = clock.monotonic() - began < cursor.timeoutS * 1_000 ? 'early' : 'in-time';
      } catch (error) {
        cursor.ended = 'early';
        // Cut within the initial events, a collection that takes too long to send would be asked for without pause.
        const isEnd = error instanceof WatchCut && cursor.resourceVersion !== undefined;
        if (!signal.aborted && !isEnd) await recover(error, cursor, backoff, signal);
      }
    }
    enter('stopped');
  }

  async function follow(cursor: Cursor, signal: AbortSignal): Promise<void> {
    if (cursor.ended === 'early') await lookBack(cursor, signal);
    if (cursor.resourceVersion !== undefined) return watchFrom(cursor, cursor.resourceVersion, signal);
    if (features.watchList === 'assumed' && cursor.filledBy === 'initial-events')
      return watchFromScratch(cursor, signal);

    enter('listing');
    const { items, resourceVersion } = await client.list(target.resource, { ...target, trim: store.trim }, signal);
    signal.throwIfAborted();
    contact();
    fill(items, resourceVersion, cursor);
    return watchFrom(cursor, resourceVersion, signal);
  }

  /**
   * A restored etcd gives out resourceVersions again; a watch from ours would silently miss all events up to it. After a
   * watch that ended early the position counts only if the server has reached it now.
   */
  async function lookBack(cursor: Cursor, signal: AbortSignal): Promise<void> {
    const { resourceVersion } = cursor;
    if (resourceVersion === undefined) return;
    cursor.resourceVersion = undefined;
    const now = await client.revision(target.resource, target, signal);
    signal.throwIfAborted();
    contact();
    if (Number(now) >= Number(resourceVersion)) cursor.resourceVersion = resourceVersion;
  }

  /** Events up to the bookmark are the collection; it replaces the store at once, and the stream goes on. */
  async function watchFromScratch(cursor: Cursor, signal: AbortSignal): Promise<void> {
    enter('listing');
    const initial = initialEvents(store.trim);
    const silenceMs = () => (cursor.resourceVersion === undefined ? INITIAL_SILENCE_MS : SILENCE_MS);
    try {
      const start = 'initial-events';
      const { timeoutS } = cursor;
      for await (const event of watch({ ...options, start, timeoutS, silenceMs, onContact: contact }, signal)) {
        signal.throwIfAborted();
        if (cursor.resourceVersion !== undefined) take(event, cursor);
        else if (isComplete(event)) fill(initial.handOver(), event.resourceVersion, cursor);
        else apply(event, initial);
      }
    } catch (error) {
      if (cursor.resourceVersion !== undefined) throw error;
      if (isInvalid(error) || error instanceof WatchSilent) features.watchList = 'missing';
      if (isInvalid(error)) return;
      throw error;
    }
    if (cursor.resourceVersion === undefined)
      throw new TransportError('reset', 'the watch ended within its initial events');
  }

  async function watchFrom(cursor: Cursor, after: string, signal: AbortSignal): Promise<void> {
    const began = clock.monotonic();
    let events = 0;
    const onContact = () => {
      contact();
      if (status.phase !== 'watching') enter('watching');
    };
    const { timeoutS } = cursor;
    const silenceMs = () => SILENCE_MS;
    for await (const event of watch({ ...options, start: { after }, timeoutS, silenceMs, onContact }, signal)) {
      signal.throwIfAborted();
      events += 1;
      take(event, cursor);
    }
    if (events === 0 && clock.monotonic() - began < VERY_SHORT_MS)
      throw new TransportError('reset', 'a very short watch');
  }

  function take(event: WatchEvent, cursor: Cursor): void {
    apply(event, store);
    cursor.resourceVersion = resourceVersionOf(event);
    if (store.isBehind()) throw new StoreBehind('writes on what the watch has told are refused');
  }

  function fill(objects: Iterable<KubeObject>, resourceVersion: string, cursor: Cursor): void {
    store.replace(objects);
    cursor.resourceVersion = resourceVersion;
    cursor.filledBy = 'initial-events';
    status = { ...status, synced: true };
    synced.resolve();
    enter('watching');
  }

  async function recover(error: unknown, cursor: Cursor, backoff: WatchBackOff, signal: AbortSignal): Promise<void> {
    const { kind, message, position, waitMs } = afterFailure(error, backoff, chance);
    if (position === 'lost') cursor.resourceVersion = undefined;
    if (isTooLarge(error)) cursor.filledBy = 'list';
    status = { ...status, failure: { kind, message } };
    tell(() => observer?.onFailure?.(kind, error));
    enter('backing-off');
    await sleep(clock, waitMs, signal).catch(() => undefined);
  }

  function enter(phase: ReflectorStatus['phase']): void {
    status = { ...status, phase, failure: phase === 'watching' ? undefined : status.failure };
    tell(() => observer?.onPhase?.(phase));
  }

  function contact(): void {
    status = { ...status, lastContact: clock.monotonic() };
  }
}

function tell(notify: () => void): void {
  try {
    notify();
  } catch {
    // An observer's mistake must not end the reflector.
  }
}
