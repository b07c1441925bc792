import type { MetadataField } from '../provider.ts';

/** Optional fields that Logto has a place for. */
export const HONOURED = [
  'description',
  'postLogoutRedirectUris',
  'logoUri',
  'backchannelLogout.uri',
  'backchannelLogout.sessionRequired',
  'corsAllowedOrigins',
  'tokens.idTokenTtl',
  'tokens.refreshTokenTtl',
  'tokens.alwaysIssueRefreshToken',
  'tokens.rotateRefreshToken',
  'logto.customData',
  'logto.tenantId',
  'logto.managementApiAccess',
  'logto.roles',
  'logto.thirdParty',
  'logto.thirdParty.consentScopes',
  'logto.deviceFlow',
  'logto.tokenExchange',
  'logto.maxAllowedGrants',
  'logto.protectedApp',
] as const satisfies readonly MetadataField[];

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
