import type { Desired } from '../desired.ts';
import type { Observed } from '../observed.ts';
import { act, type Step } from '../step.ts';
import { isInPlace } from './roll.ts';

/**
 * The retirement that comes before all else, where there is one: neither a Secret that is refused, nor a rotation that is
 * never answered, nor a field or a workload that is out of reach keeps a secret alive that has leaked. Pure.
 */
export function planUrgent(desired: Desired, observed: Observed): Step | undefined {
  const { retirement } = observed;
  if (retirement.type !== 'due') return undefined;
  const isUrgent = hasLeaked(desired, retirement) && isInPlace(observed);
  return retirement.room === 'none' || isUrgent ? retire(retirement) : undefined;
}

/** Whether a person asks for it, or has, by a request that a rotation has ended since. Pure. */
export function hasLeaked({ requests }: Desired, retirement: Observed['retirement']): boolean {
  return requests.retire !== undefined || (retirement.type === 'due' && retirement.because === 'requested');
}

/** The step that retires what is due. Pure. */
export function retire({ name, because }: Extract<Observed['retirement'], { type: 'due' }>): Step {
  return act({ type: 'retire', name, because });
}
