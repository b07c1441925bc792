import { setTimeout as delay } from 'node:timers/promises';

const LIMIT_MS = 60_000;
const POLL_MS = 50;

/** Asks until there is an answer. @throws Error when there is none within `limitMs` */
export async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  limitMs: number = LIMIT_MS,
): Promise<T> {
  const start = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() - start > limitMs) throw new Error(`${what}: not within ${limitMs / 1_000} s`);
    await delay(POLL_MS);
  }
}
