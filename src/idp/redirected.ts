import { ProviderError } from './errors.ts';
import type { Answer } from './http.ts';

/** With the longest name of a host, of 253. */
const MAX_ORIGIN_CHARACTERS = 'https://'.length + 253 + ':65535'.length;

/**
 * The error for an address that leads elsewhere, which a person has to correct: no redirect is followed, since credentials
 * go with each request. `field` of the provider object names the address.
 */
export function redirected({ status, headers, retryAfterMs }: Answer, field: string): ProviderError {
  const origin = webOrigin(headers['location'] ?? '');
  const leads =
    origin === undefined ? 'redirects, and no redirect is followed' : `redirects to ${origin}, where nothing is sent`;
  const message = `The address that ${field} of the provider object names ${leads}: correct it (HTTP ${status}).`;
  return new ProviderError('misdirected', message, { effect: 'unknown', status, retryAfterMs });
}

/** No more of an address than people need to know it by: a path or a query can hold a secret. */
function webOrigin(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, origin } = new URL(address);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  return isWeb && origin.length <= MAX_ORIGIN_CHARACTERS ? origin : undefined;
}
