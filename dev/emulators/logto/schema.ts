import { z } from 'zod';
import { APPLICATION_TYPES } from './registry.ts';
import type { Switches, Version } from './switches.ts';
import { atLeast } from './switches.ts';
import { isRedirectUri } from './uris.ts';

/** The name of an application or of a secret. */
const Name = z.string().min(1).max(256);

const DROPPED = z
  .unknown()
  .transform(() => undefined)
  .optional();

const Json = z.record(z.string(), z.unknown());

export const CustomData = Json;

export const SecretCreate = z.object({ name: Name, expiresAt: z.number().nullable().optional() });

export const SecretRename = z.object({ name: Name });

export const RoleIds = z.object({ roleIds: z.array(z.string().min(1)) });

export const Domain = z.object({ domain: z.string().trim().min(1) });

export const ConsentBody = z.object({
  userScopes: z
    .array(
      z.enum([
        'profile',
        'email',
        'phone',
        'address',
        'custom_data',
        'identities',
        'roles',
        'urn:logto:scope:organizations',
        'urn:logto:scope:organization_roles',
        'urn:logto:scope:sessions',
      ]),
    )
    .optional(),
  resourceScopes: z.array(z.string()).optional(),
  organizationScopes: z.array(z.string()).optional(),
  organizationResourceScopes: z.array(z.string()).optional(),
});

export const SamlCreate = z.object({
  name: Name,
  description: z.string().nullable().optional(),
  customData: Json.optional(),
  entityId: z.string().optional(),
  acsUrl: Json.optional(),
  attributeMapping: Json.optional(),
  nameIdFormat: z.string().optional(),
});

export const ListQuery = z.object({
  types: z.array(z.enum(APPLICATION_TYPES)).optional(),
  excludeRoleId: z.string().optional(),
  excludeOrganizationId: z.string().optional(),
  isThirdParty: z.enum(['true', 'false']).optional(),
});

export const RolesQuery = z.object({ type: z.enum(['User', 'MachineToMachine']).optional() });

/** The body of a create as this version reads it; keys that it does not know are dropped. */
export const createSchema = kept((switches) =>
  z.object({
    ...sharedFields(switches),
    name: Name,
    type: z.enum(atLeast('1.22', switches) ? APPLICATION_TYPES : APPLICATION_TYPES.filter((type) => type !== 'SAML')),
    isThirdParty: z.boolean().optional(),
    protectedAppMetadata: z.object({ subDomain: z.string(), origin: z.string() }).optional(),
  }),
);

/** The body of an update as this version reads it; what cannot be changed is dropped like an unknown key. */
export const updateSchema = kept((switches) => {
  const protectedAppMetadata = z.object({
    origin: z.string().optional(),
    sessionDuration: z.number().optional(),
    pageRules: z.array(z.object({ path: z.string() })).optional(),
    additionalScopes: since('1.40', switches, z.array(z.string())),
  });
  return z.object({
    ...sharedFields(switches),
    name: Name.optional(),
    isAdmin: z.boolean().optional(),
    appLevelAccessControlEnabled: since('1.40', switches, z.boolean()),
    protectedAppMetadata: protectedAppMetadata.nullable().optional(),
  });
});

/** A schema takes a hundred times as long to make as to use: made once for equal switches. */
function kept<T>(make: (switches: Switches) => T): (switches: Switches) => T {
  const made = new Map<string, T>();
  return (switches) => {
    const key = JSON.stringify(switches);
    const schema = made.get(key) ?? make(switches);
    made.set(key, schema);
    return schema;
  };
}

function sharedFields(switches: Switches) {
  return {
    description: z.string().nullable().optional(),
    oidcClientMetadata: oidcClientMetadata(switches).optional(),
    customClientMetadata: customClientMetadata(switches).optional(),
    customData: Json.optional(),
  };
}

function oidcClientMetadata(switches: Switches) {
  const uris = z.array(z.string().refine((uri) => isRedirectUri(uri, switches)));
  return z.object({
    redirectUris: uris.refine((all) => atLeast('1.23', switches) || new Set(all.map(isWeb)).size <= 1),
    postLogoutRedirectUris: uris,
    backchannelLogoutUri: z.url().optional(),
    backchannelLogoutSessionRequired: z.boolean().optional(),
    logoUri: z.string().optional(),
  });
}

function customClientMetadata(switches: Switches) {
  return z.object({
    corsAllowedOrigins: z.array(z.string().min(1)).optional(),
    idTokenTtl: z.number().optional(),
    refreshTokenTtl: z.number().optional(),
    refreshTokenTtlInDays: z.number().int().min(1).max(180).optional(),
    tenantId: z.string().optional(),
    alwaysIssueRefreshToken: z.boolean().optional(),
    rotateRefreshToken: z.boolean().optional(),
    allowTokenExchange: since('1.36', switches, z.boolean()),
    isDeviceFlow: since('1.38', switches, z.boolean()),
    maxAllowedGrants: since('1.38', switches, z.number().int().min(1)),
  });
}

/** An optional key that versions before `version` drop like any unknown one. */
function since<T extends z.ZodType>(version: Version, switches: Switches, schema: T) {
  return atLeast(version, switches) ? schema.optional() : DROPPED;
}

function isWeb(uri: string): boolean {
  return /^https?:/i.test(uri);
}
