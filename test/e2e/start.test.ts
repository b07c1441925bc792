import { rm } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startControlPlane } from '../../dev/control-plane.ts';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import { installCrds } from '../support/crds.ts';
import { applyRights, operatorKubeconfig, runToItsEnd, startOperator } from '../support/operator.ts';
import { untilRight } from '../support/rights.ts';
import { until } from '../support/until.ts';
import { createWorld, logi, type World } from '../support/world.ts';

const Rules = z.object({ rules: z.array(z.looseObject({ resources: z.array(z.string()) })) });

const INSTALLATION = 'oauthapp-operator-installation';

const LEASE_FORBIDDEN = 'the Lease cannot be read or written: cannot get leases.coordination.k8s.io: 403 Forbidden';

/** Where only a person can help, the operator looks again after half a minute to a whole one. */
const PERSON_LIMIT_MS = 150_000;
const TEST_LIMIT_MS = 360_000;

test('wrong flags are all listed at once, and end the program with 2', async () => {
  const run = await runToItsEnd([
    '--scope=galaxy',
    '--workers=0',
    '--settling=soon',
    '--metrics-address=everywhere',
    '--colour=red',
    'extra',
  ]);
  expect(run.code).toBe(2);
  const lines = run.output.trimEnd().split('\n');
  expect(lines).toHaveLength(7);
  for (const named of ['--scope', '--workers', '--settling', '--metrics-address', '--colour', '"extra"']) {
    expect(lines.filter((line) => line.includes(named))).toHaveLength(1);
  }
  expect(lines.at(-1)).toBe('See --help.');
});

test('help and version are told without a cluster', async () => {
  expect(await runToItsEnd(['--help'])).toMatchObject({ code: 0, output: expect.stringContaining('--cluster-id ID') });
  expect(await runToItsEnd(['--version'])).toEqual({ code: 0, output: 'oauthapp-operator 0.1.0\n' });
});

test('a kubeconfig that is not there ends the program with 1 and is named', async () => {
  const run = await runToItsEnd(['--cluster-id=e2e', '--namespace=nowhere', '--kubeconfig=/nowhere/kubeconfig']);
  expect(run.code).toBe(1);
  expect(run.output).toContain('/nowhere/kubeconfig');
});

test('without permissions the operator says which, is not ready, and goes on once they are there', async () => {
  const plane = sharedControlPlane();
  const namespace = await freshNamespace();
  await applyRights(plane, namespace, ['serviceaccount']);
  const operator = await startOperator({ namespace, kubeconfig: await operatorKubeconfig(plane, namespace) });
  onTestFinished(async () => void (await operator.kill()));

  const logs = await until('the log names it', operator.logs, (text) => text.includes('cannot get secrets: 403'));
  expect(logs).toContain('the installation cannot be read');
  expect(await operator.page('/readyz')).toEqual({
    status: 503,
    body: expect.stringContaining(
      '[-]installation failed: the Secret of the installation was not read yet: cannot get secrets: 403 Forbidden',
    ),
  });
  expect((await operator.page('/livez')).status).toBe(200);

  await applyRights(plane, namespace, ['role', 'rolebinding']);
  await until(
    'it is ready',
    () => operator.page('/readyz'),
    ({ status }) => status === 200,
  );
  expect(await operator.stop()).toBe(0);
});

test('without the right to its Lease the operator names it, is not ready, and goes on once it has it', async () => {
  const plane = sharedControlPlane();
  const namespace = await freshNamespace();
  await applyRights(plane, namespace, ['serviceaccount', 'role', 'rolebinding']);
  await withdraw(plane, namespace, { group: 'coordination.k8s.io', resource: 'leases', verb: 'get' });
  const operator = await startOperator({ namespace, kubeconfig: await operatorKubeconfig(plane, namespace) });
  onTestFinished(async () => void (await operator.kill()));

  await until(
    'it is named',
    () => operator.page('/readyz'),
    ({ status, body }) => status === 503 && body.includes(`[-]lease failed: ${LEASE_FORBIDDEN}`),
  );
  expect(await operator.logs()).toContain('cannot get leases.coordination.k8s.io: 403');

  await applyRights(plane, namespace, ['role']);
  await until(
    'it is ready',
    () => operator.page('/readyz'),
    ({ status }) => status === 200,
  );
  expect(await operator.stop()).toBe(0);
});

