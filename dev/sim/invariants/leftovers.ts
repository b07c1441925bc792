import { FINALIZERS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { isStanding } from '../held.ts';
import { type Made, ownerIn } from '../ledger.ts';
import type { ProviderRequest, Sighting } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';
import { idIn } from './requests.ts';

/** What no object has any more is for people to look at. */
export const leftovers: Invariant = {
  name: 'left-is-left',
  promise:
    'What was retained, given up, or made for an object that is not there any more is not deleted, unless an object of that name has taken it back.',
  rules: ['B4', 'D4', 'R10', 'B3'],
  attend(court) {
    /** What was left on purpose, and by nobody taken back since. */
    const left = new Set<Made>();
    return {
      see(sighting) {
        if (sighting.type === 'object' && sighting.kind === 'OAuthApplication') note(sighting, left, court);
        if (sighting.type === 'asked' && sighting.operation === 'delete') judge(sighting, left, court);
      },
    };
  },
};

function note(
  { by, before, after, cluster }: Extract<Sighting, { type: 'object' }>,
  left: Set<Made>,
  court: Court,
): void {
  const held = after === undefined ? undefined : madeFor(after, court);
  if (held !== undefined) left.delete(held);
  const former = before === undefined ? undefined : madeFor(before, court);
  if (before === undefined || former === undefined || by.type !== 'process') return;
  const isLetGo = hasFinalizer(before) && (after === undefined || !hasFinalizer(after));
  const isRetained = isLetGo && applicationOf(before).deletionPolicy === 'Retain';
  const isGivenUp = after !== undefined && held === undefined && isStanding(court.world(), former);
  if (isRetained || (isGivenUp && court.ledger.asked(ownerIn(cluster, before).key, 'register-anew') > 0))
    left.add(former);
}

function judge(request: ProviderRequest, left: ReadonlySet<Made>, { ledger, world, accuse }: Court): void {
  const { site, cluster } = request;
  const made = ledger.madeAs(site, idIn(request) ?? '');
  // A request to delete what is gone deletes nothing.
  if (made?.owner === undefined || made.cluster !== cluster || !isStanding(world(), made)) return;
  const { key } = made.owner;
  if (left.has(made)) accuse(`${site} ${made.id} is deleted, which was left for ${key}`);
  const objects = world().clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  // A database that went back may take the object away while its pass goes on.
  const isKnown = objects.some((object) => ownerIn(cluster, object).key === key);
  if (isKnown || left.has(made) || ledger.restored(made)) return;
  accuse(`${site} ${made.id} is deleted, and ${key}, for which it was made, is not there`);
}

function madeFor(object: KubeObject, { ledger }: Court): Made | undefined {
  const { provider, applicationId } = applicationOf(object);
  if ((provider !== 'logi' && provider !== 'logto') || applicationId === undefined) return undefined;
  return ledger.madeAs(provider, applicationId);
}

function hasFinalizer({ metadata }: KubeObject): boolean {
  return metadata.finalizers?.includes(FINALIZERS.registration) === true;
}
