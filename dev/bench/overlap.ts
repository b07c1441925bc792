import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { NAMESPACE } from '../operator.ts';
import type { Progress } from '../tools/progress.ts';
import { allow } from './allow.ts';
import { type Followed, isReady, type Seen } from './cluster.ts';
import { type Cost, costing } from './cost.ts';
import type { DayStage } from './day.ts';
import { inLanes } from './measure.ts';
import { type Program, startProgram } from './program.ts';
import { APPLICATIONS, application, SECRETS, secret } from './stage.ts';

/** Many secrets replaced at once, each with Pods that log in all the time. Times in ms since the first was asked for. */
export interface Overlaps {
  readonly lastSecretMs: number;
  /** Until every Deployment runs its new Pods and no old one. */
  readonly lastPodMs: number;
  /** The same for as many others, by a script that issues, writes and rolls. */
  readonly floor: { readonly lastSecretMs: number; readonly lastPodMs: number };
  /** Up to the last Pod. */
  readonly rotated: Cost;
  /** From then on, until the old secrets are gone. */
  readonly retired: Cost;
  /** From the end of the day until the status of the last says that nothing is superseded any more. */
  readonly lastRetiredMs: number;
  /** Of the Pods of the applications and of those of the script, from first to last. */
  readonly logins: Logins;
  /** Applications with so many secrets at Logto after the roll, and at the end. */
  readonly secretsMeanwhile: ReadonlyMap<number, number>;
  readonly secretsAtTheEnd: ReadonlyMap<number, number>;
}

const Logins = z.object({
  made: z.number(),
  refused: z.number(),
  unanswered: z.number(),
  /** Made after the next secret had been issued, by Pods that had started before. */
  withSuperseded: z.number(),
  pods: z.number(),
});
type Logins = z.infer<typeof Logins>;

const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
const REPLICAS = 3;
const TOKEN = 'bench';

/** A service: it logs in by itself. */
const SERVICE = { type: 'MachineToMachine', redirectUris: undefined, rotation: { restart: 'Referencing' } };

/** With what remains Pods go on logging in for so long. */
const AFTERWARDS_MS = 5_000;

const Rotated = z.object({ status: z.object({ served: z.object({ rotate: z.literal(TOKEN) }) }) });
const Superseded = z.object({
  status: z.object({ rotation: z.object({ retiring: z.array(z.unknown()).min(1) }) }),
});
const Rolled = z.object({
  metadata: z.object({ generation: z.number() }),
  status: z.object({
    observedGeneration: z.number(),
    replicas: z.literal(REPLICAS),
    updatedReplicas: z.literal(REPLICAS),
    availableReplicas: z.literal(REPLICAS),
  }),
});

/** Rotates `count` applications, each with a Deployment, and lets the day pass after which the old secrets go. */
export async function overlaps(count: number, stage: DayStage, say: Progress): Promise<Overlaps> {
  await using begun = new AsyncDisposableStack();
  await allow(stage.plane, ['restart', 'retire'], begun);
  const pods = await startProgram('pods', { coordinates: stage.plane.coordinates, url: stage.provider.url });
  begun.defer(() => pods.close());
  const deployments = await stage.cluster.follow(DEPLOYMENTS);

  const floor = await rotateBare(count, stage, deployments, say);
  const names = Array.from({ length: count }, (_, index) => `rotating-${index}`);
  say(`${count} applications, each with a Deployment of ${REPLICAS} Pods`);
  await register(names, stage);
  await deploy(names, (name) => `${name}-oauth`, stage, deployments);

  say(`rotating ${count} at once`);
  const [times, rotated] = await costing(stage, () => rotate(names, stage, deployments, say));
  const secretsMeanwhile = histogram(await stage.provider.secrets());
  say('every Deployment runs its new Pods');
  const [lastRetiredMs, retired] = await costing(stage, () => retire(names, stage, say));
  await delay(AFTERWARDS_MS);
  return {
    ...times,
    floor,
    rotated,
    retired,
    lastRetiredMs,
    logins: await loginsOf(pods, stage),
    secretsMeanwhile,
    secretsAtTheEnd: histogram(await stage.provider.secrets()),
  };
}

async function register(names: readonly string[], stage: DayStage): Promise<void> {
  const ready = names.map((name) => stage.applications.when(name, isReady));
  await Promise.all(names.map((name) => stage.cluster.create(APPLICATIONS, application(stage, name, SERVICE))));
  await Promise.all(ready);
}

