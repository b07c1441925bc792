import { describe, expect, test } from 'vitest';
import type { Charge } from '../../src/idp/charge.ts';
import { claimant, type Gate, gate, granted, MINUTE, most, SECOND, spend, waits } from '../support/budget-gate.ts';

describe('who has to wait amid a pass and begins anew', () => {
  test.each([
    { many: 20, calls: 2, perMinute: 10, minutes: 10 },
    { many: 50, calls: 2, perMinute: 40, minutes: 5 },
    { many: 6, calls: 5, perMinute: 7, minutes: 20 },
    { many: 3, calls: 2, perMinute: 1, minutes: 10 },
    { many: 3, calls: 5, perMinute: 3, minutes: 30 },
  ])('is done at last ($many times $calls calls, $perMinute a minute)', async ({ many, calls, perMinute, minutes }) => {
    const stage = gate({ requestsPerMinute: perMinute });
    spend(stage.budget, 'call', perMinute);
    const { done, times } = await passes(stage, many, Array<Charge>(calls).fill('call'), minutes);
    expect(done).toHaveLength(many);
    expect(times.length, 'nobody begins anew twice for the same call').toBeLessThanOrEqual(
      (many * calls * (calls + 1)) / 2,
    );
    expect(most(times, MINUTE)).toBeLessThanOrEqual(Math.max(perMinute, calls));
    expect(most(times, 10 * MINUTE)).toBeLessThanOrEqual(10 * perMinute + calls);
  });

  test.each([
    { calls: ['create', 'call'] },
    { calls: ['call', 'create'] },
    { calls: ['call', 'create', 'call'] },
  ] as const)('is done at last, with a create among its calls ($calls)', async ({ calls }) => {
    const stage = gate({ requestsPerMinute: 1, createsUnderWay: 1 });
    spend(stage.budget, 'call', 1);
    expect((await passes(stage, 4, calls, 20)).done).toHaveLength(4);
  });

  test('has places for eight calls at most', async () => {
    const { budget, clock, woken } = gate({ requestsPerMinute: 20 });
    const who = { ...claimant('a/1'), pass: {} };
    for (let call = 0; call < 20; call += 1) granted(budget, 'call', who).end();
    waits(budget, 'call', who);
    await clock.advance(MINUTE);
    expect(woken()).toEqual(['a/1']);
    for (let other = 0; other < 12; other += 1) granted(budget, 'call', claimant(`b/${other}`)).end();
    waits(budget, 'call', claimant('b/12'));
  });

  test('loses the places that it does not take', async () => {
    const { budget, clock, woken } = gate({ requestsPerMinute: 3 });
    const who = { ...claimant('a/1'), pass: {} };
    for (let call = 0; call < 3; call += 1) granted(budget, 'call', who).end();
    waits(budget, 'call', who);
    await clock.advance(MINUTE);
    expect(woken()).toEqual(['a/1']);
    granted(budget, 'call', claimant('a/1')).end();
    waits(budget, 'call', claimant('b/1'));
    await clock.advance(10 * SECOND - 1);
    expect(woken()).toEqual([]);
    await clock.advance(1);
    expect(woken()).toEqual(['b/1']);
    granted(budget, 'call', claimant('b/1')).end();
    granted(budget, 'call', claimant('b/2')).end();
    expect(clock.pending(), 'nobody waits, so nothing is timed').toBe(0);
  });

  test('keeps them through a call that takes longer', async () => {
    const { budget, clock, woken } = gate({ requestsPerMinute: 2 });
    const who = { ...claimant('a/1'), pass: {} };
    for (let call = 0; call < 2; call += 1) granted(budget, 'call', who).end();
    waits(budget, 'call', who);
    await clock.advance(MINUTE);
    expect(woken()).toEqual(['a/1']);
    const slow = granted(budget, 'call', claimant('a/1'));
    waits(budget, 'call', claimant('b/1'));
    await clock.advance(30 * SECOND);
    slow.end();
    expect(woken()).toEqual([]);
    granted(budget, 'call', claimant('a/1')).end();
  });

  test('needs as much when it has become more urgent meanwhile', async () => {
    const { budget, clock, woken } = gate({ requestsPerMinute: 2 });
    const who = { ...claimant('a/1'), pass: {} };
    for (let call = 0; call < 2; call += 1) granted(budget, 'call', who).end();
    waits(budget, 'call', who);
    waits(budget, 'call', claimant('a/1', 'deletion'));
    await clock.advance(MINUTE);
    expect(woken()).toEqual(['a/1']);
    waits(budget, 'call', claimant('b/1'));
    for (let call = 0; call < 2; call += 1) granted(budget, 'call', claimant('a/1', 'deletion')).end();
  });

  test('is told of a later moment, be there a place', async () => {
    const { budget, clock } = gate({ requestsPerMinute: 2 });
    const who = { ...claimant('a/1'), pass: {} };
    granted(budget, 'call', who).end();
    await clock.advance(30 * SECOND);
    granted(budget, 'call', who).end();
    waits(budget, 'call', who);
    await clock.advance(30 * SECOND);
    for (const key of ['a/1', 'b/1']) {
      expect(waits(budget, 'call', claimant(key)).untilMs).toBe(clock.now() + 30 * SECOND);
    }
  });
});

/** Passes that make these calls, each by somebody else who begins anew whenever it is woken; who was done, and when each call was made. */
async function passes({ budget, clock, woken }: Gate, many: number, calls: readonly Charge[], minutes: number) {
  const done: string[] = [];
  const times: number[] = [];
  const pass = (key: string): void => {
    const who = { ...claimant(key), pass: {} };
    const places: { end(): void; cancel(): void }[] = [];
    for (const charge of calls) {
      const grant = budget.take(charge, who);
      if (grant.type === 'wait') {
        for (const place of places) place.cancel();
        return;
      }
      if (calls.includes('create')) places.push(grant);
      else grant.end();
      times.push(clock.monotonic());
    }
    for (const place of places) place.end();
    done.push(key);
  };
  for (let who = 0; who < many; who += 1) pass(`shop/${who}`);
  for (let second = 0; second < minutes * 60; second += 1) {
    for (const key of woken()) pass(key);
    await clock.advance(SECOND);
  }
  return { done, times };
}
