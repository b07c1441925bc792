import { isRecord, type OwnerReference } from '../../../src/kube/object.ts';
import { type DeleteOptions, NO_OPTIONS } from './delete-options.ts';
import { deleteObject, isReleased } from './deletion.ts';
import type { Kind } from './kinds.ts';
import { FOREGROUND_DELETION, ORPHAN } from './metadata.ts';
import { type ApiObject, keyOf, type Stored } from './objects.ts';
import type { Store } from './store.ts';

/** An owner as a reference to it finds it. `unknown`: of a kind that is not served, of which nothing can be said. */
type Owner = ApiObject | 'absent' | 'unknown';

/**
 * Does one step of what the garbage collector and the namespace controller do, and says whether there was one to do.
 *
 * As theirs, its deletions go through the same door as everybody's: what is held by a finalizer stays.
 */
export function collectOnce(store: Store, kinds: readonly Kind[], now: number): boolean {
  const all = kinds.flatMap((kind) => store.list(kind));
  return all.some((stored) => stepFor(stored));

  function stepFor(stored: Stored): boolean {
    const { metadata } = stored.object;
    const isDeleting = metadata.deletionTimestamp !== undefined;
    if (stored.object.kind === 'Namespace' && isDeleting) return emptyNamespace(stored);
    if (isDeleting && metadata.finalizers?.includes(ORPHAN) === true) return orphan(stored);
    if (isDeleting && metadata.finalizers?.includes(FOREGROUND_DELETION) === true) return finishForeground(stored);
    return !isDeleting && metadata.ownerReferences !== undefined && judge(stored, metadata.ownerReferences);
  }

  /** Deletes the next object in it, and the namespace once it is empty. */
  function emptyNamespace(namespace: Stored): boolean {
    const { name } = namespace.object.metadata;
    const inside = all.filter(({ object }) => object.metadata.namespace === name);
    const next = inside.find(({ object }) => object.metadata.deletionTimestamp === undefined);
    if (next !== undefined) return remove(next, { propagation: 'Background' });
    const { spec } = namespace.object;
    if (inside.length > 0 || !isRecord(spec) || spec['finalizers'] === undefined) return false;
    write(namespace, { ...namespace.object, spec: { ...spec, finalizers: undefined } });
    return true;
  }

  function orphan(owner: Stored): boolean {
    const { uid } = owner.object.metadata;
    const dependent = dependentsOf(uid)[0];
    if (dependent === undefined) withoutFinalizer(owner, ORPHAN);
    else withoutOwners(dependent, (reference) => reference.uid === uid);
    return true;
  }

  /** Waits for whatever blocks. The dependents are deleted in their own turn. */
  function finishForeground(owner: Stored): boolean {
    const { uid } = owner.object.metadata;
    const isBlocking = (reference: OwnerReference) => reference.uid === uid && reference.blockOwnerDeletion === true;
    if (dependentsOf(uid).some(({ object }) => object.metadata.ownerReferences?.some(isBlocking) === true))
      return false;
    withoutFinalizer(owner, FOREGROUND_DELETION);
    return true;
  }

  /** Who has an owner left loses the others; who has none is deleted. */
  function judge(dependent: Stored, references: readonly OwnerReference[]): boolean {
    const found = references.map((reference) => ({ reference, owner: ownerOf(dependent, reference) }));
    if (found.some(({ owner }) => owner === 'unknown')) return false;
    const leaving = found.filter(({ owner }) => owner === 'absent' || isWaiting(owner));
    if (leaving.length === 0) return false;
    if (leaving.length < found.length) {
      withoutOwners(dependent, (reference) => leaving.some((one) => one.reference === reference));
      return true;
    }
    const waits =
      leaving.some(({ owner }) => owner !== 'absent') && dependentsOf(dependent.object.metadata.uid).length > 0;
    return remove(dependent, { propagation: waits ? 'Foreground' : 'unsaid' });
  }

  /** By name, as the reference says, and then by uid. A namespaced owner is looked for in the dependent's namespace. */
  function ownerOf({ object }: Stored, { apiVersion, kind, name, uid }: OwnerReference): Owner {
    const owning = kinds.find((one) => one.apiVersion === apiVersion && one.resource.kind === kind);
    const { namespace } = object.metadata;
    if (owning === undefined) return 'unknown';
    if (owning.resource.scope === 'Namespaced' && namespace === undefined) return 'unknown';
    const owner = store.get(owning, keyOf(owning.resource.scope === 'Cluster' ? undefined : namespace, name));
    return owner?.object.metadata.uid === uid ? owner.object : 'absent';
  }

  function dependentsOf(uid: string): readonly Stored[] {
    return all.filter(
      ({ object }) => object.metadata.ownerReferences?.some((reference) => reference.uid === uid) === true,
    );
  }

  function remove({ kind, object }: Stored, options: Pick<DeleteOptions, 'propagation'>): boolean {
    const { namespace, name, uid } = object.metadata;
    const route = { kind, namespace, name, subresource: undefined, query: new URLSearchParams() };
    deleteObject(store, route, { ...NO_OPTIONS, ...options, uid }, now);
    return true;
  }

  function withoutFinalizer(stored: Stored, finalizer: string): void {
    const { metadata } = stored.object;
    const left = (metadata.finalizers ?? []).filter((name) => name !== finalizer);
    write(stored, { ...stored.object, metadata: { ...metadata, finalizers: left.length === 0 ? undefined : left } });
  }

  function withoutOwners(stored: Stored, isLeaving: (reference: OwnerReference) => boolean): void {
    const { metadata } = stored.object;
    const left = (metadata.ownerReferences ?? []).filter((reference) => !isLeaving(reference));
    write(stored, {
      ...stored.object,
      metadata: { ...metadata, ownerReferences: left.length === 0 ? undefined : left },
    });
  }

  function write(stored: Stored, object: ApiObject): void {
    if (isReleased(object)) store.remove(stored);
    else store.put(stored.kind, object);
  }
}

function isWaiting(owner: Owner): boolean {
  return (
    typeof owner === 'object' &&
    owner.metadata.deletionTimestamp !== undefined &&
    owner.metadata.finalizers?.includes(FOREGROUND_DELETION) === true
  );
}