test.each([
  ['deleted', async (world: World) => world.remove('Secret', INSTALLATION)],
  [
    'put back from a backup',
    async (world: World) => {
      const stringData = { installation: 'of-the-backup', key: '0f'.repeat(32) };
      await world.patch('Secret', INSTALLATION, { stringData });
    },
  ],
])(
  'I1: who waited for the Lease while the Secret of the installation was %s works with what is there',
  async (_, change) => {
    await using world = await createWorld();
    const leader = await world.startOperator();
    await world.providerReason('Reached');
    const former = await installationIn(world);
    const waiting = await world.startOperator();
    await until(
      'the second one waits',
      () => waiting.page('/readyz'),
      ({ status }) => status === 200,
    );

    await change(world);
    await leader.stop();

    await world.apply({ ...logi(world.emulator.url), metadata: { name: 'later' } });
    await world.providerReason('Reached', 'later');
    const present = await installationIn(world);
    expect(present).not.toBe(former);
    expect((await world.provider('later'))?.status?.servedBy?.installation).toBe(present);
  },
);

async function installationIn(world: World): Promise<string | undefined> {
  return (await world.secret(INSTALLATION))?.data['installation'];
}

describe.concurrent('what only a person can give is looked for again now and then', () => {
  test(
    'without its definitions the operator names each, is not ready, and goes on once they are there',
    async ({ expect, onTestFinished }) => {
      const plane = await startControlPlane({ controllerManager: 'off' });
      onTestFinished(() => plane.stop());
      const namespace = 'oauthapp';
      await plane.kubectl(['create', 'namespace', namespace]);
      await applyRights(plane, namespace, ['serviceaccount', 'role', 'rolebinding']);
      const kubeconfig = await operatorKubeconfig(plane, namespace);
      onTestFinished(() => rm(kubeconfig, { force: true }));
      const operator = await startOperator({ namespace, kubeconfig });
      onTestFinished(async () => void (await operator.kill()));

      await until(
        'the log names both',
        operator.logs,
        (text) => text.includes('oauthapplications') && text.includes('oauthproviders'),
      );
      const { status, body } = await operator.page('/readyz');
      expect(status).toBe(503);
      expect(body).toMatch(/^\[-\]caches failed: oauthapplications\S* is not synced yet/m);

      await installCrds(plane);
      await until(
        'it is ready',
        () => operator.page('/readyz'),
        (page) => page.status === 200,
        PERSON_LIMIT_MS,
      );
      expect(await operator.stop()).toBe(0);
    },
    TEST_LIMIT_MS,
  );

  test(
    'without the right to watch its objects the operator names them, is not ready, and goes on once it has it',
    async ({ expect, onTestFinished }) => {
      const plane = sharedControlPlane();
      const namespace = await freshNamespace();
      await applyRights(plane, namespace, ['serviceaccount', 'role', 'rolebinding']);
      await withdraw(plane, namespace, { group: 'oauthapp.dev', resource: 'oauthproviders', verb: 'watch' });
      const operator = await startOperator({ namespace, kubeconfig: await operatorKubeconfig(plane, namespace) });
      onTestFinished(async () => void (await operator.kill()));

      await until(
        'they are named',
        () => operator.page('/readyz'),
        ({ body }) => body.includes('oauthproviders.oauthapp.dev is not synced yet: forbidden'),
      );
      expect((await operator.page('/readyz')).status).toBe(503);
      expect(await operator.logs()).toContain('cannot watch oauthproviders.oauthapp.dev: 403');

      await applyRights(plane, namespace, ['role']);
      await until(
        'it is ready',
        () => operator.page('/readyz'),
        ({ status }) => status === 200,
        PERSON_LIMIT_MS,
      );
      expect(await operator.stop()).toBe(0);
    },
    TEST_LIMIT_MS,
  );
});

/** Takes the rule of this resource out of the operator's Role, and waits until the API server has heard of it. */
async function withdraw(
  plane: PlaneAccess,
  namespace: string,
  right: { readonly group: string; readonly resource: string; readonly verb: string },
): Promise<void> {
  const { stdout } = await plane.kubectl(['get', 'role', 'oauthapp-operator', '-n', namespace, '-o', 'json']);
  const { rules } = Rules.parse(JSON.parse(stdout));
  const left = rules.flatMap((rule) => {
    const resources = rule.resources.filter((resource) => resource !== right.resource);
    return resources.length === 0 ? [] : [{ ...rule, resources }];
  });
  const patch = JSON.stringify({ rules: left });
  await plane.kubectl(['patch', 'role', 'oauthapp-operator', '-n', namespace, '--type=merge', `--patch=${patch}`]);
  await untilRight(plane, namespace, right, 'withdrawn');
}
