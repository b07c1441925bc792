/** Takes one line for people to read, without a line break. */
export type Progress = (line: string) => void;

/** How often a step that goes on says so, unless a caller has its own idea. */
const TICK_MS = 15_000;

/**
 * Runs a step that takes long and calls `onTick` now and then while it runs, with the time it has taken, such as
 * `6 min 23 s`.
 *
 * @returns what the step came to, and how long it took in the same form
 */
export async function timed<T>(
  step: () => Promise<T>,
  onTick: (elapsed: string) => void,
  tickMs: number = TICK_MS,
): Promise<{ readonly result: T; readonly took: string }> {
  const start = performance.now();
  const elapsed = (): string => inWords(performance.now() - start);
  const ticker = setInterval(() => onTick(elapsed()), tickMs);
  try {
    return { result: await step(), took: elapsed() };
  } finally {
    clearInterval(ticker);
  }
}

/** A duration for people to read, such as `6 min 23 s`. */
function inWords(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
