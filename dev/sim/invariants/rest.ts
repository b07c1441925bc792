import type { KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { ownerIn } from '../made.ts';
import type { Act } from '../scenario/scenario.ts';
import type { Court, Invariant } from './invariant.ts';
import { mayBeContested, mayStayLost } from './losses.ts';

/** What people must have done before a person may be asked, by reason. */
const ASKS_A_PERSON: Readonly<Record<string, readonly Act['type'][]>> = {
  Suspended: ['edit'],
  StatusLost: ['tamper-status', 'restore-object', 'restore'],
  SealInvalid: ['tamper-status'],
  NameTaken: ['tamper-status'],
  UnsupportedByProvider: ['edit'],
  DeletionBlocked: ['tamper-status'],
  SecretNotOurs: ['tamper-secret', 'restore-object', 'restore', 'tamper-status'],
  SecretLost: ['tamper-secret', 'console', 'restore', 'restore-object'],
  SecretContested: ['tamper-secret', 'console'],
  MassDisappearance: ['console', 'restore'],
};

/** The same for an object that is being deleted: without its status nobody knows what else there is to delete. */
const ASKS_WHILE_DELETING: typeof ASKS_A_PERSON = {
  DeletionBlocked: ['tamper-status', 'restore-object', 'restore'],
  SealInvalid: ['tamper-status'],
};

/** A pass that is put off for ever is as bad as one that fails. */
export const rest: Invariant = {
  name: 'comes-to-rest',
  promise: 'When the faults stop, every object becomes Ready, or goes, or says what a person has to decide.',
  rules: ['O4', 'O5', 'O7', 'B1', 'B2', 'D2', 'S7', 'R10'],
  attend: (court) => ({
    atRest() {
      for (const cluster of court.world().clusters) {
        for (const object of cluster.hands.list(OAUTH_APPLICATIONS)) judge(object, cluster.index, court);
      }
    },
  }),
};

function judge(object: KubeObject, cluster: number, court: Court): void {
  const { ledger, accuse } = court;
  const { key } = ownerIn(cluster, object);
  const { ready } = applicationOf(object);
  const isDeleting = object.metadata.deletionTimestamp !== undefined;
  if (!isDeleting && ready?.status === 'True') return;
  const causes = (isDeleting ? ASKS_WHILE_DELETING : ASKS_A_PERSON)[ready?.reason ?? ''];
  const isMisled = ledger.misled() && causes?.includes('console') === true;
  const isCaused = isMisled || (causes !== undefined && ledger.happened(key, causes) > 0);
  if (isCaused && isDue(key, object, court)) return;
  // An etcd from before the installation brings another one, which does not take a provider from the former by itself.
  const isOfAnother = ready?.reason === 'ProviderNotReady' && ready.message.includes('ServedByAnother');
  if (isOfAnother && ledger.happened(key, ['restore']) > 0) return;
  // Nor is it the operator's doing that somebody makes the Secret in the last moment (protocol S2).
  if (ready?.reason === 'SecretNotOurs' && ledger.forestalled() > 0) return;
  // Its status gone, or the object that retained it, one that goes to another provider finds the Secret of the former one.
  const isAnother = ledger.retained(key) || ledger.happened(key, ['restore-object', 'restore', 'tamper-status']) > 0;
  if (ready?.reason === 'RetainedRegistrationFound' && isAnother && ledger.happened(key, ['edit']) > 0) return;
  accuse(`${key} is ${isDeleting ? 'still being deleted: ' : ''}${ready?.reason}: ${ready?.message}`);
}

/** Of a lost value a person is asked only where it is not to be issued anew, or was lost before (protocol S7). */
function isDue(key: string, object: KubeObject, court: Court): boolean {
  const { provider, ready } = applicationOf(object);
  if (ready?.reason === 'SecretLost') return mayStayLost(key, provider, court);
  return ready?.reason !== 'SecretContested' || mayBeContested(key, court);
}
