import type { Clock } from '../runtime/clock.ts';

/** The API server's time, from the `Date` header of its answers (RFC 9110 section 6.6.1, whole seconds). */
export interface ServerClock {
  /** Takes note of an answer that has just arrived. */
  heard(headers: Readonly<Record<string, string>>): void;
  /** Milliseconds since the Unix epoch; our own clock's before the first answer. */
  now(): number;
  /** Milliseconds by which our wall clock is ahead; `undefined` before the first answer. */
  skewMs(): number | undefined;
}

export function serverClock(clock: Clock): ServerClock {
  let heardAt: { readonly server: number; readonly monotonic: number } | undefined;

  /** Goes on by the monotonic clock, so that a step of our own wall clock does not move the server's. */
  const current = (): number | undefined =>
    heardAt === undefined ? undefined : heardAt.server + (clock.monotonic() - heardAt.monotonic);

  return {
    heard(headers) {
      const server = Date.parse(headers['date'] ?? '');
      if (!Number.isNaN(server)) heardAt = { server, monotonic: clock.monotonic() };
    },
    now: () => current() ?? clock.now(),
    skewMs() {
      const server = current();
      return server === undefined ? undefined : clock.now() - server;
    },
  };
}
