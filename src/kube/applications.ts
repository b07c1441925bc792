import { OAuthApplication } from '../api/application.ts';
import { FINALIZERS } from '../api/names.ts';
import type { Applications } from '../application/ports/applications.ts';
import { ClusterError } from '../application/ports/errors.ts';
import {
  applicationOf,
  applicationsByIdentity,
  applicationsByRegistration,
  applicationsBySecret,
} from './application-store.ts';
import type { KubeClient } from './client.ts';
import { inWordsOfThePorts, unlessStale } from './cluster-error.ts';
import { liveHolders } from './holders.ts';
import type { KubeObject } from './object.ts';
import { keyOf } from './object.ts';
import { ownObjects } from './own-objects.ts';
import { knowingOwnOperations } from './own-statuses.ts';
import type { OwnWrites } from './own-writes.ts';
import { OAUTH_APPLICATIONS, type Ref } from './resources.ts';
import type { Store } from './store.ts';

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
): Applications {
  const own = knowingOwnOperations(ownObjects(client));
  const holders = liveHolders(client, served);

  store.subscribe(({ type, object }) => {
    if (type === 'gone') writes.forget(object.metadata.uid);
  });

  return {
    get(key) {
      const cached = store.get(keyOf(key));
      return cached && writes.latest(cached);
    },

    async read(application, signal) {
      const live = await own.read(refOf(application), application.metadata.uid, signal);
      return live && applicationOf(live);
    },

    confirm: (application, signal) =>
      unlessRefused(application, async () => {
        const { metadata } = await client.get(refOf(application), signal);
        const { uid, resourceVersion, deletionTimestamp } = application.metadata;
        const isSame = metadata.uid === uid && metadata.resourceVersion === resourceVersion;
        // An etcd that was put back may give a resourceVersion out a second time.
        if (isSame && metadata.deletionTimestamp === deletionTimestamp) return;
        throw new ClusterError('conflict', 'the object has changed since it was read');
      }),

    withSecretName: (namespace, secretName) => applicationsBySecret(store, namespace, secretName),

    withApplicationId: (identity, applicationId) => applicationsByRegistration(store, identity, applicationId),

    async holding(identity, applicationId, signal) {
      const found = await inWordsOfThePorts('forbidden', () => holders.of(identity, applicationId, signal));
      const decoded = found.flatMap((item) => OAuthApplication.safeParse(item).data ?? []);
      return decoded.length === found.length ? decoded : 'unreadable';
    },

    ofIdentity: (identity) => applicationsByIdentity(store, identity).map((cached) => writes.latest(cached)),

    writeStatus: (application, status, signal) =>
      written(application, async () => {
        writes.expect({ ...application, status });
        return own.replaceStatus(refOf(application), application, status, signal);
      }),

    addFinalizer: (application, signal) =>
      written(application, () =>
        own.addFinalizer(refOf(application), application.metadata, FINALIZERS.registration, signal),
      ),

    async removeFinalizer(application, signal) {
      const { metadata } = application;
      await written(application, () =>
        own.removeFinalizer(refOf(application), metadata, FINALIZERS.registration, signal),
      );
      // The watch may have told of its end before the answer came, and will not again.
      if (store.get(keyOf(metadata))?.metadata.uid !== metadata.uid) writes.forget(metadata.uid);
    },
  };

  async function written(before: OAuthApplication, write: () => Promise<KubeObject>): Promise<OAuthApplication> {
    const after = applicationOf(await unlessRefused(before, write));
    writes.wrote(before, after);
    return after;
  }

  /** After a restore of etcd a version that we had replaced may be current again, and the cached one may not exist. */
  function unlessRefused<T>({ metadata }: OAuthApplication, write: () => Promise<T>): Promise<T> {
    return unlessStale(write, () => {
      writes.forget(metadata.uid);
      store.refused(keyOf(metadata), metadata.resourceVersion);
    });
  }
}

function refOf({ metadata }: OAuthApplication): Ref {
  return { resource: OAUTH_APPLICATIONS, namespace: metadata.namespace, name: metadata.name };
}
