import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { GRANTS, type Granted, grantedAt, wantedBy } from '../granted.ts';
import { ownerIn } from '../made.ts';
import type { ProviderRequest, Sighting } from '../sightings.ts';
import type { Court, Invariant } from './invariant.ts';
import { idIn } from './requests.ts';

/** What can give a registration something, or take it away. */
const GRANTING: ReadonlySet<string> = new Set([
  'update',
  'add-redirect',
  'remove-redirect',
  'add-roles',
  'replace-roles',
  'remove-role',
  'add-consent',
  'remove-consent',
]);

/** A spec is read live before a change is begun, which may be some calls long, ms. */
const ONE_CHANGE_MS = 60_000;

/** What an object asked for, and until when; `undefined`: it still does. */
interface Asked {
  readonly wanted: Granted;
  untilMs: number | undefined;
}

/** When a request left its process, and what there was just before it was served. */
interface Begun {
  readonly sentMs: number;
  readonly before: Granted | undefined;
}

export const privileges: Invariant = {
  name: 'no-more-than-asked',
  promise:
    'No call gives a registration a redirect URI, a role or a consent scope that no spec has under which it may have been made, and none takes one away that all of them have.',
  rules: ['I7'],
  attend(court) {
    /** By what {@link ownerIn} calls an object: the next one of its name may take its registration over. */
    const asked = new Map<string, readonly Asked[]>();
    const begun = new WeakMap<ProviderRequest['request'], Begun>();
    return {
      see(sighting) {
        const nowMs = court.world().scheduler.now();
        switch (sighting.type) {
          case 'object':
            note(sighting, asked, nowMs);
            break;
          case 'sent':
          case 'asked': {
            const { sentMs = nowMs } = begun.get(sighting.request) ?? {};
            begun.set(sighting.request, { sentMs, before: grantedIn(sighting, court) });
            break;
          }
          case 'served':
            judge(sighting, begun.get(sighting.request), asked, court);
            break;
          case 'act':
          case 'api':
          case 'settled':
            break;
        }
      },
    };
  },
};

function note(
  { kind, cluster, before, after }: Extract<Sighting, { type: 'object' }>,
  asked: Map<string, readonly Asked[]>,
  nowMs: number,
): void {
  const object = after ?? before;
  if (kind !== 'OAuthApplication' || object === undefined) return;
  const { key } = ownerIn(cluster, object);
  const specs = asked.get(key) ?? [];
  const isUnchanged = before?.metadata.generation === after?.metadata.generation;
  if (isUnchanged && specs.length > 0) return;
  const last = specs.at(-1);
  if (last !== undefined) last.untilMs ??= nowMs;
  asked.set(key, [
    ...specs,
    ...(before === undefined ? [] : [{ wanted: wantedBy(before), untilMs: nowMs }]),
    ...(after === undefined ? [] : [{ wanted: wantedBy(after), untilMs: undefined }]),
  ]);
}

function grantedIn({ site, operation, request }: ProviderRequest, { world }: Court): Granted | undefined {
  const id = idIn({ site, request });
  return id !== undefined && GRANTING.has(operation) ? grantedAt(site, id, world()) : undefined;
}

/** Nobody is told what an etcd makes of an object that is put back. */
function wantedNow(cluster: number, key: string, { world }: Court): readonly Granted[] {
  const objects = world().clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  return objects.filter((object) => ownerIn(cluster, object).key === key).map(wantedBy);
}

/** Whether a change that is sent now may have been begun under this spec: whoever stood still amid it goes on with it. */
function isBegunUnder({ untilMs }: Asked, sentMs: number, cluster: number, { ledger }: Court): boolean {
  if (untilMs === undefined) return true;
  return sentMs - untilMs - ledger.stoodStill(cluster, untilMs, sentMs) <= ONE_CHANGE_MS;
}

function judge(
  served: Extract<Sighting, { type: 'served' }>,
  begun: Begun | undefined,
  asked: ReadonlyMap<string, readonly Asked[]>,
  court: Court,
): void {
  const after = grantedIn(served, court);
  if (begun?.before === undefined || after === undefined) return;
  const { site, operation } = served;
  const id = idIn(served) ?? '';
  const { key = '' } = court.ledger.madeAs(site, id)?.owner ?? {};
  const earlier = (asked.get(key) ?? []).filter((spec) => isBegunUnder(spec, begun.sentMs, served.cluster, court));
  const specs = [...earlier.map((spec) => spec.wanted), ...wantedNow(served.cluster, key, court)];
  if (specs.length === 0) return;
  for (const what of GRANTS) {
    const wanted = specs.map((spec) => new Set(spec[what]));
    const given = new Set(after[what]).difference(new Set(begun.before[what]));
    const taken = new Set(begun.before[what]).difference(new Set(after[what]));
    const more = [...given].filter((each) => !wanted.some((all) => all.has(each)));
    const less = [...taken].filter((each) => wanted.every((all) => all.has(each)));
    if (more.length > 0) court.accuse(`${site} ${operation} gives ${id} ${more}, for which ${key} has not asked`);
    if (less.length > 0) court.accuse(`${site} ${operation} takes ${less} from ${id}, which ${key} asks for`);
  }
}
