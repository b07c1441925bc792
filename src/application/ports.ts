import type { OAuthApplication, OAuthApplicationStatus } from '../api/application.ts';
import type { Credentials, Redacted } from '../credentials.ts';
import type {
  ClientMetadata,
  Manners,
  MetadataField,
  Refusal,
  Registered,
  Registration,
  Verification,
} from '../idp/provider.ts';
import type { Settling } from '../runtime/settling.ts';

/** Names one object in the queue. */
export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

/**
 * What went wrong at the Kubernetes API, by what has to happen next.
 *
 * - `conflict`: the object is no longer what we read; look again. Not news.
 * - `gone`: the object is not there any more.
 * - `forbidden`: our ServiceAccount may not do this.
 * - `refused`: the API server will not accept this object (quota, policy, validation, terminating namespace).
 * - `unavailable`: no usable answer came; the write may have happened.
 */
export type ClusterErrorCode = 'conflict' | 'gone' | 'forbidden' | 'refused' | 'unavailable';

/** The only error that a cluster port throws. `message` holds no data of any object. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly code: ClusterErrorCode;

  constructor(code: ClusterErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A status without what the verdict says: the facts that a later pass, or another process, stands on. */
export type Facts = Omit<OAuthApplicationStatus, 'observedGeneration' | 'conditions' | 'waiting'>;

/** A call that must not be made twice, as the status keeps it (protocol O1). */
export type OperationRecord = NonNullable<Facts['operation']>;

/** Shape of the operation record; a release that changes it counts up, and leaves alone what it does not know (I5). */
export const RECORD_VERSION = 1;

/** OAuthApplications. Reading is from the cache, writing carries uid and resourceVersion (protocol I7). */
export interface Applications {
  get(key: ObjectKey): OAuthApplication | undefined;
  /** A live read of this very object; `undefined` when it, or its uid, is gone. */
  read(application: OAuthApplication, signal: AbortSignal): Promise<OAuthApplication | undefined>;
  /** Every application of the namespace whose Secret has, or is to have, this name. */
  withSecretName(namespace: string, secretName: string): readonly OAuthApplication[];
  /** Every application whose status holds this registration of this provider identity. */
  withApplicationId(identity: string, applicationId: string): readonly OAuthApplication[];
  /** How many applications of this provider identity had a new secret since `sinceMs` (epoch). */
  rotatedSince(identity: string, sinceMs: number): number;
  /** Replaces the status. Returns the object as written. @throws ClusterError `conflict` when it changed since read */
  writeStatus(
    application: OAuthApplication,
    status: OAuthApplicationStatus,
    signal: AbortSignal,
  ): Promise<OAuthApplication>;
  addFinalizer(application: OAuthApplication, signal: AbortSignal): Promise<OAuthApplication>;
  removeFinalizer(application: OAuthApplication, signal: AbortSignal): Promise<void>;
}

/** What we note in a Secret's annotations. A tenant can write them: without a valid seal they prove nothing (I2). */
export interface SecretNotes {
  readonly seal: string;
  readonly serial: number;
  /** Id of the operation whose value it holds. */
  readonly operation: string;
  readonly applicationId: string;
  readonly identity: string;
  /** Digest of the layout that it was written in. */
  readonly layout: string;
  /** Which key of the data holds what (protocol S4). */
  readonly keys: Readonly<Record<string, string>>;
}

/** A Secret as its metadata shows it. */
export interface SecretHead {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly state: 'live' | 'deleting';
  /** Uid of the OAuthApplication that owns it, if one does. */
  readonly ownerUid: string | undefined;
  readonly notes: SecretNotes | undefined;
}

/** A Secret as a live read shows it. `credentials` are read by the keys that the notes name. */
export interface StoredSecret extends SecretHead {
  readonly credentials: Credentials | undefined;
}

/** A Secret to be written: all of its data, nothing else of it. */
export interface SecretDraft {
  readonly name: string;
  readonly data: Readonly<Record<string, Redacted>>;
  readonly notes: SecretNotes;
}

/** Secrets that hold credentials. */
export interface Secrets {
  /** From the metadata cache: only Secrets that carry our label. */
  head(namespace: string, name: string): SecretHead | undefined;
  read(namespace: string, name: string, signal: AbortSignal): Promise<StoredSecret | undefined>;
  /**
   * Writes the draft: a POST where `over` is undefined, else a PUT of that very Secret with our data replaced
   * (protocol S1). `rehearse` goes through admission and quota and stores nothing (S3).
   *
   * @throws ClusterError `conflict` when a POST finds the name taken, or a PUT another version
   */
  write(
    owner: OAuthApplication,
    draft: SecretDraft,
    over: SecretHead | undefined,
    mode: 'commit' | 'rehearse',
    signal: AbortSignal,
  ): Promise<SecretHead>;
  /** Deletes that very Secret; one that is gone already counts as deleted. */
  remove(namespace: string, head: SecretHead, signal: AbortSignal): Promise<void>;
}

/** What a seal vouches for (protocol I2), beside version and cluster. */
export interface SealClaims {
  readonly namespaceUid: string;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly applicationId: string;
}

/** Proofs under the installation's key. */
export interface Seals {
  seal(claims: SealClaims): string;
  /** `foreign-version`: a seal that a later release made; looked at and never touched (protocol I5). */
  verify(seal: string | undefined, claims: SealClaims): 'valid' | 'invalid' | 'foreign-version';
  /** Keyed digest over client id and secret alone (protocol S4). */
  fingerprint(credentials: Credentials): string;
  /** Plain digest in hex, for layouts and names; proves nothing. */
  digest(text: string): string;
  /** The cluster's id (protocol I1). */
  readonly cluster: string;
}

