import { OAUTH_APPLICATIONS } from '../../src/kube/resources.ts';
import { CHANGES_SECRETS } from './acts/console.ts';
import { performer } from './acts/perform.ts';
import { partsOf } from './api-calls.ts';
import type { Blow } from './blows.ts';
import { INVARIANTS } from './invariants/all.ts';
import type { Invariant } from './invariants/invariant.ts';
import { touches } from './invariants/requests.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { RESYNC_MS } from './manifests.ts';
import type { Act, Fate, Planned, Scenario } from './scenario/scenario.ts';
import type { Sighting } from './sightings.ts';
import type { Trace } from './trace.ts';
import { createWorld, type World } from './world.ts';

/** What became of a story. */
export interface Verdict {
  /** In their order; empty: everything held. */
  readonly accusations: readonly Accusation[];
  readonly steps: number;
}

/** A promise that was broken. */
export interface Accusation {
  readonly invariant: string;
  readonly sentence: string;
  readonly atMs: number;
}

/** Without work for so long the world is at rest, and that has to come within so long, ms. */
interface Rest {
  readonly quietMs: number;
  readonly longestMs: number;
}

/** A listing lies in it, and whatever else is put off or waits for a Lease comes back sooner. */
const REST: Rest = { quietMs: RESYNC_MS + 60_000, longestMs: 3_600_000 };

/**
 * So it is watched in every so many stories: what comes back each quarter of an hour is no rest either. What has its time
 * comes once, as the removal of a Secret of a former name does after an hour, and a look at each of four applications.
 */
const WATCHED_EVERY = 45;
const WATCHED: Rest = { quietMs: 7_200_000, longestMs: 6 * 7_200_000 };

/** A story takes some thousand. What takes so many goes round in a circle, and would take all memory before its hour is over. */
const MOST_STEPS = 50_000;

/**
 * Plays a story until the world is at rest, and judges it; no further than to the first accusation that is `enough`.
 * `trace` is told of everything.
 */
export async function play(
  scenario: Scenario,
  trace: Trace,
  enough: (accusation: Accusation) => boolean = () => false,
  invariants: readonly Invariant[] = INVARIANTS,
): Promise<Verdict> {
  const accusations: Accusation[] = [];
  let workedAt = 0;
  const ledger = createLedger(() => world);
  const accuse = (invariant: string, sentence: string): void => {
    accusations.push({ invariant, sentence, atMs: world.scheduler.now() });
    trace.say('judge', `${invariant}: ${sentence}`, world.scheduler.now());
  };
  const bystanders = invariants.map(({ name, attend }) =>
    attend({ ledger, world: () => world, accuse: (sentence) => accuse(name, sentence) }),
  );
  const onSighting = (sighting: Sighting): void => {
    trace.see(sighting, world.scheduler.now());
    ledger.see(sighting);
    if (isWork(sighting)) worksFor(0);
    if (sighting.type === 'act' && sighting.act.type === 'process') worksFor(stillMs(sighting.act.fate));
    for (const bystander of bystanders) bystander.see?.(sighting);
  };
  const world: World = createWorld(scenario, {
    onSighting,
    onLog(who, line, cluster) {
      trace.log(who, line, world.scheduler.now());
      for (const bystander of bystanders) bystander.hear?.(line, cluster, who);
    },
    onWord(who, word, cluster) {
      // One that is told to stop ends its work first (protocol S3).
      if (word !== 'starts' && word !== 'ends: stopped') ledger.fell(cluster);
      worksFor(0);
      trace.say(who, word, world.scheduler.now());
    },
    onStruck(who, struck) {
      const { call, blow } = struck;
      ledger.struck(struck);
      trace.struck?.(call, blow);
      worksFor(stillMs(blow));
      trace.say(who, `${call.kind}: ${JSON.stringify(blow)}`, world.scheduler.now());
    },
    onFelled: ledger.fell,
    onFall: (who, error) => accuse('never-falls', `${who}: ${error instanceof Error ? error.stack : String(error)}`),
  });

  for (const replica of world.replicas.flat()) replica.start();
  const perform = performer(world);
  const does = (act: Act): void => {
    onSighting({ type: 'act', act });
    perform(act);
  };
  for (const { atMs, act } of scenario.steps) {
    world.scheduler.after(atMs, () => does(act));
  }
  const isSpinning = (): boolean => world.scheduler.steps() >= MOST_STEPS;
  const isOver = (): boolean => accusations.some(enough) || isSpinning();
  await world.scheduler.run(scenario.shape.activeMs, isOver);
  const calmSince = world.scheduler.now();
  world.strikes.clear();
  for (const cluster of world.clusters) cluster.setState('up');
  for (const site of ['logi', 'logto'] as const) world.tenants.setOutage(site, undefined);
  await settle(REST);
  const unseen = unseenBy(ledger, world);
  if (unseen.size > 0) {
    for (const bystander of bystanders) bystander.atRest?.(restSince());
    for (const application of unseen) does({ type: 'ask', application, forWhat: 'reconcile' });
    worksFor(0);
    await settle(REST);
  }
  if (scenario.seed % WATCHED_EVERY === 0) await settle(WATCHED);
  if (isSpinning()) accuse('comes-to-rest', `no rest after ${MOST_STEPS} steps`);
  for (const [cluster, replicas] of world.replicas.entries()) {
    for (const page of await Promise.all(replicas.map((replica) => replica.metricsPage()))) {
      for (const bystander of bystanders) bystander.read?.(page, cluster);
    }
  }
  for (const bystander of bystanders) {
    bystander.atRest?.(restSince());
    bystander.atLast?.();
  }

  /** Whoever stands still goes on later, and may have lost the Lease by then. */
  function worksFor(ms: number): void {
    workedAt = Math.max(workedAt, world.scheduler.now() + ms);
  }

  /** Nobody has worked since, and nobody has kept anybody from it. */
  function restSince(): number {
    return Math.max(workedAt, calmSince);
  }

  async function settle({ quietMs, longestMs }: Rest): Promise<void> {
    const begunAt = world.scheduler.now();
    const watchedSince = (): number => Math.max(workedAt, begunAt);
    const latest = watchedSince() + longestMs;
    for (let until = watchedSince(); until < watchedSince() + quietMs && !isOver(); ) {
      until = watchedSince() + quietMs;
      if (until > latest) return accuse('comes-to-rest', `no rest after ${longestMs / 60_000} min`);
      await world.scheduler.run(until, isOver);
    }
  }

  return { accusations, steps: world.scheduler.steps() };
}

