import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { KubectlResult } from '../../dev/kubectl.ts';
import { sharedControlPlane } from '../support/control-plane.ts';
import { type InstalledPolicy, installPolicy } from '../support/policy.ts';
import { until } from '../support/until.ts';
import { web } from '../support/world.ts';

const NAME = 'oauthapp-deletion-protection';
const ADVICE = 'is true: set it to false first';

const plane = sharedControlPlane();
let policy: InstalledPolicy;
let namespace: string;

const Namespace = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), message: z.string() })).default([]) }),
});

beforeAll(async () => {
  policy = await installPolicy(plane, 'policies');
  namespace = await policy.namespace();
  await applied(web('sentinel', { deletionProtection: true }));
  await until(
    'the policy is in force',
    () => kubectl('delete', 'oaa', 'sentinel', '--dry-run=server'),
    ({ code }) => code !== 0,
  );
});

/** The namespaces go after it, and what they hold is protected no more. */
afterAll(async () => {
  await policy?.[Symbol.asyncDispose]();
});

async function applied(object: unknown, where: string = namespace): Promise<void> {
  const stdin = JSON.stringify(object);
  const { code, stderr } = await plane.kubectl(['apply', '-n', where, '-f', '-'], { stdin });
  if (code !== 0) throw new Error(stderr);
}

function kubectl(...args: readonly string[]): Promise<KubectlResult> {
  return plane.kubectl(['-n', namespace, ...args]);
}

async function names(): Promise<readonly string[]> {
  const { stdout } = await kubectl('get', 'oaa', '-o', 'name');
  return stdout.trim().split('\n');
}

describe('as shipped', () => {
  test('the policy is bound in every namespace', async () => {
    const bindings = z
      .array(z.looseObject({ kind: z.string(), spec: z.record(z.string(), z.unknown()) }))
      .parse(policy.shipped);
    expect(bindings.find(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding')?.spec).toEqual({
      policyName: NAME,
      validationActions: ['Deny'],
    });
  });

  test('the API server finds nothing wrong with its expressions', async () => {
    const shown = await until(
      'the expressions were looked at',
      async () => (await plane.kubectl(['get', 'validatingadmissionpolicy', policy.name, '-o', 'json'])).stdout,
      (json) => JSON.parse(json).status?.observedGeneration === 1,
    );
    expect(JSON.parse(shown).status.typeChecking ?? {}).toEqual({});
  });
});

test('D6: a protected application is not deleted, and the message says what to do', async () => {
  await applied(web('kept', { deletionProtection: true }));
  const { code, stderr } = await kubectl('delete', 'oaa', 'kept');
  expect(code).toBe(1);
  expect(stderr).toContain('Forbidden');
  expect(stderr).toContain(`spec.deletionProtection of OAuthApplication kept ${ADVICE}`);
  expect(await names()).toContain('oauthapplication.oauthapp.dev/kept');
});

test('it is deleted once the protection is false', async () => {
  await applied(web('released', { deletionProtection: true }));
  await applied(web('released', { deletionProtection: false }));
  expect(await kubectl('delete', 'oaa', 'released')).toMatchObject({ code: 0 });
});

test('an application that says nothing is deleted as ever', async () => {
  await applied(web('plain'));
  expect(await kubectl('delete', 'oaa', 'plain')).toMatchObject({ code: 0 });
});

test('deleting all at once spares the protected one', async () => {
  await applied(web('one'));
  await applied(web('two', { deletionProtection: true }));
  const { code, stderr } = await plane.kubectl([
    'delete',
    '--raw',
    `/apis/oauthapp.dev/v1alpha1/namespaces/${namespace}/oauthapplications`,
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain(ADVICE);
  expect(await names()).toContain('oauthapplication.oauthapp.dev/two');
});

test('other kinds are deleted whatever they say', async () => {
  const data = { deletionProtection: 'true' };
  await applied({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' }, data });
  expect(await kubectl('delete', 'configmap', 'other')).toMatchObject({ code: 0 });
});

test('a namespace that holds one stays, says why, and goes once the protection is false', async () => {
  const doomed = await policy.namespace();
  await applied(web('last', { deletionProtection: true }), doomed);
  await plane.kubectl(['delete', 'namespace', doomed, '--wait=false']);
  await until(
    'the namespace says why it stays',
    async () => Namespace.parse(JSON.parse((await plane.kubectl(['get', 'ns', doomed, '-o', 'json'])).stdout)),
    ({ status }) => status.conditions.some(({ message }) => message.includes(ADVICE)),
  );

  await applied(web('last', { deletionProtection: false }), doomed);
  await until(
    'the namespace is gone',
    () => plane.kubectl(['get', 'namespace', doomed, '--ignore-not-found', '-o', 'name']),
    ({ code, stdout }) => code === 0 && stdout === '',
  );
});