/** Who wants to make a call, for the order of the waiting. */
export interface Claimant {
  readonly key: string;
  readonly namespace: string;
  readonly urgency: 'deletion' | 'requested' | 'new' | 'drift';
}

/** A call that the budget has granted: made once, or given back. */
export interface Reservation {
  giveBack(): void;
}

/**
 * A provider that can be worked with. Every call goes through its budget and the write fence; a call that must wait
 * throws {@link Held} before anything was sent.
 */
export interface ReadyProvider {
  readonly type: 'ready';
  readonly ref: {
    readonly kind: 'OAuthProvider' | 'ClusterOAuthProvider';
    readonly name: string;
    readonly uid: string;
  };
  readonly identity: string;
  readonly issuer: string;
  readonly manners: Manners;
  /** How a registration is called until its id is in the status (protocol R5, R6). */
  readonly naming: 'Temporary' | 'Final';
  /** How long a call may take, in seconds (protocol O3, O4). */
  readonly deadlineSeconds: number;
  /** Set while too many registrations are missing at once (protocol B1). */
  readonly brake: 'off' | 'mass-disappearance';
  /** `closed` while the provider object is being deleted: it takes no new application (protocol D5). */
  readonly intake: 'open' | 'closed';
  /** Unasked rotations per hour (protocol T5). */
  readonly automaticRotationsPerHour: number;
  /** Paths of the spec that this provider can honour, without the leading `spec.`. */
  readonly honours: ReadonlySet<string>;

  refusals(wanted: ClientMetadata): readonly Refusal[];
  differences(wanted: ClientMetadata, found: Registration): readonly MetadataField[];

  /** The registration as last seen, by the listing or by an answer since. Saves a call, permits none. */
  known(id: string): Registration | undefined;
  /** Registrations last seen under exactly this name. */
  named(name: string): readonly Registration[];
  /** A complete listing that began at `startedAfterMs` (monotonic) or later (protocol R3). */
  listing(startedAfterMs: number, claimant: Claimant, signal: AbortSignal): Promise<readonly Registration[]>;

  /** Takes a create from the budget and stores that it is spent. @throws Held */
  reserveCreate(claimant: Claimant, signal: AbortSignal): Promise<Reservation>;
  register(
    reservation: Reservation,
    name: string,
    wanted: ClientMetadata,
    endsAtMs: number,
    signal: AbortSignal,
  ): Promise<Registered>;
  get(id: string, claimant: Claimant, signal: AbortSignal): Promise<Registration>;
  update(
    id: string,
    wanted: ClientMetadata,
    fields: readonly MetadataField[],
    claimant: Claimant,
    signal: AbortSignal,
  ): Promise<Registration>;
  /** Takes a call from the budget, for an operation that is written down between taking and calling. @throws Held */
  reserveCall(claimant: Claimant): Reservation;
  issueSecret(
    reservation: Reservation,
    id: string,
    secretName: string,
    endsAtMs: number,
    signal: AbortSignal,
  ): Promise<Redacted | undefined>;
  verify(credentials: Credentials, claimant: Claimant, signal: AbortSignal): Promise<Verification>;
  remove(id: string, claimant: Claimant, signal: AbortSignal): Promise<void>;
}

/** A provider as an application finds it. */
export type ProviderView =
  | { readonly type: 'missing' }
  /** Not looked at yet by this process: nothing can be said, and nothing should be. */
  | { readonly type: 'warming-up' }
  | { readonly type: 'unready'; readonly message: string }
  | { readonly type: 'denied'; readonly message: string }
  | ReadyProvider;

export interface Providers {
  find(
    ref: { readonly kind: 'OAuthProvider' | 'ClusterOAuthProvider'; readonly name: string },
    namespace: string,
  ): ProviderView;
}

/** The call or write may be made later; nothing was sent. */
export class Held extends Error {
  override readonly name = 'Held';
  readonly waitsFor: 'create' | 'call' | 'lease';
  /** Epoch ms at which it is likely to go on. */
  readonly untilMs: number;

  constructor(waitsFor: Held['waitsFor'], untilMs: number) {
    super(`held back for ${waitsFor}`);
    this.waitsFor = waitsFor;
    this.untilMs = untilMs;
  }
}

/** Something that was done, or that a person should know, for the object's Events. */
export interface Happening {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

/** Everything that a pass can see and do. */
export interface Ports {
  readonly applications: Applications;
  readonly secrets: Secrets;
  readonly providers: Providers;
  readonly namespaces: { uid(namespace: string, signal: AbortSignal): Promise<string> };
  readonly seals: Seals;
  readonly settling: Settling;
  readonly events: { record(application: OAuthApplication, happening: Happening): void };
  /** Time as the API server has it, in epoch ms (protocol T6). */
  readonly clusterTime: () => number;
  /** Waits between repeated writes of a value that was shown once (protocol S3); the one wait inside a pass. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds by which our wall clock and the API server's differ; `undefined` before its first answer. */
  readonly clockSkewMs: () => number | undefined;
  /** Milliseconds left of our lease, by the own monotonic clock; 0 when we do not lead (protocol O3). */
  readonly leaseRemainingMs: () => number;
  /** Unique per process start (protocol O1). */
  readonly holder: string;
  /** A new id for an operation. */
  readonly operationId: () => string;
  readonly monotonicMs: () => number;
}
