import { ProviderError } from '../errors.ts';
import type { Birth, ClientMetadata, MetadataField, Registration } from '../provider.ts';
import { columnsOf } from './application.ts';
import { type Json, markData, withOwnData } from './custom-data.ts';
import { refreshTokenFields, secondsOf } from './lifetimes.ts';
import { typeFor } from './types.ts';

type Column = 'oidcClientMetadata' | 'customClientMetadata';

/** What a field of the spec becomes: keys of one of the two columns, each with its value; `undefined` takes a key away. */
interface Place {
  readonly column: Column;
  readonly keys: (wanted: ClientMetadata) => Json;
}

/** Both lists must be there whenever the column is sent. */
const NO_URIS = { redirectUris: [], postLogoutRedirectUris: [] } as const;

const PLACES = {
  redirectUris: {
    column: 'oidcClientMetadata',
    keys: ({ redirectUris }) => ({ redirectUris: distinct(redirectUris) }),
  },
  postLogoutRedirectUris: {
    column: 'oidcClientMetadata',
    keys: ({ options }) => ({ postLogoutRedirectUris: distinct(options.postLogoutRedirectUris ?? []) }),
  },
  logoUri: { column: 'oidcClientMetadata', keys: ({ options }) => ({ logoUri: options.logoUri }) },
  'backchannelLogout.uri': {
    column: 'oidcClientMetadata',
    keys: ({ options }) => ({ backchannelLogoutUri: options['backchannelLogout.uri'] }),
  },
  'backchannelLogout.sessionRequired': {
    column: 'oidcClientMetadata',
    keys: ({ options }) => ({ backchannelLogoutSessionRequired: options['backchannelLogout.sessionRequired'] }),
  },
  corsAllowedOrigins: {
    column: 'customClientMetadata',
    keys: ({ options }) => ({ corsAllowedOrigins: options.corsAllowedOrigins }),
  },
  'tokens.idTokenTtl': { column: 'customClientMetadata', keys: ({ options }) => idTokenKeys(options) },
  'tokens.refreshTokenTtl': { column: 'customClientMetadata', keys: ({ options }) => refreshTokenKeys(options) },
  'tokens.alwaysIssueRefreshToken': {
    column: 'customClientMetadata',
    keys: ({ options }) => ({ alwaysIssueRefreshToken: options['tokens.alwaysIssueRefreshToken'] }),
  },
  'tokens.rotateRefreshToken': {
    column: 'customClientMetadata',
    keys: ({ options }) => ({ rotateRefreshToken: options['tokens.rotateRefreshToken'] }),
  },
  'logto.tenantId': {
    column: 'customClientMetadata',
    keys: ({ options }) => ({ tenantId: options['logto.tenantId'] }),
  },
  'logto.tokenExchange': {
    column: 'customClientMetadata',
    keys: ({ options }) => ({ allowTokenExchange: options['logto.tokenExchange'] }),
  },
  'logto.maxAllowedGrants': {
    column: 'customClientMetadata',
    keys: ({ options }) => ({ maxAllowedGrants: options['logto.maxAllowedGrants'] }),
  },
} as const satisfies Partial<Record<MetadataField, Place>>;

const PLACED = Object.keys(PLACES) as readonly (keyof typeof PLACES)[]; // Object.keys forgets the keys' type

/**
 * The body of a create. What the user did not say is left out, so that the server's own default holds; roles, consent
 * scopes and the access to the Management API need the application first.
 *
 * @see https://openapi.logto.io/operation/operation-createapplication
 */
