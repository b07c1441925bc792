import { describe, expect, test } from 'vitest';
import { createBudget } from '../../src/idp/budget.ts';
import type { Charge, Limits } from '../../src/idp/charge.ts';
import {
  claimant,
  DAY,
  gate,
  granted,
  HOUR,
  MINUTE,
  most,
  mulberry32,
  SECOND,
  START,
  spend,
  waits,
} from '../support/budget-gate.ts';
import { manualClock } from '../support/manual-clock.ts';

describe('one create at a time', () => {
  test('lets the next create in when the one before has ended, and calls at any time', () => {
    const { budget, clock, woken } = gate({ createsUnderWay: 1 });
    const first = granted(budget, 'create', claimant('shop/a'));
    const wait = waits(budget, 'create', claimant('shop/b'));
    expect(wait.for).toBe('create');
    expect(wait.untilMs).toBeGreaterThan(clock.now());
    granted(budget, 'call', claimant('shop/c')).end();
    expect(woken()).toEqual([]);
    first.end();
    expect(woken()).toEqual(['shop/b']);
    granted(budget, 'create', claimant('shop/b')).cancel();
    granted(budget, 'create', claimant('shop/c')).end();
  });

  test('keeps the place for one who was woken, so that a second create cannot slip in', () => {
    const { budget, woken } = gate({ createsUnderWay: 1 });
    const first = granted(budget, 'create', claimant('shop/a'));
    waits(budget, 'create', claimant('shop/b'));
    first.end();
    waits(budget, 'create', claimant('shop/c'));
    expect(woken()).toEqual(['shop/b']);
    const second = granted(budget, 'create', claimant('shop/b'));
    expect(woken()).toEqual([]);
    second.end();
    expect(woken()).toEqual(['shop/c']);
  });

  test('is not asked of a provider that takes them side by side', () => {
    const { budget } = gate({ createsUnderWay: undefined });
    granted(budget, 'create', claimant('shop/a'));
    granted(budget, 'create', claimant('shop/b'));
  });
});

test('whoever waits is told of a later moment, be it by less than the wall clock shows', () => {
  const { budget, clock } = gate({});
  budget.throttled('call', SECOND + 1e-5);
  clock.pause(SECOND);
  expect(waits(budget, 'call', claimant('a/1')).untilMs).toBeGreaterThan(clock.now());
});

describe('a kept place', () => {
  test('cannot be overtaken, not even by a deletion', () => {
    const { budget, woken } = gate({ createsUnderWay: 1 });
    const first = granted(budget, 'create', claimant('a/1'));
    waits(budget, 'create', claimant('b/1', 'drift'));
    first.end();
    waits(budget, 'create', claimant('c/1', 'deletion'));
    expect(woken()).toEqual(['b/1']);
    granted(budget, 'create', claimant('b/1', 'drift')).end();
    expect(woken()).toEqual(['c/1']);
  });

  test('passes to the next after ten seconds, and who missed it asks anew', async () => {
    const { budget, clock, woken } = gate({ createsUnderWay: 1 });
    const first = granted(budget, 'create', claimant('a/1'));
    waits(budget, 'create', claimant('b/1'));
    waits(budget, 'create', claimant('c/1'));
    first.end();
    expect(woken()).toEqual(['b/1']);
    await clock.advance(10 * SECOND - 1);
    expect(woken()).toEqual([]);
    await clock.advance(1);
    expect(woken()).toEqual(['c/1']);
    waits(budget, 'create', claimant('b/1'));
    granted(budget, 'create', claimant('c/1')).end();
    expect(woken()).toEqual(['b/1']);
    await clock.advance(10 * SECOND);
    expect(clock.pending(), 'nobody waits, so nothing is timed').toBe(0);
    granted(budget, 'create', claimant('b/1')).end();
  });

  test('counts against every limit', async () => {
    const { budget, clock, woken } = gate({ requestsPerMinute: 2 });
    spend(budget, 'call', 2);
    for (const key of ['a/1', 'b/1', 'c/1']) waits(budget, 'call', claimant(key));
    await clock.advance(MINUTE);
    expect(woken()).toEqual(['a/1', 'b/1']);
    waits(budget, 'call', claimant('d/1', 'deletion'));
    granted(budget, 'call', claimant('a/1')).cancel();
    expect(woken()).toEqual(['d/1']);
  });

  test('is taken back when the provider says 429, and had again first of all', async () => {
    const { budget, clock, woken } = gate({ createsUnderWay: 1 });
    const first = granted(budget, 'create', claimant('a/1'));
    for (const key of ['b/1', 'b/2', 'c/1']) waits(budget, 'create', claimant(key));
    first.end();
    expect(woken()).toEqual(['b/1']);
    budget.throttled('create', 30 * SECOND);
    waits(budget, 'create', claimant('b/1'));
    await clock.advance(30 * SECOND - 1);
    expect(woken()).toEqual([]);
    await clock.advance(1);
    expect(woken()).toEqual(['b/1']);
    granted(budget, 'create', claimant('b/1')).end();
    expect(woken()).toEqual(['c/1']);
  });

  test('is kept for what it was asked for', () => {
    const { budget, woken } = gate({ createsUnderWay: 1 });
    const first = granted(budget, 'create', claimant('a/1'));
    waits(budget, 'create', claimant('b/1'));
    first.end();
    granted(budget, 'call', claimant('b/1')).end();
    waits(budget, 'create', claimant('c/1'));
    expect(woken()).toEqual(['b/1']);
    granted(budget, 'create', claimant('b/1'));
  });
});

