import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { findInstallation, INSTALLATION_SECRET, InstallationError } from '../../src/kube/installation.ts';
import { NAMESPACES, SECRETS } from '../../src/kube/resources.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import { clusterClient } from '../support/cluster-client.ts';
import { freshNamespace } from '../support/control-plane.ts';

async function starting() {
  const [namespace, { client, signal }] = await Promise.all([freshNamespace(), clusterClient()]);
  return {
    client,
    signal,
    namespace,
    start: (clusterId?: string) => findInstallation(client, namespace, clusterId, systemChance, signal),
    make: (stringData: object) =>
      client.create(SECRETS, { metadata: { name: INSTALLATION_SECRET, namespace }, stringData }, {}, signal),
  };
}

test('is made once and found by every later start', async () => {
  const { start } = await starting();

  const made = await start('prod');
  const found = await start('prod');

  expect(made.cluster).toBe('prod');
  expect(made.id).toMatch(/^[0-9a-f]{16}$/);
  expect(made.key.reveal()).toMatch(/^[0-9a-f]{64}$/);
  expect([found.id, found.cluster, found.key.reveal()]).toEqual([made.id, made.cluster, made.key.reveal()]);
  expect(inspect([made, found], { depth: 9 })).not.toContain(made.key.reveal());
});

test('is the same for processes that start for the first time at once', async () => {
  const { start } = await starting();

  const all = await Promise.all(Array.from({ length: 5 }, () => start('prod')));

  expect(new Set(all.map(({ id, key }) => `${id} ${key.reveal()}`)).size).toBe(1);
});

test('is another one in another namespace', async () => {
  const [one, other] = await Promise.all([starting(), starting()]);

  const [a, b] = await Promise.all([one.start('prod'), other.start('prod')]);

  expect(a.id).not.toBe(b.id);
  expect(a.key.reveal()).not.toBe(b.key.reveal());
});

test('names the cluster by the uid of kube-system where no other name is given, then and later', async () => {
  const { start, client, signal } = await starting();
  const ref = { resource: NAMESPACES, namespace: undefined, name: 'kube-system' };
  const { uid } = (await client.get(ref, signal)).metadata;

  expect((await start()).cluster).toBe(uid);
  expect((await start(uid)).cluster).toBe(uid);
});

test('keeps the name of its cluster when none is given later', async () => {
  const { start } = await starting();
  await start('prod');

  expect((await start()).cluster).toBe('prod');
});

test('does not start under another cluster id, and says both and the way out', async () => {
  const { start } = await starting();
  await start('prod');

  const second = start('copy');

  await expect(second).rejects.toThrow(InstallationError);
  await expect(second).rejects.toThrow(
    `the cluster id is copy and Secret ${INSTALLATION_SECRET} was made for prod: in a cloned cluster delete that Secret first, else give the former id`,
  );
});

const KEY = 'ab'.repeat(32);

test.each<[why: string, data: object]>([
  ['is empty', {}],
  ['lacks its key', { installation: 'i', cluster: 'c' }],
  ['lacks its id', { cluster: 'c', key: KEY }],
  ['has an empty cluster', { installation: 'i', cluster: '', key: KEY }],
  ['has a key that is no hex', { installation: 'i', cluster: 'c', key: 'changeme' }],
  ['has a key that stops being hex', { installation: 'i', cluster: 'c', key: `${KEY.slice(2)}zz` }],
  ['has a short key', { installation: 'i', cluster: 'c', key: KEY.slice(2) }],
])('does not start on a Secret that %s, leaves it alone, and does not print it', async (_, data) => {
  const { make, start, client, namespace, signal } = await starting();
  const before = await make(data);

  const error: unknown = await start('c').catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(InstallationError);
  expect(inspect(error)).not.toMatch(/abab|changeme/);
  const ref = { resource: SECRETS, namespace, name: INSTALLATION_SECRET };
  expect((await client.get(ref, signal)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
});