export function newApplication({ name, mark }: Birth, wanted: ClientMetadata): Json {
  const { options } = wanted;
  const { 'logto.protectedApp': app, 'logto.deviceFlow': deviceFlow } = options;
  const custom = {
    ...written('customClientMetadata', {}, wanted, PLACED),
    ...(deviceFlow ? { isDeviceFlow: true } : {}),
  };
  return {
    name,
    type: typeFor(wanted),
    ...(options.description === undefined ? {} : { description: options.description }),
    // A protected application is given its own.
    ...(app === undefined ? { oidcClientMetadata: written('oidcClientMetadata', NO_URIS, wanted, PLACED) } : {}),
    customClientMetadata: custom,
    customData: { ...withOwnData({}, options['logto.customData']), ...markData(mark) },
    ...(options['logto.thirdParty'] === undefined ? {} : { isThirdParty: true }),
    ...(app === undefined ? {} : { protectedAppMetadata: { subDomain: app.subDomain, origin: app.origin } }),
  };
}

/**
 * The body of an update that brings `fields` in step with `wanted`; empty where none of them is in the body.
 *
 * A column is sent whole: what was found in it stays, but for what `fields` name. What can't be changed (third-party,
 * device flow, the sub-domain of a protected application) is not sent, as it would be ignored or fail the rest.
 *
 * @see https://openapi.logto.io/operation/operation-updateapplication
 * @throws ProviderError `malformed` where `found` does not show a column that would be lost
 */
export function changedFields(found: Registration, wanted: ClientMetadata, fields: readonly MetadataField[]): Json {
  const columns = columnsOf(found);
  const { options } = wanted;
  const has = (field: MetadataField): boolean => fields.includes(field);
  const touched = (column: Column): boolean => PLACED.some((field) => has(field) && PLACES[field].column === column);
  return {
    ...(has('displayName') ? { name: wanted.name } : {}),
    ...(has('description') ? { description: options.description ?? null } : {}),
    ...(touched('oidcClientMetadata')
      ? {
          oidcClientMetadata: written(
            'oidcClientMetadata',
            { ...NO_URIS, ...known(columns.oidcClientMetadata) },
            wanted,
            fields,
          ),
        }
      : {}),
    ...(touched('customClientMetadata')
      ? {
          customClientMetadata: written('customClientMetadata', known(columns.customClientMetadata), wanted, fields),
        }
      : {}),
    ...(has('logto.customData')
      ? { customData: withOwnData(known(columns.customData), options['logto.customData']) }
      : {}),
    ...(has('logto.protectedApp') ? protectedAppFields(wanted) : {}),
    ...(has('logto.managementApiAccess') ? { isAdmin: options['logto.managementApiAccess'] ?? false } : {}),
  };
}

/** `column` as found, with those of `fields` that stand in it as wanted. */
function written(column: Column, found: Json, wanted: ClientMetadata, fields: readonly MetadataField[]): Json {
  const changes = PLACED.filter((field) => PLACES[field].column === column && fields.includes(field)).map((field) =>
    PLACES[field].keys(wanted),
  );
  return Object.fromEntries(
    Object.entries(Object.assign({}, found, ...changes)).filter(([, value]) => value !== undefined),
  );
}

function known(column: Json | undefined): Json {
  if (column !== undefined) return column;
  const message = 'Logto does not show what it holds of the application, which an update would overwrite.';
  throw new ProviderError('malformed', message, { effect: 'refused' });
}

/** Merged by the server, alone among the columns. */
function protectedAppFields({ options }: ClientMetadata): Json {
  const app = options['logto.protectedApp'];
  if (app === undefined) return {};
  const { origin, sessionDuration, pageRules = [] } = app;
  return {
    protectedAppMetadata: {
      origin,
      ...(sessionDuration === undefined ? {} : { sessionDuration: secondsOf(sessionDuration) }),
      pageRules,
    },
  };
}

function idTokenKeys({ 'tokens.idTokenTtl': ttl }: ClientMetadata['options']): Json {
  return { idTokenTtl: ttl === undefined ? undefined : secondsOf(ttl) };
}

function refreshTokenKeys({ 'tokens.refreshTokenTtl': ttl }: ClientMetadata['options']): Json {
  return ttl === undefined ? { refreshTokenTtl: undefined, refreshTokenTtlInDays: undefined } : refreshTokenFields(ttl);
}

function distinct(uris: readonly string[]): readonly string[] {
  return [...new Set(uris)];
}
