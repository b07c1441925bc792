import { exponentialBackOff } from '../runtime/backoff.ts';
import type { Chance } from '../runtime/chance.ts';
import type { Clock } from '../runtime/clock.ts';

/** Delays of one reflector, with client-go's numbers: they spread a fleet over a restart of its API server. */
export interface WatchBackOff {
  /** Milliseconds to wait after one more failure. */
  next(): number;
  /** Milliseconds to wait where only a person can help. */
  longest(): number;
}

const INITIAL_MS = 800;
const LONGEST_MS = 30_000;

/** A failure so long after the last wait is a first failure again. */
const HEALTHY_AFTER_MS = 120_000;

/** Doubling from 0.8 s to 30 s, each with up to as much again on top. */
export function watchBackOff(clock: Clock, chance: Chance): WatchBackOff {
  const delays = exponentialBackOff(chance, { baseMs: INITIAL_MS, capMs: LONGEST_MS });
  let until = Number.NEGATIVE_INFINITY;

  function waiting(ms: number): number {
    until = clock.monotonic() + ms;
    return ms;
  }

  return {
    next() {
      if (clock.monotonic() - until > HEALTHY_AFTER_MS) delays.forget('');
      return waiting(delays.next(''));
    },
    longest: () => waiting(LONGEST_MS * (1 + chance.fraction())),
  };
}
