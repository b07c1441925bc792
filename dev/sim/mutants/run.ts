import { play } from '../play.ts';
import { drawScenario } from '../scenario/draw.ts';
import { NO_TRACE } from '../trace.ts';
import { type Copy, copyWith } from './copy.ts';
import { hunt } from './hunt.ts';
import type { Mutant } from './mutant.ts';

/** The stories from one seed to another, both included. */
export interface Stories {
  readonly from: number;
  readonly to: number;
}

/** A mutant and the stories that are played with it, up to the first that tells. */
export interface Trial {
  readonly mutant: Mutant;
  readonly stories: Stories;
}

/** What became of a mutant. `by`: the invariant that told. */
export type Fate =
  | { readonly type: 'caught'; readonly seed: number; readonly by: string; readonly sentence: string }
  /** `spoilt`: the stories that told, and that break a promise without the mutant, too. */
  | { readonly type: 'survived'; readonly stories: Stories; readonly spoilt: readonly number[] }
  | { readonly type: 'broken'; readonly why: string };

/** A mutant and what became of it. */
export interface Judged {
  readonly mutant: Mutant;
  readonly fate: Fate;
}

export interface RunOptions {
  readonly onStory: () => void;
  readonly onJudged: (judged: Judged) => void;
}

/** Whether a story passes with the operator as it is. */
type Passes = (seed: number) => Promise<boolean>;

/** More would only take the cores from each other, and from everybody else. */
const AT_ONCE = 2;

/** Plays its stories with each mutant in turn, and says which of them it was caught by. */
export async function judgeMutants(trials: readonly Trial[], options: RunOptions): Promise<readonly Judged[]> {
  const passes = unmutated();
  const left = [...trials];
  const judged: Judged[] = [];
  async function work(): Promise<void> {
    for (let trial = left.shift(); trial !== undefined; trial = left.shift()) {
      const each = { mutant: trial.mutant, fate: await fateOf(trial, options, passes) };
      judged.push(each);
      options.onJudged(each);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return trials.flatMap(({ mutant }) => judged.filter((each) => each.mutant === mutant));
}

async function fateOf(trial: Trial, options: RunOptions, passes: Passes): Promise<Fate> {
  const copy = await copyWith(trial.mutant);
  try {
    return await pursue(trial, copy, options, passes);
  } finally {
    await copy.remove();
  }
}

/** A story that accuses without the mutant, too, says nothing of it. */
async function pursue(
  { mutant: { toldBy: judges }, stories }: Trial,
  { folder }: Copy,
  { onStory }: RunOptions,
  passes: Passes,
): Promise<Fate> {
  const spoilt: number[] = [];
  for (let { from } = stories; from <= stories.to; ) {
    const found = await hunt(folder, { from, to: stories.to, judges }, onStory);
    switch (found.type) {
      case 'quiet':
        return { type: 'survived', stories, spoilt };
      case 'broken':
        return { type: 'broken', why: found.why };
      case 'accused': {
        const { seed, invariant: by, sentence } = found;
        if (await passes(seed)) return { type: 'caught', seed, by, sentence };
        spoilt.push(seed);
        from = seed + 1;
      }
    }
  }
  return { type: 'survived', stories, spoilt };
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
