import type { Clock, Timer } from './clock.ts';
import { heap } from './heap.ts';
import { createReady, type Due, isDueBefore } from './ready.ts';

/** In the order in which keys are served. `retry`: of what failed, where it may take a worker for long to fail again. */
export type Priority = 'deletion' | 'requested' | 'change' | 'resync' | 'retry';

/** A key to look at, and how urgent it was. */
export interface Item {
  readonly key: string;
  readonly priority: Priority;
  /** Whether the failures in a row until now still count for the delay after the next one. */
  readonly failures: 'counted' | 'forgotten';
}

/** What the queue tells whoever counts, who must not throw. Times in ms. */
export interface QueueObserver {
  /** A key was asked for that was not waiting already. */
  added(): void;
  /** A key was handed out after waiting this long since it was due. */
  handedOut(waitedMs: number): void;
  /** Work on a key ended. */
  finished(workedMs: number): void;
}

/** A moment's view of the queue, for gauges. */
export interface QueueStats {
  /** Keys that are due and wait for a worker. */
  readonly depth: number;
  /** Sum over the running keys of the time since they were handed out, ms. */
  readonly unfinishedMs: number;
  /** The longest of these times, ms. */
  readonly longestRunningMs: number;
}

/**
 * Keys that somebody must look at, each at most once, after client-go's work queue.
 *
 * A key waits at most once: of two requests the earlier time and the higher priority win. A key that has been handed out
 * is not handed out again before {@link Queue.done}; what is asked for meanwhile is kept until then.
 */
export interface Queue {
  /** Asks for `key` as soon as a worker is free. */
  add(key: string, priority: Priority): void;
  /**
   * The same, where somebody has changed what its failures came of, so that they count no more. Not for what our own
   * passes cause: two that fail over one thing, and touch it at each try, are parted only by pauses that grow.
   */
  renew(key: string, priority: Priority): void;
  /** Asks for `key` in `afterMs`, or earlier when somebody else asks for that. */
  addAfter(key: string, afterMs: number, priority: Priority): void;
  /** The key whose turn it is of those that are due. Waits for one; `undefined` once the queue is closed. */
  next(): Promise<Item | undefined>;
  /** Must follow each key that {@link Queue.next} gave. */
  done(key: string): void;
  /** Hands out nothing more, and forgets everything that waits. Safe to call twice. */
  close(): void;
  stats(): QueueStats;
}

/** A request for a key. It stands in one place: among the ready, among the delayed, or held while the key is in work. */
type Entry = Item & Due;

const ORDER = { deletion: 0, requested: 1, change: 2, resync: 3, retry: 4 } as const satisfies Record<Priority, number>;

/** An empty queue. @param groupOf whom a key belongs to, for groups that are served in turn; by default all are one */
export function createQueue(clock: Clock, observer: QueueObserver, groupOf: (key: string) => string = () => ''): Queue {
  const entries = new Map<string, Entry>();
  const ready = createReady<Entry>(groupOf);
  const delayed = heap<Entry>(isDueBefore);
  const handedOutAt = new Map<string, number>();
  const waiters: ((item: Item | undefined) => void)[] = [];
  const alarm = alarmClock(clock, promote);
  let sequence = 0;
  let closed = false;

  function ask(key: string, afterMs: number, priority: Priority, failures: Item['failures']): void {
    if (closed) return;
    // Not Math.max: a delay that is not a number must not make a key that is never due.
    const dueAt = clock.monotonic() + (afterMs > 0 ? afterMs : 0);
    const known = entries.get(key);
    if (known === undefined) {
      observer.added();
      sequence += 1;
      admit({ key, priority, failures, dueAt, sequence });
    } else if (dueAt < known.dueAt || ORDER[priority] < ORDER[known.priority] || isForgiven(known, failures)) {
      withdraw(known);
      admit({
        ...known,
        dueAt: Math.min(dueAt, known.dueAt),
        priority: moreUrgent(priority, known.priority),
        failures: known.failures === 'forgotten' ? 'forgotten' : failures,
      });
    }
    promote();
  }

  function admit(entry: Entry): void {
    entries.set(entry.key, entry);
    if (!handedOutAt.has(entry.key)) delayed.push(entry);
  }

  function withdraw(entry: Entry): void {
    entries.delete(entry.key);
    ready.remove(entry);
    delayed.remove(entry);
  }

  /** Moves what has become due to the ready, serves who waits, and sets the alarm for the rest. */
  function promote(): void {
    const now = clock.monotonic();
    for (let first = delayed.peek(); first !== undefined && first.dueAt <= now; first = delayed.peek()) {
      delayed.remove(first);
      ready.push(first);
    }
    while (waiters.length > 0 && ready.size() > 0) waiters.shift()?.(handOut());
    alarm.setFor(delayed.peek()?.dueAt);
  }

  function handOut(): Item | undefined {
    const entry = ready.take();
    if (entry === undefined) return undefined;
    entries.delete(entry.key);
    const now = clock.monotonic();
    handedOutAt.set(entry.key, now);
    observer.handedOut(now - entry.dueAt);
    const { key, priority, failures } = entry;
    return { key, priority, failures };
  }

  return {
    add: (key, priority) => ask(key, 0, priority, 'counted'),
    renew: (key, priority) => ask(key, 0, priority, 'forgotten'),
    addAfter: (key, afterMs, priority) => ask(key, afterMs, priority, 'counted'),
    next() {
      if (closed) return Promise.resolve(undefined);
      promote();
      return ready.size() > 0 ? Promise.resolve(handOut()) : new Promise((resolve) => waiters.push(resolve));
    },
    done(key) {
      const since = handedOutAt.get(key);
      if (since === undefined) return;
      handedOutAt.delete(key);
      observer.finished(clock.monotonic() - since);
      const held = entries.get(key);
      if (held !== undefined) delayed.push(held);
      promote();
    },
    close() {
      closed = true;
      for (const entry of entries.values()) withdraw(entry);
      alarm.setFor(undefined);
      for (const waiter of waiters.splice(0)) waiter(undefined);
    },
    stats() {
      const now = clock.monotonic();
      const ages = [...handedOutAt.values()].map((since) => now - since);
      return {
        depth: ready.size(),
        unfinishedMs: ages.reduce((sum, age) => sum + age, 0),
        longestRunningMs: Math.max(0, ...ages),
      };
    },
  };
}

/** One timer, however many keys wait. A timer that fires early, as a clipped one does, finds nothing due and is set anew. */
function alarmClock(clock: Clock, ring: () => void): { setFor(dueAt: number | undefined): void } {
  let timer: Timer | undefined;
  let setAt: number | undefined;
  return {
    setFor(dueAt) {
      if (dueAt === setAt) return;
      timer?.cancel();
      setAt = dueAt;
      if (dueAt === undefined) return;
      timer = clock.setTimer(() => {
        setAt = undefined;
        ring();
      }, dueAt - clock.monotonic());
    },
  };
}

function isForgiven(known: Item, failures: Item['failures']): boolean {
  return known.failures === 'counted' && failures === 'forgotten';
}

function moreUrgent(a: Priority, b: Priority): Priority {
  return ORDER[a] <= ORDER[b] ? a : b;
}
