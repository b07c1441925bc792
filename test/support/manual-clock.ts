import type { Clock } from '../../src/runtime/clock.ts';

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /**
   * Lets `ms` pass. Runs every timer that falls due, in order of time and then of setting, and between any two of them
   * lets all promises settle, so that timers set by what a timer woke are honoured too.
   */
  advance(ms: number): Promise<void>;
  /** Lets `ms` pass while nothing runs, as for a stopped process: overdue timers run with the next {@link advance}. */
  pause(ms: number): void;
  /** Moves the wall clock alone, as an administrator or NTP does. */
  stepWall(ms: number): void;
  /** Lets all promises settle without time passing. */
  settle(): Promise<void>;
  /** Timers that are set and have not run. */
  pending(): number;
}

interface Pending {
  readonly callback: () => void;
  readonly dueAt: number;
}

/** `start`: the wall clock at first, ms since the Unix epoch. The monotonic clock starts at 0. */
export function manualClock(start: number = Date.UTC(2026, 0, 1)): ManualClock {
  const timers = new Set<Pending>();
  let elapsed = 0;
  let wallOffset = start;

  async function advance(ms: number): Promise<void> {
    const until = elapsed + ms;
    await settle();
    for (let due = firstDue(timers, until); due !== undefined; due = firstDue(timers, until)) {
      timers.delete(due);
      elapsed = Math.max(elapsed, due.dueAt);
      due.callback();
      await settle();
    }
    elapsed = until;
  }

  return {
    now: () => wallOffset + elapsed,
    monotonic: () => elapsed,
    setTimer(callback, afterMs) {
      const timer = { callback, dueAt: elapsed + Math.max(0, afterMs) };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    advance,
    pause: (ms) => {
      elapsed += ms;
    },
    stepWall: (ms) => {
      wallOffset += ms;
    },
    settle,
    pending: () => timers.size,
  };
}

/** The earliest timer due by `until`; of several at one time the one that was set first. */
function firstDue(timers: ReadonlySet<Pending>, until: number): Pending | undefined {
  let first: Pending | undefined;
  for (const timer of timers) {
    if (timer.dueAt <= until && (first === undefined || timer.dueAt < first.dueAt)) first = timer;
  }
  return first;
}

/** One turn of the event loop: Node empties the microtask queue before the immediates run. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
