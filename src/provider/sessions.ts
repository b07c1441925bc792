import type { Reason } from '../api/conditions.ts';
import type { OAuthProvider } from '../api/provider.ts';
import { type ProviderKey, textOf } from './key.ts';
import type { Session } from './session.ts';

/** A session, and what of the provider object it was made from: whatever of that changes asks for another. */
export interface Attempt {
  readonly session: Session;
  readonly uid: string;
  readonly generation: number;
  /** What said where the provider is, and the way there. */
  readonly spec: OAuthProvider['spec'];
  /** Fingerprint of the credentials. */
  readonly credentials: string;
  /** Fingerprint of the certificates of `spec.tls`. */
  readonly ca: string | undefined;
}

/** How a provider object stands, as far as applications are concerned. */
export type Standing = OpenStanding | { readonly type: 'shut'; readonly reason: Reason; readonly message: string };

/** Of one that is in service. */
export interface OpenStanding {
  readonly type: 'open';
  readonly session: Session;
  /**
   * `doubted`: what the last listing said has to be seen again before anything follows from it. `none`: no pass over the
   * provider object has looked at one, since it is suspended.
   */
  readonly listing: 'trusted' | 'doubted' | 'none';
  readonly seen?: Seen | undefined;
}

/** What a pass over the provider object has looked at last. */
interface Seen {
  /** When the listing began (monotonic). */
  readonly startedAtMs: number;
  /** `namespace/name` of the applications that differed from it. */
  readonly differing: ReadonlySet<string>;
}

/** The sessions with all providers that this process serves. Knowledge, not state: a new process makes them anew. */
export interface Sessions {
  /** The last one that was made, let in or not: its budget, and what it has seen, live on while the provider is away. */
  attempt(key: ProviderKey): Attempt | undefined;
  attempted(key: ProviderKey, attempt: Attempt): void;
  /** `undefined`: not looked at yet. */
  standing(key: ProviderKey): Standing | undefined;
  stand(key: ProviderKey, standing: Standing): void;
  drop(key: ProviderKey): void;
}

export function createSessions(): Sessions {
  const attempts = new Map<string, Attempt>();
  const standings = new Map<string, Standing>();

  return {
    attempt: (key) => attempts.get(textOf(key)),
    attempted: (key, attempt) => void attempts.set(textOf(key), attempt),
    standing: (key) => standings.get(textOf(key)),
    stand: (key, standing) => void standings.set(textOf(key), standing),
    drop(key) {
      attempts.delete(textOf(key));
      standings.delete(textOf(key));
    },
  };
}
