import type { Budget } from '../../src/idp/budget.ts';
import { createBudget } from '../../src/idp/budget.ts';
import type { Charge, Claimant, Limits, Slot, Urgency } from '../../src/idp/charge.ts';
import type { ManualClock } from './manual-clock.ts';
import { manualClock } from './manual-clock.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Two minutes into a slot of the ledger. */
export const START = Date.UTC(2026, 0, 12, 10, 2);
const UNLIMITED: Limits = {
  createsPerHour: undefined,
  createsPerDay: undefined,
  createsPerWeek: undefined,
  requestsPerMinute: undefined,
  createsUnderWay: undefined,
};

/** A budget in a test's hands. */
export interface Gate {
  readonly budget: Budget;
  readonly clock: ManualClock;
  /** Keys woken since the last look. */
  woken(): readonly string[];
}

/** A budget with no limits but `limits`; `fraction` is all that chance ever gives. */
export function gate(limits: Partial<Limits>, spent: readonly Slot[] = [], fraction = 0): Gate {
  const clock = manualClock(START);
  const keys: string[] = [];
  const budget = createBudget({
    limits: { ...UNLIMITED, ...limits },
    spent,
    clock,
    chance: { fraction: () => fraction, bytes: (bytes) => new Uint8Array(bytes) },
    wake: (key) => keys.push(key),
  });
  return { budget, clock, woken: () => keys.splice(0) };
}

/** `claimant('shop/a')` is in namespace `shop`. */
export function claimant(key: string, urgency: Urgency = 'new'): Claimant {
  return { key, namespace: key.split('/')[0] ?? '', urgency };
}

/** Takes a place that has to be free. */
export function granted(budget: Budget, charge: Charge, who: Claimant = claimant('any/any')) {
  const grant = budget.take(charge, who);
  if (grant.type !== 'granted')
    throw new Error(`${who.key} has to wait until ${new Date(grant.untilMs).toISOString()}`);
  return grant;
}

/** Asks for a place that must not be free. */
export function waits(budget: Budget, charge: Charge, who: Claimant = claimant('any/any')) {
  const grant = budget.take(charge, who);
  if (grant.type !== 'wait') throw new Error(`${who.key} was let through`);
  return grant;
}

/** Makes `times` calls that end at once. */
export function spend(budget: Budget, charge: Charge, times: number): void {
  for (let time = 0; time < times; time += 1) granted(budget, charge).end();
}

/** Milliseconds since the epoch. */
export function at(iso: string): number {
  return Date.parse(iso);
}

/** The most of `times` that lie in any window, wherever it begins. */
export function most(times: readonly number[], windowMs: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return Math.max(
    0,
    ...sorted.map((start) => sorted.filter((time) => time >= start && time < start + windowMs).length),
  );
}

/** A small generator of numbers in [0, 1) that gives the same ones for the same seed. */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
