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
 * Waits until `check` resolves to true, while all `parts` run. A check that rejects is asked again.
 *
 * @throws PartEnded
 * @throws Error after `withinMs`
 */
export async function awaitState(
  what: string,
  parts: readonly Part[],
  check: () => Promise<boolean>,
  withinMs: number,
): Promise<void> {
  const start = performance.now();
  let last: unknown;
  while (performance.now() - start < withinMs) {
    for (const part of parts) {
      const log = await part.endOfLogIfEnded();
      if (log !== undefined) throw new PartEnded(part.name, log);
    }
    const holds = await check().catch((error: unknown) => {
      last = error;
      return false;
    });
    if (holds) return;
    await delay(POLL_MS);
  }
  throw new Error(`${what} took longer than ${withinMs / 1_000} s`, { cause: last });
}
