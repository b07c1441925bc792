import { OAUTH_APPLICATIONS } from '../../src/kube/resources.ts';
import { applicationOf } from './application-view.ts';
import type { Blow, CallName, Misanswer } from './blows.ts';
import { ownerIn } from './made.ts';
import type { SiteName } from './tenants.ts';
import type { World } from './world.ts';

/** What struck processes and their calls in a story, and what it may have cost. */
export interface Toll {
  /** How often somebody made the Secret that a process was about to make. */
  forestalled(): number;
  /** Whether a process was refused the sight of Pods: whether they run with a secret it asks again an hour later. */
  blinded(): boolean;
  /** How often a status may not have been written. */
  unrecorded(): number;
  /** How much happened that may cost this application a value of this provider, so that another is issued. */
  costs(key: string, site: SiteName): number;
  /** Whether it was nothing but deletions, and answers to statuses that they did not get. */
  harmless(): boolean;
  /** A process of this cluster dies, or stands still. */
  fell(cluster: number): void;
  /** The API server of this cluster goes away. */
  wentDown(cluster: number): void;
  struck(call: CallName, blow: Blow): void;
}

export function createToll(world: () => World): Toll {
  const blows: { readonly call: CallName; readonly blow: Blow }[] = [];
  /** How often that happened while an application had an operation open, by its key. */
  const interrupted = new Map<string, number>();
  let falls = 0;

  /** Protocol O1: a value that is on its way from its provider into its Secret has its operation in the status. */
  function interrupt(cluster: number): void {
    for (const object of world().clusters[cluster]?.hands.list(OAUTH_APPLICATIONS) ?? []) {
      const { key } = ownerIn(cluster, object);
      if (applicationOf(object).operation !== undefined) interrupted.set(key, (interrupted.get(key) ?? 0) + 1);
    }
  }

  function count(isMeant: (call: CallName, blow: Blow) => boolean): number {
    return blows.filter(({ call, blow }) => isMeant(call, blow)).length;
  }

  return {
    forestalled: () => count(isForestalled),
    blinded: () => count(isBlinding) > 0,
    unrecorded: () => count(isUnrecorded),
    costs(key, site) {
      if (site === 'logto') return count(isRefused);
      const given = Math.floor(count(isPutOff) / WRITES_OF_A_PASS);
      return count(isRefused) + (interrupted.get(key) ?? 0) + count(mayBeLost) + given;
    },
    harmless: () => falls === 0 && blows.every(({ call, blow }) => blow.type === 'let-go' || isMisread(call, blow)),
    fell(cluster) {
      falls += 1;
      interrupt(cluster);
    },
    wentDown: interrupt,
    struck: (call, blow) => void blows.push({ call, blow }),
  };
}

/** What is refused for good. Whoever is not known may be known in a moment. */
const REFUSALS: ReadonlySet<Misanswer> = new Set(['full', 'denied', 'forbidden', 'unprocessable']);

const SECRET_WRITES: ReadonlySet<string> = new Set(['create secrets', 'replace secrets']);

/** Protocol S2, S3: a value that no Secret takes is dropped, whether or not it could be read again. */
function isRefused(call: CallName, blow: Blow): boolean {
  if (isForestalled(call, blow)) return true;
  return SECRET_WRITES.has(call.kind) && blow.type === 'misanswered' && REFUSALS.has(blow.as);
}

/** Protocol S3: a write that may go through in a moment is repeated every two seconds, for as long as a pass may take. */
const WRITES_OF_A_PASS = 50;

function isPutOff(call: CallName, blow: Blow): boolean {
  return SECRET_WRITES.has(call.kind) && blow.type === 'misanswered' && !isRefused(call, blow);
}

/** Protocol S2: somebody else makes the Secret in the last moment. */
function isForestalled({ kind }: CallName, { type }: Blow): boolean {
  return type === 'touched' && (kind === 'create secrets' || kind === 'dry-run secrets');
}

/** Protocol T3: who may not see Pods lets a superseded secret be until `retireAfter`. */
function isBlinding({ kind }: CallName, blow: Blow): boolean {
  return kind === 'list pods' && blow.type === 'misanswered' && REFUSALS.has(blow.as);
}

/** A status that was not written says nothing of a value that is in its Secret, for as long as it is there. */
function isUnrecorded({ kind }: CallName, { type }: Blow): boolean {
  return (
    kind === 'replace oauthapplications/status' && (type === 'misanswered' || type === 'lost' || type === 'silent')
  );
}

/** A status whose answer is another's; it was written, or not. */
function isMisread({ kind }: CallName, { type }: Blow): boolean {
  return kind === 'replace oauthapplications/status' && type === 'misanswered';
}

/** The calls whose answer shows a value that nothing shows again. */
const SHOWING: ReadonlySet<string> = new Set(['logi create', 'logi rotate']);

/**
 * Protocol S3: whatever keeps the API server from answering, the write of a Secret is repeated. A death or a stop counts by
 * what it interrupts.
 */
function mayBeLost({ kind }: CallName, blow: Blow): boolean {
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
