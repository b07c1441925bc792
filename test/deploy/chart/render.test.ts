import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { runProgram } from '../../../dev/program.ts';
import { configFrom } from '../../../src/config.ts';
import {
  type ChartName,
  chartAt,
  helm,
  objectsIn,
  type Rendered,
  rendered,
  template,
  type Values,
} from '../../support/helm.ts';

const CHART = 'oauthapp-operator';
const THEIRS = { 'app.kubernetes.io/part-of': 'theirs' };
const NAMESPACED = { clusterId: 'prod' };
const CLUSTER = { scope: 'Cluster' };

const Deployment = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({}),
      spec: z.looseObject({
        containers: z
          .array(
            z.looseObject({
              image: z.string(),
              args: z.array(z.string()),
              env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
            }),
          )
          .length(1),
      }),
    }),
  }),
});

async function deploymentOf(values: Values) {
  const objects = await rendered(CHART, values);
  const { spec } = Deployment.parse(objects.find(({ kind }) => kind === 'Deployment'));
  const [container] = spec.template.spec.containers;
  if (container === undefined) throw new Error('a Deployment without a container');
  return { spec, container };
}

/** Three semi-spaces of 16 MiB are for young objects, and the rest for old ones. */
function optionsFor(heapMiB: number): string {
  return `--max-semi-space-size=16 --max-old-space-size=${heapMiB - 48}`;
}

function ofKind(objects: readonly Rendered[], kind: string): readonly Rendered[] {
  return objects.filter((object) => object.kind === kind);
}

describe('an installation for one namespace', () => {
  test('has no object outside it, whatever is switched on', async () => {
    const objects = await rendered(CHART, {
      ...NAMESPACED,
      rotation: { restart: true, retire: true },
      networkPolicy: { enabled: true, metricsFrom: [{ podSelector: {} }] },
      metrics: { podMonitor: { enabled: true }, prometheusRule: { enabled: true }, dashboards: { enabled: true } },
    });
    expect(objects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['Role', 'NetworkPolicy', 'PodMonitor']));
    expect(objects.filter(({ kind }) => /^(?:Cluster|CustomResource|Validating|Namespace$)/.test(kind))).toEqual([]);
    expect(objects.map(({ metadata }) => metadata.namespace)).toEqual(objects.map(() => 'oauthapp-system'));
  });
});

describe('an installation for the cluster', () => {
  test('has roles for tenants and deletion protection without being told', async () => {
    const objects = await rendered(CHART, CLUSTER);
    expect(ofKind(objects, 'ClusterRole').map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining(['oauthapp-operator', 'oauthapp-view', 'oauthapp-edit', 'oauthapp-admin']),
    );
    expect(ofKind(objects, 'ValidatingAdmissionPolicy').map(({ metadata }) => metadata.name)).toEqual([
      'oauthapp-deletion-protection',
    ]);
  });

  test('gives no tenant a status to write', async () => {
    const roles = ofKind(await rendered(CHART, CLUSTER), 'ClusterRole');
    const ofTenants = roles.filter(({ metadata }) => metadata.name !== 'oauthapp-operator');
    expect(ofTenants).toHaveLength(3);
    expect(JSON.stringify(ofTenants)).not.toMatch(/\/status|\/finalizers|\*|clusteroauthproviders/);
  });
});

test.each([
  { values: { ...NAMESPACED, settings: { logLevel: 'debug', workers: 4 } }, config: { logLevel: 'debug', workers: 4 } },
  {
    values: { ...NAMESPACED, settings: { leaseDuration: '1m', renewDeadline: '40s', retryPeriod: '5s' } },
    config: { lease: { name: 'oauthapp-operator', durationMs: 60_000, renewDeadlineMs: 40_000, retryMs: 5_000 } },
  },
  { values: { ...CLUSTER, settings: { leaseName: 'other' } }, config: { lease: { name: 'other' } } },
  {
    values: { ...CLUSTER, settings: { providerHosts: ['*.example.com', 'id.example.org:8443'] } },
    config: {
      providerHosts: [
        { host: 'example.com', covers: 'subdomains' },
        { host: 'id.example.org', port: 8443 },
      ],
    },
  },
  { values: { ...CLUSTER, settings: { settling: '20s', callDeadline: '8s' } }, config: { settlingMs: 20_000 } },
  { values: CLUSTER, config: { scope: { type: 'cluster', clusterId: undefined } } },
  { values: { ...CLUSTER, clusterId: 'eu-1' }, config: { scope: { type: 'cluster', clusterId: 'eu-1' } } },
  { values: NAMESPACED, config: { scope: { type: 'namespace', clusterId: 'prod' } } },
])('$values starts the operator with $config', async ({ values, config }) => {
  const { container } = await deploymentOf(values);
  expect(configFrom(container.args, { POD_NAMESPACE: 'oauthapp-system' })).toMatchObject({ type: 'run', config });
});

