import { LOGTO_KEYS } from '../api/provider/block.ts';
import type { OAuthProviderSpec } from '../api/provider.ts';
import { Redacted } from '../credentials.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Wire } from './http.ts';
import { logiProvider } from './logi/provider.ts';
import { logtoProvider } from './logto/provider.ts';
import type { IdentityProvider } from './provider.ts';

/** The part of a provider object's spec that says which identity provider it is and where. */
export type ProviderBlock = Pick<OAuthProviderSpec, 'logi' | 'logto' | 'dynamicRegistration'>;

/** What an adapter stands on. */
export interface Surroundings {
  readonly wire: Wire;
  readonly clock: Clock;
}

/**
 * The adapter for a provider object, with the credentials from its Secret by their keys; `undefined` where there is none
 * for its block.
 *
 * The only place outside the adapters that knows their names.
 *
 * @throws TypeError when an address in the block is not a URL, or a value is not there
 */
export function identityProvider(
  { logi, logto }: ProviderBlock,
  credentials: Readonly<Record<string, Redacted>>,
  surroundings: Surroundings,
): IdentityProvider | undefined {
  if (logi !== undefined) {
    return logiProvider({
      apiUrl: logi.apiUrl,
      apiKey: valueUnder(credentials, logi.apiKeySecretRef.key),
      clientType: logi.clientType,
      wrapperKey: logi.wrapperKey,
      ...surroundings,
    });
  }
  if (logto === undefined) return undefined;
  return logtoProvider({
    endpoint: logto.endpoint,
    managementApiResource: logto.managementApiResource,
    credentials: {
      clientId: valueUnder(credentials, LOGTO_KEYS.clientId).reveal(),
      clientSecret: valueUnder(credentials, LOGTO_KEYS.clientSecret),
    },
    ...surroundings,
  });
}

/** Secrets made from files end with the file's line end, which belongs to no value. */
function valueUnder(credentials: Readonly<Record<string, Redacted>>, key: string): Redacted {
  const value = Object.hasOwn(credentials, key) ? credentials[key] : undefined;
  if (value === undefined) throw new TypeError(`no value is there under ${key}`);
  return new Redacted(value.reveal().trim());
}
