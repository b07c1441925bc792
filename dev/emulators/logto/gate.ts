import type { Clock } from '../../../src/runtime/clock.ts';
import { jsonAnswer } from '../delivery.ts';
import { Refusal } from './refusal.ts';
import type { Switches } from './switches.ts';

/** Cloud's gate in front of a tenant: a bucket of 200 tokens that fills within 10 s. */
export interface Gate {
  /** Takes a token out of the bucket. @throws Refusal 429 when there is none */
  pass(): void;
}

const CAPACITY = 200;
const WINDOW_MS = 10_000;
const MS_PER_TOKEN = WINDOW_MS / CAPACITY;

/** A full bucket. Self-hosted, nothing is taken out of it. */
export function tenantGate(clock: Clock, switches: () => Switches): Gate {
  let left = CAPACITY;
  let filledAt = clock.monotonic();

  return {
    pass() {
      const { hosting, limits, retryAfter } = switches();
      if (hosting === 'self-hosted' || limits === 'off') return;

      const now = clock.monotonic();
      left = Math.min(CAPACITY, left + (now - filledAt) / MS_PER_TOKEN);
      filledAt = now;
      if (left >= 1) {
        left -= 1;
        return;
      }
      const seconds = Math.ceil(((1 - left) * MS_PER_TOKEN) / 1000);
      const headers: Record<string, string> = retryAfter === 'seconds' ? { 'retry-after': String(seconds) } : {};
      throw new Refusal(jsonAnswer(429, { message: 'Too many requests.' }, headers));
    },
  };
}
