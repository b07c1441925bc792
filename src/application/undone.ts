import type { Verdict } from './verdict.ts';

/** What a pass was to do and could not, and which kept it from nothing else. */
export type Undone = Pick<Extract<Verdict, { type: 'told' }>, 'progress' | 'reason' | 'message'>;

/** The verdict of a pass that left this undone: that is told whatever else is, and tried again. Pure. */
export function withUndone(verdict: Verdict, { progress, reason, message }: Undone): Verdict {
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
