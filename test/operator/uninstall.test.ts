import { expect, test } from 'vitest';
import { uninstallReport } from '../../src/operator/uninstall.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import { applyRights, operatorKubeconfig, runToItsEnd } from '../support/operator.ts';
import { web } from '../support/world.ts';

const plane = sharedControlPlane();

/** Runs the check of an operator of this namespace. */
async function check(namespace: string) {
  const kubeconfig = await operatorKubeconfig(plane, namespace);
  const own = ['--cluster-id=e2e', `--namespace=${namespace}`, `--kubeconfig=${kubeconfig}`];
  return runToItsEnd([...own, '--check-uninstall']);
}

async function applied(namespace: string, name: string, finalizers: readonly string[]): Promise<void> {
  const stdin = JSON.stringify({ ...web(name), metadata: { name, finalizers } });
  const { code, stderr } = await plane.kubectl(['apply', '-n', namespace, '-f', '-'], { stdin });
  if (code !== 0) throw new Error(stderr);
}

test('what bears a finalizer of ours is named, and nothing else', async () => {
  const namespace = await freshNamespace();
  await applyRights(plane, namespace, ['serviceaccount', 'role', 'rolebinding']);
  await applied(namespace, 'never-served', []);
  await applied(namespace, 'of-others', ['example.com/theirs']);
  expect(await check(namespace)).toEqual({ code: 0, output: 'Nothing needs the operator any more.\n' });
  await applied(namespace, 'held', ['oauthapp.dev/registration']);
  const { code, output } = await check(namespace);
  expect({ code, named: output.split('\n').slice(1) }).toEqual({
    code: 1,
    named: [`  OAuthApplication ${namespace}/held`, ''],
  });
});

test('without the right to look, nothing is said to be free to go', async () => {
  const namespace = await freshNamespace();
  await applyRights(plane, namespace, ['serviceaccount']);
  expect(await check(namespace)).toMatchObject({ code: 1, output: expect.stringContaining('oauthapplications') });
});

test('of many, ten are named and the rest are counted', () => {
  const report = uninstallReport(Array.from({ length: 12 }, (_, index) => `OAuthApplication store/shop-${index}`));
  expect(report).toContain('shop-9\n  and 2 more\n');
  expect(report).not.toContain('shop-10');
});
