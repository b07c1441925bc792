import { effectiveSecretName, OAuthApplication, type OAuthApplicationStatus } from '../api/application.ts';
import { FINALIZERS } from '../api/names.ts';
import type { Applications } from '../application/ports/applications.ts';
import { ClusterError } from '../application/ports/endings.ts';
import type { KubeClient } from './client.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { unlessNotFound } from './errors.ts';
import type { KubeObject } from './object.ts';
import { keyOf } from './object.ts';
import type { OwnWrites } from './own-writes.ts';
import { OAUTH_APPLICATIONS, type Ref } from './resources.ts';
import { createStore, type Store, type StoreOptions, type StoreWriter } from './store.ts';

/** Throws when no write may be made now: without a valid lease nothing is written (design section 8). */
export type Fence = () => void;

const BY_SECRET = 'secret';
const BY_REGISTRATION = 'registration';
const BY_IDENTITY = 'identity';
const BY_PROVIDER = 'provider';
const BY_UID = 'uid';

/** In the place of a provider's key; those begin with a kind and a space. */
const UNDECIDED = 'undecided';

/** The cache of OAuthApplications, with what a pass looks them up by. */
export function applicationStore(
  onUndecodable: NonNullable<StoreOptions<OAuthApplication>['onUndecodable']>,
): Store<OAuthApplication> & StoreWriter {
  return createStore<OAuthApplication>({
    decode: (object) => OAuthApplication.parse(object),
    indexes: {
      [BY_SECRET]: secretNames,
      [BY_REGISTRATION]: ({ status }) => pair(status?.provider?.identity, status?.applicationId),
      [BY_IDENTITY]: ({ status }) => (status?.provider === undefined ? [] : [status.provider.identity]),
      [BY_PROVIDER]: providerKeys,
      [BY_UID]: ({ metadata }) => [metadata.uid],
    },
    onUndecodable,
  });
}

/** Applications that name this provider object, or are bound to it. `namespace` is `undefined` for a cluster-wide one. */
export function applicationsOf(
  store: Store<OAuthApplication>,
  kind: string,
  namespace: string | undefined,
  name: string,
): readonly OAuthApplication[] {
  return store.byIndex(BY_PROVIDER, providerKey(kind, namespace, name));
}

/** The same, of one namespace. */
export function applicationsIn(
  store: Store<OAuthApplication>,
  namespace: string,
  kind: string,
  name: string,
): readonly OAuthApplication[] {
  return store.byIndex(BY_PROVIDER, withinNamespace(namespace, providerKey(kind, namespace, name)));
}

/** Applications of a namespace, or with `undefined` of all, that name no provider and are bound to none. */
export function undecidedApplications(
  store: Store<OAuthApplication>,
  namespace: string | undefined,
): readonly OAuthApplication[] {
  return store.byIndex(BY_PROVIDER, namespace === undefined ? UNDECIDED : withinNamespace(namespace, UNDECIDED));
}

/** The provider that an application is bound to, else the one that it names (protocol I3). */
export function providerOf({
  spec,
  status,
}: OAuthApplication): { readonly kind: 'OAuthProvider' | 'ClusterOAuthProvider'; readonly name: string } | undefined {
  const ref = status?.provider ?? spec.providerRef;
  return ref && { kind: ref.kind, name: ref.name };
}

/** The application whose uid a Secret's owner reference names. */
export function applicationByUid(store: Store<OAuthApplication>, uid: string): OAuthApplication | undefined {
  return store.byIndex(BY_UID, uid)[0];
}

/** Applications whose Secret has, or is to have, this name. */
export function applicationsBySecret(
  store: Store<OAuthApplication>,
  namespace: string,
  name: string,
): readonly OAuthApplication[] {
  return store.byIndex(BY_SECRET, `${namespace}/${name}`);
}

/** What is known of the applications without asking. */
export interface KnownApplications {
  readonly store: Store<OAuthApplication>;
  readonly writes: OwnWrites<OAuthApplication>;
}

