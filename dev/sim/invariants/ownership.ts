import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { isMarkedAway } from '../acts/console.ts';
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
    'No registration that a person or another cluster made is changed, deleted, or its secrets read; none is changed or deleted that bears the mark of another, and none deleted that a live object holds.',
  rules: ['I2', 'I5', 'R4', 'R5', 'R7', 'R9', 'D1'],
  attend: (court) => ({
    see(sighting) {
      if (sighting.type === 'sent' && touches(sighting)) judgeMark(sighting, court);
      if (sighting.type === 'asked' && touches(sighting)) judgeMaker(sighting, court);
    },
  }),
};

function judgeMaker(request: ProviderRequest, { ledger, world, accuse }: Court): void {
  const { site, operation, cluster } = request;
  const id = idIn(request);
  if (id === undefined) return;
  const last = ledger.madeAs(site, id);
  const made = last !== undefined && isThere(last, world()) ? last : undefined;
  if (made?.cluster === cluster) {
    const isOvertaken = ledger.overtaken(request.request, cluster);
    if (operation === 'delete' && isHeld(made, world()) && !isOvertaken) {
      accuse(`${site} ${id} is deleted, which ${made.owner?.key} holds`);
    }
    return;
  }
  if (cannotKnow(request, made, { ledger, world })) return;
  const whose = made === undefined ? 'a person' : `cluster ${made.cluster}`;
  accuse(`${site} ${operation} by cluster ${cluster} of ${id}, which ${whose} made`);
}

/** Whoever looked at the mark before somebody replaced it has sent by then what he looked for, ms. */
const LONGEST_LOOK_MS = 30_000;

function judgeMark(request: ProviderRequest, { ledger, world, accuse }: Court): void {
  const id = idIn(request);
  // The look that shows the mark before something is done about secrets shows those, too: the seal proves whose it was made.
  if (request.operation === 'list-secrets') return;
  if (id === undefined || request.site !== 'logto' || !isMarkedAway(world().tenants, id)) return;
  const markedAt = ledger.deeds.findLast(({ act }) => act.type === 'console' && act.how === 'mark-away')?.atMs ?? 0;
  if (world().scheduler.now() < markedAt + LONGEST_LOOK_MS) return;
  accuse(`logto ${request.operation} of ${id}, which bears the mark of an object elsewhere`);
}

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
