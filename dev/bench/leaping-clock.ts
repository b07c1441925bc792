import type { Clock, Timer } from '../../src/runtime/clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';

/** The machine's time, which can be made to leap ahead. */
export interface LeapingClock extends Clock {
  /** Lets `ms` pass at once, wall clock and monotonic clock alike. Timers that fall due run, in the order of time. */
  leap(ms: number): void;
}

interface Pending {
  readonly callback: () => void;
  /** Monotonic ms. */
  readonly dueAt: number;
  running: Timer | undefined;
}

/** A clock for a process that goes on from the machine's time. */
export function leapingClock(): LeapingClock {
  const pending = new Set<Pending>();
  let ahead = 0;
  const monotonic = (): number => systemClock.monotonic() + ahead;

  function arm(timer: Pending): void {
    timer.running = systemClock.setTimer(() => {
      pending.delete(timer);
      timer.callback();
    }, timer.dueAt - monotonic());
  }

  return {
    now: () => systemClock.now() + ahead,
    monotonic,
    setTimer(callback, afterMs) {
      const timer: Pending = { callback, dueAt: monotonic() + Math.max(0, afterMs), running: undefined };
      pending.add(timer);
      arm(timer);
      return {
        cancel() {
          timer.running?.cancel();
          pending.delete(timer);
        },
      };
    },
    leap(ms) {
      ahead += ms;
      for (const timer of [...pending].toSorted((one, other) => one.dueAt - other.dueAt)) {
        timer.running?.cancel();
        arm(timer);
      }
    },
  };
}
