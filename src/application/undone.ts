import type { Reason } from '../api/conditions.ts';
import type { ProviderError } from '../idp/errors.ts';
import type { ClusterError } from './ports/errors.ts';
import { judgeError, type Verdict } from './verdict.ts';

/** Why workloads have no new Pods with the value that is in the Secret now. */
export interface Unrolled {
  readonly reason: Extract<Reason, 'ApiForbidden' | 'RollRefused'>;
  readonly message: string;
}

/** A superseded secret that the provider was to delete, and why it did not. */
export interface Unretired {
  readonly name: string;
  readonly error: ProviderError;
}

/** What a pass was to do and could not, and which kept it from nothing else. */
export interface Undone {
  readonly unrolled: Unrolled | undefined;
  readonly unretired: readonly Unretired[];
}

/** What a person is told of it. `what`: the workloads, as the beginning of a sentence. */
export function unrolledFor(what: string, { code, message }: ClusterError): Unrolled {
  return {
    reason: code === 'forbidden' ? 'ApiForbidden' : 'RollRefused',
    message: `${what} got no new Pods with the new secret: ${message}`,
  };
}

/** The verdict of a pass that left this undone: that is told whatever else is, and tried again. Pure. */
export function withUndone(verdict: Verdict, { unrolled, unretired }: Undone, nowMs: number): Verdict {
  const told = unrolled === undefined ? verdict : withWord(verdict, { progress: 'stalled', ...unrolled });
  const [first, ...others] = unretired;
  if (first === undefined) return told;
  const judged = judgeError(first.error, nowMs);
  if (judged.type === 'silent') return told;
  const what = others.length === 0 ? `secret ${first.name}` : `secret ${first.name} and ${others.length} more`;
  const { progress, reason } = judged;
  return withWord(told, { progress, reason, message: `Superseded ${what} not deleted: ${judged.message}` });
}

type Word = Pick<Extract<Verdict, { type: 'told' }>, 'progress' | 'reason' | 'message'>;

function withWord(verdict: Verdict, { progress, reason, message }: Word): Verdict {
  if (verdict.type === 'silent') return verdict;
  const again = { type: 'back-off' } as const;
  if (verdict.ready === 'True') {
    const messages = `${message}; ${verdict.message}`;
    return { ...verdict, ready: 'False', progress, reason, message: messages, next: again };
  }
  // What ended without the registration before its eyes is looked at again for its own cause, where it has one.
  const isLookedAt = verdict.registration === undefined && verdict.next.type !== 'await-change';
  const next = isLookedAt ? verdict.next : again;
  return { ...verdict, message: `${verdict.message}; ${message}`, next };
}
