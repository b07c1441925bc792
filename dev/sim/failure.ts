import { INVARIANTS } from './invariants/all.ts';
import type { Invariant } from './invariants/invariant.ts';
import { play, type Verdict } from './play.ts';
import type { Scenario } from './scenario/scenario.ts';
import { shrink } from './shrink.ts';
import { traceInWords } from './trace.ts';

/** Shortens a story that broke a promise, and tells it in words. */
export async function tellFailure(
  scenario: Scenario,
  verdict: Verdict,
  write: (line: string) => void,
  invariants: readonly Invariant[] = INVARIANTS,
): Promise<void> {
  const { seed, steps } = scenario;
  for (const { invariant, sentence } of verdict.accusations) write(`seed ${seed} breaks ${invariant}: ${sentence}`);
  const { scenario: short, tries } = await shrink(scenario, verdict, invariants);
  write(`shortened from ${steps.length} to ${short.steps.length} steps in ${tries} tries:`);
  write(`  ${JSON.stringify(short.shape)}`);
  await play(
    short,
    traceInWords((line) => write(`  ${line}`)),
    undefined,
    invariants,
  );
  write(`again: npm run sim -- --seed ${seed}`);
}
