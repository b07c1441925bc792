import type { Wire } from './http.ts';

/** Knows how many requests a call was, by the signal that all of them are sent under and nobody else's. */
export interface RequestCount {
  /** The same wire, which counts. */
  readonly over: (wire: Wire) => Wire;
  /**
   * How many were sent under this signal so far. A request for a token, which several calls may wait for, has a signal of
   * its own and counts for none of them.
   */
  readonly under: (signal: AbortSignal) => number;
}

/** Nothing counted yet. What is counted goes with its signal. */
export function createRequestCount(): RequestCount {
  const counts = new WeakMap<AbortSignal, number>();
  const under = (signal: AbortSignal): number => counts.get(signal) ?? 0;
  return {
    under,
    over: (wire) => (request, maxBytes, signal) => {
      counts.set(signal, under(signal) + 1);
      return wire(request, maxBytes, signal);
    },
  };
}
