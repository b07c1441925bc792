import type { Chance } from '../runtime/chance.ts';
import { randomHex } from '../runtime/chance.ts';
import type { Clock } from '../runtime/clock.ts';
import { sleep } from '../runtime/clock.ts';
import { microTime } from '../runtime/micro-time.ts';
import type { KubeClient } from './client.ts';
import { isAlreadyExists, isDefinite, isNotFound } from './errors.ts';
import type { Correlated, Occurrence } from './event-correlator.ts';
import { eventCorrelator, remember } from './event-correlator.ts';
import type { Ref } from './resources.ts';
import { EVENTS } from './resources.ts';

/** Tells people what happened to an object, as Events (events.k8s.io/v1) that `kubectl describe` shows. */
export interface EventRecorder {
  /** Never waits and never throws: an Event is a courtesy. */
  record(occurrence: Occurrence): void;
  /** Resolves when everything recorded is sent, or when `signal` aborts; afterwards nothing is sent any more. */
  flush(signal: AbortSignal): Promise<void>;
}

/** `spam`: the object had its share. `queue-full`: recorded faster than sent. `failed`: refused, or the server is away. */
export type EventLoss = 'spam' | 'queue-full' | 'failed' | 'closed';

export interface RecorderOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly chance: Chance;
  /** `reportingController`, a qualified name. */
  readonly controller: string;
  /** `reportingInstance`: the Pod's name. At most 128 characters. */
  readonly instance: string;
  readonly onDropped?: ((loss: EventLoss) => void) | undefined;
}

const QUEUE_LIMIT = 1000;
const CONCURRENCY = 2;
const ATTEMPTS = 3;
const RETRY_MS = 2000;

/** After such a silence the same occurrence is a new Event, as in client-go; the server keeps an Event for an hour. */
const SERIES_ENDS_AFTER_MS = 360_000;

/** An Event's name is its object's and a suffix of ours, at most 253 characters (RFC 1123 subdomain). */
const NAME_LIMIT = 230;

/** Occurrences of one series that wait to be sent together. */
interface Waiting {
  readonly occurrence: Occurrence;
  readonly correlated: Correlated;
  readonly count: number;
}

/** An Event that the server has. */
interface Series {
  readonly ref: Ref;
  readonly count: number;
  readonly lastAt: number;
}

export function eventRecorder(options: RecorderOptions): EventRecorder {
  const { client, clock, chance, onDropped = ignore } = options;
  const correlate = eventCorrelator(clock);
  const waiting = new Map<string, Waiting>();
  const told = new Map<string, Series>();
  const sending = new Set<string>();
  const closed = new AbortController();
  const idle = new Set<() => void>();

  return {
    record(occurrence) {
      const loss = enqueue(occurrence);
      if (loss !== undefined) onDropped(loss);
      pump();
    },
    async flush(signal) {
      if (!signal.aborted && (waiting.size > 0 || sending.size > 0)) {
        await new Promise<void>((resolve) => {
          idle.add(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
      closed.abort();
      for (const _ of waiting) onDropped('closed');
      waiting.clear();
    },
  };

  function enqueue(occurrence: Occurrence): EventLoss | undefined {
    if (closed.signal.aborted) return 'closed';
    const correlated = correlate(occurrence);
    if (correlated === 'spam') return 'spam';
    const already = waiting.get(correlated.series);
    if (already === undefined && waiting.size >= QUEUE_LIMIT) return 'queue-full';
    waiting.set(correlated.series, { occurrence, correlated, count: (already?.count ?? 0) + 1 });
    return undefined;
  }

  /** Sends one series after the other, and no series twice at a time. */
  function pump(): void {
    for (const [series, item] of waiting) {
      if (sending.size >= CONCURRENCY) return;
      if (sending.has(series)) continue;
      waiting.delete(series);
      sending.add(series);
      void deliver(item).then(() => {
        sending.delete(series);
        pump();
        if (waiting.size === 0 && sending.size === 0) for (const resolve of idle) resolve();
      });
    }
  }

  /** Never rejects. A repeated create is recognised by its name, so that it may be repeated. */
  async function deliver(item: Waiting): Promise<void> {
    const name = `${prefixOf(item.occurrence.regarding.name)}.${randomHex(chance, 8)}`;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(item, name);
      } catch (error) {
        if (isDefinite(error) || attempt === ATTEMPTS || closed.signal.aborted) return onDropped('failed');
        await sleep(clock, RETRY_MS * attempt, closed.signal).catch(ignore);
      }
    }
  }

  async function send(item: Waiting, name: string): Promise<void> {
    const known = told.get(item.correlated.series);
    const goesOn = known !== undefined && clock.monotonic() - known.lastAt < SERIES_ENDS_AFTER_MS;
    if (!goesOn || !(await prolong(known, item))) await begin(item, name);
  }

  /** @returns whether the server still had the Event */
  async function prolong(known: Series, item: Waiting): Promise<boolean> {
    const count = known.count + item.count;
    const series = { count, lastObservedTime: microTime(client.serverNow()) };
    try {
      await client.patch(known.ref, { type: 'merge', body: { series } }, {}, closed.signal);
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
    remember(told, item.correlated.series, { ...known, count, lastAt: clock.monotonic() });
    return true;
  }

  async function begin({ occurrence, correlated, count }: Waiting, name: string): Promise<void> {
    const namespace = occurrence.regarding.namespace ?? 'default';
    const now = microTime(client.serverNow());
    const event = {
      metadata: { name, namespace },
      eventTime: now,
      reportingController: options.controller,
      reportingInstance: options.instance,
      action: occurrence.action,
      reason: occurrence.reason,
      regarding: occurrence.regarding,
      note: correlated.note,
      type: occurrence.type,
      series: count > 1 ? { count, lastObservedTime: now } : undefined,
    };
    try {
      await client.create(EVENTS, event, {}, closed.signal);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    const ref = { resource: EVENTS, namespace, name };
    remember(told, correlated.series, { ref, count, lastAt: clock.monotonic() });
  }
}

/** A label that was cut must not end in a dash or a dot. */
function prefixOf(name: string): string {
  return name.slice(0, NAME_LIMIT).replace(/[^a-z0-9]+$/, '');
}

function ignore(): void {
  // Nobody asked to be told.
}
