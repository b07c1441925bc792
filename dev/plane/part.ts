import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../child.ts';
import { spawnChild } from '../child.ts';

/** One program of a plane. */
export interface Part {
  readonly name: string;
  /** The end of its log if it has ended by itself, undefined while it runs. */
  endOfLogIfEnded(): Promise<string | undefined>;
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
const POLL_MS = 100;
const LOG_TAIL = 2_000;

/** Starts a part; its log is `<name>.log` in `folder`. */
export function startPart(name: string, binary: string, args: readonly string[], folder: string): Part {
  const log = join(folder, `${name}.log`);
  let current = start();

  return {
    name,
    async endOfLogIfEnded() {
      return current.ended ? (await readFile(log, 'utf8')).trim().slice(-LOG_TAIL) : undefined;
    },
    async restart() {
      await current.child.end('SIGKILL');
      current = start();
    },
    async end() {
      await current.child.end('SIGKILL');
    },
  };

  function start(): { readonly child: Child; ended: boolean } {
    const child = spawnChild(binary, args, { log });
    const state = { child, ended: false };
    const markEnded = (): void => {
      state.ended = true;
    };
    child.exited.then(markEnded, markEnded);
    return state;
  }
}

/**
 * Asks until there is an answer other than undefined or false, while all `parts` run. A question that rejects is
 * asked again.
 *
 * @throws PartEnded
 * @throws Error after two minutes
 */
export async function awaitState<T>(
  what: string,
  parts: readonly Part[],
  ask: () => Promise<T | undefined | false>,
): Promise<T> {
  const start = performance.now();
  let cause: unknown;
  while (performance.now() - start < LIMIT_MS) {
    for (const part of parts) {
      const log = await part.endOfLogIfEnded();
      if (log !== undefined) throw new PartEnded(part.name, log);
    }
    const answer = await ask().catch((error: unknown) => {
      cause = error;
      return undefined;
    });
    if (answer !== undefined && answer !== false) return answer;
    await delay(POLL_MS);
  }
  throw new Error(`${what} took longer than ${LIMIT_MS / 1_000} s`, { cause });
}
