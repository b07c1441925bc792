/**
 * A signal that aborts with the first of the two, and with its reason.
 *
 * Not `AbortSignal.any`: until it aborts, Node 24 keeps every such signal on which somebody listens, and with it an
 * operator that nobody knows any more.
 */
export function firstOf(one: AbortSignal, other: AbortSignal): AbortSignal {
  const controller = new AbortController();
  for (const signal of [one, other]) {
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  }
  return controller.signal;
}

/**
 * What `work` gives, unless `signal` aborts first: for what many wait for together, so that the signal of none may end it.
 *
 * @throws the reason of `signal`, or what `work` throws
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([aborted.promise, work]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
