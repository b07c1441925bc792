import type { Clock } from '../../../src/runtime/clock.ts';
import type { Switches } from './switches.ts';

/** At most `calls` in any `perMs`. */
export interface Limit {
  readonly calls: number;
  readonly perMs: number;
}

/** Counts calls by whom they are counted against. */
export interface Limits {
  /** How long, in ms, until another call is allowed; `undefined`: it is allowed now. Counts nothing. */
  wait(subject: string, limits: readonly Limit[]): number | undefined;
  /** Counts one call, for as long as one of `limits` looks back. */
  count(subject: string, limits: readonly Limit[]): void;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `POST /api/v1/applications`, per key. */
export const CREATES: readonly Limit[] = [
  { calls: 10, perMs: HOUR_MS },
  { calls: 30, perMs: DAY_MS },
];

/** Every other call under `/api/`, per source address. */
export const REQUESTS: readonly Limit[] = [{ calls: 60, perMs: MINUTE_MS }];

/** `POST /oauth/token`, per client id. */
export const LOGINS: readonly Limit[] = [{ calls: 20, perMs: MINUTE_MS }];

/** Empty counters. They go on counting while the limits are off. */
export function rateLimits(clock: Clock, switches: () => Switches): Limits {
  const times = new Map<string, number[]>();

  return {
    wait(subject, limits) {
      if (switches().limits === 'off') return undefined;
      const now = clock.now();
      const waits = limits
        .map((limit) => waitFor(times.get(subject) ?? [], limit, now, switches().limitWindow))
        .filter((wait) => wait > 0);
      return waits.length === 0 ? undefined : Math.max(...waits);
    },

    count(subject, limits) {
      const now = clock.now();
      const start = now - Math.max(...limits.map(({ perMs }) => perMs));
      const recent = (times.get(subject) ?? []).filter((at) => at >= start);
      recent.push(now);
      times.set(subject, recent);
    },
  };
}

function waitFor(
  times: readonly number[],
  { calls, perMs }: Limit,
  now: number,
  window: Switches['limitWindow'],
): number {
  const start = window === 'fixed' ? now - (now % perMs) : now - perMs;
  const inside = times.filter((at) => at >= start);
  if (inside.length < calls) return 0;

  if (window === 'fixed') return perMs - (now % perMs);
  const first = inside.at(-calls) ?? now;
  return first + perMs - now;
}
