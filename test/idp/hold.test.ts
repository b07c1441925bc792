import { describe, expect, test } from 'vitest';
import type { Budget } from '../../src/idp/budget.ts';
import type { Charge } from '../../src/idp/charge.ts';
import { claimant, gate, granted, HOUR, MINUTE, SECOND, START, waits } from '../support/budget-gate.ts';

describe('a 429', () => {
  test.each([
    { charge: 'create', retryAfterMs: 40 * MINUTE, creates: 40 * MINUTE, calls: 0 },
    { charge: 'create', retryAfterMs: undefined, creates: SECOND, calls: 0 },
    { charge: 'call', retryAfterMs: 90 * SECOND, creates: 90 * SECOND, calls: 90 * SECOND },
    { charge: 'call', retryAfterMs: undefined, creates: SECOND, calls: SECOND },
  ] as const)('on a $charge with $retryAfterMs ms holds creates for $creates ms and calls for $calls ms', (row) => {
    const { budget } = gate({});
    budget.throttled(row.charge, row.retryAfterMs);
    expect(heldMs(budget, 'create')).toBe(row.creates);
    expect(heldMs(budget, 'call')).toBe(row.calls);
  });

  function heldMs(budget: Budget, charge: Charge): number {
    const grant = budget.take(charge, claimant('any/any'));
    return grant.type === 'granted' ? 0 : grant.untilMs - START;
  }

  test('holds longer each time the provider does not say for how long, up to five minutes', async () => {
    const { budget, clock } = gate({});
    const held: number[] = [];
    for (let answer = 0; answer < 11; answer += 1) {
      budget.throttled('call', undefined);
      const { untilMs } = waits(budget, 'call');
      held.push((untilMs - clock.now()) / SECOND);
      await clock.advance(untilMs - clock.now());
      granted(budget, 'call').end();
    }
    expect(held).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    await clock.advance(6 * MINUTE);
    budget.throttled('call', undefined);
    expect(waits(budget, 'call').untilMs - clock.now(), 'a quiet time ends the series').toBe(SECOND);
  });

  test('counts once when calls that ran side by side all got it', () => {
    const { budget } = gate({});
    for (let answer = 0; answer < 8; answer += 1) budget.throttled('call', undefined);
    expect(waits(budget, 'call').untilMs).toBe(START + SECOND);
  });

  test('never shortens what the provider asked for before', () => {
    const { budget } = gate({});
    budget.throttled('create', HOUR);
    budget.throttled('create', SECOND);
    expect(waits(budget, 'create').untilMs).toBe(START + HOUR);
  });

  test.each([
    { retryAfterMs: SECOND, latest: 1.999 * SECOND },
    { retryAfterMs: 10 * MINUTE, latest: 10.999 * MINUTE },
  ])('of $retryAfterMs ms is spread, never to less', ({ retryAfterMs, latest }) => {
    const { budget, clock } = gate({}, [], 0.999);
    budget.throttled('call', retryAfterMs);
    const heldMs = waits(budget, 'call').untilMs - clock.now();
    expect(heldMs).toBeGreaterThan(retryAfterMs);
    expect(heldMs).toBeLessThanOrEqual(latest);
  });

  test('on creates shows as the time of the next one, the same however often one looks', async () => {
    const { budget, clock } = gate({ createsPerHour: 10 });
    budget.throttled('create', 20 * MINUTE);
    expect(budget.nextCreateAt()).toBe(START + 20 * MINUTE);
    await clock.advance(7 * MINUTE);
    expect(budget.nextCreateAt()).toBe(START + 20 * MINUTE);
    await clock.advance(13 * MINUTE);
    expect(budget.nextCreateAt()).toBeUndefined();
  });
});

