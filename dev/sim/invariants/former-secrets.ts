import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { heldIn } from '../held.ts';
import { TIMES } from '../manifests.ts';
import type { Sighting } from '../sightings.ts';
import { referredBy, WORKLOAD_KINDS, whoseIs } from '../workloads.ts';
import type { Court, Invariant } from './invariant.ts';

/** Whoever refers to a former name would not start any more. */
export const formerSecrets: Invariant = {
  name: 'former-name-kept-in-use',
  promise: 'The Secret of a former name stays for its time, as long as something refers to it.',
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
    };
  },
};

/** What takes away what the status says of it, or moves its time. */
const EXCUSES = ['tamper-status', 'restore', 'restore-object', 'clock'] as const;

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
  if (isLeaving || ledger.happened(key, EXCUSES) > 0) return;
  const { mounted, provider } = applicationOf(object);
  const isUsed = Object.values(WORKLOAD_KINDS)
    .flatMap((resource) => cluster.hands.list(resource))
    .some((workload) => workload.metadata.namespace === namespace && referredBy(workload) === name);
  if (!isUsed || mounted.name === name) return;
  const keptMs = scheduler.now() - (since.get(`${index}/${namespace}/${mounted.name}`) ?? scheduler.now());
  if (keptMs >= TIMES.formerSecretMs[provider === 'logto' ? 'logto' : 'logi'] - GRAIN_MS) return;
  accuse(`${key} loses Secret ${name} ${Math.round(keptMs / 1_000)} s after its next one came, and it is referred to`);
}
