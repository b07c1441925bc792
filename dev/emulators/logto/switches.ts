/** The versions of Logto at which something that the emulator shows has changed. */
export const VERSIONS = ['1.19', '1.22', '1.23', '1.35', '1.36', '1.38', '1.40', '1.41', '1.42'] as const;

export type Version = (typeof VERSIONS)[number];

/** How many entities a tenant on Cloud may have. */
export interface Quotas {
  readonly applicationsLimit: number;
  readonly machineToMachineLimit: number;
  readonly thirdPartyApplicationsLimit: number;
}

/**
 * What differs between installations of Logto, and what the notes leave open.
 *
 * The first alternative named is the default: what a server of the recorded version did, else what its source suggests.
 */
export interface Switches {
  readonly version: Version;
  /** Cloud: rate limit, quotas, Protected applications, and a resource named after the tenant. */
  readonly hosting: 'self-hosted' | 'cloud';
  /** The tenant on Cloud; a self-hosted server's is `default`. */
  readonly tenant: string;
  /** How long a token lives, in seconds. */
  readonly tokenTtl: number;
  /** Cloud's quota of tokens, which a free tenant can use up. */
  readonly tokens: 'issued' | 'quota-used-up';

  /** On Cloud; an entity that exceeds them is refused. */
  readonly quotas: Quotas;
  /** Whether a refusal for a quota says which. Some builds do not. */
  readonly quotaData: 'said' | 'left-out';
  /** The two codes that a quota's refusal may have. */
  readonly quotaCode: 'subscription.limit_exceeded' | 'system_limit.limit_exceeded';
  /** Whether the tenant is suspended, which Cloud refuses everything for. */
  readonly subscription: 'active' | 'suspended';
  /** Cloud's limit of 200 requests in 10 s. */
  readonly limits: 'on' | 'off';
  /** Whether a 429 says when to come again. Not documented. */
  readonly retryAfter: 'none' | 'seconds';

  /** Self-hosted with a provider for Protected applications, as Cloud always has one. */
  readonly protectedApps: 'not-configured' | 'configured';
  /** Whether the push of a Protected application to the edge works. */
  readonly edge: 'up' | 'down';
  /** The domain of Protected applications. */
  readonly protectedDomain: string;

  /** `ETag` on answers to GET, and 304 for `If-None-Match`. */
  readonly etag: 'sent' | 'left-out';
  /** Answers of an application that a newer Logto would add. */
  readonly extraAnswerFields: 'none' | 'some';
  /** The order of secrets in an answer, which the API does not promise. */
  readonly secretOrder: 'by-age' | 'by-name';
  /** Whether a create of a secret-bearing type makes the Default secret; a crash in between leaves none. */
  readonly defaultSecret: 'made' | 'left-out';
  /** Paging of `GET /api/resources` and `GET /api/organization-scopes` when the request does not ask for it. */
  readonly catalogue: 'whole' | 'paged';
  /** `GET /api/organization-scopes`. Not among what was recorded; absent, it is an unknown path. */
  readonly organizationScopesRoute: 'present' | 'absent';
}

/** What a server does when no test says otherwise. */
export const DEFAULT_SWITCHES: Switches = {
  version: '1.42',
  hosting: 'self-hosted',
  tenant: 'abc123',
  tokenTtl: 3600,
  tokens: 'issued',
  quotas: { applicationsLimit: 100, machineToMachineLimit: 100, thirdPartyApplicationsLimit: 100 },
  quotaData: 'said',
  quotaCode: 'subscription.limit_exceeded',
  subscription: 'active',
  limits: 'on',
  retryAfter: 'none',
  protectedApps: 'not-configured',
  edge: 'up',
  protectedDomain: 'protected.app',
  etag: 'sent',
  extraAnswerFields: 'none',
  secretOrder: 'by-age',
  defaultSecret: 'made',
  catalogue: 'whole',
  organizationScopesRoute: 'present',
};

/** Whether the server's version is this one or a later one. */
export function atLeast(version: Version, { version: actual }: Pick<Switches, 'version'>): boolean {
  return VERSIONS.indexOf(actual) >= VERSIONS.indexOf(version);
}

/** The id of the tenant. */
export function tenantOf({ hosting, tenant }: Switches): string {
  return hosting === 'cloud' ? tenant : 'default';
}

/** The resource indicator of the Management API, whatever the host is. */
export function managementResource(switches: Switches): string {
  return `https://${tenantOf(switches)}.logto.app/api`;
}
