import { expect, test } from 'vitest';
import { FINALIZERS } from '../../src/api/names.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import { secretHolds } from '../../src/kube/secret-holds.ts';
import type { CredentialSecret } from '../../src/provider/ports.ts';
import { clusterClient } from '../support/cluster-client.ts';
import { freshNamespace } from '../support/control-plane.ts';

async function port() {
  const [namespace, { client, signal }] = await Promise.all([freshNamespace(), clusterClient()]);
  const ref = { resource: SECRETS, namespace, name: 'key' };
  const holds = secretHolds(client);
  const manifest = { metadata: { name: 'key', namespace, finalizers: ['example.com/other'] }, stringData: { a: 'b' } };
  await client.create(SECRETS, manifest, {}, signal);
  return {
    holds,
    signal,
    live: () => client.get(ref, signal),
    async look(): Promise<CredentialSecret> {
      const secret = await holds.look(namespace, 'key', signal);
      if (secret === undefined) throw new Error('there is no Secret');
      return secret;
    },
    none: () => holds.look(namespace, 'none', signal),
    change: () => client.patch(ref, { type: 'merge', body: { stringData: { a: 'c' } } }, {}, signal),
    async remove() {
      await client.delete(ref, { uid: (await client.get(ref, signal)).metadata.uid }, signal);
    },
    async renew() {
      const { uid } = (await client.get(ref, signal)).metadata;
      await client.patch(ref, { type: 'merge', body: { metadata: { finalizers: null } } }, {}, signal);
      await client.delete(ref, { uid }, signal);
      return client.create(SECRETS, manifest, {}, signal);
    },
  };
}

type Port = Awaited<ReturnType<typeof port>>;

const WRITES: readonly (readonly [string, (port: Port, secret: CredentialSecret) => Promise<void>])[] = [
  ['put on', ({ holds, signal }, secret) => holds.hold(secret, signal)],
  ['taken off', ({ holds, signal }, secret) => holds.letGo(secret, signal)],
];

test('puts our finalizer on a Secret and takes it off, and leaves data and the finalizers of others alone', async () => {
  const { holds, look, live, signal } = await port();
  const { data } = await live();

  await holds.hold(await look(), signal);
  expect(await look()).toMatchObject({ state: 'live', finalizers: ['example.com/other', FINALIZERS.inUse] });

  await holds.letGo(await look(), signal);
  expect((await live()).metadata.finalizers).toEqual(['example.com/other']);
  expect((await live())['data']).toEqual(data);
});

test('tells a Secret that is being deleted, and one that is not there', async () => {
  const { look, none, remove } = await port();
  await remove();

  expect([(await look()).state, await none()]).toEqual(['deleting', undefined]);
});

test.each(WRITES)('is not %s where the Secret has changed since it was looked at', async (_, write) => {
  const here = await port();
  const seen = await here.look();
  const { metadata } = await here.change();

  await expect(write(here, seen)).rejects.toMatchObject({ name: 'ClusterError', code: 'conflict' });

  expect((await here.live()).metadata.resourceVersion).toBe(metadata.resourceVersion);
});

test.each(WRITES)('is never %s another Secret of the same name', async (_, write) => {
  const here = await port();
  const seen = await here.look();
  const { metadata } = await here.renew();

  await expect(write(here, seen)).rejects.toMatchObject({ name: 'ClusterError', code: 'conflict' });

  expect((await here.live()).metadata.resourceVersion).toBe(metadata.resourceVersion);
});
