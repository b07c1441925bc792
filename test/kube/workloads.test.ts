import { expect, onTestFinished, test, vi } from 'vitest';
import { startKubelet } from '../../dev/kubelet.ts';
import { rolledForAnnotation } from '../../src/api/names.ts';
import { ClusterError } from '../../src/application/ports/errors.ts';
import { Redacted } from '../../src/credentials.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { DAEMON_SETS, DEPLOYMENTS, type Resource, SECRETS, STATEFUL_SETS } from '../../src/kube/resources.ts';
import { kubeWorkloads } from '../../src/kube/workloads.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createSeals } from '../../src/seals.ts';
import { clusterClient } from '../support/cluster-client.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import { applyRights } from '../support/operator.ts';
import { json, type ScriptedApiServer } from '../support/scripted-api-server.ts';
import { grantRestart, type WorkloadShape, workload } from '../support/workloads.ts';
import { connected } from './connected.ts';

const SOON = { timeout: 60_000, interval: 50 };
const SHOP = 'shop-oauth';

const { digest } = createSeals({ id: 'i', cluster: 'c', key: new Redacted('00') });

function workloadsOver(client: KubeClient) {
  return kubeWorkloads({ client, clock: systemClock, digest });
}

/** A namespace where an operator has the rights that we ship, with the component `restart` or without it. */
async function cluster(component: 'with' | 'without' = 'with') {
  const plane = sharedControlPlane();
  const namespace = await freshNamespace();
  await applyRights(plane, namespace, ['serviceaccount', 'role', 'rolebinding']);
  if (component === 'with') await grantRestart(plane, namespace);
  const token = await plane.serviceAccountToken(namespace, 'oauthapp-operator');
  const [admin, operator] = await Promise.all([clusterClient(), clusterClient(token)]);
  const { client, signal } = admin;
  const ref = (resource: Resource, name: string) => ({ resource, namespace, name });
  const workloads = workloadsOver(operator.client);
  const using = (secretName = SHOP) => workloads.using(namespace, secretName, systemClock.monotonic(), signal);
  return {
    plane,
    namespace,
    signal,
    operator: operator.client,
    using,
    roll: (found: Awaited<ReturnType<typeof using>>[number], mark: string) => workloads.roll(found, mark, signal),
    /** Those that use the Secret, and the answer to rolling each for the mark. */
    rollAll: async (mark: string, secretName = SHOP) =>
      Promise.all((await using(secretName)).map(async (each) => [each.name, await workloads.roll(each, mark, signal)])),
    create: (resource: Resource, name: string, shape: WorkloadShape = {}) =>
      client.create(resource, workload(namespace, name, shape), {}, signal),
    get: (resource: Resource, name: string) => client.get(ref(resource, name), signal),
    remove: async (resource: Resource, { metadata: { name, uid } }: KubeObject) =>
      client.delete(ref(resource, name), { uid }, signal),
    secret: (name: string, stringData: object) =>
      client.create(SECRETS, { metadata: { name, namespace }, stringData }, {}, signal),
    change: (name: string, stringData: object) =>
      client.patch(ref(SECRETS, name), { type: 'merge', body: { stringData } }, {}, signal),
  };
}

const inEnvironment = (name = SHOP): WorkloadShape => ({
  container: { env: [{ name: 'SECRET', valueFrom: { secretKeyRef: { name, key: 'secret' } } }] },
});
const inWholeEnvironment = (name = SHOP): WorkloadShape => ({ container: { envFrom: [{ secretRef: { name } }] } });
const inVolume = (volume: object): WorkloadShape => ({
  container: { volumeMounts: [{ name: 'oauth', mountPath: '/oauth' }] },
  pod: { volumes: [{ name: 'oauth', ...volume }] },
});

/** What the Pods of a template carry in addition, by the name of the annotation. */
function annotationsOf(object: KubeObject): Readonly<Record<string, string>> {
  const { template } = object['spec'] as { template: { metadata: { annotations?: Record<string, string> } } }; // as we made it
  return template.metadata.annotations ?? {};
}

const failure = (call: Promise<unknown>): Promise<unknown> => call.catch((thrown: unknown) => thrown);

