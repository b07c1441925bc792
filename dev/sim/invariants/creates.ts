import type { WireRequest } from '../../../src/idp/http.ts';
import { isStanding } from '../held.ts';
import type { Made, Owner } from '../made.ts';
import type { Court, Invariant } from './invariant.ts';

/** A record of a request that people took away while it was on its way. A status that is lost is no word to register. */
const EXCUSES = ['forget-operation'] as const;

/** A request that something in front of a provider repeats is one request. */
export const creates: Invariant = {
  name: 'never-twice',
  promise: 'No registration is made for an object that has one, but as often as a person asks for another.',
  rules: ['I7', 'O2', 'O4', 'O5', 'O6', 'R1', 'R3', 'R4', 'R5', 'R10', 'D2'],
  attend(court) {
    const asked = new Map<Made, WireRequest>();
    return {
      see(sighting) {
        if (sighting.type !== 'served' || sighting.operation !== 'create' || sighting.answer.status >= 300) return;
        const made = court.ledger.made.at(-1);
        if (made === undefined) return;
        asked.set(made, sighting.request);
        if (made.owner !== undefined) judge(made, made.owner, asked, court);
      },
    };
  },
};

function judge(made: Made, { key, uid }: Owner, asked: ReadonlyMap<Made, WireRequest>, court: Court): void {
  const { ledger, world, accuse } = court;
  if (ledger.tampered(key, EXCUSES) > 0 || ledger.forgotten(made)) return;
  // The next listing may lag behind it, and with the former registration its name goes out of use (guarantees.md).
  const isHiddenTwin = (each: Made): boolean =>
    world().scenario.shape.logi === 'lagging-list' &&
    ledger.made.some((other) => other !== each && asked.get(other) === asked.get(each));
  const before = ledger.made.filter(
    (each) =>
      each !== made &&
      each.owner?.uid === uid &&
      asked.get(each) !== asked.get(made) &&
      isStanding(world(), each) &&
      !isHiddenTwin(each) &&
      !(each.site !== made.site && ledger.strayed(key)) &&
      !ledger.restored(each) &&
      !ledger.mistakable(each),
  );
  // By its owner mark a twin is found at any time, also when the registration that it is a twin of was given up.
  const count = made.site === 'logto' ? new Set(before.map((each) => asked.get(each))).size : before.length;
  if (count <= ledger.asked(key, 'register-anew')) return;
  accuse(`${made.site} makes ${made.id} for ${key}, which has ${before.map(({ id }) => id).join(', ')}`);
}
