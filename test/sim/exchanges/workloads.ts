import { WORKLOAD_KINDS, workloadManifest } from '../../../dev/sim/workloads.ts';
import { isRecord } from '../../../src/kube/object.ts';
import { PODS, type Resource } from '../../../src/kube/resources.ts';
import type { Conversation, Said } from '../conversation.ts';
import type { Exchange } from './exchange.ts';

type Kind = keyof typeof WORKLOAD_KINDS;

const ANNOTATION = 'oauthapp.dev/rolled-for.a-oauth';

/** Listing what runs with a Secret, and giving it new Pods. */
export const WORKLOADS: readonly Exchange[] = [
  ...(['Deployment', 'StatefulSet', 'DaemonSet'] as const).flatMap((kind) => [rolling(kind), listing(kind)]),
  {
    name: 'shows what a Pod says of its start',
    async run(server) {
      const spec = { containers: [{ name: 'main', image: 'example.com/main' }] };
      const startedAt = '2026-01-01T00:00:00Z';
      const containerStatuses = [
        { name: 'main', state: { running: { startedAt } }, ready: true, restartCount: 0, image: 'i', imageID: 'i' },
      ];
      await server.create(PODS, { metadata: { generateName: 'a-', labels: { app: 'a' } }, spec });
      const { metadata } = (await server.list(PODS)).items[0] ?? { metadata: { name: '' } };
      const status = { phase: 'Running', startTime: startedAt, containerStatuses };
      const written = await server.patch(PODS, metadata.name, { status }, {}, 'status');
      const fieldSelector = 'status.phase!=Succeeded,status.phase!=Failed';
      const { items } = await server.list(PODS, { fieldSelector, limit: '100' });
      const { phase, startTime, containerStatuses: shown } = record(items[0]?.['status']);
      const [main] = Array.isArray(shown) ? shown : [];
      return [written.code, phase, startTime, record(main)['state']];
    },
    holds: [200, 'Running', '2026-01-01T00:00:00Z', { running: { startedAt: '2026-01-01T00:00:00Z' } }],
  },
];

function rolling(kind: Kind): Exchange {
  return {
    name: `gives a ${kind} another template by an annotation, under the uid that is named`,
    async run(server) {
      const resource = WORKLOAD_KINDS[kind];
      const { metadata } = await server.create(resource, manifestOf('a', kind));
      const roll = (name: string, uid: string, mark: string) =>
        server.patch(resource, name, {
          metadata: { uid },
          spec: { template: { metadata: { annotations: { [ANNOTATION]: mark } } } },
        });
      const answers = [
        await roll('a', metadata.uid, 'one'),
        await roll('a', metadata.uid, 'one'),
        await roll('a', metadata.uid, 'two'),
        await roll('a', 'another', 'three'),
        await roll('none', metadata.uid, 'one'),
      ];
      const told = answers.map(({ code, reason, metadata: { generation = 0 } }) => [code, reason ?? generation]);
      return [...told, markOf(await server.get(resource, 'a'))];
    },
    holds: [[200, 2], [200, 2], [200, 3], [422, 'Invalid'], [404, 'NotFound'], 'two'],
  };
}

function listing(kind: Kind): Exchange {
  return {
    name: `lists each ${kind} with its template, in pages`,
    async run(server) {
      const resource = WORKLOAD_KINDS[kind];
      for (const name of ['a', 'b', 'c']) await server.create(resource, manifestOf(name, kind));
      return (await pagesOf(resource, server)).map((items) => items.map(labelOf));
    },
    holds: [['a a-oauth', 'b b-oauth'], ['c c-oauth']],
  };
}

async function pagesOf(resource: Resource, server: Conversation): Promise<readonly Said['items'][]> {
  const first = await server.list(resource, { limit: '2' });
  const second = await server.list(resource, { limit: '2', continue: first.metadata.continue });
  return [first.items, second.items];
}

function manifestOf(name: string, kind: Kind) {
  const source = { secretName: `${name}-oauth`, key: 'client_secret' };
  return workloadManifest(name, { kind, refersBy: 'env' }, source);
}

function templateOf(object: unknown): Readonly<Record<string, unknown>> {
  return record(record(record(object)['spec'])['template']);
}

function markOf(object: unknown): unknown {
  return record(record(templateOf(object)['metadata'])['annotations'])[ANNOTATION];
}

/** A name, and the Secret that its container reads. */
function labelOf(object: Said['items'][number]): string {
  const { containers } = record(templateOf(object)['spec']);
  const [container] = Array.isArray(containers) ? containers : [];
  const { env } = record(container);
  const [variable] = Array.isArray(env) ? env : [];
  const { name } = record(record(record(variable)['valueFrom'])['secretKeyRef']);
  return `${object.metadata.name} ${String(name)}`;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
