import type { WireRequest } from '../../../src/idp/http.ts';
import type { Life } from '../life.ts';
import type { Invariant } from './invariant.ts';

/** Of several creates at once logi may refuse all but one, as risk is judged of each alone. */
export const inTurn: Invariant = {
  name: 'one-create-at-a-time',
  promise: 'No process asks logi to make a registration before the one that it asked for is answered, or given up.',
  rules: ['O3'],
  attend({ accuse }) {
    const underWay = new Map<Life, Set<WireRequest>>();
    return {
      see(sighting) {
        if (sighting.type !== 'sent' && sighting.type !== 'settled') return;
        const { site, operation, by, request } = sighting;
        if (site !== 'logi' || operation !== 'create' || by.type !== 'process') return;
        const requests = underWay.get(by.life) ?? new Set();
        underWay.set(by.life, requests);
        if (sighting.type === 'settled') return void requests.delete(request);
        if (requests.size > 0) accuse(`${by.name} asks logi for one more registration before it has the answer`);
        requests.add(request);
      },
    };
  },
};
