import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../../dev/control-plane.ts';
import { startLogiEmulator } from '../../../dev/emulators/logi.ts';
import { startLogtoEmulator } from '../../../dev/emulators/logto.ts';
import { type Kubelet, startKubelet } from '../../../dev/kubelet.ts';
import { clusterLogi } from '../../support/cluster-world.ts';
import { installCrds } from '../../support/crds.ts';
import { useEveryRight } from '../../support/every-right.ts';
import { grantedBy, type RightsRecorder, recordRights, UNSEEN } from '../../support/granted-rights.ts';
import { type GuideCommand, sectionsOf } from '../../support/guide.ts';
import { comesOut } from '../../support/guide-run.ts';
import { startInstalled } from '../../support/installed.ts';
import { ALL_ALLOWED, type LogtoWorld, logto, logtoCredentials } from '../../support/logto-world.ts';
import { worldIn } from '../../support/namespace-world.ts';
import type { Operator } from '../../support/operator.ts';
import { untilRight } from '../../support/rights.ts';
import { openShell, type Shell } from '../../support/shell.ts';
import { until } from '../../support/until.ts';
import { credentials, idOf, keptUnder, logi, logsIn, type World, web } from '../../support/world.ts';

const SYSTEM = 'oauthapp-system';
const SECTIONS = sectionsOf('docs/guides/sharding.md');

const UNSHARDED = 'oauthapp-operator';
const SHARDS = ['oauthapp-operator-a', 'oauthapp-operator-rest'] as const;
const A = 'oauthapp.dev/shard=a';
const REST = 'oauthapp.dev/shard!=a';

/** By the Deployment that each is of. */
const running = new Map<string, Operator>();

let plane: ControlPlane;
let recorder: RightsRecorder;
let kubelet: Kubelet;
let shell: Shell;
let atLogi: World;
let atLogto: LogtoWorld;
let registration: number;

beforeAll(async () => {
  plane = await startControlPlane();
  await installCrds(plane);
  recorder = await recordRights(plane);
  kubelet = await startKubelet(plane, { namespace: SYSTEM });
  // Every command has to say which namespace it is about.
  shell = await openShell(plane, plane.coordinates.kubectlBinary, 'default');
  await kubectl(['create', 'namespace', 'store']);
  const place = { plane, namespace: 'store' };
  const switches = { limits: 'off', riskFlags: 'never' } as const;
  atLogi = await worldIn(place, 'logi', await startLogiEmulator({ switches }));
  atLogto = await worldIn(place, 'logto', await startLogtoEmulator({ switches: { limits: 'off' } }));
});

afterAll(async () => {
  await Promise.all([...running.values()].map((operator) => operator.kill()));
  await atLogto?.[Symbol.asyncDispose]();
  await atLogi?.[Symbol.asyncDispose]();
  await kubelet?.close();
  await recorder?.[Symbol.asyncDispose]();
  await plane?.stop();
  await shell?.[Symbol.asyncDispose]();
});

