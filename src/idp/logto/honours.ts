import { optionsAmong } from '../fields.ts';
import type { MetadataField } from '../provider.ts';

/** Where each field of the spec stands in an application at Logto. One that begins with `/` is a route below it. */
export const FIELDS = {
  displayName: 'name',
  description: 'description',
  redirectUris: 'oidcClientMetadata.redirectUris',
  postLogoutRedirectUris: 'oidcClientMetadata.postLogoutRedirectUris',
  logoUri: 'oidcClientMetadata.logoUri',
  'backchannelLogout.uri': 'oidcClientMetadata.backchannelLogoutUri',
  'backchannelLogout.sessionRequired': 'oidcClientMetadata.backchannelLogoutSessionRequired',
  corsAllowedOrigins: 'customClientMetadata.corsAllowedOrigins',
  'tokens.idTokenTtl': 'customClientMetadata.idTokenTtl',
  'tokens.refreshTokenTtl': 'customClientMetadata.refreshTokenTtlInDays',
  'tokens.alwaysIssueRefreshToken': 'customClientMetadata.alwaysIssueRefreshToken',
  'tokens.rotateRefreshToken': 'customClientMetadata.rotateRefreshToken',
  'logto.customData': 'customData',
  'logto.tenantId': 'customClientMetadata.tenantId',
  'logto.managementApiAccess': 'isAdmin',
  'logto.roles': '/roles',
  'logto.thirdParty': 'isThirdParty',
  'logto.thirdParty.consentScopes': '/user-consent-scopes',
  'logto.deviceFlow': 'customClientMetadata.isDeviceFlow',
  'logto.tokenExchange': 'customClientMetadata.allowTokenExchange',
  'logto.maxAllowedGrants': 'customClientMetadata.maxAllowedGrants',
  'logto.protectedApp': 'protectedAppMetadata',
} as const satisfies Partial<Record<MetadataField, string>>;

/** Optional fields that Logto has a place for. */
export const HONOURED = optionsAmong(FIELDS);

/** Why Logto has no place for the others, for people to read. */
export const LACKING = {
  scopes: 'a first-party application may ask for any; for others see `logto.thirdParty.consentScopes`',
  grantTypes: 'they follow from the type',
  tokenEndpointAuthMethod: 'it follows from the type',
} as const satisfies Record<Exclude<MetadataField, keyof typeof FIELDS | `logi.${string}`>, string>;

/** What an application is made with and keeps. */
export const FIXED: ReadonlySet<MetadataField> = new Set([
  'logto.thirdParty',
  'logto.deviceFlow',
  'logto.protectedApp',
]);

/** What only calls of their own show. */
export const UNLISTED: ReadonlySet<MetadataField> = new Set([
  'logto.managementApiAccess',
  'logto.roles',
  'logto.thirdParty.consentScopes',
]);
