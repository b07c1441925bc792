import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type ControlPlane, startControlPlane } from '../../../dev/control-plane.ts';
import { type LogiEmulator, startLogiEmulator } from '../../../dev/emulators/logi.ts';
import { type Kubelet, startKubelet } from '../../../dev/kubelet.ts';
import type { ProgramResult } from '../../../dev/program.ts';
import { type ChartName, chartAt, helm, type Values } from '../../support/helm.ts';
import { answerUninstallChecks, startInstalled, type UninstallChecks } from '../../support/installed.ts';
import type { Operator } from '../../support/operator.ts';
import { openShell } from '../../support/shell.ts';
import { until } from '../../support/until.ts';
import { credentials, logi, web } from '../../support/world.ts';

/** An admin of this namespace, who has no right anywhere else, installs the operator here. */
const NAMESPACE = 'team';
const RELEASE = 'oauthapp-operator';
const VALUES = { clusterId: 'prod' };

/** What an uninstall leaves. */
const LEFT = ['secret/logi-key', 'secret/oauthapp-operator-installation'];

/** The charts of 0.1.0 as `helm package` made them, from which users upgrade. */
const FORMER = {
  crds: join(import.meta.dirname, 'fixtures/former/oauthapp-crds-0.1.0.tgz'),
  operator: join(import.meta.dirname, 'fixtures/former/oauthapp-operator-0.1.0.tgz'),
} as const;

/** Pages that say what an uninstall without hooks leaves. */
const GUIDES = ['helm', 'uninstalling'].map((name) => resolve(import.meta.dirname, `../../../docs/guides/${name}.md`));

const Revisions = z.array(z.object({ revision: z.number(), status: z.string() }));
const Secret = z.object({ data: z.record(z.string(), z.string()) });

let plane: ControlPlane;
let emulator: LogiEmulator;
let kubelet: Kubelet;
let checks: UninstallChecks;
let operator: Operator | undefined;
let admin: string;

beforeAll(async () => {
  plane = await startControlPlane();
  emulator = await startLogiEmulator({ switches: { limits: 'off', riskFlags: 'never' } });
  succeeded(await definitions(FORMER.crds));
  await kubectl('create', 'namespace', NAMESPACE);
  await kubectl('create', 'serviceaccount', 'deployer');
  const binding = ['--clusterrole=cluster-admin', `--serviceaccount=${NAMESPACE}:deployer`];
  await kubectl('create', 'rolebinding', 'deployer', ...binding);
  const token = await plane.serviceAccountToken(NAMESPACE, 'deployer');
  admin = await plane.writeKubeconfig(token, { namespace: NAMESPACE });
  kubelet = await startKubelet(plane, { namespace: NAMESPACE });
  checks = await answerUninstallChecks(plane, NAMESPACE);
});

afterAll(async () => {
  await operator?.kill();
  await checks?.[Symbol.asyncDispose]();
  await kubelet?.close();
  await emulator?.close();
  await plane?.stop();
});

