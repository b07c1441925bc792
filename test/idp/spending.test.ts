import { describe, expect, test } from 'vitest';
import type { Budget } from '../../src/idp/budget.ts';
import type { Slot } from '../../src/idp/charge.ts';
import { at, claimant, DAY, gate, granted, HOUR, MINUTE, SECOND, START, spend, waits } from '../support/budget-gate.ts';
import type { ManualClock } from '../support/manual-clock.ts';

describe('limits', () => {
  test('let everybody through when there are none', () => {
    const { budget, clock } = gate({});
    spend(budget, 'create', 200);
    spend(budget, 'call', 200);
    expect(budget.spent()).toEqual([]);
    expect(budget.nextCreateAt()).toBeUndefined();
    expect(clock.pending()).toBe(0);
  });

  test.each([
    { limits: { createsPerHour: 10 }, charge: 'create', until: '2026-01-12T11:05:00Z' },
    { limits: { createsPerDay: 10 }, charge: 'create', until: '2026-01-13T10:05:00Z' },
    { limits: { createsPerWeek: 10 }, charge: 'create', until: '2026-01-19T10:05:00Z' },
    { limits: { createsPerHour: 10, createsPerDay: 10 }, charge: 'create', until: '2026-01-13T10:05:00Z' },
    { limits: { requestsPerMinute: 10 }, charge: 'call', until: '2026-01-12T10:03:00Z' },
    { limits: { requestsPerMinute: 10, createsPerHour: 40 }, charge: 'create', until: '2026-01-12T10:03:00Z' },
  ] as const)('$limits let ten through and the next $charge at $until', async ({ limits, charge, until }) => {
    const { budget, clock, woken } = gate(limits);
    spend(budget, charge, 10);
    expect(waits(budget, charge)).toEqual({ type: 'wait', for: charge, untilMs: at(until) });
    await clock.advance(at(until) - START - 1);
    expect(woken(), 'nobody is woken in vain').toEqual([]);
    expect(waits(budget, charge).untilMs).toBe(at(until));
    await clock.advance(1);
    expect(woken()).toEqual(['any/any']);
    granted(budget, charge).end();
    if (charge === 'create' && limits.requestsPerMinute === undefined) waitsAgain(budget, clock);
  });

  function waitsAgain(budget: Budget, clock: ManualClock): void {
    spend(budget, 'create', 9);
    expect(waits(budget, 'create').untilMs).toBeGreaterThan(clock.now());
  }

  test('count a create as a call too', () => {
    const { budget } = gate({ requestsPerMinute: 2 });
    granted(budget, 'create').end();
    granted(budget, 'call').end();
    waits(budget, 'call');
  });

  test('on creates do not hold back calls', () => {
    const { budget } = gate({ createsPerHour: 1 });
    spend(budget, 'create', 1);
    waits(budget, 'create');
    spend(budget, 'call', 50);
  });

  test('count a call until a minute after it ended, since the provider may have seen it as late as that', async () => {
    const { budget, clock, woken } = gate({ requestsPerMinute: 1 });
    const slow = granted(budget, 'call');
    waits(budget, 'call');
    await clock.advance(90 * SECOND);
    expect(woken()).toEqual([]);
    slow.end();
    await clock.advance(MINUTE - 1);
    expect(woken()).toEqual([]);
    await clock.advance(1);
    expect(woken()).toEqual(['any/any']);
  });

  test('on a week fit into the status however many slots there were, and count no shorter for it', () => {
    const SLOTS = 2_000;
    const first = at('2026-01-12T10:00:00Z') - SLOTS * 5 * MINUTE;
    const spent = Array.from({ length: SLOTS }, (_, slot) => ({
      slot: new Date(first + slot * 5 * MINUTE).toISOString(),
      creates: 1,
    }));
    const { budget } = gate({ createsPerWeek: SLOTS }, spent);

    const kept = budget.spent();
    expect(kept.length).toBeLessThan(500);
    expect(kept.slice(-288)).toEqual(spent.slice(-288));
    expect(kept.reduce((sum, { creates }) => sum + creates, 0)).toBe(SLOTS);
    expect(gate({ createsPerWeek: SLOTS }, kept).budget.spent()).toEqual(kept);
    const { untilMs } = waits(budget, 'create');
    expect(untilMs).toBeGreaterThanOrEqual(first + 5 * MINUTE + 7 * DAY);
    expect(untilMs).toBeLessThan(first + HOUR + 5 * MINUTE + 7 * DAY);
  });

  test('count a create in the slot in which it ended', async () => {
    const { budget, clock } = gate({ createsPerHour: 5 });
    const slow = granted(budget, 'create');
    expect(budget.spent()).toEqual([{ slot: '2026-01-12T10:00:00.000Z', creates: 1 }]);
    await clock.advance(4 * MINUTE);
    slow.end();
    expect(budget.spent()).toEqual([{ slot: '2026-01-12T10:05:00.000Z', creates: 1 }]);
  });

  test('are not charged for what was cancelled, and only the first of end and cancel counts', () => {
    const { budget, clock } = gate({ createsPerHour: 1, requestsPerMinute: 1 });
    const unused = granted(budget, 'create');
    unused.cancel();
    expect(budget.spent()).toEqual([]);
    const used = granted(budget, 'create');
    unused.cancel();
    unused.end();
    used.end();
    used.cancel();
    expect(budget.spent()).toEqual([{ slot: '2026-01-12T10:00:00.000Z', creates: 1 }]);
    expect(waits(budget, 'create').untilMs).toBe(at('2026-01-12T11:05:00Z'));
    expect(waits(budget, 'call').untilMs).toBe(clock.now() + MINUTE);
  });

  test('tell those far behind a time that counts who is before them', () => {
    const { budget } = gate({ createsPerHour: 10 });
    spend(budget, 'create', 10);
    const times = Array.from({ length: 25 }, (_, index) => waits(budget, 'create', claimant(`shop/${index}`)).untilMs);
    expect(times[0]).toBe(at('2026-01-12T11:05:00Z'));
    expect(times[9]).toBe(at('2026-01-12T11:05:00Z'));
    expect(times[10]).toBe(at('2026-01-12T12:05:00Z'));
    expect(times[24]).toBe(at('2026-01-12T13:05:00Z'));
  });
});

