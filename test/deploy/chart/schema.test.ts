import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OPERATOR_VALUES } from '../../../dev/charts/values.ts';
import { configFrom } from '../../../src/config.ts';
import { FLAGS } from '../../../src/flags/flags.ts';
import { hostPattern } from '../../../src/idp/hosts.ts';
import { selectorFrom } from '../../../src/provider/selector.ts';
import { type ChartName, chartAt, helm, objectsIn, template } from '../../support/helm.ts';

const CLUSTER = { scope: 'Cluster' };

const HOST = OPERATOR_VALUES.shape.settings.shape.providerHosts.element;
const SELECTOR = OPERATOR_VALUES.shape.shards.element.shape.providerSelector;

const LABEL = 'b'.repeat(63);
const LONG = 'b'.repeat(64);

describe('a host that the schema takes is one that the operator takes, and no other', () => {
  test.each([
    ...[
      'login.example.com',
      '*.example.com',
      'id.example.com:8443',
      'LOGIN.Example.com',
      'localhost',
      'a_b.example.com',
    ],
    ...['10.0.0.1', '10.0.0.1:8443', '[fd00::1]', '[fd00::1]:8443', 'müller.example.com', 'example.com.'],
    ...['a:1', 'a:65535', 'a:00080'],
  ])('%s is taken', (text) => {
    expect(hostPattern(text)).toBeDefined();
    expect(HOST.safeParse(text).success).toBe(true);
  });

  test.each([
    ...[
      '',
      '*',
      '*.',
      '*.*',
      '..',
      '.a',
      '..:99999',
      'a.*',
      '*a.example.com',
      '*.*.example.com',
      'a:',
      'a:0',
      'a:00000',
    ],
    ...[
      'a:65536',
      'a:99999',
      'a:100000',
      'a:b',
      'a,b',
      'a b',
      'https://a',
      'a/b',
      'u@a',
      'fd00::1',
      '[fd00::1',
      '[a.b]x',
    ],
    ...['a?b', 'a#b', 'a%41', 'a<b', 'a^b', 'a|b', '[]'],
  ])('%j is refused', (text) => {
    expect(hostPattern(text)).toBeUndefined();
    expect(HOST.safeParse(text).success).toBe(false);
  });
});

describe('a selector that the schema takes is one that the operator takes, and no other', () => {
  test.each([
    ...['shard', '!shard', '! shard', 'shard=a', 'shard==a', 'shard != a', 'shard=', 'shard!=', ' shard = a '],
    ...[
      'a.example.com/tier in (gold, silver),!legacy',
      'tier notin ( a )',
      'tier in ( )',
      'tier in (,)',
      'tier in (a,)',
    ],
    ...['a-b/c.d_e=f', `a=${LABEL}`, `${LABEL}=a`, `a.b/${LABEL}`, 'A=B', 'tier in (,a)', 'tier in(a)'],
  ])('%j is taken', (text) => {
    expect(selectorFrom(text)).toBeDefined();
    expect(SELECTOR.safeParse(text).success).toBe(true);
  });

  test.each([
    ...['', ',', 'a/b/c=d', 'A/b=c', '/b', 'a/', '-', 'a-', 'a=b=c', 'a=-', 'shard in a', 'shard=a,', ',shard', '!a=b'],
    ...[
      `${LONG}=a`,
      `a=${LONG}`,
      `a.b/${LONG}`,
      `a in (${LONG})`,
      'tier in ()',
      'tier in (a b)',
      'tier in (a',
      'tier(a)',
    ],
  ])('%j is refused', (text) => {
    expect(selectorFrom(text)).toBeUndefined();
    expect(SELECTOR.safeParse(text).success).toBe(false);
  });
});

describe('times', () => {
  const { leaseDuration, renewDeadline, retryPeriod, callDeadline, settling } = FLAGS;
  const TIMES = { leaseDuration, renewDeadline, retryPeriod, callDeadline, settling };

  test('that are not said are for the chart those of the operator', () => {
    const checks = readFileSync(join(chartAt('oauthapp-operator'), 'templates/_checks.tpl'), 'utf8');
    const [, pairs = ''] = /\$fallback := dict ((?:"\w+" "\w+" ?)+)/.exec(checks) ?? [];
    const known = [...pairs.matchAll(/"(\w+)" "(\w+)"/g)].map(([, name = '', text = '']) => [
      name,
      settling.kind.parse(text),
    ]);
    const own = Object.entries(TIMES).map(([name, { fallback }]) => [name, fallback]);
    expect(Object.fromEntries(known)).toEqual(Object.fromEntries(own));
  });

  const LONG = { lease: '15s', call: '10s' };
  const SHORT = { renew: '1s', retry: '500ms', call: '1s' };

  test.each([
    { ...LONG, retry: '8333ms', renew: '10s', type: 'run', code: 0 },
    { ...LONG, retry: '8334ms', renew: '10s', type: 'invalid', code: 1 },
    { ...LONG, retry: '5s', renew: '6001ms', type: 'run', code: 0 },
    { ...LONG, retry: '5s', renew: '6s', type: 'invalid', code: 1 },
    { ...LONG, retry: '5s', renew: '10s', lease: '1m', call: '25s', type: 'run', code: 0 },
    { ...LONG, retry: '5s', renew: '10s', lease: '1m', call: '26s', type: 'invalid', code: 1 },
    { ...SHORT, lease: '3s', type: 'run', code: 0 },
    { ...SHORT, lease: '2s', type: 'invalid', code: 1 },
  ])(
    'of $retry, $renew and $lease are for the chart what they are for the operator: $type',
    async ({ retry, renew, lease, call, ...is }) => {
      const settings = { leaseDuration: lease, renewDeadline: renew, retryPeriod: retry, callDeadline: call };
      const flags = [`--lease-duration=${lease}`, `--renew-deadline=${renew}`, `--retry-period=${retry}`];
      const invocation = configFrom(['--scope=cluster', ...flags, `--call-deadline=${call}`], {});
      expect(invocation).toMatchObject({ type: is.type });
      expect(await template('oauthapp-operator', { ...CLUSTER, settings })).toMatchObject({ code: is.code });
    },
  );
});

