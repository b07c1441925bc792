import type { OAuthApplication } from '../api/application.ts';
import type { SecretHead } from '../application/ports/secrets.ts';
import { applicationByUid, applicationsBySecret } from '../kube/application-store.ts';
import { keyOf } from '../kube/object.ts';
import type { OwnWrites } from '../kube/own-writes.ts';
import type { Queue } from '../runtime/queue.ts';
import type { Caches } from './caches.ts';

/** Asks for the applications whose Secret is another than the one that we wrote last, or is not there. */
export function queueOnSecrets(
  { applications, secrets }: Pick<Caches, 'applications' | 'secrets'>,
  queue: Queue,
  writes: Pick<OwnWrites<OAuthApplication>, 'latest'>,
): void {
  secrets.subscribe((change) => {
    for (const application of usersOf(change.key, change.object)) {
      if (change.type === 'gone' || !isKnown(application, change.object)) {
        queue.add(keyOf(application.metadata), 'change');
      }
    }
  });

  // A Secret that is deleted while no watch runs is missing from the next listing, and where it was never seen here, no
  // `gone` tells of it. So whenever either cache was read whole, every application is held against the Secrets; `latest`,
  // since a status that we just wrote may not be in the cache yet.
  secrets.onFilled(queueWithoutSecret);
  applications.onFilled(queueWithoutSecret);

  function queueWithoutSecret(): void {
    for (const application of applications.list().map(writes.latest).filter(isWithoutSecret)) {
      queue.add(keyOf(application.metadata), 'change');
    }
  }

  /** By name, and by owner reference, either of which somebody may have changed. */
  function usersOf(key: string, { ownerUid }: SecretHead): ReadonlySet<OAuthApplication> {
    const [namespace = '', name = ''] = key.split('/');
    const owner = ownerUid === undefined ? undefined : applicationByUid(applications, ownerUid);
    return new Set([...applicationsBySecret(applications, namespace, name), ...(owner === undefined ? [] : [owner])]);
  }

  function isWithoutSecret({ metadata, status }: OAuthApplication): boolean {
    if (status?.secret?.delivered !== true) return false;
    return secrets.get(keyOf({ namespace: metadata.namespace, name: status.secret.name })) === undefined;
  }
}

/** The version of the Secret that our own write made. */
function isKnown({ status }: OAuthApplication, { uid, resourceVersion }: SecretHead): boolean {
  return status?.secret?.uid === uid && status.secret.resourceVersion === resourceVersion;
}
