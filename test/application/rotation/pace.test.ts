import { describe, expect, test } from 'vitest';
import type { OAuthApplication } from '../../../src/api/application.ts';
import type { RotationCause } from '../../../src/application/observed.ts';
import { pauseBefore, type Traffic } from '../../../src/application/rotation/pace.ts';
import { applicationWith } from '../../support/applications.ts';

const NOW = Date.parse('2026-06-03T12:00Z');
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

const CAUSES = [
  'requested',
  'scheduled',
  'ending',
  'ended',
  'undelivered',
  'secret-lost',
  'withdrawn',
  'answer-lost',
] as const satisfies readonly RotationCause[];
const UNLIMITED = ['requested', 'undelivered', 'answer-lost'] as const satisfies readonly RotationCause[];

const minutesAgo = (minutes: number): string => new Date(NOW - minutes * MINUTE_MS).toISOString();
const inMinutes = (minutes: number): number => NOW + minutes * MINUTE_MS;

const trafficWith = (change: Partial<Traffic>): Traffic => ({
  rotation: undefined,
  endsAtMs: undefined,
  applications: [],
  beginning: () => undefined,
  automaticRotationsPerHour: 3,
  nowMs: NOW,
  skewMs: 0,
  ...change,
});

const STALLED = {
  type: 'Stalled',
  status: 'True',
  reason: 'SecretNotOurs',
  message: '',
  observedGeneration: 1,
  lastTransitionTime: '2026-01-01T00:00:00Z',
} as const;

const operationFor = (cause: RotationCause): NonNullable<NonNullable<OAuthApplication['status']>['operation']> => ({
  v: 1,
  id: 'operation',
  type: 'rotate',
  holder: 'another',
  deadlineSeconds: 10,
  serial: 3,
  secretName: 'shop-oauth',
  cause,
});

/** One application that was rotated, as scheduled, ahead of an end or otherwise, and lost its value, so many minutes ago. */
const application = (change: {
  readonly unasked?: readonly number[];
  readonly rotated?: number;
  readonly scheduled?: number;
  readonly ending?: number;
  /** In how many minutes its secret ends. */
  readonly endsIn?: number;
  readonly interval?: string;
  readonly suspend?: boolean;
  readonly stalled?: boolean;
  readonly serial?: number;
  /** Why another secret is being issued. */
  readonly open?: RotationCause;
}): OAuthApplication =>
  applicationWith({
    spec: {
      ...(change.interval === undefined ? {} : { rotation: { interval: change.interval } }),
      ...(change.suspend === undefined ? {} : { suspend: change.suspend }),
    },
    status: {
      ...(change.stalled === true ? { conditions: [STALLED] } : {}),
      ...(change.open === undefined ? {} : { operation: operationFor(change.open) }),
      secret: {
        name: 'shop-oauth',
        serial: change.serial ?? 2,
        delivered: true,
        ...(change.endsIn === undefined ? {} : { expiresAt: minutesAgo(-change.endsIn) }),
      },
      rotation: {
        ...(change.rotated === undefined ? {} : { lastRotatedAt: minutesAgo(change.rotated) }),
        ...(change.scheduled === undefined ? {} : { lastScheduledAt: minutesAgo(change.scheduled) }),
        ...(change.ending === undefined ? {} : { lastEndingAt: minutesAgo(change.ending) }),
        unasked: (change.unasked ?? []).map(minutesAgo),
      },
    },
  });

describe('the floor', () => {
  const rotatedAt = (lastRotatedAt: string) => trafficWith({ rotation: { lastRotatedAt } });

  test.each(CAUSES)('keeps two rotations of one object 30 s apart, the second for %s', (because) => {
    expect(pauseBefore(because, rotatedAt(minutesAgo(0)))).toEqual({
      waitsFor: 'rotation',
      untilMs: NOW + 30 * SECOND_MS,
    });
    expect(pauseBefore(because, rotatedAt(minutesAgo(0.49)))).toMatchObject({ waitsFor: 'rotation' });
    expect(pauseBefore(because, rotatedAt(minutesAgo(0.5)))).toBeUndefined();
  });

  test('stands over a clock that is a little ahead, and not over a time that was made up', () => {
    expect(pauseBefore('requested', rotatedAt(minutesAgo(-1)))).toMatchObject({ waitsFor: 'rotation' });
    expect(pauseBefore('requested', rotatedAt('3000-01-01T00:00:00Z'))).toBeUndefined();
    expect(pauseBefore('requested', rotatedAt('once'))).toBeUndefined();
  });
});

