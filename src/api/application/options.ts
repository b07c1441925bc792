import type { OAuthApplicationSpec } from '../application.ts';

type Spec = OAuthApplicationSpec;

/** Every optional field of the spec that becomes part of a registration, by its path. */
const OPTIONS = {
  description: ({ description }: Spec) => description,
  postLogoutRedirectUris: ({ postLogoutRedirectUris }: Spec) => postLogoutRedirectUris,
  scopes: ({ scopes }: Spec) => scopes,
  grantTypes: ({ grantTypes }: Spec) => grantTypes,
  tokenEndpointAuthMethod: ({ tokenEndpointAuthMethod }: Spec) => tokenEndpointAuthMethod,
  logoUri: ({ logoUri }: Spec) => logoUri,
  'backchannelLogout.uri': ({ backchannelLogout }: Spec) => backchannelLogout?.uri,
  'backchannelLogout.sessionRequired': ({ backchannelLogout }: Spec) => backchannelLogout?.sessionRequired,
  corsAllowedOrigins: ({ corsAllowedOrigins }: Spec) => corsAllowedOrigins,
  'tokens.idTokenTtl': ({ tokens }: Spec) => tokens?.idTokenTtl,
  'tokens.refreshTokenTtl': ({ tokens }: Spec) => tokens?.refreshTokenTtl,
  'tokens.alwaysIssueRefreshToken': ({ tokens }: Spec) => tokens?.alwaysIssueRefreshToken,
  'tokens.rotateRefreshToken': ({ tokens }: Spec) => tokens?.rotateRefreshToken,
  'logi.webhookUrl': ({ logi }: Spec) => logi?.webhookUrl,
  'logi.appLinkUrl': ({ logi }: Spec) => logi?.appLinkUrl,
  'logto.customData': ({ logto }: Spec) => logto?.customData,
  'logto.tenantId': ({ logto }: Spec) => logto?.tenantId,
  'logto.managementApiAccess': ({ logto }: Spec) => logto?.managementApiAccess,
  'logto.roles': ({ logto }: Spec) => logto?.roles,
  'logto.thirdParty': ({ logto }: Spec) => (logto?.thirdParty === undefined ? undefined : true),
  'logto.thirdParty.consentScopes': ({ logto }: Spec) => logto?.thirdParty?.consentScopes,
  'logto.deviceFlow': ({ logto }: Spec) => logto?.deviceFlow,
  'logto.tokenExchange': ({ logto }: Spec) => logto?.tokenExchange,
  'logto.maxAllowedGrants': ({ logto }: Spec) => logto?.maxAllowedGrants,
  'logto.protectedApp': ({ logto }: Spec) => logto?.protectedApp,
} as const;

/** Path of an optional field of a registration, without the leading `spec.`. */
export type OptionField = keyof typeof OPTIONS;

/** What the spec can say in an optional field. */
export type OptionValue<Field extends OptionField> = NonNullable<ReturnType<(typeof OPTIONS)[Field]>>;

/** What a spec says in its optional fields. A field that is not there was not said. */
export type Options = { readonly [Field in OptionField]?: OptionValue<Field> };

export const OPTION_FIELDS = Object.keys(OPTIONS) as readonly OptionField[]; // Object.keys forgets the keys' type

/** What the spec says in its optional fields. Pure. */
export function optionsOf(spec: Spec): Options {
  const said = OPTION_FIELDS.map((field) => [field, OPTIONS[field](spec)] as const);
  return Object.fromEntries(said.filter(([, value]) => value !== undefined)) satisfies Options;
}