async function kubectl(args: readonly string[], manifest?: unknown): Promise<string> {
  const stdin = manifest === undefined ? undefined : JSON.stringify(manifest);
  const { code, stdout, stderr } = await plane.kubectl(args, { stdin });
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

async function succeeds(command: string): Promise<void> {
  expect(await shell.run(command), command).toMatchObject({ code: 0 });
}

function commandsOf(wanted: string): readonly GuideCommand[] {
  return SECTIONS.find(({ title }) => title === wanted)?.commands ?? [];
}

/** As the guide says it, with all rights that can be switched on. */
function here(text: string): string {
  return text.replace('-f shards.yaml', '$& --set rotation.restart=true,rotation.retire=true');
}

/** Operators are processes beside the cluster: they start as these Deployments say. */
async function started(...deployments: readonly string[]): Promise<void> {
  for (const deployment of deployments) {
    running.set(deployment, await startInstalled(plane, SYSTEM, { deployment, divert: recorder.divert }));
  }
}

/** As Pods do whose Deployment is gone. A Deployment and its Lease have one name. */
async function ended(): Promise<void> {
  for (const [name, operator] of running) {
    expect(await operator.stop(), name).toBe(0);
    const lease = ['get', 'lease', name, '-n', SYSTEM, '-o', 'jsonpath={.spec.holderIdentity}'];
    expect(await kubectl(lease), name).toBe('');
  }
  running.clear();
}

async function servedBy(provider: 'logi' | 'logto', shard: string): Promise<void> {
  await until(
    `${provider} is served by ${shard}`,
    () => atLogi.provider(provider),
    (shown) => shown?.status?.servedBy?.shard === shard,
  );
}

/** What happened before to the operators changed nothing about `web-shop`, and they serve it. */
async function shopIsServed(): Promise<void> {
  await atLogi.look('web-shop');
  expect(keptUnder(atLogi, 'web-shop').map(({ id, secretsIssued }) => [id, secretsIssued])).toEqual([
    [registration, 1],
  ]);
  expect(await logsIn(atLogi, 'web-shop-oauth')).toBe(true);
}

test('every section with commands is run', () => {
  expect(SECTIONS.map(({ title }) => title)).toEqual([
    'Install',
    'Move a provider',
    'Begin with kustomize',
    'Go back with kustomize',
  ]);
});

test('an operator that shards take the place of gives its Lease back, and they go on', async () => {
  const release = `oauthapp-operator charts/oauthapp-operator -n ${SYSTEM} --create-namespace`;
  await succeeds(`helm install ${release} --set scope=Cluster`);
  await started(UNSHARDED);
  await atLogi.apply(credentials());
  await atLogi.apply(logi(atLogi.emulator.url));
  await atLogi.apply(web('web-shop'));
  registration = idOf(await atLogi.ready('web-shop'));

  for (const command of commandsOf('Install')) await comesOut(shell, command, here);
  const lease = { verb: 'update', group: 'coordination.k8s.io', resource: 'leases', name: SHARDS[1] };
  await untilRight(plane, SYSTEM, lease, 'granted');
  await ended();
  await started(...SHARDS);
  await servedBy('logi', REST);
  await shopIsServed();
});

test('each shard does with its providers all that the operator may do', { timeout: 300_000 }, async () => {
  const { metadata, ...provider } = logto(atLogto.emulator, { access: [ALL_ALLOWED] });
  await atLogto.apply(logtoCredentials());
  await atLogto.apply({ ...provider, metadata: { ...metadata, labels: { 'oauthapp.dev/shard': 'a' } } });
  await servedBy('logto', A);
  await useEveryRight(atLogto);

  await kubectl(['apply', '-n', SYSTEM, '-f', '-'], credentials());
  await kubectl(['apply', '-f', '-'], clusterLogi(atLogi.emulator.url, 'shared', { access: [{}] }));
  await atLogi.apply(web('sharing', { providerRef: { kind: 'ClusterOAuthProvider', name: 'shared' } }));
  await atLogi.ready('sharing');
  await atLogi.remove('OAuthApplication', 'sharing');
  await atLogi.gone('sharing');
  await kubectl(['delete', 'coap/shared', '--timeout=90s']);
  expect(keptUnder(atLogi, 'sharing')).toEqual([]);
});

test('the guide moves a provider, whose applications the other shard serves until they are deleted', async () => {
  for (const command of commandsOf('Move a provider')) await comesOut(shell, command, here);
  await shopIsServed();
  await atLogi.apply(web('next'));
  await atLogi.ready('next');
  await atLogi.remove('OAuthApplication', 'next');
  await atLogi.gone('next');
  expect(keptUnder(atLogi, 'next')).toEqual([]);
});

test('every right in all namespaces is made use of outside of the own one, or said to be for another API server', async () => {
  const granted = grantedBy(JSON.parse(await kubectl(['get', 'clusterrole', UNSHARDED, '-o', 'json'])));
  const used = recorder.usedOutside(SYSTEM);
  expect([...used.difference(granted)]).toEqual([]);
  expect([...granted.difference(used)].toSorted()).toEqual(
    Object.keys(UNSEEN)
      .filter((right) => granted.has(right))
      .toSorted(),
  );
});

test('with kustomize, too, shards take the place of one operator, and one operator that of shards', async () => {
  await ended();
  await succeeds(`helm uninstall oauthapp-operator -n ${SYSTEM} --no-hooks`);
  await succeeds('kubectl apply -k deploy/cluster');
  await started(UNSHARDED);
  await shopIsServed();
  for (const [title, heirs] of [
    ['Begin with kustomize', SHARDS],
    ['Go back with kustomize', [UNSHARDED]],
  ] as const) {
    for (const command of commandsOf(title)) {
      await comesOut(shell, command, here);
      if (command.text.startsWith('kubectl delete')) await ended();
    }
    await started(...heirs);
    await shopIsServed();
  }
});
