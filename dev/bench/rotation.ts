import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { NAMESPACE } from '../operator.ts';
import type { Progress } from '../tools/progress.ts';
import { allow } from './allow.ts';
import { type Followed, isReady, type Seen } from './cluster.ts';
import { type Cost, costing } from './cost.ts';
import { startProgram } from './program.ts';
import type { BenchLogi } from './provider.ts';
import { APPLICATIONS, application, SECRETS, type Stage, secret } from './stage.ts';

/** Many secrets replaced at once, each of which a Deployment uses. Times in ms. */
export interface Rotations {
  /** From the provider's answer, which ends the old secret, until a watch shows the new one in its Secret. */
  readonly gapsMs: readonly number[];
  /** From the sending of a bare write of a Secret until the same watch shows it, one after the other meanwhile. */
  readonly floorsMs: readonly number[];
  /** Since the first rotation was asked for. */
  readonly lastSecretMs: number;
  /** Since then, until every Deployment runs its new Pod and no old one. */
  readonly lastPodMs: number;
  readonly cost: Cost;
}

const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
const TOKEN = 'bench';

/** Between two of the writes that measure the floor: more of them would be load of their own. */
const FLOOR_PAUSE_MS = 50;

const Served = z.object({
  status: z.object({
    served: z.object({ rotate: z.string() }),
    rotation: z.object({ rolling: z.undefined().optional() }),
  }),
});
const Rolled = z.object({
  metadata: z.object({ generation: z.number() }),
  status: z.object({
    observedGeneration: z.number(),
    replicas: z.literal(1),
    updatedReplicas: z.literal(1),
    availableReplicas: z.literal(1),
  }),
});

/** Registers `count` applications, each with a Deployment of one Pod, then asks for all rotations at once. */
export async function rotations(count: number, stage: Stage<BenchLogi>, say: Progress): Promise<Rotations> {
  await using begun = new AsyncDisposableStack();
  await allow(stage.plane, ['restart'], begun);
  const node = await startProgram('kubelet', stage.plane.coordinates);
  begun.defer(() => node.close());
  const deployments = await stage.cluster.follow(DEPLOYMENTS);
  const names = Array.from({ length: count }, (_, index) => `rotating-${index}`);

  say(`${count} applications, each with a Deployment of one Pod`);
  await register(names, stage);
  await deploy(names, stage, deployments);
  say(`rotating ${count} at once`);
  const [rotated, cost] = await costing(stage, () => rotate(names, stage, deployments, say));
  return { ...rotated, cost };
}

async function register(names: readonly string[], stage: Stage): Promise<void> {
  const { cluster, applications } = stage;
  const ready = names.map((name) => applications.when(name, isReady));
  const spec = { rotation: { restart: 'Referencing' } };
  await Promise.all(names.map((name) => cluster.create(APPLICATIONS, application(stage, name, spec))));
  await Promise.all(ready);
}

async function deploy(names: readonly string[], { cluster }: Stage, deployments: Followed): Promise<void> {
  const running = names.map((name) => deployments.when(name, isRolled));
  await Promise.all(names.map((name) => cluster.create(DEPLOYMENTS, deployment(name))));
  await Promise.all(running);
}

async function rotate(
  names: readonly string[],
  { cluster, provider, applications, secrets }: Stage<BenchLogi>,
  deployments: Followed,
  say: Progress,
): Promise<Omit<Rotations, 'cost'>> {
  const written = Promise.all(names.map((name) => secrets.when(`${name}-oauth`)));
  const rolled = names.map((name) => deployments.when(name, (seen) => isMarked(seen) && isRolled(seen)));
  const told = names.map((name) => applications.when(name, (seen) => Served.safeParse(seen).success && isReady(seen)));

  const start = performance.now();
  const epochMs = Date.now() - start;
  const change = { metadata: { annotations: { 'oauthapp.dev/rotate-requested-at': TOKEN } } };
  await Promise.all(names.map((name) => cluster.patch(`${APPLICATIONS}/${name}`, change)));
  // Not earlier: it would wait for one of our own connections.
  const floors = bareWrites({ cluster, secrets }, written);
  const writtenAt = await written;
  say('every Secret holds its new value; waiting for the last Pods');
  const lastPodMs = Math.max(...(await Promise.all(rolled))) - start;
  await Promise.all(told);

  const answeredAt = await provider.rotations();
  const gapsMs = names.map((name, index) => epochMs + (writtenAt[index] ?? 0) - (answeredAt.get(name) ?? 0));
  return { gapsMs, floorsMs: await floors, lastSecretMs: Math.max(...writtenAt) - start, lastPodMs };
}

/** Writes a Secret again and again, each time another value, until `end` resolves. @returns ms of each */
async function bareWrites(
  { cluster, secrets }: Pick<Stage, 'cluster' | 'secrets'>,
  end: Promise<unknown>,
): Promise<readonly number[]> {
  const name = 'bare';
  const times: number[] = [];
  let ended: 'yes' | 'no' = 'no';
  void end.then(() => {
    ended = 'yes';
  });
  await cluster.create(SECRETS, secret(name, { id: name, value: '' }));
  while (ended === 'no') {
    const shown = secrets.when(name, ({ metadata }) => metadata.annotations?.['write'] === String(times.length));
    const { metadata, ...rest } = secret(name, { id: name, value: String(times.length) });
    const written = { ...rest, metadata: { ...metadata, annotations: { write: String(times.length) } } };
    const start = performance.now();
    await cluster.replace(`${SECRETS}/${name}`, written);
    times.push((await shown) - start);
    await delay(FLOOR_PAUSE_MS);
  }
  return times;
}

function deployment(name: string) {
  const labels = { app: name };
  const containers = [{ name: 'app', image: 'none', envFrom: [{ secretRef: { name: `${name}-oauth` } }] }];
  return {
    metadata: { name, namespace: NAMESPACE },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

/** Whether the Deployment runs one Pod, which is of its present template. */
function isRolled(seen: Seen): boolean {
  const { success, data } = Rolled.safeParse(seen);
  return success && data.status.observedGeneration >= data.metadata.generation;
}

/** The operator's one change of the template is the first after it was made. */
function isMarked({ metadata }: Seen): boolean {
  return (metadata.generation ?? 1) > 1;
}
