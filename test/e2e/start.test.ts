import { rm } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startControlPlane } from '../../dev/control-plane.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import { installCrds } from '../support/crds.ts';
import { applyRights, operatorKubeconfig, runToItsEnd, startOperator } from '../support/operator.ts';
import { until } from '../support/until.ts';

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
    body: expect.stringContaining('[-]installation failed: the Secret of the installation was not read yet'),
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

test(
  'without its definitions the operator names each, is not ready, and goes on once they are there',
  async () => {
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
