import type { Desired } from '../desired.ts';
import type { Observed } from '../observed.ts';
import { type Action, act, type Step } from '../step.ts';

const ROLL: Action = { type: 'roll' };

/**
 * A rotation has its end once the workloads have the new value, and where one secret works at a time they log in with
 * nothing until then (protocol T4). That takes no call at the provider: they are asked before it is said why nothing else
 * is done, and beside whatever may be refused; and before an object goes that leaves its Secret behind, as nobody would
 * ask them afterwards (D4). Pure.
 */
export function withRoll(step: Step, { lifecycle, deletionPolicy }: Desired, observed: Observed): Step {
  if (!isRollDue(observed)) return step;
  if (lifecycle === 'deleted') return deletionPolicy === 'Retain' ? act(ROLL) : step;
  if (step.type !== 'act') return act(ROLL);
  return step.action.type === 'roll' ? step : { ...step, beside: [ROLL, ...(step.beside ?? [])] };
}

/** A rotation owes a roll, and the value is where the workloads find it. */
export function isRollDue(observed: Observed): boolean {
  return observed.roll === 'due' && isInPlace(observed);
}

/** Nobody waits for the secret in use: it was delivered, and is missing nowhere. */
export function isInPlace({ facts, secret }: Pick<Observed, 'facts' | 'secret'>): boolean {
  return facts.secret?.delivered === true && secret.type !== 'absent' && secret.type !== 'replaced';
}
