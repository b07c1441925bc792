import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';

/** A Lease (coordination.k8s.io/v1) reduced to what election needs. */
export interface LeaseRecord {
  /** `undefined`: released. */
  readonly holder: string | undefined;
  /** For how long after a renewal others keep away, s. */
  readonly durationSeconds: number;
  /** RFC 3339 with microseconds (`MicroTime`), by the holder's wall clock. For people to read. */
  readonly acquireTime: string;
  /** The same. Compared for having changed, never as a time. */
  readonly renewTime: string;
  /** How often the holder has changed. */
  readonly transitions: number;
  /** Grows with every write (`resourceVersion`), unless the API server is set back to an earlier state. */
  readonly version: string;
}

/** Where the Lease is. Every method may throw when no usable answer came; a write may then have happened all the same. */
export interface LeaseStore {
  /** The live record, never a cached one; `undefined` where there is none. */
  read(signal: AbortSignal): Promise<LeaseRecord | undefined>;
  /** `conflict`: there is one already. */
  create(record: Omit<LeaseRecord, 'version'>, signal: AbortSignal): Promise<LeaseRecord | 'conflict'>;
  /** `conflict`: the live version is not `record.version`. */
  update(record: LeaseRecord, signal: AbortSignal): Promise<LeaseRecord | 'conflict'>;
}

/** For log and metrics. `store-failed` carries what the store threw. */
export type LeaderEvent =
  | { readonly type: 'acquired' }
  | { readonly type: 'lost'; readonly reason: LeadershipLost }
  | { readonly type: 'released' }
  | { readonly type: 'store-failed'; readonly error: unknown };

export interface ElectionOptions {
  readonly store: LeaseStore;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Unique to this start of the process, or a process could take its predecessor's lease for its own. */
  readonly identity: string;
  /** For how long a renewal holds: whole seconds, since the Lease can say no others, ms. */
  readonly durationMs: number;
  /** Leadership is given up when the last renewal is this old, ms. Less than `durationMs`. */
  readonly renewDeadlineMs: number;
  /** Time between two tries, ms; 1.2 times it is less than `renewDeadlineMs`, as client-go checks. */
  readonly retryMs: number;
  /** Must not throw. */
  readonly onEvent: (event: LeaderEvent) => void;
}

/**
 * `taken`: the lease is not ours any more. `expired`: it could not be renewed in time. `stopped`: we were told to stop.
 * `set-back`: it is as it was before, so that the API server was set back to an earlier state (a restored etcd), and what
 * this process has read of it does not count any more.
 */
export type LossCode = 'taken' | 'expired' | 'stopped' | 'set-back';

/**
 * Whether a record of this version was written before the other, as resourceVersions of one resource compare
 * (https://kep.k8s.io/5504).
 */
export function isEarlier(version: string, than: string): boolean {
  return Number(version) < Number(than);
}

/** Why leadership ended, or cannot be had. */
export class LeadershipLost extends Error {
  override readonly name = 'LeadershipLost';
  readonly code: LossCode;

  constructor(code: LossCode) {
    super(`leadership lost: ${code}`);
    this.code = code;
  }
}
