import type { KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { isAlive, isStanding } from '../held.ts';
import { ownerIn } from '../made.ts';
import type { Court, Invariant } from './invariant.ts';

/** Protocol B1: three or more, and a tenth. */
const MASS = 3;
const MASS_SHARE = 0.1;

/** A provider that was put back, or an address that leads elsewhere, shows nothing of what is there. */
export const brake: Invariant = {
  name: 'mass-disappearance-stands',
  promise: 'While many registrations are missing at once, none of them is given up.',
  rules: ['B1'],
  attend: (court) => ({
    see(sighting) {
      if (sighting.type !== 'object' || sighting.kind !== 'OAuthApplication' || sighting.by.type !== 'process') return;
      const { before, after, cluster } = sighting;
      if (before === undefined || after === undefined) return;
      const isGivenUp =
        applicationOf(before).applicationId !== undefined && applicationOf(after).applicationId === undefined;
      if (isGivenUp) judge(before, cluster, court);
    },
  }),
};

function judge(before: KubeObject, cluster: number, { ledger, world, accuse }: Court): void {
  const { key } = ownerIn(cluster, before);
  const { provider } = applicationOf(before);
  if (ledger.asked(key, 'register-anew') > 0 || ledger.happened(key, ['tamper-status']) > 0) return;
  const objects = world().clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  // What a status that somebody wrote names, no seal proves: it does not count.
  const others = objects
    .filter(({ metadata }) => metadata.uid !== before.metadata.uid)
    .filter((other) => ledger.happened(ownerIn(cluster, other).key, ['tamper-status']) === 0);
  const held = [before, ...others].filter((object) => {
    const { provider: site, applicationId } = applicationOf(object);
    return site === provider && applicationId !== undefined && object.metadata.deletionTimestamp === undefined;
  });
  const missing = held.filter((object) => !isThere(object, world()));
  // A status that was put back with its etcd names a former one: what is its own is there, and is taken back (R4).
  const isReplaced = ledger.made.some((made) => made.owner?.key === key && isStanding(world(), made));
  if (isReplaced) return;
  if (missing.length < MASS || missing.length < held.length * MASS_SHARE) return;
  accuse(`${key} gives its registration up while ${missing.length} of ${held.length} are missing at ${provider}`);
}

function isThere(object: KubeObject, world: ReturnType<Court['world']>): boolean {
  const { provider, applicationId = '' } = applicationOf(object);
  return (provider === 'logi' || provider === 'logto') && isAlive(world, provider, applicationId);
}
