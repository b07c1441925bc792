import type { OptionField } from '../../api/application/options.ts';
import type { OAuthApplication } from '../../api/application.ts';
import type { Privilege, UriPolicy } from '../../api/guarded.ts';
import type { Credentials, Redacted } from '../../credentials.ts';
import type { OwnerMark } from '../../idp/owner-mark.ts';
import type {
  Birth,
  ClientMetadata,
  Inspection,
  Manners,
  MetadataField,
  Refusal,
  Registered,
  Registration,
  Retirement,
  Verification,
} from '../../idp/provider.ts';
import type { OperationRecord } from './applications.ts';

/** Who wants to make a call, for the order of the waiting. */
export interface Claimant {
  readonly key: string;
  readonly namespace: string;
  readonly urgency: 'deletion' | 'requested' | 'new' | 'drift';
  /** The same object for all calls of a pass: who has to wait amid one is let in again with places for its earlier calls. */
  readonly pass?: object;
}

/** Who wants to register. */
export interface Applicant extends Claimant {
  /** What for: whoever was refused, and asks for something else or anew, says another word here. */
  readonly asked: string;
}

/**
 * By what a registration is found again whose id is not in the status: its temporary name (protocol R5), its owner mark
 * (R4), or nothing but a person (R6).
 */
export type Naming = 'Temporary' | 'Marked' | 'Final';

/** A call that the budget has granted: made once, or given back. */
export interface Reservation {
  giveBack(): void;
}

/** Rotations that are about to be written down: they have their place in the limits before a status tells of them (T5). */
export interface Beginnings {
  /** Why another secret is about to be issued to the object of this uid; `undefined` where none is. */
  causeOf(uid: string): OperationRecord['cause'];
  /** Has it count as about to begin until `work` is done, or has failed. */
  during<T>(uid: string, cause: NonNullable<OperationRecord['cause']>, work: () => Promise<T>): Promise<T>;
}

/**
 * A provider that can be worked with. Every call goes through its budget and the write fence; a call that must wait
 * throws {@link Postponed} before anything was sent.
 */
export interface ReadyProvider {
  readonly ref: ProviderRef & { readonly uid: string };
  readonly identity: string;
  readonly issuer: string;
  readonly manners: Manners;
  /** Id of the registration that the operator itself logs in with, where it has one. */
  readonly self: string | undefined;
  /** Names that a registration's first secret may have at this provider. */
  readonly firstSecretNames: ReadonlySet<string>;
  /** Fields that can be taken away again at this provider. */
  readonly clears: ReadonlySet<MetadataField>;
  /** Fields that a listing does not show. */
  readonly unlisted: ReadonlySet<MetadataField>;
  /** How often everything is looked at that a listing does not show, ms. */
  readonly deepResyncMs: number;
  readonly naming: Naming;
  /** How long a call may take, in seconds (protocol O3, O4). */
  readonly deadlineSeconds: number;
  /** Set while too many registrations are missing at once (protocol B1). */
  brake(): 'off' | 'mass-disappearance';
  /** `closed` while the provider object is being deleted: it takes no new application (protocol D5). */
  intake(): 'open' | 'closed';
  /** `suspended`: no call is made but for the end of an open operation and for a deletion (protocol B2). */
  activity(): 'working' | 'suspended';
  /** Unasked rotations per hour (protocol T5). */
  readonly automaticRotationsPerHour: number;
  readonly beginnings: Beginnings;
  /** Optional fields that this provider can honour. */
  readonly honours: ReadonlySet<OptionField>;

  refusals(wanted: ClientMetadata): readonly Refusal[];
  /** What a user of these settings has to know, each a sentence without a full stop. */
  remarks(wanted: ClientMetadata): readonly string[];
  differences(wanted: ClientMetadata, found: Registration): readonly MetadataField[];
  /** What of `found` is not as `wanted` and can never be changed. */
  conflicts(wanted: ClientMetadata, found: Registration): readonly Refusal[];

  /**
   * `confirmed`: a person has said that applications registered under another identity may move to this one. One does if
   * its registration is `known` here by the same id and client id, and by its owner mark where there is one (I4).
   * `refused`: this former one can never have been the provider's, whoever says so.
   */
  moving(formerIdentity: string): 'confirmed' | 'unconfirmed' | 'refused';

  /** Whether a person lets `namespace` take back what an earlier one of its name, with this uid, retained (R10). */
  released(namespace: string, namespaceUid: string): 'released' | 'kept';

