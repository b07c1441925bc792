import { describe, expect, test } from 'vitest';
import {
  openingFrom,
  openTime,
  type RotationWindow,
  windowObjection,
} from '../../../src/application/rotation/window.ts';

const MINUTE_MS = 60_000;

interface Case {
  readonly why: string;
  readonly window: RotationWindow;
  readonly at: string;
  readonly from: string;
  readonly to: string;
}

const opening = (window: RotationWindow, at: string) => {
  const { fromMs, toMs } = openingFrom(window, Date.parse(at));
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
};

const instant = (text: string): string => new Date(text).toISOString();

const BERLIN = { timeZone: 'Europe/Berlin' };
const NEW_YORK = { timeZone: 'America/New_York' };
const LORD_HOWE = { timeZone: 'Australia/Lord_Howe' };

const NIGHT = { from: '02:00', to: '04:00' };
const PAST_MIDNIGHT = { days: ['Fri' as const], from: '23:00', to: '01:00' };

const PLAIN: readonly Case[] = [
  { why: 'before it', window: NIGHT, at: '2026-06-03T01:00Z', from: '2026-06-03T02:00Z', to: '2026-06-03T04:00Z' },
  { why: 'its start', window: NIGHT, at: '2026-06-03T02:00Z', from: '2026-06-03T02:00Z', to: '2026-06-03T04:00Z' },
  { why: 'inside', window: NIGHT, at: '2026-06-03T03:59Z', from: '2026-06-03T02:00Z', to: '2026-06-03T04:00Z' },
  { why: 'its end', window: NIGHT, at: '2026-06-03T04:00Z', from: '2026-06-04T02:00Z', to: '2026-06-04T04:00Z' },
  {
    why: 'another day of the week',
    window: { days: ['Sun', 'Sat'], ...NIGHT },
    at: '2026-06-03T03:00Z',
    from: '2026-06-06T02:00Z',
    to: '2026-06-06T04:00Z',
  },
  {
    why: 'a zone half an hour off',
    window: { ...NIGHT, timeZone: 'Asia/Kolkata' },
    at: '2026-06-03T00:00Z',
    from: '2026-06-03T20:30Z',
    to: '2026-06-03T22:30Z',
  },
  {
    why: 'a day of the zone that is another one in UTC',
    window: { days: ['Thu'], ...NIGHT, timeZone: 'Asia/Kolkata' },
    at: '2026-06-01T00:00Z',
    from: '2026-06-03T20:30Z',
    to: '2026-06-03T22:30Z',
  },
  {
    why: 'after midnight, on the day after the one it opened on',
    window: PAST_MIDNIGHT,
    at: '2026-06-06T00:30Z',
    from: '2026-06-05T23:00Z',
    to: '2026-06-06T01:00Z',
  },
  {
    why: 'after midnight, on a day whose eve has no window',
    window: PAST_MIDNIGHT,
    at: '2026-06-05T00:30Z',
    from: '2026-06-05T23:00Z',
    to: '2026-06-06T01:00Z',
  },
  {
    why: 'to the minute before its own start',
    window: { from: '00:00', to: '23:59' },
    at: '2026-06-03T23:59Z',
    from: '2026-06-04T00:00Z',
    to: '2026-06-04T23:59Z',
  },
];

const CLOCKS_SET: readonly Case[] = [
  {
    why: 'it would open in the hour that Berlin skips',
    window: { ...BERLIN, from: '02:30', to: '04:00' },
    at: '2026-03-28T12:00Z',
    from: '2026-03-29T01:00Z',
    to: '2026-03-29T02:00Z',
  },
  {
    why: 'it lies in the hour that Berlin skips',
    window: { ...BERLIN, from: '02:15', to: '02:45' },
    at: '2026-03-28T12:00Z',
    from: '2026-03-30T00:15Z',
    to: '2026-03-30T00:45Z',
  },
  {
    why: 'it lies in the hour that Berlin skips, and opens once a week',
    window: { ...BERLIN, days: ['Sun'], from: '02:15', to: '02:45' },
    at: '2026-03-23T12:00Z',
    from: '2026-04-05T00:15Z',
    to: '2026-04-05T00:45Z',
  },
  {
    why: 'Berlin skips an hour of it',
    window: { ...BERLIN, days: ['Sat'], from: '22:00', to: '06:00' },
    at: '2026-03-29T02:00Z',
    from: '2026-03-28T21:00Z',
    to: '2026-03-29T04:00Z',
  },
  {
    why: 'Berlin goes through all of it twice, without a break',
    window: { ...BERLIN, from: '02:00', to: '03:00' },
    at: '2026-10-24T12:00Z',
    from: '2026-10-25T00:00Z',
    to: '2026-10-25T02:00Z',
  },
  {
    why: 'Berlin goes through all of it twice, the first time',
    window: { ...BERLIN, from: '02:15', to: '02:45' },
    at: '2026-10-24T12:00Z',
    from: '2026-10-25T00:15Z',
    to: '2026-10-25T00:45Z',
  },
  {
    why: 'Berlin goes through all of it twice, the second time',
    window: { ...BERLIN, from: '02:15', to: '02:45' },
    at: '2026-10-25T00:45Z',
    from: '2026-10-25T01:15Z',
    to: '2026-10-25T01:45Z',
  },
  {
    why: 'Berlin goes back into it',
    window: { ...BERLIN, from: '01:00', to: '02:30' },
    at: '2026-10-25T00:30Z',
    from: '2026-10-25T01:00Z',
    to: '2026-10-25T01:30Z',
  },
  {
    why: 'it would open in the hour that New York skips',
    window: { ...NEW_YORK, from: '02:30', to: '04:00' },
    at: '2026-03-07T12:00Z',
    from: '2026-03-08T07:00Z',
    to: '2026-03-08T08:00Z',
  },
  {
    why: 'New York goes through it twice',
    window: { ...NEW_YORK, from: '01:00', to: '02:00' },
    at: '2026-10-31T12:00Z',
    from: '2026-11-01T05:00Z',
    to: '2026-11-01T07:00Z',
  },
  {
    why: 'it would open in the half hour that Lord Howe skips',
    window: { ...LORD_HOWE, from: '02:15', to: '03:00' },
    at: '2026-10-03T00:00Z',
    from: '2026-10-03T15:30Z',
    to: '2026-10-03T16:00Z',
  },
  {
    why: 'Lord Howe goes back by half an hour inside it, before',
    window: { ...LORD_HOWE, from: '01:45', to: '02:15' },
    at: '2026-04-04T12:00Z',
    from: '2026-04-04T14:45Z',
    to: '2026-04-04T15:00Z',
  },
  {
    why: 'Lord Howe goes back by half an hour inside it, after',
    window: { ...LORD_HOWE, from: '01:45', to: '02:15' },
    at: '2026-04-04T15:00Z',
    from: '2026-04-04T15:15Z',
    to: '2026-04-04T15:45Z',
  },
  {
    why: 'Samoa had no such Friday',
    window: { timeZone: 'Pacific/Apia', days: ['Fri'], ...NIGHT },
    at: '2011-12-28T12:00Z',
    from: '2012-01-05T12:00Z',
    to: '2012-01-05T14:00Z',
  },
];

