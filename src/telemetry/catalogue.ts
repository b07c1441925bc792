/** A metric of the operator, as its page and the reference describe it. */
export interface MetricFamily {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence; it stands on the page as the metric's `HELP`. */
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * Every metric that the operator registers, by name. What of it is about a queue bears the names that dashboards for
 * Kubernetes controllers know. Those of the Node process come on top, from prom-client.
 */
export const CATALOGUE = {
  oauthapp_build_info: gauge('Always 1; what runs stands in the labels.', ['version', 'revision']),
  oauthapp_objects: gauge('Objects of this kind that are seen.', ['kind']),
  oauthapp_unreadable_objects: gauge(
    'Objects of this kind that this release cannot read, as a later one may have written them. They are left alone.',
    ['kind'],
  ),
  oauthapp_conditions: gauge('Objects of this kind whose status has this condition.', [
    'kind',
    'type',
    'status',
    'reason',
  ]),
  oauthapp_orphaned_registrations: gauge(
    'Registrations that bear our mark or a temporary name and belong to no object, as the providers of this kind say in their status.',
    ['kind'],
  ),
  oauthapp_reconcile_total: counter('Passes by how they ended.', ['controller', 'result']),
  oauthapp_reconcile_errors_total: counter('Passes that threw.', ['controller', 'error']),
  oauthapp_reconcile_duration_seconds: histogram('Time that passes took.', ['controller']),
  oauthapp_provider_calls_total: counter('Calls to identity providers.', ['verb', 'code']),
  oauthapp_provider_call_duration_seconds: histogram('Time that calls to identity providers took.', ['verb']),
  oauthapp_api_calls_total: counter(
    'Calls to the Kubernetes API server, by the verb of a Role. Watches are not counted.',
    ['verb', 'resource', 'code'],
  ),
  oauthapp_api_call_duration_seconds: histogram('Time that calls to the Kubernetes API server took.', ['verb']),
  oauthapp_watch_gap_seconds: gauge('Time since a watch last spoke.', ['resource']),
  leader_election_master_status: gauge('1 while this process holds the Lease of this name, else 0.', ['name']),
  workqueue_adds_total: counter('Keys asked for.', ['name']),
  workqueue_retries_total: counter('Passes that were backed off from.', ['name']),
  workqueue_depth: gauge('Keys that are due and wait.', ['name']),
  workqueue_queue_duration_seconds: histogram('From being due to being handed out.', ['name']),
  workqueue_work_duration_seconds: histogram('From being handed out to done.', ['name']),
  workqueue_unfinished_work_seconds: gauge('Time spent so far on keys in work.', ['name']),
  workqueue_longest_running_processor_seconds: gauge('Time spent so far on the key that is longest in work.', ['name']),
} as const satisfies Readonly<Record<string, MetricFamily>>;

/** Name of a metric of the operator's own. */
export type MetricName = keyof typeof CATALOGUE;

/** Names of the metrics of type `T`. */
export type NameOf<T extends MetricFamily['type']> = {
  [Name in MetricName]: (typeof CATALOGUE)[Name]['type'] extends T ? Name : never;
}[MetricName];

function counter<const Labels extends readonly string[]>(help: string, labels: Labels) {
  return { type: 'counter', help, labels } as const;
}

function gauge<const Labels extends readonly string[]>(help: string, labels: Labels) {
  return { type: 'gauge', help, labels } as const;
}

function histogram<const Labels extends readonly string[]>(help: string, labels: Labels) {
  return { type: 'histogram', help, labels } as const;
}
