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
