import type { WireRequest } from '../../../src/idp/http.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { applicationOf } from '../application-view.ts';
import { isLeftCopy } from '../copies.ts';
import { keyOf } from '../deeds.ts';
import { heldIn, isStanding } from '../held.ts';
import type { Made } from '../made.ts';
import type { ProviderRequest, Sighting } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';
import { idIn } from './requests.ts';

/** One object gets one client, its own, and another only once the former one is gone through no doing of the operator. */
export const delivery: Invariant = {
  name: 'one-client',
  promise:
    "An object's Secret holds the client id of its own registration, which changes only after somebody else deleted that, or a person asked for another.",
  rules: ['R1', 'R2', 'R3', 'R5', 'R8', 'D2', 'B1'],
  attend(court) {
    const delivered = new Map<string, Made>();
    const changes = new Map<string, number>();
    const deleted = new Map<Made, string | undefined>();
    const askedBy = new WeakMap<WireRequest, string>();
    return {
      see(sighting) {
        switch (sighting.type) {
          case 'sent': {
            const uid = sighting.operation === 'delete' ? holderOf(sighting, court) : undefined;
            if (uid !== undefined) askedBy.set(sighting.request, uid);
            break;
          }
          case 'served': {
            const id = idIn(sighting);
            const isOvertaken = court.ledger.overtaken(sighting.request, sighting.cluster);
            const isDone = sighting.operation === 'delete' && sighting.answer.status < 300 && !isOvertaken;
            const made = court.ledger.madeAs(sighting.site, id ?? '');
            if (isDone && made !== undefined) deleted.set(made, askedBy.get(sighting.request));
            break;
          }
          case 'object':
            if (sighting.kind === 'Secret' && sighting.by.type === 'process') {
              judge(sighting, { delivered, changes, deleted, court });
            }
            break;
          case 'act':
          case 'api':
          case 'asked':
          case 'settled':
            break;
        }
      },
    };
  },
};

interface Memory {
  /** What an object was given last, by its uid. */
  readonly delivered: Map<string, Made>;
  /** How often it was given another without being led to that by others, by its uid. */
  readonly changes: Map<string, number>;
  /** What the operator deleted, and the uid of the object that held it when that was asked for. */
  readonly deleted: ReadonlyMap<Made, string | undefined>;
  readonly court: Court;
}

type ObjectSighting = Extract<Sighting, { type: 'object' }>;

/** An owner alone may go, of what somebody else has made look as though it were another's. */
function isGiven(after: KubeObject, before: KubeObject | undefined): boolean {
  if (before === undefined) return true;
  const [now, then] = [heldIn(after), heldIn(before)];
  return now.applicationUid !== then.applicationUid || now.clientId !== then.clientId;
}

function judge({ before: then, after: secret, cluster }: ObjectSighting, memory: Memory): void {
  if (secret === undefined || !isGiven(secret, then)) return;
  const { delivered, court } = memory;
  const { ledger, world, accuse } = court;
  const { applicationUid, clientId, applicationId } = heldIn(secret);
  if (applicationUid === undefined || clientId === undefined) return;
  const { namespace = '', name } = secret.metadata;
  const now = ledger.made.findLast((each) => each.clientId === clientId);
  if (now === undefined) {
    if (isLeftCopy(clientId, ledger, world())) return;
    accuse(`Secret ${cluster}/${namespace}/${name} is given ${applicationId}, which no process made`);
    return;
  }
  const mine = keyOf({ cluster, namespace, name: name.replace(/-(oauth|renamed)$/, '') });
  if (now.owner !== undefined && now.owner.key !== mine) {
    accuse(`${mine} is given ${now.id}, which was made for ${now.owner.key}`);
  }
  const before = delivered.get(applicationUid);
  delivered.set(applicationUid, now);
  if (before === undefined || before.clientId === clientId) return;
  const key = before.owner?.key ?? mine;
  const fault = faultOf(before, cluster, memory);
  if (fault === undefined) return;
  const count = (memory.changes.get(applicationUid) ?? 0) + 1;
  memory.changes.set(applicationUid, count);
  if (count > ledger.asked(key, 'register-anew')) accuse(`${key} gets ${now.id}${fault}`);
}

/** How the operator parted an object from this one; `undefined`: others did. */
function faultOf(before: Made, cluster: number, { deleted, court }: Memory): string | undefined {
  const { ledger, world } = court;
  if (ledger.restored(before)) return undefined;
  if (isStanding(world(), before)) return ` while its ${before.id} is there`;
  const isOurs = deleted.has(before) && !ledger.outlived(before) && !isForced(deleted.get(before), cluster, court);
  return isOurs ? `: we deleted its ${before.id}` : undefined;
}

function holderOf(sighting: ProviderRequest, { ledger }: Court): string | undefined {
  const id = idIn(sighting);
  const holder = ledger.applications(sighting.cluster).find((object) => applicationOf(object).applicationId === id);
  return holder?.metadata.uid;
}

/** Somebody took the object away while its deletion was on the way, which met what the next one had found (guarantees.md). */
function isForced(uid: string | undefined, cluster: number, { ledger }: Court): boolean {
  return uid !== undefined && !ledger.applications(cluster).some(({ metadata }) => metadata.uid === uid);
}