async function deploy(
  names: readonly string[],
  secretOf: (name: string) => string,
  { cluster }: DayStage,
  deployments: Followed,
): Promise<void> {
  const running = names.map((name) => deployments.when(name, isRolled));
  await Promise.all(names.map((name) => cluster.create(DEPLOYMENTS, deployment(name, secretOf(name)))));
  await Promise.all(running);
}

async function rotate(
  names: readonly string[],
  { cluster, applications, secrets }: DayStage,
  deployments: Followed,
  say: Progress,
): Promise<Pick<Overlaps, 'lastSecretMs' | 'lastPodMs'>> {
  const written = names.map((name) => secrets.when(`${name}-oauth`));
  const rolled = names.map((name) => deployments.when(name, (seen) => isMarked(seen) && isRolled(seen)));
  const told = names.map((name) => applications.when(name, (seen) => Rotated.safeParse(seen).success && isReady(seen)));

  const start = performance.now();
  const change = { metadata: { annotations: { 'oauthapp.dev/rotate-requested-at': TOKEN } } };
  await Promise.all(names.map((name) => cluster.patch(`${APPLICATIONS}/${name}`, change)));
  const lastSecretMs = Math.max(...(await Promise.all(written))) - start;
  say('every Secret holds its new value; waiting for the last Pods');
  const lastPodMs = Math.max(...(await Promise.all(rolled))) - start;
  await Promise.all(told);
  return { lastSecretMs, lastPodMs };
}

/** Resolves with how long it took after the day. */
async function retire(names: readonly string[], { applications, passDay }: DayStage, say: Progress): Promise<number> {
  const done = names.map((name) => applications.when(name, (seen) => !Superseded.safeParse(seen).success));
  let dayOver = Number.NaN;
  await passDay((line) => {
    dayOver = performance.now();
    say(line);
  });
  return Math.max(...(await Promise.all(done))) - dayOver;
}

async function loginsOf(pods: Program, { provider }: DayStage): Promise<Logins> {
  return Logins.parse(await pods.ask({ issued: [...(await provider.issued())] }));
}

/** The least that anybody could do: another secret, into the Secret, new Pods. The old secrets stay for good. */
async function rotateBare(
  count: number,
  stage: DayStage,
  deployments: Followed,
  say: Progress,
): Promise<Overlaps['floor']> {
  const { cluster, provider, secrets } = stage;
  const names = Array.from({ length: count }, (_, index) => `bare-${index}`);
  say(`the floor: ${count} Deployments of ${REPLICAS} Pods, and a script`);
  const ids = new Map<string, string>();
  await inLanes(names, provider.lanes, async (name) => {
    const bare = await provider.registerService(name);
    ids.set(name, bare.id);
    await cluster.create(SECRETS, secret(name, bare));
  });
  await deploy(names, (name) => name, stage, deployments);

  const written = names.map((name) => secrets.when(name));
  const rolled = names.map((name) => deployments.when(name, (seen) => isMarked(seen) && isRolled(seen)));
  const start = performance.now();
  await inLanes(names, provider.lanes, async (name) => {
    const id = ids.get(name) ?? '';
    await cluster.replace(`${SECRETS}/${name}`, secret(name, { id, value: await provider.issueBare(id) }));
    const template = { metadata: { annotations: { rolled: TOKEN } } };
    await cluster.patch(`${DEPLOYMENTS}/${name}`, { spec: { template } });
  });
  const lastSecretMs = Math.max(...(await Promise.all(written))) - start;
  const lastPodMs = Math.max(...(await Promise.all(rolled))) - start;

  const idle = names.map((name) => deployments.when(name, isIdle));
  await Promise.all(names.map((name) => cluster.patch(`${DEPLOYMENTS}/${name}`, { spec: { replicas: 0 } })));
  await Promise.all(idle);
  return { lastSecretMs, lastPodMs };
}

function deployment(name: string, secretName: string) {
  const labels = { app: name };
  const containers = [{ name: 'app', image: 'none', envFrom: [{ secretRef: { name: secretName } }] }];
  return {
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

/** Whether the Deployment runs its Pods, all of its present template, and no others. */
function isRolled(seen: Seen): boolean {
  const { success, data } = Rolled.safeParse(seen);
  return success && data.status.observedGeneration >= data.metadata.generation;
}

function isIdle({ status }: Seen): boolean {
  const { replicas = 0 } = (status ?? {}) as { replicas?: number };
  return replicas === 0;
}

/** The one change of the template is the first after it was made. */
function isMarked({ metadata }: Seen): boolean {
  return (metadata.generation ?? 1) > 1;
}

function histogram(numbers: ReadonlyMap<string, number>): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const number of numbers.values()) counts.set(number, (counts.get(number) ?? 0) + 1);
  return counts;
}
