import { collectDefaultMetrics, Registry } from 'prom-client';
import type { QueueObserver, QueueStats } from '../runtime/queue.ts';
import type { NameOf } from './catalogue.ts';
import { counter, gauge, histogram, scraped } from './series.ts';

/** Objects of one kind, read at each scrape. */
export interface Census {
  readonly objects: number;
  /** How many have a condition of these words. */
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly objects: number;
  }[];
}

/** How a pass ended: an outcome's type, or `failed`. */
export type PassEnd = 'await-change' | 'again' | 'back-off' | 'failed';

/**
 * Everything that is counted. Label values are words of ours: whatever else comes in is counted as `other`, so that neither
 * a provider nor a tenant can put text, or a series without end, onto the page.
 */
export interface Metrics {
  /** Counters of the queue called `name`. */
  queue(name: string): QueueObserver;
  /** Gauges of the queue called `name`; at most once for each name. */
  watchQueue(name: string, read: () => QueueStats): void;
  /** A pass of `controller` ended. `errorName` where it threw. */
  passEnded(controller: string, end: PassEnd, durationMs: number, errorName: string | undefined): void;
  /** A call to an identity provider ended. `code`: `ok` or the error's. */
  providerCallEnded(verb: string, code: string, durationMs: number): void;
  /** A call to the API server ended. `code`: HTTP status, or a word where no answer came. */
  apiCallEnded(verb: string, resource: string, code: string, durationMs: number): void;
  /** Whether this process holds the Lease of this name, by the fence. */
  watchLeader(lease: string, remainingMs: () => number): void;
  /** Time since a watch last said anything, bookmarks included; `undefined` before the first word. */
  watchGap(resource: string, sinceContactMs: () => number | undefined): void;
  /** Objects of this kind, by their conditions. */
  watchObjects(kind: string, read: () => Census): void;
  /** Objects of this kind that cannot be decoded. They are among none of the {@link Metrics.watchObjects | others}. */
  watchUnreadable(kind: string, count: () => number): void;
  /** Registrations that we made and that belong to no object (protocol B4), over the providers of this kind. */
  watchOrphans(kind: string, count: () => number): void;
  /** The page, in the text format of Prometheus. */
  page(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
}

/** No digits but an HTTP status: our own words have none, tokens and ids do. */
const WORD = /^([1-5][0-9]{2}|[A-Za-z][A-Za-z./-]{0,47})$/;

/** Metrics over a registry of their own. `with-process`: and of the Node process, whose figures only one may collect. */
export function createMetrics(build: BuildInfo, extent: 'with-process' | 'operator-alone'): Metrics {
  const registry = new Registry();
  if (extent === 'with-process') collectDefaultMetrics({ register: registry });
  gauge(registry, 'oauthapp_build_info').set({ version: build.version, revision: build.revision }, 1);
  return {
    ...queueMetrics(registry),
    ...callMetrics(registry),
    ...clusterMetrics(registry),
    ...objectMetrics(registry),
    page: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function queueMetrics(registry: Registry): Pick<Metrics, 'queue' | 'watchQueue' | 'passEnded'> {
  const adds = counter(registry, 'workqueue_adds_total');
  const retries = counter(registry, 'workqueue_retries_total');
  const waited = histogram(registry, 'workqueue_queue_duration_seconds');
  const worked = histogram(registry, 'workqueue_work_duration_seconds');
  const passes = counter(registry, 'oauthapp_reconcile_total');
  const errors = counter(registry, 'oauthapp_reconcile_errors_total');
  const lasted = histogram(registry, 'oauthapp_reconcile_duration_seconds');
  const readers = new Map<string, () => QueueStats>();
  const scrape = (name: NameOf<'gauge'>, read: (stats: QueueStats) => number) =>
    scraped({ registry, name, label: 'name', readers, measure: (reader: () => QueueStats) => read(reader()) });
  scrape('workqueue_depth', ({ depth }) => depth);
  scrape('workqueue_unfinished_work_seconds', ({ unfinishedMs }) => seconds(unfinishedMs));
  scrape('workqueue_longest_running_processor_seconds', ({ longestRunningMs }) => seconds(longestRunningMs));

  return {
    queue: (name) => ({
      added: () => adds.inc({ name: word(name) }),
      handedOut: (waitedMs) => waited.observe({ name: word(name) }, seconds(waitedMs)),
      finished: (workedMs) => worked.observe({ name: word(name) }, seconds(workedMs)),
    }),
    watchQueue: (name, read) => void readers.set(word(name), read),
    passEnded(controller, end, durationMs, errorName) {
      passes.inc({ controller: word(controller), result: end });
      lasted.observe({ controller: word(controller) }, seconds(durationMs));
      if (end === 'back-off' || end === 'failed') retries.inc({ name: word(controller) });
      if (errorName !== undefined) errors.inc({ controller: word(controller), error: word(errorName) });
    },
  };
}

function callMetrics(registry: Registry): Pick<Metrics, 'providerCallEnded' | 'apiCallEnded'> {
  const providerCalls = counter(registry, 'oauthapp_provider_calls_total');
  const providerTime = histogram(registry, 'oauthapp_provider_call_duration_seconds');
  const apiCalls = counter(registry, 'oauthapp_api_calls_total');
  const apiTime = histogram(registry, 'oauthapp_api_call_duration_seconds');

  return {
    providerCallEnded(verb, code, durationMs) {
      providerCalls.inc({ verb: word(verb), code: word(code) });
      providerTime.observe({ verb: word(verb) }, seconds(durationMs));
    },
    apiCallEnded(verb, resource, code, durationMs) {
      apiCalls.inc({ verb: word(verb), resource: word(resource), code: word(code) });
      apiTime.observe({ verb: word(verb) }, seconds(durationMs));
    },
  };
}

function clusterMetrics(registry: Registry): Pick<Metrics, 'watchLeader' | 'watchGap'> {
  const leases = new Map<string, () => number>();
  const gaps = new Map<string, () => number | undefined>();
  scraped({
    registry,
    name: 'leader_election_master_status',
    label: 'name',
    readers: leases,
    measure: (remainingMs) => (remainingMs() > 0 ? 1 : 0),
  });
  scraped({
    registry,
    name: 'oauthapp_watch_gap_seconds',
    label: 'resource',
    readers: gaps,
    measure(sinceContactMs) {
      const since = sinceContactMs();
      return since === undefined ? undefined : seconds(since);
    },
  });

  return {
    watchLeader: (lease, remainingMs) => void leases.set(lease, remainingMs),
    watchGap: (resource, sinceContactMs) => void gaps.set(word(resource), sinceContactMs),
  };
}

type ObjectMetrics = Pick<Metrics, 'watchObjects' | 'watchUnreadable' | 'watchOrphans'>;

function objectMetrics(registry: Registry): ObjectMetrics {
  const objects = new Map<string, () => Census>();
  const unreadable = new Map<string, () => number>();
  const orphans = new Map<string, () => number>();
  scraped({
    registry,
    name: 'oauthapp_objects',
    label: 'kind',
    readers: objects,
    measure: (read) => read().objects,
  });
  gauge(registry, 'oauthapp_conditions', (conditions) => {
    for (const [kind, read] of objects) {
      for (const { type, status, reason, objects: count } of read().conditions) {
        conditions.inc({ kind, type: word(type), status: word(status), reason: word(reason) }, count);
      }
    }
  });
  scraped({
    registry,
    name: 'oauthapp_unreadable_objects',
    label: 'kind',
    readers: unreadable,
    measure: (count) => count(),
  });
  scraped({
    registry,
    name: 'oauthapp_orphaned_registrations',
    label: 'kind',
    readers: orphans,
    measure: (count) => count(),
  });

  return {
    watchObjects: (kind, read) => void objects.set(word(kind), read),
    watchUnreadable: (kind, count) => void unreadable.set(word(kind), count),
    watchOrphans: (kind, count) => void orphans.set(word(kind), count),
  };
}

function seconds(ms: number): number {
  return ms / 1_000;
}

function word(text: string): string {
  return WORD.test(text) ? text : 'other';
}
