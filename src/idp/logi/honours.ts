import { optionsAmong } from '../fields.ts';
import type { MetadataField } from '../provider.ts';

/** Where each field of the spec stands in an application at logi. */
export const FIELDS = {
  displayName: 'name',
  redirectUris: 'redirect_uris',
  scopes: 'allowed_scopes',
  'logi.webhookUrl': 'webhook_url',
  'logi.appLinkUrl': 'app_link_url',
} as const satisfies Partial<Record<MetadataField, string>>;

/** Optional fields that logi has a place for. */
export const HONOURED = optionsAmong(FIELDS);

const UNDOCUMENTED = 'logi documents no such field';

/** Why logi has no place for the others, for people to read. */
export const LACKING = {
  description: UNDOCUMENTED,
  postLogoutRedirectUris: UNDOCUMENTED,
  grantTypes: 'logi lets one choose none',
  tokenEndpointAuthMethod: 'logi lets one choose none',
  logoUri: 'logi takes a logo by hand alone',
  'backchannelLogout.uri': UNDOCUMENTED,
  'backchannelLogout.sessionRequired': UNDOCUMENTED,
  corsAllowedOrigins: UNDOCUMENTED,
  'tokens.idTokenTtl': UNDOCUMENTED,
  'tokens.refreshTokenTtl': UNDOCUMENTED,
  'tokens.alwaysIssueRefreshToken': UNDOCUMENTED,
  'tokens.rotateRefreshToken': UNDOCUMENTED,
} as const satisfies Record<Exclude<MetadataField, keyof typeof FIELDS | `logto.${string}`>, string>;

/**
 * What an update can take away. Not the scopes: what logi gives an application that names none is not documented, and
 * none at all locks users out.
 */
export const CLEARED: ReadonlySet<MetadataField> = new Set(['logi.webhookUrl', 'logi.appLinkUrl']);
