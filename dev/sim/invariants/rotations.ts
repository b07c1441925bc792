import { ANNOTATIONS } from '../../../src/api/names.ts';
import { isRecord, type KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { applicationOf, hasServed } from '../application-view.ts';
import type { Ledger } from '../ledger.ts';
import { ownerIn } from '../made.ts';
import type { Request, Shape } from '../scenario/scenario.ts';
import type { SiteName } from '../tenants.ts';
import type { Court, Invariant } from './invariant.ts';
import { createLostWords, type LostWords } from './lost-words.ts';
import { deletedIn, idIn, madeIn } from './requests.ts';

/** What may cost a value each time, so that another is issued. At Logto it is read again, or the same mint repeated. */
const LOSSES = {
  logi: ['restore', 'restore-object'],
  logto: ['restore'],
} as const satisfies Record<SiteName, unknown>;

/** What may cost one once a day, for each registration that people ask for (protocol S7). */
const CONTESTS = { logi: ['tamper-secret', 'console'], logto: ['console'] } as const satisfies Record<
  SiteName,
  unknown
>;

/** What people ask for, and by which annotation. */
const ASKED_BY: readonly (readonly [Request, string])[] = [
  ['rotate', ANNOTATIONS.rotateRequestedAt],
  ['reconcile', ANNOTATIONS.reconcileRequestedAt],
  ['retire', ANNOTATIONS.retireRequestedAt],
  ['register-anew', ANNOTATIONS.registerAnew],
];

/** A calm story has exactly the rotations that were asked for. */
export const rotations: Invariant = {
  name: 'rotations-asked-for',
  promise: 'No secret is replaced without a request or a loss, and each request is served once.',
  rules: ['I7', 'T1', 'T2', 'T4', 'T5', 'R8', 'R9', 'S3', 'S4', 'S6', 'S7', 'S8', 'B2', 'R10'],
  attend(court) {
    const counts = new Map<string, number>();
    /** Name of the secret that was made last. */
    const latest = new Map<string, string>();
    const lostWords = createLostWords(court);
    return {
      see(sighting) {
        if (sighting.type === 'act') lostWords.note(sighting.act);
        if (sighting.type !== 'served' || sighting.answer.status >= 300) return;
        const { site, operation } = sighting;
        const key = court.ledger.madeAs(site, idIn(sighting) ?? '')?.owner?.key;
        if (key === undefined) return;
        const where = `${site} ${key}`;
        const count = counts.get(where) ?? 0;
        if (operation === 'delete-secret' && latest.get(where) === deletedIn(sighting)) {
          // It was taken back, as no Secret took it: nothing was replaced (protocol S3).
          counts.set(where, count - 1);
          latest.delete(where);
        }
        if (operation !== 'rotate' && operation !== 'create-secret') return;
        counts.set(where, count + 1);
        latest.set(where, madeIn(sighting));
        const allowed = allowedFor(key, site, lostWords, court);
        if (count >= allowed)
          court.accuse(`${key} gets its ${count + 1}. new secret, where ${allowed} can be explained`);
      },
      atRest() {
        judgeTokens(court);
        judgeLosses(court);
      },
    };
  },
};

function allowedFor(key: string, site: SiteName, lostWords: LostWords, { ledger, world }: Court): number {
  const made = ledger.made.filter(({ owner }) => owner?.key === key).length;
  const withheld = site === 'logi' && world().scenario.shape.logi === 'secret-withheld' ? made : 0;
  // Who takes away the record of a mint takes its name away, by which it would be repeated.
  const forgotten = site === 'logto' ? ledger.tampered(key, ['forget-operation']) : 0;
  const unrecorded = site === 'logi' && ledger.happened(key, ['tamper-secret']) > 0 ? ledger.unrecorded(key) : 0;
  const costs = ledger.costs(key, site) + forgotten + unrecorded;
  const unsaid = site === 'logi' ? lostWords.count(key) : 0;
  const losses = ledger.happened(key, LOSSES[site]) + unsaid + contests(key, site, ledger) + costs;
  return ledger.asked(key, 'rotate') + losses + withheld + scheduled(world().scenario.shape, ledger);
}

/** No interval passes in a story, but where the API server's clock is moved on. */
function scheduled({ intervalDays }: Shape, ledger: Ledger): number {
  return intervalDays === undefined ? 0 : ledger.stepped('api');
}

/**
 * Where the API server's clock was moved, days may have passed; a status that was lost, and the next object of the name,
 * remember none.
 */
function contests(key: string, site: SiteName, ledger: Ledger): number {
  const forgotten = ledger.happened(key, ['restore-object', 'restore', 'tamper-status', 'delete']);
  // The next registration has lost nothing yet.
  const gone = site === 'logi' ? ledger.happened(key, ['console']) : 0;
  const most = 1 + ledger.asked(key, 'register-anew') + ledger.stepped('api') + forgotten + gone;
  const isAnybodys = ledger.misled() || (site === 'logi' && ledger.putBack(site));
  return Math.min(ledger.happened(isAnybodys ? undefined : key, CONTESTS[site]), most);
}

function judgeTokens({ world, accuse }: Court): void {
  for (const cluster of world().clusters) {
    for (const object of cluster.hands.list(OAUTH_APPLICATIONS)) {
      const application = applicationOf(object);
      if (application.ready?.status !== 'True') continue;
      for (const [request, annotation] of ASKED_BY) {
        const token = object.metadata.annotations?.[annotation];
        if (token === undefined || hasServed(application, request, token)) continue;
        accuse(`${ownerIn(cluster.index, object).key} is Ready and has not served ${token}, which asked to ${request}`);
      }
    }
  }
}

/** Where the spec says to wait, no loss is made good by itself: what is issued for one is counted in the status (protocol S7). */
function judgeLosses({ world, accuse }: Court): void {
  for (const cluster of world().clusters) {
    for (const object of cluster.hands.list(OAUTH_APPLICATIONS)) {
      if (partOf(object, 'spec')['onSecretLoss'] !== 'Wait' || partOf(object, 'status')['unasked'] === undefined)
        continue;
      accuse(`${ownerIn(cluster.index, object).key} was issued a secret for a loss, and is to wait for a person`);
    }
  }
}

/** What the spec or the status says of rotations. */
function partOf(object: KubeObject, name: 'spec' | 'status'): Readonly<Record<string, unknown>> {
  const part = object[name];
  const rotation = isRecord(part) ? part['rotation'] : undefined;
  return isRecord(rotation) ? rotation : {};
}
