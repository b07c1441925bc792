import { FINALIZERS } from '../api/names.ts';
import type { HeldSecret, SecretHolds } from '../provider/ports.ts';
import type { KubeClient } from './client.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { unlessNotFound } from './errors.ts';
import { SECRETS } from './resources.ts';

/** {@link SecretHolds} over the API server. Of a Secret nothing but its finalizers is ever written here. */
export function secretHolds(client: KubeClient): SecretHolds {
  return {
    async look(namespace, name, signal) {
      const secret = await inWordsOfThePorts('forbidden', () =>
        client.get({ resource: SECRETS, namespace, name }, signal).catch(unlessNotFound),
      );
      if (secret === undefined) return undefined;
      const { uid, resourceVersion, finalizers = [], deletionTimestamp } = secret.metadata;
      const state = deletionTimestamp === undefined ? 'live' : 'deleting';
      return { namespace, name, uid, resourceVersion, finalizers, state };
    },

    hold: (secret, signal) => patch(secret, [...secret.finalizers, FINALIZERS.inUse], signal),

    letGo: (secret, signal) =>
      patch(
        secret,
        secret.finalizers.filter((name) => name !== FINALIZERS.inUse),
        signal,
      ),
  };

  function patch(secret: HeldSecret, finalizers: readonly string[], signal: AbortSignal): Promise<void> {
    const { namespace, name, uid, resourceVersion } = secret;
    const body = { metadata: { uid, resourceVersion, finalizers } };
    return inWordsOfThePorts('forbidden', async () => {
      await client.patch({ resource: SECRETS, namespace, name }, { type: 'merge', body }, {}, signal);
    });
  }
}
