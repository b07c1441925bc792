/** Lets a limited number pass at a time, in the order of arrival. */
export interface Gate {
  /** Runs `work` when there is room. @throws the reason of `signal` as soon as it aborts while waiting */
  pass<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/**
 * A gate in front of a connection pool.
 *
 * The pool itself must never queue: a request in undici's queue can neither be aborted nor does any timer of its own run.
 */
export function createGate(places: number): Gate {
  const waiting = new Set<() => void>();
  let free = places;

  return {
    async pass(work, signal) {
      signal.throwIfAborted();
      if (free > 0) free -= 1;
      else await turn(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };

  /** Resolves when a leaver hands its place over. */
  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = (): void => {
        waiting.delete(enter);
        reject(signal.reason);
      };
      waiting.add(enter);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  }
}
