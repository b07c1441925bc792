import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../child.ts';
import { spawnChild } from '../child.ts';

/** One program of a plane. */
export interface Part {
  readonly name: string;
  /** Aborts when the program that runs now has ended. */
  ended(): AbortSignal;
  /** The end of its log, across restarts. */
  endOfLog(): Promise<string>;
  /** Kills it without warning and starts it again with the same arguments. */
  restart(): Promise<void>;
  /** Kills it. Safe to call twice. */
  end(): Promise<void>;
}

/** A part ended before the plane was ready. */
export class PartEnded extends Error {
  override readonly name = 'PartEnded';
  readonly log: string;

  constructor(part: string, log: string) {
    super(`${part} ended:\n${log}`);
    this.log = log;
  }
}

/** Generous, for machines that are busy with other planes. */
const LIMIT_MS = 120_000;

/** Collect garbage less often than Go does by itself: a plane lives for minutes, and has more memory than processors. */
const ENVIRONMENT = { GOGC: '400' };

const POLL_MS = 100;
const LOG_TAIL = 2_000;

/** Starts a part; its log is `<name>.log` in `folder`. */
export function startPart(name: string, binary: string, args: readonly string[], folder: string): Part {
  const log = join(folder, `${name}.log`);
  let current = start();

  return {
    name,
    ended: () => current.ended,
    async endOfLog() {
      return (await readFile(log, 'utf8')).trim().slice(-LOG_TAIL);
    },
    async restart() {
      await current.child.end('SIGKILL');
      current = start();
    },
    async end() {
      await current.child.end('SIGKILL');
    },
  };

  function start(): { readonly child: Child; readonly ended: AbortSignal } {
    const child = spawnChild(binary, args, { log, env: { ...ENVIRONMENT, ...process.env } });
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    child.exited.then(abort, abort);
    return { child, ended: controller.signal };
  }
}

/**
 * Asks until there is an answer other than undefined or false, while all `parts` run. A question that rejects is
 * asked again; its signal aborts when a part ends.
 *
 * @throws PartEnded
 * @throws Error after two minutes
 */
export async function awaitState<T>(
  what: string,
  parts: readonly Part[],
  ask: (signal: AbortSignal) => Promise<T | undefined | false>,
): Promise<T> {
  const start = performance.now();
  const ended = AbortSignal.any(parts.map((part) => part.ended()));
  let cause: unknown;
  while (performance.now() - start < LIMIT_MS) {
    const answer = await ask(ended).catch((error: unknown) => {
      cause = error;
      return undefined;
    });
    for (const part of parts) {
      if (part.ended().aborted) throw new PartEnded(part.name, await part.endOfLog());
    }
    if (answer !== undefined && answer !== false) return answer;
    await delay(POLL_MS);
  }
  throw new Error(`${what} took longer than ${LIMIT_MS / 1_000} s`, { cause });
}
