import { SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { keyOf } from '../deeds.ts';
import { heldIn, isHeld, isStanding } from '../held.ts';
import type { Made } from '../made.ts';
import type { Sighting } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';

/** An object that is restored, or applied again, is another one by its uid: what it has is judged by its place. */
export const heirs: Invariant = {
  name: 'heirs-take-back',
  promise:
    'An object gets the client id that the former one of its name had while that registration is there and says whose it is, unless a person asked for another.',
  rules: ['R4', 'R9', 'D4'],
  attend(court) {
    const last = new Map<string, Delivery>();
    return {
      see(sighting) {
        if (sighting.type !== 'object' || sighting.kind !== 'Secret' || sighting.by.type !== 'process') return;
        const given = sighting.after && givenIn(sighting.after, sighting.cluster, court);
        if (given === undefined) return;
        const former = last.get(given.key);
        last.set(given.key, given);
        if (former !== undefined && former.uid !== given.uid) judge(former, given, sighting, court);
      },
    };
  },
};

/** What was written into the Secret of an object. */
interface Delivery {
  readonly key: string;
  readonly uid: string;
  readonly made: Made;
  readonly atMs: number;
}

function givenIn(secret: KubeObject, cluster: number, { ledger, world }: Court): Delivery | undefined {
  const { applicationUid: uid, clientId } = heldIn(secret);
  const made = ledger.made.findLast((each) => each.clientId === clientId);
  if (uid === undefined || made === undefined) return undefined;
  const { namespace = '', name } = secret.metadata;
  const key = keyOf({ cluster, namespace, name: name.replace(/-(oauth|renamed)$/, '') });
  return { key, uid, made, atMs: world().scheduler.now() };
}

function judge(
  former: Delivery,
  { key, made }: Delivery,
  { before }: Extract<Sighting, { type: 'object' }>,
  { ledger, world, accuse }: Court,
): void {
  if (former.made === made || former.made.site !== made.site || former.atMs >= made.sentAtMs) return;
  if (!isStanding(world(), former.made) || isHeld(world(), former.made)) return;
  // What came back with its provider is found from the next listing on (guarantees.md).
  if (made.unlisted || ledger.outOfDate(made.site, made.cluster)) return;
  // Where the next object took a copy that is gone with that, the original counts as a copy of it (guarantees.md).
  if (ledger.putBack(made.site) && ledger.copied(key)) return;
  // Of what was made for an object that was let go the mark is taken off before it is deleted (protocol O8).
  if (ledger.asked(key, 'register-anew') > 0 || ledger.letGo(former.made)) return;
  if (made.site === 'logi' && (before === undefined || !isLeftFor(before, former.made))) return;
  accuse(`${key} gets ${made.id} while ${former.made.id}, which the former object of this name had, is there`);
}

/** Where there is no owner mark, a sealed Secret without an owner says whose a registration is. */
function isLeftFor({ metadata }: KubeObject, { clientId }: Made): boolean {
  const isSealedOf = metadata.annotations?.[SECRET_ANNOTATIONS.clientId] === clientId;
  return isSealedOf && (metadata.ownerReferences ?? []).length === 0;
}
