/** Where one Logto is, and what its Management API is called. */
export interface Endpoint {
  /** Origin and path, without a slash at the end. */
  readonly base: string;
  /** Resource indicator of the Management API (RFC 8707). */
  readonly resource: string;
  readonly hosting: 'cloud' | 'own';
}

/** Logto Cloud gives every tenant a host below this. */
const CLOUD_DOMAIN = '.logto.app';

/** Every self-hosted Logto has this one, whatever its host is: its tenant is called `default`. */
const OWN_RESOURCE = 'https://default.logto.app/api';

/**
 * Reads the address of a tenant, with a path or without.
 *
 * @see https://docs.logto.io/integrate-logto/interact-with-management-api
 * @throws TypeError when `address` is not a URL
 */
export function endpointOf(address: string, resource: string | undefined): Endpoint {
  const { origin, pathname, hostname } = new URL(address);
  const hosting = hostname.endsWith(CLOUD_DOMAIN) ? 'cloud' : 'own';
  return {
    base: `${origin}${pathname.replace(/\/+$/, '')}`,
    resource: resource ?? (hosting === 'cloud' ? `https://${hostname}/api` : OWN_RESOURCE),
    hosting,
  };
}
