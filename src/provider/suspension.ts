import type { OAuthProvider } from '../api/provider.ts';
import { isStatusLost } from '../application/facts.ts';
import { isLeaving } from './in-use.ts';
import type { ProviderPass } from './pass.ts';
import type { Attempt } from './sessions.ts';

/** Whether a person has said that the provider is not to be called (protocol B2). */
export function isSuspended({ spec }: Pick<OAuthProvider, 'spec'>): boolean {
  return spec.suspend === true;
}

/**
 * What a pass does with a session. `list`: ask the provider for its registrations. `stand-by`: lend the session for the
 * end of open operations and for deletions, without a call. `keep-shut`: neither.
 *
 * Other credentials are not lent before a listing has shown that they lead to the same registrations (protocol I4),
 * or a deletion would believe a stranger that a registration is gone. The listing is made when somebody needs it.
 */
export function dutyOf(pass: ProviderPass, { session, credentials }: Attempt): 'list' | 'stand-by' | 'keep-shut' {
  const { key, provider, ports } = pass;
  if (!isSuspended(provider)) return 'list';
  // Nobody knows what one holds whose status is lost, until its Secret has been looked at.
  const bound = ports.providers
    .applications(key)
    .filter((each) => each.status?.provider?.identity === session.identity || isStatusLost(each));
  const isKnown = provider.status?.credentials?.fingerprint === credentials;
  if (isKnown || bound.every((each) => each.status?.applicationId === undefined && !isStatusLost(each))) {
    return 'stand-by';
  }
  return bound.some((each) => isLeaving(each) || each.status?.operation !== undefined) ? 'list' : 'keep-shut';
}