test('what uses the Secret, in whatever way, starts anew with the new value, and nothing else does', async () => {
  const { plane, namespace, create, secret, change, rollAll } = await cluster();
  const kubelet = await startKubelet(plane, { namespace });
  onTestFinished(() => kubelet.close());
  const nodeSelector = { 'kubernetes.io/hostname': kubelet.nodeName };
  await Promise.all([secret(SHOP, { secret: 'old' }), secret('other', { secret: 'old' })]);
  const volume = inVolume({ secret: { secretName: SHOP } });
  await Promise.all([
    create(DEPLOYMENTS, 'env', { ...inEnvironment(), spec: { replicas: 2 } }),
    create(STATEFUL_SETS, 'env-from', { ...inWholeEnvironment(), spec: { serviceName: 'none' } }),
    create(DAEMON_SETS, 'volume', { ...volume, pod: { ...volume.pod, nodeSelector } }),
    create(DEPLOYMENTS, 'projected', inVolume({ projected: { sources: [{ secret: { name: SHOP } }] } })),
    create(DEPLOYMENTS, 'other', inEnvironment('other')),
    create(DEPLOYMENTS, 'none', { pod: { imagePullSecrets: [{ name: SHOP }] } }),
  ]);
  /** `app value`, and the uids by app. */
  const seen = () =>
    kubelet
      .podsOf(namespace)
      .map(({ labels, env, files }) => `${labels['app']} ${env['secret'] ?? env['SECRET'] ?? files['/oauth/secret']}`)
      .toSorted();
  const uids = (...apps: readonly string[]) =>
    kubelet.podsOf(namespace).flatMap(({ labels, uid }) => (apps.includes(labels['app'] ?? '') ? [uid] : []));
  const pods = (value: string) => [
    `env ${value}`,
    `env ${value}`,
    `env-from ${value}`,
    'none undefined',
    'other old',
    `projected ${value}`,
    `volume ${value}`,
  ];
  await vi.waitFor(() => expect(seen()).toEqual(pods('old')), SOON);
  const untouched = uids('other', 'none');
  await Promise.all([change(SHOP, { secret: 'new' }), change('other', { secret: 'new' })]);

  expect((await rollAll('42.2')).toSorted()).toEqual([
    ['env', 'rolled'],
    ['env-from', 'rolled'],
    ['projected', 'rolled'],
    ['volume', 'rolled'],
  ]);

  await vi.waitFor(() => expect(seen()).toEqual(pods('new')), SOON);
  expect(uids('other', 'none')).toEqual(untouched);
});

test('the same mark rolls once, whether the list has it already or not', async () => {
  const { create, using, roll, get, rollAll } = await cluster();
  await create(DEPLOYMENTS, 'web', inEnvironment());
  const [stale] = await using();
  expect(stale).toMatchObject({ kind: 'Deployment', name: 'web', secretName: SHOP, rolledFor: undefined });

  expect(await rollAll('42.2')).toEqual([['web', 'rolled']]);
  const { generation } = (await get(DEPLOYMENTS, 'web')).metadata;
  expect((await using())[0]).toMatchObject({ rolledFor: '42.2' });
  expect(await rollAll('42.2')).toEqual([['web', 'already']]);
  expect(await roll(stale ?? expect.fail('nothing was found'), '42.2')).toBe('rolled');
  expect((await get(DEPLOYMENTS, 'web')).metadata.generation).toBe(generation);

  expect(await rollAll('42.3')).toEqual([['web', 'rolled']]);
  expect((await get(DEPLOYMENTS, 'web')).metadata.generation).toBe((generation ?? 0) + 1);
});

test('rolling for one Secret undoes nothing that was done for another', async () => {
  const { create, rollAll, get } = await cluster();
  const long = `${'a'.repeat(200)}.b`;
  const env = ['other', long].map((name) => ({
    name: name.slice(0, 5),
    valueFrom: { secretKeyRef: { name, key: 'k' } },
  }));
  await create(DEPLOYMENTS, 'web', { container: { ...inWholeEnvironment().container, env } });

  for (const name of [SHOP, 'other', long])
    expect(await rollAll(`of ${name.length}`, name)).toEqual([['web', 'rolled']]);

  expect(annotationsOf(await get(DEPLOYMENTS, 'web'))).toEqual({
    'oauthapp.dev/rolled-for.shop-oauth': 'of 10',
    'oauthapp.dev/rolled-for.other': 'of 5',
    [rolledForAnnotation(long, digest)]: 'of 202',
  });
  for (const name of [SHOP, 'other', long])
    expect(await rollAll(`of ${name.length}`, name)).toEqual([['web', 'already']]);
});

test('a paused Deployment is marked, to roll when it is resumed', async () => {
  const { create, rollAll, get } = await cluster();
  await create(DEPLOYMENTS, 'web', { ...inEnvironment(), spec: { paused: true } });
  expect(await rollAll('42.2')).toEqual([['web', 'rolled']]);
  expect(Object.values(annotationsOf(await get(DEPLOYMENTS, 'web')))).toEqual(['42.2']);
});

test.each([
  { resource: DEPLOYMENTS, spec: {} },
  { resource: STATEFUL_SETS, spec: { serviceName: 'none' } },
  { resource: DAEMON_SETS, spec: {} },
])('a $resource.kind that is gone is not rolled, nor is its namesake', async ({ resource, spec }) => {
  const { create, using, roll, get, remove } = await cluster();
  const shape = { ...inEnvironment(), spec, pod: { nodeSelector: { none: 'at-all' } } };
  const created = await create(resource, 'web', shape);
  const [found = expect.fail('nothing was found')] = await using();
  await remove(resource, created);
  await vi.waitUntil(async () => (await using()).length === 0, SOON);
  expect(await roll(found, '42.2')).toBe('gone');

  await create(resource, 'web', shape);
  expect(await roll(found, '42.2')).toBe('gone');
  expect(annotationsOf(await get(resource, 'web'))).toEqual({});
});

