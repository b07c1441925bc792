import { hostPattern } from '../idp/hosts.ts';
import { type ProviderSelector, selectorFrom } from '../provider/selector.ts';
import {
  address,
  count,
  durationUpTo,
  type Flag,
  flag,
  type Kind,
  matching,
  oneOf,
  optional,
  someOf,
  variableOf,
} from './flag.ts';

/** What `--namespace` and the downward API take. */
export const NAMESPACE = matching(
  'NAME',
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  'a namespace: a-z, 0-9 and -, at most 63',
);
const SUBDOMAIN = matching(
  'NAME',
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
  'a DNS subdomain: a-z, 0-9, - and ., at most 253',
);
const CLUSTER_ID = matching(
  'ID',
  /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
  'letters, digits, ., _ and -, at most 63',
);
const FILE = matching('FILE', /^[^\0]+$/, 'the path of a file');
const DURATION = durationUpTo(24);
const HOSTS = someOf(
  'HOST,…',
  hostPattern,
  'hosts such as id.example.com, id.example.com:8443, *.example.com, 10.0.0.1 or [::1]:8080, with commas between them',
);

/** As long as `status.servedBy.shard` may be. */
const LONGEST_SELECTOR = 253;

const SELECTOR: Kind<ProviderSelector> = {
  placeholder: 'SELECTOR',
  expects: `a label selector such as shard=a, shard!=a or tier in (gold, silver), at most ${LONGEST_SELECTOR} characters`,
  parse(text) {
    const selector = text.length <= LONGEST_SELECTOR ? selectorFrom(text) : undefined;
    return selector && { text, selector };
  },
};

/** The Lease that is kept where none is named. */
export const LEASE_NAME = 'oauthapp-operator';

/** Every flag that takes a value. */
export const FLAGS = {
  namespace: optional('namespace', NAMESPACE, "$POD_NAMESPACE, or the kubeconfig's", "the operator's own namespace"),
  scope: flag('scope', oneOf(['namespace', 'cluster']), 'namespace', 'serve one namespace, or the whole cluster'),
  watchNamespace: optional('watch-namespace', NAMESPACE, "the operator's own", 'with --scope=namespace: which one'),
  clusterId: optional(
    'cluster-id',
    CLUSTER_ID,
    "kube-system's uid",
    'tells installations apart, required in one namespace',
  ),
  workers: flag('workers', count(1, 256), '16', 'passes side by side'),
  kubeconfig: optional('kubeconfig', FILE, 'in-cluster, or as kubectl finds it', 'kubeconfig to use'),
  providerSelector: optional(
    'provider-selector',
    SELECTOR,
    'all',
    'only providers with these labels, and their applications',
  ),
  leaseName: optional('lease-name', SUBDOMAIN, LEASE_NAME, 'Lease that elects the leader'),
  leaseDuration: flag('lease-duration', DURATION, '15s', 'how long others keep away after a renewal'),
  renewDeadline: flag('renew-deadline', DURATION, '10s', 'age of the last renewal at which the leader gives up'),
  retryPeriod: flag('retry-period', DURATION, '2s', 'time between two tries to get or renew the lease'),
  settling: flag('settling', DURATION, '30s', 'wait before an unanswered call to a provider is judged'),
  callDeadline: flag('call-deadline', DURATION, '10s', 'longest call to a provider; shorter than the lease'),
  providerHosts: optional(
    'provider-hosts',
    HOSTS,
    'all; for OAuthProviders those on the internet',
    'only hosts to call',
  ),
  metricsAddress: flag('metrics-address', address(), ':8080', 'where /metrics, /livez and /readyz are served'),
  logLevel: flag('log-level', oneOf(['debug', 'info', 'warn', 'error']), 'info', 'least level that is logged'),
} as const;

/** Flags that take no value, and what each does. */
export const SWITCHES = {
  'check-uninstall': 'name what the operator still has to delete, and exit with 1 if there is anything',
  version: 'print the version and exit',
  help: 'print the flags and exit',
} as const;

/** What `--help` prints. */
export function helpText(): string {
  const rows = Object.values(FLAGS).map((each: Flag<unknown>) => [
    `--${each.name} ${each.kind.placeholder}`,
    `${each.help} (default: ${each.byDefault})`,
  ]);
  rows.push(...Object.entries(SWITCHES).map(([name, help]) => [`${name === 'help' ? '-h, ' : ''}--${name}`, help]));
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return [
    'Usage: oauthapp-operator [flags]',
    '',
    `Each flag can also be given in the environment, --lease-name as ${variableOf(FLAGS.leaseName)}; the flag wins.`,
    'A duration is written as 90s, 1m30s or 500ms.',
    '',
    ...rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`),
    '',
  ].join('\n');
}
