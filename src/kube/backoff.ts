import type { Chance } from '../runtime/chance.ts';
import type { Clock } from '../runtime/clock.ts';

/** Delays of one reflector, with client-go's numbers: they spread a fleet over a restart of its API server. */
export interface Backoff {
  /** Milliseconds to wait after one more failure. */
  next(): number;
  /** Milliseconds to wait where only a person can help. */
  longest(): number;
}

const INITIAL_MS = 800;
const LONGEST_MS = 30_000;

/** A failure so long after the one before is a first failure again. */
const RESET_AFTER_MS = 120_000;

/** Doubling from 0.8 s to 30 s, each with up to as much again on top. */
export function createBackoff(clock: Clock, chance: Chance): Backoff {
  let failures = 0;
  let until = Number.NEGATIVE_INFINITY;

  function jittered(ms: number): number {
    const wait = ms * (1 + chance.fraction());
    until = clock.monotonic() + wait;
    return wait;
  }

  return {
    next() {
      if (clock.monotonic() - until > RESET_AFTER_MS) failures = 0;
      const wait = jittered(Math.min(LONGEST_MS, INITIAL_MS * 2 ** Math.min(failures, 10)));
      failures += 1;
      return wait;
    },
    longest: () => jittered(LONGEST_MS),
  };
}