test.each(PLAIN)('an opening is found from $why', ({ window, at, from, to }) => {
  expect(opening(window, at)).toEqual({ from: instant(from), to: instant(to) });
});

test.each(CLOCKS_SET)('clocks that are set are followed: $why', ({ window, at, from, to }) => {
  expect(opening(window, at)).toEqual({ from: instant(from), to: instant(to) });
});

describe('against the clock on the wall', () => {
  const WINDOWS: readonly RotationWindow[] = [
    { from: '01:45', to: '02:40' },
    { from: '22:20', to: '02:20', days: ['Sat', 'Sun'] },
    { from: '00:00', to: '23:55', days: ['Sun'] },
  ];
  const WEEKENDS = ['2026-03-07', '2026-03-28', '2026-04-04', '2026-10-03', '2026-10-24', '2026-10-31'];
  const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Chatham'];

  /** Reads weekday and time off a clock in the zone, and knows nothing of how the answer is found. */
  function wallClock({ days, from, to }: RotationWindow, timeZone: string): (atMs: number) => 'open' | 'closed' {
    const calendar = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short' });
    const hands = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' });
    const week: readonly string[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
    return (atMs) => {
      const today = week.indexOf(calendar.format(atMs));
      const time = hands.format(atMs);
      const opens = (day: number) => days === undefined || days.some((name) => name === week[(day + 7) % 7]);
      const open =
        from < to
          ? opens(today) && time >= from && time < to
          : (opens(today) && time >= from) || (opens(today - 1) && time < to);
      return open ? 'open' : 'closed';
    };
  }

  test.each(ZONES.flatMap((timeZone) => WINDOWS.map((window) => ({ ...window, timeZone }))))(
    'in $timeZone from $from to $to is open when the clock says so, weekends with and without a change included',
    (window) => {
      const read = wallClock(window, window.timeZone);
      const wrong = WEEKENDS.flatMap((day) => {
        const start = Date.parse(`${day}T00:00Z`);
        const times = Array.from({ length: 40 * 12 }, (_, step) => start + step * 5 * MINUTE_MS);
        let next = { fromMs: 0, toMs: 0 };
        return times.filter((atMs) => {
          if (atMs >= next.toMs) next = openingFrom(window, atMs);
          return (next.fromMs <= atMs ? 'open' : 'closed') !== read(atMs);
        });
      });
      expect(wrong.map((atMs) => new Date(atMs).toISOString())).toEqual([]);
    },
  );

  test('holds in every time zone there is', () => {
    const atMs = Date.parse('2026-06-15T12:00Z');
    const wrong = Intl.supportedValuesOf('timeZone').filter((timeZone) => {
      const window = { ...NIGHT, timeZone };
      const read = wallClock(window, timeZone);
      const { fromMs, toMs } = openingFrom(window, atMs);
      const edges = [fromMs - 1, fromMs, toMs - 1, toMs].map(read);
      return toMs <= atMs || edges.join() !== 'closed,open,open,closed' || windowObjection(window) !== undefined;
    });
    expect(wrong).toEqual([]);
  });
});

test.each([
  ['Mars/Olympus_Mons', 'spec.rotation.window.timeZone'],
  ['Europe/Berlin', undefined],
  [undefined, undefined],
])('the time zone %s is objected to by %s', (timeZone, field) => {
  expect(windowObjection({ ...NIGHT, timeZone })?.split(':')[0]).toBe(field);
});

test('a time zone that does not exist has no openings', () => {
  expect(() => opening({ ...NIGHT, timeZone: 'Mars/Olympus_Mons' }, '2026-06-03T00:00Z')).toThrow(RangeError);
});

test.each([
  { window: NIGHT, hours: [14, 2] },
  { window: PAST_MIDNIGHT, hours: [2, 2] },
  {
    window: { from: '04:00', to: '03:59', days: ['Mon' as const, 'Tue' as const] },
    hours: [47 + 58 / 60, 23 + 59 / 60],
  },
])('from $window.from to $window.to is open $hours.0 hours a week', ({ window, hours }) => {
  const { weeklyMs, onceMs } = openTime(window);
  expect([weeklyMs, onceMs].map((ms) => ms / 3_600_000)).toEqual(hours.map((value) => expect.closeTo(value, 9)));
});
