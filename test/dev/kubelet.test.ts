import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import type { RunningPod } from '../../dev/kubelet/pods.ts';
import { startKubelet } from '../../dev/kubelet.ts';
import { isNotFound } from '../../src/kube/errors.ts';
import type { Manifest } from '../../src/kube/object.ts';
import { DAEMON_SETS, DEPLOYMENTS, PODS, type Resource, SECRETS, STATEFUL_SETS } from '../../src/kube/resources.ts';
import { clusterClient } from '../support/cluster-client.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import { workload } from '../support/workloads.ts';

const SOON = { timeout: 60_000, interval: 50 };
const MANY = 200;

const NODES: Resource = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', scope: 'Cluster' };

const Span = z.object({ startedAt: z.string() });
const State = z.object({
  waiting: z.object({ reason: z.string(), message: z.string() }).optional(),
  running: Span.optional(),
  terminated: Span.extend({ exitCode: z.number() }).optional(),
});
const ContainerStatuses = z
  .array(z.object({ name: z.string(), ready: z.boolean(), restartCount: z.number(), state: State }))
  .default([]);
const PodStatus = z.object({
  phase: z.string(),
  startTime: z.string().optional(),
  containerStatuses: ContainerStatuses,
  initContainerStatuses: ContainerStatuses,
});

/** A namespace with a kubelet of its own. */
async function cluster() {
  const plane = sharedControlPlane();
  const [namespace, { client, signal }] = await Promise.all([freshNamespace(), clusterClient()]);
  const kubelet = await startKubelet(plane, { namespace });
  onTestFinished(() => kubelet.close());
  const ref = (resource: Resource, name: string) => ({ resource, namespace, name });
  const named = (name: string): RunningPod | undefined =>
    kubelet.podsOf(namespace).find((pod) => pod.name === name || pod.labels['app'] === name);
  return {
    plane,
    namespace,
    client,
    signal,
    kubelet,
    named,
    create: (resource: Resource, manifest: Manifest) => client.create(resource, manifest, {}, signal),
    pod: (name: string, spec: object) =>
      client.create(PODS, { metadata: { name, namespace, labels: { own: 'yes' } }, spec }, {}, signal),
    secret: (name: string, stringData: object) =>
      client.create(SECRETS, { metadata: { name, namespace }, stringData }, {}, signal),
    change: (name: string, stringData: object) =>
      client.patch(ref(SECRETS, name), { type: 'merge', body: { stringData } }, {}, signal),
    status: async (name: string) => PodStatus.parse((await client.get(ref(PODS, name), signal))['status']),
    remove: async (name: string) =>
      client.delete(ref(PODS, name), { uid: (await client.get(ref(PODS, name), signal)).metadata.uid }, signal),
    exists: (resource: Resource, name: string) =>
      client.get(ref(resource, name), signal).then(
        () => true,
        (error: unknown) => {
          if (isNotFound(error)) return false;
          throw error;
        },
      ),
    /** Resolves when every Pod of the workload is of its present template and available. */
    rolledOut: async (what: string) => {
      const { code, stderr } = await plane.kubectl(['rollout', 'status', what, `-n=${namespace}`, '--timeout=150s']);
      if (code !== 0) throw new Error(stderr);
    },
  };
}

const from = (name: string, key: string, more: object = {}) => ({
  valueFrom: { secretKeyRef: { name, key, ...more } },
});

