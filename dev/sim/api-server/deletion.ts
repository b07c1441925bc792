import { isRecord } from '../../../src/kube/object.ts';
import { FOREGROUND_DELETION, ORPHAN } from './metadata.ts';
import { type ApiObject, keyOf, type Stored, timestamp } from './objects.ts';
import type { ObjectRoute } from './paths.ts';
import { conflict, notFound } from './refusal.ts';
import type { Store } from './store.ts';

/** How something is to be deleted (meta.k8s.io/v1, DeleteOptions). */
export interface DeleteOptions {
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  /** What becomes of dependents. `unsaid`: whatever the object's finalizers say already. */
  readonly propagation: 'Foreground' | 'Background' | 'Orphan' | 'unsaid';
  readonly gracePeriodSeconds: number | undefined;
  readonly effect: 'stored' | 'dry-run';
}

/** What became of the object: gone, or marked and held. */
export type Deletion =
  | { readonly type: 'gone'; readonly object: ApiObject }
  | { readonly type: 'held'; readonly object: ApiObject };

export const NO_OPTIONS: DeleteOptions = {
  uid: undefined,
  resourceVersion: undefined,
  propagation: 'unsaid',
  gracePeriodSeconds: undefined,
  effect: 'stored',
};

/** The options of a request, from its body and its query. */
export function deleteOptionsOf(body: unknown, query: URLSearchParams): DeleteOptions {
  const said = isRecord(body) ? body : {};
  const preconditions = isRecord(said['preconditions']) ? said['preconditions'] : {};
  const propagation = said['propagationPolicy'] ?? query.get('propagationPolicy');
  const grace = said['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? undefined;
  const dryRun = Array.isArray(said['dryRun']) ? said['dryRun'].includes('All') : query.get('dryRun') === 'All';
  return {
    uid: textOf(preconditions['uid']),
    resourceVersion: textOf(preconditions['resourceVersion']),
    propagation:
      propagation === 'Foreground' || propagation === 'Background' || propagation === 'Orphan' ? propagation : 'unsaid',
    gracePeriodSeconds: grace === undefined ? undefined : Number(grace),
    effect: dryRun ? 'dry-run' : 'stored',
  };
}

/** Deletes an object, or marks it where something holds it. @throws Refusal 404 or 409 */
export function deleteObject(
  store: Store,
  { kind, namespace, name }: ObjectRoute,
  options: DeleteOptions,
  now: number,
): Deletion {
  const live = store.get(kind, keyOf(namespace, name));
  if (live === undefined) throw notFound({ resource: kind.resource, name });
  check(live, options);
  const { object } = live;
  const finalizers = finalizersAfter(object.metadata.finalizers ?? [], options.propagation);
  const grace = graceOf(object, options);
  const marked = markedFor(object, finalizers, grace, now);
  if (isReleased(marked)) {
    if (options.effect === 'stored') store.remove(live);
    return { type: 'gone', object };
  }
  if (options.effect === 'dry-run' || marked === object) return { type: 'held', object: marked };
  return { type: 'held', object: store.put(kind, marked).object };
}

/** Whether nothing holds an object any more that is being deleted. */
export function isReleased({ metadata, kind, spec }: ApiObject): boolean {
  if (metadata.deletionTimestamp === undefined || metadata.finalizers !== undefined) return false;
  if (kind === 'Namespace' && isRecord(spec) && Array.isArray(spec['finalizers']) && spec['finalizers'].length > 0)
    return false;
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

function check({ kind, object }: Stored, { uid, resourceVersion }: DeleteOptions): void {
  const { metadata } = object;
  const target = { resource: kind.resource, name: metadata.name };
  if (uid !== undefined && uid !== metadata.uid)
    throw conflict(target, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`);
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`;
    throw conflict(target, why);
  }
}

function finalizersAfter(finalizers: readonly string[], propagation: DeleteOptions['propagation']): readonly string[] {
  const others = finalizers.filter((name) => name !== FOREGROUND_DELETION && name !== ORPHAN);
  switch (propagation) {
    case 'Foreground':
      return finalizers.includes(FOREGROUND_DELETION) ? finalizers : [...others, FOREGROUND_DELETION];
    case 'Orphan':
      return finalizers.includes(ORPHAN) ? finalizers : [...others, ORPHAN];
    case 'Background':
      return others;
    case 'unsaid':
      return finalizers;
  }
}

/** Seconds that a Pod has left. What runs on no node, or has ended, needs none. */
function graceOf({ kind, spec, status, metadata }: ApiObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (kind !== 'Pod' || !isRecord(spec) || !spec['nodeName']) return 0;
  if (isRecord(status) && (status['phase'] === 'Succeeded' || status['phase'] === 'Failed')) return 0;
  const own = typeof spec['terminationGracePeriodSeconds'] === 'number' ? spec['terminationGracePeriodSeconds'] : 30;
  return Math.min(gracePeriodSeconds ?? own, metadata.deletionGracePeriodSeconds ?? Number.POSITIVE_INFINITY);
}

/** The same object where nothing changes. */
function markedFor(object: ApiObject, finalizers: readonly string[], grace: number, now: number): ApiObject {
  const { metadata } = object;
  const already = metadata.deletionTimestamp !== undefined;
  if (already && finalizers === (metadata.finalizers ?? finalizers) && grace === metadata.deletionGracePeriodSeconds)
    return object;
  const { generation } = metadata;
  const namespace = object.kind === 'Namespace' ? { status: { phase: 'Terminating' } } : {};
  return {
    ...object,
    ...namespace,
    metadata: {
      ...metadata,
      finalizers: finalizers.length === 0 ? undefined : finalizers,
      deletionTimestamp:
        already && grace === metadata.deletionGracePeriodSeconds
          ? metadata.deletionTimestamp
          : timestamp(now + grace * 1000),
      deletionGracePeriodSeconds: grace,
      generation: generation === undefined || already ? generation : generation + 1,
    },
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