test('without the component nothing can be listed, and the error names the resource', async () => {
  const { using } = await cluster('without');
  const error = await failure(using());
  expect(error).toBeInstanceOf(ClusterError);
  expect(error).toMatchObject({
    code: 'forbidden',
    message: expect.stringMatching(/^cannot list (?:deployments|statefulsets|daemonsets)\.apps: 403 Forbidden$/),
  });
});

test('with it, a workload can be changed and neither created nor deleted, and none of another namespace seen', async () => {
  const { operator, namespace, signal, create, remove } = await cluster();
  const created = await create(DEPLOYMENTS, 'web', inEnvironment());
  const others = [
    operator.delete({ resource: DEPLOYMENTS, namespace, name: 'web' }, { uid: created.metadata.uid }, signal),
    operator.create(DEPLOYMENTS, workload(namespace, 'new'), {}, signal),
    operator.list(DEPLOYMENTS, { namespace: 'default' }, signal),
    operator.list(DEPLOYMENTS, {}, signal),
  ];
  const refused = await Promise.all(others.map(failure));
  expect(refused).toEqual(others.map(() => expect.objectContaining({ status: 403 })));
  await remove(DEPLOYMENTS, created);
});

/** The three lists of a namespace, as a scripted server gives them. */
function lists(server: ScriptedApiServer, deployments: readonly object[]) {
  const answer = (items: readonly object[]) => json(200, { metadata: { resourceVersion: '7' }, items });
  server.always('GET', '/apis/apps/v1/namespaces/shop/deployments', answer(deployments));
  for (const plural of ['statefulsets', 'daemonsets']) {
    server.always('GET', `/apis/apps/v1/namespaces/shop/${plural}`, answer([]));
  }
}

function listed(
  name: string,
  { metadata = {}, ...more }: { readonly metadata?: object; readonly spec?: unknown } = {},
) {
  const { spec } = workload('shop', name, inEnvironment());
  return {
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: '7', ...metadata },
    spec,
    ...more,
  };
}

test('many that ask at once share one list of each kind, whichever Secret they ask about', async () => {
  const { server, client, signal } = await connected();
  lists(server, [listed('web')]);
  const workloads = workloadsOver(client);
  const names = Array.from({ length: 100 }, (_, index) => (index === 7 ? SHOP : `secret-${index}`));

  const found = await Promise.all(names.map((name) => workloads.using('shop', name, 0, signal)));

  expect(found.flat().map(({ name, secretName }) => [name, secretName])).toEqual([['web', SHOP]]);
  expect(server.requests.map(({ path }) => path.split('/').at(-1)).toSorted()).toEqual([
    'daemonsets',
    'deployments',
    'statefulsets',
  ]);
});

test('one that cannot be read, or is being deleted, is left out, and the others are found', async () => {
  const { server, client, signal } = await connected();
  const leaving = { metadata: { deletionTimestamp: '2026-11-22T00:00:00Z' } };
  lists(server, [listed('strange', { spec: 'none' }), listed('leaving', leaving), listed('web')]);
  const found = await workloadsOver(client).using('shop', SHOP, 0, signal);
  expect(found.map(({ name }) => name)).toEqual(['web']);
});

test('one kind is listed after the other, and each page is reduced as it comes, so that one is held whole', async () => {
  const { server, client, signal } = await connected();
  const reducing = { ...client, list: () => expect.unreachable('a list that is held whole') };
  let underWay = 0;
  let most = 0;
  for (const plural of ['deployments', 'statefulsets', 'daemonsets']) {
    const answer = json(200, { metadata: { resourceVersion: '7' }, items: [listed(plural)] });
    server.always('GET', `/apis/apps/v1/namespaces/shop/${plural}`, (...asked) => {
      underWay += 1;
      most = Math.max(most, underWay);
      setTimeout(() => {
        underWay -= 1;
        answer(...asked);
      }, 20);
    });
  }

  const found = await workloadsOver(reducing).using('shop', SHOP, 0, signal);

  expect(found.map(({ name }) => name)).toEqual(['deployments', 'statefulsets', 'daemonsets']);
  expect(most).toBe(1);
});

test('a long list comes in pages', async () => {
  const { server, client, signal } = await connected();
  lists(server, [listed('second')]);
  const metadata = { resourceVersion: '7', continue: 'there-is-more' };
  server.on('GET', '/apis/apps/v1/namespaces/shop/deployments', json(200, { metadata, items: [listed('first')] }));

  const found = await workloadsOver(client).using('shop', SHOP, 0, signal);

  expect(found.map(({ name }) => name)).toEqual(['first', 'second']);
  const pages = server.requests.filter(({ path }) => path.endsWith('/deployments')).map(({ query }) => query);
  expect(pages.map((query) => [query.get('limit'), query.get('continue')])).toEqual([
    ['100', null],
    ['100', 'there-is-more'],
  ]);
});
