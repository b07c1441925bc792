import type { OAuthApplicationSpec } from './application.ts';
import type { OAuthProviderSpec } from './provider.ts';

type AccessRule = NonNullable<OAuthProviderSpec['access']>[number];

/** What the URIs of an application must obey; a field that is absent says what its description says. */
export type UriPolicy = NonNullable<AccessRule['uris']>;

/** A kind of field that a provider object has to allow by name. */
export type Privilege = NonNullable<AccessRule['allow']>[number];

/** A URI in the spec of an application, and the path by which messages name it. */
export interface GuardedUri {
  readonly path: string;
  readonly uri: string;
}

type Spec = OAuthApplicationSpec;

/** Every field of the spec that holds a URI. */
const URI_FIELDS: readonly (readonly [path: string, of: (spec: Spec) => string | readonly string[] | undefined])[] = [
  ['redirectUris', ({ redirectUris }) => redirectUris],
  ['postLogoutRedirectUris', ({ postLogoutRedirectUris }) => postLogoutRedirectUris],
  ['logoUri', ({ logoUri }) => logoUri],
  ['backchannelLogout.uri', ({ backchannelLogout }) => backchannelLogout?.uri],
  ['corsAllowedOrigins', ({ corsAllowedOrigins }) => corsAllowedOrigins],
  ['logi.webhookUrl', ({ logi }) => logi?.webhookUrl],
  ['logi.appLinkUrl', ({ logi }) => logi?.appLinkUrl],
  ['logto.protectedApp.origin', ({ logto }) => logto?.protectedApp?.origin],
];

/** The role with access to the Management API that every tenant has from the start. */
const MANAGEMENT_API_ROLE = 'Logto Management API access';

const PRIVILEGED_FIELDS: readonly (readonly [path: string, privilege: Privilege, uses: (spec: Spec) => boolean])[] = [
  ['logto.managementApiAccess', 'ManagementApiAccess', ({ logto }) => logto?.managementApiAccess === true],
  ['logto.roles', 'Roles', ({ logto }) => (logto?.roles ?? []).length > 0],
  ['logto.roles', 'ManagementApiAccess', ({ logto }) => (logto?.roles ?? []).includes(MANAGEMENT_API_ROLE)],
  ['logto.thirdParty', 'ThirdParty', ({ logto }) => logto?.thirdParty !== undefined],
  ['logto.thirdParty.consentScopes', 'ThirdParty', ({ logto }) => logto?.thirdParty?.consentScopes !== undefined],
];

/** Paths of the fields that may not be used without a privilege that is not among `allow`. Pure. */
export function forbiddenFields(allow: ReadonlySet<Privilege>): readonly string[] {
  return PRIVILEGED_FIELDS.filter(([, privilege]) => !allow.has(privilege)).map(([path]) => path);
}

/** Every URI that the spec names, in the order of its fields. Pure. */
export function urisOf(spec: Spec): readonly GuardedUri[] {
  return URI_FIELDS.flatMap(([field, of]) => {
    const value = of(spec) ?? [];
    return typeof value === 'string'
      ? [{ path: `spec.${field}`, uri: value }]
      : value.map((uri, index) => ({ path: `spec.${field}[${index}]`, uri }));
  });
}

/** The privileges that the spec makes use of, each with the path of the field. Pure. */
export function privilegesOf(spec: Spec): readonly { readonly path: string; readonly privilege: Privilege }[] {
  return PRIVILEGED_FIELDS.filter(([, , uses]) => uses(spec)).map(([field, privilege]) => ({
    path: `spec.${field}`,
    privilege,
  }));
}
