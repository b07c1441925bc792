import { INVARIANTS } from './invariants/all.ts';
import type { Invariant } from './invariants/invariant.ts';
import { play, type Verdict } from './play.ts';
import type { Scenario, Step } from './scenario/scenario.ts';
import { NO_TRACE } from './trace.ts';

/** What a story was shortened to, and what is still broken in it. */
export interface Shrunk {
  readonly scenario: Scenario;
  readonly verdict: Verdict;
  /** How many stories were played. */
  readonly tries: number;
}

/** More would take longer than reading the story does. */
const MOST_TRIES = 400;

/**
 * Leaves out of a story, by halves, then quarters and so on, every step without which the same promise is still broken
 * (delta debugging: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input").
 */
export async function shrink(
  failing: Scenario,
  broken: Verdict,
  invariants: readonly Invariant[] = INVARIANTS,
): Promise<Shrunk> {
  const invariant = broken.accusations[0]?.invariant;
  let best = { scenario: failing, verdict: broken };
  let tries = 0;

  async function stillBroken(steps: readonly Step[]): Promise<boolean> {
    tries += 1;
    const scenario = { ...best.scenario, steps };
    const verdict = await play(scenario, NO_TRACE, undefined, invariants);
    if (!verdict.accusations.some((each) => each.invariant === invariant)) return false;
    best = { scenario, verdict };
    return true;
  }

  for (let size = Math.ceil(failing.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.scenario.steps.length && tries < MOST_TRIES; ) {
      const { steps } = best.scenario;
      const without = [...steps.slice(0, from), ...steps.slice(from + size)];
      if (!(await stillBroken(without))) from += size;
    }
  }
  return { ...best, tries };
}
