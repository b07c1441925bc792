import { FINALIZERS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { heldIn, isStanding } from '../held.ts';
import { type Made, ownerIn } from '../made.ts';
import { LIST_LAG_MS } from '../tenants.ts';
import type { World } from '../world.ts';
import type { Court, Invariant } from './invariant.ts';

/** What takes away the record of a registration's making. */
const EXCUSES = ['forget-operation'] as const;

/** A status that names another's is for a person to judge. */
const OF_ANOTHER = ['other-id', 'newest-id'] as const;

/** A registration is deleted, and its finalizer taken off, within so long of the listing that was looked at, ms. */
const SINCE_LISTED_MS = 1_000;

/** The last trace of a registration in the cluster goes last. */
export const finalizer: Invariant = {
  name: 'finalizer-goes-last',
  promise: 'The finalizer goes only when the registration is gone, or was to be retained.',
  rules: ['D1', 'D2', 'D4', 'O7', 'I7'],
  attend: (court) => ({
    see(sighting) {
      const { world, ledger, accuse } = court;
      if (sighting.type !== 'object' || sighting.kind !== 'OAuthApplication' || sighting.by.type !== 'process') return;
      const { before, after, cluster } = sighting;
      if (before?.metadata.finalizers?.includes(FINALIZERS.registration) !== true) return;
      if (after?.metadata.finalizers?.includes(FINALIZERS.registration) === true) return;
      const { key, uid } = ownerIn(cluster, before);
      const { deletionPolicy, provider } = applicationOf(before);
      if (deletionPolicy === 'Retain') return;
      const named = namedIn(before, key, court);
      if (named !== undefined) accuse(`${key} loses its finalizer while ${named.id}, which its status names, is there`);
      if (ledger.tampered(key, EXCUSES) > 0) return;
      // With status and Secret nothing in the cluster says any more that there was another provider.
      const isLost = ledger.tampered(key, ['wipe']) > 0 && !hasSecret(world(), cluster, uid);
      const left = ledger.made.filter(
        (made) =>
          made !== named &&
          made.owner?.uid === uid &&
          isStanding(world(), made) &&
          !ledger.restored(made) &&
          !isUnlisted(made, world()) &&
          !(isLost && made.site !== provider),
      );
      if (left.length <= ledger.asked(key, 'register-anew')) return;
      accuse(`${key} loses its finalizer while ${left.map(({ id }) => id).join(', ')} is there`);
    },
  }),
};

/** What its status proves to be the object's, whoever it was made for, and is there. */
function namedIn(object: KubeObject, key: string, { world, ledger }: Court): Made | undefined {
  const made = ledger.tampered(key, OF_ANOTHER) > 0 ? undefined : ledger.madeFor(object);
  if (made === undefined || !isStanding(world(), made)) return undefined;
  // A provider that was put back gave the id again.
  if (made.clientId !== (applicationOf(object).clientId ?? made.clientId)) return undefined;
  // What had gone comes back with its provider, and the status names it still.
  return ledger.putBack(made.site) && ledger.restored(made) ? undefined : made;
}

/** A twin that no listing shows yet is told of as an orphan later (guarantees.md). */
function isUnlisted({ site, atMs }: Made, { scheduler, scenario }: World): boolean {
  const isLate = site === 'logi' && scenario.shape.logi === 'lagging-list';
  return isLate && scheduler.now() - atMs <= LIST_LAG_MS + SINCE_LISTED_MS;
}

function hasSecret({ clusters }: World, cluster: number, uid: string): boolean {
  const secrets = clusters[cluster]?.hands.list(SECRETS) ?? [];
  return secrets.some((secret) => heldIn(secret).applicationUid === uid);
}