describe('the breaker', () => {
  function fail(budget: Budget, times: number): void {
    for (let time = 0; time < times; time += 1) {
      const call = granted(budget, 'call');
      budget.answered('unavailable');
      call.end();
    }
  }

  test('stays closed while now and then an answer comes', () => {
    const { budget } = gate({});
    for (let time = 0; time < 10; time += 1) {
      fail(budget, 4);
      budget.answered('well');
    }
    granted(budget, 'call').end();
  });

  test('holds everything after five failures in a row, longer each time a probe fails, up to five minutes', async () => {
    const { budget, clock, woken } = gate({});
    fail(budget, 5);
    const held: number[] = [];
    for (let probe = 0; probe < 8; probe += 1) {
      waits(budget, 'create', claimant('a/create'));
      const { untilMs } = waits(budget, 'call');
      held.push((untilMs - clock.now()) / SECOND);
      await clock.advance(untilMs - clock.now());
      const [key, ...others] = woken();
      expect(others, 'one tries for all').toEqual([]);
      const probe = key === 'a/create' ? granted(budget, 'create', claimant(key)) : granted(budget, 'call');
      budget.answered('unavailable');
      probe.end();
    }
    expect(held).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
  });

  test('lets one probe through at a time, and everybody when it was answered', async () => {
    const { budget, clock, woken } = gate({});
    fail(budget, 5);
    for (const key of ['a/1', 'b/1', 'c/1']) waits(budget, 'call', claimant(key));
    await clock.advance(5 * SECOND);
    expect(woken()).toEqual(['a/1']);
    waits(budget, 'call', claimant('d/1', 'deletion'));
    const probe = granted(budget, 'call', claimant('a/1'));
    waits(budget, 'call', claimant('a/1'));
    expect(woken()).toEqual([]);
    budget.answered('well');
    probe.end();
    expect(woken().toSorted()).toEqual(['a/1', 'b/1', 'c/1', 'd/1']);
    fail(budget, 4);
    granted(budget, 'call', claimant('e/1')).end();
  });

  test.each([
    { name: 'is cancelled', finish: (probe: { cancel(): void }) => probe.cancel() },
    { name: 'ends without a word', finish: (probe: { end(): void }) => probe.end() },
  ])('lets the next probe through when one $name', async ({ finish }) => {
    const { budget, clock, woken } = gate({});
    fail(budget, 5);
    for (const key of ['a/1', 'b/1', 'c/1']) waits(budget, 'call', claimant(key));
    await clock.advance(5 * SECOND);
    expect(woken()).toEqual(['a/1']);
    finish(granted(budget, 'call', claimant('a/1')));
    expect(woken()).toEqual(['b/1']);
  });

  test('gives the probe to the next when the one who was woken does not come', async () => {
    const { budget, clock, woken } = gate({});
    fail(budget, 5);
    for (const key of ['a/1', 'b/1']) waits(budget, 'call', claimant(key));
    await clock.advance(15 * SECOND);
    expect(woken()).toEqual(['a/1', 'b/1']);
  });

  test('gives every probe to the provider object itself, since all others come when it is in service again', async () => {
    const { budget, clock, woken } = gate({});
    fail(budget, 5);
    for (let ghost = 0; ghost < 200; ghost += 1) waits(budget, 'call', claimant(`a/${ghost}`, 'deletion'));
    const listing = claimant('a/provider', 'provider');
    for (const heldMs of [5 * SECOND, 10 * SECOND, 20 * SECOND]) {
      waits(budget, 'call', listing);
      await clock.advance(heldMs);
      expect(woken()).toEqual(['a/provider']);
      const probe = granted(budget, 'call', listing);
      budget.answered('unavailable');
      probe.end();
    }
  });

  test('is not held longer by calls that began before it opened', async () => {
    const { budget, clock } = gate({});
    const early = Array.from({ length: 9 }, (_, index) => granted(budget, 'call', claimant(`a/${index}`)));
    for (const call of early) {
      budget.answered('unavailable');
      call.end();
    }
    expect(waits(budget, 'call').untilMs).toBe(clock.now() + 5 * SECOND);
    await clock.advance(5 * SECOND);
    budget.answered('unavailable');
    granted(budget, 'call').end();
  });

  test('takes a 429 for a sign of life', async () => {
    const { budget, clock } = gate({});
    fail(budget, 5);
    await clock.advance(5 * SECOND);
    const probe = granted(budget, 'call');
    budget.throttled('call', SECOND);
    probe.end();
    await clock.advance(SECOND);
    granted(budget, 'call', claimant('a/1'));
    granted(budget, 'call', claimant('b/1'));
  });
});
