import type { Invariant } from './invariant.ts';
import { idIn, touches } from './requests.ts';

/** Nobody adopts in a story, so that whatever is touched was made by the cluster that touches it. */
export const ownership: Invariant = {
  name: 'never-anothers',
  promise: 'No registration that a person or another cluster made is changed, deleted, or its secrets read.',
  rules: ['I2', 'I4', 'I5', 'R4', 'R5', 'R7', 'R9', 'D1', 'A1'],
  attend: ({ ledger, accuse }) => ({
    see(sighting) {
      if (sighting.type !== 'asked' || !touches(sighting)) return;
      const id = idIn(sighting);
      if (id === undefined || id === 'operator0m2m0app00001') return;
      const made = ledger.madeAs(sighting.site, id);
      if (made?.cluster === sighting.cluster) return;
      const whose = made === undefined ? 'a person' : `cluster ${made.cluster}`;
      accuse(`${sighting.site} ${sighting.operation} by cluster ${sighting.cluster} of ${id}, which ${whose} made`);
    },
  }),
};
