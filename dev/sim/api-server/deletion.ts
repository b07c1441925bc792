import { isRecord } from '../../../src/kube/object.ts';
import type { DeleteOptions } from './delete-options.ts';
import { FOREGROUND_DELETION, ORPHAN } from './metadata.ts';
import { type ApiObject, keyOf, type Stored, timestamp } from './objects.ts';
import type { ObjectRoute } from './paths.ts';
import { notFound, preconditionFailed } from './refusal.ts';
import type { Store } from './store.ts';

/** What became of the object: gone, or marked and held. */
export type Deletion =
  | { readonly type: 'gone'; readonly object: ApiObject }
  | { readonly type: 'held'; readonly object: ApiObject };

/** The finalizer with which an object waits for what becomes of its dependents. */
const WAITING = { Foreground: FOREGROUND_DELETION, Orphan: ORPHAN, Background: undefined, unsaid: undefined } as const;

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
  const marked = markedFor(live.object, options, now);
  if (options.effect === 'dry-run') return { type: isReleased(marked) ? 'gone' : 'held', object: marked };
  if (isReleased(marked)) {
    // A Pod is seen leaving even when nothing holds it.
    const last = kind.resource.plural === 'pods' && marked !== live.object ? store.put(kind, marked) : live;
    return { type: 'gone', object: store.remove(last).object };
  }
  return { type: 'held', object: marked === live.object ? marked : store.put(kind, marked).object };
}

/** Whether nothing holds an object any more that is being deleted. */
export function isReleased({ metadata, kind, spec }: ApiObject): boolean {
  if (metadata.deletionTimestamp === undefined || metadata.finalizers !== undefined) return false;
  if (kind === 'Namespace' && isRecord(spec) && spec['finalizers'] !== undefined) return false;
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

function check({ kind, object }: Stored, { uid, resourceVersion }: DeleteOptions): void {
  const { metadata } = object;
  const target = { resource: kind.resource, name: metadata.name };
  if (uid !== undefined && uid !== metadata.uid) throw preconditionFailed(target, 'UID', uid, metadata.uid);
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw preconditionFailed(target, 'ResourceVersion', resourceVersion, metadata.resourceVersion);
}

/** The object on its way out; the same one where that changes nothing. */
function markedFor(object: ApiObject, options: DeleteOptions, now: number): ApiObject {
  const { metadata } = object;
  const { generation, deletionTimestamp, deletionGracePeriodSeconds: before = 0 } = metadata;
  const finalizers = finalizersAfter(metadata.finalizers, options.propagation);
  const grace = graceOf(object, options);
  const isNew = deletionTimestamp === undefined;
  if (!isNew && finalizers === metadata.finalizers && grace === before) return object;
  const isNamespace = object.kind === 'Namespace';
  return {
    ...object,
    ...(isNamespace ? { status: { phase: 'Terminating' } } : {}),
    metadata: {
      ...metadata,
      finalizers,
      deletionTimestamp: isNew || grace !== before ? timestamp(now + grace * 1000) : deletionTimestamp,
      deletionGracePeriodSeconds: isNamespace ? undefined : grace,
      generation: isNew && generation !== undefined ? generation + 1 : generation,
    },
  };
}

/** The same list where nothing changes; none rather than an empty one. */
function finalizersAfter(
  finalizers: readonly string[] | undefined,
  propagation: DeleteOptions['propagation'],
): readonly string[] | undefined {
  const wanted = WAITING[propagation];
  if (finalizers === undefined || propagation === 'unsaid') return wanted === undefined ? finalizers : [wanted];
  const others = finalizers.filter((name) => name !== FOREGROUND_DELETION && name !== ORPHAN);
  const all = wanted === undefined ? others : [...others, wanted];
  if (all.length === finalizers.length && all.every((name) => finalizers.includes(name))) return finalizers;
  return all.length === 0 ? undefined : all;
}

/** Seconds that a Pod has left. What runs on no node, or has ended, needs none. */
function graceOf({ kind, spec, status, metadata }: ApiObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (kind !== 'Pod' || !isRecord(spec) || !spec['nodeName']) return 0;
  if (isRecord(status) && (status['phase'] === 'Succeeded' || status['phase'] === 'Failed')) return 0;
  const own = typeof spec['terminationGracePeriodSeconds'] === 'number' ? spec['terminationGracePeriodSeconds'] : 30;
  return Math.min(gracePeriodSeconds ?? own, metadata.deletionGracePeriodSeconds ?? Number.POSITIVE_INFINITY);
}
