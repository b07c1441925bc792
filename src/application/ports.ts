import type { OAuthApplication, OAuthApplicationStatus } from '../api/application.ts';
import type { Privilege, UriPolicy } from '../api/guarded.ts';
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

/** A Secret that the spec names no longer (protocol S8). */
export type FormerSecret = NonNullable<Facts['formerSecrets']>[number];

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
  /** Every application that is bound to this provider identity. */
  ofIdentity(identity: string): readonly OAuthApplication[];
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
  /** Uid of the namespace that the seal speaks of. */
  readonly namespaceUid: string;
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
  /** Whether it carries the label by which it is watched. */
  readonly label: 'present' | 'absent';
  readonly notes: SecretNotes | undefined;
}

/** A Secret as a live read shows it. `credentials` are read by the keys that the notes name. */
export interface StoredSecret extends SecretHead {
  readonly credentials: Credentials | undefined;
  /** Field manager that wrote the data last, if it was not us. */
  readonly writtenBy: string | undefined;
}

/** What was found in somebody else's Secret. `others` are the names of its further keys. */
export type ForeignValues =
  | {
      readonly type: 'found';
      readonly credentials: Credentials;
      readonly stored: StoredSecret;
      readonly others: readonly string[];
    }
  | { readonly type: 'no-secret' }
  | { readonly type: 'no-key'; readonly key: string };

/** A Secret to be written: all of its data, and what is ours of its metadata. */
export interface SecretDraft {
  readonly name: string;
  /** `application`: the Secret goes with it. `none`: it stays (protocol S9). */
  readonly owner: 'application' | 'none';
  readonly data: Readonly<Record<string, Redacted>>;
  /** What the user wants on it. What a former draft had here and this one has not is taken off again. */
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
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
  /** The credentials in a Secret that somebody else wrote, under the keys that he says. */
  values(
    namespace: string,
    name: string,
    keys: { readonly clientId: string; readonly clientSecret: string },
    signal: AbortSignal,
  ): Promise<ForeignValues>;
  /** Whether a Secret that was read here has all of the draft in it. What others put beside that does not count. */
  holds(stored: StoredSecret, draft: Pick<SecretDraft, 'data' | 'metadata'>): boolean;
  /** Deletes that very Secret; one that is gone already counts as deleted. */
  remove(namespace: string, head: SecretHead, signal: AbortSignal): Promise<void>;
}

/** A Deployment, StatefulSet or DaemonSet whose Pods see the value of a Secret, as a list showed it. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The Secret for which it was found. */
  readonly secretName: string;
  /** The mark of the last roll for that Secret. Whoever may write the workload can forge it, to his own loss alone. */
  readonly rolledFor: string | undefined;
}

/** Workloads that run with a Secret. Asked for only where the spec says `restart: Referencing`. */
export interface Workloads {
  /**
   * Those of the namespace whose pod template uses the Secret, by kind and name, from a list that began at
   * `startedAfterMs` (monotonic) or later. One that is being deleted, or that cannot be read, is left out.
   *
   * @throws ClusterError `forbidden`, which names the resource, without the permission to list one of the kinds
   */
  using(
    namespace: string,
    secretName: string,
    startedAfterMs: number,
    signal: AbortSignal,
  ): Promise<readonly Workload[]>;
  /**
   * Asks its controller for new Pods, by an annotation of the Secret's own on the pod template, unless the mark stands
   * there already. The controller goes about it by its own strategy: a paused Deployment rolls when it is resumed.
   *
   * @param mark differs for each value that a Secret of this name ever had, and is the same after a crash
   * @throws ClusterError; after `unavailable` it may have happened, and is asked for again with the same mark
   */
  roll(workload: Workload, mark: string, signal: AbortSignal): Promise<'rolled' | 'already' | 'gone'>;
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
  readonly ref: ProviderRef & { readonly uid: string };
  readonly identity: string;
  readonly issuer: string;
  readonly manners: Manners;
  /** Fields that can be taken away again at this provider. */
  readonly clears: ReadonlySet<MetadataField>;
  /** How a registration is called until its id is in the status (protocol R5, R6). */
  readonly naming: 'Temporary' | 'Final';
  /** How long a call may take, in seconds (protocol O3, O4). */
  readonly deadlineSeconds: number;
  /** Set while too many registrations are missing at once (protocol B1). */
  readonly brake: 'off' | 'mass-disappearance';
  /** `closed` while the provider object is being deleted: it takes no new application (protocol D5). */
  readonly intake: 'open' | 'closed';
  /** `suspended`: no call is made but for the end of an open operation and for a deletion (protocol B2). */
  readonly activity: 'working' | 'suspended';
  /**
   * `confirmed`: a person has said that applications registered under another identity may move to this one. One does
   * if its registration is `known` here by the same id and client id (protocol I4).
   */
  readonly moving: 'confirmed' | 'refused';
  /** Unasked rotations per hour (protocol T5). */
  readonly automaticRotationsPerHour: number;
  /** Paths of the spec that this provider can honour, without the leading `spec.`. */
  readonly honours: ReadonlySet<string>;

  refusals(wanted: ClientMetadata): readonly Refusal[];
  /** What a user of these settings has to know, each a sentence without a full stop. */
  remarks(wanted: ClientMetadata): readonly string[];
  differences(wanted: ClientMetadata, found: Registration): readonly MetadataField[];

  /** Whether a person lets the namespace with this uid take back what an earlier one of its name retained (R10). */
  released(namespace: string, namespaceUid: string): 'released' | 'kept';

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
  /** Not looked at yet by this process: nothing can be said, and nothing should be. */
  | { readonly type: 'warming-up' }
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

/**
 * The call or write may be made later; nothing was sent.
 *
 * It waits for the provider's limit (`create`, `call`), for our lease, or for what keeps rotations apart: the floor
 * between two of one object (`rotation`), the limit on those that nobody asked for (`unasked`), or that on scheduled
 * ones (`schedule`).
 */
export class Held extends Error {
  override readonly name = 'Held';
  readonly waitsFor: 'create' | 'call' | 'lease' | 'rotation' | 'unasked' | 'schedule';
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
  readonly workloads: Workloads;
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