test.each([
  { values: { ...CLUSTER, replicas: 3 }, named: 'replicas' },
  { values: { ...CLUSTER, settings: { loglevel: 'debug' } }, named: 'loglevel' },
  { values: { scope: 'Galaxy' }, named: 'scope' },
  { values: { scope: 'Namespaced', clusterId: 'a b' }, named: 'clusterId' },
  { values: { ...CLUSTER, settings: { settling: '30' } }, named: 'settling' },
  { values: { ...CLUSTER, settings: { leaseName: 'a'.repeat(223) } }, named: 'leaseName' },
  { values: { ...CLUSTER, shards: [{ name: 'a', providerSelector: 'shard in a' }] }, named: 'providerSelector' },
  { values: { ...CLUSTER, shards: [{ name: 'a', providerSelector: 'shard=a,' }] }, named: 'providerSelector' },
  ...['a/b/c=d', 'A/b=c', `${'a'.repeat(64)}=b`, `a=${'b'.repeat(64)}`, 'a in ()'].map((providerSelector) => ({
    values: { ...CLUSTER, shards: [{ name: 'a', providerSelector }] },
    named: 'providerSelector',
  })),
  ...['*', '*.*', '..:99999', 'a,b'].map((host) => ({
    values: { ...CLUSTER, settings: { providerHosts: [host] } },
    named: 'providerHosts',
  })),
  { values: { ...CLUSTER, image: { tag: 'v1 beta' } }, named: 'tag' },
  { values: { ...CLUSTER, metrics: { podMonitor: { interval: '30' } } }, named: 'interval' },
  { values: { ...CLUSTER, metrics: { serviceMonitor: { interval: '1s30m' } } }, named: 'interval' },
  { values: { ...CLUSTER, resources: { limits: { memory: '512 MB' } } }, named: 'memory' },
  { values: { ...CLUSTER, resources: { limits: { memory: null } } }, named: 'memory' },
  { values: { ...CLUSTER, heapPercentage: 95 }, named: 'heapPercentage' },
  { values: { ...CLUSTER, image: { repository: 'ghcr.io/you/operator:1.0' } }, named: 'repository' },
  { values: { ...CLUSTER, image: { repository: 'ghcr.io/You/operator' } }, named: 'repository' },
])('the schema refuses $values and names $named', async ({ values, named }) => {
  expect(await template('oauthapp-operator', values)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(named),
  });
});

test.each([{ kind: 'providers' }, { kind: 'clusterProviders' }])(
  'two $kind that are the default are refused with their names',
  async ({ kind }) => {
    const marked = { spec: {}, annotations: { 'oauthapp.dev/is-default': 'true' } };
    const values = { [kind]: { one: { spec: {}, isDefault: true }, two: marked, three: { spec: {} } } };
    expect(await template('oauthapp-resources', values)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${kind}: one, two are all the default`),
    });
  },
);

test('a provider of the namespace and one of the cluster may both be the default', async () => {
  const only = { one: { spec: {}, isDefault: true } };
  expect(await template('oauthapp-resources', { providers: only, clusterProviders: only })).toMatchObject({ code: 0 });
});

test('the definitions take no value, so that one meant for another chart is not lost on them', async () => {
  expect(await template('oauthapp-crds', { scope: 'Cluster' })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('scope'),
  });
  expect(await template('oauthapp-crds', { global: { team: 'platform' } })).toMatchObject({ code: 0 });
});

test.each<{ chart: ChartName; values: object; kind: string }>([
  { chart: 'oauthapp-crds', values: {}, kind: 'CustomResourceDefinition' },
  { chart: 'oauthapp-operator', values: CLUSTER, kind: 'Deployment' },
  { chart: 'oauthapp-resources', values: { applications: { shop: { spec: {} } } }, kind: 'OAuthApplication' },
])('a chart that depends on $chart may switch it on and off', async ({ chart, values, kind }) => {
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-dependent-'));
  try {
    await cp(chartAt(chart), join(folder, 'charts', chart), { recursive: true });
    const dependencies = [{ name: chart, version: '*', condition: `${chart}.enabled` }];
    const about = { apiVersion: 'v2', name: 'dependent', version: '1.0.0', dependencies };
    await writeFile(join(folder, 'Chart.yaml'), JSON.stringify(about));
    const kinds = async (enabled: unknown) => {
      const stdin = JSON.stringify({ [chart]: { ...values, enabled } });
      const { stdout, stderr } = await helm(['template', 'dependent', folder, '-f', '-'], { stdin });
      return stderr || objectsIn(stdout).map((object) => object.kind);
    };
    expect(await kinds(true)).toContain(kind);
    expect(await kinds(false)).toEqual([]);
    expect(await kinds('yes')).toContain('enabled');
  } finally {
    await rm(folder, { recursive: true });
  }
});
