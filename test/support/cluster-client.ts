import { readFile } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import { Redacted } from '../../src/credentials.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { ClusterConfig } from '../../src/kube/config.ts';
import { createClient } from '../../src/kube/rest-client.ts';
import { retrying } from '../../src/kube/retry.ts';
import type { Transport } from '../../src/kube/transport.ts';
import { connectTo } from '../../src/kube/undici-transport.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { sharedControlPlane } from './control-plane.ts';

export interface ClusterClient {
  readonly client: KubeClient;
  readonly transport: Transport;
  /** The same, and nothing is sent a second time. */
  readonly direct: Transport;
  /** Aborts when the test ends. */
  readonly signal: AbortSignal;
}

/** A client of the shared control plane as the operator composes it, for one test. An admin's unless a token is given. */
export async function clusterClient(token: string = sharedControlPlane().adminToken): Promise<ClusterClient> {
  const { server, caFile } = sharedControlPlane();
  const ca = await readFile(caFile, 'utf8');
  const config: ClusterConfig = {
    server,
    readTls: async () => ({ ca, cert: undefined, key: undefined }),
    readToken: async () => new Redacted(token),
    tlsServerName: undefined,
    verification: 'verify',
    namespace: undefined,
  };
  const connection = connectTo({ config, clock: systemClock, connections: 8 });
  const transport = retrying(connection.api, { clock: systemClock, chance: systemChance });
  const client = createClient({ transport, clock: systemClock, fieldManager: 'oauthapp-operator' });
  const ended = new AbortController();
  onTestFinished(async () => {
    ended.abort();
    await connection.close();
  });
  return { client, transport, direct: connection.api, signal: ended.signal };
}
