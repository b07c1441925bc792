import { isRecord } from '../../../src/kube/object.ts';
import { same } from '../../../src/runtime/same.ts';
import { admit } from './admission.ts';
import { isReleased } from './deletion.ts';
import type { Intent } from './intent.ts';
import { managedAfter } from './managed-fields.ts';
import { merged } from './merge-patch.ts';
import { type ApiObject, keyOf, type Stored, type StoredMeta, timestamp } from './objects.ts';
import type { ObjectRoute, Route } from './paths.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  internalError,
  invalid,
  invalidPatch,
  notFound,
  Refusal,
  versionMissing,
} from './refusal.ts';
import { type Sent, sentObject } from './sent.ts';
import type { Store } from './store.ts';

/** What a write answers with. */
export interface Written {
  readonly status: 200 | 201;
  readonly object: ApiObject;
  /** Where it was stored as it is. */
  readonly stored: Stored | undefined;
}

/** What writing takes. */
export interface WritesOptions {
  readonly store: Store;
  readonly now: () => number;
  readonly uid: () => string;
  /** @throws Refusal where nothing may be created now */
  readonly admitTo: (route: ObjectRoute) => void;
}

/** Creates, replaces and patches. All throw Refusal, and then have done nothing. */
export interface Writes {
  create(route: Route, body: unknown, intent: Intent): Written;
  replace(route: ObjectRoute, body: unknown, intent: Intent): Written;
  /** RFC 7396. */
  mergePatch(route: ObjectRoute, patch: unknown, intent: Intent): Written;
}

const STALE = 'the object has been modified; please apply your changes to the latest version and try again';

/** Writes to `store` by the rules of each kind. */
export function writes({ store, now, uid, admitTo }: WritesOptions): Writes {
  return {
    create: (route, body, intent) => create(route, sentObject(route.kind, body), intent),

    replace(route, body, intent) {
      const { kind, namespace, name } = route;
      const sent = sentObject(kind, body);
      const { metadata } = sent.object;
      checkName(sent.object, name);
      const live = store.get(kind, keyOf(namespace, name));
      const liveUid = live?.object.metadata.uid ?? '';
      if (live === undefined && kind.absentOnUpdate === 'not-found') throw notFound({ resource: kind.resource, name });
      if (metadata.uid !== undefined && metadata.uid !== liveUid) throw uidMismatch(route, metadata.uid, liveUid);
      if (live === undefined) return create(route, sent, intent);
      if (!metadata.resourceVersion && kind.unconditionalUpdate === 'refused')
        throw versionMissing({ resource: kind.resource, name });
      return update(route, live, sent, intent);
    },

    mergePatch(route, patch, intent) {
      const { kind, namespace, name } = route;
      if (!isRecord(patch)) throw badRequest('the patch is no object');
      const live = store.get(kind, keyOf(namespace, name));
      if (live === undefined) throw notFound({ resource: kind.resource, name });
      const object = merged(live.object, patch);
      checkName(object, name);
      return whollyDecoded(() => update(route, live, sentObject(kind, object), intent));
    },
  };

  function create(route: Route, sent: Sent, intent: Intent): Written {
    const { kind, namespace } = route;
    const { metadata } = sent.object;
    const id = uid();
    const name = metadata.name || (metadata.generateName ? metadata.generateName + suffixOf(id) : '');
    const target = { ...route, name };
    if (name === '') throw nameMissing(route);
    if ((metadata.namespace ?? namespace) !== namespace)
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    admitTo(target);
    const first: StoredMeta = {
      ...metadata,
      name,
      namespace,
      uid: id,
      resourceVersion: '',
      generation: kind.generation === 'counted' ? 1 : undefined,
      creationTimestamp: timestamp(now()),
    };
    const object = admit({ route: target, before: undefined, sent, metadata: first }, intent);
    if (store.get(kind, keyOf(namespace, name)) !== undefined) throw alreadyExists({ resource: kind.resource, name });
    if (metadata.resourceVersion && kind.absentOnUpdate === 'not-found')
      throw internalError('resourceVersion should not be set on objects to be created');
    const owned = withManagers(undefined, object, intent);
    if (intent.effect === 'dry-run') return { status: 201, object: owned, stored: undefined };
    const stored = store.put(kind, owned);
    return { status: 201, object: stored.object, stored };
  }

  function update(route: ObjectRoute, live: Stored, sent: Sent, intent: Intent): Written {
    const { kind, name, subresource } = route;
    const { resourceVersion, uid: sentUid } = sent.object.metadata;
    const before = live.object;
    if (resourceVersion && resourceVersion !== before.metadata.resourceVersion)
      throw conflict({ resource: kind.resource, name }, STALE);
    if (sentUid !== undefined && sentUid !== before.metadata.uid) throw uidImmutable(route, sentUid);
    const metadata = subresource === 'status' ? before.metadata : carriedOver(before.metadata, sent.object.metadata);
    const object = admit({ route, before, sent, metadata }, intent);
    if (same(object, before)) return { status: 200, object: before, stored: live };
    const changed = withManagers(before, withGeneration(route, before, object), intent);
    if (intent.effect === 'dry-run') return { status: 200, object: changed, stored: undefined };
    if (isReleased(changed)) {
      store.remove(live);
      return { status: 200, object: changed, stored: undefined };
    }
    const stored = store.put(kind, changed);
    return { status: 200, object: stored.object, stored };
  }

  /** Nobody reads who wrote what, but of Secrets. */
  function withManagers(before: ApiObject | undefined, object: ApiObject, { manager }: Intent): ApiObject {
    if (object.kind !== 'Secret') return object;
    const managedFields = managedAfter(before, object, { manager, time: timestamp(now()) });
    return { ...object, metadata: { ...object.metadata, managedFields } };
  }
}

function withGeneration({ kind }: Route, before: ApiObject, object: ApiObject): ApiObject {
  if (kind.generation === 'none' || same(before['spec'], object['spec'])) return object;
  return { ...object, metadata: { ...object.metadata, generation: (before.metadata.generation ?? 0) + 1 } };
}

/** @throws Refusal 400 */
function checkName(object: unknown, name: string): void {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  const found = isRecord(metadata) ? metadata['name'] : undefined;
  if (found !== name)
    throw badRequest(`the name of the object (${found}) does not match the name on the URL (${name})`);
}

/** What cannot be decoded is the request's fault in a body, and the object's in a patch. */
function whollyDecoded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Refusal && error.details.code === 400 ? invalidPatch(error.message) : error;
  }
}

/** What a write can change of the metadata. */
function carriedOver(before: StoredMeta, sent: Partial<StoredMeta>): StoredMeta {
  const { labels, annotations, finalizers, ownerReferences } = sent;
  return { ...before, labels, annotations, finalizers, ownerReferences };
}

/** Chance is in the uid already. */
function suffixOf(uid: string): string {
  return uid.replaceAll('-', '').slice(-5);
}

function uidMismatch({ kind, name }: ObjectRoute, asked: string, found: string) {
  return conflict(
    { resource: kind.resource, name },
    `Precondition failed: UID in precondition: ${asked}, UID in object meta: ${found}`,
  );
}

function uidImmutable({ kind, name }: ObjectRoute, asked: string) {
  const message = `Invalid value: "${asked}": field is immutable`;
  return invalid({ resource: kind.resource, name }, [{ reason: 'FieldValueInvalid', message, field: 'metadata.uid' }]);
}

function nameMissing({ kind }: Route) {
  const message = 'Required value: name or generateName is required';
  return invalid({ resource: kind.resource, name: '' }, [
    { reason: 'FieldValueRequired', message, field: 'metadata.name' },
  ]);
}
