import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { rootCertificates } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { CONFIG_MAPS } from '../../dev/config-maps.ts';
import { Redacted } from '../../src/credentials.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { ClusterConfig } from '../../src/kube/config.ts';
import { kubeconfig } from '../../src/kube/config.ts';
import { isAlreadyExists, isConflict, isForbidden, isInvalid, isNotFound } from '../../src/kube/errors.ts';
import { eventRecorder } from '../../src/kube/events.ts';
import { leaseStore } from '../../src/kube/lease.ts';
import type { KubeObject, OwnerReference } from '../../src/kube/object.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import type { Ref, Resource } from '../../src/kube/resources.ts';
import { EVENTS, LEASES, NAMESPACES, SECRETS } from '../../src/kube/resources.ts';
import { createClient } from '../../src/kube/rest-client.ts';
import { retrying } from '../../src/kube/retry.ts';
import { createStore } from '../../src/kube/store.ts';
import { connectTo } from '../../src/kube/undici-transport.ts';
import type { Target } from '../../src/kube/watch.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { electLeader } from '../../src/runtime/leader.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import { manualClock } from '../support/manual-clock.ts';
import { until } from '../support/scripted-api-server.ts';

/** A client of the real API server in a namespace of its own. */
async function inCluster(overrides: Partial<ClusterConfig> = {}, clock: Clock = systemClock) {
  const plane = sharedControlPlane();
  const namespace = await freshNamespace();
  const config: ClusterConfig = {
    server: plane.server,
    readTls: async () => ({ ca: await readFile(plane.caFile, 'utf8'), cert: undefined, key: undefined }),
    readToken: async () => new Redacted(plane.adminToken),
    tlsServerName: undefined,
    verification: 'verify',
    namespace: undefined,
    ...overrides,
  };
  const connection = connectTo({ config, clock, connections: 4 });
  const transport = retrying(connection.api, { clock, chance: systemChance });
  const client = createClient({ transport, clock, fieldManager: 'oauthapp-operator' });
  const ended = new AbortController();
  onTestFinished(async () => {
    ended.abort();
    await connection.close();
  });
  const ref = (resource: Resource, name: string): Ref => ({ resource, namespace, name });
  return { plane, namespace, connection, transport, client, signal: ended.signal, ref };
}

/** A running reflector of objects as they are. */
function reflecting({ client, transport, signal }: Awaited<ReturnType<typeof inCluster>>, target: Target) {
  const objects: KubeObject[] = [];
  const store = createStore<KubeObject>({
    decode: (object) => object,
    indexes: { app: ({ metadata }) => [metadata.labels?.['app'] ?? ''] },
  });
  store.subscribe(({ object }) => void objects.push(object));
  const features = { watchList: 'assumed' as const };
  const parts = { client, transport, clock: systemClock, chance: systemChance };
  const reflector = createReflector({ target, store, features, ...parts });
  void reflector.run(signal);
  return { store, reflector, objects, features };
}

const failure = (call: Promise<unknown>): Promise<unknown> => call.catch((thrown: unknown) => thrown);

