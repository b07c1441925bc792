/** Takes one line for people to read, without a line break. */
export type Progress = (line: string) => void;

/** Starts to count; each call of the result says how long it has been, such as `6 min 23 s`. */
export function elapsed(): () => string {
  const start = performance.now();
  return () => {
    const seconds = Math.round((performance.now() - start) / 1_000);
    const minutes = Math.floor(seconds / 60);
    return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
  };
}
