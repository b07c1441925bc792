import type { Clock } from './clock.ts';

/** Counts, on the own monotonic clock, how long an open operation has been seen (protocol O4). */
export interface Settling {
  /** Milliseconds until the operation may be acted on; 0 once it may. The first call starts the count. */
  remainingMs(operationId: string, deadlineSeconds: number): number;
  /** Monotonic time at which it may be acted on: a listing must begin later to say anything of it. */
  settledAtMs(operationId: string, deadlineSeconds: number): number;
  /** How long after its begin a call with this deadline may have its effect, ms. */
  longestMs(deadlineSeconds: number): number;
  /** It can have no effect any more that is not known: its call was answered. */
  settle(operationId: string): void;
  /** The operation is closed; one that begins under this id is counted anew. */
  forget(operationId: string): void;
}

/** @param graceMs added to the operation's own deadline: how long a request may linger in what stands in between */
export function createSettling(clock: Clock, graceMs: number): Settling {
  const firstSeen = new Map<string, number>();

  const longestMs = (deadlineSeconds: number): number => deadlineSeconds * 1000 + graceMs;

  function settledAtMs(operationId: string, deadlineSeconds: number): number {
    const seen = firstSeen.get(operationId) ?? clock.monotonic();
    firstSeen.set(operationId, seen);
    return seen + longestMs(deadlineSeconds);
  }

  return {
    settledAtMs,
    longestMs,
    remainingMs: (id, deadlineSeconds) => Math.max(0, settledAtMs(id, deadlineSeconds) - clock.monotonic()),
    settle: (id) => void firstSeen.set(id, Number.NEGATIVE_INFINITY),
    forget: (id) => void firstSeen.delete(id),
  };
}
