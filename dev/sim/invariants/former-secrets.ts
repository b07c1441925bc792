import type { KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS, SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import type { Cluster } from '../cluster.ts';
import { keyOf } from '../deeds.ts';
import { heldIn } from '../held.ts';
import { ownerIn } from '../made.ts';
import { TIMES } from '../manifests.ts';
import type { Sighting } from '../sightings.ts';
import { referredBy, WORKLOAD_KINDS, whoseIs } from '../workloads.ts';
import type { Court, Invariant } from './invariant.ts';

/** Whoever refers to a former name would not start any more. */
export const formerSecrets: Invariant = {
  name: 'former-name-kept-in-use',
  promise: 'The Secret of a former name stays for its time, as long as something refers to it, and goes then.',
  rules: ['S8'],
  attend(court) {
    /** When a value came under a name, by cluster, namespace and name, ms. */
    const since = new Map<string, number>();
    return {
      see(sighting) {
        if (sighting.type !== 'object' || sighting.kind !== 'Secret') return;
        const { after, cluster } = sighting;
        if (after === undefined) return judge(sighting, since, court);
        const { namespace, name } = after.metadata;
        const place = `${cluster}/${namespace}/${name}`;
        if (heldIn(after).clientSecret !== undefined && !since.has(place))
          since.set(place, court.world().scheduler.now());
      },
      atRest(sinceMs) {
        for (const cluster of court.world().clusters) {
          for (const object of cluster.hands.list(OAUTH_APPLICATIONS)) judgeOver(object, sinceMs, cluster, court);
        }
      },
    };
  },
};

/** What takes away what the status says of it, or moves its time. */
const EXCUSES = ['tamper-status', 'restore', 'restore-object', 'clock'] as const;

/** So long after its time a pass may come that removes it, ms. */
const LATE_MS = 60_000;

/** Its time is over where nothing was done for longer than that: whatever keeps it is work. */
function judgeOver(object: KubeObject, sinceMs: number, { index, hands }: Cluster, court: Court): void {
  const { ledger, world, accuse } = court;
  const { ready, provider, mounted } = applicationOf(object);
  const { key, uid } = ownerIn(index, object);
  const { scheduler, scenario } = world();
  const longestMs = TIMES.formerSecretMs[provider === 'logto' ? 'logto' : 'logi'] + LATE_MS;
  if (ready?.status !== 'True' || scheduler.now() - sinceMs < longestMs) return;
  if (ledger.happened(key, [...EXCUSES, 'tamper-secret']) > 0 || ledger.moved(key) > 0) return;
  // What may run with it keeps it, and so does a clock that tells another time (protocol S8, T6).
  const runs = scenario.shape.applications.find((each) => keyOf(each) === key)?.workload !== undefined;
  if (runs || ledger.blinded() || scenario.shape.apartMs !== 0) return;
  const left = hands.list(SECRETS).filter(({ metadata }) => {
    const isIts = metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
    return isIts && metadata.name !== mounted.name;
  });
  if (left.length > 0) accuse(`${key} has ${left.map(({ metadata }) => metadata.name).join(', ')} still`);
}

/** The API server tells the time in whole seconds. */
const GRAIN_MS = 1_000;

function judge(
  { by, before, cluster: index }: Extract<Sighting, { type: 'object' }>,
  since: ReadonlyMap<string, number>,
  { ledger, world, accuse }: Court,
): void {
  const { clusters, scheduler } = world();
  const cluster = clusters[index];
  if (by.type !== 'process' || before === undefined || cluster === undefined) return;
  const { namespace, name } = before.metadata;
  const key = whoseIs(name, { cluster: index, namespace });
  const object = cluster.hands
    .list(OAUTH_APPLICATIONS)
    .find(({ metadata }) => key === `${index}/${metadata.namespace}/${metadata.name}`);
  const isLeaving = object === undefined || object.metadata.deletionTimestamp !== undefined;
  // What an earlier object of this name left is in the way (protocol S1).
  const isIts = object?.metadata.uid === heldIn(before).applicationUid;
  if (isLeaving || !isIts || ledger.happened(key, EXCUSES) > 0) return;
  const { mounted, provider } = applicationOf(object);
  const isUsed = Object.values(WORKLOAD_KINDS)
    .flatMap((resource) => cluster.hands.list(resource))
    .some((workload) => workload.metadata.namespace === namespace && referredBy(workload) === name);
  if (!isUsed || mounted.name === name) return;
  const keptMs = scheduler.now() - (since.get(`${index}/${namespace}/${mounted.name}`) ?? scheduler.now());
  if (keptMs >= TIMES.formerSecretMs[provider === 'logto' ? 'logto' : 'logi'] - GRAIN_MS) return;
  accuse(`${key} loses Secret ${name} ${Math.round(keptMs / 1_000)} s after its next one came, and it is referred to`);
}
