import { expect } from 'vitest';
import type { CountingProxy } from './counting-proxy.ts';
import type { Operator } from './operator.ts';
import { until } from './until.ts';

export type Counts = Readonly<Record<string, number>>;

/** Calls to the provider by the emulator's word, and what the API server was asked for by method and resource. */
export interface Cost {
  readonly calls: Counts;
  readonly writes: Counts;
  readonly reads: Counts;
}

/** What is looked at. */
export interface Spenders {
  readonly proxy: CountingProxy;
  readonly journal: readonly { readonly operation: string }[];
  /** The one that runs now. */
  readonly operator: () => Operator;
}

const SETTLED_AFTER_MS = 500;

/** A pass that a change of our own asked for may look at a cache that is not up to date yet; its write is refused. */
const MOST_REFUSED = 3;

/** What was spent, and what was found: written behind the work too, so that only their sum can be told. */
const PROVIDER_STATUS = 'PUT oauthproviders/status';
const MOST_PROVIDER_STATUSES = 5;

/** Of the operator's metrics: a pass that runs or a key that waits, and the keys asked for so far. */
const BUSY = /^workqueue_(?:depth|unfinished_work_seconds)\{.*\} (?!0$).*$/m;
const ASKED = /^workqueue_adds_total.*$/gm;

/** Of its log: a pass that came to its end. */
const ENDED = /"key":"([^"]*)","end":"([^"]*)".*"message":"a pass ended"/g;

/** What a step costs, from when the operator had come to rest until it has again. */
export async function costOf(
  spenders: Spenders,
  step: () => Promise<void>,
  first: 'running' | 'stopped' = 'running',
): Promise<Cost> {
  const { proxy } = spenders;
  if (first === 'running') await atRest(spenders);
  const [before, refused, statuses] = [costSoFar(spenders), proxy.refused(), providerStatuses(spenders)];
  await step();
  await atRest(spenders);
  expect(proxy.refused() - refused).toBeLessThanOrEqual(MOST_REFUSED);
  expect(providerStatuses(spenders) - statuses).toBeLessThanOrEqual(MOST_PROVIDER_STATUSES);
  const after = costSoFar(spenders);
  return {
    calls: growth(before.calls, after.calls),
    writes: growth(before.writes, after.writes),
    reads: growth(before.reads, after.reads),
  };
}

function costSoFar({ proxy, journal }: Spenders): Cost {
  const { [PROVIDER_STATUS]: _, ...writes } = proxy.writes();
  return { calls: tally(journal), writes, reads: proxy.reads() };
}

function providerStatuses({ proxy }: Spenders): number {
  return proxy.writes()[PROVIDER_STATUS] ?? 0;
}

/**
 * Resolves when no pass runs, waits or was put off, every write is answered, and nothing was asked of anybody for a while:
 * Events go out behind the work.
 */
async function atRest(spenders: Spenders): Promise<void> {
  let since = performance.now();
  let last = '';
  await until(
    'the operator is at rest',
    async () => {
      const { body } = await spenders.operator().page('/metrics');
      const busy = BUSY.exec(body) !== null || spenders.proxy.unanswered() > 0;
      const seen = JSON.stringify([costSoFar(spenders), body.match(ASKED)]);
      if (busy || seen !== last) since = performance.now();
      last = seen;
      const isQuiet = performance.now() - since > SETTLED_AFTER_MS;
      return isQuiet ? putOff(await spenders.operator().logs()) : ['not quiet yet'];
    },
    (waiting) => waiting.length === 0,
  );
}

/** Keys whose last pass is to be made again by itself, as after a write that was refused. */
function putOff(log: string): readonly string[] {
  const ends = new Map([...log.matchAll(ENDED)].map(([, key = '', end = '']) => [key, end]));
  return [...ends].filter(([, end]) => end === 'back-off').map(([key]) => key);
}

function tally(journal: Spenders['journal']): Counts {
  return Object.fromEntries(
    [...Map.groupBy(journal, ({ operation }) => operation)].map(([operation, calls]) => [operation, calls.length]),
  );
}

function growth(before: Counts, after: Counts): Counts {
  const changes = Object.entries(after).map(([what, count]) => [what, count - (before[what] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, count]) => count > 0));
}