test('where and as what Pods run is said of the check before an uninstall, too', async () => {
  const said = {
    nodeSelector: { pool: 'system' },
    tolerations: [{ key: 'dedicated', operator: 'Exists' }],
    affinity: { nodeAffinity: {} },
    priorityClassName: 'system-cluster-critical',
  };
  const values = {
    ...CLUSTER,
    ...said,
    podLabels: { team: 'platform' },
    podAnnotations: { 'example.com/mesh': 'off' },
  };
  const objects = objectsIn((await template(CHART, values)).stdout);
  const templates = objects.flatMap((object) => Deployment.safeParse(object).data?.spec.template ?? []);
  expect(templates).toHaveLength(2);
  for (const { metadata, spec } of templates) {
    expect(spec).toMatchObject(said);
    expect(metadata).toMatchObject({ labels: { team: 'platform' }, annotations: { 'example.com/mesh': 'off' } });
  }
});

test.each([
  { affinity: { nodeAffinity: {}, podAntiAffinity: {}, podAffinity: {} }, ofCheck: { nodeAffinity: {} } },
  { affinity: { podAntiAffinity: {} }, ofCheck: undefined },
])('the check before an uninstall has of $affinity what is about nodes alone', async ({ affinity, ofCheck }) => {
  const objects = objectsIn((await template(CHART, { ...CLUSTER, affinity })).stdout);
  const given = objects.flatMap((object) => Deployment.safeParse(object).data?.spec.template.spec['affinity'] ?? []);
  expect(given).toEqual(ofCheck === undefined ? [affinity] : [affinity, ofCheck]);
});

test('each shard has a Deployment and a Lease of its own, and the check before an uninstall is for all of them', async () => {
  const shards = [
    { name: 'a', providerSelector: 'shard in (a, b)' },
    { name: 'rest', providerSelector: 'shard notin (a, b)' },
  ];
  const values = { ...NAMESPACED, shards, settings: { leaseName: 'lease' } };
  const objects = await rendered(CHART, values);
  const flags = ofKind(objects, 'Deployment').map(
    (object) => Deployment.parse(object).spec.template.spec.containers[0]?.args ?? [],
  );
  const configs = flags.map((args) => configFrom(args, { POD_NAMESPACE: 'oauthapp-system' }));
  expect(configs).toMatchObject([
    { type: 'run', config: { lease: { name: 'lease-a' }, providerSelector: { text: 'shard in (a, b)' } } },
    { type: 'run', config: { lease: { name: 'lease-rest' }, providerSelector: { text: 'shard notin (a, b)' } } },
  ]);
  expect(JSON.stringify(ofKind(objects, 'Role'))).toContain('"resourceNames":["lease","lease-a","lease-rest"]');
  const check = ofKind(objectsIn((await template(CHART, values)).stdout), 'Job');
  expect(JSON.stringify(check)).not.toMatch(/selector|lease/);
});

test('the Lease that the operator takes is the one that the Role reaches', async () => {
  const objects = await rendered(CHART, { ...NAMESPACED, settings: { leaseName: 'other' } });
  expect(JSON.stringify(ofKind(objects, 'Role'))).toContain('"resourceNames":["other"]');
});

test.each([
  { memory: '512Mi', heap: 384 },
  { memory: '1Gi', heap: 768 },
  { memory: '1.5Gi', heap: 1152 },
  { memory: '500M', heap: 357 },
  { memory: '1G', heap: 715 },
  { memory: '400000k', heap: 286 },
  { memory: '262144Ki', heap: 192 },
  { memory: 536_870_912, heap: 384 },
  { memory: '536870912', heap: 384 },
  { memory: '512Mi', percentage: 60, heap: 307 },
])('of $memory of memory Node may fill $heap MiB', async ({ memory, percentage = 75, heap }) => {
  const resources = { requests: { memory: '128Mi' }, limits: { memory } };
  const { container } = await deploymentOf({ ...CLUSTER, resources, heapPercentage: percentage });
  expect(container.env).toContainEqual({ name: 'NODE_OPTIONS', value: optionsFor(heap) });
});

