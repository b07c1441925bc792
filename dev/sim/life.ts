import type { Clock, Timer } from '../../src/runtime/clock.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * One process, from its start to its end, as the world outside sees it: it can be stopped and go on, or die.
 *
 * Whatever reaches it, timers and answers, reaches it through {@link Life.reach}: not at all once it is dead, and while
 * it is stopped not before it goes on.
 */
export interface Life {
  /** Monotonic time goes on while the process is stopped, as CLOCK_MONOTONIC does. */
  readonly clock: Clock;
  isAlive(): boolean;
  reach(action: () => void): void;
  /** SIGKILL. */
  kill(): void;
  /** SIGSTOP. */
  stop(): void;
  /** SIGCONT. What came meanwhile comes now. */
  goOn(): void;
}

/** `wallMs`: the machine's wall clock at this moment, ms since the epoch. `onDeath`: told once, when it is dead. */
export function beginLife(scheduler: Scheduler, wallMs: () => number, onDeath: () => void): Life {
  const bornAt = scheduler.now();
  const missed: (() => void)[] = [];
  let state: 'running' | 'stopped' | 'dead' = 'running';

  const life: Life = {
    clock: {
      now: wallMs,
      monotonic: () => scheduler.now() - bornAt,
      setTimer: (callback, afterMs) => timer(callback, afterMs),
    },
    isAlive: () => state !== 'dead',
    reach(action) {
      switch (state) {
        case 'running':
          action();
          break;
        case 'stopped':
          missed.push(action);
          break;
        case 'dead':
          break;
      }
    },
    kill() {
      if (state === 'dead') return;
      state = 'dead';
      missed.length = 0;
      onDeath();
    },
    stop() {
      if (state === 'running') state = 'stopped';
    },
    goOn() {
      if (state !== 'stopped') return;
      state = 'running';
      for (const action of missed.splice(0)) scheduler.after(0, () => life.reach(action));
    },
  };
  return life;

  /** One that is cancelled after it fell due, and before the process went on, does not run. */
  function timer(callback: () => void, afterMs: number): Timer {
    let isCancelled = false;
    const run = (): void => {
      if (!isCancelled) callback();
    };
    const entry = scheduler.after(afterMs, () => life.reach(run));
    return {
      cancel() {
        isCancelled = true;
        entry.cancel();
      },
    };
  }
}
