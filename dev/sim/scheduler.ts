import type { Timer } from '../../src/runtime/clock.ts';
import { heap } from '../../src/runtime/heap.ts';
import type { SeededChance } from './chance.ts';

/**
 * The one time line on which everything in the simulated world happens: messages, timers, users and faults.
 *
 * Nothing happens between two entries but what the former one set off: all promises settle before the next one runs. Of
 * entries that fall due at one moment chance decides which comes first, so that a seed is an interleaving.
 */
export interface Scheduler {
  /** Virtual time since the start, ms. */
  now(): number;
  /** Runs `action` once, after `delayMs` or, where that is negative or no number, at once. */
  after(delayMs: number, action: () => void): Timer;
  /** Runs what falls due up to `untilMs`, or until `isOver`, which is asked after each entry. Time ends at `untilMs`. */
  run(untilMs: number, isOver?: (() => boolean) | undefined): Promise<void>;
  /** Entries that have run. */
  readonly steps: number;
}

interface Entry {
  readonly dueAt: number;
  readonly draw: number;
  readonly action: () => void;
}

/** An empty time line. */
export function createScheduler(chance: SeededChance): Scheduler {
  const entries = heap<Entry>((a, b) => (a.dueAt === b.dueAt ? a.draw < b.draw : a.dueAt < b.dueAt));
  let now = 0;
  let steps = 0;

  return {
    now: () => now,
    get steps() {
      return steps;
    },
    after(delayMs, action) {
      const entry = { dueAt: now + (delayMs > 0 ? delayMs : 0), draw: chance.fraction(), action };
      entries.push(entry);
      return { cancel: () => void entries.remove(entry) };
    },
    async run(untilMs, isOver = never) {
      await settled();
      for (let next = entries.peek(); next !== undefined && next.dueAt <= untilMs; next = entries.peek()) {
        entries.remove(next);
        now = next.dueAt;
        steps += 1;
        next.action();
        await settled();
        if (isOver()) return;
      }
      now = Math.max(now, untilMs);
    },
  };
}

/** Node empties the queue of microtasks before it turns to immediates, and nothing here waits for anything else. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function never(): boolean {
  return false;
}
