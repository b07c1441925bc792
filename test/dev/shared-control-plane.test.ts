import { expect, test, vi } from 'vitest';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';

const SOON = { timeout: 100_000, interval: 200 };

const READ_SECRETS = ['--verb=get,list', '--resource=secrets'];

test('a ServiceAccount may read Secrets once a Role says so, and not before', async () => {
  const plane = sharedControlPlane();
  const namespace = await freshNamespace();
  const admin = (...args: string[]) => plane.kubectl([...args, '-n', namespace]);
  const kubeconfig = await plane.writeKubeconfig(await plane.serviceAccountToken(namespace, 'default'), { namespace });
  const list = () => plane.kubectl(['get', 'secrets', '-o', 'name'], { kubeconfig });

  expect(await list()).toMatchObject({ code: 1, stderr: expect.stringContaining('Forbidden') });

  expect(await admin('create', 'role', 'reader', ...READ_SECRETS)).toMatchObject({ code: 0 });
  const binding = ['create', 'rolebinding', 'reader', '--role=reader', `--serviceaccount=${namespace}:default`];
  expect(await admin(...binding)).toMatchObject({ code: 0 });
  expect(await admin('create', 'secret', 'generic', 'seen')).toMatchObject({ code: 0 });

  await vi.waitUntil(async () => (await list()).code === 0, SOON);
  expect(await list()).toMatchObject({ stdout: 'secret/seen\n' });
});

test('a token for a ServiceAccount that is not there is refused', async () => {
  const namespace = await freshNamespace();

  await expect(sharedControlPlane().serviceAccountToken(namespace, 'nobody')).rejects.toThrow('404');
});

test('kubectl takes manifests from its standard input', async () => {
  const namespace = await freshNamespace();
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'given', namespace } };

  const applied = await sharedControlPlane().kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(manifest) });

  expect(applied).toMatchObject({ code: 0, stdout: 'configmap/given created\n' });
});

test('what belongs to a deleted object is collected, and a deleted namespace goes', async () => {
  const plane = sharedControlPlane();
  const namespace = await freshNamespace();
  const kubectl = (...args: string[]) => plane.kubectl([...args, '-n', namespace]);
  await kubectl('create', 'configmap', 'owner');
  const { stdout: uid } = await kubectl('get', 'configmap', 'owner', '-o', 'jsonpath={.metadata.uid}');
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
  const owned = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned', namespace, ownerReferences } };
  expect(await plane.kubectl(['create', '-f', '-'], { stdin: JSON.stringify(owned) })).toMatchObject({ code: 0 });

  await kubectl('delete', 'configmap', 'owner');
  await vi.waitUntil(async () => (await kubectl('get', 'configmap', 'owned')).stderr.includes('NotFound'), SOON);

  await plane.kubectl(['delete', 'namespace', namespace, '--wait=false']);
  await vi.waitUntil(async () => (await plane.kubectl(['get', 'ns', namespace])).stderr.includes('NotFound'), SOON);
});

test('fresh namespaces have names of their own and a label', async () => {
  const [one, other] = await Promise.all([freshNamespace(), freshNamespace()]);

  const { stdout } = await sharedControlPlane().kubectl(['get', 'ns', '-l', 'oauthapp.dev/test=true', '-o', 'name']);

  expect(one).not.toBe(other);
  expect(stdout.split('\n')).toEqual(expect.arrayContaining([`namespace/${one}`, `namespace/${other}`]));
});
