import type { KubeClient } from './client.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { unlessNotFound } from './errors.ts';
import { NAMESPACES } from './resources.ts';
import { createStore, type Store, type StoreOptions, type StoreWriter } from './store.ts';

/** A namespace, as far as access rules and seals ask. */
export interface NamespaceLabels {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Namespaces, read live. */
interface Namespaces {
  /** A namespace that was made anew is another one. */
  uid(namespace: string, signal: AbortSignal): Promise<string>;
  /** `leaving` from the moment that its deletion is asked for. */
  state(namespace: string, signal: AbortSignal): Promise<'live' | 'leaving'>;
}

/** {@link Namespaces} over the API server. @throws ClusterError */
export function kubeNamespaces(client: KubeClient): Namespaces {
  return {
    async uid(namespace, signal) {
      const ref = { resource: NAMESPACES, namespace: undefined, name: namespace };
      const { metadata } = await inWordsOfThePorts('forbidden', () => client.get(ref, signal));
      return metadata.uid;
    },

    async state(namespace, signal) {
      const ref = { resource: NAMESPACES, namespace: undefined, name: namespace };
      const { metadata } = await inWordsOfThePorts('forbidden', () => client.get(ref, signal));
      return metadata.deletionTimestamp === undefined ? 'live' : 'leaving';
    },
  };
}

/** The cache of namespaces, by name. */
export function namespaceStore(
  onListenerError?: StoreOptions<NamespaceLabels>['onListenerError'],
): Store<NamespaceLabels> & StoreWriter {
  return createStore<NamespaceLabels>({
    decode: ({ metadata }) => ({ name: metadata.name, uid: metadata.uid, labels: metadata.labels ?? {} }),
    onListenerError,
  });
}

/** The uid of a namespace, from the cache where it is there, else live; `undefined` where there is none. @throws ClusterError */
export async function knownUid(
  store: Store<NamespaceLabels> | undefined,
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const known = store?.get(namespace)?.uid;
  if (known !== undefined) return known;
  const ref = { resource: NAMESPACES, namespace: undefined, name: namespace };
  const live = await inWordsOfThePorts('forbidden', () => client.get(ref, signal).catch(unlessNotFound));
  return live?.metadata.uid;
}

/** What is known of a namespace's labels; without a store they may not be read. */
export function knownLabels(
  store: Store<NamespaceLabels> | undefined,
  namespace: string,
): NamespaceLabels['labels'] | 'not-seen' | 'unreadable' {
  return store === undefined ? 'unreadable' : (store.get(namespace)?.labels ?? 'not-seen');
}
