import { fork } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';

/** What the stories from one seed to another came to, up to the first in which a judge accuses. */
export type Hunt =
  | { readonly type: 'accused'; readonly seed: number; readonly invariant: string; readonly sentence: string }
  | { readonly type: 'quiet' }
  /** The process fell, or a story did not end. */
  | { readonly type: 'broken'; readonly why: string };

/** The stories of a hunt, and whose word counts in them. */
export interface Hunted {
  /** The first seed. */
  readonly from: number;
  /** The last one. */
  readonly to: number;
  /** Invariants, by name. */
  readonly judges: readonly string[];
}

/** A story takes seconds; on a busy machine longer. */
const LONGEST_STORY_MS = 180_000;

const Said = z.object({
  seed: z.number(),
  accusation: z.object({ invariant: z.string(), sentence: z.string() }).optional(),
});

/** Plays stories in a process of their own, with the operator and the simulator of `folder`. */
export async function hunt(folder: string, { from, to, judges }: Hunted, onStory: () => void): Promise<Hunt> {
  const program = join(folder, 'dev/sim/mutants/programs/hunt.ts');
  const child = fork(program, [String(from), String(to), ...judges], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // What is kept of a folder that goes is of use to nobody.
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' },
  });
  const { promise, resolve } = Promise.withResolvers<Hunt>();
  let next = from;
  let complaint = '';
  let alarm: NodeJS.Timeout | undefined;
  const wait = (): void => {
    clearTimeout(alarm);
    alarm = setTimeout(() => end({ type: 'broken', why: `story ${next} does not end` }), LONGEST_STORY_MS);
  };
  const end = (result: Hunt): void => {
    clearTimeout(alarm);
    child.kill('SIGKILL');
    resolve(result);
  };
  wait();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  child.on('message', (message) => {
    const { seed, accusation } = Said.parse(message);
    next = seed + 1;
    onStory();
    if (accusation !== undefined) return end({ type: 'accused', seed, ...accusation });
    if (seed === to) return end({ type: 'quiet' });
    wait();
  });
  child.once('close', () => end({ type: 'broken', why: `story ${next}: ${complaint.trim()}` }));
  return promise;
}
