import { ANNOTATIONS } from '../../../src/api/names.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { ownerIn } from '../ledger.ts';
import type { Invariant } from './invariant.ts';
import { idIn } from './requests.ts';

/** What may cost a value, so that another is issued. */
const LOSSES = ['tamper-secret', 'tamper-status', 'console', 'restore', 'restore-object', 'api-down'] as const;

/** A calm story has exactly the rotations that were asked for. */
export const rotations: Invariant = {
  name: 'rotations-asked-for',
  promise: 'No secret is replaced without a request or a loss, and each request is served once.',
  rules: ['T1', 'T2', 'T4', 'T5', 'R8', 'S3', 'S7', 'B2'],
  attend({ ledger, world, accuse }) {
    const counts = new Map<string, number>();
    return {
      see(sighting) {
        if (sighting.type !== 'served' || sighting.answer.status >= 300) return;
        if (sighting.operation !== 'rotate' && sighting.operation !== 'create-secret') return;
        const made = ledger.madeAs(sighting.site, idIn(sighting) ?? '');
        const key = made?.owner?.key;
        if (key === undefined) return;
        const count = (counts.get(key) ?? 0) + 1;
        counts.set(key, count);
        const withheld = world().scenario.shape.logi === 'secret-withheld' ? ledger.made.length : 0;
        const allowed = ledger.asked(key, 'rotate') + ledger.happened(key, LOSSES) + ledger.disturbances() + withheld;
        if (count > allowed) accuse(`${key} gets its ${count}. new secret, where ${allowed} can be explained`);
      },
      atRest() {
        for (const cluster of world().clusters) {
          for (const object of cluster.hands.list(OAUTH_APPLICATIONS)) {
            const token = object.metadata.annotations?.[ANNOTATIONS.rotateRequestedAt];
            const { ready, servedRotation } = applicationOf(object);
            if (ready?.status !== 'True' || token === undefined || token === servedRotation) continue;
            accuse(`${ownerIn(cluster.index, object).key} is Ready and has not served ${token}`);
          }
        }
      },
    };
  },
};
