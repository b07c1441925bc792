import { isStanding } from '../held.ts';
import type { Invariant } from './invariant.ts';

/** What is made for an object that an API server lets go meanwhile. */
export const letGo: Invariant = {
  name: 'let-go-is-let-go',
  promise:
    'What was made for an object that was let go meanwhile is gone again, where nothing kept its process from it.',
  rules: ['O8'],
  attend: ({ ledger, world, accuse }) => ({
    atRest() {
      if (!ledger.undisturbed()) return;
      for (const made of ledger.made.filter((each) => ledger.letGo(each) && isStanding(world(), each))) {
        const { site, id, owner } = made;
        if (owner === undefined || ledger.retained(owner.key)) continue;
        accuse(`${site} holds ${id}, and ${owner.key}, for which it was made, was let go`);
      }
    },
  }),
};
