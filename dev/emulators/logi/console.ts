import type { KeyringBackup } from './keys.ts';
import { DEFAULT_ORGANIZATION } from './keys.ts';
import type { EmulatedApplication, Metadata, RegistryBackup } from './registry.ts';
import type { World } from './world.ts';

/** logi's database at one moment. Counters of rate limits are not in it. */
export interface Backup {
  readonly registry: RegistryBackup;
  readonly keys: KeyringBackup;
}

/** What people do at logi itself, past the API, its limits and its rules. */
export interface Console {
  /** Makes the application usable. */
  approve(id: number): void;
  /** Makes it unusable: an approval is withdrawn, or not given. */
  suspend(id: number): void;
  rename(id: number, name: string): void;
  edit(id: number, patch: Partial<Omit<EmulatedApplication, 'id'>>): void;
  /** Registers an application; whatever is left out is that of a confidential, approved web application. */
  createByHand(
    name: string,
    said?: Partial<Metadata & Pick<EmulatedApplication, 'organization' | 'status'>>,
  ): { readonly application: EmulatedApplication; readonly clientSecret: string | undefined };
  /** Replaces the secret; the former one is worthless at once. */
  rotateByHand(id: number): string;
  /** Makes the application unseen without deleting it; `everywhere` when not said. */
  vanish(id: number, from?: 'list' | 'show' | 'everywhere'): void;
  /** Takes {@link Console.vanish} back. */
  reappear(id: number): void;
  deleteByHand(id: number): void;
  /** Brings a deleted application back, with the secret that it had. */
  restoreSoftDeleted(id: number): void;
  backup(): Backup;
  /** Puts everything back as it was: secrets and keys of then are good, and ids of since are given again. */
  restore(backup: Backup): void;
}

/** The console over `world`. */
export function developerConsole({ registry, keys }: World): Console {
  return {
    approve: (id) => void registry.update(id, { status: 'approved' }),
    suspend: (id) => void registry.update(id, { status: 'suspended' }),
    rename: (id, name) => void registry.update(id, { name }),
    edit: (id, patch) => void registry.update(id, patch),

    createByHand(name, said = {}) {
      const { organization = DEFAULT_ORGANIZATION, status = 'approved', ...metadata } = said;
      const { application, secret } = registry.create(
        {
          name,
          clientType: 'confidential',
          redirectUris: ['https://app.example.com/auth/callback'],
          allowedScopes: ['openid', 'profile'],
          webhookUrl: undefined,
          appLinkUrl: undefined,
          logoUrl: undefined,
          ...metadata,
        },
        { organization, status, developer: 'person@example.com', createdVia: 'web', riskFlags: [] },
      );
      return { application, clientSecret: secret };
    },

    rotateByHand: (id) => registry.rotate(id),
    vanish: (id, from = 'everywhere') => void registry.update(id, { vanishedFrom: from }),
    reappear: (id) => void registry.update(id, { vanishedFrom: 'nowhere' }),
    deleteByHand: (id) => void registry.update(id, { softDeleted: true }),
    restoreSoftDeleted: (id) => void registry.update(id, { softDeleted: false }),

    backup: () => ({ registry: registry.backup(), keys: keys.backup() }),
    restore(backup) {
      registry.restore(backup.registry);
      keys.restore(backup.keys);
    },
  };
}