test('a Pod sees the Secrets of its namespace as environment and as files', async () => {
  const { secret, pod, named, status } = await cluster();
  await secret('shop', { id: 'id-1', secret: 'old' });

  await pod('web', {
    containers: [
      {
        name: 'app',
        image: 'none',
        envFrom: [{ prefix: 'OAUTH_', secretRef: { name: 'shop' } }, { secretRef: { name: 'none', optional: true } }],
        env: [
          { name: 'PLAIN', value: 'as it is' },
          { name: 'OWN', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'SECRET', ...from('shop', 'secret') },
          { name: 'NEVER', ...from('shop', 'none', { optional: true }) },
        ],
        volumeMounts: [
          { name: 'whole', mountPath: '/whole' },
          { name: 'chosen', mountPath: '/chosen' },
          { name: 'whole', mountPath: '/one.txt', subPath: 'id' },
        ],
      },
    ],
    volumes: [
      { name: 'whole', secret: { secretName: 'shop' } },
      {
        name: 'chosen',
        projected: { sources: [{ secret: { name: 'shop', items: [{ key: 'secret', path: 'a/b' }] } }] },
      },
    ],
  });

  await vi.waitUntil(() => named('web'), SOON);
  expect(named('web')).toMatchObject({ labels: { own: 'yes' }, startedAt: expect.any(Number) });
  expect(named('web')?.env).toEqual({
    OAUTH_id: 'id-1',
    OAUTH_secret: 'old',
    PLAIN: 'as it is',
    OWN: 'web',
    SECRET: 'old',
  });
  expect(named('web')?.files).toEqual({
    '/whole/id': 'id-1',
    '/whole/secret': 'old',
    '/chosen/a/b': 'old',
    '/one.txt': 'id-1',
  });
  await vi.waitUntil(async () => (await status('web')).phase === 'Running', SOON);
  expect((await status('web')).containerStatuses).toMatchObject([{ ready: true }]);
});

test.each([
  {
    place: 'its environment',
    container: { env: [{ name: 'SECRET', ...from('shop', 'secret') }] },
    reason: 'CreateContainerConfigError',
  },
  {
    place: 'its files',
    container: { volumeMounts: [{ name: 'files', mountPath: '/files' }] },
    volumes: [{ name: 'files', secret: { secretName: 'shop', items: [{ key: 'secret', path: 'secret' }] } }],
    reason: 'ContainerCreating',
  },
])('a Pod waits for the Secret and the key of $place, and says so', async ({ container, volumes = [], reason }) => {
  const { pod, status, secret, change, named } = await cluster();
  const waiting = async () => (await status('web')).containerStatuses[0]?.state.waiting;

  await pod('web', { containers: [{ name: 'app', image: 'none', ...container }], volumes });
  await vi.waitUntil(async () => (await waiting())?.message === 'secret "shop" not found', SOON);
  expect(await status('web')).toMatchObject({ phase: 'Pending', containerStatuses: [{ ready: false }] });
  expect((await waiting())?.reason).toBe(reason);

  await secret('shop', { id: 'id-1' });
  await vi.waitUntil(async () => (await waiting())?.message === "couldn't find key secret in Secret shop", SOON);
  expect(named('web')).toBeUndefined();

  await change('shop', { secret: 'new' });
  await vi.waitUntil(() => named('web'), SOON);
  expect({ ...named('web')?.env, ...named('web')?.files }).toMatchObject({
    [reason === 'ContainerCreating' ? '/files/secret' : 'SECRET']: 'new',
  });
});

test('a Pod keeps what it saw at its start, and one that comes later sees what is new', async () => {
  const { create, namespace, secret, change, named, remove, exists } = await cluster();
  await secret('shop', { secret: 'old' });
  const container = { envFrom: [{ secretRef: { name: 'shop' } }] };
  await create(STATEFUL_SETS, workload(namespace, 'web', { container, spec: { serviceName: 'web' } }));
  const before = await vi.waitUntil(() => named('web'), SOON);

  await change('shop', { secret: 'new' });
  expect(named('web')).toEqual(before);

  await remove('web-0');
  const after = await vi.waitUntil(
    () => [named('web')].find((pod) => pod !== undefined && pod.uid !== before.uid),
    SOON,
  );
  expect(before.env).toEqual({ secret: 'old' });
  expect(after).toMatchObject({ name: 'web-0', env: { secret: 'new' } });
  expect(await exists(PODS, 'web-0')).toBe(true);
});

