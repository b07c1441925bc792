import type { OAuthApplication } from '../api/application.ts';
import type { OAuthProvider } from '../api/provider.ts';
import type { SecretHead } from '../application/ports/secrets.ts';
import { applicationStore, providerOf } from '../kube/application-store.ts';
import type { KubeClient } from '../kube/client.ts';
import { type NamespaceLabels, namespaceStore } from '../kube/namespaces.ts';
import { keyOf } from '../kube/object.ts';
import { providerStore } from '../kube/providers.ts';
import { createReflector, type Reflector, type ReflectorObserver, type ReflectorOptions } from '../kube/reflector.ts';
import {
  CLUSTER_OAUTH_PROVIDERS,
  NAMESPACES,
  nameOf,
  OAUTH_APPLICATIONS,
  OAUTH_PROVIDERS,
  type Resource,
  SECRETS,
} from '../kube/resources.ts';
import { OUR_SECRETS, secretStore } from '../kube/secrets.ts';
import type { Store } from '../kube/store.ts';
import type { Target } from '../kube/watch.ts';
import { keyWithin, type ProviderKey } from '../provider/key.ts';
import type { Log } from '../telemetry/log.ts';

/** What of the cluster is kept in memory, and what keeps it in step. */
export interface Caches {
  readonly applications: Store<OAuthApplication>;
  readonly providers: Store<OAuthProvider>;
  /** `undefined` in a namespaced install, which may not see cluster-scoped objects. */
  readonly clusterProviders: Store<OAuthProvider> | undefined;
  /** `undefined` in a namespaced install, too. */
  readonly namespaces: Store<NamespaceLabels> | undefined;
  readonly secrets: Store<SecretHead>;
  readonly reflectors: readonly Reflector[];
}

/** What every reflector of the process shares. */
export type Reflecting = Omit<ReflectorOptions, 'target' | 'store' | 'client' | 'observer'>;

/** The caches of one namespace, or with `undefined` of the whole cluster. Nothing runs yet. */
export function createCaches(
  client: KubeClient,
  reflecting: Reflecting,
  namespace: string | undefined,
  log: Log,
): Caches {
  const undecodable = ({ key, error }: { readonly key: string; readonly error: unknown }): void =>
    log.error('an object cannot be read and is left alone', { key, error });
  const failed =
    (resource: Resource) =>
    (error: unknown): void =>
      log.error('a listener of a cache failed', { resource: nameOf(resource), error });
  const isWhole = namespace === undefined;
  const applications = applicationStore(undecodable, failed(OAUTH_APPLICATIONS));
  const providers = providerStore(undecodable, failed(OAUTH_PROVIDERS));
  const secrets = secretStore(failed(SECRETS));
  const clusterProviders = isWhole ? providerStore(undecodable, failed(CLUSTER_OAUTH_PROVIDERS)) : undefined;
  const namespaces = isWhole ? namespaceStore(failed(NAMESPACES)) : undefined;

  const reflect = (target: Target, store: ReflectorOptions['store']): Reflector =>
    createReflector({ ...reflecting, client, target, store, observer: observerOf(target, log) });
  const reflectors = [
    reflect({ resource: OAUTH_APPLICATIONS, namespace, representation: 'full' }, applications),
    reflect({ resource: OAUTH_PROVIDERS, namespace, representation: 'full' }, providers),
    reflect({ resource: SECRETS, namespace, representation: 'metadata', labelSelector: OUR_SECRETS }, secrets),
  ];
  if (clusterProviders !== undefined) {
    reflectors.push(reflect({ resource: CLUSTER_OAUTH_PROVIDERS, representation: 'full' }, clusterProviders));
  }
  if (namespaces !== undefined) {
    reflectors.push(reflect({ resource: NAMESPACES, representation: 'metadata' }, namespaces));
  }
  return { applications, providers, clusterProviders, namespaces, secrets, reflectors };
}

/** The key of the provider object that an application is bound to, or names (protocol I3). */
export function chosenKey(application: OAuthApplication): ProviderKey | undefined {
  const ref = providerOf(application);
  return ref && keyWithin(ref, application.metadata.namespace);
}

/** The caches of provider objects that this install has. */
export function providerStores({
  providers,
  clusterProviders,
}: Pick<Caches, 'providers' | 'clusterProviders'>): readonly Store<OAuthProvider>[] {
  return [providers, clusterProviders].filter((store) => store !== undefined);
}

/** The provider object of this key; `undefined` where there is none, or none that this install may see. */
export function cachedProvider(
  { providers, clusterProviders }: Pick<Caches, 'providers' | 'clusterProviders'>,
  key: ProviderKey,
): OAuthProvider | undefined {
  const store = key.kind === 'OAuthProvider' ? providers : clusterProviders;
  return store?.get(keyOf(key));
}

/** Says by name what cannot be watched: a missing permission or a missing CRD is the commonest mistake of an install. */
export function observerOf({ resource, namespace, fieldSelector }: Target, log: Log): ReflectorObserver {
  const target = { resource: nameOf(resource), namespace, fieldSelector };
  let said: string | undefined;
  return {
    onFailure(kind, error) {
      if (kind === said) return;
      said = kind;
      log.warn('a watch failed and is tried again', { ...target, kind, error });
    },
    onPhase(phase) {
      if (phase !== 'watching' || said === undefined) return;
      said = undefined;
      log.info('a watch is up again', target);
    },
  };
}
