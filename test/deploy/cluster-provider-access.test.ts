import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubectlResult } from '../../dev/kubectl.ts';
import { clusterLogi } from '../support/cluster-world.ts';
import { sharedControlPlane } from '../support/control-plane.ts';
import { type InstalledPolicy, installPolicy } from '../support/policy.ts';
import { until } from '../support/until.ts';
import { web } from '../support/world.ts';

/** Nobody reconciles them; they are there to be referred to. */
const SUFFIX = randomBytes(4).toString('hex');

const plane = sharedControlPlane();
const providers: string[] = [];
let policy: InstalledPolicy;
let namespace: string;

beforeAll(async () => {
  policy = await installPolicy(plane, 'policies/cluster-provider-access');
  namespace = await policy.namespace();
  await plane.kubectl(['label', 'namespace', namespace, 'team=storefront']);
  await provider('closed', undefined);
  await until(
    'the policy is in force',
    // Stored nowhere: of an object that is there as it should be, kubectl asks the API server nothing.
    () => tried('sentinel', 'closed', {}, ['--dry-run=server']),
    ({ code }) => code !== 0,
  );
});

afterAll(async () => {
  await policy?.[Symbol.asyncDispose]();
  await plane.kubectl(['delete', 'coap', ...providers.map(called), '--ignore-not-found', '--wait=false']);
});

function called(name: string): string {
  return `${name}-${SUFFIX}`;
}

async function provider(name: string, access: readonly unknown[] | undefined): Promise<void> {
  providers.push(name);
  const spec = access === undefined ? {} : { access };
  const stdin = JSON.stringify(clusterLogi('https://logi.example.com', called(name), spec));
  const { code, stderr } = await plane.kubectl(['apply', '-f', '-'], { stdin });
  if (code !== 0) throw new Error(stderr);
}

function application(name: string, providerName: string, spec = {}) {
  return web(name, { providerRef: { kind: 'ClusterOAuthProvider', name: called(providerName) }, ...spec });
}

function tried(name: string, providerName: string, spec = {}, flags: readonly string[] = []): Promise<KubectlResult> {
  const stdin = JSON.stringify(application(name, providerName, spec));
  return plane.kubectl(['apply', '-n', namespace, '-f', '-', ...flags], { stdin });
}

const STOREFRONT = { matchLabels: { team: 'storefront' } };
const expression = (key: string, operator: string, values?: readonly string[]) => ({
  selector: { matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }] },
});

describe('an application is', () => {
  const cases = [
    { rules: 'none', access: undefined, want: 'refused' },
    { rules: 'one for all', access: [{}], want: 'taken' },
    { rules: 'one for its name', access: [{ namespaces: { names: ['other', 'OWN'] } }], want: 'taken' },
    { rules: 'one for another name', access: [{ namespaces: { names: ['other'] } }], want: 'refused' },
    { rules: 'one for its labels', access: [{ namespaces: { selector: STOREFRONT } }], want: 'taken' },
    {
      rules: 'one for other labels',
      access: [{ namespaces: { selector: { matchLabels: { team: 'payments' } } } }],
      want: 'refused',
    },
    {
      rules: 'one for its labels and another name',
      access: [{ namespaces: { names: ['other'], selector: STOREFRONT } }],
      want: 'refused',
    },
    { rules: 'a second that fits', access: [{ namespaces: { names: ['other'] } }, {}], want: 'taken' },
    { rules: 'team In', access: [{ namespaces: expression('team', 'In', ['storefront']) }], want: 'taken' },
    { rules: 'team not In', access: [{ namespaces: expression('team', 'In', ['payments']) }], want: 'refused' },
    { rules: 'team NotIn', access: [{ namespaces: expression('team', 'NotIn', ['storefront']) }], want: 'refused' },
    { rules: 'absent NotIn', access: [{ namespaces: expression('absent', 'NotIn', ['x']) }], want: 'taken' },
    { rules: 'team Exists', access: [{ namespaces: expression('team', 'Exists') }], want: 'taken' },
    { rules: 'absent Exists', access: [{ namespaces: expression('absent', 'Exists') }], want: 'refused' },
    { rules: 'absent DoesNotExist', access: [{ namespaces: expression('absent', 'DoesNotExist') }], want: 'taken' },
    { rules: 'team DoesNotExist', access: [{ namespaces: expression('team', 'DoesNotExist') }], want: 'refused' },
    { rules: 'an empty selector', access: [{ namespaces: { selector: {} } }], want: 'taken' },
  ];

  test.each(cases)('$want with access rules: $rules', async ({ rules, access, want }) => {
    const name = `p-${rules.toLowerCase().replaceAll(' ', '-')}`;
    const own: unknown = access && JSON.parse(JSON.stringify(access).replaceAll('OWN', namespace));
    await provider(name, Array.isArray(own) ? own : undefined);
    // The policy learns of a provider a moment later, and lets through what names one that it does not know.
    const result = await until(
      'the API server knows the provider',
      () => tried(`a-${name}`, name),
      ({ code }) => want === 'taken' || code !== 0,
    );
    if (want === 'taken') expect(result).toMatchObject({ code: 0 });
    else expect(result.stderr).toContain(`${called(name)} grants namespace ${namespace} nothing: whoever runs it`);
  });
});

test('a provider that is not there yet is left to the operator', async () => {
  expect(await tried('early', 'nowhere')).toMatchObject({ code: 0 });
});

test('an application at a provider of its namespace is not asked', async () => {
  const stdin = JSON.stringify(web('own'));
  expect(await plane.kubectl(['apply', '-n', namespace, '-f', '-'], { stdin })).toMatchObject({ code: 0 });
});

test('what is there can be changed and deleted when access was withdrawn', async () => {
  await provider('withdrawn', [{}]);
  expect(await tried('stays', 'withdrawn')).toMatchObject({ code: 0 });
  await provider('withdrawn', [{ namespaces: { names: ['other'] } }]);
  await until(
    'access is withdrawn',
    () => tried('newcomer', 'withdrawn'),
    ({ code }) => code !== 0,
  );
  expect(await tried('stays', 'withdrawn', { displayName: 'Still here' })).toMatchObject({ code: 0 });
  expect(await plane.kubectl(['delete', 'oaa', 'stays', '-n', namespace])).toMatchObject({ code: 0 });
});

test('the API server finds nothing wrong with its expressions', async () => {
  const json = await until(
    'the expressions were looked at',
    async () => (await plane.kubectl(['get', 'validatingadmissionpolicy', policy.name, '-o', 'json'])).stdout,
    (shown) => JSON.parse(shown).status?.observedGeneration === 1,
  );
  expect(JSON.parse(json).status.typeChecking ?? {}).toEqual({});
});