  /** The registration as last seen, by the listing or by an answer since. Saves a call, permits none. */
  known(id: string): Registration | undefined;
  /** Since when it is known, and was never missing (monotonic). A listing from before may lack what was made with it. */
  knownSinceMs(id: string): number | undefined;
  /** Registrations last seen under exactly this name. */
  named(name: string): readonly Registration[];
  /** Registrations last seen with an owner mark that names an object of this namespace and name. */
  marked(namespace: string, name: string): readonly Registration[];
  /** A complete listing that began at `startedAfterMs` (monotonic) or later (protocol R3). */
  listing(startedAfterMs: number, claimant: Claimant, signal: AbortSignal): Promise<readonly Registration[]>;

  /**
   * Takes a create from the budget and stores that it is spent.
   *
   * @throws Postponed, and without a call ProviderError, or what its answer was rejected for: the refusal of an earlier create, which
   *   stands until a person acts
   */
  reserveCreate(applicant: Applicant, signal: AbortSignal): Promise<Reservation>;
  register(
    reservation: Reservation,
    birth: Birth,
    wanted: ClientMetadata,
    endsAtMs: number,
    signal: AbortSignal,
  ): Promise<Registered>;
  /** What the create of this place was answered with is not the applicant's, which counts as a refusal (protocol O5). */
  rejectAnswer(reservation: Reservation, refusal: Error): void;
  get(id: string, claimant: Claimant, signal: AbortSignal): Promise<Registration>;
  /** The registration with what a listing does not show. */
  inspect(id: string, claimant: Claimant, signal: AbortSignal): Promise<Inspection>;
  /** The registration as {@link ReadyProvider.get} shows it, with its secrets. */
  getWithSecrets(id: string, claimant: Claimant, signal: AbortSignal): Promise<Inspection>;
  /**
   * `found` is ours. It was read live a moment ago where `ownerMark` is `stored`; without a mark it is what the last
   * listing or answer showed.
   */
  update(
    found: Registration,
    wanted: ClientMetadata,
    fields: readonly MetadataField[],
    claimant: Claimant,
    signal: AbortSignal,
  ): Promise<Registration>;
  /** Takes a call from the budget, for an operation that is written down between taking and calling. @throws Postponed */
  reserveCall(claimant: Claimant): Reservation;
  issueSecret(
    reservation: Reservation,
    id: string,
    secretName: string,
    endsAtMs: number,
    signal: AbortSignal,
  ): Promise<Redacted | undefined>;
  /** Writes the owner mark. Only where `ownerMark` is `stored`. */
  mark(found: Registration, mark: OwnerMark, claimant: Claimant, signal: AbortSignal): Promise<Registration>;
  /** Deletes a superseded secret. Only where `rotation` is `overlapping`. */
  retireSecret(id: string, secretName: string, claimant: Claimant, signal: AbortSignal): Promise<Retirement>;
  /** `unanswered` proves nothing (protocol S10): the provider was not there to be asked, another try may find out. */
  verify(credentials: Credentials, claimant: Claimant, signal: AbortSignal): Promise<Verification | 'unanswered'>;
  remove(id: string, claimant: Claimant, signal: AbortSignal): Promise<void>;
}

/** What a provider object grants to a namespace. */
export type Access =
  | {
      readonly type: 'granted';
      /** What every URI of a spec must obey; `undefined`: anything that the schema admits. */
      readonly uris: UriPolicy | undefined;
      /** Ids of registrations that may be adopted or observed. */
      readonly adoptable: ReadonlySet<string>;
      readonly allow: ReadonlySet<Privilege>;
      /** Most applications of the namespace; `undefined`: no limit. */
      readonly maxApplications: number | undefined;
    }
  | { readonly type: 'denied'; readonly message: string };

/** A provider as the applications of a namespace find it. */
export type ProviderView =
  | { readonly type: 'missing'; readonly message: string }
  /** A cluster-wide one, or a default that may be: an operator that serves one namespace cannot see whether it is there. */
  | { readonly type: 'out-of-sight'; readonly message: string }
  /** Not looked at yet by this process as it is now: nothing can be said, and nothing should be. */
  | { readonly type: 'warming-up' }
  /** Another shard's, and the application with it: nothing is to be said or done. */
  | { readonly type: 'elsewhere' }
  | { readonly type: 'unready'; readonly name: string; readonly message: string; readonly access: Access }
  | { readonly type: 'ready'; readonly provider: ReadyProvider; readonly access: Access };

/** Names a provider object from within a namespace. */
export interface ProviderRef {
  readonly kind: 'OAuthProvider' | 'ClusterOAuthProvider';
  readonly name: string;
}

/** Provider objects, from the cache, and what this process knows of them. */
export interface Providers {
  /** The provider that `ref` names; the default one of the namespace, else of the cluster, where it is `undefined`. */
  find(ref: ProviderRef | undefined, namespace: string): ProviderView;
  /** Applications of the namespace that name the provider, are bound to it, or would get it as their default. */
  users(ref: ProviderRef, namespace: string): readonly OAuthApplication[];
}
