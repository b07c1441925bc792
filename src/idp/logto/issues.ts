import { z } from 'zod';
import { listOf } from '../json.ts';

/** The API's fields by their place in a request body, and where the spec has them. */
const FIELDS = [
  { at: 'name', path: 'spec.displayName' },
  { at: 'description', path: 'spec.description' },
  { at: 'type', path: 'spec.type' },
  { at: 'oidcClientMetadata.redirectUris', path: 'spec.redirectUris' },
  { at: 'oidcClientMetadata.postLogoutRedirectUris', path: 'spec.postLogoutRedirectUris' },
  { at: 'oidcClientMetadata.backchannelLogoutUri', path: 'spec.backchannelLogout.uri' },
  { at: 'oidcClientMetadata.backchannelLogoutSessionRequired', path: 'spec.backchannelLogout.sessionRequired' },
  { at: 'oidcClientMetadata.logoUri', path: 'spec.logoUri' },
  { at: 'customClientMetadata.corsAllowedOrigins', path: 'spec.corsAllowedOrigins' },
  { at: 'customClientMetadata.idTokenTtl', path: 'spec.tokens.idTokenTtl' },
  { at: 'customClientMetadata.refreshTokenTtlInDays', path: 'spec.tokens.refreshTokenTtl' },
  { at: 'customClientMetadata.refreshTokenTtl', path: 'spec.tokens.refreshTokenTtl' },
  { at: 'customClientMetadata.alwaysIssueRefreshToken', path: 'spec.tokens.alwaysIssueRefreshToken' },
  { at: 'customClientMetadata.rotateRefreshToken', path: 'spec.tokens.rotateRefreshToken' },
  { at: 'customClientMetadata.tenantId', path: 'spec.logto.tenantId' },
  { at: 'customClientMetadata.allowTokenExchange', path: 'spec.logto.tokenExchange' },
  { at: 'customClientMetadata.isDeviceFlow', path: 'spec.logto.deviceFlow' },
  { at: 'customClientMetadata.maxAllowedGrants', path: 'spec.logto.maxAllowedGrants' },
  { at: 'customData', path: 'spec.logto.customData' },
  { at: 'protectedAppMetadata', path: 'spec.logto.protectedApp' },
  { at: 'isAdmin', path: 'spec.logto.managementApiAccess' },
  { at: 'isThirdParty', path: 'spec.logto.thirdParty' },
  { at: 'roleIds', path: 'spec.logto.roles' },
  { at: 'userScopes', path: 'spec.logto.thirdParty.consentScopes.user' },
  { at: 'resourceScopes', path: 'spec.logto.thirdParty.consentScopes.resource' },
  { at: 'organizationScopes', path: 'spec.logto.thirdParty.consentScopes.organization' },
  { at: 'organizationResourceScopes', path: 'spec.logto.thirdParty.consentScopes.organizationResource' },
] as const;

/** What else of a path is passed on: names below a field may be anything. */
const PLAIN = /^(?:\.(?:subDomain|origin|sessionDuration|pageRules|path)|\[\d{1,4}\])*/;

/** More would not be read, and an answer may hold thousands. */
const MAX_ISSUES = 16;

/** More are counted, and not named. */
const MOST_SCOPES = 4;

/** What zod tells of a body that it does not accept. */
const Issues = z.object({
  issues: listOf(z.object({ path: listOf(z.union([z.string(), z.number()])) })),
});

/** What is told of scopes that there are not. */
const Unknown = z.object({
  invalidResourceScopes: listOf(z.string()).catch([]),
  invalidOrganizationScopes: listOf(z.string()).catch([]),
  invalidOrganizationResourceScopes: listOf(z.string()).catch([]),
});

/** Path in the spec of the first thing that a refusal is about, by its `data`, as far as it is in the spec. */
export function fieldOfData(data: unknown): string | undefined {
  const issues = Issues.safeParse(data).data?.issues ?? [];
  return (
    issues
      .slice(0, MAX_ISSUES)
      .map(({ path }) => pathInSpec(path))
      .find((path) => path !== undefined) ?? scopesIn(data)
  );
}

/** The scopes that there are not, by a refusal's `data`: the first few, in words of a provider's that are yet to be cleaned. */
export function scopesOfData(data: unknown): string | undefined {
  const ids = unknownScopes(data).flatMap(([, unknown]) => unknown);
  if (ids.length === 0) return undefined;
  const rest = ids.length > MOST_SCOPES ? ` and ${ids.length - MOST_SCOPES} more` : '';
  return `${ids.slice(0, MOST_SCOPES).join(', ')}${rest}`;
}

function scopesIn(data: unknown): string | undefined {
  const group = unknownScopes(data).find(([, ids]) => ids.length > 0)?.[0];
  return group === undefined ? undefined : `spec.logto.thirdParty.consentScopes.${group}`;
}

function unknownScopes(data: unknown): readonly (readonly [group: string, ids: readonly string[]])[] {
  const unknown = Unknown.safeParse(data).data;
  return [
    ['resource', unknown?.invalidResourceScopes ?? []],
    ['organization', unknown?.invalidOrganizationScopes ?? []],
    ['organizationResource', unknown?.invalidOrganizationResourceScopes ?? []],
  ];
}

function pathInSpec(path: readonly (string | number)[]): string | undefined {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  const field = FIELDS.find(({ at }) => place === `.${at}` || new RegExp(`^\\.${at}[.[]`).test(place));
  if (field === undefined) return undefined;
  const rest = place.slice(field.at.length + 1);
  return `${field.path}${PLAIN.exec(rest)?.[0] ?? ''}`;
}