/** Passes connections on to the API server and counts them. */
async function countingProxy(server: string): Promise<{ readonly server: string; connections(): number }> {
  const target = new URL(server);
  let accepted = 0;
  const proxy = createServer((socket) => {
    accepted += 1;
    const upstream = connect(Number(target.port), target.hostname);
    socket.pipe(upstream).pipe(socket);
    socket.once('error', () => upstream.destroy());
    upstream.once('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo; // a TCP server's address
  return { server: `https://127.0.0.1:${port}`, connections: () => accepted };
}

test('creates, reads, replaces and deletes, and refuses what is stale', async () => {
  const { client, namespace, signal, ref } = await inCluster();
  const a = ref(CONFIG_MAPS, 'a');

  const created = await client.create(
    CONFIG_MAPS,
    { metadata: { name: 'a', namespace }, data: { k: '1' } },
    {},
    signal,
  );
  const replaced = await client.replace(a, { ...created, data: { k: '2' } }, {}, signal);

  expect((await client.get(a, signal))['data']).toEqual({ k: '2' });
  expect(isConflict(await failure(client.replace(a, { ...created, data: { k: '3' } }, {}, signal)))).toBe(true);
  expect(
    isAlreadyExists(await failure(client.create(CONFIG_MAPS, { metadata: { name: 'a', namespace } }, {}, signal))),
  ).toBe(true);
  expect(isConflict(await failure(client.delete(a, { uid: 'another' }, signal)))).toBe(true);
  const stale = { uid: created.metadata.uid, resourceVersion: created.metadata.resourceVersion };
  expect(isConflict(await failure(client.delete(a, stale, signal)))).toBe(true);

  await client.delete(a, { uid: replaced.metadata.uid, resourceVersion: replaced.metadata.resourceVersion }, signal);
  expect(isNotFound(await failure(client.get(a, signal)))).toBe(true);
});

test('merges where the precondition holds, and applies', async () => {
  const { client, namespace, signal, ref } = await inCluster();
  const a = ref(CONFIG_MAPS, 'a');
  const { metadata } = await client.create(CONFIG_MAPS, { metadata: { name: 'a', namespace } }, {}, signal);

  const merge = (uid: string) =>
    client.patch(a, { type: 'merge', body: { metadata: { uid }, data: { merged: 'yes' } } }, {}, signal);
  expect(isConflict(await failure(merge('another')))).toBe(true);
  await merge(metadata.uid);
  const stale = { type: 'merge', body: { metadata: { resourceVersion: metadata.resourceVersion } } } as const;
  expect(isConflict(await failure(client.patch(a, stale, {}, signal)))).toBe(true);

  const applied = await client.patch(
    a,
    { type: 'apply', body: { metadata: { name: 'a' }, data: { applied: 'yes' } } },
    {},
    signal,
  );

  expect(applied['data']).toEqual({ merged: 'yes', applied: 'yes' });
});

test('never patches the namesake of an object that is gone', async () => {
  const { client, namespace, signal, ref } = await inCluster();
  const a = ref(CONFIG_MAPS, 'a');
  const create = () => client.create(CONFIG_MAPS, { metadata: { name: 'a', namespace } }, {}, signal);
  const { metadata: gone } = await create();
  await client.delete(a, { uid: gone.uid }, signal);
  const successor = await create();
  const { uid, resourceVersion } = gone;

  const errors = await Promise.all(
    [
      client.patch(a, { type: 'merge', body: { metadata: { uid, resourceVersion }, data: { k: 'v' } } }, {}, signal),
      client.patch(a, { type: 'merge', body: { metadata: { uid }, data: { k: 'v' } } }, {}, signal),
      client.patch(a, { type: 'apply', body: { metadata: { name: 'a', uid }, data: { k: 'v' } } }, {}, signal),
      client.replace(a, { ...successor, metadata: { ...successor.metadata, uid } }, {}, signal),
      client.delete(a, { uid }, signal),
    ].map(failure),
  );

  expect(errors.map(isConflict)).toEqual([true, true, true, true, true]);
  expect(await client.get(a, signal)).toEqual(successor);
});

test('lists in pages and finds every object once', async () => {
  const { client, namespace, signal } = await inCluster();
  const names = Array.from({ length: 7 }, (_, i) => `paged-${i}`);
  for (const name of names) {
    await client.create(CONFIG_MAPS, { metadata: { name, namespace, labels: { paged: 'yes' } } }, {}, signal);
  }

  const { items } = await client.list(CONFIG_MAPS, { namespace, labelSelector: 'paged=yes', pageSize: 3 }, signal);
  const metadata = await client.list(SECRETS, { namespace, representation: 'metadata' }, signal);

  expect(items.map((item) => item.metadata.name)).toEqual(names);
  expect(new Set(items.map(({ kind, apiVersion }) => `${apiVersion} ${kind}`))).toEqual(new Set(['v1 ConfigMap']));
  expect(metadata.items).toEqual([]);
});

test('stores nothing in a dry run, and refuses there what it would refuse', async () => {
  const { client, namespace, signal, ref } = await inCluster();
  const dryRun = { dryRun: 'All' } as const;

  const secret = { metadata: { name: 's', namespace }, stringData: { k: 'v' } };
  const imagined = await client.create(SECRETS, secret, dryRun, signal);

  expect(isNotFound(await failure(client.get(ref(SECRETS, 's'), signal)))).toBe(true);
  expect(await failure(client.replace(ref(SECRETS, 's'), imagined, {}, signal))).toBeInstanceOf(RangeError);
  const invalid = { metadata: { name: 's', namespace }, stringData: { 'no key': 'planted' } };
  const error = await failure(client.create(SECRETS, invalid, dryRun, signal));
  expect(isInvalid(error)).toBe(true);
  expect(String(error)).not.toMatch(/planted|no key/);
});

test('refuses a field that the server does not know, rather than lose it', async () => {
  const { client, namespace, signal } = await inCluster();

  const error = await failure(client.create(CONFIG_MAPS, { metadata: { name: 'a', namespace }, dta: {} }, {}, signal));

  expect(error).toMatchObject({ status: 400, reason: 'BadRequest' });
});

test('follows a collection through WatchList', async () => {
  const cluster = await inCluster();
  const { client, namespace, signal, ref } = cluster;
  const create = (name: string, labels: Record<string, string>) =>
    client.create(CONFIG_MAPS, { metadata: { name, namespace, labels } }, {}, signal);
  const before = await create('before', { app: 'x' });
  await create('unseen', {});

  const target = { resource: CONFIG_MAPS, namespace, labelSelector: 'app', representation: 'full' } as const;
  const { store, reflector, features } = reflecting(cluster, target);
  await until('it has synced', () => reflector.status().synced);
  expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['before']);

  const made = await create('after', { app: 'y' });
  await until('the new one is there', () => store.byIndex('app', 'y').length === 1);
  await client.replace(ref(CONFIG_MAPS, 'after'), { ...made, data: { k: 'v' } }, {}, signal);
  await until('the change is there', () => store.get(`${namespace}/after`)?.['data'] !== undefined);
  await client.delete(ref(CONFIG_MAPS, 'before'), { uid: before.metadata.uid }, signal);
  await until('the old one is gone', () => store.get(`${namespace}/before`) === undefined);

  expect(features.watchList).toBe('assumed');
  expect(reflector.status()).toMatchObject({ phase: 'watching', synced: true, failure: undefined });
  expect(JSON.stringify(store.list())).not.toContain('managedFields');
});

test('follows a Secret with an owner whose name JSON makes almost six times as long as etcd holds it', async () => {
  const cluster = await inCluster();
  const { client, namespace, signal } = cluster;
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: '<'.repeat(1_480_000), uid: 'none' };
  const secret = (name: string, ownerReferences: readonly OwnerReference[]) =>
    client.create(SECRETS, { metadata: { name, namespace, labels: { watched: 'yes' }, ownerReferences } }, {}, signal);
  const target = { resource: SECRETS, namespace, labelSelector: 'watched=yes', representation: 'metadata' } as const;
  const before = reflecting(cluster, target);
  await until('it has synced', () => before.reflector.status().synced);

  await secret('large', [owner]);
  await secret('small', []);
  const after = reflecting(cluster, target);

  for (const { store } of [before, after]) await until('both are there', () => store.list().length === 2);
  expect([before, after].map(({ reflector }) => reflector.status().failure)).toEqual([undefined, undefined]);
});

test('sees no data of Secrets that it watches as metadata', async () => {
  const cluster = await inCluster();
  const { client, namespace, signal } = cluster;
  const secret = (name: string) => ({
    metadata: { name, namespace, labels: { watched: 'yes' } },
    stringData: { password: 'planted-in-a-secret' },
  });
  await client.create(SECRETS, secret('first'), {}, signal);

  const target = { resource: SECRETS, namespace, labelSelector: 'watched=yes', representation: 'metadata' } as const;
  const { store, objects, reflector } = reflecting(cluster, target);
  await until('it has synced', () => reflector.status().synced);
  await client.create(SECRETS, secret('second'), {}, signal);
  await until('both are there', () => store.list().length === 2);

  expect(objects.map(({ metadata }) => metadata.name)).toEqual(['first', 'second']);
  expect(objects.flatMap((object) => Object.keys(object))).not.toContain('data');
  expect(JSON.stringify(objects)).not.toContain(Buffer.from('planted-in-a-secret').toString('base64'));
});

test('says what is not installed and what is forbidden', async () => {
  const cluster = await inCluster();
  const { plane, namespace } = cluster;
  const missing: Resource = { ...CONFIG_MAPS, group: 'nowhere.example', plural: 'things', kind: 'Thing' };
  const token = new Redacted(await plane.serviceAccountToken(namespace, 'default'));
  const powerless = await inCluster({ readToken: async () => token });

  const absent = reflecting(cluster, { resource: missing, namespace, representation: 'full' });
  const forbidden = reflecting(powerless, { resource: SECRETS, namespace, representation: 'full' });
  await until('both have failed', () =>
    [absent, forbidden].every(({ reflector }) => reflector.status().failure !== undefined),
  );

  expect([absent, forbidden].map(({ reflector }) => reflector.status().failure?.kind)).toEqual([
    'not-installed',
    'forbidden',
  ]);
  expect(isForbidden(await failure(powerless.client.list(SECRETS, { namespace }, powerless.signal)))).toBe(true);
});

test('lets one of two take a Lease, and one of two renew it', async () => {
  const { client, namespace, signal, ref } = await inCluster();
  const [one, two] = [leaseStore(client, { namespace, name: 'l' }), leaseStore(client, { namespace, name: 'l' })];
  const time = '2026-01-01T00:00:00.000001Z';
  const record = { holder: 'one', durationSeconds: 15, acquireTime: time, renewTime: time, transitions: 0 };
  expect(await one.read(signal)).toBeUndefined();

  const taken = await one.create(record, signal);
  expect(await two.create({ ...record, holder: 'two' }, signal)).toBe('conflict');
  const seen = await two.read(signal);
  expect(seen).toEqual(taken);
  if (taken === 'conflict' || seen === undefined) throw new Error('the Lease was not created');

  const renewed = await one.update({ ...taken, renewTime: '2026-01-01T00:00:02.000002Z' }, signal);
  expect(await two.update({ ...seen, holder: 'two' }, signal)).toBe('conflict');
  if (renewed === 'conflict') throw new Error('the Lease was not renewed');
  expect(await one.update({ ...renewed, holder: undefined, durationSeconds: 1 }, signal)).toMatchObject({
    holder: undefined,
    durationSeconds: 1,
    transitions: 0,
  });
  expect((await client.get(ref(LEASES, 'l'), signal))['spec']).not.toHaveProperty('holderIdentity');
});

test('renews and hands over a Lease into which somebody wrote what is odd, but legal', async () => {
  const { client, namespace, signal, ref } = await inCluster();
  const elect = (identity: string) => {
    const store = leaseStore(client, { namespace, name: 'l' });
    const times = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 1_000 };
    const injected = { clock: systemClock, chance: systemChance, onEvent: () => undefined };
    return electLeader({ store, identity, ...times, ...injected }, signal);
  };
  const spec = async () => (await client.get(ref(LEASES, 'l'), signal))['spec'];
  const write = (change: object) =>
    client.patch(ref(LEASES, 'l'), { type: 'merge', body: { spec: change } }, {}, signal);
  const one = await elect('one');

  await write({ acquireTime: null, leaseTransitions: 2_147_483_647 });
  await expect.poll(spec, { timeout: 10_000 }).toHaveProperty('acquireTime');
  await write({ acquireTime: null });
  await one.release();
  await elect('two');

  expect(one.lost.aborted).toBe(false);
  expect(await spec()).toMatchObject({ holderIdentity: 'two', leaseTransitions: 2_147_483_647 });
});

