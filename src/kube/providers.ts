import { OAuthApplication } from '../api/application.ts';
import { ANNOTATIONS, FINALIZERS } from '../api/names.ts';
import { caRefOf, credentialsRefOf } from '../api/provider/block.ts';
import { OAuthProvider } from '../api/provider.ts';
import type { ProviderKey } from '../provider/key.ts';
import type { ProviderObjects } from '../provider/ports.ts';
import { applicationsIn, applicationsOf, providerOf, undecidedApplications } from './application-store.ts';
import type { KnownApplications } from './applications.ts';
import type { KubeClient } from './client.ts';
import { inWordsOfThePorts, unlessStale } from './cluster-error.ts';
import { type KubeObject, keyOf } from './object.ts';
import { ownObjects } from './own-objects.ts';
import { CLUSTER_OAUTH_PROVIDERS, OAUTH_APPLICATIONS, OAUTH_PROVIDERS, type Ref, type Resource } from './resources.ts';
import { createStore, type Store, type StoreOptions, type StoreWriter } from './store.ts';

const BY_SECRET = 'secret';
const BY_DEFAULT = 'default';

/** In the place of a namespace. */
const CLUSTER_WIDE = '';

/** The cache of one kind of provider objects. */
export function providerStore(
  onUndecodable: NonNullable<StoreOptions<OAuthProvider>['onUndecodable']>,
  onListenerError?: StoreOptions<OAuthProvider>['onListenerError'],
): Store<OAuthProvider> & StoreWriter {
  return createStore<OAuthProvider>({
    decode: (object) => OAuthProvider.parse(object),
    indexes: {
      [BY_SECRET]: secretsNamedBy,
      [BY_DEFAULT]: (provider) => (isDefault(provider) ? [provider.metadata.namespace ?? CLUSTER_WIDE] : []),
    },
    onUndecodable,
    onListenerError,
  });
}

/** Provider objects that refer to this Secret, for credentials or for certificates. */
export function providersBySecret(
  store: Store<OAuthProvider>,
  namespace: string,
  name: string,
): readonly OAuthProvider[] {
  return store.byIndex(BY_SECRET, `${namespace}/${name}`);
}

/** Whether the object is marked as the default provider. */
export function isDefault({ metadata }: Pick<OAuthProvider, 'metadata'>): boolean {
  return metadata.annotations?.[ANNOTATIONS.isDefault] === 'true';
}

/** The Secrets that a provider object stands on, credentials and certificates, as `namespace/name`. */
export function secretsNamedBy({ metadata, spec }: OAuthProvider): readonly string[] {
  const keys = [credentialsRefOf(spec), caRefOf(spec)].flatMap((ref) => {
    const namespace = ref?.namespace ?? metadata.namespace;
    return ref === undefined || namespace === undefined ? [] : [`${namespace}/${ref.name}`];
  });
  return [...new Set(keys)];
}

/** {@link ProviderObjects} over the API server. */
export function kubeProviders(
  client: KubeClient,
  stores: Readonly<Record<ProviderKey['kind'], Store<OAuthProvider> | undefined>>,
  { store: applications, writes }: KnownApplications,
): ProviderObjects {
  const own = ownObjects(client);

  return {
    get: (key) => stores[key.kind]?.get(keyOf(key)),

    async read(provider, signal) {
      const live = await own.read(refOf(provider), provider.metadata.uid, signal);
      return live && OAuthProvider.parse(live);
    },

    writeStatus: (provider, status, signal) =>
      written(provider, () => own.replaceStatus(refOf(provider), provider, status, signal)),

    addFinalizer: (provider, signal) =>
      written(provider, () => own.addFinalizer(refOf(provider), provider.metadata, FINALIZERS.inUse, signal)),

    async removeFinalizer(provider, signal) {
      const remove = () => own.removeFinalizer(refOf(provider), provider.metadata, FINALIZERS.inUse, signal);
      await unlessRefused(provider, remove);
    },

    defaults: (namespace) =>
      stores[namespace === undefined ? 'ClusterOAuthProvider' : 'OAuthProvider']?.byIndex(
        BY_DEFAULT,
        namespace ?? CLUSTER_WIDE,
      ) ?? [],

    applications: (key) => applicationsOf(applications, key).map((cached) => writes.latest(cached)),

    everyApplication: () => (applications.unreadable() === 0 ? applications.list() : 'unreadable'),

    secretNames: (provider) =>
      provider.kind === 'OAuthProvider'
        ? [...new Set(secretsNamedBy(provider).map((key) => key.slice(key.indexOf('/') + 1)))]
        : [],

    sharing({ metadata: { namespace = '', uid } }, secretName) {
      const store = stores.OAuthProvider;
      const users = store === undefined ? [] : providersBySecret(store, namespace, secretName);
      return users.filter(({ metadata }) => metadata.uid !== uid);
    },

    applicationsIn: (namespace, key) => applicationsIn(applications, namespace, key),

    undecided: (namespace) => undecidedApplications(applications, namespace),

    async countInUse({ kind, namespace, name }, signal) {
      const keep = (item: KubeObject) => (isHeldBy(item, kind, name) ? [item.metadata.uid] : []);
      const held = await inWordsOfThePorts('forbidden', () =>
        client.collect(OAUTH_APPLICATIONS, { namespace }, keep, signal),
      );
      return held.length;
    },
  };

  async function written(provider: OAuthProvider, write: () => Promise<KubeObject>): Promise<OAuthProvider> {
    return OAuthProvider.parse(await unlessRefused(provider, write));
  }

  function unlessRefused<T>({ kind, metadata }: OAuthProvider, write: () => Promise<T>): Promise<T> {
    return unlessStale(write, () => stores[kind]?.refused(keyOf(metadata), metadata.resourceVersion));
  }
}

/** The resource of a kind of provider. */
function resourceOf(kind: ProviderKey['kind']): Resource {
  return kind === 'OAuthProvider' ? OAUTH_PROVIDERS : CLUSTER_OAUTH_PROVIDERS;
}

/**
 * An application that we cannot read may be any provider's, and so may one that has lost its status and names none: which
 * object was the default when it was registered is not known. What its status says stands there before our finalizer does
 * (protocol O2).
 */
function isHeldBy(item: KubeObject, kind: string, name: string): boolean {
  if (item.metadata.finalizers?.includes(FINALIZERS.registration) !== true) return false;
  const { data } = OAuthApplication.safeParse(item);
  const ref = data && providerOf(data);
  return ref === undefined || (ref.kind === kind && ref.name === name);
}

function refOf({ kind, metadata }: OAuthProvider): Ref {
  return { resource: resourceOf(kind), namespace: metadata.namespace, name: metadata.name };
}
