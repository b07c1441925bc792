import { SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { heldIn } from '../held.ts';
import { ownerIn } from '../ledger.ts';
import type { Invariant } from './invariant.ts';

/** A status that ran ahead of its Secret would lose the value in a crash. */
export const records: Invariant = {
  name: 'secret-before-status',
  promise: 'When a status says that a value was delivered, the Secret holds it.',
  rules: ['S1', 'S4', 'R2'],
  attend: ({ world, ledger, accuse }) => ({
    see(sighting) {
      if (sighting.type !== 'object' || sighting.kind !== 'OAuthApplication' || sighting.by.type !== 'process') return;
      const { before, after, cluster } = sighting;
      if (after === undefined) return;
      const { secret } = applicationOf(after);
      const former = before === undefined ? undefined : applicationOf(before).secret;
      if (secret?.delivered !== 'yes') return;
      if (former?.delivered === 'yes' && former.serial === secret.serial && former.name === secret.name) return;
      const { key } = ownerIn(cluster, after);
      if (ledger.happened(key, ['tamper-secret', 'restore', 'restore-object', 'tamper-status']) > 0) return;
      const { namespace } = after.metadata;
      const found = world().clusters[cluster]?.hands.get({ resource: SECRETS, namespace, name: secret.name });
      if (found !== undefined && heldIn(found).serial >= secret.serial) return;
      accuse(
        `the status of ${key} says that secret ${secret.serial} is delivered, and ${secret.name} does not hold it`,
      );
    },
  }),
};
