import { FINALIZERS } from '../../../src/api/names.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { heldIn, isStanding } from '../held.ts';
import { ownerIn } from '../ledger.ts';
import type { World } from '../world.ts';
import type { Invariant } from './invariant.ts';

/** What takes away the record of a registration's making. A status that names another's is for a person to judge. */
const EXCUSES = ['forget-operation'] as const;

/** The last trace of a registration in the cluster goes last. */
export const finalizer: Invariant = {
  name: 'finalizer-goes-last',
  promise: 'The finalizer goes only when the registration is gone, or was to be retained.',
  rules: ['D1', 'D2', 'D4', 'O7'],
  attend: ({ world, ledger, accuse }) => ({
    see(sighting) {
      if (sighting.type !== 'object' || sighting.kind !== 'OAuthApplication' || sighting.by.type !== 'process') return;
      const { before, after, cluster } = sighting;
      if (before?.metadata.finalizers?.includes(FINALIZERS.registration) !== true) return;
      if (after?.metadata.finalizers?.includes(FINALIZERS.registration) === true) return;
      const { key, uid } = ownerIn(cluster, before);
      const { deletionPolicy, provider } = applicationOf(before);
      if (deletionPolicy === 'Retain') return;
      if (ledger.tampered(key, EXCUSES) > 0) return;
      // With status and Secret nothing in the cluster says any more that there was another provider.
      const isLost = ledger.tampered(key, ['wipe']) > 0 && !hasSecret(world(), cluster, uid);
      const left = ledger.made.filter(
        (made) =>
          made.owner?.uid === uid &&
          isStanding(world(), made) &&
          !ledger.restored(made) &&
          !(isLost && made.site !== provider),
      );
      if (left.length <= ledger.asked(key, 'register-anew')) return;
      accuse(`${key} loses its finalizer while ${left.map(({ id }) => id).join(', ')} is there`);
    },
  }),
};

function hasSecret({ clusters }: World, cluster: number, uid: string): boolean {
  const secrets = clusters[cluster]?.hands.list(SECRETS) ?? [];
  return secrets.some((secret) => heldIn(secret).applicationUid === uid);
}
