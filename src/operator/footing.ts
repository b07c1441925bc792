import type { Config } from '../config.ts';
import type { KubeClient } from '../kube/client.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { ServerClock } from '../kube/server-clock.ts';
import type { Transport } from '../kube/transport.ts';
import type { Connection } from '../kube/undici-transport.ts';
import type { Shard } from '../provider/shard.ts';
import type { Chance } from '../runtime/chance.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Health } from '../runtime/health.ts';
import type { Leadership } from '../runtime/leadership.ts';
import type { Queue } from '../runtime/queue.ts';
import type { Installation } from '../seals.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Caches, Reflecting } from './caches.ts';
import type { Sockets } from './sockets.ts';

/** Everything that the process gives to the operator. */
export interface OperatorOptions {
  readonly config: Config;
  /** The kubeconfig's or the Pod's; a flag overrules it. */
  readonly namespace: string | undefined;
  readonly sockets: Sockets;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Name of the Pod or host, for Events and the Lease. */
  readonly instance: string;
  /** Told of the port of probes and metrics once it is open. */
  readonly onListening?: ((port: number) => void) | undefined;
}

/** What the parts of the operator share. */
export interface Base extends Omit<OperatorOptions, 'namespace'> {
  readonly namespace: string;
  /** Served namespace; `undefined`: all. */
  readonly watched: string | undefined;
  readonly connection: Connection;
  /** What every answer of the API server tells of its time, the Lease's among them. */
  readonly serverTime: ServerClock;
  readonly client: KubeClient;
  /** Another one that knows the same of the API server's time, and whose every request `guard` sees as it leaves. */
  readonly clientBehind: (guard: (transport: Transport) => Transport) => KubeClient;
  readonly health: Health;
}

/** What the work stands on: a leader with full caches. */
export interface Footing {
  readonly base: Base;
  readonly shard: Shard;
  readonly caches: Caches;
  readonly reflecting: Reflecting;
  readonly installation: Installation;
  readonly leadership: Leadership;
  /** Writes nothing once the lease may be another's. */
  readonly client: KubeClient;
  /** Unique per process start (protocol O1). */
  readonly holder: string;
  readonly recorder: EventRecorder;
}

/** Keys of applications are `namespace/name`, those of providers `Kind namespace/name`. */
export interface Queues {
  readonly applications: Queue;
  readonly providers: Queue;
}
