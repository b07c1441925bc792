import type { WireRequest } from '../../src/idp/http.ts';
import { OAUTH_APPLICATIONS } from '../../src/kube/resources.ts';
import { applicationOf } from './application-view.ts';
import type { Blow, Misanswer } from './blows.ts';
import { ownerIn } from './made.ts';
import { keyInPath, type Struck, type StruckOf } from './struck.ts';
import type { SiteName } from './tenants.ts';
import type { World } from './world.ts';

/** What struck processes and their calls in a story, and what it may have cost. */
export interface Toll {
  /** How often somebody made the Secret of this application that a process was about to make. */
  forestalled(key: string): number;
  /** Whether a process was refused the sight of Pods: whether they run with a secret it asks again an hour later. */
  blinded(): boolean;
  /** How often the status of this application may not have been written. */
  unrecorded(key: string): number;
  /** How much happened that may cost this application a value of this provider, so that another is issued. */
  costs(key: string, site: SiteName): number;
  /** Whether it was nothing but deletions, and answers to statuses that they did not get. */
  harmless(): boolean;
  /** For how long, between two moments, processes of this cluster stood still, ms. */
  stoodStill(cluster: number, fromMs: number, untilMs: number): number;
  /** A process of this cluster dies, or stands still. */
  fell(cluster: number): void;
  /** One stands still from now on, for so long. */
  stopped(cluster: number, forMs: number): void;
  /** The API server of this cluster goes away. */
  wentDown(cluster: number): void;
  struck(struck: StruckOf): void;
}

/**
 * A blow counts for the application whose request it struck; one of which that is not known counts for all.
 *
 * @param ownerOf the key of the application that a request to a provider is about
 */
export function createToll(
  world: () => World,
  ownerOf: (site: SiteName, request: WireRequest) => string | undefined,
): Toll {
  const blows: (Struck & { readonly key: string | undefined })[] = [];
  /** How often that happened while an application had an operation open, by its key. */
  const interrupted = new Map<string, number>();
  const stops: { readonly cluster: number; readonly fromMs: number; readonly untilMs: number }[] = [];
  let falls = 0;

  /** Protocol O1: a value that is on its way from its provider into its Secret has its operation in the status. */
  function interrupt(cluster: number): void {
    for (const object of world().clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? []) {
      const { key } = ownerIn(cluster, object);
      if (applicationOf(object).operation !== undefined) interrupted.set(key, (interrupted.get(key) ?? 0) + 1);
    }
  }

  function count(key: string, isMeant: (struck: Struck) => boolean): number {
    return blows.filter((each) => (each.key === undefined || each.key === key) && isMeant(each)).length;
  }

  /** Protocol O5: a mint that was done, though nobody heard of it, and was refused when it was made again under its name. */
  function mintsGivenUp(key: string): number {
    const unheard = count(key, isMintUnheard) + (interrupted.get(key) ?? 0);
    return Math.min(count(key, isMintRefused), unheard);
  }

  function stopped(cluster: number, forMs: number): void {
    const fromMs = world().scheduler.now();
    stops.push({ cluster, fromMs, untilMs: fromMs + forMs });
  }

  function keyOfStruck(struck: StruckOf): string | undefined {
    const { request, call } = struck;
    if ('path' in request) return keyInPath(struck);
    if (holdsUpOthers(struck)) return undefined;
    return ownerOf(call.kind.startsWith('logi ') ? 'logi' : 'logto', request);
  }

  return {
    forestalled: (key) => count(key, isForestalled),
    blinded: () => blows.some(isBlinding),
    unrecorded: (key) => count(key, isUnrecorded),
    costs(key, site) {
      if (site === 'logto') return count(key, isRefused) + mintsGivenUp(key);
      const given = Math.floor(count(key, isPutOff) / WRITES_OF_A_PASS);
      return count(key, isRefused) + (interrupted.get(key) ?? 0) + count(key, mayBeLost) + given;
    },
    harmless: () => falls === 0 && blows.every((each) => each.blow.type === 'let-go' || isMisread(each)),
    stoodStill: (cluster, fromMs, untilMs) =>
      stops
        .filter((stop) => stop.cluster === cluster)
        .map((stop) => Math.min(stop.untilMs, untilMs) - Math.max(stop.fromMs, fromMs))
        .reduce((sum, ms) => sum + Math.max(0, ms), 0),
    fell(cluster) {
      falls += 1;
      interrupt(cluster);
    },
    stopped,
    wentDown: interrupt,
    struck(struck) {
      const { blow, cluster } = struck;
      blows.push({ ...struck, key: keyOfStruck(struck) });
      if (blow.type === 'stopped') stopped(cluster, blow.forMs);
    },
  };
}

