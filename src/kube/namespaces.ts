import type { KubeClient } from './client.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { NAMESPACES } from './resources.ts';

/** Uids of namespaces, read live: a namespace that was made anew is another one. */
export function kubeNamespaces(client: KubeClient): { uid(namespace: string, signal: AbortSignal): Promise<string> } {
  return {
    async uid(namespace, signal) {
      const ref = { resource: NAMESPACES, namespace: undefined, name: namespace };
      const { metadata } = await inWordsOfThePorts('forbidden', () => client.get(ref, signal));
      return metadata.uid;
    },
  };
}
