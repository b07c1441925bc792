import { Postponed } from '../application/ports/errors.ts';
import type { Reservation } from '../application/ports/provider.ts';
import type { Budget, Grant } from '../idp/budget.ts';
import type { Charge, Claimant } from '../idp/charge.ts';
import { ProviderError, type ProviderErrorCode } from '../idp/errors.ts';
import { type Clock, deadline } from '../runtime/clock.ts';
import { LEASE_MARGIN_MS, SHORTEST_LEASE_MS } from '../runtime/lease-times.ts';

export interface CallOptions {
  readonly budget: Budget;
  readonly clock: Clock;
  /** Longest call, in ms (protocol O3). */
  readonly callDeadlineMs: number;
  /** Milliseconds left of our lease. */
  readonly leaseRemainingMs: () => number;
  /** Whether the provider object still names us as the one who serves it (protocol I6). */
  readonly claim: () => 'ours' | 'lost';
  /** The provider asked for a pause. */
  readonly onThrottled: () => void;
}

/** The way to the provider. Nothing is sent past it. */
export interface Calls {
  /** A place for one call that {@link Calls.reserved} makes later. @throws Postponed */
  reserve(charge: Charge, claimant: Claimant): Reservation;
  /** Makes the call that a place was reserved for, by `endsAtMs` (monotonic) at the latest. @throws Postponed */
  reserved<T>(reservation: Reservation, charge: Charge, endsAtMs: number, call: Send<T>): Promise<T>;
  /** Makes one call at once. @throws Postponed */
  called<T>(claimant: Claimant, call: Send<T>): Promise<T>;
}

/** A call to be made, and the signal of whoever waits for it. */
export interface Send<T> {
  readonly send: (limit: AbortSignal) => Promise<T>;
  readonly signal: AbortSignal;
}

type Granted = Extract<Grant, { type: 'granted' }>;

/** Asked again after this when the lease is too short for a call, or the claim is lost. */
const PAUSE_MS = 1_000;

/** Whether a failed call still shows that the provider is up; when it may be called again follows from it. */
const MEANINGS = {
  rejected: 'well',
  unauthorized: 'unavailable',
  forbidden: 'well',
  'needs-person': 'well',
  'not-found': 'well',
  conflict: 'well',
  throttled: 'throttled',
  unavailable: 'unavailable',
  lost: 'unavailable',
  malformed: 'well',
  quota: 'well',
  unsupported: 'well',
  misdirected: 'unavailable',
  'not-allowed': 'unavailable',
} as const satisfies Record<ProviderErrorCode, 'well' | 'unavailable' | 'throttled'>;

/**
 * The longest pause that we take from a provider's own 429, ms. Creates may be limited by the day. A pause of the other
 * calls holds up deletions, too: with the tenth that the budget adds, it must end within the hour that
 * docs/guarantees.md gives everything to come to rest.
 */
const LONGEST_LIMITS_MS = { create: 24 * 3_600_000, call: 50 * 60_000 } as const satisfies Record<Charge, number>;

/** The longest that anybody else may ask for, ms: the error page of a proxy does not know when the provider is back. */
const LONGEST_ABSENCE_MS = 5 * 60_000;

/**
 * Budget, fence and deadline, the same for every call: nothing is sent without a place from the budget, the claim on
 * the provider object, and a lease that outlives the call (protocol O3, I6).
 */
export function createCalls(options: CallOptions): Calls {
  const { budget, clock } = options;
  const places = new WeakMap<Reservation, Granted>();

  function reserve(charge: Charge, claimant: Claimant): Reservation {
    if (options.claim() === 'lost' || options.leaseRemainingMs() <= SHORTEST_LEASE_MS) throw fenced();
    const grant = budget.take(charge, claimant);
    if (grant.type === 'wait') throw new Postponed(grant.for, grant.untilMs - clock.now());
    const reservation: Reservation = { giveBack: () => grant.cancel() };
    places.set(reservation, grant);
    return reservation;
  }

  async function reserved<T>(
    reservation: Reservation,
    charge: Charge,
    endsAtMs: number,
    { send, signal }: Send<T>,
  ): Promise<T> {
    const forMs = Math.min(endsAtMs - clock.monotonic(), options.leaseRemainingMs() - LEASE_MARGIN_MS);
    if (forMs <= 0 || options.claim() === 'lost') {
      reservation.giveBack();
      throw fenced();
    }
    const limit = deadline(clock, forMs, signal);
    try {
      const answer = await send(limit.signal);
      budget.answered('well');
      return answer;
    } catch (thrown) {
      const error = thrown instanceof ProviderError ? withinReason(thrown, charge) : thrown;
      account(error, charge);
      throw error;
    } finally {
      limit.clear();
      places.get(reservation)?.end();
    }
  }

  function account(error: unknown, charge: Charge): void {
    if (!(error instanceof ProviderError)) return;
    const meaning = MEANINGS[error.code];
    if (meaning === 'throttled') {
      budget.throttled(charge, error.details.retryAfterMs);
      options.onThrottled();
    } else budget.answered(meaning);
  }

  function fenced(): Postponed {
    return new Postponed('lease', PAUSE_MS);
  }

  return {
    reserve,
    reserved,
    called: (claimant, call) =>
      reserved(reserve('call', claimant), 'call', clock.monotonic() + options.callDeadlineMs, call),
  };
}

/** The same error, with the pause that is heeded: for the budget, for the queue and for people. */
function withinReason(error: ProviderError, charge: Charge): ProviderError {
  const { code, message, details } = error;
  const isLimit = code === 'throttled' && details.effect === 'refused';
  const longestMs = isLimit ? LONGEST_LIMITS_MS[charge] : LONGEST_ABSENCE_MS;
  if (details.retryAfterMs === undefined || details.retryAfterMs <= longestMs) return error;
  return new ProviderError(code, message, { ...details, retryAfterMs: longestMs });
}
