import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { FINALIZERS } from '../../src/api/names.ts';
import { freshNamespace } from '../support/control-plane.ts';
import { conditionOf } from '../support/namespace-world.ts';
import { applyRights, operatorKubeconfig } from '../support/operator.ts';
import { until } from '../support/until.ts';
import { createWorld, credentials, type World, web } from '../support/world.ts';

/** Longer than the garbage collector and the namespace controller take on a busy machine. */
const EMPTIED_WITHIN_MS = 120_000;

const ROLE = join(import.meta.dirname, '../../deploy/base/role.yaml');
const Role = z.object({ rules: z.array(z.record(z.string(), z.unknown())) });
const Postponed = z.object({
  metadata: z.object({ finalizers: z.array(z.string()).optional(), deletionTimestamp: z.string().optional() }),
});

async function keyOf(world: World) {
  const secret = await world.read('Secret', 'logi-key');
  return secret === undefined ? undefined : Postponed.parse(secret).metadata;
}

/** Registrations that are still there. */
function left({ emulator }: World): number {
  return emulator.applications().filter(({ softDeleted }) => !softDeleted).length;
}

/**
 * Flags for an operator that lives elsewhere and serves the world's namespace. What the Role grants is bound
 * cluster-wide, since a RoleBinding in the namespace would go with it, and the operator's rights with that.
 */
async function fromElsewhere({ plane, namespace }: World): Promise<readonly string[]> {
  const home = await freshNamespace();
  await applyRights(plane, home, ['serviceaccount', 'role', 'rolebinding']);
  const { rules } = Role.parse(parse(await readFile(ROLE, 'utf8')));
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: home } };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: home };
  const subjects = [{ kind: 'ServiceAccount', name: 'oauthapp-operator', namespace: home }];
  const items = [
    { ...rbac, kind: 'ClusterRole', rules },
    { ...rbac, kind: 'ClusterRoleBinding', roleRef, subjects },
  ];
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const { code, stderr } = await plane.kubectl(['apply', '-f', '-'], { stdin });
  if (code !== 0) throw new Error(stderr);
  onTestFinished(async () => {
    await plane.kubectl(['delete', `clusterrole/${home}`, `clusterrolebinding/${home}`]);
  });
  const kubeconfig = await operatorKubeconfig(plane, home);
  return [`--namespace=${home}`, `--watch-namespace=${namespace}`, `--kubeconfig=${kubeconfig}`];
}

test('a credential Secret that is deleted goes at once, and the provider is ready again as soon as it is back', async () => {
  await using world = await createWorld();
  await world.startOperator();
  await world.apply(web('shop'));
  await world.ready('shop');
  expect((await keyOf(world))?.finalizers).toEqual([FINALIZERS.inUse]);

  expect(await world.kubectl('delete', 'secret/logi-key', '--timeout=45s')).toMatchObject({ code: 0 });
  const unready = await until(
    'the provider misses its credentials',
    () => world.provider(),
    (provider) => conditionOf(provider, 'Ready')?.reason === 'CredentialsNotFound',
  );
  expect(conditionOf(unready, 'Ready')?.message).toContain('there is no Secret logi-key');
  expect(conditionOf(await world.application('shop'), 'Ready')?.status).toBe('True');

  await world.apply(credentials());
  await until(
    'the provider is ready again, and holds its Secret',
    async () => [conditionOf(await world.provider(), 'Ready')?.status, (await keyOf(world))?.finalizers],
    ([ready, finalizers]) => ready === 'True' && finalizers?.includes(FINALIZERS.inUse) === true,
  );
});

test('a finalizer that a tenant takes off the credential Secret is put back', async () => {
  await using world = await createWorld();
  await world.startOperator();
  const held = (): Promise<unknown> =>
    until(
      'the Secret is held',
      () => keyOf(world),
      (key) => key?.finalizers?.includes(FINALIZERS.inUse) === true,
    );
  await held();

  await world.patch('Secret', 'logi-key', { metadata: { finalizers: null } });

  await held();
});

test('a namespace that is deleted with all that is in it is emptied in order, though the operator dies meanwhile', async () => {
  await using world = await createWorld();
  const { plane, namespace, emulator } = world;
  const flags = await fromElsewhere(world);
  const first = await world.startOperator(...flags);
  await Promise.all(['shop', 'blog'].map((name) => world.apply(web(name))));
  await Promise.all(['shop', 'blog'].map((name) => world.ready(name)));
  const body = '{"error":"forbidden","error_description":"Not now"}';
  const refusal = emulator.fault({
    operation: 'delete',
    type: 'status',
    status: 403,
    body,
    when: 'before',
    times: 'always',
  });

  expect(await plane.kubectl(['delete', 'namespace', namespace, '--wait=false'])).toMatchObject({ code: 0 });
  await until(
    'everything is being deleted, and waits',
    async () => [await keyOf(world), (await world.provider())?.metadata, (await world.application('shop'))?.metadata],
    (objects) => objects.every((each) => each?.deletionTimestamp !== undefined),
  );
  await first.kill();
  const tried = emulator.journal.length;
  await world.startOperator(...flags);
  await until(
    'the new process has logged in with the Secret that waits, and tried',
    () => emulator.journal.slice(tried).filter(({ operation }) => operation === 'delete').length,
    (deletions) => deletions > 0,
  );
  expect((await keyOf(world))?.finalizers).toEqual([FINALIZERS.inUse]);
  expect(left(world)).toBe(2);

  refusal.remove();
  await until(
    'the namespace is gone',
    () => plane.kubectl(['get', 'namespace', namespace]),
    ({ stderr }) => stderr.includes('NotFound'),
    EMPTIED_WITHIN_MS,
  );
  expect(left(world)).toBe(0);
});

test('an operator that was away while the namespace was deleted finds what it needs to empty it', async () => {
  await using world = await createWorld();
  const { plane, namespace } = world;
  const flags = await fromElsewhere(world);
  const first = await world.startOperator(...flags);
  await world.apply(web('shop'));
  await world.ready('shop');
  await first.stop();

  expect(await plane.kubectl(['delete', 'namespace', namespace, '--wait=false'])).toMatchObject({ code: 0 });
  await until(
    'the Secret of the application has gone, and that of the provider waits',
    async () => [await world.secret('shop-oauth'), await keyOf(world)] as const,
    ([secret, key]) => secret === undefined && key?.deletionTimestamp !== undefined,
    EMPTIED_WITHIN_MS,
  );
  await world.startOperator(...flags);

  await until(
    'the namespace is gone',
    () => plane.kubectl(['get', 'namespace', namespace]),
    ({ stderr }) => stderr.includes('NotFound'),
    EMPTIED_WITHIN_MS,
  );
  expect(left(world)).toBe(0);
});
