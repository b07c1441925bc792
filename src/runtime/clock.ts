/** A timer that has been set. */
export interface Timer {
  /** Keeps the callback from running. Safe to call twice, and after it has run. */
  cancel(): void;
}

/**
 * Time, injected everywhere so that the whole operator can run in virtual time.
 *
 * All values are milliseconds.
 */
export interface Clock {
  /** Wall clock since the Unix epoch. For what people and other machines read; it may jump. */
  now(): number;
  /** Time since an arbitrary start that never goes back. For every duration that we measure ourselves. */
  monotonic(): number;
  /** Runs `callback` once, after at least `afterMs`. A pending timer does not keep the process alive by itself. */
  setTimer(callback: () => void, afterMs: number): Timer;
}

/** The longest delay that a Node.js timer can hold: 2^31 - 1 ms, about 24.8 days. A longer one would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's time. The only caller of `Date.now`, `performance.now` and `setTimeout`. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(callback, afterMs) {
    const handle = setTimeout(callback, Math.min(Math.max(0, afterMs), LONGEST_TIMER_MS));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/**
 * Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. Inside a pass only between repeated writes of a secret (protocol S3).
 *
 * @throws the reason of `signal`
 */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal.reason);
    };
    const timer = clock.setTimer(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Why a deadline's signal aborted. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/**
 * A signal that aborts with {@link DeadlineExceeded} after `ms`, or with its parent. Call `clear` when done.
 *
 * Not `AbortSignal.any`: as long as its parent lives, Node 24 keeps every such signal on which somebody listened, and the
 * parents here live as long as the process.
 */
export function deadline(
  clock: Clock,
  ms: number,
  parent: AbortSignal,
): { readonly signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const timer = clock.setTimer(() => controller.abort(new DeadlineExceeded(`no answer within ${ms} ms`)), ms);
  const onParent = (): void => controller.abort(parent.reason);
  const clear = (): void => {
    timer.cancel();
    parent.removeEventListener('abort', onParent);
  };
  if (parent.aborted) onParent();
  else parent.addEventListener('abort', onParent, { once: true });
  return { signal: controller.signal, clear };
}

/**
 * What `call` gives, if it comes within `ms` and before `parent` aborts, even where `call` does not heed its signal.
 *
 * @throws DeadlineExceeded, the reason of `parent`, or what `call` throws
 */
export async function bounded<T>(
  call: (signal: AbortSignal) => Promise<T>,
  ms: number,
  clock: Clock,
  parent: AbortSignal,
): Promise<T> {
  const { signal, clear } = deadline(clock, ms, parent);
  try {
    signal.throwIfAborted();
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return await Promise.race([call(signal), aborted]);
  } finally {
    clear();
  }
}
