import type { ProviderError } from '../idp/errors.ts';
import { withUndone } from './undone.ts';
import { judgeError, type Verdict } from './verdict.ts';

/** A superseded secret that the provider was to delete, and why it did not. */
export interface Unretired {
  readonly name: string;
  readonly error: ProviderError;
}

/** The verdict of a pass that left superseded secrets alive which were to go: that is told whatever else is, and tried again. Pure. */
export function withUnretired(verdict: Verdict, unretired: readonly Unretired[], nowMs: number): Verdict {
  const [first, ...others] = unretired;
  if (first === undefined) return verdict;
  const judged = judgeError(first.error, nowMs);
  if (judged.type === 'silent') return verdict;
  const what = others.length === 0 ? `secret ${first.name}` : `secret ${first.name} and ${others.length} more`;
  const { progress, reason } = judged;
  return withUndone(verdict, { progress, reason, message: `Superseded ${what} not deleted: ${judged.message}` });
}