describe('what was spent', () => {
  test('is taken up again after a restart', () => {
    const first = gate({ createsPerHour: 3 });
    spend(first.budget, 'create', 3);
    const { budget } = gate({ createsPerHour: 3 }, first.budget.spent());
    expect(waits(budget, 'create').untilMs).toBe(at('2026-01-12T11:05:00Z'));
    expect(budget.nextCreateAt()).toBe(at('2026-01-12T11:05:00Z'));
  });

  test.each<{ why: string; spent: readonly Slot[]; until: string | undefined }>([
    {
      why: 'a slot counts until an hour after its end',
      spent: [{ slot: '2026-01-12T08:58:00Z', creates: 2 }],
      until: undefined,
    },
    {
      why: 'its last create may be as young as its end',
      spent: [{ slot: '2026-01-12T09:00:00Z', creates: 2 }],
      until: '2026-01-12T10:05:00Z',
    },
    {
      why: 'the oldest has to leave and no more',
      spent: [
        { slot: '2026-01-12T09:40:00Z', creates: 1 },
        { slot: '2026-01-12T09:30:00Z', creates: 1 },
      ],
      until: '2026-01-12T10:35:00Z',
    },
    {
      why: 'the limit was lowered, so more than one has to leave',
      spent: [
        { slot: '2026-01-12T09:10:00Z', creates: 3 },
        { slot: '2026-01-12T09:40:00Z', creates: 1 },
        { slot: '2026-01-12T09:50:00Z', creates: 1 },
      ],
      until: '2026-01-12T10:45:00Z',
    },
    {
      why: 'a slot in the future is a clock error and must not block for years',
      spent: [{ slot: '2031-01-01T00:00:00Z', creates: 2 }],
      until: '2026-01-12T11:05:00Z',
    },
    {
      why: 'a slot just ahead is another machine with a clock a little fast',
      spent: [{ slot: '2026-01-12T10:05:00Z', creates: 2 }],
      until: '2026-01-12T11:10:00Z',
    },
    {
      why: 'what cannot be read counts as now',
      spent: [{ slot: 'yesterday', creates: 2 }],
      until: '2026-01-12T11:05:00Z',
    },
  ])('of $spent: next at $until', ({ spent, until, why }) => {
    const { budget } = gate({ createsPerHour: 2 }, spent);
    expect(budget.nextCreateAt(), why).toBe(until === undefined ? undefined : at(until));
    expect(budget.take('create', claimant('any/any')).type, why).toBe(until === undefined ? 'granted' : 'wait');
  });

  test.each([
    { limits: { createsPerHour: 9 }, kept: ['2026-01-12T09:55:00.000Z'] },
    { limits: { createsPerHour: 9, createsPerDay: 9 }, kept: ['2026-01-12T01:00:00.000Z', '2026-01-12T09:55:00.000Z'] },
    { limits: {}, kept: [] },
  ])('is kept as far back as $limits need, oldest first', ({ limits, kept }) => {
    const { budget } = gate(limits, [
      { slot: '2026-01-12T09:55:00Z', creates: 1 },
      { slot: '2026-01-12T01:00:00Z', creates: 1 },
      { slot: '2026-01-10T01:00:00Z', creates: 1 },
    ]);
    expect(budget.spent()).toEqual(kept.map((slot) => ({ slot, creates: 1 })));
  });

  test('survives a wall clock that is set back, for no longer than the window', async () => {
    const { budget, clock, woken } = gate({ createsPerHour: 1 });
    spend(budget, 'create', 1);
    clock.stepWall(-3 * DAY);
    waits(budget, 'create');
    await clock.advance(HOUR - MINUTE);
    expect(woken()).toEqual([]);
    await clock.advance(10 * MINUTE);
    expect(woken()).toEqual(['any/any']);
  });

  test('is noticed to be past soon after the wall clock was set forward', async () => {
    const { budget, clock, woken } = gate({ createsPerWeek: 1 });
    spend(budget, 'create', 1);
    waits(budget, 'create');
    clock.stepWall(8 * DAY);
    await clock.advance(5 * MINUTE);
    expect(woken()).toEqual(['any/any']);
  });
});
