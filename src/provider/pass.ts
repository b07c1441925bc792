import type { OAuthProvider } from '../api/provider.ts';
import type { IdentityProvider } from '../idp/provider.ts';
import type { ProviderKey } from './key.ts';
import type { ProviderPorts } from './ports.ts';
import type { RefusedCreates } from './refused-creates.ts';
import type { Session } from './session.ts';
import type { StatusWriter } from './status-writer.ts';

/** What a pass over a provider object needs. */
export interface ProviderPass {
  readonly key: ProviderKey;
  readonly provider: OAuthProvider;
  readonly ports: ProviderPorts;
  readonly writer: StatusWriter;
  readonly signal: AbortSignal;
}

/**
 * Makes a session for a provider object; the composition root knows wire, clock and lease. `refused` is what creates were
 * refused for before, where that still holds.
 */
export type OpenSession = (
  pass: ProviderPass,
  adapter: IdentityProvider,
  refused: RefusedCreates | undefined,
) => Session;
