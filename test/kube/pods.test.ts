import { expect, onTestFinished, test, vi } from 'vitest';
import { startKubelet } from '../../dev/kubelet.ts';
import { rolledForAnnotation } from '../../src/api/names.ts';
import { ClusterError } from '../../src/application/ports/errors.ts';
import { Redacted } from '../../src/credentials.ts';
import { kubePods } from '../../src/kube/pods.ts';
import { DEPLOYMENTS, PODS, SECRETS } from '../../src/kube/resources.ts';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import { createSeals } from '../../src/seals.ts';
import { clusterClient } from '../support/cluster-client.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import { applyRights } from '../support/operator.ts';
import { json, type ScriptedApiServer } from '../support/scripted-api-server.ts';
import { type Component, grant, workload } from '../support/workloads.ts';
import { connected } from './connected.ts';
import {
  at,
  container,
  environment,
  first,
  OTHERS,
  type PodShape,
  pod,
  SHOP,
  since,
  status,
  USERS,
  variable,
} from './pod-cases.ts';

const SOON = { timeout: 60_000, interval: 50 };
const LONG = `${'a'.repeat(200)}.b`;

const { digest } = createSeals({ id: 'i', cluster: 'c', key: new Redacted('00') });

/** A namespace where an operator has the rights that we ship, with these components. */
async function cluster(components: readonly Component[] = ['retire']) {
  const plane = sharedControlPlane();
  const namespace = await freshNamespace();
  await applyRights(plane, namespace, ['serviceaccount', 'role', 'rolebinding']);
  if (components.length > 0) await grant(plane, namespace, components);
  const token = await plane.serviceAccountToken(namespace, 'oauthapp-operator');
  const [{ client, signal }, operator] = await Promise.all([clusterClient(), clusterClient(token)]);
  const pods = kubePods({ client: operator.client, clock: systemClock, digest });
  return {
    plane,
    namespace,
    client,
    signal,
    operator: operator.client,
    running: (secretName = SHOP) => pods.running(namespace, secretName, systemClock.monotonic(), signal),
    async pod(name: string, { spec, status, annotations = {}, deleted = false }: PodShape): Promise<void> {
      const ref = { resource: PODS, namespace, name };
      const metadata = { name, namespace, annotations };
      const { uid } = (await client.create(PODS, { metadata, spec }, {}, signal)).metadata;
      if (status !== undefined) {
        await client.patch(ref, { type: 'merge', body: { status } }, { subresource: 'status' }, signal);
      }
      if (deleted) await client.delete(ref, { uid }, signal);
    },
  };
}

/** A name that an object may bear. */
const named = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]+/g, '-');

test('each Pod that uses the Secret is there, since its oldest container that does', async () => {
  const { running, pod: create } = await cluster();
  await Promise.all(Object.entries({ ...USERS, ...OTHERS }).map(([name, shape]) => create(named(name), shape)));

  const found = await running();

  expect(Object.fromEntries(found.map((each) => [each.name, since(each)]))).toEqual(
    Object.fromEntries(Object.entries(USERS).map(([name, { from }]) => [named(name), from])),
  );
  expect(found.filter(({ startedAtMs }) => startedAtMs % 1000 !== 0)).toEqual([]);
  expect((await running('other')).map(({ name }) => name)).toEqual(['another-secret']);
  expect(await running('none')).toEqual([]);
});

test('a Pod bears the mark of the roll for that very Secret', async () => {
  const { running, pod: create } = await cluster();
  const envFrom = [SHOP, 'other', LONG].map((name) => ({ secretRef: { name } }));
  const spec = { containers: [container('app', { envFrom })] };
  const annotations = { [rolledForAnnotation(SHOP, digest)]: '42.2', [rolledForAnnotation(LONG, digest)]: '42.3' };
  await Promise.all([create('rolled', { spec, annotations }), create('not', { spec })]);

  const marks = async (secretName: string) =>
    (await running(secretName)).map(({ name, rolledFor }) => [name, rolledFor]);
  expect(await marks(SHOP)).toEqual([
    ['not', undefined],
    ['rolled', '42.2'],
  ]);
  expect(await marks('other')).toEqual([
    ['not', undefined],
    ['rolled', undefined],
  ]);
  expect(await marks(LONG)).toEqual([
    ['not', undefined],
    ['rolled', '42.3'],
  ]);
});

test('a container that starts anew counts from then', async () => {
  const { plane, namespace, client, signal, running } = await cluster();
  const kubelet = await startKubelet(plane, { namespace });
  onTestFinished(() => kubelet.close());
  await client.create(SECRETS, { metadata: { name: SHOP, namespace }, stringData: { secret: 'old' } }, {}, signal);
  await client.create(DEPLOYMENTS, workload(namespace, 'web', { container: environment() }), {}, signal);
  /** The one Pod, as soon as it is shown to run since the time at which it was given what it sees. */
  const shown = () =>
    vi.waitFor(async () => {
      const pods = kubelet.podsOf(namespace).map(({ name, startedAt }) => ({
        name,
        startedAtMs: Math.floor(startedAt / 1000) * 1000,
        rolledFor: undefined,
      }));
      expect(pods).toHaveLength(1);
      expect(await running()).toEqual(pods);
      return pods[0] ?? expect.fail('no Pod runs');
    }, SOON);
  const before = await shown();

  await vi.waitUntil(() => Date.now() >= before.startedAtMs + 1000, SOON);
  await kubelet.restart(namespace, before.name);

  const after = await shown();
  expect(after).toMatchObject({ name: before.name });
  expect(after.startedAtMs).toBeGreaterThan(before.startedAtMs);
});