function succeeded({ code, stdout, stderr }: ProgramResult): string {
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** Definitions are for a cluster admin. */
function definitions(chart: string): Promise<ProgramResult> {
  const args = ['upgrade', '--install', 'oauthapp-crds', chart, '-n', 'default'];
  return helm(args, { kubeconfig: plane.adminKubeconfig });
}

function install(chart: string, values: Values): Promise<ProgramResult> {
  const args = ['upgrade', '--install', RELEASE, chart, '-n', NAMESPACE, '-f', '-'];
  return helm(args, { kubeconfig: admin, stdin: JSON.stringify(values) });
}

function asAdmin(...args: readonly string[]): Promise<ProgramResult> {
  return helm([...args, '-n', NAMESPACE], { kubeconfig: admin });
}

async function kubectl(...args: readonly string[]): Promise<string> {
  return succeeded(await plane.kubectl(['-n', NAMESPACE, ...args]));
}

async function applied(manifest: unknown): Promise<void> {
  succeeded(await plane.kubectl(['apply', '-n', NAMESPACE, '-f', '-'], { stdin: JSON.stringify(manifest) }));
}

/** As a rollout does it: the Pod that was there ends, and one of the Deployment as it is now starts. */
async function rolledOut(): Promise<Operator> {
  await operator?.stop();
  operator = await startInstalled(plane, NAMESPACE);
  return operator;
}

async function isReady(name: string): Promise<void> {
  await kubectl('wait', '--for=condition=Ready', `oaa/${name}`, '--timeout=90s');
}

async function names(kinds: string): Promise<readonly string[]> {
  return (await kubectl('get', kinds, '-o', 'name')).split('\n').filter(Boolean);
}

/** What stood in the namespace before, and stands in every other. */
function isNotOfTheTest(name: string): boolean {
  return !/deployer|default|kube-root-ca/.test(name);
}

/** What is left in the namespace when this is `enough`. */
async function leftOnce(what: string, enough: (all: readonly string[]) => boolean): Promise<readonly string[]> {
  const kinds = 'all,sa,role,rolebinding,pdb,secret,configmap,networkpolicy';
  return (await until(what, async () => (await names(kinds)).filter(isNotOfTheTest), enough)).toSorted();
}

async function revisions(): Promise<z.infer<typeof Revisions>> {
  return Revisions.parse(JSON.parse(succeeded(await asAdmin('history', RELEASE, '-o', 'json'))));
}

async function notesOf(chart: ChartName, namespace: string, values: Values): Promise<string> {
  const dryRun = ['upgrade', '--install', chart, chartAt(chart), '--dry-run=server', '-n', namespace, '-f', '-'];
  return succeeded(await helm(dryRun, { kubeconfig: plane.adminKubeconfig, stdin: JSON.stringify(values) }));
}

async function mayRestart(): Promise<boolean> {
  return (await kubectl('get', 'role', RELEASE, '-o', 'json')).includes('statefulsets');
}

test('an admin of one namespace installs it there, and it registers what is applied', async () => {
  succeeded(await install(FORMER.operator, VALUES));
  expect(await names('clusterroles,clusterrolebindings,validatingadmissionpolicies')).not.toEqual(
    expect.arrayContaining([expect.stringContaining('oauthapp')]),
  );
  const running = await rolledOut();
  await applied(credentials());
  await applied(logi(emulator.url));
  await applied(web('shop'));
  await isReady('shop');
  const { data } = Secret.parse(JSON.parse(await kubectl('get', 'secret', 'shop-oauth', '-o', 'json')));
  const [id = '', secret = ''] = ['client_id', 'client_secret'].map((key) => atob(data[key] ?? ''));
  expect(emulator.logsIn(id, secret)).toBe(true);
  expect(await running.page('/readyz')).toMatchObject({ status: 200 });
});

test('an upgrade from the former charts and a rollback leave objects and registrations as they are', async () => {
  const before = emulator.applications().length;
  expect(await mayRestart()).toBe(false);
  const objects = await names('oaa,oap');
  succeeded(await definitions(chartAt('oauthapp-crds')));
  expect(await names('oaa,oap')).toEqual(objects);
  await isReady('shop');
  succeeded(await install(chartAt('oauthapp-operator'), { ...VALUES, rotation: { restart: true } }));
  await rolledOut();
  expect(await mayRestart()).toBe(true);
  succeeded(await asAdmin('rollback', RELEASE, '1'));
  await rolledOut();
  expect(await mayRestart()).toBe(false);
  await isReady('shop');
  expect(emulator.applications()).toHaveLength(before);
  expect((await revisions()).map(({ status }) => status)).toEqual(['superseded', 'superseded', 'deployed']);
});

test.each([
  { chart: 'oauthapp-crds', namespace: 'default', values: {}, commands: 1 },
  { chart: 'oauthapp-operator', namespace: NAMESPACE, values: VALUES, commands: 3 },
  { chart: 'oauthapp-resources', namespace: NAMESPACE, values: {}, commands: 1 },
] as const)('the commands in the notes of $chart do what they say', async ({ chart, namespace, values, commands }) => {
  const notes = await notesOf(chart, namespace, values);
  const told = notes.split('\n').flatMap((line) => /^ {2}((?:kubectl|helm) .+)$/.exec(line)?.[1] ?? []);
  expect(told).toHaveLength(commands);
  await using shell = await openShell(plane, plane.coordinates.kubectlBinary, NAMESPACE);
  for (const command of told) {
    // Elsewhere there is no provider of this name yet.
    const tried = command
      .replace(/^kubectl create/, '$& --dry-run=server')
      .replace(/^helm upgrade(.*) -n \S+/, 'helm upgrade --dry-run=server$1 -n default');
    expect(await shell.run(`API_KEY=none; IMAGE=example.com/operator; ${tried}`), command).toMatchObject({ code: 0 });
  }
});

test.each([
  { values: {}, says: 'Its image is at registry.example.com/oauthapp-operator, where there is none' },
  { values: { image: { repository: 'example.com/operator' } }, says: 'no word' },
])('the notes say of the image with $values: $says', async ({ values, says }) => {
  const [said = 'no word'] =
    /^Its image is .*?(?=:)/m.exec(await notesOf(RELEASE, NAMESPACE, { ...VALUES, ...values })) ?? [];
  expect(said).toBe(says);
});

test.each([
  { values: VALUES, says: 'deletionProtection protects nothing unless' },
  {
    values: { scope: 'Cluster', policies: { deletionProtection: false } },
    says: 'deletionProtection protects nothing unless',
  },
  { values: { scope: 'Cluster' }, says: 'no word' },
])('the notes say of the deletion protection with $values: $says', async ({ values, says }) => {
  const [said = 'no word'] = /deletionProtection .*? unless/.exec(await notesOf(RELEASE, NAMESPACE, values)) ?? [];
  expect(said).toBe(says);
});

test('an uninstall with objects left is refused, names them, and leaves every object as it is', async () => {
  const before = await names('all,sa,role,rolebinding,pdb');
  const { code } = await asAdmin('uninstall', RELEASE, '--timeout=60s');
  expect(code).not.toBe(0);
  expect(checks.printed.at(-1)).toContain(`OAuthApplication ${NAMESPACE}/shop`);
  expect(checks.printed.at(-1)).toContain(`OAuthProvider ${NAMESPACE}/logi`);
  expect(await names('all,sa,role,rolebinding,pdb')).toEqual(expect.arrayContaining([...before]));
});

test('a release whose uninstall was refused can be upgraded after a rollback to itself', async () => {
  const upgrade = (): Promise<ProgramResult> => install(chartAt('oauthapp-operator'), VALUES);
  const { revision, status } = (await revisions()).at(-1) ?? {};
  expect(status).toBe('uninstalling');
  expect((await upgrade()).stderr).toContain('has no deployed releases');
  succeeded(await asAdmin('rollback', RELEASE, `${revision}`));
  succeeded(await upgrade());
  expect((await revisions()).at(-1)).toMatchObject({ status: 'deployed' });
  await rolledOut();
});

test('what an application says after a refused uninstall is still done', async () => {
  await applied(web('later'));
  await isReady('later');
});

test('an uninstall after the objects leaves what the guide says and nothing else', async () => {
  await kubectl('delete', 'oaa', '--all', '--timeout=90s');
  await kubectl('delete', 'oap', '--all', '--timeout=90s');
  expect(emulator.applications().filter(({ softDeleted }) => !softDeleted)).toEqual([]);
  succeeded(await asAdmin('uninstall', RELEASE, '--timeout=60s'));
  expect(checks.printed.at(-1)).toBe('Nothing needs the operator any more.\n');
  await operator?.stop();
  operator = undefined;
  const left = await leftOnce(
    'its Pods are gone, and the Secrets of the applications are collected',
    (all) => all.length <= LEFT.length,
  );
  expect(left).toEqual(LEFT);
});

test('an uninstall without hooks after a refused one leaves the check, which goes as the guides say', async () => {
  succeeded(await install(chartAt('oauthapp-operator'), VALUES));
  await rolledOut();
  await applied(logi(emulator.url));
  await applied(web('kept'));
  await isReady('kept');
  expect((await asAdmin('uninstall', RELEASE, '--timeout=60s')).code).not.toBe(0);
  await kubectl('delete', 'oaa,oap', '--all', '--timeout=90s');
  succeeded(await asAdmin('uninstall', RELEASE, '--no-hooks', '--timeout=60s'));
  await operator?.stop();
  operator = undefined;
  const left = await leftOnce('the Pods of the Deployment are gone', (all) => all.length <= LEFT.length + 2);
  const pod = expect.stringMatching(/^pod\/oauthapp-operator-uninstall-check-/);
  expect(left).toEqual(['job.batch/oauthapp-operator-uninstall-check', pod, ...LEFT]);

  const remedy = 'delete job oauthapp-operator-uninstall-check';
  for (const guide of GUIDES) expect(await readFile(guide, 'utf8')).toContain(`\`kubectl ${remedy}\``);
  await kubectl(...remedy.split(' '));
  expect(await leftOnce('the check is gone', (all) => all.length <= LEFT.length)).toEqual(LEFT);
});

test('uninstalling the definitions leaves them, with all objects', async () => {
  await applied(web('orphan'));
  succeeded(await helm(['uninstall', 'oauthapp-crds', '-n', 'default'], { kubeconfig: plane.adminKubeconfig }));
  expect(await names('oaa')).toEqual(['oauthapplication.oauthapp.dev/orphan']);
  succeeded(await definitions(chartAt('oauthapp-crds')));
});