describe('the limit on losses', () => {
  const lost = (...applications: readonly OAuthApplication[]) =>
    pauseBefore('secret-lost', trafficWith({ applications }));

  test.each([
    { why: 'none was lost', applications: [], until: undefined },
    { why: 'fewer than the limit', applications: [application({ unasked: [1, 2] })], until: undefined },
    {
      why: 'some of them an hour ago',
      applications: [application({ unasked: [60, 70, 1] }), application({ unasked: [2] })],
      until: undefined,
    },
    {
      why: 'all of one application',
      applications: [application({ unasked: [50, 30, 20] }), application({})],
      until: inMinutes(15),
    },
    {
      why: 'of several, the first of them five minutes ago',
      applications: [application({ unasked: [5] }), application({ unasked: [2, 3] })],
      until: inMinutes(55),
    },
    {
      why: 'more than the limit, so that two have to be over',
      applications: [application({ unasked: [40, 30, 10, 5] })],
      until: inMinutes(30),
    },
    {
      why: 'those that were asked for do not count',
      applications: [1, 2, 3, 4].map((rotated) => application({ rotated })),
      until: undefined,
    },
    {
      why: 'and what is under way, which is asked about again before long',
      applications: [application({ unasked: [5], open: 'withdrawn' }), application({ open: 'secret-lost' })],
      until: inMinutes(15),
    },
    {
      why: 'ahead of an end, too',
      applications: [1, 2, 3].map(() => application({ open: 'ending' })),
      until: inMinutes(15),
    },
    {
      why: 'but not what somebody asked for',
      applications: [1, 2, 3].map(() => application({ open: 'requested' })),
      until: undefined,
    },
    {
      why: 'what lies in the future is made up',
      applications: [application({ unasked: [-1000, -1000, -1000] })],
      until: undefined,
    },
  ])('counts each record of the last hour: $why', ({ applications, until }) => {
    expect(lost(...applications)).toEqual(until === undefined ? undefined : { waitsFor: 'unasked', untilMs: until });
  });

  test('counts at most five an hour of one application, so that a forged status leaves places to the others', () => {
    const forged = application({ unasked: Array.from({ length: 50 }, (_, index) => index / 10) });
    const pause = (automaticRotationsPerHour: number, ...applications: readonly OAuthApplication[]) =>
      pauseBefore('secret-lost', trafficWith({ applications, automaticRotationsPerHour }));
    expect(pause(6, forged, application({}))).toBeUndefined();
    expect(pause(6, forged, application({ unasked: [1] }))).toMatchObject({ waitsFor: 'unasked' });
    expect(pause(5, forged)).toMatchObject({ waitsFor: 'unasked' });
    const ahead = application({ unasked: [...Array.from({ length: 45 }, () => -1000), 1, 2, 3, 4, 5] });
    expect(pause(5, ahead)).toMatchObject({ waitsFor: 'unasked' });
    expect(pause(6, application({ unasked: [1, 2, 3, 4, 5], open: 'secret-lost' }))).toBeUndefined();
  });

  test.each(UNLIMITED)('does not keep back what is rotated for %s', (because) => {
    const applications = [application({ unasked: [1, 2, 3, 4] })];
    expect(pauseBefore(because, trafficWith({ applications }))).toBeUndefined();
  });

  test('of none at all lets none through', () => {
    expect(pauseBefore('secret-lost', trafficWith({ automaticRotationsPerHour: 0 }))).toMatchObject({
      waitsFor: 'unasked',
    });
  });
});

