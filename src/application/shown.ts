import type { OAuthApplication } from '../api/application.ts';
import type { Registration } from '../idp/provider.ts';
import type { Facts } from './ports/applications.ts';
import type { Seals } from './ports/seals.ts';

type Shown = NonNullable<Facts['registration']>;

/** As many as the status can hold. */
const MOST_DOMAINS = 20;
const MOST_RECORDS = 50;

/** What `status.registration` says of a registration. A status that says something else is behind. Pure. */
export function shownOf({ approval, facts }: Registration): Shown {
  const { status, environment, tier, organization, createdAt, host, customDomains } = facts;
  return {
    status,
    environment,
    approval,
    tier,
    organization,
    createdAt,
    host,
    customDomains: customDomains?.slice(0, MOST_DOMAINS).map(shownDomain),
  };
}

type Domain = NonNullable<Registration['facts']['customDomains']>[number];

function shownDomain({ domain, status, error, dnsRecords }: Domain): NonNullable<Shown['customDomains']>[number] {
  return { domain, status, error, dnsRecords: dnsRecords.slice(0, MOST_RECORDS) };
}

/**
 * Whether a status that names this registration's id means it: a provider that was put back from a backup gives an id again,
 * and never a client id. Pure.
 */
export function means(status: Pick<Facts, 'clientId'> | undefined, { clientId }: Registration): boolean {
  return status?.clientId === undefined || status.clientId === clientId;
}

/**
 * Whether the seal of the status proves the registration that it names, for an object of the namespace with this uid
 * (protocol I2). One of another version proves nothing to us. Pure.
 */
export function isSealed(
  { metadata: { namespace, name }, status }: OAuthApplication,
  namespaceUid: string,
  seals: Pick<Seals, 'verify'>,
): boolean {
  const { provider, applicationId, clientId, seal } = status ?? {};
  if (provider === undefined || applicationId === undefined || clientId === undefined) return false;
  const { identity } = provider;
  return seals.verify(seal, { namespaceUid, namespace, name, identity, applicationId, clientId }) === 'valid';
}
