import type { Chance } from '../../../src/runtime/chance.ts';
import type { Clock } from '../../../src/runtime/clock.ts';

export const APPLICATION_TYPES = ['Native', 'SPA', 'Traditional', 'MachineToMachine', 'Protected', 'SAML'] as const;

export type ApplicationType = (typeof APPLICATION_TYPES)[number];

export interface OidcClientMetadata {
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly backchannelLogoutUri?: string | undefined;
  readonly backchannelLogoutSessionRequired?: boolean | undefined;
  readonly logoUri?: string | undefined;
}

export interface CustomClientMetadata {
  readonly corsAllowedOrigins?: readonly string[] | undefined;
  readonly idTokenTtl?: number | undefined;
  readonly refreshTokenTtl?: number | undefined;
  readonly refreshTokenTtlInDays?: number | undefined;
  readonly tenantId?: string | undefined;
  readonly alwaysIssueRefreshToken?: boolean | undefined;
  readonly rotateRefreshToken?: boolean | undefined;
  readonly allowTokenExchange?: boolean | undefined;
  readonly isDeviceFlow?: boolean | undefined;
  readonly maxAllowedGrants?: number | undefined;
}

export interface CustomDomain {
  readonly domain: string;
  readonly status: 'PendingVerification' | 'PendingSsl' | 'Active' | 'Error';
  readonly errorMessage: string | null;
  readonly dnsRecords: readonly { readonly name: string; readonly type: string; readonly value: string }[];
  readonly cloudflareData: Readonly<Record<string, unknown>> | null;
}

export interface ProtectedAppMetadata {
  readonly host: string;
  readonly origin: string;
  readonly sessionDuration: number;
  readonly pageRules: readonly { readonly path: string }[];
  readonly additionalScopes?: readonly string[] | undefined;
  readonly customDomains?: readonly CustomDomain[] | undefined;
}

export interface EmulatedSecret {
  readonly name: string;
  readonly value: string;
  /** In ms since the epoch, like every time here. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
}

/** What a third-party application may ask a user for; all but the user scopes by id. */
export interface Consent {
  readonly userScopes: readonly string[];
  readonly resourceScopes: readonly string[];
  readonly organizationScopes: readonly string[];
  readonly organizationResourceScopes: readonly string[];
}

/** An application as the emulator holds it, with everything secret that it has. */
export interface EmulatedApplication {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: ApplicationType;
  readonly oidcClientMetadata: OidcClientMetadata;
  readonly customClientMetadata: CustomClientMetadata;
  readonly protectedAppMetadata: ProtectedAppMetadata | null;
  readonly customData: Readonly<Record<string, unknown>>;
  readonly isThirdParty: boolean;
  readonly appLevelAccessControlEnabled: boolean;
  readonly createdAt: number;
  /** The column `secret`: `#internal:…`, or the secret of an application from before 1.19. */
  readonly secret: string;
  readonly secrets: readonly EmulatedSecret[];
  readonly roleIds: readonly string[];
  readonly consent: Consent;
  /** What only a SAML application has. */
  readonly saml: Readonly<Record<string, unknown>> | undefined;
  /** Where it cannot be seen although nobody deleted it. */
  readonly vanishedFrom: 'nowhere' | 'list' | 'show' | 'everywhere';
}

/** What a new application says of itself; the rest is empty. */
export type NewApplication = Pick<EmulatedApplication, 'name' | 'type'> & Partial<EmulatedApplication>;

/** Every application by its id, copied. */
export type RegistryBackup = ReadonlyMap<string, EmulatedApplication>;

/** The applications that there are. Who may do what, and what is valid, is not its business. */
export interface Registry {
  /** In the order in which they were made. */
  all(): readonly EmulatedApplication[];
  find(id: string): EmulatedApplication | undefined;
  /** @throws Error when there is none with this id */
  get(id: string): EmulatedApplication;
  add(application: NewApplication): EmulatedApplication;
  update(id: string, patch: Partial<Omit<EmulatedApplication, 'id'>>): EmulatedApplication;
  remove(id: string): void;
  backup(): RegistryBackup;
  /** Whatever came after the backup is as if it had never been. */
  restore(backup: RegistryBackup): void;
  /** 32 characters of letters and digits. */
  newSecret(): string;
}

export const INTERNAL_PREFIX = '#internal:';

const NOTHING_CONSENTED: Consent = {
  userScopes: [],
  resourceScopes: [],
  organizationScopes: [],
  organizationResourceScopes: [],
};

const LOWER = '0123456789abcdefghijklmnopqrstuvwxyz';
const LETTERS = `${LOWER}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

/** An empty registry. */
export function applicationRegistry(clock: Clock, chance: Chance): Registry {
  let applications = new Map<string, EmulatedApplication>();

  const registry: Registry = {
    all: () => [...applications.values()],
    find: (id) => applications.get(id),

    get(id) {
      const application = applications.get(id);
      if (application === undefined) throw new Error(`no application has the id ${id}`);
      return application;
    },

    add(said) {
      const application: EmulatedApplication = {
        id: randomText(chance, LOWER, 21),
        description: null,
        oidcClientMetadata: { redirectUris: [], postLogoutRedirectUris: [] },
        customClientMetadata: {},
        protectedAppMetadata: null,
        customData: {},
        isThirdParty: false,
        appLevelAccessControlEnabled: false,
        createdAt: clock.now(),
        secret: INTERNAL_PREFIX + registry.newSecret(),
        secrets: [],
        roleIds: [],
        consent: NOTHING_CONSENTED,
        saml: undefined,
        vanishedFrom: 'nowhere',
        ...said,
      };
      applications.set(application.id, application);
      return application;
    },

    update(id, patch) {
      const updated = { ...registry.get(id), ...patch };
      applications.set(id, updated);
      return updated;
    },

    remove: (id) => void applications.delete(id),
    backup: () => structuredClone(applications),
    restore(backup) {
      applications = new Map(structuredClone(backup));
    },
    newSecret: () => randomText(chance, LETTERS, 32),
  };
  return registry;
}

/** `length` characters of `alphabet`, as Logto makes its ids. */
export function randomText(chance: Chance, alphabet: string, length: number): string {
  return [...chance.bytes(length)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('');
}