test('Node takes it at its word, young objects included', async () => {
  const { container } = await deploymentOf(CLUSTER);
  const options = container.env.find(({ name }) => name === 'NODE_OPTIONS')?.value;
  const script = 'process.getBuiltinModule("node:v8").getHeapStatistics().heap_size_limit / 2 ** 20';
  const { stdout } = await runProgram(process.execPath, ['-p', script], { env: { NODE_OPTIONS: options } });
  expect(Number(stdout)).toBe(384);
});

test.each([
  { image: {}, name: 'registry.example.com/oauthapp-operator:0.1.0' },
  { image: { repository: 'ghcr.io/us/op', tag: 'v2' }, name: 'ghcr.io/us/op:v2' },
  {
    image: { tag: 'v2', digest: `sha256:${'a'.repeat(64)}` },
    name: `registry.example.com/oauthapp-operator@sha256:${'a'.repeat(64)}`,
  },
])('the image is $name', async ({ image, name }) => {
  expect((await deploymentOf({ ...CLUSTER, image })).container.image).toBe(name);
});

test('the Pods obey the restricted Pod Security Standard', async () => {
  const { spec, container } = await deploymentOf(CLUSTER);
  expect(spec.template.spec).toMatchObject({
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  });
  expect(container).toMatchObject({
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  });
});

