/**
 * client-go's: between two tries to acquire up to this many times the retry period is added. As there, the retry period
 * times this must be less than the renew deadline.
 */
export const JITTER_FACTOR = 1.2;

/** What is called under a lease must end this long before the lease does, with time left for the write that follows, ms. */
export const LEASE_MARGIN_MS = 1_000;

/** With no more than this left of a lease nothing is called under it, ms. */
export const SHORTEST_LEASE_MS = 2 * LEASE_MARGIN_MS;

/** The duration that a released Lease says, as client-go's does, s: one can say nothing shorter. */
export const RELEASED_SECONDS = 1;
