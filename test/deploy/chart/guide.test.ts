import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../../dev/control-plane.ts';
import { DEFAULT_KEY } from '../../../dev/emulators/logi/keys.ts';
import { type LogiEmulator, startLogiEmulator } from '../../../dev/emulators/logi.ts';
import { type Kubelet, startKubelet } from '../../../dev/kubelet.ts';
import { sectionsOf } from '../../support/guide.ts';
import { comesOut } from '../../support/guide-run.ts';
import { answerUninstallChecks, startInstalled, type UninstallChecks } from '../../support/installed.ts';
import type { Operator } from '../../support/operator.ts';
import { openShell, type Shell } from '../../support/shell.ts';
import { until } from '../../support/until.ts';

/** What has happened before the commands of a section, and what must be so after them. */
interface Scene {
  readonly before?: () => Promise<void>;
  readonly after?: () => Promise<void>;
}

const SYSTEM = 'oauthapp-system';

let plane: ControlPlane;
let emulator: LogiEmulator;
let kubelets: readonly Kubelet[];
let checks: readonly UninstallChecks[];
let shell: Shell;
let operator: Operator | undefined;

beforeAll(async () => {
  plane = await startControlPlane();
  emulator = await startLogiEmulator({ switches: { limits: 'off', riskFlags: 'never' } });
  kubelets = await Promise.all([SYSTEM, 'store'].map((namespace) => startKubelet(plane, { namespace })));
  checks = await Promise.all([SYSTEM, 'store'].map((namespace) => answerUninstallChecks(plane, namespace)));
  // Not where the guide works: its first command says where that is.
  shell = await openShell(plane, plane.coordinates.kubectlBinary, 'default');
});

afterAll(async () => {
  await operator?.kill();
  await Promise.all((checks ?? []).map((each) => each[Symbol.asyncDispose]()));
  await Promise.all((kubelets ?? []).map((kubelet) => kubelet.close()));
  await emulator?.close();
  await plane?.stop();
  await shell?.[Symbol.asyncDispose]();
});

const SCENES: Readonly<Record<string, Scene>> = {
  Install: { after: installed },
  'Tell it where registrations are made': {},
  Upgrade: { after: rolledOut },
  'Roll back': { before: sameRegistration, after: rolledOut },
  Uninstall: { before: sameRegistration, after: nothingIsLeft },
  'Definitions that kubectl applied': { before: definitionsAreThere },
  'For one namespace': {},
};

const RIGHTS_OF_TENANTS = [
  { user: 'view', verb: 'list', what: 'oauthapplications', want: 'yes' },
  { user: 'view', verb: 'delete', what: 'oauthapplications', want: 'no' },
  { user: 'edit', verb: 'create', what: 'oauthapplications', want: 'yes' },
  { user: 'edit', verb: 'watch', what: 'oauthapplications', want: 'yes' },
  { user: 'edit', verb: 'create', what: 'oauthproviders', want: 'no' },
  { user: 'admin', verb: 'delete', what: 'oauthapplications', want: 'yes' },
  { user: 'admin', verb: 'patch', what: 'oauthapplications', subresource: 'status', want: 'no' },
  { user: 'admin', verb: 'update', what: 'oauthproviders', subresource: 'status', want: 'no' },
];

const SECTIONS = sectionsOf('docs/guides/helm.md');

test('every section has its scene', () => {
  expect(SECTIONS.map(({ title }) => title)).toEqual(Object.keys(SCENES));
});

test.each(SECTIONS)('$title', { timeout: 300_000 }, async ({ title, commands }) => {
  const { before, after } = SCENES[title] ?? {};
  await before?.();
  for (const command of commands) await comesOut(shell, command, here);
  await after?.();
});

function here(text: string): string {
  return text.replaceAll('https://api.1pass.dev', emulator.url).replaceAll('logi_pat_replace_me', DEFAULT_KEY);
}

async function installed(): Promise<void> {
  await rolledOut();
  await kubectl(['create', 'namespace', 'tenant']);
  for (const role of ['view', 'edit', 'admin']) {
    await kubectl(['create', 'rolebinding', role, '-n', 'tenant', `--clusterrole=${role}`, `--user=${role}`]);
  }
  await until(
    'the roles of the cluster know our kinds',
    () => may('admin', 'create', 'oauthproviders'),
    (answer) => answer === 'yes',
  );
  for (const { user, verb, what, subresource, want } of RIGHTS_OF_TENANTS) {
    expect(await may(user, verb, what, subresource), `${user} ${verb} ${what} ${subresource}`).toBe(want);
  }
}

async function may(user: string, verb: string, what: string, subresource = ''): Promise<string> {
  const asked = ['auth', 'can-i', verb, what, `--subresource=${subresource}`, '-n', 'tenant', `--as=${user}`];
  const { stdout } = await plane.kubectl(asked);
  return stdout.trim();
}

/** The operator is a process beside the cluster: one as the Deployment wants it now. */
async function rolledOut(): Promise<void> {
  await operator?.stop();
  operator = await startInstalled(plane, SYSTEM);
}

async function kubectl(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await plane.kubectl(args);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** Its id is in the Secret, whose name is the application's. */
async function sameRegistration(): Promise<void> {
  const json = await kubectl(['get', 'secret', 'web-shop-oauth', '-n', SYSTEM, '-o', 'json']);
  const { client_id: id = '', client_secret: secret = '' } = JSON.parse(json).data;
  expect(emulator.logsIn(atob(id), atob(secret))).toBe(true);
  expect(emulator.applications().filter(({ softDeleted }) => !softDeleted)).toHaveLength(1);
}

async function nothingIsLeft(): Promise<void> {
  await operator?.stop();
  operator = undefined;
  expect(emulator.applications().filter(({ softDeleted }) => !softDeleted)).toEqual([]);
  const kinds = 'clusterroles,clusterrolebindings,validatingadmissionpolicies,crd';
  expect(await kubectl(['get', kinds, '-o', 'name'])).not.toContain('oauthapp');
  expect(await kubectl(['get', 'deploy,sa,role,rolebinding,pdb,job', '-n', SYSTEM, '-o', 'name'])).toBe(
    'serviceaccount/default\n',
  );
}

async function definitionsAreThere(): Promise<void> {
  await kubectl(['apply', '--server-side', '-f', `${shell.folder}/crds`]);
}
