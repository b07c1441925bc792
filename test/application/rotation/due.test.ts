import { describe, expect, test } from 'vitest';
import { judgeSchedule, type Occasions } from '../../../src/application/rotation/due.ts';
import { endingOf } from '../../../src/application/rotation/ending.ts';
import type { Pause } from '../../../src/application/rotation/pace.ts';
import { LATENESS, type ScheduleView } from '../../../src/application/standing.ts';
import { applicationWith } from '../../support/applications.ts';

const NOW = Date.parse('2026-06-03T12:00Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const FLOOR: Pause = { waitsFor: 'rotation', untilMs: NOW + 20_000 };
const LIMIT: Pause = { waitsFor: 'schedule', untilMs: NOW + HOUR_MS };
const CLOCKS: Pause = { waitsFor: 'schedule', untilMs: undefined };

interface Case {
  readonly name: string;
  readonly interval?: Occasions['interval'];
  readonly ending?: Occasions['ending'];
  readonly pauses?: Partial<Record<'scheduled' | 'ending' | 'ended', Pause>>;
  readonly want: ScheduleView;
}

const ON_TIME = 'on-time' as const;
const SOON = { endsAtMs: NOW + 2 * DAY_MS, dueAtMs: NOW + DAY_MS };
const ENDING = { endsAtMs: NOW + 1, dueAtMs: NOW };
const ENDED = { endsAtMs: NOW, dueAtMs: NOW - DAY_MS };

describe('a rotation that nobody asks for', () => {
  test.each<Case>([
    { name: 'does not come without an occasion', want: { type: 'none' } },
    {
      name: 'comes by the interval',
      interval: { atMs: NOW, punctuality: ON_TIME },
      want: { type: 'due', because: 'scheduled' },
    },
    {
      name: 'comes no earlier',
      interval: { atMs: NOW + 1, punctuality: ON_TIME },
      want: { type: 'later', atMs: NOW + 1, punctuality: ON_TIME },
    },
    {
      name: 'waits for the limit on scheduled ones',
      interval: { atMs: NOW, punctuality: 'overdue' },
      pauses: { scheduled: LIMIT },
      want: { type: 'later', atMs: LIMIT.untilMs, punctuality: 'overdue' },
    },
    { name: 'comes ahead of an end', ending: ENDING, want: { type: 'due', because: 'ending' } },
    { name: 'comes after one that was missed', ending: ENDED, want: { type: 'due', because: 'ended' } },
    {
      name: 'comes an overlap before the end',
      ending: SOON,
      want: { type: 'later', atMs: SOON.dueAtMs, punctuality: ON_TIME },
    },
    {
      name: 'is not kept from an end by what keeps back the scheduled ones',
      interval: { atMs: NOW - 1, punctuality: 'overdue' },
      ending: ENDING,
      pauses: { scheduled: LIMIT },
      want: { type: 'due', because: 'ending' },
    },
    {
      name: 'comes as scheduled where the other limit keeps it back',
      interval: { atMs: NOW - 1, punctuality: ON_TIME },
      ending: ENDING,
      pauses: { ending: LIMIT },
      want: { type: 'due', because: 'scheduled' },
    },
    {
      name: 'that the limit keeps back before an end is late',
      ending: ENDING,
      pauses: { ending: LIMIT },
      want: { type: 'later', atMs: LIMIT.untilMs, punctuality: 'delayed-before-end' },
    },
    {
      name: 'that comes in seconds is not',
      ending: ENDING,
      pauses: { ending: FLOOR },
      want: { type: 'later', atMs: FLOOR.untilMs, punctuality: ON_TIME },
    },
    {
      name: 'that is kept back when the secret has ended is told as that, whatever keeps it back',
      ending: ENDED,
      pauses: { ended: FLOOR },
      want: { type: 'later', atMs: FLOOR.untilMs, punctuality: 'delayed-past-end' },
    },
    {
      name: 'that waits for clocks to agree has no time',
      interval: { atMs: NOW, punctuality: 'overdue' },
      pauses: { scheduled: CLOCKS },
      want: { type: 'later', atMs: undefined, punctuality: 'overdue' },
    },
    {
      name: 'that waits for clocks to agree may come before one that is due later',
      interval: { atMs: NOW, punctuality: ON_TIME },
      ending: SOON,
      pauses: { scheduled: CLOCKS },
      want: { type: 'later', atMs: undefined, punctuality: ON_TIME },
    },
    {
      name: 'is as late as the worse of two, and comes by the earlier one',
      interval: { atMs: NOW + 1, punctuality: ON_TIME },
      ending: ENDED,
      pauses: { ended: LIMIT },
      want: { type: 'later', atMs: NOW + 1, punctuality: 'delayed-past-end' },
    },
  ])('$name', ({ interval, ending, pauses = {}, want }) => {
    expect(judgeSchedule({ interval, ending }, (because) => pauses[because], NOW)).toEqual(want);
  });

  test('asks what keeps it back only when it is due', () => {
    const unasked = (): never => {
      throw new Error('was asked');
    };
    const interval = { atMs: NOW + 1, punctuality: ON_TIME };
    expect(judgeSchedule({ interval, ending: SOON }, unasked, NOW)).toMatchObject({ type: 'later', atMs: NOW + 1 });
  });

  test('is told when it is late, and how to have it at once', () => {
    expect(LATENESS['on-time']).toBeUndefined();
    for (const lateness of ['delayed-before-end', 'delayed-past-end'] as const) {
      expect(LATENESS[lateness]).toContain('limits.automaticRotationsPerHour');
      expect(LATENESS[lateness]).toContain('oauthapp.dev/rotate-requested-at');
    }
  });
});

describe('the end of a secret', () => {
  const expiresAt = new Date(NOW).toISOString();
  const secret = { name: 'shop-oauth', serial: 1, delivered: true };

  test.each([
    { overlap: undefined, leadMs: DAY_MS },
    { overlap: '72h', leadMs: 3 * DAY_MS },
    { overlap: '90m', leadMs: 1.5 * HOUR_MS },
    { overlap: '0s', leadMs: HOUR_MS },
  ])('with an overlap of $overlap lets the successor come $leadMs ms earlier', ({ overlap, leadMs }) => {
    const spec = overlap === undefined ? {} : { rotation: { overlap } };
    const application = applicationWith({ spec, status: { secret: { ...secret, expiresAt } } });
    expect(endingOf(application)).toEqual({ endsAtMs: NOW, dueAtMs: NOW - leadMs });
  });

  test.each([
    { why: 'nothing was registered', status: undefined },
    { why: 'none was set', status: { secret } },
    { why: 'it was not delivered', status: { secret: { ...secret, delivered: false, expiresAt } } },
  ])('is not there where $why', ({ status }) => {
    expect(endingOf(applicationWith(status === undefined ? {} : { status }))).toBeUndefined();
  });
});
