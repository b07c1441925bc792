import { globSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../dev/emulators/logto/console.ts';
import { type LogtoEmulator, startLogtoEmulator } from '../../dev/emulators/logto.ts';
import { type Kubelet, startKubelet } from '../../dev/kubelet.ts';
import { PAGES as SITE_PAGES } from '../../site/pages.ts';
import { type ClusterWorld, createClusterWorld, SYSTEM } from '../support/cluster-world.ts';
import { sectionsOf } from '../support/guide.ts';
import { comesOut } from '../support/guide-run.ts';
import { logtoCredentials, logto as logtoObject } from '../support/logto-world.ts';
import { applyRights, type Operator, operatorKubeconfig, startOperator } from '../support/operator.ts';
import { openShell, type Shell } from '../support/shell.ts';
import { until } from '../support/until.ts';
import { credentials, logi, web } from '../support/world.ts';

/** What has happened before the commands of a section, and what must be so after them. */
interface Scene {
  readonly before?: () => Promise<void>;
  readonly after?: () => Promise<void>;
}

const ROOT = join(import.meta.dirname, '../..');

let world: ClusterWorld;
let shell: Shell;
let kubelet: Kubelet;
let operator: Operator;
let logto: LogtoEmulator;

/** One of another namespace, beside the operator that the guides are about. */
let withoutRights: Operator | undefined;

let webShopId: string | undefined;

/** What the guides say, and what it is here. */
const meant = new Map<string, string>();

const FIRST_ID = '4211';

/** What the guide on Logto says, and what Logto holds. */
const SAID_OF_LOGTO = {
  endpoint: 'https://login.example.com',
  clientId: 'm2m4k7p1q9w3e5r8t2y6u',
  clientSecret: 'nobody-guesses-this-secret',
  resourceScope: 'z1x5c9v3b7n2m6a8s4d0f',
  organizationScope: 'h7j3k9l1q5w8e2r6t4y0u',
  oldClub: 'q8w2e7r1t5y9u3i6o4p0a',
} as const;

beforeAll(async () => {
  world = await createClusterWorld();
  operator = world.operator;
  logto = await startLogtoEmulator();
  await world.kubectl('scale', 'deployment/oauthapp-operator', '-n', SYSTEM, '--replicas=0');
  kubelet = await startKubelet(world.plane, { namespace: SYSTEM });
  shell = await openShell(world.plane, world.plane.coordinates.kubectlBinary, SYSTEM);
  // The operator is a process beside the cluster.
  await rewrite('deploy/base/deployment.yaml', (text) => text.replace('replicas: 2', 'replicas: 0'));
  await rewrite('deploy/samples/cluster/provider.yaml', (text) =>
    text.replace('  logi:\n', `  logi:\n    apiUrl: ${world.emulator.url}\n`).replace('replace-me', DEFAULT_KEY),
  );
});

afterAll(async () => {
  await kubelet?.close();
  await withoutRights?.kill();
  await operator?.kill();
  await logto?.close();
  await world?.[Symbol.asyncDispose]();
  await shell?.[Symbol.asyncDispose]();
});

const PAGES: Readonly<Record<string, Readonly<Record<string, Scene>>>> = {
  'docs/guides/getting-started-logi.md': {
    'The provider object': { before: logiIsAsTheGuideSays },
    'The first application': { after: () => logsIn('web-shop-oauth') },
  },
  'docs/guides/getting-started-logto.md': {
    'The provider object': { before: logtoIsAsTheGuideSays },
  },
  'docs/guides/upgrading.md': {
    'Apply it': { after: overlayIsApplied },
  },
  'docs/guides/rotation.md': {
    'On a schedule, with a restart': { after: podsHoldTheSecret },
  },
  'docs/guides/adoption.md': {
    'Allow it': { before: twoRegistrationsByHand },
    'Keep the secret in use': { after: () => logsIn('legacy-shop-oauth') },
    'Issue a new one': { after: () => logsIn('lost-shop-oauth') },
  },
  'docs/guides/gitops.md': {
    'Argo CD': { before: argocdIsThere },
    Pruning: { after: () => logsIn('retained-shop-oauth') },
    'A deletion that is refused': { before: policyInForce },
  },
  'docs/guides/restore.md': {
    'Restore with the Secrets': { before: shopIsLost, after: nothingWasIssued },
    'Restore without the Secrets': { before: shopIsLost, after: () => logsIn('web-shop-oauth') },
    'Where the provider stores an owner mark': { before: logtoIsThere },
    'Restored by the mark': { before: clubIsLost, after: clubIsTheSame },
    'Or register it a second time': { before: shopIsLostWithItsSecret, after: shopIsRegisteredTwice },
    'Into a namespace that was made anew': { before: namespaceIsLost, after: () => logsIn('shop-oauth', 'store') },
  },
  'docs/guides/logto.md': {
    'The provider object': { before: logtoIsAsTheGuideSays },
    'The first application': { after: clubLogsIn },
    'Rotation: two secrets at once': { after: bothLogIn },
    'When a secret has leaked': { after: oneLogsIn },
    'A Secret that is lost': { after: nothingWasIssuedForTheClub },
    'What is enforced, and what is left alone': { after: theirDataIsLeft },
    'When a role is made later': { before: roleIsThere },
    'Third-party applications': { before: scopesAreThere },
    'Take over what is there': { before: oldClubIsThere, after: clubIsTakenOver },
  },
  'docs/guides/access.md': {
    'What the policy refuses': { before: accessPolicyInForce },
  },
  'docs/guides/troubleshooting.md': {
    'The operator is not ready': { before: anOperatorHasNoRights, after: operatorWithoutRightsEnds },
  },
  'docs/alerts.md': {},
  'docs/guides/uninstalling.md': {
    'Applications first, then providers': { before: shopIsReady, after: nothingIsLeft },
    'When a registration cannot be deleted': { before: keyIsRevoked },
    'When the operator goes first': { before: operatorIsGone },
  },
};

/** Pages whose commands are run by another test, and why not here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'README.md': 'installs and uninstalls: readme.test.ts',
  'docs/guides/helm.md': 'needs a cluster of its own: test/deploy/chart/guide.test.ts',
  'docs/guides/sharding.md': 'needs a cluster of its own: test/deploy/chart/sharded.test.ts',
  'docs/guarantees.md':
    'stories, by the thousand: test/lint/docs.test.ts knows the flags, and test/sim/stories.test.ts plays some',
};

/** Commands that no test follows line by line: what they end in is not here, or another test reads them as they are. */
const UNSHOWN: Readonly<Record<string, string>> = {
  'README.md': 'npm ci, npm test and the quickstart',
  'docs/guarantees/chaos.md': 'rounds, by the dozen: test/lint/docs.test.ts knows the flags',
  'docs/guides/getting-started-logi.md': 'test/node/getting-started.test.ts',
  'docs/guides/helm.md': 'the build is test/node/dockerfile.test.ts, and a registry to push to is nowhere',
  'docs/guides/troubleshooting.md': 'test/node/getting-started.test.ts',
};

test('the commands of every page are run', () => {
  const pages = globSync(SITE_PAGES, { cwd: ROOT });
  const withCommands = pages.filter((page) => sectionsOf(page).length > 0);
  expect(withCommands.toSorted()).toEqual([...Object.keys(PAGES), ...Object.keys(ELSEWHERE)].toSorted());
  const withUnshown = pages.filter((page) => /^```(?:sh|bash|shell)$/m.test(readFileSync(join(ROOT, page), 'utf8')));
  expect(withUnshown.toSorted()).toEqual(Object.keys(UNSHOWN).toSorted());
});

describe.each(Object.entries(PAGES))('%s', (page, scenes) => {
  const sections = sectionsOf(page);

  beforeAll(async () => {
    meant.clear();
    await forget();
    await logiIsThere();
  });

  test('every scene is one of its sections', () => {
    expect(sections.map(({ title }) => title)).toEqual(expect.arrayContaining(Object.keys(scenes)));
  });

  test.each(sections)('$title', { timeout: 300_000 }, async ({ title, commands }) => {
    const { before, after } = scenes[title] ?? {};
    await before?.();
    for (const command of commands) await comesOut(shell, command, here);
    await after?.();
  });
});

function here(text: string): string {
  return [...meant].reduce((before, [said, value]) => before.replaceAll(said, value), text);
}

/** What the guide before has left goes; its Secrets sooner than the garbage collector would take them. */
async function forget(): Promise<void> {
  for (const kinds of ['oaa', 'oap', 'coap']) await world.kubectl('delete', kinds, '--all', '-A', '--timeout=60s');
  await world.kubectl('delete', 'secret', '-A', '-l', 'oauthapp.dev/application-uid', '--ignore-not-found');
  await world.kubectl('delete', 'namespace', 'store', '--ignore-not-found', '--timeout=60s');
}

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  const path = join(shell.folder, file);
  await writeFile(path, change(await readFile(path, 'utf8')));
}

async function dataOf(name: string, namespace: string = SYSTEM): Promise<Readonly<Record<string, string>>> {
  const { data } = JSON.parse(await world.kubectl('get', 'secret', name, '-n', namespace, '-o', 'json'));
  const entries = Object.entries<string>(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
  return Object.fromEntries(entries);
}

async function logsIn(name: string, namespace?: string): Promise<void> {
  const { client_id: id = '', client_secret: secret = '' } = await dataOf(name, namespace);
  expect(world.emulator.logsIn(id, secret)).toBe(true);
}

function registered() {
  return world.emulator.applications().filter(({ softDeleted }) => !softDeleted);
}

/** As the guides make it: the key is in the Secret `logi`. */
async function logiIsThere(): Promise<void> {
  const apiKeySecretRef = { name: 'logi' };
  await world.apply({ ...credentials(), metadata: apiKeySecretRef }, SYSTEM);
  await world.apply(logi(world.emulator.url, { logi: { apiUrl: world.emulator.url, apiKeySecretRef } }), SYSTEM);
}

async function logiIsAsTheGuideSays(): Promise<void> {
  meant.set('https://api.1pass.dev', world.emulator.url);
  meant.set('logi_pat_of_your_own', DEFAULT_KEY);
  await world.kubectl('delete', 'oap/logi', '-n', SYSTEM);
  await world.kubectl('delete', 'secret/logi', '-n', SYSTEM);
}

async function overlayIsApplied(): Promise<void> {
  const deployment = await world.kubectl('get', 'deployment/oauthapp-operator', '-n', SYSTEM, '-o', 'json');
  expect(JSON.parse(deployment).spec.template.spec.containers).toMatchObject([
    {
      image: 'registry.internal.example.com/oauthapp-operator:0.1.0',
      args: ['--scope=namespace', '--cluster-id=blue', '--provider-hosts=*.idp.example.com'],
    },
  ]);
}

async function podsHoldTheSecret(): Promise<void> {
  const { client_secret: secret } = await dataOf('rotating-shop-oauth');
  await until(
    'every Pod has the new secret',
    () => kubelet.podsOf(SYSTEM).filter(({ name }) => name.startsWith('rotating-shop')),
    (pods) => pods.length === 2 && pods.every(({ env }) => env['client_secret'] === secret),
  );
}

async function twoRegistrationsByHand(): Promise<void> {
  const old = world.emulator.createByHand('Old shop', { redirectUris: ['https://legacy.example.com/auth/callback'] });
  const lost = world.emulator.createByHand('Lost shop', { redirectUris: ['https://lost.example.com/auth/callback'] });
  meant.set(FIRST_ID, String(old.application.id));
  meant.set('4212', String(lost.application.id));
  meant.set('logi_4f1c', old.application.clientId);
  meant.set('logi_secret_9a02', old.clientSecret ?? '');
  for (const file of ['adopt-keep', 'adopt-rotate', 'observed']) {
    await rewrite(`deploy/samples/features/${file}.yaml`, here);
  }
}

async function argocdIsThere(): Promise<void> {
  await world.namespace('argocd');
  await world.kubectl('create', 'configmap', 'argocd-cm', '-n', 'argocd', '--from-literal=admin.enabled=true');
}

/** The API server learns of a new policy a moment later. */
async function policyInForce(): Promise<void> {
  await until(
    'the policy is in force',
    () => shell.run('kubectl delete oaa protected-shop --dry-run=server'),
    ({ code }) => code !== 0,
  );
}

async function accessPolicyInForce(): Promise<void> {
  const providerRef = { kind: 'ClusterOAuthProvider', name: 'logi' };
  const probe = JSON.stringify(web('probe', { providerRef }));
  await until(
    'the policy is in force',
    () => shell.run(`kubectl create -n playground --dry-run=server -f - <<'END'\n${probe}\nEND`),
    ({ code }) => code !== 0,
  );
}

/** As when etcd is lost: nothing at the provider changes. */
async function shopIsLost(): Promise<void> {
  await operator.stop();
  meant.set(FIRST_ID, String(shops()[0]?.id));
  await dropped('oaa/web-shop', SYSTEM);
  await world.kubectl('delete', 'secret', 'web-shop-oauth', '-n', SYSTEM, '--ignore-not-found');
  await operatorStarts();
}

async function dropped(object: string, namespace: string): Promise<void> {
  await world.kubectl('patch', object, '-n', namespace, '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
  await world.kubectl('delete', object, '-n', namespace, '--timeout=60s');
}

async function operatorStarts(): Promise<void> {
  const kubeconfig = await operatorKubeconfig(world.plane, SYSTEM);
  operator = await startOperator({ namespace: SYSTEM, kubeconfig, flags: ['--scope=cluster'] });
}

function shops() {
  return registered().filter(({ name }) => name === 'Shop');
}

async function nothingWasIssued(): Promise<void> {
  expect(shops()).toMatchObject([{ secretsIssued: 1 }]);
  await logsIn('web-shop-oauth');
}

async function shopIsLostWithItsSecret(): Promise<void> {
  await shopIsLost();
  await shell.run('velero restore create --from-backup nightly --exclude-resources secrets');
}

async function shopIsRegisteredTwice(): Promise<void> {
  expect(shops()).toHaveLength(2);
  await logsIn('web-shop-oauth');
}

async function namespaceIsLost(): Promise<void> {
  await shell.run('kubectl apply -f deploy/samples/cluster');
  await world.ready('store', 'shop');
  await shell.run('velero backup create store --include-namespaces store');
  await operator.stop();
  await dropped('oaa/shop', 'store');
  await world.kubectl('delete', 'namespace', 'store', '--timeout=60s');
  await world.namespace('store');
  await operatorStarts();
  await shell.run('velero restore create --from-backup store');
}

/** It stands in for a Pod, whose port kubectl leads here. */
async function anOperatorHasNoRights(): Promise<void> {
  const namespace = 'without-rights';
  await world.namespace(namespace);
  await applyRights(world.plane, namespace, ['serviceaccount']);
  const started = await startOperator({ namespace, kubeconfig: await operatorKubeconfig(world.plane, namespace) });
  withoutRights = started;
  meant.set('http://localhost:8080', `http://127.0.0.1:${started.port}`);
  await until(
    'it was refused',
    () => started.page('/readyz'),
    ({ body }) => body.includes('403'),
  );
}

async function operatorWithoutRightsEnds(): Promise<void> {
  await withoutRights?.stop();
}

async function shopIsReady(): Promise<void> {
  await shell.run('kubectl apply -f deploy/samples/web.yaml');
  const { status } = await world.ready(SYSTEM, 'web-shop');
  webShopId = status?.applicationId;
}

/** Other guides leave registrations behind, and say so. */
async function nothingIsLeft(): Promise<void> {
  expect(shops().map(({ id }) => String(id))).not.toContain(webShopId);
  for (const kind of ['oaa', 'oap', 'coap']) expect(await world.kubectl('get', kind, '-A', '-o', 'name')).toBe('');
}

async function keyIsRevoked(): Promise<void> {
  await logiIsThere();
  await shopIsReady();
  world.emulator.removeKey(DEFAULT_KEY);
  await world.kubectl('annotate', 'oap/logi', '-n', SYSTEM, 'oauthapp.dev/reconcile-requested-at=now');
  await world.kubectl('wait', '--for=condition=Ready=False', 'oap/logi', '-n', SYSTEM, '--timeout=60s');
}

async function operatorIsGone(): Promise<void> {
  world.emulator.addKey({ token: DEFAULT_KEY });
  await world.kubectl('annotate', 'oap/logi', '-n', SYSTEM, '--overwrite', 'oauthapp.dev/reconcile-requested-at=again');
  await shopIsReady();
  await operator.stop();
}

/** The operator is an application of Logto's, whose id and secret the guide writes otherwise. */
async function logtoIsAsTheGuideSays(): Promise<void> {
  await world.kubectl('delete', 'secret', 'logto', '-n', SYSTEM, '--ignore-not-found');
  meant.set(SAID_OF_LOGTO.endpoint, logto.url);
  meant.set(SAID_OF_LOGTO.clientId, OPERATOR_ID);
  meant.set(SAID_OF_LOGTO.clientSecret, OPERATOR_SECRET);
}

/** The guide on restoring takes up where the one on Logto ends. */
async function logtoIsThere(): Promise<void> {
  await world.apply(logtoCredentials(), SYSTEM);
  await world.apply(logtoObject(logto), SYSTEM);
}

function clubs() {
  return logto.applications().filter(({ name }) => name === 'Club');
}

async function clubLogsIn(): Promise<void> {
  const { client_id: id = '', client_secret: secret = '' } = await dataOf('club-oauth');
  expect(logto.logsIn(id, secret)).toBe(true);
}

async function bothLogIn(): Promise<void> {
  await clubLogsIn();
  const { client_id: id = '', previous_client_secret: former = '' } = await dataOf('club-oauth');
  expect(logto.logsIn(id, former)).toBe(true);
}

async function oneLogsIn(): Promise<void> {
  await clubLogsIn();
  expect(clubs()).toMatchObject([{ secrets: [{ name: expect.stringMatching(/^k8s-.*-2$/) }] }]);
}

/** The Event that the guide shows may be one of a guide before, whose club has the same name. */
async function nothingWasIssuedForTheClub(): Promise<void> {
  await until(
    'its Secret is there again',
    () => shell.run('kubectl get secret club-oauth'),
    ({ code }) => code === 0,
  );
  await oneLogsIn();
}

function shopOfTheClub() {
  return logto.applications().find(({ name }) => name === 'club-shop');
}

/** As the console and other programs write there, before the spec says something else. */
async function theirDataIsLeft(): Promise<void> {
  const { id = '', customData } = shopOfTheClub() ?? {};
  logto.setCustomData(id, { ...customData, theirs: 1 });
  const change = JSON.stringify({ spec: { logto: { customData: { team: 'payments', contacts: null } } } });
  await world.kubectl('patch', 'oaa', 'club-shop', '-n', SYSTEM, '--type=merge', '-p', change);
  await world.ready(SYSTEM, 'club-shop');
  expect(shopOfTheClub()?.customData).toMatchObject({ theirs: 1, team: 'payments' });
  expect(shopOfTheClub()?.customData).not.toHaveProperty('contacts');
}

async function roleIsThere(): Promise<void> {
  logto.addRole({ name: 'invoice-writer' });
}

async function scopesAreThere(): Promise<void> {
  const orders = { name: 'Orders', indicator: 'https://api.example.com', scopes: ['read'] };
  meant.set(SAID_OF_LOGTO.resourceScope, logto.addResource(orders).scopes[0]?.id ?? '');
  meant.set(SAID_OF_LOGTO.organizationScope, logto.addOrganizationScope('members').id);
  await rewrite('deploy/samples/logto/third-party.yaml', here);
}

async function oldClubIsThere(): Promise<void> {
  const oidcClientMetadata = { redirectUris: ['https://old.club.example.com/callback'], postLogoutRedirectUris: [] };
  meant.set(
    SAID_OF_LOGTO.oldClub,
    logto.createByHand({ name: 'Old club', type: 'Traditional', oidcClientMetadata }).id,
  );
  await rewrite('deploy/samples/logto/adopt.yaml', here);
}

async function clubIsTakenOver(): Promise<void> {
  const { client_id: id = '', client_secret: secret = '' } = await dataOf('old-club-oauth');
  expect(id).toBe(meant.get(SAID_OF_LOGTO.oldClub));
  expect(logto.logsIn(id, secret)).toBe(true);
}

/** As when etcd is lost, with all Secrets in it: nothing at the provider changes. */
async function clubIsLost(): Promise<void> {
  await operator.stop();
  await dropped('oaa/club', SYSTEM);
  await world.kubectl('delete', 'secret', 'club-oauth', '-n', SYSTEM, '--ignore-not-found');
  await operatorStarts();
}

async function clubIsTheSame(): Promise<void> {
  expect(clubs()).toMatchObject([{ secrets: [{ name: 'Default secret' }] }]);
  await clubLogsIn();
}
