import type { Clock } from '../runtime/clock.ts';
import { bounded } from '../runtime/clock.ts';

/** A credential plugin that hangs must not hold every request. */
const READ_LIMIT_MS = 10_000;

/** Far less than the deadline of a renewal of the Lease, which waits as everything else does. */
const PATIENCE_MS = 1_000;

/** Something that is read once for all who wait for it. */
export interface Reading<T> {
  /** To its end. */
  readonly ended: Promise<T>;
  /** Until then, or for a second from its begin: for who can go on with what was read before. Never rejects. */
  readonly soon: Promise<unknown>;
}

/** One that was just begun. */
export function shared<T>(ended: Promise<T>, clock: Clock): Reading<T> {
  return { ended, soon: bounded(() => ended, PATIENCE_MS, clock, never()).catch(() => undefined) };
}

/** @throws DeadlineExceeded after ten seconds, or what `read` throws */
export function readInTime<T>(read: () => Promise<T>, clock: Clock): Promise<T> {
  return bounded(read, READ_LIMIT_MS, clock, never());
}

/** What serves many requests is ended by the signal of none. */
function never(): AbortSignal {
  return new AbortController().signal;
}