/**
 * What a listing shows is found by itself. It shows no secrets: whoever has touched one at a console asks for a look
 * (protocol S10), and for all where a status, or an id that is given again, may have led him to another's registration.
 * Whoever has put a provider back asks for what had its secrets or its privileges changed since the backup, and whoever has
 * put an etcd back for all of its cluster: their Secrets may be from before a rotation.
 */
function unseenBy(
  { deeds, misled, putBack, secretsPutBack }: Ledger,
  { scenario, clusters }: World,
): ReadonlySet<number> {
  const { applications } = scenario.shape;
  const atConsole = deeds.flatMap(({ act }) =>
    act.type === 'console' && CHANGES_SECRETS.has(act.how) ? [act.application] : [],
  );
  const wentBack = deeds.flatMap(({ act }) => (act.type === 'restore' && act.of === 'etcd' ? [act.cluster] : []));
  const isWorn = ({ cluster, namespace, name, privileges }: Planned): boolean => {
    if (privileges !== undefined && putBack('logto')) return true;
    const object = clusters[cluster]?.hands.get({ resource: OAUTH_APPLICATIONS, namespace, name });
    return wentBack.includes(cluster) || (object !== undefined && secretsPutBack(object));
  };
  const worn = applications.flatMap((planned, index) => (isWorn(planned) ? [index] : []));
  const isAnybodys = atConsole.length > 0 && (misled() || putBack('logi'));
  return new Set(isAnybodys ? applications.keys() : [...atConsole, ...worn]);
}

/** No call waits longer for an answer, ms. */
const LONGEST_WAIT_MS = 30_000;

/** How long a process stands still by this, or waits, ms. What it does of itself comes so much later. */
function stillMs(how: Fate | Blow): number {
  if (how.type === 'stop' || how.type === 'stopped') return how.forMs;
  return how.type === 'silent' || how.type === 'slow' ? LONGEST_WAIT_MS : 0;
}

/**
 * What the operator does when it has something to do, or tries to: not listings, tokens, Events, Leases, or a provider's
 * status. The finalizer of a provider comes with the first look of whoever leads.
 */
function isWork(sighting: Sighting): boolean {
  switch (sighting.type) {
    case 'object':
      // A Pod that is replaced lets go of what it had.
      return sighting.kind === 'Pod' || (sighting.by.type === 'process' && sighting.kind !== 'Event');
    case 'served':
      return touches(sighting) && sighting.operation !== 'list-secrets';
    case 'api':
      return sighting.by.type === 'process' && isWrite(sighting.method, partsOf(sighting).plural);
    case 'act':
    case 'sent':
    case 'asked':
    case 'settled':
      return false;
  }
}

function isWrite(method: string, plural: string): boolean {
  if (method === 'GET') return false;
  return plural === 'oauthapplications' || (method === 'PATCH' && plural === 'clusteroauthproviders');
}
