import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FIXED_STORIES } from '../fixed.ts';
import { MUTANTS } from './all.ts';
import type { Mutant } from './mutant.ts';
import { type Judged, judgeMutants, type Trial } from './run.ts';
import { lineOf, pageOf, storiesIn } from './table.ts';

const PAGE = join(import.meta.dirname, '../../../docs/guarantees/mutants.md');
const PROGRESS_MS = 10_000;

const ADVICE = `Each has to be told of in the story that docs/guarantees/mutants.md names for it, in which no promise is broken
without it. Where that changed on purpose, \`npm run sim -- --mutants --write\` finds another story.`;

export interface CheckOptions {
  /** One of them alone; `undefined`: all. */
  readonly only: string | undefined;
  /** `hunt`: the fixed stories, up to the first that tells. `write`: and writes the docs. `told`: the one in the docs alone. */
  readonly how: 'hunt' | 'write' | 'told';
  readonly write: (line: string) => void;
}

/** Shows that each mutant is caught. Returns the exit code: 1 where one survives, 2 where there is none of this name. */
export async function checkMutants({ only, how, write }: CheckOptions): Promise<number> {
  const mutants = MUTANTS.filter(({ name }) => only === undefined || name === only);
  if (mutants.length === 0) {
    write(`there is no mutant ${only}; there are ${MUTANTS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const trials = how === 'told' ? await toldTrials(mutants) : mutants.map(longTrial);
  const judged = await judgeAloud(trials, write);
  if (how === 'write') {
    await mkdir(dirname(PAGE), { recursive: true });
    await writeFile(PAGE, pageOf(judged));
  }
  const caught = new Set(judged.filter(({ fate }) => fate.type === 'caught').map(({ mutant }) => mutant));
  write(`${caught.size} of ${mutants.length} caught`);
  if (caught.size === mutants.length) return 0;
  const others = mutants.filter((mutant) => !caught.has(mutant)).map(({ name }) => name);
  write(`NOT caught: ${others.join(', ')}`);
  if (how === 'told') write(ADVICE);
  return 1;
}

function longTrial(mutant: Mutant): Trial {
  return { mutant, stories: { from: 1, to: FIXED_STORIES } };
}

/** Without those for which the docs name no story. */
async function toldTrials(mutants: readonly Mutant[]): Promise<readonly Trial[]> {
  const stories = storiesIn(await readFile(PAGE, 'utf8'));
  return mutants.flatMap((mutant) => {
    const story = stories.get(mutant.name);
    return story === undefined ? [] : [{ mutant, stories: { from: story, to: story } }];
  });
}

async function judgeAloud(trials: readonly Trial[], write: (line: string) => void): Promise<readonly Judged[]> {
  let done = 0;
  let played = 0;
  const most = Math.max(0, ...trials.map(({ stories }) => stories.to - stories.from + 1));
  write(`${trials.length} mutants, stories with each: at most ${most}`);
  const progress = setInterval(() => write(`  ${done} of ${trials.length} judged, ${played} stories`), PROGRESS_MS);
  return judgeMutants(trials, {
    onStory() {
      played += 1;
    },
    onJudged(each) {
      done += 1;
      write(lineOf(each));
    },
  }).finally(() => clearInterval(progress));
}
