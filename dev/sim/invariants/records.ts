import type { KubeObject } from '../../../src/kube/object.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { heldIn, isStanding } from '../held.ts';
import { ownerIn } from '../made.ts';
import type { Court, Invariant } from './invariant.ts';

const EXCUSES = ['tamper-secret', 'restore', 'restore-object', 'tamper-status'] as const;

/** A status that ran ahead of its Secret would lose the value in a crash; one that lags behind has it found there. */
export const records: Invariant = {
  name: 'secret-before-status',
  promise:
    'When a status says that a value was delivered, the Secret holds it; and what an operation has put there is noted.',
  rules: ['S1', 'S3', 'S4', 'R1', 'R2'],
  attend: (court) => ({
    see(sighting) {
      if (sighting.type !== 'object' || sighting.kind !== 'OAuthApplication' || sighting.by.type !== 'process') return;
      const { before, after, cluster } = sighting;
      if (after === undefined || court.ledger.happened(ownerIn(cluster, after).key, EXCUSES) > 0) return;
      judgeDelivered(before, after, cluster, court);
      if (before !== undefined) judgePutAside(before, after, cluster, court);
    },
  }),
};

function judgeDelivered(before: KubeObject | undefined, after: KubeObject, cluster: number, court: Court): void {
  const { secret } = applicationOf(after);
  const former = before === undefined ? undefined : applicationOf(before).secret;
  if (secret?.delivered !== 'yes') return;
  // The garbage collector may take it before the object.
  if (after.metadata.deletionTimestamp !== undefined) return;
  if (former?.delivered === 'yes' && former.serial === secret.serial && former.name === secret.name) return;
  const { namespace } = after.metadata;
  const found = court.world().clusters[cluster]?.hands.get({ resource: SECRETS, namespace, name: secret.name });
  if (found !== undefined && heldIn(found).serial >= secret.serial) return;
  const { key } = ownerIn(cluster, after);
  court.accuse(
    `the status of ${key} says that secret ${secret.serial} is delivered, and ${secret.name} does not hold it`,
  );
}

/** Protocol R2: the value is there, only the status is missing. */
function judgePutAside(before: KubeObject, after: KubeObject, cluster: number, court: Court): void {
  const { operation } = applicationOf(before);
  const { operation: next, secret } = applicationOf(after);
  if (operation === undefined || next?.id === operation.id) return;
  const secrets = court.world().clusters[cluster]?.hands.list(SECRETS) ?? [];
  const held = secrets
    .filter(({ metadata }) => metadata.namespace === after.metadata.namespace)
    .map(heldIn)
    .find((each) => each.operation === operation.id);
  if (held === undefined || (secret?.delivered === 'yes' && secret.serial === held.serial)) return;
  // Protocol D2: what it logged in for is gone.
  const made = court.ledger.madeFor(before);
  if (made !== undefined && !isStanding(court.world(), made)) return;
  const { key } = ownerIn(cluster, after);
  court.accuse(`${key} puts ${operation.type} ${operation.id} aside, whose value is in its Secret`);
}
