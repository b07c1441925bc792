import type { KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import { exponentialBackOff } from '../../../src/runtime/backoff.ts';
import { applicationOf } from '../application-view.ts';
import { RESYNC_MS } from '../manifests.ts';
import type { ConsoleDeed, Scenario } from '../scenario/scenario.ts';
import type { World } from '../world.ts';
import type { Court, Invariant } from './invariant.ts';
import { type Call, callIn } from './quiet-calls.ts';

/**
 * Whoever did the last of the work writes an Event about it, and looks once more as soon as the watches show it; a deep look
 * ends with a write, ms.
 */
const AFTER_WORK_MS = 5_000;

/** What a reflector says whose watch had failed, and which now shows what came and went meanwhile. */
const WATCHED_AGAIN = '"a watch is up again"';

/** A run through a listing is to agree with another one where it has pages (protocol R3). */
const RUNS_OF_PAGED = 2;

/** An object that waits for a person looks for what its status names, by a listing in the end (D2): with each round at most. */
const LISTINGS_OF_WAITING = 4;

/** What proves a seal: an object that waits asks with each look for its own namespace and for that of its rival. */
const NAMESPACES_OF_LOOK = 2;

/** What a person makes that bears the mark of an application. */
const COPIES: readonly ConsoleDeed[] = ['copy', 'forge'];

/** The answer counts until a listing that began later, and that shows it. */
const LOOKS_AT_UNLISTED = 1;

/** The credentials are read before a listing, and before a token. */
const READS_OF_ROUND = 2;

/** A Secret that is not ours, which no watch shows, is looked for more often than other failures are tried again, ms. */
const LONGEST_MS: ReadonlyMap<string | undefined, number> = new Map([['SecretNotOurs', 60_000]]);

export const quiet: Invariant = {
  name: 'quiet-at-rest',
  promise:
    'At rest an interval costs a listing per provider, an object that is Ready nothing, and one that is not a try as often as the back-off has it.',
  rules: ['B3'],
  attend: ({ world, accuse }) => {
    const calls: Call[] = [];
    const watchedAgain: { readonly cluster: number; readonly atMs: number }[] = [];
    return {
      see(sighting) {
        const call = callIn(sighting, world().scheduler.now());
        if (call !== undefined) calls.push(call);
      },
      hear(line, cluster) {
        if (line.includes(WATCHED_AGAIN)) watchedAgain.push({ cluster, atMs: world().scheduler.now() });
      },
      atRest(sinceMs) {
        const untilMs = world().scheduler.now() - AFTER_WORK_MS;
        const shownMs = AFTER_WORK_MS + world().scenario.shape.lagMs;
        const fromMs = sinceMs + shownMs;
        // Work that a watch shows only now is looked at only now, and a Secret that none shows yet is read.
        const isOfWatch = ({ cluster, atMs }: Call): boolean =>
          watchedAgain.some((again) => again.cluster === cluster && again.atMs <= atMs && atMs <= again.atMs + shownMs);
        const late = calls.filter((call) => call.atMs > fromMs && call.atMs < untilMs && !isOfWatch(call));
        for (const ofProcess of Map.groupBy(late, ({ life }) => life).values()) {
          judge(ofProcess, untilMs - fromMs, { world, accuse });
        }
      },
    };
  },
};

/** What one process asked for within so long. */
function judge(calls: readonly Call[], forMs: number, { world, accuse }: Pick<Court, 'world' | 'accuse'>): void {
  for (const [what, all] of Map.groupBy(calls, (call) => call.what)) {
    const [first] = all;
    if (first === undefined) continue;
    const { most, why } = mostOf(first, forMs, world());
    if (all.length <= most) continue;
    accuse(`${what}: ${all.length} times in ${Math.round(forMs / 1_000)} s at rest, and not ${most}${why}`);
  }
}

/** How often, and for what reason no more. */
interface Allowance {
  readonly most: number;
  readonly why: string;
}

function mostOf(call: Call, forMs: number, world: World): Allowance {
  const objects = world.clusters[call.cluster]?.hands.list(OAUTH_APPLICATIONS) ?? [];
  const owner = objects.find((object) => isAbout(call, object));
  if (owner === undefined) return { most: mostOfRest(call, forMs, objects, world), why: '' };
  const { ready } = applicationOf(owner);
  if (!isWaiting(owner)) return { most: mostOfReady(call, world), why: ', as its object is Ready' };
  // A listing has it looked at, too.
  const most = triesWithin(forMs, ready?.reason) + Math.ceil(forMs / RESYNC_MS);
  return { most, why: `, as its object is ${ready?.reason}` };
}

/**
 * A deep look leaves a word in the status, and so ends the rest: one that leaves none is one too many. But a listing that
 * lags lacks what was just made, or what is hidden from it for a while, and what looks missing is asked for by its id
 * (protocol D2).
 */
function mostOfReady({ about }: Call, { scenario }: World): number {
  if (about?.type !== 'registration') return 0;
  const isLate = about.site === 'logi' && scenario.shape.logi === 'lagging-list';
  return isLate || isDone(scenario, ['show-again']) ? LOOKS_AT_UNLISTED : 0;
}

function isDone({ steps }: Scenario, deeds: readonly ConsoleDeed[]): boolean {
  return steps.some(({ act }) => act.type === 'console' && deeds.includes(act.how));
}

/** What is asked for that is of no object alone. */
function mostOfRest({ kind }: Call, forMs: number, objects: readonly KubeObject[], { scenario }: World): number {
  const waiting = objects.filter(isWaiting);
  const rounds = 1 + Math.ceil(forMs / RESYNC_MS);
  const tries = waiting.reduce((sum, object) => sum + triesWithin(forMs, applicationOf(object).ready?.reason), 0);
  const listings = rounds * (1 + LISTINGS_OF_WAITING * waiting.length);
  switch (kind) {
    case 'list':
      return (scenario.shape.logi === 'paged' ? RUNS_OF_PAGED : 1) * listings;
    case 'told-of-listing':
      return listings;
    case 'namespace':
      // Whoever has a copy is looked at with each listing.
      return rounds * (isDone(scenario, COPIES) ? NAMESPACES_OF_LOOK : 1) + NAMESPACES_OF_LOOK * tries;
    case 'users':
      return tries + rounds * objects.filter((object) => applicationOf(object).waitsForUsers === 'yes').length;
    case 'credentials':
      return READS_OF_ROUND * listings;
    case 'other':
      return rounds + tries;
    case 'write':
      return 0;
  }
}

function isAbout({ about }: Call, object: KubeObject): boolean {
  const { applicationId, provider, secret, mounted } = applicationOf(object);
  const { namespace, name } = object.metadata;
  switch (about?.type) {
    case undefined:
      return false;
    case 'registration':
      return provider === about.site && applicationId === about.id;
    case 'object':
      return namespace === about.namespace && name === about.name;
    case 'secret':
      return namespace === about.namespace && [secret?.name, mounted.name].includes(about.name);
  }
}

function isWaiting(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined || applicationOf(object).ready?.status !== 'True';
}

/** How often something is tried within so long at most, where it fails each time: by the shortest pauses of the back-off. */
function triesWithin(forMs: number, reason: string | undefined): number {
  const backOff = exponentialBackOff({ fraction: () => 0, bytes: (bytes) => new Uint8Array(bytes) });
  const pause = (): number => backOff.next('', LONGEST_MS.get(reason));
  let tries = 1;
  for (let atMs = pause(); atMs <= forMs; atMs += pause()) tries += 1;
  return tries;
}
