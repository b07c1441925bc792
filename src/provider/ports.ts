import type { OAuthApplication } from '../api/application.ts';
import type { OAuthProvider, OAuthProviderStatus } from '../api/provider.ts';
import type { Redacted } from '../credentials.ts';
import type { IdentityProvider } from '../idp/provider.ts';
import type { Sessions } from './sessions.ts';

/** Names one provider object. `namespace` is `undefined` for a ClusterOAuthProvider. */
export interface ProviderKey {
  readonly kind: OAuthProvider['kind'];
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Provider objects. Reading is from the cache, writing carries uid and resourceVersion (protocol I7). */
export interface ProviderObjects {
  get(key: ProviderKey): OAuthProvider | undefined;
  /** A live read of this very object; `undefined` when it, or its uid, is gone. */
  read(provider: OAuthProvider, signal: AbortSignal): Promise<OAuthProvider | undefined>;
  /** @throws ClusterError `conflict` when it changed since read */
  writeStatus(provider: OAuthProvider, status: OAuthProviderStatus, signal: AbortSignal): Promise<OAuthProvider>;
  addFinalizer(provider: OAuthProvider, signal: AbortSignal): Promise<OAuthProvider>;
  removeFinalizer(provider: OAuthProvider, signal: AbortSignal): Promise<void>;
  /** Applications that name the provider or are bound to it, from the cache. */
  applications(key: ProviderKey): readonly OAuthApplication[];
  /** How many of them have our finalizer, by a live list (protocol D5). */
  countInUse(key: ProviderKey, signal: AbortSignal): Promise<number>;
}

/** A value in a Secret that a provider object refers to. */
export type FoundCredentials =
  | { readonly type: 'found'; readonly value: Redacted; readonly fingerprint: string }
  | { readonly type: 'no-secret' }
  | { readonly type: 'no-key' };

/** Everything that a pass over a provider object can see and do. */
export interface ProviderPorts {
  readonly providers: ProviderObjects;
  readonly credentials: {
    read(namespace: string, name: string, key: string, signal: AbortSignal): Promise<FoundCredentials>;
  };
  /** The adapter for the block that the spec names; `undefined` where this release has none. */
  readonly adapter: (spec: OAuthProvider['spec'], credentials: Redacted) => IdentityProvider | undefined;
  readonly sessions: Sessions;
  /** Asks for passes over applications, by `namespace/name`. */
  readonly queue: (keys: readonly string[]) => void;
  /** Who we are (protocol I1, I6). */
  readonly installation: { readonly id: string; readonly cluster: string; readonly lease: string };
  readonly clusterTime: () => number;
  readonly monotonicMs: () => number;
}
