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
  steps(): number;
}

interface Entry {
  readonly dueAt: number;
  readonly draw: number;
  readonly action: () => void;
}

/** What is shorter is lost when it is added to a time, so that it would never be over. No timer of Node's is as short. */
const SHORTEST_MS = 1e-6;

/** An empty time line. */
export function createScheduler(chance: SeededChance): Scheduler {
  const entries = heap<Entry>((a, b) => (a.dueAt === b.dueAt ? a.draw < b.draw : a.dueAt < b.dueAt));
  const settled = pauses();
  let now = 0;
  let steps = 0;

  return {
    now: () => now,
    steps: () => steps,
    after(delayMs, action) {
      const dueAt = delayMs > 0 ? now + Math.max(delayMs, SHORTEST_MS) : now;
      const entry = { dueAt, draw: chance.fraction(), action };
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

/** A turn of the event loop costs more than most entries do, so that one serves so many pauses. */
const PAUSES_A_TURN = 64;

/**
 * Waits until every promise has settled: Node empties the queue of microtasks between two immediates, and nothing here
 * waits for anything else.
 */
function pauses(): () => Promise<void> {
  let left = 0;
  let resume: (() => void) | undefined;
  const end = (): void => {
    left -= 1;
    const waiting = resume;
    resume = undefined;
    waiting?.();
  };
  return () =>
    new Promise((resolve) => {
      resume = resolve;
      if (left > 0) return;
      for (; left < PAUSES_A_TURN; left += 1) setImmediate(end);
    });
}

function never(): boolean {
  return false;
}