test('a Pod whose containers start anew sees what is new, and says since when they run', async () => {
  const { namespace, kubelet, secret, pod, named, change, status } = await cluster();
  await secret('shop', { secret: 'old' });
  const image = 'none';
  await pod('web', {
    containers: [{ name: 'app', image, envFrom: [{ secretRef: { name: 'shop' } }] }],
    initContainers: [
      { name: 'init', image },
      { name: 'sidecar', image, restartPolicy: 'Always' },
    ],
  });
  const seconds = (ms: number | undefined) =>
    new Date(Math.floor((ms ?? 0) / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  /** The status of a Pod that ran first at one time and runs since another. */
  const ran = (first: string, last: string, restartCount: number) => ({
    phase: 'Running',
    startTime: first,
    containerStatuses: [{ name: 'app', ready: true, restartCount, state: { running: { startedAt: last } } }],
    initContainerStatuses: [
      { name: 'init', ready: true, restartCount: 0, state: { terminated: { startedAt: first, exitCode: 0 } } },
      { name: 'sidecar', ready: true, restartCount, state: { running: { startedAt: last } } },
    ],
  });
  await vi.waitUntil(async () => (await status('web')).phase === 'Running', SOON);
  const before = named('web');
  const first = seconds(before?.startedAt);
  expect(await status('web')).toEqual(ran(first, first, 0));

  await change('shop', { secret: 'new' });
  await vi.waitUntil(() => seconds(Date.now()) > first, SOON);
  await kubelet.restart(namespace, 'web');

  expect(named('web')).toMatchObject({ uid: before?.uid, restarts: 1, env: { secret: 'new' } });
  expect(await status('web')).toEqual(ran(first, seconds(named('web')?.startedAt), 1));
  await expect(kubelet.restart(namespace, 'other')).rejects.toThrow(`no Pod ${namespace}/other runs`);
});

test('workloads of each kind come up and are rolled by their controllers', async () => {
  const { create, plane, namespace, kubelet, rolledOut } = await cluster();
  await create(DEPLOYMENTS, workload(namespace, 'a', { spec: { replicas: 3 } }));
  await create(STATEFUL_SETS, workload(namespace, 'b', { spec: { replicas: 2, serviceName: 'b' } }));
  const nodeSelector = { 'kubernetes.io/hostname': kubelet.nodeName };
  await create(DAEMON_SETS, workload(namespace, 'c', { pod: { nodeSelector } }));
  const all = ['deployment/a', 'statefulset/b', 'daemonset/c'];
  const apps = () => kubelet.podsOf(namespace).map(({ labels }) => labels['app']);

  await Promise.all(all.map(rolledOut));
  expect(apps().toSorted()).toEqual(['a', 'a', 'a', 'b', 'b', 'c']);
  const before = new Set(kubelet.podsOf(namespace).map(({ uid }) => uid));

  expect(await plane.kubectl(['rollout', 'restart', ...all, `-n=${namespace}`])).toMatchObject({ code: 0 });
  await Promise.all(all.map(rolledOut));

  await vi.waitUntil(() => kubelet.podsOf(namespace).every(({ uid }) => !before.has(uid)), SOON);
  expect(apps().toSorted()).toEqual(['a', 'a', 'a', 'b', 'b', 'c']);
});

test('it holds hundreds of Pods', async () => {
  const { create, namespace, kubelet, rolledOut } = await cluster();

  await create(DEPLOYMENTS, workload(namespace, 'many', { spec: { replicas: MANY } }));

  await rolledOut('deployment/many');
  expect(kubelet.podsOf(namespace)).toHaveLength(MANY);
});

test('it runs nothing of another namespace, and leaves neither Pods nor a Node behind', async () => {
  const { pod, named, client, signal, kubelet, exists, status } = await cluster();
  const elsewhere = await freshNamespace();
  const spec = { containers: [{ name: 'app', image: 'none' }] };
  const other = { metadata: { name: 'web', namespace: elsewhere }, spec };
  await client.create(PODS, other, {}, signal);
  await pod('web', spec);
  await pod('waiting', { containers: [{ name: 'app', image: 'none', envFrom: [{ secretRef: { name: 'none' } }] }] });
  await vi.waitUntil(() => named('web'), SOON);
  await vi.waitUntil(async () => (await status('web')).phase === 'Running', SOON);
  await vi.waitUntil(async () => (await status('waiting')).containerStatuses.length > 0, SOON);
  expect(kubelet.podsOf(elsewhere)).toEqual([]);
  const untouched = await client.get({ resource: PODS, namespace: elsewhere, name: 'web' }, signal);
  expect(untouched['spec']).not.toHaveProperty('nodeName');

  await kubelet.close();

  expect([await exists(PODS, 'web'), await exists(PODS, 'waiting')]).toEqual([false, false]);
  const nodes = await client.list(NODES, {}, signal);
  expect(nodes.items.map(({ metadata }) => metadata.name)).not.toContain(kubelet.nodeName);
  await kubelet.close();
});
