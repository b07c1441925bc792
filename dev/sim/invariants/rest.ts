import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { ownerIn } from '../ledger.ts';
import type { Act } from '../scenario/scenario.ts';
import type { Court, Invariant } from './invariant.ts';

/** What people must have done before a person may be asked, by reason. */
const ASKS_A_PERSON: Readonly<Record<string, readonly Act['type'][]>> = {
  Suspended: ['edit'],
  StatusLost: ['tamper-status', 'restore-object', 'restore'],
  SecretNotOurs: ['tamper-secret', 'restore-object', 'restore', 'tamper-status'],
  SecretLost: ['tamper-secret', 'console', 'restore', 'restore-object'],
  SecretContested: ['tamper-secret'],
  MassDisappearance: ['console', 'restore'],
};

/** A pass that is put off for ever is as bad as one that fails. */
export const rest: Invariant = {
  name: 'comes-to-rest',
  promise: 'When the faults stop, every object becomes Ready, or goes, or says what a person has to decide.',
  rules: ['O4', 'O5', 'O7', 'B1', 'B2', 'D2', 'D3', 'S7', 'R10'],
  attend: (court) => ({
    atRest() {
      for (const cluster of court.world().clusters) {
        for (const object of cluster.hands.list(OAUTH_APPLICATIONS)) {
          const { key } = ownerIn(cluster.index, object);
          const { ready } = applicationOf(object);
          if (object.metadata.deletionTimestamp !== undefined) {
            court.accuse(`${key} is still being deleted: ${ready?.reason} ${ready?.message}`);
          } else if (ready?.status !== 'True' && !isExplained(key, ready?.reason, court)) {
            court.accuse(`${key} is ${ready?.reason}: ${ready?.message}`);
          }
        }
      }
    },
  }),
};

function isExplained(key: string, reason: string | undefined, { ledger }: Court): boolean {
  const types = ASKS_A_PERSON[reason ?? ''];
  return types !== undefined && ledger.happened(key, types) > 0;
}
