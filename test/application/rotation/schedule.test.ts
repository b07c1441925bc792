import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  beginsAt,
  dueAt,
  isOverdue,
  type Schedule,
  scheduledRate,
} from '../../../src/application/rotation/schedule.ts';
import { openingFrom, type RotationWindow } from '../../../src/application/rotation/window.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

const LAST_MS = Date.parse('2026-03-20T12:34:56Z');

const seedOf = (name: string | number): string => createHash('sha256').update(`${name}`).digest('hex');
const seeds = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => seedOf(index));

const NIGHT: RotationWindow = { from: '02:00', to: '04:00' };
const WEEKEND: RotationWindow = { days: ['Sat', 'Sun'], ...NIGHT, timeZone: 'Europe/Berlin' };
const WINDOWS: readonly RotationWindow[] = [
  NIGHT,
  WEEKEND,
  { days: ['Sun'], from: '02:15', to: '02:45', timeZone: 'Europe/Berlin' },
  { days: ['Fri'], from: '22:00', to: '03:00', timeZone: 'America/New_York' },
  { from: '01:45', to: '02:15', timeZone: 'Australia/Lord_Howe' },
  { from: '00:00', to: '23:59', timeZone: 'Asia/Kolkata' },
];
const INTERVALS_MS = [HOUR_MS, DAY_MS, WEEK_MS, 90 * DAY_MS];

const scheduleWith = (change: Partial<Schedule>): Schedule => ({
  intervalMs: WEEK_MS,
  window: undefined,
  lastMs: LAST_MS,
  seed: seedOf('shop'),
  ...change,
});

/** Seeds whose spread is none, and almost the greatest, in time and in the window. */
const FIRST = '0'.repeat(16);
const LAST = 'f'.repeat(16);

const utc = (text: string): number => Date.parse(text);
const shown = (atMs: number): string => new Date(atMs).toISOString();

