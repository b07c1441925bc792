import { hash, timingSafeEqual } from 'node:crypto';
import type { Chance } from '../../../src/runtime/chance.ts';
import { randomHex } from '../../../src/runtime/chance.ts';
import type { Clock } from '../../../src/runtime/clock.ts';

/** What a registration asks for, already checked. */
export interface Metadata {
  readonly name: string;
  readonly clientType: 'public' | 'confidential';
  readonly redirectUris: readonly string[];
  readonly allowedScopes: readonly string[];
  readonly webhookUrl: string | undefined;
  readonly appLinkUrl: string | undefined;
  readonly logoUrl: string | undefined;
}

/** An application as the emulator holds it, without its secret. */
export interface EmulatedApplication extends Metadata {
  readonly id: number;
  readonly clientId: string;
  /** `sandbox`, `approved`, `pending`, `suspended`, or any word that a test gives it. */
  readonly status: string;
  readonly environment: 'test' | 'live';
  readonly tier: string;
  readonly organization: string;
  /** Who registered it. */
  readonly developer: string;
  readonly createdVia: 'web' | 'cli' | 'mcp' | 'api';
  /** In ms since the epoch. */
  readonly createdAt: number;
  readonly riskFlags: readonly string[];
  /** How many secrets it has had; 0 for a public client. */
  readonly secretsIssued: number;
  readonly softDeleted: boolean;
  /** Where it cannot be seen although nobody deleted it. */
  readonly vanishedFrom: 'nowhere' | 'list' | 'show' | 'everywhere';
}

/** What the registry adds to the metadata of a new application. */
export type Origin = Pick<EmulatedApplication, 'organization' | 'developer' | 'createdVia' | 'status' | 'riskFlags'>;

/** Everything that a registry holds, copied. */
export interface RegistryBackup {
  readonly applications: ReadonlyMap<number, EmulatedApplication>;
  readonly digests: ReadonlyMap<number, Uint8Array>;
}

/**
 * The applications, deleted ones included, and digests of their secrets. Who may do what, and what is valid, is not
 * its business.
 */
export interface Registry {
  /** By id, ascending. */
  all(): readonly EmulatedApplication[];
  /** @throws Error when no application ever had this id */
  get(id: number): EmulatedApplication;
  /** The secret is shown here and never again; a public client has none. */
  create(
    metadata: Metadata,
    origin: Origin,
  ): { readonly application: EmulatedApplication; readonly secret: string | undefined };
  update(id: number, patch: Partial<Omit<EmulatedApplication, 'id'>>): EmulatedApplication;
  /** Replaces the secret; the former one is worthless at once. */
  rotate(id: number): string;
  /** Whether `secret` is the present one. False for a public client. */
  accepts(id: number, secret: string): boolean;
  backup(): RegistryBackup;
  /** Whatever came after the backup is as if it had never been: the next application gets an id that was given before. */
  restore(backup: RegistryBackup): void;
}

/** An empty registry. */
export function applicationRegistry(clock: Clock, chance: Chance): Registry {
  let applications = new Map<number, EmulatedApplication>();
  let digests = new Map<number, Uint8Array>();

  const registry: Registry = {
    all: () => [...applications.values()],

    get(id) {
      const application = applications.get(id);
      if (application === undefined) throw new Error(`no application has the id ${id}`);
      return application;
    },

    create(metadata, origin) {
      const id = applications.size + 1;
      applications.set(id, {
        ...metadata,
        ...origin,
        id,
        clientId: `logi_${randomHex(chance, 16)}`,
        environment: 'test',
        tier: 'free',
        createdAt: clock.now(),
        secretsIssued: 0,
        softDeleted: false,
        vanishedFrom: 'nowhere',
      });
      const secret = metadata.clientType === 'public' ? undefined : registry.rotate(id);
      return { application: registry.get(id), secret };
    },

    update(id, patch) {
      const updated = { ...registry.get(id), ...patch };
      applications.set(id, updated);
      return updated;
    },

    rotate(id) {
      const secret = `logi_secret_${randomHex(chance, 32)}`;
      digests.set(id, digest(secret));
      registry.update(id, { secretsIssued: registry.get(id).secretsIssued + 1 });
      return secret;
    },

    accepts(id, secret) {
      const stored = digests.get(id);
      return stored !== undefined && timingSafeEqual(stored, digest(secret));
    },

    backup: () => structuredClone({ applications, digests }),
    restore(backup) {
      applications = new Map(structuredClone(backup.applications));
      digests = new Map(structuredClone(backup.digests));
    },
  };
  return registry;
}

/** Whether the application is there for the world: neither deleted nor vanished. */
export function isKept({ softDeleted, vanishedFrom }: EmulatedApplication): boolean {
  return !softDeleted && vanishedFrom !== 'everywhere';
}

function digest(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
