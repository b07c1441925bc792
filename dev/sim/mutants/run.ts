import { play } from '../play.ts';
import { drawScenario } from '../scenario/draw.ts';
import { NO_TRACE } from '../trace.ts';
import { type Copy, copyWith } from './copy.ts';
import { hunt } from './hunt.ts';
import type { Mutant } from './mutant.ts';

/** What became of a mutant. `by`: the invariant that told. */
export type Fate =
  | { readonly type: 'caught'; readonly seed: number; readonly by: string; readonly sentence: string }
  | { readonly type: 'survived' }
  | { readonly type: 'broken'; readonly why: string };

/** A mutant and what became of it. */
export interface Judged {
  readonly mutant: Mutant;
  readonly fate: Fate;
}

export interface RunOptions {
  /** Stories 1 to so many are played, up to the first that tells on the mutant. */
  readonly stories: number;
  readonly onStory: () => void;
  readonly onJudged: (judged: Judged) => void;
}

/** Whether a story passes with the operator as it is. */
type Passes = (seed: number) => Promise<boolean>;

/** More would only take the cores from each other, and from everybody else. */
const AT_ONCE = 2;

/** Plays the fixed stories with each mutant in turn, and says which of them it was caught by. */
export async function judgeMutants(mutants: readonly Mutant[], options: RunOptions): Promise<readonly Judged[]> {
  const passes = unmutated();
  const left = [...mutants];
  const judged: Judged[] = [];
  async function work(): Promise<void> {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const each = { mutant, fate: await fateOf(mutant, options, passes) };
      judged.push(each);
      options.onJudged(each);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return mutants.flatMap((mutant) => judged.filter((each) => each.mutant === mutant));
}

async function fateOf(mutant: Mutant, options: RunOptions, passes: Passes): Promise<Fate> {
  const copy = await copyWith(mutant);
  try {
    return await pursue(mutant, copy, options, passes);
  } finally {
    await copy.remove();
  }
}

/** A story that accuses without the mutant, too, says nothing of it. */
async function pursue(
  { toldBy: judges }: Mutant,
  { folder }: Copy,
  { stories: to, onStory }: RunOptions,
  passes: Passes,
): Promise<Fate> {
  for (let from = 1; from <= to; ) {
    const found = await hunt(folder, { from, to, judges }, onStory);
    switch (found.type) {
      case 'quiet':
        return { type: 'survived' };
      case 'broken':
        return { type: 'broken', why: found.why };
      case 'accused': {
        const { seed, invariant: by, sentence } = found;
        if (await passes(seed)) return { type: 'caught', seed, by, sentence };
        from = seed + 1;
      }
    }
  }
  return { type: 'survived' };
}

/** Each story is played once at most. */
function unmutated(): Passes {
  const known = new Map<number, Promise<boolean>>();
  return (seed) => {
    const verdict = known.get(seed) ?? play(drawScenario(seed), NO_TRACE).then((each) => each.accusations.length === 0);
    known.set(seed, verdict);
    return verdict;
  };
}
