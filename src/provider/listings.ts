import type { Claimant } from '../idp/charge.ts';
import type { Registration } from '../idp/provider.ts';
import { unlessAborted } from '../runtime/signals.ts';

/** A complete listing (protocol R3). */
export interface Listing {
  /** When it began, on the monotonic clock. */
  readonly startedAtMs: number;
  /** When it was complete, by the API server's clock (RFC 3339). */
  readonly at: string;
  readonly registrations: readonly Registration[];
}

/** The listings of a provider, of which many ask for at once and few have to be made. */
export interface Listings {
  /**
   * One that began at `startedAfterMs` (monotonic) or later: the last one, the one under way, or one of the claimant's
   * own, for which it waits until none is under way. Whoever leaves early takes it from nobody else; the last one ends it.
   *
   * @throws Postponed, to the claimant alone; what the listing throws, to all who share it; or the reason of `signal`
   */
  since(startedAfterMs: number, claimant: Claimant, signal: AbortSignal): Promise<Listing>;
  /** One that began before `fromMs` (monotonic) lacks what has been seen since: it answers nobody who asks from now on. */
  believeFrom(fromMs: number): void;
}

/** A listing under way. */
export interface Begun {
  readonly startedAtMs: number;
  readonly answer: Promise<Listing>;
}

interface Flight extends Begun {
  /** Settles when it is over, well or not. */
  readonly over: Promise<void>;
  /** Ends it, once there are no `sharers` any more. */
  readonly nobody: AbortController;
  sharers: number;
}

/**
 * Shares what has begun and nothing before: who waits for a place waits with the own claim, so that nobody is held up by
 * one who is less urgent.
 *
 * @param begin calls the provider at once. @throws Postponed, where there is no place
 */
export function createListings(begin: (claimant: Claimant, signal: AbortSignal) => Begun): Listings {
  let last: Listing | undefined;
  let underWay: Flight | undefined;
  let believedFromMs = Number.NEGATIVE_INFINITY;

  return {
    async since(startedAfterMs, claimant, signal) {
      const fromMs = Math.max(startedAfterMs, believedFromMs);
      for (;;) {
        if (last !== undefined && last.startedAtMs >= fromMs) return last;
        signal.throwIfAborted();
        if (underWay === undefined) return shared(start(claimant), signal);
        if (underWay.startedAtMs >= fromMs) return shared(underWay, signal);
        const { over } = underWay;
        await unlessAborted(over, signal);
      }
    },
    believeFrom(fromMs) {
      believedFromMs = Math.max(believedFromMs, fromMs);
      if (last !== undefined && last.startedAtMs < believedFromMs) last = undefined;
    },
  };

  function start(claimant: Claimant): Flight {
    const nobody = new AbortController();
    const begun = begin(claimant, nobody.signal);
    const over = begun.answer.then(keep, () => undefined).then(() => land(flight));
    const flight: Flight = { ...begun, over, nobody, sharers: 0 };
    underWay = flight;
    return flight;
  }

  async function shared(flight: Flight, signal: AbortSignal): Promise<Listing> {
    flight.sharers += 1;
    try {
      return await unlessAborted(flight.answer, signal);
    } finally {
      flight.sharers -= 1;
      if (flight.sharers === 0) {
        // Where it is over already, that ends nothing.
        land(flight);
        flight.nobody.abort(signal.reason);
      }
    }
  }

  function keep(listing: Listing): void {
    const isNews = last === undefined || last.startedAtMs < listing.startedAtMs;
    if (isNews && listing.startedAtMs >= believedFromMs) last = listing;
  }

  function land(flight: Flight): void {
    if (underWay === flight) underWay = undefined;
  }
}
