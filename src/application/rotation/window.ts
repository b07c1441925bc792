import type { OAuthApplication } from '../../api/application.ts';

/** `spec.rotation.window`: when a scheduled rotation may begin, by the clocks of a time zone. */
export type RotationWindow = NonNullable<NonNullable<OAuthApplication['spec']['rotation']>['window']>;

/** One stretch of time in which a window is open without a break; epoch ms, `toMs` excluded. */
export interface Opening {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A stretch of time in which the clocks of a zone are ahead of UTC by the same `offsetMs`. */
interface OffsetSpan extends Opening {
  readonly offsetMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A day of the window may be missing in the calendar, or its hours in the day: the week after has it. */
const HORIZON_MS = 16 * DAY_MS;

/** By day number since the epoch, which was a Thursday. */
const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'] as const;

/** What is wrong with a window beyond what the API server can tell, as a sentence that names the field. */
export function windowObjection({ timeZone }: RotationWindow): string | undefined {
  try {
    clockOf(timeZone);
    return undefined;
  } catch {
    return 'spec.rotation.window.timeZone: not a time zone of the IANA database, such as Europe/Berlin or UTC';
  }
}

/**
 * The opening that `atMs` (epoch) lies in, or else the first one after it. Pure.
 *
 * The window is open whenever the clocks on the wall say so. So an hour that the clocks skip is not there: the window
 * opens with the first moment after it, or not at all where it lies within. In an hour that they go through twice it is
 * open twice. Past midnight it belongs to the day on which it opened.
 *
 * @throws RangeError where {@link windowObjection} has one
 */
export function openingFrom(window: RotationWindow, atMs: number): Opening {
  let current: Opening | undefined;
  for (const next of openings(window, { fromMs: atMs - 2 * DAY_MS, toMs: atMs + HORIZON_MS })) {
    const touches = current !== undefined && next.fromMs <= current.toMs;
    if (current !== undefined && !touches && current.toMs > atMs) return current;
    current = { fromMs: current !== undefined && touches ? current.fromMs : next.fromMs, toMs: next.toMs };
  }
  if (current !== undefined && current.toMs > atMs) return current;
  throw new RangeError('the window never opens');
}

/** How long the window is open in a week, and how long at a time, in ms; of a week whose clocks stand still. */
export function openTime({ days, from, to }: RotationWindow): { readonly weeklyMs: number; readonly onceMs: number } {
  const onceMs = (timeOfDayMs(to) - timeOfDayMs(from) + DAY_MS) % DAY_MS;
  return { weeklyMs: onceMs * new Set(days ?? DAYS).size, onceMs };
}

/** In order; what touches is one opening, cut where a day of UTC ends or the clocks are set. */
function* openings({ days = DAYS, from, to, timeZone }: RotationWindow, within: Opening): Generator<Opening> {
  const opensMs = timeOfDayMs(from);
  const closesMs = timeOfDayMs(to) + (to > from ? 0 : DAY_MS);
  for (const { fromMs, toMs, offsetMs } of offsetSpans(clockOf(timeZone), within)) {
    const today = Math.floor((fromMs + offsetMs) / DAY_MS);
    for (const day of [today - 1, today, today + 1]) {
      const name = DAYS[day % DAYS.length];
      if (name === undefined || !days.includes(name)) continue;
      const midnightMs = day * DAY_MS - offsetMs;
      const opening = { fromMs: Math.max(fromMs, midnightMs + opensMs), toMs: Math.min(toMs, midnightMs + closesMs) };
      if (opening.fromMs < opening.toMs) yield opening;
    }
  }
}

/** A day at a time, and two parts of one where the clocks are set in it: no zone sets them twice in a day. */
function* offsetSpans(clock: Intl.DateTimeFormat, within: Opening): Generator<OffsetSpan> {
  let fromMs = Math.floor(within.fromMs / MINUTE_MS) * MINUTE_MS;
  let offsetMs = offsetAt(clock, fromMs);
  while (fromMs < within.toMs) {
    const toMs = fromMs + DAY_MS;
    const laterMs = offsetAt(clock, toMs);
    if (laterMs === offsetMs) {
      yield { fromMs, toMs, offsetMs };
    } else {
      const changeMs = changeBetween(clock, fromMs, toMs);
      yield { fromMs, toMs: changeMs, offsetMs };
      yield { fromMs: changeMs, toMs, offsetMs: laterMs };
    }
    [fromMs, offsetMs] = [toMs, laterMs];
  }
}

/** The first minute at which the offset is no longer that of `beforeMs`. */
function changeBetween(clock: Intl.DateTimeFormat, beforeMs: number, afterMs: number): number {
  const offsetMs = offsetAt(clock, beforeMs);
  let [before, after] = [beforeMs, afterMs];
  while (after - before > MINUTE_MS) {
    const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetAt(clock, middle) === offsetMs) before = middle;
    else after = middle;
  }
  return after;
}

function offsetAt(clock: Intl.DateTimeFormat, atMs: number): number {
  const parts = Object.fromEntries(clock.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}

/** @throws RangeError for a time zone that does not exist */
function clockOf(timeZone = 'UTC'): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

function timeOfDayMs(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
}
