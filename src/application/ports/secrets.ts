import type { OAuthApplication } from '../../api/application.ts';
import type { Credentials, Redacted } from '../../credentials.ts';

/** What we note in a Secret's annotations. A tenant can write them: without a valid seal they prove nothing (I2). */
export interface SecretNotes {
  readonly seal: string;
  readonly serial: number;
  /** Id of the operation whose value it holds. */
  readonly operation: string;
  readonly applicationId: string;
  readonly clientId: string;
  readonly identity: string;
  /** Uid of the namespace that the seal speaks of. */
  readonly namespaceUid: string;
  /** Id of the operation that made the registration, or took it over, where its owner mark says so. */
  readonly birth: string | undefined;
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
  /** Name of that OAuthApplication where nobody else owns it. */
  readonly soleOwner: string | undefined;
  /** The label by which it is watched: uid of the OAuthApplication it was written for. */
  readonly label: string | undefined;
  readonly notes: SecretNotes | undefined;
}

/** A Secret as a live read shows it. `credentials` are read by the keys that the notes name. */
export interface StoredSecret extends SecretHead {
  readonly credentials: Credentials | undefined;
  /** The superseded secret beside them, where there is one. */
  readonly previous: Redacted | undefined;
  /** Field manager that wrote the data last, if it was not us. */
  readonly writtenBy: string | undefined;
}

/** One that still holds what it was written with. */
export interface WholeSecret extends StoredSecret {
  readonly notes: SecretNotes;
  readonly credentials: Credentials;
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
  /** From the same cache: what was written for this object, under whatever name. */
  labelled(owner: OAuthApplication): readonly SecretHead[];
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
  /**
   * Takes the application off the owners of the Secret of this name, if it is one and there is one. Returns what is there
   * then.
   */
  disown(owner: OAuthApplication, name: string, signal: AbortSignal): Promise<StoredSecret | undefined>;
  /** Deletes that very Secret; one that is gone already counts as deleted. */
  remove(namespace: string, head: SecretHead, signal: AbortSignal): Promise<void>;
}
