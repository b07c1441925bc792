import { openingFrom, openTime, type RotationWindow } from './window.ts';

/** What says when a secret is to be replaced without being asked for (protocol T1, T5). */
export interface Schedule {
  readonly intervalMs: number;
  readonly window: RotationWindow | undefined;
  /** When the current secret was issued, epoch ms. */
  readonly lastMs: number;
  /** A digest in hex, of 16 digits or more, that differs from object to object: the same one gives the same times. */
  readonly seed: string;
}

/** Rotations come earlier than their interval by up to this part of it, so that not all come at once (protocol T5). */
const EARLIEST = 0.1;

/** Rotations begin in this first part of an opening. The rest of it is left for those that have to wait. */
const BUSY = 0.8;

/** Above the rate that is just enough, so that what was put off is made up for. */
const HEADROOM = 2;

const HOUR_MS = 3_600_000;
const WEEK_MS = 168 * HOUR_MS;

/**
 * When the rotation is due, epoch ms: the interval after the last one, less up to a tenth, and inside the window. Pure,
 * and the same after a restart.
 */
export function dueAt({ intervalMs, window, lastMs, seed }: Schedule): number {
  const spreadMs = Math.floor(lastMs + intervalMs * (1 - EARLIEST * fractionOf(seed.slice(0, 8))));
  if (window === undefined) return spreadMs;
  const { fromMs, toMs } = openingFrom(window, spreadMs);
  return fromMs <= spreadMs ? spreadMs : placeIn(fromMs, toMs, seed);
}

/**
 * When the rotation may begin as seen from `nowMs`, epoch ms; not after `nowMs` means now. Differs from {@link dueAt}
 * where the opening that it was due in has gone by: then it is the next one's turn. Pure.
 */
export function beginsAt(schedule: Schedule, nowMs: number): number {
  const { window, seed } = schedule;
  const dueMs = dueAt(schedule);
  if (window === undefined || nowMs <= dueMs) return dueMs;
  const { fromMs, toMs } = openingFrom(window, nowMs);
  return fromMs <= dueMs ? dueMs : placeIn(fromMs, toMs, seed);
}

/** Whether it is behind by more than a tenth of the interval, and a whole opening of the window went by unused. Pure. */
export function isOverdue(schedule: Schedule, nowMs: number): boolean {
  const { intervalMs, window } = schedule;
  const dueMs = dueAt(schedule);
  if (nowMs - dueMs <= intervalMs * EARLIEST) return false;
  if (window === undefined) return true;
  const current = openingFrom(window, dueMs);
  const whole = current.fromMs >= dueMs ? current : openingFrom(window, current.toMs);
  return nowMs >= whole.toMs;
}

/**
 * How many scheduled rotations an hour a provider is to allow, so that none of these applications falls behind: what
 * they need on average while their windows are open, with headroom, and at least one. Pure.
 */
export function scheduledRate(schedules: readonly Pick<Schedule, 'intervalMs' | 'window'>[]): number {
  const needed = schedules.map(neededPerHour).reduce((sum, rate) => sum + rate, 0);
  return Math.max(1, Math.ceil(needed * HEADROOM));
}

function neededPerHour({ intervalMs, window }: Pick<Schedule, 'intervalMs' | 'window'>): number {
  const always = HOUR_MS / intervalMs;
  if (window === undefined) return always;
  const { weeklyMs, onceMs } = openTime(window);
  // An interval that ends more than once between two openings still asks for one rotation only.
  const atMost = Math.max(always, HOUR_MS / onceMs);
  return Math.min((always * WEEK_MS) / weeklyMs, atMost);
}

function placeIn(fromMs: number, toMs: number, seed: string): number {
  return fromMs + Math.floor((toMs - fromMs) * BUSY * fractionOf(seed.slice(8, 16)));
}

/** From 0 to below 1. */
function fractionOf(digits: string): number {
  return Number.parseInt(digits, 16) / 16 ** digits.length;
}
