import { tokensOf } from '../desired.ts';
import { factsOf } from '../facts.ts';
import type { Pass } from '../pass.ts';
import type { Facts, OperationRecord } from '../ports/applications.ts';
import { endedNow, type Retiring } from '../rotation/retiring.ts';
import { withServed } from '../served.ts';

/**
 * The tokens that are served once an operation is done (protocol T1).
 *
 * A rotation serves the token that asked for it, and no other. Tokens that stand in the annotations when the application
 * is first registered, or taken back, are served by that (R10).
 */
export function servedBy(by: OperationRecord | 'taking-back', { subject }: Pass): Facts['served'] {
  const application = subject.application();
  const before = application.status?.served;
  if (by !== 'taking-back' && by.type === 'rotate') return withServed(before, { rotate: by.request });
  const { rotate, reconcile, retire, registerAnew } = tokensOf(application);
  return withServed(before, { rotate, reconcile, retire, anew: registerAnew });
}

/**
 * What becomes of a request to retire that waits for secrets that cannot be deleted, once a rotation begins that nobody
 * asked for (protocol T3): it says nothing of what that supersedes, so that it is served, and goes on for what it was about.
 * Whoever finishes the rotation takes what is asked for after that for a request of its own.
 */
export function endedBy(
  { request }: OperationRecord,
  { subject, desired, report }: Pass,
): Pick<Facts, 'rotation' | 'served'> {
  const { retire } = desired.requests;
  if (retire === undefined || request !== undefined || report.unretired.length === 0) return {};
  const { rotation, served } = factsOf(subject.application());
  const isLeft = ({ name }: Retiring): boolean => report.unretired.some((left) => left.name === name);
  const retiring = rotation?.retiring?.map((entry) => (isLeft(entry) ? endedNow(entry) : entry));
  return { rotation: { ...rotation, retiring }, served: withServed(served, { retire }) };
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
