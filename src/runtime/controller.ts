import type { BackOff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { deadline, sleep } from './clock.ts';
import type { Outcome } from './outcome.ts';
import type { Item, Priority, Queue } from './queue.ts';
import { firstOf } from './signals.ts';

/** Looks at one key and brings what it names into line. Ends soon after `signal` aborts. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<Outcome>;

/** What became of a pass. `failed`: it threw, and the key is backed off from. */
export type PassResult =
  | { readonly type: 'done'; readonly outcome: Outcome }
  | { readonly type: 'failed'; readonly error: unknown };

/** A pass that ended. */
export interface Pass {
  readonly key: string;
  readonly durationMs: number;
  readonly result: PassResult;
}

export interface ControllerOptions {
  readonly queue: Queue;
  readonly backOff: BackOff;
  readonly clock: Clock;
  /** Passes that may run side by side. */
  readonly workers: number;
  /** After this long the signal of a pass aborts with `DeadlineExceeded`, ms. */
  readonly passTimeoutMs: number;
  readonly reconcile: Reconcile;
  /** What a key comes back as after a pass that is backed off from: `behind-others`, as a `retry`. */
  readonly retries: 'as-urgent' | 'behind-others';
  /** Told of every pass, for log and metrics. What it throws is dropped: whoever counts cannot stop the work. */
  readonly onPass: (pass: Pass) => void;
}

/** A pass that is running. */
export interface RunningPass {
  readonly key: string;
  /** Time since it began, ms. */
  readonly runningMs: number;
}

export interface Controller {
  /** Passes that have run for longer than `ms`. Their keys are in nobody else's hands until they end. */
  runningLongerThan(ms: number): readonly RunningPass[];
  /**
   * Closes the queue, waits up to `limitMs` for the running passes, aborts those that are left and gives them a moment
   * to end. Returns the keys of passes that did not end even then.
   */
  drain(limitMs: number): Promise<readonly string[]>;
}

/** The signal's reason in passes that were running when the time to drain was over. */
export class Draining extends Error {
  override readonly name = 'Draining';
}

/** Passes run on without pause for no longer than this: timers and sockets, the lease's among them, wait behind them. */
const LONGEST_STRETCH_MS = 10;

/** The shortest wait that a pass gets: with none, it could find its moment still ahead, and ask again, without end. */
const SOONEST_MS = 1;

/** For a pass whose time to wait is NaN: it may come from a status, into which others can write. */
const SOME_TIME_MS = 60_000;

/**
 * Who comes back later than this waits for a time of his own, and comes back as a `resync`, behind what has changed
 * meanwhile: one whose turn for the budget it was once would go before all requests of people for as long as it is looked
 * at again.
 */
const OF_THIS_WORK_MS = 60_000;

/** How long an aborted pass may take to notice. */
const ABORT_GRACE_MS = 1_000;

/**
 * Hands the keys of `queue` to `workers` loops until drained or until `signal` aborts.
 *
 * Never runs two passes of one key at once (the queue's promise). Nothing that a pass or an observer throws ends a
 * worker. A key comes back with the priority that it had, but for {@link ControllerOptions.retries} and for what comes back
 * in a while: unless it is being deleted it does so as a `resync`, behind what has changed meanwhile.
 */
export function startController(options: ControllerOptions, signal: AbortSignal): Controller {
  const { queue, clock } = options;
  const startedAt = new Map<string, number>();
  const stop = new AbortController();
  const passSignal = firstOf(signal, stop.signal);
  const breathe = breather(clock);

  signal.addEventListener('abort', () => queue.close(), { once: true });
  if (signal.aborted) queue.close();

  async function work(): Promise<void> {
    for (let item = await queue.next(); item !== undefined; item = await queue.next()) {
      startedAt.set(item.key, clock.monotonic());
      await runPass(item, options, passSignal);
      startedAt.delete(item.key);
      queue.done(item.key);
      await breathe();
    }
  }

  const allDone = Promise.all(Array.from({ length: options.workers }, work));

  return {
    runningLongerThan(ms) {
      const now = clock.monotonic();
      return [...startedAt]
        .map(([key, since]) => ({ key, runningMs: now - since }))
        .filter((pass) => pass.runningMs > ms);
    },
    async drain(limitMs) {
      queue.close();
      await within(allDone, limitMs, clock);
      stop.abort(new Draining('the operator is shutting down'));
      await within(allDone, ABORT_GRACE_MS, clock);
      return [...startedAt.keys()];
    },
  };
}

/** One pass and what follows from it for the queue. Never rejects. */
async function runPass(item: Item, options: ControllerOptions, parent: AbortSignal): Promise<void> {
  const { key, priority, failures } = item;
  const { queue, backOff, clock } = options;
  if (failures === 'forgotten') backOff.forget(key);
  const began = clock.monotonic();
  const limit = deadline(clock, options.passTimeoutMs, parent);
  const result = await settled(() => options.reconcile(key, limit.signal));
  limit.clear();

  const outcome: Outcome = result.type === 'failed' ? { type: 'back-off' } : result.outcome;
  switch (outcome.type) {
    case 'await-change':
      backOff.forget(key);
      break;
    case 'again':
      backOff.forget(key);
      queue.addAfter(key, againIn(outcome.afterMs), priorityAgain(priority, outcome.afterMs));
      break;
    case 'back-off':
      queue.addAfter(
        key,
        backOff.next(key, outcome.longestMs),
        options.retries === 'behind-others' ? 'retry' : priority,
      );
      break;
  }

  try {
    options.onPass({ key, durationMs: clock.monotonic() - began, result });
  } catch {
    // See ControllerOptions.onPass.
  }
}

function againIn(afterMs: number): number {
  return Number.isNaN(afterMs) ? SOME_TIME_MS : Math.max(SOONEST_MS, afterMs);
}

/** What is urgent stays so for as long as it is under way. */
function priorityAgain(priority: Priority, afterMs: number): Priority {
  // It fails no longer, or was told when to come back.
  if (priority === 'retry') return 'resync';
  return priority !== 'deletion' && afterMs > OF_THIS_WORK_MS ? 'resync' : priority;
}

async function settled(reconcile: () => Promise<Outcome>): Promise<PassResult> {
  try {
    return { type: 'done', outcome: await reconcile() };
  } catch (error) {
    return { type: 'failed', error };
  }
}

/** Lets the event loop turn once the workers together have held it for long: passes served from caches never wait for it. */
function breather(clock: Clock): () => Promise<void> {
  const never = new AbortController().signal;
  let turnedAt = clock.monotonic();
  return async () => {
    if (clock.monotonic() - turnedAt < LONGEST_STRETCH_MS) return;
    await sleep(clock, 0, never);
    turnedAt = clock.monotonic();
  };
}

/** Resolves when `work` has, or after `limitMs`. */
function within(work: Promise<unknown>, limitMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(resolve, limitMs);
    void work.then(() => {
      timer.cancel();
      resolve();
    });
  });
}
