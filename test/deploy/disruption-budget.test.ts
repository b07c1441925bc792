import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import { rendered } from '../support/helm.ts';
import { until } from '../support/until.ts';

const plane = sharedControlPlane();

const Pods = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });
const Budget = z.object({ status: z.object({ expectedPods: z.int().default(0), currentHealthy: z.int().default(0) }) });

let namespace: string;

beforeAll(async () => {
  namespace = await freshNamespace();
  const objects = await rendered('oauthapp-operator', { clusterId: 'prod' }, namespace);
  const stdin = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  await kubectl(['apply', '--server-side', '-f', '-'], stdin);
});

test('an operator that is not ready keeps no node from being drained', async () => {
  const { items } = await until('the Pods are there', podsOf, (pods) => pods.items.length === 2);
  for (const { metadata } of items) await runUnready(metadata.name);
  await until('the budget counts them', budget, ({ status }) => status.expectedPods === 2);
  expect(await budget()).toMatchObject({ status: { currentHealthy: 0 } });
  for (const { metadata } of items) await evict(metadata.name);
});

async function podsOf() {
  return Pods.parse(JSON.parse(await kubectl(['get', 'pods', '-o', 'json'])));
}

async function budget() {
  return Budget.parse(JSON.parse(await kubectl(['get', 'poddisruptionbudget', 'oauthapp-operator', '-o', 'json'])));
}

/** As a kubelet says it: the process runs, and `/readyz` fails. */
async function runUnready(pod: string): Promise<void> {
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] };
  await kubectl(['patch', 'pod', pod, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })]);
}

/** As `kubectl drain` does. */
async function evict(pod: string): Promise<void> {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } };
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`;
  await kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
}

async function kubectl(args: readonly string[], stdin?: string): Promise<string> {
  const inNamespace = args.includes('--raw') ? args : [...args, '-n', namespace];
  const { code, stdout, stderr } = await plane.kubectl(inNamespace, { stdin });
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
