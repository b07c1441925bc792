import type { OAuthApplication } from '../api/application.ts';
import type { OAuthProvider, OAuthProviderStatus } from '../api/provider.ts';
import type { Seals } from '../application/ports/seals.ts';
import type { SecretNotes, Secrets } from '../application/ports/secrets.ts';
import type { Redacted } from '../credentials.ts';
import type { IdentityProvider } from '../idp/provider.ts';
import type { ProviderKey } from './key.ts';
import type { Sessions } from './sessions.ts';
import type { Shard } from './shard.ts';

/** Provider objects. Reading is from the cache, writing carries uid and resourceVersion (protocol I7). */
export interface ProviderObjects {
  get(key: ProviderKey): OAuthProvider | undefined;
  /** A live read of this very object; `undefined` when it, or its uid, is gone. */
  read(provider: OAuthProvider, signal: AbortSignal): Promise<OAuthProvider | undefined>;
  /** @throws ClusterError `conflict` when it changed since read */
  writeStatus(provider: OAuthProvider, status: OAuthProviderStatus, signal: AbortSignal): Promise<OAuthProvider>;
  addFinalizer(provider: OAuthProvider, signal: AbortSignal): Promise<OAuthProvider>;
  removeFinalizer(provider: OAuthProvider, signal: AbortSignal): Promise<void>;
  /** Those that are marked as the default: of a namespace, or with `undefined` among the cluster-wide ones. */
  defaults(namespace: string | undefined): readonly OAuthProvider[];
  /** Applications that name the provider or are bound to it, from the cache. */
  applications(key: ProviderKey): readonly OAuthApplication[];
  /** The same, of one namespace. */
  applicationsIn(namespace: string, key: ProviderKey): readonly OAuthApplication[];
  /** Applications of a namespace, or with `undefined` of all, that name no provider and are bound to none yet. */
  undecided(namespace: string | undefined): readonly OAuthApplication[];
  /** Every application that this process sees, from the cache. `unreadable`: one cannot be decoded, as one of a later release. */
  everyApplication(): readonly OAuthApplication[] | 'unreadable';
  /** Names of the Secrets in its own namespace that the spec refers to; none for a ClusterOAuthProvider. */
  secretNames(provider: OAuthProvider): readonly string[];
  /** Other OAuthProviders of its namespace that refer to this Secret, from the cache. */
  sharing(provider: OAuthProvider, secretName: string): readonly OAuthProvider[];
  /** How many applications of the provider have our finalizer, by a live list (protocol D5). */
  countInUse(key: ProviderKey, signal: AbortSignal): Promise<number>;
}

/** Values of a Secret, by their keys. */
export type SecretValues = Readonly<Record<string, Redacted>>;

/** What a provider object refers to in a Secret. */
export type FoundCredentials =
  /** The fingerprint is one over all values. */
  | { readonly type: 'found'; readonly values: SecretValues; readonly fingerprint: string }
  | { readonly type: 'no-secret' }
  /** The first that has no value. */
  | { readonly type: 'no-key'; readonly key: string };

/** A Secret as far as protocol D5 goes. */
export interface CredentialSecret {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly finalizers: readonly string[];
  readonly state: 'live' | 'deleting';
}

/** Our finalizer on Secrets, so that what is deleted together goes in the right order (protocol D5). */
export interface SecretHolds {
  /** A live read; `undefined` when there is no such Secret. */
  look(namespace: string, name: string, signal: AbortSignal): Promise<CredentialSecret | undefined>;
  /** Puts it on. @throws ClusterError `conflict` when the Secret changed since the look */
  hold(secret: CredentialSecret, signal: AbortSignal): Promise<void>;
  /** Takes it off. @throws ClusterError `conflict` when the Secret changed since the look */
  letGo(secret: CredentialSecret, signal: AbortSignal): Promise<void>;
}

/** Leases of other installations (protocol I6). */
export interface RivalLeases {
  /**
   * Milliseconds until a claim under this Lease (`namespace/name`) is void, if nobody renews it; 0 once it is. Counted
   * on the own monotonic clock from when the Lease was first seen as it is. `unreadable`: we may not read it.
   */
  remainingMs(lease: string, signal: AbortSignal): Promise<number | 'unreadable'>;
}

/** What an adapter stands on beside the spec, from Secrets. */
export interface AdapterSecrets {
  readonly credentials: SecretValues;
  /** Certificates in PEM that are trusted beside the system's. */
  readonly ca: string | undefined;
}

/** Which statuses and Secrets prove what they name (protocol I2). Asked at every listing, so that one that did not change costs nothing. */
export interface Proofs {
  /** Whether the seal proves the registration that the status names, for an object of the namespace with this uid. */
  isProved(application: OAuthApplication, namespaceUid: string): boolean;
  /** Whether the seal of a Secret's notes proves the registration that they name, for an object of this name. */
  isSealedFor(application: OAuthApplication, notes: SecretNotes): boolean;
}

/** Everything that a pass over a provider object can see and do. */
export interface ProviderPorts {
  readonly providers: ProviderObjects;
  readonly credentials: {
    read(namespace: string, name: string, keys: readonly string[], signal: AbortSignal): Promise<FoundCredentials>;
  };
  /**
   * The adapter for the block that the spec names, on the way that the object describes; `undefined` where this release
   * has none.
   */
  readonly adapter: (
    key: ProviderKey,
    spec: OAuthProvider['spec'],
    secrets: AdapterSecrets,
  ) => IdentityProvider | undefined;
  /** Whether a text is certificates in PEM. */
  readonly isCertificateBundle: (text: string) => boolean;
  readonly sessions: Sessions;
  /** What the operator's rights reach: without the cluster no namespace's labels can be read. */
  readonly reach: 'cluster' | 'namespace';
  readonly holds: SecretHolds;
  /** Secrets with the credentials of applications, from the cache. */
  readonly secrets: Pick<Secrets, 'head' | 'labelled'>;
  readonly leases: RivalLeases;
  readonly namespaces: {
    /** From the cache where there is one; `undefined` where there is no such namespace. */
    uid(namespace: string, signal: AbortSignal): Promise<string | undefined>;
    /** Whether a namespace is going away, read live. */
    state(namespace: string, signal: AbortSignal): Promise<'live' | 'leaving'>;
  };
  readonly seals: Pick<Seals, 'installation' | 'cluster' | 'digest' | 'keyed'>;
  readonly proofs: Proofs;
  readonly shard: Shard;
  /** Whether a pass over the application of this `namespace/name` is running. */
  readonly isUnderWay: (application: string) => boolean;
  /** Asks for passes over applications, by `namespace/name`. */
  readonly queue: (keys: readonly string[]) => void;
  /** The same, where what they may have failed for until now is over: their pauses begin anew. */
  readonly renew: (keys: readonly string[]) => void;
  /** Who we are (protocol I1, I6). */
  readonly installation: { readonly id: string; readonly cluster: string; readonly lease: string };
  readonly clusterTime: () => number;
  readonly monotonicMs: () => number;
}