async function eventsOf(client: KubeClient, namespace: string, signal: AbortSignal) {
  const { items } = await client.list(EVENTS, { namespace, fieldSelector: 'reason=Registered' }, signal);
  return items;
}

test('tells Events that the server takes, and prolongs their series', async () => {
  const { client, namespace, signal } = await inCluster();
  const recorder = eventRecorder({
    client,
    clock: systemClock,
    chance: systemChance,
    controller: 'oauthapp.dev/operator',
    instance: 'pod-1',
  });
  const { metadata } = await client.create(CONFIG_MAPS, { metadata: { name: 'a', namespace } }, {}, signal);
  const regarding = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'a', uid: metadata.uid };
  const occurrence = {
    regarding,
    type: 'Normal',
    reason: 'Registered',
    action: 'Register',
    note: 'ü'.repeat(2000),
  } as const;

  for (let i = 0; i < 3; i += 1) recorder.record(occurrence);
  await recorder.flush(signal);

  expect(await eventsOf(client, namespace, signal)).toMatchObject([
    { regarding, type: 'Normal', action: 'Register', note: 'ü'.repeat(512), series: { count: 3 } },
  ]);
});

test('knows the time of the API server', async () => {
  const { client, signal } = await inCluster();
  const askedAt = performance.now();
  await client.get({ resource: NAMESPACES, namespace: undefined, name: 'default' }, signal);
  const tookMs = performance.now() - askedAt;

  // It says whole seconds, of a moment on the way.
  expect(Math.abs(client.clockSkewMs() ?? Number.NaN)).toBeLessThanOrEqual(1_000 + tookMs);
});

