import { z } from 'zod';
import { Redacted } from '../../credentials.ts';
import { shownOptions } from '../fields.ts';
import { providerText } from '../http.ts';
import { JsonObject, listOf } from '../json.ts';
import { MARK_KEY, markOf, UNMARKED } from '../owner-mark.ts';
import type { CustomDomain, FoundOptions, Registration } from '../provider.ts';
import { Id } from './api.ts';
import { type Json, ownDataIn } from './custom-data.ts';
import { SECRET_FORMS } from './errors.ts';
import { refreshTokenTtlOf } from './lifetimes.ts';
import { clientTypeOf } from './types.ts';

/** A secret that Logto uses for itself. It logs in, so that it is never kept. */
const INTERNAL = '#internal:';

const Flag = z.boolean();
const Amount = z.number();
const Word = z.string();
const Words = listOf(Word);
const Text = Word.optional().catch(undefined);
const Fact = Text.transform((text) => (text === undefined ? undefined : providerText(text, SECRET_FORMS)));
const Column = JsonObject.optional().catch(undefined);

const DnsRecord = z
  .object({ name: Fact, type: Fact, value: Fact })
  .transform(({ name = '', type = '', value = '' }) => ({
    name,
    type,
    value,
  }));

const Domain = z
  .object({
    domain: Fact,
    status: Fact,
    errorMessage: Fact,
    dnsRecords: listOf(DnsRecord).catch([]),
  })
  .transform(
    ({ domain = '', status = '', errorMessage, dnsRecords }): CustomDomain => ({
      domain,
      status,
      error: errorMessage,
      dnsRecords,
    }),
  );

const ProtectedApp = z.object({
  host: z.string(),
  origin: z.string(),
  sessionDuration: z.number().optional().catch(undefined),
  pageRules: listOf(z.object({ path: z.string() }))
    .optional()
    .catch(undefined),
  customDomains: listOf(Domain).optional().catch(undefined),
});

/**
 * What of an application the next call on it stands on. PATCH replaces whole columns, so that each is kept as it was
 * found, with keys that we do not know. A column that an answer does not show is `undefined`.
 */
const Columns = z.object({
  type: Text,
  oidcClientMetadata: Column,
  customClientMetadata: Column,
  customData: Column,
});
export type Columns = Readonly<z.infer<typeof Columns>>;

/**
 * An application of any version of the API, and of any type. Only the id must be there; a field in a form that we do
 * not know counts as not shown.
 *
 * @see https://openapi.logto.io/operation/operation-getapplication
 */
const Application = Columns.extend({
  id: Id,
  name: Text,
  description: z.string().nullish().catch(undefined),
  protectedAppMetadata: ProtectedApp.nullish().catch(undefined),
  isThirdParty: z.boolean().optional().catch(undefined),
  createdAt: z.number().optional().catch(undefined),
});
type Application = z.infer<typeof Application>;

const Admin = z.object({ isAdmin: z.boolean() });
const Legacy = z.object({ secret: z.string().refine((secret) => secret !== '' && !secret.startsWith(INTERNAL)) });

/** One application of an answer, without what a listing does not show; `undefined` where there is none in it. */
export function registrationOf(value: unknown): Registration | undefined {
  const application = Application.safeParse(value).data;
  if (application === undefined) return undefined;
  const { id, name, type, oidcClientMetadata, customClientMetadata, customData } = application;
  return {
    id,
    clientId: id,
    name,
    clientType: clientTypeOf(type),
    redirectUris: shown(oidcClientMetadata, 'redirectUris', Words) ?? undefined,
    options: optionsOf(application),
    mark: customData === undefined ? UNMARKED : markOf(customData[MARK_KEY]),
    approval: 'usable',
    facts: factsOf(application),
    carried: { type, oidcClientMetadata, customClientMetadata, customData } satisfies Columns,
  };
}

/** What {@link registrationOf} put aside. */
export function columnsOf({ carried }: Registration): Columns {
  return Columns.safeParse(carried).data ?? {};
}

/** `found` with another `customData`. */
export function withCustomData(found: Registration, customData: Json): Registration {
  return {
    ...found,
    options: { ...found.options, 'logto.customData': ownDataIn(customData) },
    mark: markOf(customData[MARK_KEY]),
    carried: { ...columnsOf(found), customData } satisfies Columns,
  };
}

