import { setTimeout as delay } from 'node:timers/promises';

const WAIT_LIMIT_MS = 90_000;
const POLL_MS = 50;

/** No issued secret may reach a test report: those of logi by their prefix, those of Logto by their length. */
const ISSUED = /logi_secret_[0-9a-f]+|\b[0-9A-Za-z]{32}\b/g;

/** Resolves with what `read` gives as soon as `holds` holds of it. @throws Error with the last value, when it never does */
export async function until<T>(
  what: string,
  read: () => T | Promise<T>,
  holds: (value: Awaited<T>) => boolean,
  limitMs = WAIT_LIMIT_MS,
): Promise<Awaited<T>> {
  const start = performance.now();
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() - start > limitMs) {
      const shown = JSON.stringify(value, undefined, 1)?.replaceAll(ISSUED, '(issued secret)');
      throw new Error(`still not so: ${what}\n${shown}`);
    }
    await delay(POLL_MS);
  }
}
