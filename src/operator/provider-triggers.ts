import type { OAuthProvider } from '../api/provider.ts';
import { applicationsOf } from '../kube/application-store.ts';
import type { CredentialSecrets } from '../kube/credentials.ts';
import { keyOf } from '../kube/object.ts';
import { secretsNamedBy } from '../kube/providers.ts';
import { keyOfProvider, textOf } from '../provider/key.ts';
import type { Shard } from '../provider/shard.ts';
import { same } from '../runtime/same.ts';
import { type Caches, providerStores } from './caches.ts';
import { asksForPass, isEdited } from './edits.ts';
import type { Queues } from './footing.ts';

/** Queues provider objects that changed, with the applications of new ones, and says whose Secrets are to be watched. */
export function queueOnProviders(
  caches: Pick<Caches, 'applications' | 'providers' | 'clusterProviders'>,
  queues: Queues,
  credentials: Pick<CredentialSecrets, 'watch'>,
  shard: Pick<Shard, 'serves'>,
): void {
  const stores = providerStores(caches);

  for (const store of stores) {
    store.subscribe((change) => {
      const previous = change.type === 'set' ? change.previous : undefined;
      watchCredentials();
      if (previous !== undefined && !concernsProvider(previous, change.object, shard)) return;
      const ask = isEdited(previous, change.object) ? queues.providers.renew : queues.providers.add;
      ask(textOf(keyOfProvider(change.object)), 'change');
      if (previous === undefined) queueApplications(change.object);
    });
  }

  watchCredentials();
  for (const object of stores.flatMap((store) => store.list())) {
    queues.providers.add(textOf(keyOfProvider(object)), 'change');
  }

  function watchCredentials(): void {
    const served = stores.flatMap((store) => store.list().filter(shard.serves));
    credentials.watch(new Set(served.flatMap(secretsNamedBy)));
  }

  function queueApplications(provider: OAuthProvider): void {
    for (const object of applicationsOf(caches.applications, keyOfProvider(provider))) {
      queues.applications.renew(keyOf(object.metadata), 'change');
    }
  }
}

/** The claim is in the status, and another installation may write there (protocol I6); labels say whose it is. */
function concernsProvider(before: OAuthProvider, after: OAuthProvider, { serves }: Pick<Shard, 'serves'>): boolean {
  return (
    asksForPass(before, after) ||
    !same(before.status?.servedBy, after.status?.servedBy) ||
    serves(before) !== serves(after)
  );
}