describe('the due time', () => {
  const every = WINDOWS.flatMap((window) => INTERVALS_MS.map((intervalMs) => ({ window, intervalMs })));

  test.each(every)('T1: is in the window $window.from to $window.to, for every seed, after $intervalMs ms', (given) => {
    const { window, intervalMs } = given;
    const latestMs = openingFrom(window, LAST_MS + intervalMs).toMs;
    const wrong = [FIRST, LAST, ...seeds(40)].filter((seed) => {
      const dueMs = dueAt(scheduleWith({ ...given, seed }));
      const outside = openingFrom(window, dueMs).fromMs > dueMs;
      return outside || dueMs < LAST_MS + 0.9 * intervalMs || dueMs >= latestMs;
    });
    expect(wrong).toEqual([]);
  });

  test('without a window comes earlier by up to a tenth of the interval, evenly spread', () => {
    const tenths = seeds(1000).map((seed) => {
      const part = (dueAt(scheduleWith({ seed })) - LAST_MS) / WEEK_MS;
      return Math.floor((part - 0.9) * 100);
    });
    const counts = Array.from({ length: 10 }, (_, tenth) => tenths.filter((found) => found === tenth).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(Math.min(...counts)).toBeGreaterThan(60);
    expect(Math.max(...counts)).toBeLessThan(140);
  });

  test('of a thousand with one window is spread over it, and leaves its end to those that wait', () => {
    const tenths = seeds(1000).map((seed) => {
      const dueMs = dueAt(scheduleWith({ window: NIGHT, intervalMs: HOUR_MS, seed }));
      const { fromMs, toMs } = openingFrom(NIGHT, dueMs);
      return Math.floor(((dueMs - fromMs) / (toMs - fromMs)) * 10);
    });
    const counts = Array.from({ length: 10 }, (_, tenth) => tenths.filter((found) => found === tenth).length);
    expect(counts.slice(8)).toEqual([0, 0]);
    expect(Math.min(...counts.slice(0, 8))).toBeGreaterThan(85);
    expect(Math.max(...counts)).toBeLessThan(165);
  });

  test('is the same whenever it is asked for', () => {
    const ask = () => seeds(20).map((seed) => dueAt(scheduleWith({ window: WEEKEND, seed })));
    expect(ask()).toEqual(ask());
    expect(new Set(ask()).size).toBe(20);
  });

  test.each([
    { seed: FIRST, window: undefined, due: '2026-03-27T12:34:56.000Z' },
    { seed: LAST, window: undefined, due: '2026-03-26T19:46:56.000Z' },
    { seed: FIRST, window: WEEKEND, due: '2026-03-28T01:00:00.000Z' },
    { seed: LAST, window: WEEKEND, due: '2026-03-28T02:35:59.999Z' },
  ])('is $due for the seed $seed', ({ due, ...change }) => {
    expect(shown(Math.floor(dueAt(scheduleWith(change)) / 1000) * 1000)).toBe(
      shown(Math.floor(utc(due) / 1000) * 1000),
    );
  });
});

describe('the beginning', () => {
  const schedule = scheduleWith({ window: WEEKEND });
  const dueMs = dueAt(schedule);
  const due = openingFrom(WEEKEND, dueMs);
  const next = openingFrom(WEEKEND, due.toMs);

  test('is the due time as long as that is to come', () => {
    expect([LAST_MS, dueMs - 1, dueMs].map((nowMs) => beginsAt(schedule, nowMs))).toEqual([dueMs, dueMs, dueMs]);
  });

  test('is now, to the end of the opening that it was due in', () => {
    expect(beginsAt(schedule, due.toMs - 1)).toBeLessThanOrEqual(due.toMs - 1);
  });

  test('is in the next opening when that one has gone by, and stays there however often it is asked for', () => {
    const asked = [due.toMs, due.toMs + HOUR_MS, next.fromMs].map((nowMs) => beginsAt(schedule, nowMs));
    const [begins = 0] = asked;
    expect(new Set(asked).size).toBe(1);
    expect(begins).toBeGreaterThanOrEqual(next.fromMs);
    expect(begins).toBeLessThan(next.toMs);
    expect(beginsAt(schedule, next.toMs - 1)).toBe(begins);
    expect(beginsAt(schedule, next.toMs)).toBeGreaterThan(next.toMs);
  });

  test('of a thousand that were kept from it is spread over the next opening', () => {
    const begins = seeds(1000).map((seed) => beginsAt(scheduleWith({ window: WEEKEND, seed }), due.toMs));
    const firstMinute = begins.filter((atMs) => atMs < next.fromMs + 60_000);
    expect(firstMinute.length).toBeLessThan(30);
  });

  test('without a window is now once it is due', () => {
    const open = scheduleWith({});
    expect(beginsAt(open, dueAt(open) + WEEK_MS)).toBeLessThanOrEqual(dueAt(open) + WEEK_MS);
  });

  test.each([
    { why: 'a week', intervalMs: WEEK_MS, window: { ...NIGHT, days: ['Sun' as const], timeZone: 'Europe/Berlin' } },
    { why: 'a day', intervalMs: DAY_MS, window: { ...NIGHT, timeZone: 'Asia/Kolkata' } },
  ])('of one rotation after the other keeps step with a window of the same length, $why', ({ intervalMs, window }) => {
    const endMs = LAST_MS + 52 * intervalMs;
    const rotations = seeds(5).map((seed) => {
      let [count, lastMs] = [0, LAST_MS];
      while (lastMs < endMs && count < 100) {
        lastMs = beginsAt({ intervalMs, window, lastMs, seed }, lastMs) + 20_000;
        count += 1;
      }
      return count;
    });
    expect(rotations.filter((count) => count < 52 || count > 53)).toEqual([]);
  });
});

describe('falling behind', () => {
  const OPEN = { seed: FIRST, lastMs: utc('2026-06-01T00:00Z') };
  /** Due on Sunday, 7 June, at 01:36Z, when most of that opening is over; the next one ends on Saturday, at 02:00Z. */
  const LATE = { seed: LAST, lastMs: utc('2026-05-31T00:00Z'), window: WEEKEND };
  /** Due with the first moment of an opening. */
  const EARLY = { seed: FIRST, lastMs: utc('2026-06-01T02:00Z'), window: NIGHT, intervalMs: DAY_MS };

  test.each([
    { why: 'at the due time', change: OPEN, now: '2026-06-08T00:00Z', want: 'in time' },
    { why: 'a tenth of the interval later', change: OPEN, now: '2026-06-08T16:48Z', want: 'in time' },
    { why: 'more than a tenth later', change: OPEN, now: '2026-06-08T16:49Z', want: 'behind' },
    { why: 'after the end of a half opening', change: LATE, now: '2026-06-12T12:00Z', want: 'in time' },
    { why: 'in a whole opening', change: LATE, now: '2026-06-13T01:59Z', want: 'in time' },
    { why: 'after a whole opening', change: LATE, now: '2026-06-13T02:00Z', want: 'behind' },
    { why: 'after an opening, and less than a tenth', change: EARLY, now: '2026-06-02T04:24Z', want: 'in time' },
    { why: 'after the opening it was to begin, and a tenth', change: EARLY, now: '2026-06-02T04:25Z', want: 'behind' },
  ])('is said of a tenth of the interval and a whole opening together: $why, $want', ({ change, now, want }) => {
    expect(isOverdue(scheduleWith(change), utc(now)) ? 'behind' : 'in time').toBe(want);
  });
});

describe('the rate', () => {
  const many = (count: number, intervalMs: number, window?: RotationWindow) =>
    Array.from({ length: count }, () => ({ intervalMs, window }));

  test.each([
    { why: 'nobody', schedules: [], want: 1 },
    { why: 'a few that rotate seldom', schedules: many(100, 90 * DAY_MS), want: 1 },
    { why: 'a thousand a day, doubled', schedules: many(1000, DAY_MS), want: 84 },
    {
      why: 'what a week asks for in two hours of it',
      schedules: many(100, WEEK_MS, { ...NIGHT, days: ['Sat'] }),
      want: 100,
    },
    {
      why: 'one rotation an opening, though the interval is shorter than the week',
      schedules: many(100, DAY_MS, { ...NIGHT, days: ['Sat'] }),
      want: 100,
    },
    { why: 'one an interval inside a long opening', schedules: many(100, HOUR_MS, NIGHT), want: 200 },
    {
      why: 'a window past midnight on two days',
      schedules: many(100, 4 * WEEK_MS, { from: '23:00', to: '01:00', days: ['Sat', 'Sun'] }),
      want: 13,
    },
    {
      why: 'different ones added up',
      schedules: [...many(1000, DAY_MS), ...many(100, HOUR_MS, NIGHT)],
      want: 284,
    },
  ])('is enough for $why', ({ schedules, want }) => {
    expect(scheduledRate(schedules)).toBe(want);
  });

  test.each([
    { why: 'without a window', intervalMs: 3 * DAY_MS, window: undefined },
    { why: 'in a nightly window', intervalMs: 3 * DAY_MS, window: NIGHT },
    { why: 'in a weekly window', intervalMs: 2 * WEEK_MS, window: { ...NIGHT, days: ['Sat' as const] } },
  ])('lets nobody fall behind $why, once they are spread', ({ intervalMs, window }) => {
    const endMs = LAST_MS + 3 * intervalMs;
    const rate = scheduledRate(many(150, intervalMs, window));
    let all = seeds(150).map((seed, index) => {
      const lastMs = LAST_MS - Math.floor((intervalMs * 0.8 * index) / 150);
      return due({ intervalMs, window, lastMs, seed });
    });

    const behind: string[] = [];
    for (let nowMs = LAST_MS; nowMs < endMs; nowMs += HOUR_MS / 6) {
      const places = rate - all.filter(({ schedule }) => schedule.lastMs > nowMs - HOUR_MS).length;
      const waiting = all.filter(({ dueMs }) => dueMs <= nowMs);
      const open = window === undefined || openingFrom(window, nowMs).fromMs <= nowMs;
      const able = open ? waiting.filter(({ schedule }) => beginsAt(schedule, nowMs) <= nowMs) : [];
      const lucky = new Set(able.slice(0, Math.max(0, places)));
      behind.push(...waiting.filter(({ schedule }) => isOverdue(schedule, nowMs)).map(() => shown(nowMs)));
      all = all.map((one) => (lucky.has(one) ? due({ ...one.schedule, lastMs: nowMs }) : one));
    }
    expect([behind.length, behind[0]]).toEqual([0, undefined]);
    expect(all.filter(({ schedule }) => schedule.lastMs < endMs - 1.2 * intervalMs - WEEK_MS)).toEqual([]);
  });
});

function due(schedule: Schedule): { readonly schedule: Schedule; readonly dueMs: number } {
  return { schedule, dueMs: dueAt(schedule) };
}