/** Creates go one at a time, and those that wait behind one have little of their own deadline left. */
function holdsUpOthers({ call, blow }: Struck): boolean {
  return call.kind === 'logi create' && (blow.type === 'silent' || blow.type === 'slow');
}

/** What is refused for good. Whoever is not known may be known in a moment. */
const REFUSALS: ReadonlySet<Misanswer> = new Set(['full', 'denied', 'forbidden', 'unprocessable']);

function isRefusal(blow: Blow): blow is Extract<Blow, { type: 'misanswered' }> {
  return blow.type === 'misanswered' && REFUSALS.has(blow.as);
}

const SECRET_WRITES: ReadonlySet<string> = new Set(['create secrets', 'replace secrets']);

/** Protocol S2, S3: a value that no Secret takes is dropped, whether or not it could be read again. */
function isRefused(struck: Struck): boolean {
  const { call, blow } = struck;
  if (isForestalled(struck)) return true;
  return SECRET_WRITES.has(call.kind) && isRefusal(blow);
}

/** What is refused is given up, whether or not it repeated a mint. */
function isMintRefused({ call: { kind }, blow }: Struck): boolean {
  const isOfMint = kind === 'logto create-secret' || kind === 'dry-run secrets';
  return isOfMint && isRefusal(blow);
}

/** One that is refused before it is done has made nothing. A death or a stop counts by what it interrupts. */
function isMintUnheard({ call: { kind }, blow }: Struck): boolean {
  if (kind !== 'logto create-secret' || blow.type === 'died' || blow.type === 'stopped') return false;
  return !isRefusal(blow) || blow.when === 'after';
}

/** Protocol S3: a write that may go through in a moment is repeated every two seconds, for as long as a pass may take. */
const WRITES_OF_A_PASS = 50;

function isPutOff(struck: Struck): boolean {
  const { call, blow } = struck;
  return SECRET_WRITES.has(call.kind) && blow.type === 'misanswered' && !isRefused(struck);
}

/** Protocol S2: somebody else makes the Secret in the last moment. */
function isForestalled({ call: { kind }, blow: { type } }: Struck): boolean {
  return type === 'touched' && (kind === 'create secrets' || kind === 'dry-run secrets');
}

/** Protocol T3: who may not see Pods lets a superseded secret be until `retireAfter`. */
function isBlinding({ call: { kind }, blow }: Struck): boolean {
  return kind === 'list pods' && isRefusal(blow);
}

/** A status that was not written says nothing of a value that is in its Secret, for as long as it is there. */
function isUnrecorded({ call: { kind }, blow: { type } }: Struck): boolean {
  return (
    kind === 'replace oauthapplications/status' && (type === 'misanswered' || type === 'lost' || type === 'silent')
  );
}

/** A status whose answer is another's; it was written, or not. One that is refused ends its pass. */
function isMisread({ call: { kind }, blow }: Struck): boolean {
  return kind === 'replace oauthapplications/status' && blow.type === 'misanswered' && !isRefusal(blow);
}

/** The calls whose answer shows a value that nothing shows again. */
const SHOWING: ReadonlySet<string> = new Set(['logi create', 'logi rotate']);

/**
 * Protocol S3: whatever keeps the API server from answering, the write of a Secret is repeated. A death or a stop counts by
 * what it interrupts.
 */
function mayBeLost({ call: { kind }, blow }: Struck): boolean {
  switch (blow.type) {
    case 'died':
    case 'stopped':
      return false;
    case 'misanswered':
    case 'lost':
    case 'silent':
    case 'slow':
    case 'twice':
    case 'touched':
    case 'let-go':
      return SHOWING.has(kind);
  }
}