/** {@link Applications} over the API server. */
export function kubeApplications(
  client: KubeClient,
  { store, writes }: KnownApplications,
  served: string | undefined,
  fence: Fence,
): Applications {
  store.subscribe(({ type, object }) => {
    if (type === 'gone') writes.forget(object.metadata.uid);
  });

  return {
    get(key) {
      const cached = store.get(keyOf(key));
      return cached && writes.latest(cached);
    },

    async read(application, signal) {
      const live = await inWordsOfThePorts('forbidden', () =>
        client.get(refOf(application), signal).catch(unlessNotFound),
      );
      return live?.metadata.uid === application.metadata.uid ? OAuthApplication.parse(live) : undefined;
    },

    confirm: (application, signal) =>
      unlessRefused(application, async () => {
        const { metadata } = await client.get(refOf(application), signal);
        const { uid, resourceVersion } = application.metadata;
        if (metadata.uid === uid && metadata.resourceVersion === resourceVersion) return;
        throw new ClusterError('conflict', 'the object has changed since it was read');
      }),

    withSecretName: (namespace, secretName) => applicationsBySecret(store, namespace, secretName),

    withApplicationId: (identity, applicationId) =>
      pair(identity, applicationId).flatMap((value) => store.byIndex(BY_REGISTRATION, value)),

    async holding(identity, applicationId, signal) {
      const { items } = await inWordsOfThePorts('forbidden', () =>
        client.list(OAUTH_APPLICATIONS, { namespace: served }, signal),
      );
      const decoded = items.flatMap((item) => OAuthApplication.safeParse(item).data ?? []);
      return decoded.filter(
        ({ status }) => status?.provider?.identity === identity && status.applicationId === applicationId,
      );
    },

    ofIdentity: (identity) => store.byIndex(BY_IDENTITY, identity).map((cached) => writes.latest(cached)),

    writeStatus: (application, status, signal) =>
      written(application, async () => {
        fence();
        writes.expect({ ...application, status });
        return client.replace(refOf(application), bodyOf(application, status), { subresource: 'status' }, signal);
      }),

    addFinalizer: (application, signal) =>
      written(application, async () => {
        fence();
        const finalizers = [...(application.metadata.finalizers ?? []), FINALIZERS.registration];
        return patchFinalizers(application, finalizers, signal);
      }),

    async removeFinalizer(application, signal) {
      const finalizers = (application.metadata.finalizers ?? []).filter((name) => name !== FINALIZERS.registration);
      await written(application, async () => {
        fence();
        return patchFinalizers(application, finalizers, signal);
      });
      // The watch may have told of its end before the answer came, and will not again.
      if (store.get(keyOf(application.metadata))?.metadata.uid !== application.metadata.uid) {
        writes.forget(application.metadata.uid);
      }
    },
  };

  async function written(before: OAuthApplication, write: () => Promise<KubeObject>): Promise<OAuthApplication> {
    const after = OAuthApplication.parse(await unlessRefused(before, write));
    writes.wrote(before, after);
    return after;
  }

  /** In a cluster that was restored a version that we have overtaken is the last one again, and a cached one may be none. */
  async function unlessRefused<T>({ metadata }: OAuthApplication, write: () => Promise<T>): Promise<T> {
    try {
      return await inWordsOfThePorts('forbidden', write);
    } catch (error) {
      if (error instanceof ClusterError && error.code === 'conflict') {
        writes.forget(metadata.uid);
        store.refused(keyOf(metadata), metadata.resourceVersion);
      }
      throw error;
    }
  }

  function patchFinalizers(application: OAuthApplication, finalizers: readonly string[], signal: AbortSignal) {
    const { uid, resourceVersion } = application.metadata;
    const body = { metadata: { uid, resourceVersion, finalizers } };
    return client.patch(refOf(application), { type: 'merge', body }, {}, signal);
  }
}

/** The status subresource takes the status and the precondition, and ignores the rest. */
function bodyOf({ apiVersion, kind, metadata }: OAuthApplication, status: OAuthApplicationStatus): KubeObject {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, status };
}

function refOf({ metadata }: OAuthApplication): Ref {
  return { resource: OAUTH_APPLICATIONS, namespace: metadata.namespace, name: metadata.name };
}

function secretNames(application: OAuthApplication): readonly string[] {
  const { metadata, status } = application;
  const names = [effectiveSecretName(application), status?.secret?.name, status?.operation?.secretName];
  return [...new Set(names.filter((name) => name !== undefined))].map((name) => `${metadata.namespace}/${name}`);
}

/** Each key twice: as such, and within the namespace. */
function providerKeys({ metadata, spec, status }: OAuthApplication): readonly string[] {
  const { namespace } = metadata;
  const refs = [spec.providerRef, status?.provider].filter((ref) => ref !== undefined);
  const keys = refs.length === 0 ? [UNDECIDED] : refs.map(({ kind, name }) => providerKey(kind, namespace, name));
  return [...new Set(keys.flatMap((key) => [key, withinNamespace(namespace, key)]))];
}

function withinNamespace(namespace: string, key: string): string {
  return `${namespace}: ${key}`;
}

function providerKey(kind: string, namespace: string | undefined, name: string): string {
  return kind === 'OAuthProvider' ? `${kind} ${namespace ?? ''}/${name}` : `${kind} ${name}`;
}

function pair(identity: string | undefined, applicationId: string | undefined): readonly string[] {
  return identity === undefined || applicationId === undefined ? [] : [`${identity} ${applicationId}`];
}
