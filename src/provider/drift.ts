import type { OAuthApplication } from '../api/application.ts';
import { desiredOf } from '../application/desired.ts';
import { isOwn } from '../application/marks.ts';
import type { ReadyProvider } from '../application/ports/provider.ts';
import { shownOf } from '../application/shown.ts';
import type { Registration } from '../idp/provider.ts';
import { same } from '../runtime/same.ts';
import type { ProviderPorts } from './ports.ts';

/**
 * Whether a registration says something else than the application that holds it says, in its spec or in its status. One
 * that lost its owner mark does, too (protocol I5).
 */
export type Drifts = (application: OAuthApplication, registration: Registration) => 'drifts' | 'agrees';

/**
 * Remembers what it found for each state of an object and the registration that it was held against: with thousands of
 * applications a look costs the event loop most of a second, and they come and go far more often than listings.
 */
export function createDrifts(
  provider: Pick<ReadyProvider, 'naming' | 'differences'>,
  seals: ProviderPorts['seals'],
): Drifts {
  const known = new WeakMap<
    OAuthApplication,
    { readonly registration: Registration; readonly is: ReturnType<Drifts> }
  >();
  return (application, registration) => {
    const before = known.get(application);
    if (before?.registration === registration) return before.is;
    const is = isAgreed(application, registration) ? 'agrees' : 'drifts';
    known.set(application, { registration, is });
    return is;
  };

  function isAgreed(application: OAuthApplication, registration: Registration): boolean {
    if (!same(application.status?.registration, shownOf(registration))) return false;
    if (provider.naming === 'Marked' && !isOwn(registration.mark, application.metadata, seals)) return false;
    return provider.differences(desiredOf(application).metadata, registration).length === 0;
  }
}
