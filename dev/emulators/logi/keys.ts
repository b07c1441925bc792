import { hash } from 'node:crypto';

/** A Personal API Key and the person behind it. */
export interface ApiKey {
  /** How the journal names it; the token itself is shown nowhere. */
  readonly label: string;
  readonly role: 'owner' | 'admin' | 'developer';
  readonly scopes: readonly string[];
  /** Slug of the organization whose applications it sees. */
  readonly organization: string;
  /** The person's e-mail address. */
  readonly developer: string;
  readonly emailVerified: boolean;
  readonly state: 'active' | 'expired' | 'revoked';
  /** When the person's account was made, in ms since the epoch. */
  readonly accountSince: number;
}

/** What a test says of a key; the rest is that of an owner who may do everything. */
export type NewApiKey = { readonly token: string } & Partial<ApiKey>;

/** The keys that the emulator knows. */
export interface Keyring {
  /** Adds the key, or replaces the one with the same token. */
  add(key: NewApiKey): void;
  remove(token: string): void;
  /** The key with this token, whatever its state. */
  find(token: string): ApiKey | undefined;
  backup(): KeyringBackup;
  restore(backup: KeyringBackup): void;
}

/** Every key by the digest of its token. */
export type KeyringBackup = ReadonlyMap<string, ApiKey>;

/** The key that exists from the start, of an owner. */
export const DEFAULT_KEY = 'lpa_pat_test';

/** The organization of keys and applications that name none. */
export const DEFAULT_ORGANIZATION = 'personal-8';

const OWNER: ApiKey = {
  label: 'default',
  role: 'owner',
  scopes: ['apps:read', 'apps:manage'],
  organization: DEFAULT_ORGANIZATION,
  developer: 'owner@example.com',
  emailVerified: true,
  state: 'active',
  accountSince: 0,
};

/** A keyring with {@link DEFAULT_KEY} and `more`. Keeps digests, so that no token can be printed by accident. */
export function keyring(more: readonly NewApiKey[]): Keyring {
  let keys = new Map<string, ApiKey>();

  const ring: Keyring = {
    add({ token, ...said }) {
      keys.set(digest(token), { ...OWNER, label: `key-${keys.size + 1}`, ...said });
    },
    remove(token) {
      keys.delete(digest(token));
    },
    find: (token) => keys.get(digest(token)),
    backup: () => structuredClone(keys),
    restore(backup) {
      keys = new Map(structuredClone(backup));
    },
  };

  for (const key of [{ token: DEFAULT_KEY, label: OWNER.label }, ...more]) ring.add(key);
  return ring;
}

function digest(token: string): string {
  return hash('sha256', token);
}
