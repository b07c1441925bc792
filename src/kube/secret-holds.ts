import { FINALIZERS } from '../api/names.ts';
import type { CredentialSecret, SecretHolds } from '../provider/ports.ts';
import type { KubeClient } from './client.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { unlessNotFound } from './errors.ts';
import { ownObjects } from './own-objects.ts';
import { type Ref, SECRETS } from './resources.ts';

/** {@link SecretHolds} over the API server. Of a Secret nothing but its finalizers is ever written here. */
export function secretHolds(client: KubeClient): SecretHolds {
  const own = ownObjects(client);

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

    hold: (secret, signal) =>
      inWordsOfThePorts('forbidden', async () => {
        await own.addFinalizer(refOf(secret), secret, FINALIZERS.inUse, signal);
      }),

    letGo: (secret, signal) =>
      inWordsOfThePorts('forbidden', async () => {
        await own.removeFinalizer(refOf(secret), secret, FINALIZERS.inUse, signal);
      }),
  };
}

function refOf({ namespace, name }: CredentialSecret): Ref {
  return { resource: SECRETS, namespace, name };
}
