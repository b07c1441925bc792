import type { Clock } from '../runtime/clock.ts';
import type { Limits, Slot } from './charge.ts';

/** Something begun that counts against a limit. One of the two is called, once. */
interface Expense {
  /** It is over, and may have reached the provider as late as now. */
  end(): void;
  /** It never reached the provider and counts no more. */
  cancel(): void;
}

/**
 * The creates of the last hour, day and week, in slots of five minutes of the wall clock, since they outlive us.
 *
 * A slot counts until the window has passed since its end, so that no window of the provider's, wherever it begins,
 * holds more than its limit. Where there are more slots than a status can list, those that count for the week alone
 * count as the last one of their hour.
 */
export interface Ledger {
  begin(): Expense;
  /** Oldest first, as far back as the longest limited window. */
  spent(): readonly Slot[];
  /** When there is room for one after `ahead` others, in ms since the epoch; `undefined`: now. */
  freeAt(ahead: number): number | undefined;
}

/**
 * The calls of the last minute. A call counts from its begin until a minute after its end: when in between the
 * provider counted it is not known, and so no minute of the provider's holds more than the limit. One that begins though
 * there is no room counts from when there would have been, so that those after it come the later.
 */
export interface RequestWindow {
  begin(): Expense;
  /** How long until there is room for one after `ahead` others; 0: there is. */
  waitMs(ahead: number): number;
}

interface Window {
  readonly limit: number;
  readonly windowMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SLOT_MS = 5 * MINUTE_MS;

/** `maxItems` of the list in the status; a week has twice as many. */
const MOST_SLOTS = 1_000;

/** A ledger that starts from what was stored. A slot further ahead than one slot is a clock's error: it counts as now. */
export function createLedger(limits: Limits, stored: readonly Slot[], clock: Clock): Ledger {
  const windows = [
    { limit: limits.createsPerHour, windowMs: HOUR_MS },
    { limit: limits.createsPerDay, windowMs: DAY_MS },
    { limit: limits.createsPerWeek, windowMs: 7 * DAY_MS },
  ].flatMap(({ limit, windowMs }): readonly Window[] => (limit === undefined ? [] : [{ limit, windowMs }]));
  // Without a limit that is -Infinity, and nothing is kept.
  const longestMs = Math.max(...windows.map(({ windowMs }) => windowMs));
  const slots = new Map<number, number>();
  for (const { slot, creates } of stored) add(startOf(slot), creates);

  return {
    begin() {
      const begunIn = slotOf(clock.now());
      add(begunIn, 1);
      return {
        end() {
          const endedIn = slotOf(clock.now());
          if (endedIn <= begunIn) return;
          add(begunIn, -1);
          add(endedIn, 1);
        },
        cancel: () => add(begunIn, -1),
      };
    },
    spent() {
      return tidied(clock.now()).map(([start, creates]) => ({ slot: new Date(start).toISOString(), creates }));
    },
    freeAt(ahead) {
      const now = clock.now();
      const ends = tidied(now).flatMap(([start, creates]) => Array<number>(creates).fill(start + SLOT_MS));
      const frees = windows.map((window) => freeFrom(window, ends, ahead, now)).filter((time) => time > now);
      return frees.length === 0 ? undefined : Math.max(...frees);
    },
  };

  function add(start: number, creates: number): void {
    const sum = (slots.get(start) ?? 0) + creates;
    if (sum > 0) slots.set(start, sum);
    else slots.delete(start);
  }

  function startOf(slot: string): number {
    const start = Date.parse(slot);
    return Number.isNaN(start) ? slotOf(clock.now()) : slotOf(start);
  }

  function tidied(now: number): readonly (readonly [start: number, creates: number])[] {
    for (const [start, creates] of [...slots]) {
      if (start > now + SLOT_MS) {
        slots.delete(start);
        add(slotOf(now), creates);
      } else if (start + SLOT_MS + longestMs <= now) slots.delete(start);
    }
    if (slots.size > MOST_SLOTS) gather(now);
    return [...slots].sort(([one], [other]) => one - other);
  }

  function gather(now: number): void {
    for (const [start, creates] of [...slots]) {
      const last = lastOfHour(start);
      if (last === start || last + SLOT_MS + DAY_MS > now) continue;
      slots.delete(start);
      add(last, creates);
    }
  }
}

/** An empty window: what was called before a restart is not remembered. */
export function createRequestWindow(perMinute: number | undefined, clock: Clock): RequestWindow {
  const underWay = new Set<{ readonly countsFrom: number }>();
  let ends: number[] = [];

  return {
    begin() {
      const call = { countsFrom: clock.monotonic() + waitMs(0) };
      underWay.add(call);
      return {
        end() {
          underWay.delete(call);
          if (perMinute !== undefined) ends.push(Math.max(call.countsFrom, clock.monotonic()));
        },
        cancel() {
          underWay.delete(call);
        },
      };
    },
    waitMs,
  };

  function waitMs(ahead: number): number {
    if (perMinute === undefined) return 0;
    const now = clock.monotonic();
    ends = ends.filter((end) => end + MINUTE_MS > now);
    const current = [...underWay].map(({ countsFrom }) => Math.max(countsFrom, now));
    const counted = [...ends, ...current].sort((one, other) => one - other);
    return Math.max(0, freeFrom({ limit: perMinute, windowMs: MINUTE_MS }, counted, ahead, now) - now);
  }
}

function slotOf(timeMs: number): number {
  return timeMs - (timeMs % SLOT_MS);
}

function lastOfHour(start: number): number {
  return start - (start % HOUR_MS) + HOUR_MS - SLOT_MS;
}

/** When `limit` leaves room for one after `ahead` others, given when each that counts ended, oldest first. */
function freeFrom({ limit, windowMs }: Window, ends: readonly number[], ahead: number, now: number): number {
  if (limit <= 0) return now + windowMs;
  const leave = ends.map((end) => end + windowMs).filter((time) => time > now);
  const room = limit - leave.length;
  if (ahead < room) return now;
  // Each that leaves makes room for one, which leaves a window later.
  const order = [...leave, ...Array<number>(Math.max(0, room)).fill(now + windowMs)];
  const place = ahead - room;
  const turns = order.slice(-limit);
  const beyond = place - (order.length - turns.length);
  const base = beyond < 0 ? order[place] : turns[beyond % limit];
  return (base ?? now) + Math.max(0, Math.floor(beyond / limit)) * windowMs;
}