test.each([{ components: [] }, { components: ['restart'] }] as const)(
  'with the components $components no Pod can be listed, and the error names the resource',
  async ({ components }) => {
    const { running } = await cluster(components);
    const error = await running().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ClusterError);
    expect(error).toMatchObject({ code: 'forbidden', message: 'cannot list pods: 403 Forbidden' });
  },
);

test('with the component Pods can be listed and nothing else, and none of another namespace', async () => {
  const { operator, namespace, signal, pod: create, running } = await cluster();
  await create('web', { spec: { containers: [container('app', variable)] } });
  const ref = { resource: PODS, namespace, name: 'web' };
  const [{ uid } = expect.fail('no Pod')] = (await operator.list(PODS, { namespace }, signal)).items.map(
    ({ metadata }) => metadata,
  );
  const others = [
    operator.get(ref, signal),
    operator.delete(ref, { uid }, signal),
    operator.patch(ref, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } }, {}, signal),
    operator.create(PODS, { metadata: { name: 'new', namespace }, spec: { containers: [first] } }, {}, signal),
    operator.list(PODS, { namespace: 'default' }, signal),
    operator.list(PODS, {}, signal),
  ];
  const refused = await Promise.all(others.map((call) => call.catch((thrown: unknown) => thrown)));
  expect(refused).toEqual(others.map(() => expect.objectContaining({ status: 403 })));
  expect(await running()).toHaveLength(1);
});

const PATH = '/api/v1/namespaces/shop/pods';

/** Pods of the namespace `shop` as a scripted server lists them, and those who ask for them. */
async function scripted(clock: Clock = systemClock) {
  const { server, client, signal } = await connected({ clock });
  const pods = kubePods({ client, clock, digest });
  return { server, running: (secretName = SHOP) => pods.running('shop', secretName, 0, signal) };
}

function listed(name: string, more: object = {}) {
  const metadata = { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: '7', creationTimestamp: at(0) };
  return { metadata, spec: { containers: [container('app', variable)] }, ...more };
}

const page = (items: readonly object[], next?: string) =>
  json(200, { metadata: { resourceVersion: '7', continue: next }, items });

const lists = (server: ScriptedApiServer, ...items: readonly object[]) => server.always('GET', PATH, page(items));

test('many that ask at once share one list, whichever Secret they ask about', async () => {
  const { server, running } = await scripted();
  lists(server, listed('web'));
  const names = Array.from({ length: 100 }, (_, index) => (index === 7 ? SHOP : `secret-${index}`));

  const found = await Promise.all(names.map(running));

  expect(found.map((pods) => pods.length)).toEqual(names.map((name) => (name === SHOP ? 1 : 0)));
  expect(server.requests.map(({ path }) => path)).toEqual([PATH]);
});

test('a long list comes in pages, without those that have ended', async () => {
  const { server, running } = await scripted();
  server.on('GET', PATH, page([listed('first')], 'there-is-more'), page([listed('second')]));

  expect((await running()).map(({ name }) => name)).toEqual(['first', 'second']);

  const fieldSelector = 'status.phase!=Succeeded,status.phase!=Failed';
  expect(server.requests.map(({ query }) => Object.fromEntries(query))).toEqual([
    { limit: '100', fieldSelector },
    { limit: '100', fieldSelector, continue: 'there-is-more' },
  ]);
});

test('each page is read as it comes, so that no more than one is held whole', async () => {
  const { server, running } = await scripted();
  const strange = listed('strange', { spec: 'none' });
  server.on('GET', PATH, page([listed('first'), strange], 'there-is-more'), page([listed('second')]));

  await expect(running()).rejects.toThrow('a Pod cannot be read');

  expect(server.requests).toHaveLength(1);
});

test('what is still to start counts from when the list began, by the clock of the API server', async () => {
  const passed = { ms: 0 };
  const fast = 3_600_000;
  const clock: Clock = {
    ...systemClock,
    now: () => systemClock.now() + fast,
    monotonic: () => systemClock.monotonic() + passed.ms,
  };
  const { server, running } = await scripted(clock);
  const ahead = status('app', { running: { startedAt: new Date(Date.now() + fast).toISOString() } });
  const last = page([listed('waiting'), listed('of a fast node', { status: pod([ahead]) })]);
  server.on('GET', PATH, page([], 'there-is-more'), (...asked) => {
    passed.ms = 60_000;
    last(...asked);
  });

  const askedAt = Date.now();
  const [waiting, fastNode] = await running();
  const answeredAt = Date.now();

  expect(waiting?.startedAtMs).toBeGreaterThanOrEqual(askedAt - 60_000 - 2000);
  expect(waiting?.startedAtMs).toBeLessThanOrEqual(answeredAt - 60_000 + 2000);
  expect(fastNode?.startedAtMs).toBe(waiting?.startedAtMs);
});

test.each([
  { what: 'no time at all', state: { running: {} } },
  { what: 'a time that is null', state: { running: { startedAt: null } } },
])('a container that runs since $what counts from its Pod', async ({ state }) => {
  const { server, running } = await scripted();
  const containerStatuses = [status('app', state)];
  lists(server, listed('old', { status: { containerStatuses } }), listed('taken', { status: pod(containerStatuses) }));
  expect((await running()).map((each) => [each.name, since(each)])).toEqual([
    ['old', 0],
    ['taken', 1],
  ]);
});

test.each([
  { what: 'spec', strange: { spec: 'none' } },
  { what: 'status', strange: { status: pod([status('app', { running: { startedAt: 'long ago' } })]) } },
])('with a Pod whose $what cannot be read nobody is told that it does not run', async ({ strange }) => {
  const { server, running } = await scripted();
  lists(server, listed('web'), listed('strange', strange));
  const error = await running().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ClusterError);
  expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('list pods') });
});
