import type { Chance } from './chance.ts';

/** How long to wait after failures in a row, counted for each key. */
export interface BackOff {
  /** Counts one more failure of `key` and returns the delay before its next try, ms; `longestMs` at most. */
  next(key: string, longestMs?: number): number;
  /** The key is well again: the next failure counts as the first. */
  forget(key: string): void;
}

export interface BackOffOptions {
  /** Delay after the first failure, ms. */
  readonly baseMs: number;
  /** The delay doubles with each failure up to this, and with what chance adds up to twice as much, ms. */
  readonly capMs: number;
}

/** Whatever failed for long is tried again within five minutes. */
const DEFAULTS: BackOffOptions = { baseMs: 200, capMs: 150_000 };

/** Exponential, with 0 to 100 % on top, so that what failed together does not come back together. */
export function exponentialBackOff(chance: Chance, { baseMs, capMs }: BackOffOptions = DEFAULTS): BackOff {
  const failures = new Map<string, number>();
  return {
    next(key, longestMs = Number.POSITIVE_INFINITY) {
      const before = failures.get(key) ?? 0;
      failures.set(key, before + 1);
      return Math.min(capMs, longestMs / 2, baseMs * 2 ** before) * (1 + chance.fraction());
    },
    forget: (key) => void failures.delete(key),
  };
}
