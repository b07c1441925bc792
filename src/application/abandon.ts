import type { OAuthApplication } from '../api/application.ts';
import type { Reason } from '../api/conditions.ts';
import { ANNOTATIONS } from '../api/names.ts';
import { factsOf, hasFinalizer } from './facts.ts';
import { warning } from './happenings.ts';
import type { Subject } from './subject.ts';
import type { Verdict } from './verdict.ts';

/** Waits that end by themselves: the provider answers, or will be asked in a moment. */
const GOES_ON: ReadonlySet<Reason> = new Set(['Settling', 'WaitingForBudget', 'Throttled', 'Progressing']);

/**
 * Whether a deletion ends here although the registration may still be there (protocol D3): a person said so, and a try
 * was made in this deletion and failed. Pure.
 */
export function mayAbandonNow(application: OAuthApplication, verdict: Verdict): boolean {
  if (!isToBeAbandoned(application) || !hasFinalizer(application) || verdict.type === 'silent') return false;
  return !GOES_ON.has(verdict.reason);
}

/** Whether a person wants the object gone, whatever becomes of its registration. Pure. */
export function isToBeAbandoned({ metadata: { deletionTimestamp, annotations } }: OAuthApplication): boolean {
  return deletionTimestamp !== undefined && annotations?.[ANNOTATIONS.abandon] === 'true';
}

/** The finalizer goes; what may be left at the provider is named once more. */
export async function abandon(subject: Subject): Promise<void> {
  const { applicationId } = factsOf(subject.application());
  const left = applicationId === undefined ? 'what it may have registered' : `registration ${applicationId}`;
  subject.tell(warning('Abandoned', 'Abandon', `Gave up deleting ${left} at the provider, as requested`));
  await subject.removeFinalizer();
}
