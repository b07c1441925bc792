import { expect, test } from 'vitest';
import type { KubeClient } from '../../src/kube/client.ts';
import { fenced } from '../../src/kube/fence.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import { createClient } from '../../src/kube/rest-client.ts';
import { retrying } from '../../src/kube/retry.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { json, status } from '../support/scripted-api-server.ts';
import { connected, evenChance } from './connected.ts';

const COLLECTION = '/api/v1/namespaces/shop/secrets';
const REF = { resource: SECRETS, namespace: 'shop', name: 'a' };
const A = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a', namespace: 'shop', uid: 'u', resourceVersion: '7' },
};

/** A client behind the fence of a process that leads for `remainingMs` more. */
async function behindFence() {
  const { server, connection, signal } = await connected();
  const lease = { remainingMs: 0 };
  const transport = retrying(
    fenced(connection.api, () => lease.remainingMs),
    { clock: systemClock, chance: evenChance() },
  );
  return { server, lease, signal, client: createClient({ transport, clock: systemClock, fieldManager: 'test' }) };
}

test.each<[what: string, write: (client: KubeClient, signal: AbortSignal) => Promise<unknown>]>([
  ['create', (client, signal) => client.create(SECRETS, A, {}, signal)],
  ['replacement', (client, signal) => client.replace(REF, A, {}, signal)],
  ['patch', (client, signal) => client.patch(REF, { type: 'merge', body: A }, {}, signal)],
  ['deletion', (client, signal) => client.delete(REF, A.metadata, signal)],
])('O3: no %s is sent without the lease', async (_, write) => {
  const { server, client, signal } = await behindFence();
  await expect(write(client, signal)).rejects.toThrow('the lease is not ours any more');
  expect(server.requests).toEqual([]);
});

test('reads need no lease', async () => {
  const { server, client, signal } = await behindFence();
  server.on('GET', `${COLLECTION}/a`, json(200, A));
  expect((await client.get(REF, signal)).metadata.uid).toBe('u');
});

test('O3: what is to be repeated is not sent again once the lease was lost in the pause', async () => {
  const { server, lease, client, signal } = await behindFence();
  lease.remainingMs = 15_000;
  server.on('POST', COLLECTION, (response, request) => {
    lease.remainingMs = 0;
    status(429, 'TooManyRequests', { headers: { 'retry-after': '1' } })(response, request);
  });
  await expect(client.create(SECRETS, A, {}, signal)).rejects.toThrow('the lease is not ours any more');
  expect(server.requests).toHaveLength(1);
});
