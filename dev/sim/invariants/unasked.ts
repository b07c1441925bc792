import { ANNOTATIONS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { applicationOf, hasServed } from '../application-view.ts';
import type { ProviderRequest, Sighting } from '../sightings.ts';
import type { World } from '../world.ts';
import type { Court, Invariant } from './invariant.ts';
import { deletedIn, idIn, madeIn } from './requests.ts';

/** Clocks further apart are not to be acted on (protocol T6). The API server tells the time in whole seconds, ms. */
const APART_MS = 300_000 + 1_000;

/** Whoever sends anything has renewed the Lease within its length (protocol O3), and heard what time the API server has, ms. */
const NOTICED_MS = 100_000;

/** What takes away the record of a secret, or a value that nothing shows again. Neither waits for a clock. */
const LOSSES = ['tamper-status', 'restore', 'restore-object', 'api-down'] as const;

/** A clock that is wrong says that everything is due. */
export const unasked: Invariant = {
  name: 'unasked-while-apart',
  promise: 'While the clocks are over five minutes apart no secret is issued or deleted that nobody asked for.',
  rules: ['T6'],
  attend(court) {
    const memory: Memory = { movedAtMs: 0, openSince: new Map(), latest: new Map() };
    return {
      see(sighting) {
        note(sighting, memory, court.world());
        if (sighting.type === 'sent' && isApart(sighting, memory, court.world())) judge(sighting, memory, court);
      },
    };
  },
};

interface Memory {
  /** When somebody moved a clock last, ms. */
  movedAtMs: number;
  /** Since when an object has had an operation open, by its uid, ms. */
  readonly openSince: Map<string, number>;
  /** Name of the secret that was asked for last, by the id of the registration. */
  readonly latest: Map<string, string>;
}

function note(sighting: Sighting, memory: Memory, { scheduler }: World): void {
  if (sighting.type === 'act' && sighting.act.type === 'clock') memory.movedAtMs = scheduler.now();
  if (sighting.type === 'sent' && sighting.operation === 'create-secret') {
    memory.latest.set(idIn(sighting) ?? '', madeIn(sighting));
  }
  if (sighting.type !== 'object' || sighting.kind !== 'OAuthApplication' || sighting.after === undefined) return;
  const { uid } = sighting.after.metadata;
  if (applicationOf(sighting.after).operation === undefined) memory.openSince.delete(uid);
  else if (!memory.openSince.has(uid)) memory.openSince.set(uid, scheduler.now());
}

/** Whether whoever sends it has had the time to notice that the clocks are apart. */
function isApart({ by, cluster }: ProviderRequest, { movedAtMs }: Memory, { clusters, scheduler }: World): boolean {
  const apiMs = clusters[cluster]?.now();
  if (by.type !== 'process' || apiMs === undefined) return false;
  return Math.abs(by.life.clock.now() - apiMs) > APART_MS && scheduler.now() > movedAtMs + NOTICED_MS;
}

function judge(request: ProviderRequest, memory: Memory, { ledger, world, accuse }: Court): void {
  const { site, operation, cluster } = request;
  const id = idIn(request);
  const key = ledger.madeAs(site, id ?? '')?.owner?.key;
  if (key === undefined || ledger.happened(key, LOSSES) > 0) return;
  const holders = ledger.applications(cluster).filter((object) => applicationOf(object).applicationId === id);
  const isLost = ledger.costs(key, site) + ledger.unrecorded(key) > 0;
  const isWithheld = site === 'logi' && world().scenario.shape.logi === 'secret-withheld';
  if (isAsked(request, holders, memory) || (ISSUES.has(operation) && (isLost || isWithheld))) return;
  accuse(`${key} sends ${site} ${operation} unasked, while the clocks are apart`);
}

function isAsked(request: ProviderRequest, holders: readonly KubeObject[], memory: Memory): boolean {
  const { movedAtMs, openSince, latest } = memory;
  if (request.operation === 'delete-secret') {
    // What no Secret took is taken back (protocol S3).
    const isTakenBack = latest.get(idIn(request) ?? '') === deletedIn(request);
    return isTakenBack || holders.some((object) => asks(object, 'retire'));
  }
  if (!ISSUES.has(request.operation)) return true;
  const isBegun = ({ metadata }: KubeObject): boolean =>
    (openSince.get(metadata.uid) ?? Number.POSITIVE_INFINITY) <= movedAtMs + NOTICED_MS;
  return holders.some((object) => asks(object, 'rotate') || isBegun(object));
}

/** What issues a secret, at either provider. */
const ISSUES: ReadonlySet<string> = new Set(['rotate', 'create-secret']);

const ASKED_BY = { rotate: ANNOTATIONS.rotateRequestedAt, retire: ANNOTATIONS.retireRequestedAt } as const;

/** Whether a request by annotation is open. */
function asks(object: KubeObject, forWhat: keyof typeof ASKED_BY): boolean {
  const token = object.metadata.annotations?.[ASKED_BY[forWhat]];
  return token !== undefined && !hasServed(applicationOf(object), forWhat, token);
}
