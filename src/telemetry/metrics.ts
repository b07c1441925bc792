import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The queue's numbers; matches `QueueObserver` of the runtime. Times in ms. */
export interface QueueMetrics {
  added(): void;
  handedOut(waitedMs: number): void;
  finished(workedMs: number): void;
}

/** Read at each scrape; matches `Queue.stats()` of the runtime. Times in ms. */
export interface QueueGauges {
  readonly depth: number;
  readonly unfinishedMs: number;
  readonly longestRunningMs: number;
}

/** How a pass ended: an outcome's type, or `failed`. */
export type PassEnd = 'await-change' | 'again' | 'back-off' | 'failed';

/**
 * Everything that is counted. Label values are words of ours: whatever else comes in is counted as `other`, so that neither
 * a provider nor a tenant can put text, or a series without end, onto the page.
 */
export interface Metrics {
  /** Counters of the queue called `name`. */
  queue(name: string): QueueMetrics;
  /** Gauges of the queue called `name`; at most once for each name. */
  watchQueue(name: string, read: () => QueueGauges): void;
  /** A pass of `controller` ended. `errorName` where it threw. */
  passEnded(controller: string, end: PassEnd, durationMs: number, errorName: string | undefined): void;
  /** A call to an identity provider ended. `code`: `ok` or the error's. */
  providerCallEnded(verb: string, code: string, durationMs: number): void;
  /** A call to the API server ended. `code`: HTTP status, or a word where no answer came. */
  apiCallEnded(verb: string, resource: string, code: string, durationMs: number): void;
  /** Whether this process is leader, by the fence. */
  watchLeader(remainingMs: () => number): void;
  /** Time since a watch last said anything, bookmarks included; `undefined` before the first word. */
  watchGap(resource: string, sinceContactMs: () => number | undefined): void;
  /** Registrations that bear our mark and belong to no object (protocol B4), over the providers of this kind. */
  watchOrphans(kind: string, count: () => number): void;
  /** The page, in the text format of Prometheus. */
  page(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
}

/** A gauge with one line for each reader. */
interface Scraped<R> {
  readonly registry: Registry;
  readonly name: string;
  readonly help: string;
  readonly label: string;
  readonly readers: ReadonlyMap<string, R>;
  readonly measure: (reader: R) => number | undefined;
}

const BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];
/** No digits but an HTTP status: our own words have none, tokens and ids do. */
const WORD = /^([1-5][0-9]{2}|[A-Za-z][A-Za-z./-]{0,47})$/;

/** Metrics over a registry of their own. `with-process`: and of the Node process, whose figures only one may collect. */
export function createMetrics(build: BuildInfo, extent: 'with-process' | 'operator-alone'): Metrics {
  const registry = new Registry();
  if (extent === 'with-process') collectDefaultMetrics({ register: registry });
  gauge(registry, 'oauthapp_build_info', 'Always 1; what runs stands in the labels.', ['version', 'revision']).set(
    { version: build.version, revision: build.revision },
    1,
  );
  return {
    ...queueMetrics(registry),
    ...callMetrics(registry),
    ...clusterMetrics(registry),
    page: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function queueMetrics(registry: Registry): Pick<Metrics, 'queue' | 'watchQueue' | 'passEnded'> {
  const adds = counter(registry, 'workqueue_adds_total', 'Keys asked for.', ['name']);
  const retries = counter(registry, 'workqueue_retries_total', 'Passes that were backed off from.', ['name']);
  const waited = histogram(registry, 'workqueue_queue_duration_seconds', 'From being due to being handed out.', [
    'name',
  ]);
  const worked = histogram(registry, 'workqueue_work_duration_seconds', 'From being handed out to done.', ['name']);
  const passes = counter(registry, 'oauthapp_reconcile_total', 'Passes by how they ended.', ['controller', 'result']);
  const errors = counter(registry, 'oauthapp_reconcile_errors_total', 'Passes that threw.', ['controller', 'error']);
  const lasted = histogram(registry, 'oauthapp_reconcile_duration_seconds', 'Time that passes took.', ['controller']);
  const readers = new Map<string, () => QueueGauges>();
  const scrape = (name: string, help: string, read: (gauges: QueueGauges) => number) =>
    scraped({ registry, name, help, label: 'name', readers, measure: (reader: () => QueueGauges) => read(reader()) });
  scrape('workqueue_depth', 'Keys that are due and wait.', ({ depth }) => depth);
  scrape('workqueue_unfinished_work_seconds', 'Time spent so far on keys in work.', ({ unfinishedMs }) =>
    seconds(unfinishedMs),
  );
  scrape('workqueue_longest_running_processor_seconds', 'The longest of these.', ({ longestRunningMs }) =>
    seconds(longestRunningMs),
  );

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
  const provider = ['verb', 'code'];
  const providerCalls = counter(registry, 'oauthapp_provider_calls_total', 'Calls to identity providers.', provider);
  const providerTime = histogram(registry, 'oauthapp_provider_call_duration_seconds', 'Time they took.', ['verb']);
  const api = ['verb', 'resource', 'code'];
  const apiCalls = counter(registry, 'oauthapp_api_calls_total', 'Calls to the Kubernetes API server.', api);
  const apiTime = histogram(registry, 'oauthapp_api_call_duration_seconds', 'Time they took.', ['verb']);

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

function clusterMetrics(registry: Registry): Pick<Metrics, 'watchLeader' | 'watchGap' | 'watchOrphans'> {
  const leases = new Map<string, () => number>();
  const gaps = new Map<string, () => number | undefined>();
  const orphans = new Map<string, () => number>();
  scraped({
    registry,
    name: 'leader_election_master_status',
    help: '1 while this process is leader.',
    label: 'name',
    readers: leases,
    measure: (remainingMs) => (remainingMs() > 0 ? 1 : 0),
  });
  scraped({
    registry,
    name: 'oauthapp_watch_gap_seconds',
    help: 'Time since a watch last spoke.',
    label: 'resource',
    readers: gaps,
    measure(sinceContactMs) {
      const since = sinceContactMs();
      return since === undefined ? undefined : seconds(since);
    },
  });

  scraped({
    registry,
    name: 'oauthapp_orphaned_registrations',
    help: 'Registrations that bear our mark and belong to no object, as the providers of this kind say in their status.',
    label: 'kind',
    readers: orphans,
    measure: (count) => count(),
  });

  return {
    watchLeader: (remainingMs) => void leases.set('oauthapp-operator', remainingMs),
    watchGap: (resource, sinceContactMs) => void gaps.set(word(resource), sinceContactMs),
    watchOrphans: (kind, count) => void orphans.set(word(kind), count),
  };
}

/** A gauge that is read when the page is asked for; a reader that says `undefined` has no line. */
function scraped<R>({ registry, name, help, label, readers, measure }: Scraped<R>): void {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [value, reader] of readers) {
        const number = measure(reader);
        if (number !== undefined) this.set({ [label]: value }, number);
      }
    },
  });
}

function counter(registry: Registry, name: string, help: string, labelNames: readonly string[]): Counter {
  return new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
}

function gauge(registry: Registry, name: string, help: string, labelNames: readonly string[]): Gauge {
  return new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
}

function histogram(registry: Registry, name: string, help: string, labelNames: readonly string[]): Histogram {
  return new Histogram({ name, help, labelNames: [...labelNames], registers: [registry], buckets: BUCKETS_SECONDS });
}

function seconds(ms: number): number {
  return ms / 1_000;
}

function word(text: string): string {
  return WORD.test(text) ? text : 'other';
}
