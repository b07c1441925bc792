import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { type Installation, installed } from './support/installation.ts';
import { type OperatorPod, processOf } from './support/operator-pod.ts';
import { faultless, judged, registeredNames, webApplication } from './support/registrations.ts';

const COUNT = 100;

/** How many there are when the blow is dealt, which takes a while: the others are asked for, under way, or not begun. */
const MIDDLE = 5;

/** How much longer logi takes for each create until the blow has fallen, ms: it makes half of the hundred, one by one. */
const SLOW_MS = 1_000;

/** More than the chart lets a pod have. */
const GREED = '1G';

let here: Installation;

/** What the pods had said before the blows. */
let said = '';

beforeAll(async () => {
  // One, so that every blow falls on the one that works.
  here = await installed('replicaCount=1');
});
afterAll(() => here[Symbol.asyncDispose]());

/** Each returns how many registrations there were when it fell. */
const BLOWS = [
  { name: 'deletion of its pod', short: 'deleted', blow: deletePod },
  { name: 'death for memory', short: 'oom', blow: exhaustMemory },
  { name: 'drain of its node', short: 'drained', blow: drainNode },
] as const;

test.each(BLOWS)(
  'a $name in the middle of a hundred registrations loses none and doubles none',
  async ({ short, blow }) => {
    const names = Array.from({ length: COUNT }, (_, index) => `${short}-${index}`);
    const before = registeredNames(here).length;
    const leader = await leaderOf(here);
    const slow = here.providers.logi.fault({
      type: 'latency',
      ms: SLOW_MS,
      operation: 'create',
      when: 'before',
      times: 'always',
    });
    const applied = here.apply(...names.map((name, index) => webApplication(name, index % 2 === 0 ? 'logi' : 'logto')));
    await until(
      'it is in the middle',
      () => registeredNames(here).length - before,
      (count) => count >= MIDDLE,
    );
    said += await here.kubectl('logs', leader.metadata.name);
    const [registered] = await Promise.all([blow(leader), applied]);
    slow.remove();
    expect(registered - before).toBeLessThan(COUNT);

    await here.ready(names);
    expect(await judged(here, names)).toEqual(faultless(before + COUNT));
  },
);

test('with all of them the operator stays below the memory that the chart gives it', async () => {
  const pods = await here.pods();
  expect(pods).toHaveLength(1);
  for (const pod of pods) {
    // The process that runs now has reached the peak: none before it was killed for what it took.
    const lives = pod.status.containerStatuses.map(({ restartCount, lastState }) => ({ restartCount, lastState }));
    expect(lives).toEqual([{ restartCount: 0, lastState: {} }]);
    const container = await processOf(pod);
    const { VmHWM = '' } = await container.status();
    const peak = Number.parseInt(VmHWM, 10) * 1024;
    const count = registeredNames(here).length;
    console.log(`peak resident memory with ${count} applications: ${(peak / 2 ** 20).toFixed(0)} MiB`);
    expect(peak).toBeLessThan(await memoryLimitOf(pod));
  }
});

test('nothing that it ever logged holds one of the secrets that it was given or was told', async () => {
  const texts = (await here.pods()).map(({ metadata }) => here.kubectl('logs', metadata.name));
  const logs = [said, ...(await Promise.all(texts))].join('');
  const secrets = await here.secretValues();
  expect(secrets.length).toBeGreaterThan(BLOWS.length * COUNT);
  expect(secrets.filter((value) => logs.includes(value)).length).toBe(0);
});

async function deletePod({ metadata }: OperatorPod): Promise<number> {
  await here.kubectl('delete', 'pod', metadata.name, '--wait=false');
  return registeredNames(here).length;
}

/** Somebody in the operator's cgroup takes all that is left; the kernel kills whom the kubelet told it to kill first. */
async function exhaustMemory(pod: OperatorPod): Promise<number> {
  const container = await processOf(pod);
  const script = 'echo $$ > "$1/cgroup.procs" && exec dd if=/dev/zero of=/dev/null bs="$2"';
  const glutton = spawn('/bin/sh', ['-c', script, 'sh', await container.cgroup('memory'), GREED], { stdio: 'ignore' });
  const over = once(glutton, 'exit');
  await until(
    'the kernel has killed it',
    () => isAlive(container.pid),
    (alive) => !alive,
  );
  const registered = registeredNames(here).length;
  glutton.kill('SIGKILL');
  await over;
  await until(
    'the pod says why',
    async () => (await here.pods()).find(({ metadata }) => metadata.uid === pod.metadata.uid),
    (shown) => shown?.status.containerStatuses[0]?.lastState.terminated?.reason === 'OOMKilled',
  );
  return registered;
}

/** The only node there is: it comes back when the first pod has found no other. */
async function drainNode(): Promise<number> {
  const [node = ''] = (await here.pods()).flatMap(({ spec }) => spec.nodeName ?? []);
  const selector = '--pod-selector=app.kubernetes.io/name=oauthapp-operator';
  const drained = here.kubectl('drain', node, selector, '--ignore-daemonsets', '--timeout=120s');
  await until(
    'a pod waits for a node',
    () => here.pods(),
    (pods) => pods.some(({ spec }) => spec.nodeName === undefined),
  );
  const registered = registeredNames(here).length;
  await here.kubectl('uncordon', node);
  await drained;
  return registered;
}

async function leaderOf({ leader }: Installation): Promise<OperatorPod> {
  const pod = await until('there is a leader', leader, (found) => found !== undefined);
  if (pod === undefined) throw new Error('there is no leader');
  return pod;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function memoryLimitOf({ metadata }: OperatorPod): Promise<number> {
  const path = '-o=jsonpath={.spec.containers[0].resources.limits.memory}';
  const limit = (await here.kubectl('get', 'pod', metadata.name, path)).trim();
  if (!limit.endsWith('Mi')) throw new Error(`the limit is ${limit}`);
  return Number.parseInt(limit, 10) * 2 ** 20;
}
