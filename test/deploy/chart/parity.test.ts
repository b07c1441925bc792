import { expect, test } from 'vitest';
import { z } from 'zod';
import { sharedControlPlane } from '../../support/control-plane.ts';
import { objectsIn, type Rendered, rendered, type Values } from '../../support/helm.ts';
import { built } from '../../support/workloads.ts';

interface Shape {
  readonly resources: readonly string[];
  readonly components?: readonly string[];
  readonly values: Values;
  readonly namespace?: string;
}

const WITHOUT_BUDGET = { podDisruptionBudget: { enabled: false } };
const BASE = { clusterId: 'prod', ...WITHOUT_BUDGET };
const CLUSTER = { scope: 'Cluster', tenantRoles: false, policies: { deletionProtection: false }, ...WITHOUT_BUDGET };

const SHAPES: readonly Shape[] = [
  { resources: ['base'], values: BASE },
  { resources: ['base'], components: ['components/restart'], values: { ...BASE, rotation: { restart: true } } },
  { resources: ['base'], components: ['components/retire'], values: { ...BASE, rotation: { retire: true } } },
  { resources: ['base'], components: ['components/disruption-budget'], values: { clusterId: 'prod' } },
  {
    resources: ['base'],
    components: ['components/network-policy'],
    values: { ...BASE, networkPolicy: { enabled: true } },
  },
  { resources: ['cluster'], values: CLUSTER },
  {
    resources: ['cluster'],
    components: ['components/restart', 'components/retire'],
    values: { ...CLUSTER, rotation: { restart: true, retire: true } },
  },
  { resources: ['cluster'], components: ['components/tenant-roles'], values: { ...CLUSTER, tenantRoles: true } },
  { resources: ['cluster', 'policies'], values: { ...CLUSTER, policies: { deletionProtection: true } } },
  {
    resources: ['cluster', 'policies/cluster-provider-access'],
    values: { ...CLUSTER, policies: { deletionProtection: false, clusterProviderAccess: true } },
  },
  {
    resources: ['overlays/namespaced'],
    values: { clusterId: 'prod', rotation: { restart: true, retire: true } },
    namespace: 'store',
  },
  {
    resources: ['overlays/sharded'],
    values: {
      scope: 'Cluster',
      tenantRoles: false,
      policies: { deletionProtection: false },
      shards: [
        { name: 'a', providerSelector: 'oauthapp.dev/shard=a' },
        { name: 'rest', providerSelector: 'oauthapp.dev/shard!=a' },
      ],
    },
  },
  { resources: ['overlays/ha'], values: { scope: 'Cluster', replicaCount: 3, spread: 'DoNotSchedule' } },
];

const Rules = z.array(z.record(z.string(), z.unknown()));

/** What Helm writes on its objects, and kustomize on its own. */
const LABELS_OF_A_TOOL = /^(?:helm\.sh|app\.kubernetes\.io)\//;

test.each(SHAPES)('$resources with $components is the chart with $values', async ({ namespace, ...shape }) => {
  const { resources, components = [], values } = shape;
  const [byKustomize, byHelm] = await Promise.all([
    built(sharedControlPlane(), { resources, components }),
    rendered('oauthapp-operator', values, namespace),
  ]);
  expect(byName(byHelm)).toEqual(byName(byKustomize.flatMap((object) => objectsIn(edited(object)))));
});

/** As the guides say: neither takes the cluster id that the manifests come with. */
function edited(object: unknown): string {
  return JSON.stringify(object).replace('--cluster-id=change-me', `--cluster-id=${BASE.clusterId}`);
}

/** Objects by kind, namespace and name, in an order of their own. */
function byName(objects: readonly Rendered[]): Readonly<Record<string, unknown>> {
  const entries = objects.map(({ kind, metadata, ...rest }) => {
    const { name, namespace = '', labels, ...more } = metadata;
    const own = Object.entries(labels ?? {}).filter(([label]) => !LABELS_OF_A_TOOL.test(label));
    return [`${kind} ${namespace}/${name}`, { ...sorted(rest), labels: Object.fromEntries(own), more }] as const;
  });
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** The order of rules says nothing, nor does that of a rule's fields. */
function sorted({ rules, ...rest }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (rules === undefined) return rest;
  return {
    ...rest,
    rules: Rules.parse(rules)
      .map((rule) => JSON.stringify(Object.entries(rule).toSorted()))
      .toSorted(),
  };
}
