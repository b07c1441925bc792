import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningPod } from '../../../dev/kubelet/pods.ts';
import { type Kubelet, startKubelet } from '../../../dev/kubelet.ts';
import { chartAt, helm, type Values } from '../../support/helm.ts';
import type { Operator } from '../../support/operator.ts';
import { until } from '../../support/until.ts';
import { grant } from '../../support/workloads.ts';
import { createWorld, logsIn, type World } from '../../support/world.ts';

const RELEASE = 'shop';
const SECRET = 'shop-oauth';
const MOUNT = '/var/run/oauth';

let world: World;
let kubelet: Kubelet;
let operator: Operator;

beforeAll(async () => {
  world = await createWorld();
  await grant(world.plane, world.namespace, ['restart']);
  kubelet = await startKubelet(world.plane, { namespace: world.namespace });
});

afterAll(async () => {
  await kubelet?.close();
  await world?.[Symbol.asyncDispose]();
});

async function run(args: readonly string[], values: Values = {}): Promise<void> {
  const { namespace, plane } = world;
  const options = { kubeconfig: plane.adminKubeconfig, stdin: JSON.stringify(values) };
  const { code, stderr } = await helm([...args, '-n', namespace], options);
  if (code !== 0) throw new Error(stderr);
}

function install(values: Values): Promise<void> {
  return run(['upgrade', '--install', RELEASE, chartAt('example-app'), '-f', '-'], values);
}

function pods(): readonly RunningPod[] {
  return kubelet.podsOf(world.namespace);
}

async function inEveryPod(what: string, holds: (pod: RunningPod) => boolean): Promise<void> {
  await until(what, pods, (all) => all.length === 2 && all.every(holds));
}

async function values() {
  return (await world.secret(SECRET))?.data ?? {};
}

test('its Pods wait for the Secret without a hook', async () => {
  await install({});
  const phases = await until(
    'both Pods wait',
    () => world.kubectl('get', 'pods', '-o', 'jsonpath={.items[*].status.phase}'),
    ({ stdout }) => stdout === 'Pending Pending',
  );
  expect(phases.code).toBe(0);
  expect(pods()).toEqual([]);
});

test('they start by themselves when the operator has registered it, and log in', async () => {
  operator = await world.startOperator();
  await world.ready(RELEASE);
  const { client_id: id, client_secret: secret } = await values();
  await inEveryPod(
    'both Pods have it',
    ({ env, files }) => env['CLIENT_ID'] === id && files[`${MOUNT}/client_secret`] === secret,
  );
  expect(await logsIn(world, SECRET)).toBe(true);
});

test('an upgrade changes the registration, and a rotation then rolls the Pods', async () => {
  const before = await values();
  await install({ url: 'https://store.example.com', restart: true });
  const upgraded = await world.ready(RELEASE);
  expect(upgraded.status?.clientId).toBe(before['client_id']);
  expect(world.emulator.applications().map(({ redirectUris }) => redirectUris)).toEqual([
    ['https://store.example.com/auth/callback'],
  ]);
  await world.patch('OAuthApplication', RELEASE, {
    metadata: { annotations: { 'oauthapp.dev/rotate-requested-at': 'now' } },
  });
  await until('there is a new secret', values, (now) => now['client_secret'] !== before['client_secret']);
  const { client_secret: secret } = await values();
  await inEveryPod('both Pods have the new one', ({ files }) => files[`${MOUNT}/client_secret`] === secret);
  expect(await logsIn(world, SECRET)).toBe(true);
});

test('a rollback takes the address back, and neither the client id nor the secret', async () => {
  const before = await values();
  await run(['rollback', RELEASE, '1']);
  await world.ready(RELEASE);
  expect(world.emulator.applications().map(({ redirectUris }) => redirectUris)).toEqual([
    ['https://shop.example.com/auth/callback'],
  ]);
  expect(await values()).toEqual(before);
});

test('an uninstall deregisters it', async () => {
  await run(['uninstall', RELEASE]);
  await world.gone(RELEASE);
  expect(world.emulator.applications().filter(({ softDeleted }) => !softDeleted)).toEqual([]);
  expect(await operator.stop()).toBe(0);
});
