import { FINALIZERS } from '../../../src/api/names.ts';
import { isRecord, type KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { isHeld, isStanding } from '../held.ts';
import { type Made, ownerIn } from '../made.ts';
import type { ProviderRequest, Sighting } from '../sightings.ts';
import { tagIn } from './births.ts';
import type { Court, Invariant } from './invariant.ts';
import { idIn } from './requests.ts';

/** What no object has any more is for people to look at. */
export const leftovers: Invariant = {
  name: 'left-is-left',
  promise:
    'What was retained, given up, or made for an object that is not there any more is not deleted, unless an object of that name has taken it back, or its own was let go while it was made.',
  rules: ['B4', 'D4', 'R10', 'B3'],
  attend(court) {
    const left: Left = new Map();
    const unwritten: Unwritten = new Map();
    return {
      see(sighting) {
        if (sighting.type === 'object' && sighting.kind === 'OAuthApplication') {
          note(sighting, left, court);
          noteUnwritten(sighting, unwritten, court);
        }
        if (sighting.type === 'asked' && sighting.operation === 'delete') judge(sighting, { left, unwritten }, court);
      },
    };
  },
};

/** So long a process waits for the answer to what it writes down, ms. */
const ANSWER_MS = 30_000;

type ObjectSighting = Extract<Sighting, { type: 'object' }>;

/** What was left on purpose, and by nobody taken back since; and whether there is a status that was written then. */
type Left = Map<Made, 'known' | 'forgotten'>;

/** When an object went whose create was not known to be written down yet, by its uid. Its pass deletes what it made (O8). */
type Unwritten = Map<string, number>;

function note({ by, before, after, cluster }: ObjectSighting, left: Left, court: Court): void {
  const held = after === undefined ? undefined : court.ledger.madeFor(after);
  if (held !== undefined) left.delete(held);
  if (before !== undefined && (after === undefined || isWiped(after))) {
    const { key } = ownerIn(cluster, before);
    for (const made of left.keys()) if (made.owner?.key === key) left.set(made, 'forgotten');
  }
  const former = before === undefined ? undefined : court.ledger.madeFor(before);
  if (before === undefined || former === undefined || by.type !== 'process') return;
  const isLetGo = hasFinalizer(before) && (after === undefined || !hasFinalizer(after));
  const isRetained = isLetGo && applicationOf(before).deletionPolicy === 'Retain';
  const isParted = after !== undefined && held === undefined;
  if (isRetained || (isParted && isGivenUp(former, ownerIn(cluster, before).key, court))) left.set(former, 'known');
}

function noteUnwritten({ before, after }: ObjectSighting, unwritten: Unwritten, { ledger, world }: Court): void {
  if (before === undefined || after !== undefined) return;
  const now = world().scheduler.now();
  const { operation, applicationId } = applicationOf(before);
  const isOpen = operation?.type === 'register' && applicationId === undefined;
  const made = ledger.madeFor(before);
  const isUnanswered = made !== undefined && now - made.atMs < ANSWER_MS;
  if (isOpen || isUnanswered) unwritten.set(before.metadata.uid, now);
}

/** A status that names another's gives nothing of its own up. */
function isGivenUp(made: Made, key: string, { ledger, world }: Court): boolean {
  return isStanding(world(), made) && !isHeld(world(), made) && ledger.asked(key, 'register-anew') > 0;
}

function judge(
  request: ProviderRequest,
  { left, unwritten }: { readonly left: Left; readonly unwritten: Unwritten },
  court: Court,
): void {
  const { ledger, world, accuse } = court;
  const { site, cluster } = request;
  const made = ledger.madeAs(site, idIn(request) ?? '');
  // A request to delete what is gone deletes nothing.
  if (made?.owner === undefined || made.cluster !== cluster || !isStanding(world(), made)) return;
  const { key, uid } = made.owner;
  const isLeft = left.get(made) === 'known' || (left.has(made) && !isUntold(made, court));
  if (isLeft) accuse(`${site} ${made.id} is deleted, which was left for ${key}`);
  const objects = world().clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  // A database that went back may take the object away while its pass goes on.
  const isKnown = objects.some((object) => ownerIn(cluster, object).key === key);
  const goneMs = unwritten.get(uid);
  const isInTheMaking = goneMs !== undefined && made.sentAtMs <= goneMs;
  if (isKnown || isLeft || isInTheMaking || ledger.restored(made) || ledger.letGo(made)) return;
  accuse(`${site} ${made.id} is deleted, and ${key}, for which it was made, is not there`);
}

/**
 * Whether nothing says any more that it was left, once its object does not: a provider that was put back, or at logi its
 * first name, by which it looks like a twin (guarantees.md).
 */
function isUntold({ site, id }: Made, { ledger, world }: Court): boolean {
  if (ledger.putBack(site)) return true;
  const found = world()
    .tenants.logi.applications()
    .find((each) => String(each.id) === id);
  return site === 'logi' && tagIn(found?.name ?? '') !== undefined;
}

function isWiped({ status }: KubeObject): boolean {
  return !isRecord(status) || status['births'] === undefined;
}

function hasFinalizer({ metadata }: KubeObject): boolean {
  return metadata.finalizers?.includes(FINALIZERS.registration) === true;
}
