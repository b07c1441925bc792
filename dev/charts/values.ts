import { z } from 'zod';
import { HOST_PATTERN } from '../../src/idp/hosts.ts';
import { LABEL_KEY, LABEL_VALUE } from '../../src/provider/selector.ts';

/** What Kubernetes says about it is left to the API server. */
const ANYTHING = z.record(z.string(), z.unknown());
const TEXTS = z.record(z.string(), z.string());

/** What a chart that depends on one of ours gives it beside its own values. */
const OF_DEPENDENTS = {
  global: ANYTHING.optional(),
  enabled: z
    .boolean()
    .optional()
    .describe('for the condition of a chart that depends on this one, which does not look at it itself'),
};

const MEMORY = z.union([
  z.int().min(1),
  z
    .string()
    .regex(/^[0-9]+(\.[0-9]+)?(k|M|G|T|Ki|Mi|Gi|Ti)?$/)
    .describe('a quantity such as 512Mi or 1Gi'),
]);
const AMOUNT = z.union([z.number(), z.string()]);
const DURATION = z
  .string()
  .regex(/^([0-9]+(ms|h|m|s))+$/)
  .describe('a duration such as 90s, 1m30s or 500ms')
  .nullable()
  .optional();

/** As Prometheus takes it. */
const INTERVAL = z
  .string()
  .min(1)
  .regex(/^(0|([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$/)
  .describe('a duration such as 30s or 1m');

/** At least one, which is the empty one where only a space or a comma stands. */
const LABEL_VALUES = `(\\s+|\\s*${LABEL_VALUE.slice(0, -1)}\\s*|\\s*${LABEL_VALUE}\\s*(,\\s*${LABEL_VALUE}\\s*)+)`;
/** As `kubectl get -l` takes it. */
const LABEL_RULE = [
  `!?\\s*${LABEL_KEY}`,
  `${LABEL_KEY}\\s*(==?|!=)\\s*${LABEL_VALUE}`,
  `${LABEL_KEY}\\s+(in|notin)\\s*\\(${LABEL_VALUES}\\)`,
].join('|');
const PROVIDER_SELECTOR = z
  .string()
  .max(253)
  .regex(new RegExp(`^\\s*(${LABEL_RULE})\\s*(,\\s*(${LABEL_RULE})\\s*)*$`))
  .describe('such as shard=a, shard!=a, shard in (a, b) or !shard, with commas between what must all hold');

/** The Lease of a shard has the shard's name, of at most 30 characters, behind it. */
const LEASE_NAME = z
  .string()
  .max(222)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/);

/** As the distribution's reference grammar has it, without tag and digest, which are values of their own. */
const PATH_PART = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*';
const HOST = '([A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*|\\[[0-9A-Fa-f:]+\\])(:[0-9]+)?';
const REPOSITORY = z
  .string()
  .regex(new RegExp(`^(${HOST}/)?${PATH_PART}(/${PATH_PART})*$`))
  .describe(
    'such as ghcr.io/you/oauthapp-operator: in lower case, and without a tag or a digest, which have values of their own',
  );

const RESOURCES = z.strictObject({
  requests: z.object({ memory: MEMORY.optional() }).catchall(AMOUNT).optional(),
  limits: z.object({ memory: MEMORY }).catchall(AMOUNT),
});

const SETTINGS = z.strictObject({
  workers: z.int().min(1).max(256).nullable().optional(),
  leaseName: LEASE_NAME,
  leaseDuration: DURATION,
  renewDeadline: DURATION,
  retryPeriod: DURATION,
  settling: DURATION,
  callDeadline: DURATION,
  providerHosts: z.array(
    z.string().regex(HOST_PATTERN).describe('a host such as login.example.com, *.example.com or id.example.com:8443'),
  ),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).nullable().optional(),
});

const METRICS = z.strictObject({
  podMonitor: z.strictObject({ enabled: z.boolean(), labels: TEXTS, interval: INTERVAL }),
  serviceMonitor: z.strictObject({ enabled: z.boolean(), labels: TEXTS, interval: INTERVAL }),
  prometheusRule: z.strictObject({
    enabled: z.boolean(),
    labels: TEXTS,
    runbookBaseUrl: z.string().regex(/^(https?:\/\/[^\s#]+)?$/),
  }),
  dashboards: z.strictObject({ enabled: z.boolean(), labels: TEXTS }),
});

/** The values of the operator's chart: a key that is not here is refused, since it would be misspelled. */
export const OPERATOR_VALUES = z.strictObject({
  ...OF_DEPENDENTS,
  scope: z.enum(['Namespaced', 'Cluster']),
  clusterId: z
    .string()
    .regex(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/)
    .describe('letters, digits, ., _ and -, at most 63'),
  image: z.strictObject({
    repository: REPOSITORY,
    tag: z
      .string()
      .regex(/^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$/)
      .describe('letters, digits, _, . and -, at most 128'),
    digest: z.string().regex(/^(sha256:[0-9a-f]{64})?$/),
    pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
    pullSecrets: z.array(z.strictObject({ name: z.string().min(1) })),
  }),
  replicaCount: z.int().min(0),
  shards: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/),
      providerSelector: PROVIDER_SELECTOR,
    }),
  ),
  rotation: z.strictObject({ restart: z.boolean(), retire: z.boolean() }),
  settings: SETTINGS,
  resources: RESOURCES,
  heapPercentage: z.int().min(40).max(85),
  serviceAccount: z.strictObject({ annotations: TEXTS }),
  podLabels: TEXTS,
  podAnnotations: TEXTS,
  priorityClassName: z.string(),
  nodeSelector: TEXTS,
  tolerations: z.array(ANYTHING),
  affinity: ANYTHING,
  spread: z.enum(['ScheduleAnyway', 'DoNotSchedule']),
  podDisruptionBudget: z.strictObject({ enabled: z.boolean() }),
  networkPolicy: z.strictObject({
    enabled: z.boolean(),
    metricsFrom: z.array(ANYTHING),
    egressPorts: z.array(z.int().min(1).max(65_535)).min(1),
  }),
  metrics: METRICS,
  policies: z.strictObject({
    deletionProtection: z.boolean().nullable().optional(),
    clusterProviderAccess: z.boolean(),
  }),
  tenantRoles: z.boolean().nullable().optional(),
  uninstallCheck: z.boolean(),
});

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Objects by name. What stands in a spec is judged by the API server, by the definitions that it has. */
function objects<Fields extends z.ZodRawShape>(fields: Fields) {
  return z.record(
    z.string().regex(NAME),
    z.strictObject({ labels: TEXTS.optional(), annotations: TEXTS.optional(), spec: ANYTHING, ...fields }),
  );
}

/** The definitions have no settings. */
export const CRDS_VALUES = z.strictObject(OF_DEPENDENTS);

/** The values of the chart of providers and applications. */
export const RESOURCES_VALUES = z.strictObject({
  ...OF_DEPENDENTS,
  providers: objects({ isDefault: z.boolean().optional() }),
  clusterProviders: objects({ isDefault: z.boolean().optional() }),
  applications: objects({}),
});

/** The values of the chart that shows how an application is shipped. */
export const EXAMPLE_VALUES = z.strictObject({
  global: ANYTHING.optional(),
  image: z.string().min(1),
  replicaCount: z.int().min(0),
  provider: z.strictObject({ kind: z.enum(['OAuthProvider', 'ClusterOAuthProvider']), name: z.string().min(1) }),
  displayName: z.string(),
  url: z.string().regex(/^https:\/\//),
  restart: z.boolean(),
});

/** As Helm reads it beside values.yaml. */
export function valuesSchema(values: z.ZodType): string {
  const schema = z.toJSONSchema(values, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