describe('the limit on rotations ahead of an end', () => {
  const MANY_DAYS = 3 * 24 * 60;
  const ending = (endsIn: number, ...others: readonly OAuthApplication[]) =>
    pauseBefore(
      endsIn > 0 ? 'ending' : 'ended',
      trafficWith({ endsAtMs: inMinutes(endsIn), applications: [application({ endsIn }), ...others] }),
    );

  test.each<{ why: string; endsIn: number; others: readonly OAuthApplication[]; until: number | undefined }>([
    {
      why: 'one of its own, whatever is scheduled',
      endsIn: 5,
      others: [application({ scheduled: 1 })],
      until: undefined,
    },
    {
      why: 'together with the losses',
      endsIn: 5,
      others: [application({ ending: 20 }), application({ unasked: [40, 10] })],
      until: inMinutes(20),
    },
    {
      why: 'for an hour each',
      endsIn: 5,
      others: [application({ ending: 20 }), application({ ending: 60 }), application({ unasked: [10] })],
      until: undefined,
    },
    {
      why: 'and a place that is free in a moment is taken then',
      endsIn: 5,
      others: [application({ ending: 59 }), application({ ending: 20 }), application({ ending: 10 })],
      until: inMinutes(1),
    },
    {
      why: 'and what ends sooner goes first',
      endsIn: 50,
      others: [application({ ending: 20 }), application({ endsIn: 10 }), application({ endsIn: 20 })],
      until: inMinutes(40),
    },
    {
      why: 'each once, though it is under way',
      endsIn: 50,
      others: [application({ endsIn: 10, open: 'ending' }), application({ endsIn: 20, open: 'ending' })],
      until: undefined,
    },
    {
      why: 'each of them with a place of its own',
      endsIn: 50,
      others: [
        application({ ending: 50 }),
        application({ ending: 40 }),
        application({ ending: 30 }),
        application({ endsIn: 10 }),
      ],
      until: inMinutes(20),
    },
    {
      why: 'and for places that others are yet to take there is none before an hour',
      endsIn: 50,
      others: [1, 2, 3].map((endsIn) => application({ endsIn })),
      until: inMinutes(60),
    },
    {
      why: 'but not what ends at the same time',
      endsIn: 50,
      others: [1, 2, 3].map(() => application({ endsIn: 50 })),
      until: undefined,
    },
    {
      why: 'nor what ends later',
      endsIn: 50,
      others: [1, 2, 3].map(() => application({ endsIn: 51 })),
      until: undefined,
    },
    {
      why: 'nor what is not due yet',
      endsIn: MANY_DAYS + 1,
      others: [1, 2, 3].map(() => application({ endsIn: MANY_DAYS })),
      until: undefined,
    },
    {
      why: 'nor what has ended, in whose way something else may stand',
      endsIn: 50,
      others: [1, 2, 3].map(() => application({ endsIn: -1 })),
      until: undefined,
    },
    {
      why: 'nor what is suspended',
      endsIn: 50,
      others: [1, 2, 3].map(() => application({ endsIn: 10, suspend: true })),
      until: undefined,
    },
    {
      why: 'nor what is stalled',
      endsIn: 50,
      others: [1, 2, 3].map(() => application({ endsIn: 10, stalled: true })),
      until: undefined,
    },
    {
      why: 'and what has ended goes before all of them',
      endsIn: -1,
      others: [1, 2, 3].map((endsIn) => application({ endsIn })),
      until: undefined,
    },
  ])('is that on all that comes unasked: $why', ({ endsIn, others, until }) => {
    expect(ending(endsIn, ...others)).toEqual(
      until === undefined ? undefined : { waitsFor: 'schedule', untilMs: until },
    );
  });

  test('counts for what is lost, and not for what is scheduled', () => {
    const applications = [1, 2, 3].map((minutes) => application({ ending: minutes, interval: '24h' }));
    expect(pauseBefore('secret-lost', trafficWith({ applications }))).toMatchObject({ waitsFor: 'unasked' });
    expect(pauseBefore('withdrawn', trafficWith({ applications }))).toMatchObject({ waitsFor: 'unasked' });
    expect(pauseBefore('scheduled', trafficWith({ applications }))).toBeUndefined();
  });

  test.each([
    { skewMs: 301_000, waits: 'schedule' },
    { skewMs: 300_000, waits: undefined },
  ])('waits while clocks differ by minutes: $skewMs ms', ({ skewMs, waits }) => {
    expect(pauseBefore('ending', trafficWith({ endsAtMs: inMinutes(5), skewMs }))?.waitsFor).toBe(waits);
  });
});

describe('the limit on scheduled rotations', () => {
  const daily = (count: number, scheduled: readonly number[]) =>
    Array.from({ length: count }, (_, index) =>
      application({ interval: '24h', ...(scheduled[index] === undefined ? {} : { scheduled: scheduled[index] }) }),
    );

  test.each([
    { why: 'one an hour for a few', applications: daily(2, [61]), until: undefined },
    { why: 'and no second one', applications: daily(2, [20]), until: inMinutes(40) },
    { why: 'though it is under way', applications: [application({ open: 'scheduled' })], until: inMinutes(15) },
    { why: 'more for more', applications: daily(24, [20]), until: undefined },
    { why: 'and no more than those', applications: daily(24, [20, 10]), until: inMinutes(40) },
    {
      why: 'those of an application that has no schedule any more count, too',
      applications: [application({ scheduled: 20 })],
      until: inMinutes(40),
    },
    {
      why: 'those that were asked for do not count',
      applications: [1, 2, 3, 4].map((rotated) => application({ rotated, interval: '24h' })),
      until: undefined,
    },
    {
      why: 'a rotation that was asked for takes nothing back',
      applications: [application({ rotated: 1, scheduled: 20 })],
      until: inMinutes(40),
    },
    {
      why: 'a place that is free soon is looked for after a while',
      applications: daily(1, [59]),
      until: inMinutes(15),
    },
  ])('follows from their number and interval: $why', ({ applications, until }) => {
    expect(pauseBefore('scheduled', trafficWith({ applications }))).toEqual(
      until === undefined ? undefined : { waitsFor: 'schedule', untilMs: until },
    );
  });

  test('does not ask what is lost to wait, nor the other way round', () => {
    expect(pauseBefore('secret-lost', trafficWith({ applications: daily(1, [1]) }))).toBeUndefined();
    const applications = [application({ unasked: [1, 2, 3, 4], interval: '24h' })];
    expect(pauseBefore('scheduled', trafficWith({ applications }))).toBeUndefined();
  });

  test.each([
    { skewMs: 301_000, waits: 'schedule' },
    { skewMs: -301_000, waits: 'schedule' },
    { skewMs: 300_000, waits: undefined },
    { skewMs: undefined, waits: undefined },
  ])('waits while clocks differ by minutes, nobody knows for how long: $skewMs ms', ({ skewMs, waits }) => {
    const pause = pauseBefore('scheduled', trafficWith({ skewMs }));
    expect(pause).toEqual(waits === undefined ? undefined : { waitsFor: waits, untilMs: undefined });
  });
});
