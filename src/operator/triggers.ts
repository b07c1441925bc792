import type { OAuthApplication } from '../api/application.ts';
import type { CredentialSecrets } from '../kube/credentials.ts';
import type { OwnWrites } from '../kube/own-writes.ts';
import type { Shard } from '../provider/shard.ts';
import { queueOnAccess } from './access-triggers.ts';
import { queueOnApplications } from './application-triggers.ts';
import type { Caches } from './caches.ts';
import type { Queues } from './footing.ts';
import { queueOnProviders } from './provider-triggers.ts';
import { queueOnSecrets } from './secret-triggers.ts';

/**
 * Turns what changes in the cluster into keys to look at, and asks for all that is there already. A key says which object
 * to look at, never what happened.
 *
 * Our own writes come back as events, too, and ask for no pass. What somebody else writes into the status does: nothing
 * else would notice that it lacks what we stand on.
 */
export function feedQueues(
  caches: Omit<Caches, 'reflectors'>,
  queues: Queues,
  credentials: Pick<CredentialSecrets, 'watch'>,
  writes: Pick<OwnWrites<OAuthApplication>, 'isOurs' | 'latest' | 'forget'>,
  shard: Pick<Shard, 'serves'>,
): void {
  queueOnAccess(caches, queues.applications);
  queueOnSecrets(caches, queues.applications, writes);
  queueOnApplications(caches, queues, writes);
  queueOnProviders(caches, queues, credentials, shard);
}
