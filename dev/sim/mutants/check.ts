import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MUTANTS } from './all.ts';
import { judgeMutants } from './run.ts';
import { lineOf, pageOf } from './table.ts';

const PAGE = join(import.meta.dirname, '../../../docs/guarantees/mutants.md');
const PROGRESS_MS = 10_000;

export interface CheckOptions {
  /** One of them alone; `undefined`: all. */
  readonly only: string | undefined;
  readonly stories: number;
  /** `page`: the docs are written anew, too. */
  readonly into: 'terminal' | 'page';
  readonly write: (line: string) => void;
}

/** Shows that each mutant is caught. Returns the exit code: 1 where one survives, 2 where there is none of this name. */
export async function checkMutants({ only, stories, into, write }: CheckOptions): Promise<number> {
  const mutants = MUTANTS.filter(({ name }) => only === undefined || name === only);
  if (mutants.length === 0) {
    write(`there is no mutant ${only}; there are ${MUTANTS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  let done = 0;
  let played = 0;
  write(`${mutants.length} mutants, at most ${stories} stories each`);
  const progress = setInterval(() => write(`  ${done} of ${mutants.length} judged, ${played} stories`), PROGRESS_MS);
  const judged = await judgeMutants(mutants, {
    stories,
    onStory() {
      played += 1;
    },
    onJudged(each) {
      done += 1;
      write(lineOf(each));
    },
  }).finally(() => clearInterval(progress));
  if (into === 'page') {
    await mkdir(dirname(PAGE), { recursive: true });
    await writeFile(PAGE, pageOf(judged));
  }
  const caught = judged.filter(({ fate }) => fate.type === 'caught').length;
  write(`${caught} of ${judged.length} caught`);
  return caught === judged.length ? 0 : 1;
}
