import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { isLeftCopy } from '../copies.ts';
import type { Made } from '../made.ts';
import type { ProviderRequest } from '../sightings.ts';
import type { World } from '../world.ts';
import type { Court, Invariant } from './invariant.ts';
import { idIn, touches } from './requests.ts';

/** Nobody adopts in a story, so that whatever is touched was made by the cluster that touches it. */
export const ownership: Invariant = {
  name: 'never-anothers',
  promise:
    'No registration that a person or another cluster made is changed, deleted, or its secrets read; none is deleted that a live object holds.',
  rules: ['I2', 'I5', 'R4', 'R5', 'R7', 'R9', 'D1'],
  attend: ({ ledger, world, accuse }) => ({
    see(sighting) {
      if (sighting.type !== 'asked' || !touches(sighting)) return;
      const id = idIn(sighting);
      if (id === undefined) return;
      const last = ledger.madeAs(sighting.site, id);
      const made = last !== undefined && isThere(last, world()) ? last : undefined;
      if (made?.cluster === sighting.cluster) {
        const isOvertaken = ledger.overtaken(sighting.request, sighting.cluster);
        if (sighting.operation === 'delete' && isHeld(made, world()) && !isOvertaken) {
          accuse(`${sighting.site} ${id} is deleted, which ${made.owner?.key} holds`);
        }
        return;
      }
      if (cannotKnow(sighting, made, { ledger, world })) return;
      const whose = made === undefined ? 'a person' : `cluster ${made.cluster}`;
      accuse(`${sighting.site} ${sighting.operation} by cluster ${sighting.cluster} of ${id}, which ${whose} made`);
    },
  }),
};

/** What logi gives an id to again is known from the next listing on; a copy at Logto bears the mark of what is gone. */
function cannotKnow(
  sighting: ProviderRequest,
  made: Made | undefined,
  { ledger, world }: Pick<Court, 'ledger' | 'world'>,
): boolean {
  if (sighting.site === 'logi') return ledger.outOfDate(sighting.site, sighting.cluster);
  return made === undefined && isLeftCopy(idIn(sighting) ?? '', ledger, world());
}

/** A provider that was put back gives an id again: what has it then was made by whoever has another client id. */
function isThere({ site, id, clientId }: Made, { tenants }: World): boolean {
  if (site === 'logto') return true;
  const present = tenants.logi.applications().find((application) => String(application.id) === id);
  return present === undefined || present.clientId === clientId;
}

/** By the object that it was made for, which is not about to go. */
function isHeld({ id, cluster, owner }: Made, { clusters }: World): boolean {
  const objects = clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  return objects.some(
    (object) =>
      object.metadata.uid === owner?.uid &&
      object.metadata.deletionTimestamp === undefined &&
      applicationOf(object).applicationId === id,
  );
}
