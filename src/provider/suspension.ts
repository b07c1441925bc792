import type { OAuthApplication } from '../api/application.ts';
import type { OAuthProvider } from '../api/provider.ts';
import { isStatusLost } from '../application/facts.ts';
import { answerTo } from './confirmations.ts';
import { isBoundElsewhere } from './identity.ts';
import { isLeaving } from './in-use.ts';
import type { ProviderPass } from './pass.ts';
import type { Attempt } from './sessions.ts';
import { applicationsFor } from './users.ts';

/** Whether a person has said that the provider is not to be called (protocol B2). */
export function isSuspended({ spec }: Pick<OAuthProvider, 'spec'>): boolean {
  return spec.suspend === true;
}

/**
 * What a pass does with a session. `list`: ask the provider for its registrations. `stand-by`: lend the session for the
 * end of open operations and for deletions, without a call. `keep-shut`: neither.
 *
 * Other credentials are not lent before a listing has shown that they lead to the same registrations (protocol I4),
 * or a deletion would believe a stranger that a registration is gone. Nor is another address that a person confirmed, since
 * nothing moves there that is not known to be there. The listing is made when somebody needs it.
 */
export function dutyOf(pass: ProviderPass, { session, credentials }: Attempt): 'list' | 'stand-by' | 'keep-shut' {
  const { key, provider } = pass;
  if (!isSuspended(provider)) return 'list';
  // Nobody knows what one holds whose status is lost, until its Secret has been looked at.
  const applications = applicationsFor(pass);
  const bound = applications.filter(
    (each) => each.status?.provider?.identity === session.identity || isStatusLost(each),
  );
  const isKnown = provider.status?.credentials?.fingerprint === credentials;
  const isTried = isKnown || bound.every((each) => each.status?.applicationId === undefined && !isStatusLost(each));
  const isMoving = answerTo('identity', provider) === session.identity && !session.snapshot.isFilled();
  const moving = isMoving ? applications.filter((each) => movesTo(session.identity, each, key)) : [];
  if (isTried && moving.length === 0) return 'stand-by';
  const concerned = [...bound, ...moving];
  return concerned.some((each) => isLeaving(each) || each.status?.operation !== undefined) ? 'list' : 'keep-shut';
}

/** Whether it has something at another identity of the provider object, and may move once it is known to be here. */
function movesTo(identity: string, application: OAuthApplication, key: ProviderPass['key']): boolean {
  const { applicationId, operation } = application.status ?? {};
  return (applicationId ?? operation) !== undefined && isBoundElsewhere(key, application, identity);
}
