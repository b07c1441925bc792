import { ClusterError } from '../application/ports/endings.ts';
import type { Leadership } from '../runtime/leadership.ts';

/** Throws when no write may be made now: without a valid lease nothing is written (design section 8). */
export type Fence = () => void;

/** A fence for who holds this lease, asked by the monotonic clock (protocol O3). It throws ClusterError `unavailable`. */
export function fenceOf(leadership: Pick<Leadership, 'remainingMs'>): Fence {
  return () => {
    if (leadership.remainingMs() <= 0) throw new ClusterError('unavailable', 'the lease is not ours any more');
  };
}
