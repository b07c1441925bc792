import type { Chance } from '../runtime/chance.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Charge } from './charge.ts';

/** What a provider's answers say about when it may be called again: its 429s, and a breaker for when it is down. */
export interface Hold {
  /** The provider answered 429 to `charge`. */
  throttled(charge: Charge, retryAfterMs: number | undefined): void;
  /** `probe` says whether a call is under way to find out if the provider is back. */
  answered(result: 'well' | 'unavailable', probe: 'probing' | 'idle'): void;
  /** How long nothing may be called for `charge`; 0: not at all. */
  waitMs(charge: Charge): number;
  /** `one-probe`: the breaker let go and nothing has answered since, so one call at a time. */
  trust(): 'full' | 'one-probe';
  /** When creates may go on after a 429 of their own, in ms since the epoch; stays the same until then. */
  createsFrom(): number | undefined;
}

interface Throttle {
  /** On the monotonic clock. */
  readonly endsAtMs: number;
  /** On the wall clock, for people. */
  readonly untilMs: number;
  /** 429s without a time so far, in one series. */
  readonly series: number;
}

const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 5 * 60_000;
const FAILURES_TO_OPEN = 5;
const FIRST_OPEN_MS = 5_000;
const LONGEST_OPEN_MS = 5 * 60_000;

const NEVER_THROTTLED: Throttle = { endsAtMs: Number.NEGATIVE_INFINITY, untilMs: 0, series: 0 };

/** Nothing held back, as at a start. Knows only what it is told; nothing of it outlives the process. */
export function createHold(clock: Clock, chance: Chance): Hold {
  const throttles: Record<Charge, Throttle> = { create: NEVER_THROTTLED, call: NEVER_THROTTLED };
  let failures = 0;
  let breaker: { readonly endsAtMs: number; readonly openMs: number } | undefined;

  return {
    throttled(charge, retryAfterMs) {
      // It does answer, so it is not down.
      close();
      const former = throttles[charge];
      const series = retryAfterMs === undefined ? nextInSeries(former) : former.series;
      const forMs = spread(retryAfterMs ?? Math.min(FIRST_BACKOFF_MS * 2 ** (series - 1), LONGEST_BACKOFF_MS));
      const endsAtMs = clock.monotonic() + forMs;
      const longer = endsAtMs > former.endsAtMs ? { endsAtMs, untilMs: clock.now() + Math.ceil(forMs) } : former;
      throttles[charge] = { ...longer, series };
    },
    answered(result, probe) {
      if (result === 'well') {
        close();
        return;
      }
      failures += 1;
      if (breaker === undefined && failures >= FAILURES_TO_OPEN) open(FIRST_OPEN_MS);
      // Calls from before it opened may still fail one by one; only a probe says that the provider is still down.
      else if (breaker !== undefined && probe === 'probing' && waitForBreaker() === 0) {
        open(Math.min(breaker.openMs * 2, LONGEST_OPEN_MS));
      }
    },
    waitMs(charge) {
      const { create, call } = throttles;
      const throttled = charge === 'create' ? Math.max(create.endsAtMs, call.endsAtMs) : call.endsAtMs;
      return Math.max(0, throttled - clock.monotonic(), waitForBreaker());
    },
    trust: () => (breaker === undefined ? 'full' : 'one-probe'),
    createsFrom: () => (throttles.create.endsAtMs > clock.monotonic() ? throttles.create.untilMs : undefined),
  };

  /** Calls that ran side by side get their 429s together: those that come while it holds are not one more each. */
  function nextInSeries({ endsAtMs, series }: Throttle): number {
    const sinceMs = clock.monotonic() - endsAtMs;
    if (sinceMs < 0) return Math.max(1, series);
    return sinceMs > LONGEST_BACKOFF_MS ? 1 : series + 1;
  }

  function open(openMs: number): void {
    breaker = { openMs, endsAtMs: clock.monotonic() + spread(openMs) };
  }

  function close(): void {
    failures = 0;
    breaker = undefined;
  }

  function waitForBreaker(): number {
    return breaker === undefined ? 0 : Math.max(0, breaker.endsAtMs - clock.monotonic());
  }

  /** Never shorter; up to a tenth longer, or a second, so that many who were told the same time do not return as one. */
  function spread(ms: number): number {
    return ms + chance.fraction() * Math.max(ms / 10, 1_000);
  }
}
