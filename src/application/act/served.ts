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
export function servedBy({ subject }: Pass, by: OperationRecord | 'taking-back'): Facts['served'] {
  const application = subject.application();
  const before = application.status?.served;
  if (by !== 'taking-back' && by.type === 'rotate') {
    return by.request === undefined ? before : withServed(before, { rotate: by.request });
  }
  const { rotate, reconcile, retire, registerAnew } = tokensOf(application);
  return withServed(before, { rotate, reconcile, retire, anew: registerAnew });
}

/**
 * The same where another process finishes the operation (protocol R2): the value was in the Secret before, so that what
 * was asked for since is still to be done. Of `register-anew` the record says nothing, and a second registration for a
 * token that was there first would leave this one behind.
 */
export function servedByFinished(pass: Pass, record: OperationRecord): Facts['served'] {
  const application = pass.subject.application();
  const { type, request } = record;
  const { registerAnew } = tokensOf(application);
  return {
    ...application.status?.served,
    ...(request === undefined ? {} : { rotate: request }),
    ...(type === 'rotate' || registerAnew === undefined ? {} : { anew: registerAnew }),
  };
}
