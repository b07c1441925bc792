import type { Clock } from './clock.ts';
import { unlessAborted } from './signals.ts';

/** Reads that many ask for at once, and of which few have to be made. */
export interface SharedReads<T> {
  /**
   * What a read of `key` gave that began at `startedAfterMs` (monotonic) or later. Whoever leaves early takes the answer
   * away from nobody else.
   *
   * @throws what the read throws, to all who share it, or the reason of `signal`
   */
  read(key: string, startedAfterMs: number, signal: AbortSignal): Promise<T>;
}

interface Flight<T> {
  readonly startedAtMs: number;
  readonly answer: Promise<T>;
  /** Begins when this one is over, for all who came too late for it. */
  next: Promise<T> | undefined;
}

/**
 * Makes one read of a key at a time. Nothing is kept: what has been read is gone once all who waited have it.
 *
 * @param readKey ends by itself, as no caller's signal reaches it
 */
export function createSharedReads<T>(
  clock: Pick<Clock, 'monotonic'>,
  readKey: (key: string) => Promise<T>,
): SharedReads<T> {
  const flights = new Map<string, Flight<T>>();

  return {
    async read(key, startedAfterMs, signal) {
      signal.throwIfAborted();
      return unlessAborted(joined(key, startedAfterMs), signal);
    },
  };

  function joined(key: string, startedAfterMs: number): Promise<T> {
    const flight = flights.get(key);
    if (flight === undefined) return begin(key);
    if (flight.startedAtMs >= startedAfterMs) return flight.answer;
    flight.next ??= flight.answer.then(
      () => begin(key),
      () => begin(key),
    );
    return flight.next;
  }

  function begin(key: string): Promise<T> {
    const startedAtMs = clock.monotonic();
    const answer = readKey(key);
    const flight: Flight<T> = { startedAtMs, answer, next: undefined };
    flights.set(key, flight);
    const land = (): void => {
      if (flight.next === undefined) flights.delete(key);
    };
    answer.then(land, land);
    return answer;
  }
}