/** Whether the application may use the Management API; only the answer to a GET of one shows it. `null`: it may not. */
export function adminIn(value: unknown): true | null {
  return Admin.safeParse(value).data?.isAdmin === true ? true : null;
}

/** The secret of an application from before 1.19, which had one in its body. */
export function legacySecretIn(value: unknown): Redacted | undefined {
  const secret = Legacy.safeParse(value).data?.secret;
  return secret === undefined ? undefined : new Redacted(secret);
}

function optionsOf(application: Application): FoundOptions {
  const { description, oidcClientMetadata: oidc, customClientMetadata: custom, customData, isThirdParty } = application;
  const flag = (key: string): boolean | null | undefined => shown(custom, key, Flag);
  const number = (key: string): number | null | undefined => shown(custom, key, Amount);
  const idTokenTtl = number('idTokenTtl');
  return shownOptions({
    description: description === '' ? null : description,
    postLogoutRedirectUris: unlessEmpty(shown(oidc, 'postLogoutRedirectUris', Words)),
    logoUri: shown(oidc, 'logoUri', Word),
    'backchannelLogout.uri': shown(oidc, 'backchannelLogoutUri', Word),
    'backchannelLogout.sessionRequired': shown(oidc, 'backchannelLogoutSessionRequired', Flag),
    corsAllowedOrigins: unlessEmpty(shown(custom, 'corsAllowedOrigins', Words)),
    'tokens.idTokenTtl': typeof idTokenTtl === 'number' ? `${idTokenTtl}s` : idTokenTtl,
    'tokens.refreshTokenTtl':
      custom === undefined
        ? undefined
        : refreshTokenTtlOf(number('refreshTokenTtl') ?? undefined, number('refreshTokenTtlInDays') ?? undefined),
    'tokens.alwaysIssueRefreshToken': flag('alwaysIssueRefreshToken'),
    'tokens.rotateRefreshToken': flag('rotateRefreshToken'),
    'logto.customData': customData === undefined ? undefined : ownDataIn(customData),
    'logto.tenantId': shown(custom, 'tenantId', Word),
    'logto.thirdParty': isThirdParty === undefined ? undefined : isThirdParty || null,
    'logto.deviceFlow': flag('isDeviceFlow') === false ? null : flag('isDeviceFlow'),
    'logto.tokenExchange': flag('allowTokenExchange'),
    'logto.maxAllowedGrants': number('maxAllowedGrants'),
    'logto.protectedApp': protectedAppOf(application),
  });
}

function protectedAppOf({ protectedAppMetadata: app }: Application): FoundOptions['logto.protectedApp'] | undefined {
  if (app === undefined || app === null) return app;
  const { host, origin, sessionDuration, pageRules } = app;
  return {
    subDomain: host.split('.')[0] ?? host,
    origin,
    ...(sessionDuration === undefined ? {} : { sessionDuration: `${sessionDuration}s` }),
    ...(pageRules === undefined ? {} : { pageRules }),
  };
}

function factsOf({ createdAt, protectedAppMetadata }: Application): Registration['facts'] {
  const domains = protectedAppMetadata?.customDomains;
  return {
    status: undefined,
    environment: undefined,
    tier: undefined,
    organization: undefined,
    createdAt: createdAt === undefined ? undefined : timeOf(createdAt),
    ...(protectedAppMetadata == null ? {} : { host: providerText(protectedAppMetadata.host, SECRET_FORMS) }),
    ...(domains === undefined ? {} : { customDomains: domains }),
  };
}

function timeOf(ms: number): string | undefined {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** `null`: the column shows that the key is not set. `undefined`: nothing is known. */
function shown<T>(column: Json | undefined, key: string, form: z.ZodType<T>): T | null | undefined {
  if (column === undefined) return undefined;
  const value = column[key];
  return value === undefined || value === null ? null : form.safeParse(value).data;
}

function unlessEmpty(list: readonly string[] | null | undefined): readonly string[] | null | undefined {
  return list?.length === 0 ? null : list;
}
