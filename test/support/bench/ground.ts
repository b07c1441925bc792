import { readFile } from 'node:fs/promises';
import { afterAll } from 'vitest';
import { Redacted } from '../../../src/credentials.ts';
import type { Wire } from '../../../src/idp/http.ts';
import { undiciWire } from '../../../src/idp/wire.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createClient } from '../../../src/kube/rest-client.ts';
import { retrying } from '../../../src/kube/retry.ts';
import type { Transport } from '../../../src/kube/transport.ts';
import { connectTo } from '../../../src/kube/undici-transport.ts';
import { systemChance } from '../../../src/runtime/chance.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { freshNamespace, sharedControlPlane } from '../control-plane.ts';

/** What every world of a test file stands on: a namespace of the shared control plane, and the wires to both sides. */
export interface Ground {
  readonly client: KubeClient;
  /** Another writer, by its own field manager. */
  readonly rival: KubeClient;
  readonly transport: Transport;
  readonly wire: Wire;
  readonly namespace: string;
  /** Aborts when the test file ends. */
  readonly signal: AbortSignal;
}

const CONNECTIONS = 16;

/** Opens the ground for a test file, and closes it when the file ends. */
export async function openGround(): Promise<Ground> {
  const plane = sharedControlPlane();
  const [namespace, ca] = await Promise.all([freshNamespace(), readFile(plane.caFile, 'utf8')]);
  const connection = connectTo({
    config: {
      server: plane.server,
      readTls: async () => ({ ca, cert: undefined, key: undefined }),
      readToken: async () => new Redacted(plane.adminToken),
      tlsServerName: undefined,
      verification: 'verify',
      namespace: undefined,
    },
    clock: systemClock,
    connections: CONNECTIONS,
  });
  const transport = retrying(connection.api, { clock: systemClock, chance: systemChance });
  const client = createClient({ transport, clock: systemClock, fieldManager: 'oauthapp-operator' });
  const rival = createClient({ transport, clock: systemClock, fieldManager: 'somebody-else' });
  const wire = undiciWire({ ca: undefined, proxy: undefined, reach: { type: 'anywhere' } });
  const ended = new AbortController();
  afterAll(async () => {
    ended.abort();
    await wire.close();
    await connection.close();
  });

  return { client, rival, transport, wire: wire.wire, namespace, signal: ended.signal };
}
