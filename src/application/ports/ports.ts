import type { OAuthApplication } from '../../api/application.ts';
import type { Settling } from '../../runtime/settling.ts';
import type { Applications } from './applications.ts';
import type { Providers } from './provider.ts';
import type { Seals } from './seals.ts';
import type { Secrets } from './secrets.ts';
import type { Workloads } from './workloads.ts';

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
  /** Milliseconds by which our wall clock is ahead of the API server's; `undefined` before its first answer. */
  readonly clockSkewMs: () => number | undefined;
  /** Milliseconds left of our lease, by the own monotonic clock; 0 when we do not lead (protocol O3). */
  readonly leaseRemainingMs: () => number;
  /** Unique per process start (protocol O1). */
  readonly holder: string;
  /** A new id for an operation. */
  readonly operationId: () => string;
  readonly monotonicMs: () => number;
}
