import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf, isObserved } from '../application-view.ts';
import { ownerIn } from '../made.ts';
import { type Asked, isRightlyAsked } from './asked.ts';
import type { Court, Invariant } from './invariant.ts';

/** A pass that is put off for ever is as bad as one that fails. */
export const rest: Invariant = {
  name: 'comes-to-rest',
  promise: 'When the faults stop, every object becomes Ready, or goes, or says what a person has to decide.',
  rules: ['O2', 'O4', 'O5', 'O7', 'B1', 'B2', 'D2', 'S1', 'S7', 'R4', 'R9', 'R10', 'T6'],
  attend: (court) => ({
    atRest() {
      for (const cluster of court.world().clusters) {
        for (const object of cluster.hands.list(OAUTH_APPLICATIONS))
          judge({ ...ownerIn(cluster.index, object), cluster, object }, court);
      }
    },
  }),
};

function judge(asked: Asked, court: Court): void {
  const { key, object } = asked;
  const { ready, operation } = applicationOf(object);
  const isDeleting = object.metadata.deletionTimestamp !== undefined;
  if (!isDeleting && ready?.status === 'True') {
    if (operation !== undefined) court.accuse(`${key} is Ready, and its operation is still open: ${operation.type}`);
    if (!isObserved(object)) court.accuse(`${key} is Ready, and its status is of an earlier spec`);
    return;
  }
  if (isRightlyAsked(asked, court)) return;
  court.accuse(`${key} is ${isDeleting ? 'still being deleted: ' : ''}${ready?.reason}: ${ready?.message}`);
}
