import { type OpenWire, undiciWire, type WireOptions } from '../idp/wire.ts';
import type { ClusterConfig } from '../kube/config.ts';
import { type Connection, type ConnectionOptions, connectTo } from '../kube/undici-transport.ts';
import { serveTelemetry } from '../telemetry/server.ts';

/** Every socket of a process. The simulator puts its own in their place, and nothing above them can tell. */
export interface Sockets {
  /** Opens the way to the API server. */
  readonly api: (options: Omit<ConnectionOptions, 'config'>) => Connection;
  /** Opens the way to one provider. */
  readonly provider: (options: WireOptions) => OpenWire;
  /** Opens the port of probes and metrics. */
  readonly telemetry: typeof serveTelemetry;
}

/** The machine's sockets, towards this cluster. */
export function systemSockets(cluster: ClusterConfig): Sockets {
  return {
    api: (options) => connectTo({ ...options, config: cluster }),
    provider: undiciWire,
    telemetry: serveTelemetry,
  };
}
