import { globSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { freshNamespace, sharedControlPlane } from '../../support/control-plane.ts';
import { type ChartName, template, type Values } from '../../support/helm.ts';
import { until } from '../../support/until.ts';

const NAMESPACED = { clusterId: 'prod' };
const CLUSTER = { scope: 'Cluster' };

const MONITORING = {
  podMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true },
  dashboards: { enabled: true },
};

const BY_SERVICE = {
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true, runbookBaseUrl: 'https://docs.example.com/alerts' },
};

const SCHEDULED = {
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
  affinity: { podAntiAffinity: {} },
  priorityClassName: 'system-cluster-critical',
  podLabels: { team: 'platform' },
  podAnnotations: { 'example.com/note': 'yes' },
  serviceAccount: { annotations: { 'example.com/role': 'operator' } },
  image: { pullSecrets: [{ name: 'registry' }] },
};

const SHARDS = [
  { name: 'a', providerSelector: 'shard in (a, b)' },
  { name: 'rest', providerSelector: 'shard notin (a, b)' },
];

const SHOP = { type: 'Web', redirectUris: ['https://shop.example.com/callback'] };

const MATRIX: readonly { readonly chart: ChartName; readonly values: Values }[] = [
  { chart: 'oauthapp-crds', values: {} },
  { chart: 'oauthapp-operator', values: NAMESPACED },
  { chart: 'oauthapp-operator', values: { ...NAMESPACED, rotation: { restart: true, retire: true }, replicaCount: 1 } },
  { chart: 'oauthapp-operator', values: { ...NAMESPACED, metrics: MONITORING, ...SCHEDULED } },
  { chart: 'oauthapp-operator', values: { ...NAMESPACED, uninstallCheck: false } },
  { chart: 'oauthapp-operator', values: { ...NAMESPACED, shards: SHARDS, metrics: BY_SERVICE } },
  { chart: 'oauthapp-operator', values: CLUSTER },
  {
    chart: 'oauthapp-operator',
    values: { ...CLUSTER, policies: { clusterProviderAccess: true }, metrics: MONITORING },
  },
  {
    chart: 'oauthapp-operator',
    values: {
      ...CLUSTER,
      networkPolicy: { enabled: true, metricsFrom: [{ namespaceSelector: {} }], egressPorts: [443] },
    },
  },
  { chart: 'oauthapp-operator', values: { ...CLUSTER, replicaCount: 3, spread: 'DoNotSchedule', ...SCHEDULED } },
  { chart: 'oauthapp-operator', values: { ...CLUSTER, settings: { workers: 4, providerHosts: ['*.example.com'] } } },
  {
    chart: 'oauthapp-resources',
    values: {
      providers: { logi: { isDefault: true, spec: { logi: { apiKeySecretRef: { name: 'logi', key: 'apiKey' } } } } },
      clusterProviders: {
        shared: { spec: { logi: { apiKeySecretRef: { name: 'logi', namespace: 'oauthapp-system', key: 'apiKey' } } } },
      },
      applications: { shop: { labels: { team: 'storefront' }, annotations: { note: 'x' }, spec: SHOP } },
    },
  },
  { chart: 'example-app', values: { restart: true } },
];

/** Kinds of the Prometheus operator, as it publishes them without descriptions. */
const FOREIGN = globSync('*.yaml', { cwd: join(import.meta.dirname, 'fixtures/foreign') }).toSorted();

const plane = sharedControlPlane();
let namespace: string;

beforeAll(async () => {
  namespace = await freshNamespace();
  for (const file of FOREIGN) {
    const path = join(import.meta.dirname, 'fixtures/foreign', file);
    const { code, stderr } = await plane.kubectl(['apply', '--server-side', '-f', path]);
    if (code !== 0) throw new Error(stderr);
  }
  await until(
    'the foreign kinds are served',
    () => plane.kubectl(['get', 'podmonitors,servicemonitors,prometheusrules', '-n', namespace]),
    ({ code }) => code === 0,
  );
});

test.each(MATRIX)('the API server takes all that $chart renders of $values', async ({ chart, values }) => {
  const { code, stdout, stderr } = await template(chart, values, namespace);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const dryRun = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict'];
  expect(await plane.kubectl([...dryRun, '-f', '-'], { stdin: stdout })).toMatchObject({ code: 0, stderr: '' });
});

test('a field that a kind does not have is refused', async () => {
  const { stdout } = await template('oauthapp-operator', { ...NAMESPACED, metrics: MONITORING }, namespace);
  const dryRun = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'];
  for (const [field, wrong] of [
    ['podMetricsEndpoints:', 'podMetricEndpoints:'],
    ['maxUnavailable:', 'maxUnavailble:'],
  ] as const) {
    expect(stdout).toContain(field);
    expect((await plane.kubectl(dryRun, { stdin: stdout.replace(field, wrong) })).stderr).toContain(wrong.slice(0, -1));
  }
});
