import { onTestFinished } from 'vitest';
import { Redacted } from '../../src/credentials.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { ClusterConfig } from '../../src/kube/config.ts';
import { createClient } from '../../src/kube/rest-client.ts';
import { retrying } from '../../src/kube/retry.ts';
import type { Transport } from '../../src/kube/transport.ts';
import type { Connection } from '../../src/kube/undici-transport.ts';
import { connectTo } from '../../src/kube/undici-transport.ts';
import type { Chance } from '../../src/runtime/chance.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { ScriptedApiServer } from '../support/scripted-api-server.ts';
import { scriptedApiServer } from '../support/scripted-api-server.ts';

/** No jitter, and bytes that count up. */
export function evenChance(): Chance {
  let next = 0;
  return {
    fraction: () => 0,
    bytes: (count) => new Uint8Array(count).map(() => next++ % 256),
  };
}

/** A configuration that speaks to `server` in the clear. */
function plainConfig(server: string, overrides: Partial<ClusterConfig> = {}): ClusterConfig {
  return {
    server,
    readTls: async () => ({ ca: undefined, cert: undefined, key: undefined }),
    readToken: async () => new Redacted('a-token'),
    tlsServerName: undefined,
    verification: 'verify',
    namespace: undefined,
    ...overrides,
  };
}

export interface Connected {
  readonly server: ScriptedApiServer;
  readonly connection: Connection;
  readonly transport: Transport;
  readonly client: KubeClient;
  /** The same without retries. */
  readonly direct: KubeClient;
  /** Aborts when the test ends. */
  readonly signal: AbortSignal;
}

export interface ConnectedOptions {
  readonly clock?: Clock;
  readonly config?: Partial<ClusterConfig>;
  readonly connections?: number;
}

/** A scripted server with a client as the operator composes it. Both end with the test. */
export async function connected(options: ConnectedOptions = {}): Promise<Connected> {
  const { clock = systemClock, config = {}, connections = 4 } = options;
  const server = await scriptedApiServer();
  const connection = connectTo({ config: plainConfig(server.url, config), clock, connections });
  const transport = retrying(connection.api, { clock, chance: evenChance() });
  const fieldManager = 'oauthapp-operator';
  const client = createClient({ transport, clock, fieldManager });
  const direct = createClient({ transport: connection.api, clock, fieldManager });
  const ended = new AbortController();
  onTestFinished(async () => {
    ended.abort();
    await connection.close();
    await server.close();
  });
  return { server, connection, transport, client, direct, signal: ended.signal };
}

/** A ConfigMap as the API server sends it. */
export function configMap(name: string, resourceVersion: string, overrides: { uid?: string; data?: object } = {}) {
  const { uid = `uid-${name}`, data } = overrides;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', uid, resourceVersion },
    ...(data === undefined ? {} : { data }),
  };
}