test('alerts and dashboards come out as they stand in their files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-chart-'));
  try {
    await cp(chartAt(CHART), folder, { recursive: true });
    const summary = 'Queue {{ $labels.name }} is {{ $value | humanize }} deep';
    const group = { name: 'planted', rules: [{ alert: 'Planted', expr: 'vector(1)', annotations: { summary } }] };
    const panel = '{"title": "{{instance}}"}\n';
    await mkdir(join(folder, 'alerts'), { recursive: true });
    await mkdir(join(folder, 'dashboards'), { recursive: true });
    await writeFile(join(folder, 'alerts/planted.yaml'), JSON.stringify({ groups: [group] }));
    await writeFile(join(folder, 'dashboards/planted.json'), panel);
    const metrics = { prometheusRule: { enabled: true }, dashboards: { enabled: true } };
    const { stdout } = await helm(['template', 'oauthapp', folder, '-f', '-'], {
      stdin: JSON.stringify({ ...CLUSTER, metrics }),
    });
    const objects = objectsIn(stdout);
    expect(ofKind(objects, 'PrometheusRule')).toMatchObject([{ spec: { groups: expect.arrayContaining([group]) } }]);
    expect(ofKind(objects, 'ConfigMap')).toContainEqual(
      expect.objectContaining({ data: { 'planted.json': panel.trimEnd() } }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  { shards: [], away: ['lease'] },
  {
    shards: [
      { name: 'a', providerSelector: 'x' },
      { name: 'rest', providerSelector: '!x' },
    ],
    away: ['lease-a', 'lease-rest'],
  },
])('the alert that the operator is away asks for the Leases $away of this release', async ({ shards, away }) => {
  const values = {
    ...CLUSTER,
    shards,
    settings: { leaseName: 'lease' },
    metrics: { prometheusRule: { enabled: true } },
  };
  const rules = JSON.stringify(ofKind(await rendered(CHART, values), 'PrometheusRule'));
  const asked = rules.matchAll(
    /absent\(leader_election_master_status\{namespace=\\"oauthapp-system\\",name=\\"([^"]+)\\"\}\)/g,
  );
  expect([...asked].map(([, lease]) => lease)).toEqual(away);
  expect(rules).not.toContain('absent(leader_election_master_status)');
});

test('each alert leads to its section where the runbooks are said to be, and else nowhere', async () => {
  const rules = async (prometheusRule: object) =>
    JSON.stringify(ofKind(await rendered(CHART, { ...CLUSTER, metrics: { prometheusRule } }), 'PrometheusRule'));
  expect(await rules({ enabled: true })).not.toContain('runbook_url');
  expect(await rules({ enabled: true, runbookBaseUrl: 'https://docs.example.com/alerts' })).toContain(
    '"runbook_url":"https://docs.example.com/alerts#oauthappoperatordown"',
  );
});

test.each([
  { name: 'podMonitor', kind: 'PodMonitor', endpoints: 'podMetricsEndpoints' },
  { name: 'serviceMonitor', kind: 'ServiceMonitor', endpoints: 'endpoints' },
])('the interval 0 of a $kind is a string, as Prometheus has it', async ({ name, kind, endpoints }) => {
  const objects = await rendered(CHART, { ...CLUSTER, metrics: { [name]: { enabled: true, interval: '0' } } });
  expect(ofKind(objects, kind)).toMatchObject([{ spec: { [endpoints]: [{ interval: '0' }] } }]);
});

test.each([
  { shards: [] },
  {
    shards: [
      { name: 'a', providerSelector: 'x' },
      { name: 'rest', providerSelector: '!x' },
    ],
  },
])('a ServiceMonitor of $shards selects one Service, which selects the Pods by their port', async ({ shards }) => {
  const objects = await rendered(CHART, { ...CLUSTER, shards, metrics: { serviceMonitor: { enabled: true } } });
  const services = ofKind(objects, 'Service');
  const monitors = ofKind(objects, 'ServiceMonitor');
  // By what is of no tool: Argo CD writes a name of its own into `app.kubernetes.io/instance`.
  const selector = { matchLabels: { 'app.kubernetes.io/name': 'oauthapp-operator' } };
  expect(monitors.map(({ spec }) => spec)).toEqual([
    { selector, endpoints: [{ port: 'http', path: '/metrics', interval: '30s' }] },
  ]);
  expect(services).toMatchObject([
    {
      metadata: { labels: selector.matchLabels },
      spec: { selector: selector.matchLabels, ports: [{ name: 'http', targetPort: 'http' }] },
    },
  ]);
});

describe('values that contradict each other are refused with a sentence', () => {
  const cases: { values: Values; sentence: string }[] = [
    { values: {}, sentence: 'clusterId: required with scope: Namespaced' },
    { values: { clusterId: 'change-me' }, sentence: 'clusterId: change-me stands for a word of your own' },
    { values: { ...CLUSTER, clusterId: 'change-me' }, sentence: 'clusterId: change-me stands for a word of your own' },
    { values: { ...NAMESPACED, tenantRoles: true }, sentence: 'tenantRoles: needs scope: Cluster' },
    {
      values: { ...NAMESPACED, policies: { deletionProtection: true } },
      sentence: 'policies.deletionProtection: needs scope: Cluster',
    },
    {
      values: { ...NAMESPACED, policies: { clusterProviderAccess: true } },
      sentence: 'policies.clusterProviderAccess: needs scope: Cluster',
    },
    {
      values: { ...CLUSTER, resources: { requests: { memory: '64Mi' }, limits: { memory: '128Mi' } } },
      sentence: 'resources.limits.memory: at least 192Mi',
    },
    {
      values: {
        ...CLUSTER,
        resources: { requests: { memory: '64Mi' }, limits: { memory: '200Mi' } },
        heapPercentage: 40,
      },
      sentence: 'heapPercentage: leaves Node a heap of less than 128 MiB',
    },
    {
      values: { ...CLUSTER, resources: { requests: { memory: '1Gi' } } },
      sentence: 'resources.requests.memory: is more than resources.limits.memory',
    },
    {
      values: { ...CLUSTER, resources: { requests: { cpu: 1.5 }, limits: { cpu: '1200m' } } },
      sentence: 'resources.requests.cpu: is more than resources.limits.cpu',
    },
    {
      values: { ...CLUSTER, replicaCount: 1, spread: 'DoNotSchedule' },
      sentence: 'spread: DoNotSchedule is for replicas',
    },
    {
      values: { ...CLUSTER, networkPolicy: { metricsFrom: [{ podSelector: {} }] } },
      sentence: 'networkPolicy.metricsFrom: needs networkPolicy.enabled',
    },
    {
      values: { ...CLUSTER, networkPolicy: { enabled: true }, metrics: { podMonitor: { enabled: true } } },
      sentence: 'networkPolicy.metricsFrom: name Prometheus',
    },
    {
      values: { ...CLUSTER, metrics: { podMonitor: { enabled: true }, serviceMonitor: { enabled: true } } },
      sentence: 'metrics.serviceMonitor.enabled: one of podMonitor and serviceMonitor',
    },
    {
      values: { ...CLUSTER, networkPolicy: { enabled: true }, metrics: { serviceMonitor: { enabled: true } } },
      sentence: 'networkPolicy.metricsFrom: name Prometheus, since metrics.serviceMonitor',
    },
    {
      values: {
        ...CLUSTER,
        networkPolicy: { enabled: true },
        settings: { providerHosts: ['*.internal.example.com', 'id.example.com:8443'] },
      },
      sentence: 'networkPolicy.egressPorts: add 8443, since settings.providerHosts has id.example.com:8443',
    },
    {
      values: { ...CLUSTER, podLabels: { 'app.kubernetes.io/name': 'other' } },
      sentence: 'podLabels: app.kubernetes.io/name is what the Deployment selects its Pods by',
    },
    {
      values: { ...CLUSTER, podLabels: { 'oauthapp.dev/shard': 'a' } },
      sentence: 'podLabels: oauthapp.dev/shard is what the Deployment of a shard selects its Pods by',
    },
    {
      values: {
        ...CLUSTER,
        shards: [
          { name: 'a', providerSelector: 'x' },
          { name: 'a', providerSelector: '!x' },
        ],
      },
      sentence: 'shards: two have the name a',
    },
    ...[
      ['x in (a, b)', ' x  in(a ,b )'],
      ['x=a', 'x==a'],
      ['x in (a)', 'x = a'],
      ['x notin (a)', 'x!=a'],
      ['x in ( )', 'x='],
      ['! x,y', '!x , y'],
    ].map(([one, other]) => ({
      values: {
        ...CLUSTER,
        shards: [
          { name: 'one', providerSelector: one },
          { name: 'other', providerSelector: other },
        ],
      },
      sentence: `shards: one and other would serve the same providers, those of ${other?.trim()}`,
    })),
    {
      values: { ...CLUSTER, networkPolicy: { enabled: true }, metrics: { prometheusRule: { enabled: true } } },
      sentence: 'networkPolicy.metricsFrom: name Prometheus, since metrics.prometheusRule',
    },
    {
      values: { ...CLUSTER, settings: { leaseDuration: '0s' } },
      sentence: 'settings.leaseDuration: must be more than 0 and at most 24h',
    },
    {
      values: { ...CLUSTER, settings: { leaseDuration: '20s500ms' } },
      sentence: 'settings.leaseDuration: must be whole seconds',
    },
    {
      values: { ...CLUSTER, settings: { leaseDuration: '2s' } },
      sentence: 'settings.leaseDuration: must be more than 2s, or no call to a provider could be over before it ends',
    },
    {
      values: { ...CLUSTER, settings: { renewDeadline: '20s' } },
      sentence: 'settings.renewDeadline: must be less than settings.leaseDuration',
    },
    {
      values: { ...CLUSTER, settings: { retryPeriod: '9s' } },
      sentence: 'settings.retryPeriod: 1.2 times it must be less than settings.renewDeadline',
    },
    {
      values: { ...CLUSTER, settings: { callDeadline: '15s' } },
      sentence: 'settings.callDeadline: must be less than settings.leaseDuration',
    },
    {
      values: { ...CLUSTER, settings: { leaseDuration: '1m', callDeadline: '26s' } },
      sentence: 'settings.callDeadline: at most 25s',
    },
  ];

  test.each(cases)('$sentence', async ({ values, sentence }) => {
    expect(await template(CHART, values)).toMatchObject({ code: 1, stderr: expect.stringContaining(sentence) });
  });

  test('all of them at once', async () => {
    const { stderr } = await template(CHART, { tenantRoles: true, replicaCount: 1, spread: 'DoNotSchedule' });
    for (const name of ['clusterId:', 'tenantRoles:', 'spread:']) expect(stderr).toContain(name);
  });
});

const PROXY = { providerHosts: ['id.example.com', 'proxy.example.com:3128'] };

test.each<{ values: Values; says: string }>([
  { values: {}, says: 'no word' },
  { values: { metrics: { prometheusRule: { enabled: true } } }, says: 'The alerts ask for metrics' },
  { values: { metrics: { prometheusRule: { enabled: true }, podMonitor: { enabled: true } } }, says: 'no word' },
  { values: { metrics: { prometheusRule: { enabled: true }, serviceMonitor: { enabled: true } } }, says: 'no word' },
  { values: { networkPolicy: { enabled: true } }, says: 'no word' },
  // A proxy is all that is called.
  {
    values: { networkPolicy: { enabled: true, egressPorts: [6443, 3128] }, settings: PROXY },
    says: 'networkPolicy.egressPorts has no 443',
  },
])('the notes say of what is beside $values: $says', async ({ values, says }) => {
  const args = ['install', 'oauthapp', chartAt(CHART), '--dry-run=client', '-f', '-'];
  const { code, stdout } = await helm(args, { stdin: JSON.stringify({ ...CLUSTER, ...values }) });
  expect(code).toBe(0);
  const notes = stdout.slice(stdout.indexOf('NOTES:'));
  const [said = 'no word'] = /The alerts ask for metrics|networkPolicy.egressPorts has no 443/.exec(notes) ?? [];
  expect(said).toBe(says);
});

test.each<{ chart: ChartName; values: Values }>([
  { chart: 'oauthapp-operator', values: { ...CLUSTER, metrics: { serviceMonitor: { enabled: true } } } },
  {
    chart: 'oauthapp-operator',
    values: {
      ...NAMESPACED,
      networkPolicy: { enabled: true, metricsFrom: [{ podSelector: {} }] },
      metrics: { podMonitor: { enabled: true }, prometheusRule: { enabled: true }, dashboards: { enabled: true } },
    },
  },
  {
    chart: 'oauthapp-resources',
    values: { applications: { '1234': { spec: {} } }, providers: { '1234': { spec: {} } } },
  },
  { chart: 'example-app', values: { provider: { name: '1234' } } },
])('names that YAML could read as numbers are strings in all that $chart renders', async ({ chart, values }) => {
  const args = ['template', '1234', chartAt(chart), '-n', '1234', '-f', '-'];
  const { code, stdout } = await helm(args, { stdin: JSON.stringify(values) });
  expect(code).toBe(0);
  const objects = JSON.stringify(parseAllDocuments(stdout).map((document): unknown => document.toJS()));
  expect(objects).toContain('"1234"');
  expect(objects).not.toContain(':1234');
});

test.each<{ chart: ChartName; values: Values }>([
  {
    chart: 'oauthapp-operator',
    values: {
      ...CLUSTER,
      metrics: {
        serviceMonitor: { enabled: true, labels: THEIRS },
        prometheusRule: { enabled: true, labels: THEIRS },
        dashboards: { enabled: true, labels: THEIRS },
      },
    },
  },
  { chart: 'oauthapp-operator', values: { ...CLUSTER, metrics: { podMonitor: { enabled: true, labels: THEIRS } } } },
  { chart: 'oauthapp-resources', values: { providers: { logi: { spec: {}, labels: THEIRS } } } },
])('a label that a user gives takes the place of the own one of $chart, and stands once', async ({ chart, values }) => {
  const { stdout } = await helm(['template', 'x', chartAt(chart), '-f', '-'], { stdin: JSON.stringify(values) });
  const documents = parseAllDocuments(stdout);
  expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  expect(JSON.stringify(documents)).toContain('"app.kubernetes.io/part-of":"theirs"');
});

test.each([
  {
    networkPolicy: { enabled: true, egressPorts: [443, 8443] },
    settings: { providerHosts: ['a.example.com:8443', '[fd00::1]'] },
  },
  ...['localhost:5000/a__b/c-d', 'GHCR.io/you/oauthapp-operator', 'oauthapp-operator'].map((repository) => ({
    image: { repository },
  })),
  { resources: { requests: { cpu: '50m' }, limits: { cpu: 1 } } },
  { resources: { requests: { cpu: 2 }, limits: { cpu: '2000m' } } },
  { resources: { limits: { cpu: '0.5' } } },
  { resources: { requests: { cpu: null }, limits: { cpu: '10m' } } },
  { resources: { requests: null, limits: { cpu: '10m' } } },
  ...[' !legacy', 'a.example.com/tier in (gold, silver),!legacy', 'tier notin ( a )', 'shard == a', 'shard!='].map(
    (providerSelector) => ({ shards: [{ name: 'a', providerSelector }] }),
  ),
  ...[
    ['x=a', 'x!=a'],
    ['x=a', 'x in (a, b)'],
    ['x in (a, b)', 'x notin (a, b)'],
    ['x', '!x'],
    ['x', 'x='],
    ['in in (a)', 'notin in (a)'],
  ].map(([a, b]) => ({
    shards: [
      { name: 'a', providerSelector: a },
      { name: 'b', providerSelector: b },
    ],
  })),
])('the chart takes %j', async (values) => {
  expect(await template(CHART, { ...CLUSTER, ...values })).toMatchObject({ code: 0, stderr: '' });
});
