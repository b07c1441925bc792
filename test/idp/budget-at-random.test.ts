import { expect, test } from 'vitest';
import { type Budget, createBudget } from '../../src/idp/budget.ts';
import type { Charge, Urgency } from '../../src/idp/charge.ts';
import { claimant, DAY, HOUR, MINUTE, most, mulberry32, SECOND, START } from '../support/budget-gate.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';

const URGENCIES: readonly Urgency[] = ['deletion', 'requested', 'new', 'drift'];

/** The most calls that a pass makes here. */
const LONGEST = 5;

test.each([1, 2, 9, 12].flatMap((perMinute) => [1, 2].map((seed) => ({ perMinute, seed }))))(
  'passes of some calls come to their end at last within the limit ($perMinute a minute, walk $seed)',
  async ({ perMinute, seed }) => {
    const random = mulberry32(seed);
    const clock = manualClock(START);
    const runner = passRunner(clock, random, perMinute);
    for (let step = 0; step < 400; step += 1) {
      const calls = Array<Charge>(1 + Math.floor(random() * LONGEST)).fill('call');
      if (random() < 0.15) calls[Math.floor(random() * calls.length)] = 'create';
      runner.want(`${['a', 'b', 'c'][Math.floor(random() * 3)]}/${Math.floor(random() * 20)}`, calls);
      await clock.advance(random() * 30 * SECOND);
    }
    await clock.advance(DAY);
    expect(runner.unserved()).toEqual([]);
    await clock.advance(HOUR);
    expect(clock.pending(), 'nobody waits, so nothing is timed').toBe(0);
    expect(most(runner.hits, MINUTE)).toBeLessThanOrEqual(Math.max(perMinute, LONGEST));
    expect(most(runner.hits, 10 * MINUTE)).toBeLessThanOrEqual(10 * perMinute + LONGEST);
  },
);

/**
 * Runs a pass for each who wants something: its calls one after the other, and anew from the first whenever it is woken,
 * at times too late. The provider is slow, throttles and fails. A create is made last, though its place is taken in turn.
 * `hits`: when the provider counted a call.
 */
function passRunner(clock: ManualClock, random: () => number, requestsPerMinute: number) {
  const hits: number[] = [];
  const wanting = new Map<string, readonly Charge[]>();
  const running = new Set<string>();
  const woken = new Set<string>();
  const [createsPerDay, createsPerWeek] = [undefined, undefined];
  const budget: Budget = createBudget({
    limits: { createsPerHour: 30, createsPerDay, createsPerWeek, requestsPerMinute, createsUnderWay: 1 },
    spent: [],
    clock,
    chance: { fraction: random, bytes: (bytes) => new Uint8Array(bytes) },
    wake: (key) => void clock.setTimer(() => run(key), random() < 0.05 ? 12 * SECOND : random() * 4 * SECOND),
  });

  function run(key: string): void {
    const calls = wanting.get(key);
    if (calls === undefined) return;
    if (running.has(key)) {
      woken.add(key);
      return;
    }
    running.add(key);
    void pass(key, calls).then((outcome) => {
      running.delete(key);
      if (outcome === 'done') wanting.delete(key);
      if (woken.delete(key)) run(key);
    });
  }

  async function pass(key: string, calls: readonly Charge[]): Promise<'done' | 'waits'> {
    const who = { ...claimant(key, URGENCIES[Number(key.slice(2)) % URGENCIES.length]), pass: {} };
    const creates: { end(): void; cancel(): void }[] = [];
    for (const charge of calls) {
      const grant = budget.take(charge, who);
      if (grant.type === 'wait') {
        expect(grant.untilMs).toBeGreaterThan(clock.now());
        for (const create of creates) create.cancel();
        return 'waits';
      }
      if (charge === 'create') creates.push(grant);
      else await called(charge, grant);
      await sleep(random() * 3 * SECOND);
    }
    for (const create of creates) await called('create', create);
    return 'done';
  }

  async function called(charge: Charge, place: { end(): void }): Promise<void> {
    await sleep(random() * 5 * SECOND);
    hits.push(clock.monotonic());
    await sleep(random() * 5 * SECOND);
    const kind = random();
    if (kind < 0.01) budget.throttled(charge, random() < 0.5 ? undefined : random() * 5 * MINUTE);
    else budget.answered(kind < 0.1 ? 'unavailable' : 'well');
    place.end();
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void clock.setTimer(resolve, ms));
  }

  return {
    hits,
    want(key: string, calls: readonly Charge[]) {
      if (!wanting.has(key)) wanting.set(key, calls);
      run(key);
    },
    unserved: () => [...wanting.keys()],
  };
}
