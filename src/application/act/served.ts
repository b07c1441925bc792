import { tokensOf } from '../desired.ts';
import type { Pass } from '../pass.ts';
import type { Facts, OperationRecord } from '../ports/applications.ts';
import { withServed } from '../served.ts';

/**
 * The tokens that are served once an operation is done (protocol T1).
 *
 * A rotation serves the token that asked for it, and no other. Tokens that stand in the annotations when the application
 * is first registered, or taken back, are served by that (R10).
 */
export function servedBy(by: OperationRecord | 'taking-back', { subject, desired, report }: Pass): Facts['served'] {
  const application = subject.application();
  const before = application.status?.served;
  if (by !== 'taking-back' && by.type === 'rotate') {
    const isOfOthers = asksForOthers({ desired, report }, by);
    return withServed(before, { rotate: by.request, retire: isOfOthers ? desired.requests.retire : undefined });
  }
  const { rotate, reconcile, retire, registerAnew } = tokensOf(application);
  return withServed(before, { rotate, reconcile, retire, anew: registerAnew });
}

/**
 * Whether a request to retire waits for secrets that cannot be deleted: it says nothing of what a rotation supersedes that
 * nobody asked for.
 */
export function asksForOthers(
  { desired, report }: Pick<Pass, 'desired' | 'report'>,
  { request }: OperationRecord,
): boolean {
  return desired.requests.retire !== undefined && request === undefined && report.unretired.length > 0;
}

/**
 * The same where another process finishes the operation (protocol R2): the value was in the Secret before, so that what
 * was asked for since is still to be done. Of `register-anew` the record says nothing, and a second registration for a
 * token that was there first would leave this one behind.
 */
export function servedByFinished(record: OperationRecord, pass: Pass): Facts['served'] {
  const application = pass.subject.application();
  const { type, request } = record;
  const { registerAnew } = tokensOf(application);
  const anew = type === 'rotate' ? undefined : registerAnew;
  return withServed(application.status?.served, { rotate: request, anew });
}

/**
 * The status was lost: what stands there and asks for another registration may have been served before (protocol R10).
 * `served` says from now on that the loss was seen, whatever stood there.
 */
export async function noteLoss({ subject }: Pass): Promise<void> {
  const { registerAnew } = tokensOf(subject.application());
  subject.note({ served: withServed({}, { anew: registerAnew }) });
}