describe('whatever happens', () => {
  test.each(Array.from({ length: 12 }, (_, index) => index + 1))(
    'no window exceeds a limit and everybody is served at last (walk %i)',
    async (seed) => {
      const walk = await randomWalk(seed);
      expect(walk.hits.create.length).toBeGreaterThan(30);
      expect(walk.hits.call.length).toBeGreaterThan(100);
      for (const [limit, windowMs] of [
        [10, HOUR],
        [30, DAY],
      ] as const) {
        expect(most(walk.hits.create, windowMs)).toBeLessThanOrEqual(limit);
      }
      expect(most([...walk.hits.create, ...walk.hits.call], MINUTE)).toBeLessThanOrEqual(6);
      expect(walk.mostCreatesAtOnce).toBe(1);
      expect(walk.unserved).toEqual([]);
      expect(walk.timersLeft).toBe(0);
    },
  );

  test('a namespace that asks without end delays no other by more than its turn', async () => {
    const { budget, clock, woken } = gate({ createsPerHour: 1, createsUnderWay: 1 });
    spend(budget, 'create', 1);
    for (let flood = 0; flood < 500; flood += 1) waits(budget, 'create', claimant(`flood/${flood}`));
    waits(budget, 'create', claimant('calm/1'));
    const served: string[] = [];
    for (let minute = 0; minute < 6 * 60; minute += 1) {
      await clock.advance(MINUTE);
      for (const key of woken()) {
        served.push(key);
        granted(budget, 'create', claimant(key)).end();
      }
    }
    expect(served.slice(0, 3)).toEqual(['flood/0', 'calm/1', 'flood/1']);
  });
});

/**
 * Sixty claimants ask, come late or not at all when woken, call slowly, are answered badly and forget what they wanted,
 * for a few days and then until all are served. `hits` are the times at which the provider counts a call.
 */
async function randomWalk(seed: number) {
  const random = mulberry32(seed);
  const clock = manualClock(START);
  const hits: Record<Charge, number[]> = { create: [], call: [] };
  const wanting = new Map<string, Charge>();
  const creating = { now: 0, most: 0 };
  const limits: Limits = {
    createsPerHour: 10,
    createsPerDay: 30,
    createsPerWeek: undefined,
    requestsPerMinute: 6,
    createsUnderWay: 1,
  };
  const budget = createBudget({
    limits,
    spent: [],
    clock,
    chance: { fraction: random, bytes: (bytes) => new Uint8Array(bytes) },
    // Every tenth does not come at all, and every tenth comes too late.
    wake: (key) => {
      const manner = random();
      if (manner > 0.1) clock.setTimer(() => ask(key), manner < 0.2 ? 12 * SECOND : random() * 8 * SECOND);
      else clock.setTimer(() => ask(key), random() * HOUR);
    },
  });

  function ask(key: string): void {
    const charge = wanting.get(key);
    if (charge === undefined) return;
    const [, number] = key.split('/');
    const urgency = (['deletion', 'requested', 'new', 'drift'] as const)[Number(number) % 4] ?? 'drift';
    const grant = budget.take(charge, claimant(key, urgency));
    if (grant.type === 'granted') call(key, charge, grant);
  }

  function call(key: string, charge: Charge, grant: { end(): void; cancel(): void }): void {
    wanting.delete(key);
    if (random() < 0.05) {
      grant.cancel();
      return;
    }
    if (charge === 'create') creating.now += 1;
    creating.most = Math.max(creating.most, creating.now);
    const beginsMs = random() * 20 * SECOND;
    clock.setTimer(() => hits[charge].push(clock.monotonic()), beginsMs);
    clock.setTimer(
      () => {
        if (charge === 'create') creating.now -= 1;
        answer(charge);
        grant.end();
      },
      beginsMs + random() * 20 * SECOND,
    );
  }

  function answer(charge: Charge): void {
    const kind = random();
    if (kind < 0.02) budget.throttled(charge, random() < 0.5 ? undefined : random() * 10 * MINUTE);
    else budget.answered(kind < 0.3 ? 'unavailable' : 'well');
  }

  for (let step = 0; step < 1_500; step += 1) {
    const key = `${['a', 'b', 'c'][Math.floor(random() * 3)]}/${Math.floor(random() * 20)}`;
    if (!wanting.has(key)) {
      wanting.set(key, random() < 0.2 ? 'create' : 'call');
      ask(key);
    }
    await clock.advance(random() < 0.98 ? random() * 20 * SECOND : random() * 10 * HOUR);
  }
  for (let day = 0; day < 7 && wanting.size > 0; day += 1) await clock.advance(DAY);
  await clock.advance(DAY);
  return { hits, unserved: [...wanting.keys()], mostCreatesAtOnce: creating.most, timersLeft: clock.pending() };
}