test('speaks to the server through the kubeconfig that kubectl uses', async () => {
  const plane = sharedControlPlane();
  const config = await kubeconfig({ from: { file: plane.adminKubeconfig } });
  const { client, signal } = await inCluster(config);

  const { metadata } = await client.get({ resource: NAMESPACES, namespace: undefined, name: 'default' }, signal);

  expect(metadata.name).toBe('default');
});

test('keeps its TLS connections, and shares none between a watch and calls', async () => {
  const proxy = await countingProxy(sharedControlPlane().server);
  const cluster = await inCluster({ server: proxy.server });
  const { client, namespace, signal } = cluster;
  const { reflector } = reflecting(cluster, { resource: CONFIG_MAPS, namespace, representation: 'full' });
  await until('it has synced', () => reflector.status().synced);

  for (let i = 0; i < 50; i += 1) await client.list(CONFIG_MAPS, { namespace }, signal);

  // One for the watch; the pool opens a second one when a call follows before the first is marked idle.
  expect(proxy.connections()).toBeLessThanOrEqual(3);
});

test('trusts a new CA within a minute, and keeps the one that it has when the file cannot be read', async () => {
  const clock = manualClock();
  const good = await readFile(sharedControlPlane().caFile, 'utf8');
  const state: { ca: string | Error } = { ca: rootCertificates[0] ?? '' };
  const readTls = async () => {
    if (state.ca instanceof Error) throw state.ca;
    return { ca: state.ca, cert: undefined, key: undefined };
  };
  const { connection, signal } = await inCluster({ readTls }, clock);
  const direct = createClient({ transport: connection.api, clock, fieldManager: 'oauthapp-operator' });
  const get = () => direct.get({ resource: NAMESPACES, namespace: undefined, name: 'default' }, signal);

  await expect(get()).rejects.toMatchObject({ failure: 'unreachable' });
  state.ca = good;
  await clock.advance(60_000);
  await expect(get()).resolves.toBeDefined();
  state.ca = new Error('ENOENT');
  await clock.advance(60_000);
  await expect(get()).resolves.toBeDefined();
});
