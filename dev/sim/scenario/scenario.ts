import type { Strike } from '../blows.ts';

/** One story: who is there, and what happens when. Plain data, so that it can be told, kept and shortened. */
export interface Scenario {
  readonly seed: number;
  readonly shape: Shape;
  readonly steps: readonly Step[];
}

/** What the story begins with. */
export interface Shape {
  /** Two share the providers' tenants. */
  readonly clusters: 1 | 2;
  /** Processes of each cluster. */
  readonly replicas: number;
  readonly applications: readonly Planned[];
  /** What logi's documentation leaves open. */
  readonly logi: LogiForm;
  /** What logi does with the whole list of redirect URIs in an update; left out: it takes it. */
  readonly logiLists?: 'refused' | 'ignored' | undefined;
  /** How far a provider's clock is ahead of the API server's, ms. */
  readonly providerSkewMs: number;
  /** Whether superseded secrets are kept beside the current one under `previousClientSecret`. */
  readonly previous: 'kept' | 'dropped';
  /** Longest delay of a watch event, ms. */
  readonly lagMs: number;
  /** Whether the same manifest in two namespaces gives both registrations one name. */
  readonly names: 'apart' | 'alike';
  /** Between two scheduled rotations, in days; `undefined`: none is scheduled. */
  readonly intervalDays: number | undefined;
  /** How far the wall clock of each replica is ahead of the one before it, ms. */
  readonly apartMs: number;
  /** How long after a write controllers come round, the garbage collector among them, ms. */
  readonly collectorMs: number;
  /** How long what runs Pods takes for each step from the old ones to the new, ms; left out: nothing runs. */
  readonly rolloutMs?: number | undefined;
  /** How long users, faults and processes act; then nothing happens any more that the operator does not do, ms. */
  readonly activeMs: number;
}

export type LogiForm =
  | 'as-documented'
  | 'wrapped'
  | 'html-not-found'
  | 'secret-withheld'
  | 'lagging-list'
  | 'paged'
  | 'found-by-name'
  | 'refused-by-name'
  | 'one-passes';

/** Where an application is applied, and what is known of it in advance. */
export interface Planned {
  readonly cluster: number;
  readonly namespace: string;
  readonly name: string;
  readonly provider: 'logi' | 'logto';
  readonly type: 'Web' | 'Native' | 'MachineToMachine';
  readonly deletionPolicy: 'Delete' | 'Retain';
  readonly onSecretLoss: 'Reissue' | 'Wait';
  /** What its team asks for that calls of their own give and take away one by one; left out: nothing. */
  readonly privileges?: Privileges | undefined;
  /** What runs with its Secret, and is to get new Pods for a new value; left out: nothing does, and the spec says so. */
  readonly workload?: PlannedWorkload | undefined;
}

/** What a team runs: how it comes by the Secret. */
export interface PlannedWorkload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly refersBy: 'env' | 'envFrom' | 'volume';
}

/** Roles of a machine, scopes that users of a third party are asked to consent to, or redirect URIs at logi. */
export type Privileges = 'roles' | 'consent' | 'uris';

/** How much is asked for: what the manifest says, something else, or as little as there can be. */
export type Extent = 'first' | 'other' | 'fewest';

/** `application`: its place in {@link Shape.applications}. */
export type Act =
  | { readonly type: 'apply'; readonly application: number }
  | { readonly type: 'edit'; readonly application: number; readonly to: Edit }
  | { readonly type: 'delete'; readonly application: number; readonly propagation?: 'Foreground' | undefined }
  | { readonly type: 'ask'; readonly application: number; readonly forWhat: Request }
  /** The token that was served before the last one stands there again, as where a tool keeps the object as it is in Git. */
  | { readonly type: 'ask-again'; readonly application: number; readonly forWhat: Exclude<Request, 'reconcile'> }
  | { readonly type: 'workload'; readonly application: number; readonly how: WorkloadDeed }
  | { readonly type: 'tamper-secret'; readonly application: number; readonly how: SecretTampering }
  | { readonly type: 'tamper-status'; readonly application: number; readonly how: StatusTampering }
  | { readonly type: 'restore-object'; readonly application: number; readonly from: 'manifest' | 'backup' }
  | { readonly type: 'console'; readonly application: number; readonly how: ConsoleDeed }
  | { readonly type: 'backup'; readonly of: Database; readonly cluster: number }
  | {
      readonly type: 'restore';
      readonly of: Database;
      readonly cluster: number;
      readonly revision: 'goes-back' | 'goes-on';
    }
  | { readonly type: 'clock'; readonly whose: 'operators' | 'api'; readonly byMs: number }
  | { readonly type: 'process'; readonly cluster: number; readonly replica: number; readonly fate: Fate }
  | { readonly type: 'api-down'; readonly cluster: number; readonly forMs: number }
  | { readonly type: 'outage'; readonly site: Planned['provider']; readonly how: Outage; readonly forMs: number }
  | { readonly type: 'watches'; readonly cluster: number; readonly how: 'cut' | 'hushed' | 'expired' }
  | { readonly type: 'strike'; readonly strike: Strike };

/** What can be saved whole and put back. */
export type Database = 'etcd' | 'logi' | 'logto';

/**
 * `away`: nothing connects. Else every request is answered so, and none is served; where it is about who asks or how many
 * there are, every one that is.
 */
export type Outage = 'away' | 'unavailable' | 'unauthorized' | 'denied' | 'forbidden' | 'throttled' | 'full';

/** `provider`: the other one. */
export type Edit =
  | 'provider'
  | 'name'
  | 'uris'
  | 'secret-name'
  | 'keys'
  | 'suspend'
  | 'resume'
  | 'retain'
  | 'delete-policy'
  | `${Extent}-privileges`;
/** `apply`: it refers to the Secret that the spec names now. */
export type WorkloadDeed = 'apply' | 'remove';
export type Request = 'rotate' | 'reconcile' | 'retire' | 'register-anew';
/**
 * `copy-notes`: the annotations and labels that the operator wrote on a neighbour's. `forge-notes`: another one in its place,
 * with notes of our form that name another registration, and the seal that there was.
 */
export type SecretTampering =
  | 'delete'
  | 'other-value'
  | 'drop-key'
  | 'strip-notes'
  | 'foreign-in-its-place'
  | 'copy-notes'
  | 'forge-notes';
/**
 * `other-id`: that of another application at the same provider, if there is one. `newest-id`: that of whatever was made last
 * there. `superseded`: as if the secret in use were, and what a person made beside it.
 */
export type StatusTampering = 'wipe' | 'forget-operation' | 'other-id' | 'newest-id' | 'superseded';
/**
 * `hide`: it is listed and not shown, `unlist`: shown and not listed, until it is shown again. `forge`: another one is given
 * the mark, or such a name. `mark-away`: this one is given the mark of an object elsewhere.
 */
export type ConsoleDeed =
  | 'rename'
  | 'delete'
  | 'copy'
  | 'rotate'
  | 'add-secret'
  | 'remove-secret'
  | 'namesake'
  | 'hide'
  | 'unlist'
  | 'show-again'
  | 'mark-away'
  | 'forge';
export type Fate =
  | { readonly type: 'kill' }
  | { readonly type: 'terminate' }
  | { readonly type: 'stop'; readonly forMs: number };

/** `atMs`: since the story began. */
export interface Step {
  readonly atMs: number;
  readonly act: Act;
}
