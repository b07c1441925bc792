import { parseArgs } from 'node:util';
import {
  address,
  count,
  durationUpTo,
  type Flag,
  flag,
  type Kind,
  type ListenAddress,
  matching,
  oneOf,
  optional,
  quoted,
  someOf,
  variableOf,
} from './flags.ts';
import { type HostPattern, hostPattern } from './idp/hosts.ts';
import { type ProviderSelector, selectorFrom } from './provider/selector.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What an installation serves. Cluster-wide, the cluster id can be found out; in one namespace it must be said (protocol I1). */
export type Scope =
  | { readonly type: 'cluster'; readonly clusterId: string | undefined }
  | { readonly type: 'namespace'; readonly watchNamespace: string | undefined; readonly clusterId: string };

/** How the Lease is named and kept, ms. */
export interface LeaseConfig {
  readonly name: string;
  readonly durationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

/** Everything that whoever installs the operator can say. Where a namespace is undefined, the kubeconfig's holds. */
export interface Config {
  /** The operator's own: Lease, installation Secret and kept state live here. */
  readonly namespace: string | undefined;
  readonly scope: Scope;
  /** Passes side by side. */
  readonly workers: number;
  /** Path of a kubeconfig; undefined: in-cluster, else as kubectl finds it. */
  readonly kubeconfig: string | undefined;
  readonly lease: LeaseConfig;
  /** Protocol O4, ms. */
  readonly settlingMs: number;
  /** Longest call to an identity provider, ms. Shorter than the lease (protocol O3). */
  readonly callDeadlineMs: number;
  /** Hosts of providers and proxies that may be called. `undefined`: all, and for an OAuthProvider all on the internet. */
  readonly providerHosts: readonly HostPattern[] | undefined;
  /** Provider objects to serve, by their labels; `undefined`: all. */
  readonly providerSelector: ProviderSelector | undefined;
  readonly metricsAddress: ListenAddress;
  readonly logLevel: LogLevel;
  /** What the kubelet sets in every container; its names are those of the environment. */
  readonly clusterEnvironment: {
    readonly KUBERNETES_SERVICE_HOST: string | undefined;
    readonly KUBERNETES_SERVICE_PORT: string | undefined;
  };
}

/** What the command line asks for. `invalid`: every mistake, each a sentence that names the flag. */
export type Invocation =
  | { readonly type: 'run'; readonly config: Config }
  /** Asks for what could not be deleted any more without the operator of this config. */
  | { readonly type: 'check-uninstall'; readonly config: Config }
  | { readonly type: 'help'; readonly text: string }
  | { readonly type: 'version' }
  | { readonly type: 'invalid'; readonly problems: readonly string[] };

/** Names to values, as `process.env` is. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads flags one by one and gathers what is wrong. A wrong flag gives its fallback; its Config is thrown away. */
interface Reader {
  readonly problems: string[];
  value<T>(flag: Flag<T>): T;
  /** Adds `problem` if it `holds`, unless one of `flags` is wrong by itself: one mistake is named once. */
  refuse(holds: boolean, flags: readonly Flag<unknown>[], problem: string): void;
}

const NAMESPACE = matching('NAME', /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a namespace: a-z, 0-9 and -, at most 63');
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

const LEASE_NAME = 'oauthapp-operator';

const FLAGS = {
  namespace: optional(
    'namespace',
    NAMESPACE,
    "the operator's own namespace (default: $POD_NAMESPACE, or the kubeconfig's)",
  ),
  scope: flag('scope', oneOf(['namespace', 'cluster']), 'namespace', 'serve one namespace, or the whole cluster'),
  watchNamespace: optional(
    'watch-namespace',
    NAMESPACE,
    "with --scope=namespace: which one (default: the operator's own)",
  ),
  clusterId: optional(
    'cluster-id',
    CLUSTER_ID,
    'tells clusters apart at a shared provider; required with --scope=namespace',
  ),
  workers: flag('workers', count(1, 256), '16', 'passes side by side'),
  kubeconfig: optional('kubeconfig', FILE, 'kubeconfig to use (default: in-cluster, or as kubectl finds it)'),
  providerSelector: optional(
    'provider-selector',
    SELECTOR,
    'only providers with these labels, and their applications (default: all)',
  ),
  leaseName: optional('lease-name', SUBDOMAIN, `Lease that elects the leader (default: ${LEASE_NAME})`),
  leaseDuration: flag('lease-duration', DURATION, '15s', 'how long others keep away after a renewal'),
  renewDeadline: flag('renew-deadline', DURATION, '10s', 'age of the last renewal at which the leader gives up'),
  retryPeriod: flag('retry-period', DURATION, '2s', 'time between two tries to get or renew the lease'),
  settling: flag('settling', DURATION, '30s', 'wait before an unanswered call to a provider is judged'),
  callDeadline: flag('call-deadline', DURATION, '10s', 'longest call to a provider; shorter than the lease'),
  providerHosts: optional(
    'provider-hosts',
    HOSTS,
    'only hosts to call (default: all; for OAuthProviders those on the internet)',
  ),
  metricsAddress: flag('metrics-address', address(), ':8080', 'where /metrics, /livez and /readyz are served'),
  logLevel: flag('log-level', oneOf(['debug', 'info', 'warn', 'error']), 'info', 'least level that is logged'),
} as const;

/** Flags that take no value. */
const SWITCHES: readonly string[] = ['help', 'version', 'check-uninstall'];

/** client-go's: the time between two tries, with its jitter, must fit into the renew deadline. */
const RETRY_JITTER = 1.2;

/** {@link configFrom} of this process. The only reader of `process.env`. */
export function readConfig(): Invocation {
  return configFrom(process.argv.slice(2), process.env);
}

/**
 * What flags and environment ask for. Names every mistake at once; `--help` and `--version` win over all of them.
 *
 * A flag wins over its variable, the last of several over the others. An empty variable says nothing. Variables that we do
 * not know are left alone: Kubernetes makes some of its own for a Service called `oauthapp`.
 */
export function configFrom(argv: readonly string[], env: Environment): Invocation {
  const { values, problems } = readArguments(argv);
  if (values.has('help')) return { type: 'help', text: helpText() };
  if (values.has('version')) return { type: 'version' };

  const reader = readerOf(values, env);
  const config = read(reader, env);
  const all = [...problems, ...reader.problems];
  if (all.length > 0) return { type: 'invalid', problems: all };
  return { type: values.has('check-uninstall') ? 'check-uninstall' : 'run', config };
}

/** Tolerant parsing, so that one unknown flag does not hide the next mistake. */
function readArguments(argv: readonly string[]): { values: ReadonlyMap<string, string>; problems: readonly string[] } {
  const known = new Set<string>(Object.values(FLAGS).map(({ name }) => name));
  const { tokens } = parseArgs({
    args: [...argv],
    options: {
      ...Object.fromEntries([...known].map((name) => [name, { type: 'string' as const }])),
      ...Object.fromEntries(SWITCHES.map((name) => [name, { type: 'boolean' as const }])),
      help: { type: 'boolean', short: 'h' },
    },
    strict: false,
    tokens: true,
  });

  const values = new Map<string, string>();
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`unexpected argument ${quoted(token.value)}`);
    if (token.kind !== 'option') continue;
    if (SWITCHES.includes(token.name)) values.set(token.name, '');
    else if (!known.has(token.name)) problems.push(`${token.rawName}: unknown flag`);
    else if (token.value === undefined) problems.push(`${token.rawName}: needs a value`);
    else values.set(token.name, token.value);
  }
  return { values, problems };
}

function readerOf(values: ReadonlyMap<string, string>, env: Environment): Reader {
  const problems: string[] = [];
  const wrong = new Set<Flag<unknown>>();

  return {
    problems,
    value(flag) {
      const variable = variableOf(flag);
      const given = values.get(flag.name);
      const text = given ?? (env[variable] || undefined);
      if (text === undefined) return flag.fallback;
      const value = flag.kind.parse(text);
      if (value !== undefined) return value;
      wrong.add(flag);
      problems.push(
        `${given === undefined ? variable : `--${flag.name}`}: must be ${flag.kind.expects}, not ${quoted(text)}`,
      );
      return flag.fallback;
    },
    refuse(holds, flags, problem) {
      if (holds && !flags.some((flag) => wrong.has(flag))) problems.push(problem);
    },
  };
}

function read(reader: Reader, env: Environment): Config {
  return {
    namespace: reader.value(FLAGS.namespace) ?? podNamespace(reader, env),
    scope: readScope(reader),
    workers: reader.value(FLAGS.workers),
    kubeconfig: reader.value(FLAGS.kubeconfig),
    ...readShard(reader),
    settlingMs: reader.value(FLAGS.settling),
    providerHosts: reader.value(FLAGS.providerHosts),
    metricsAddress: reader.value(FLAGS.metricsAddress),
    logLevel: reader.value(FLAGS.logLevel),
    clusterEnvironment: {
      KUBERNETES_SERVICE_HOST: env['KUBERNETES_SERVICE_HOST'],
      KUBERNETES_SERVICE_PORT: env['KUBERNETES_SERVICE_PORT'],
    },
  };
}

/** Set in the Deployment from the downward API. */
function podNamespace(reader: Reader, env: Environment): string | undefined {
  const text = env['POD_NAMESPACE'] || undefined;
  if (text === undefined) return undefined;
  const namespace = NAMESPACE.parse(text);
  reader.refuse(namespace === undefined, [], `POD_NAMESPACE: must be ${NAMESPACE.expects}, not ${quoted(text)}`);
  return namespace;
}

function readScope(reader: Reader): Scope {
  const { scope, watchNamespace, clusterId } = FLAGS;
  const type = reader.value(scope);
  const watched = reader.value(watchNamespace);
  const cluster = reader.value(clusterId);
  if (type === 'cluster') {
    reader.refuse(watched !== undefined, [], '--watch-namespace: only with --scope=namespace');
    return { type, clusterId: cluster };
  }
  reader.refuse(cluster === undefined, [scope, clusterId], '--cluster-id: required with --scope=namespace');
  return { type, watchNamespace: watched, clusterId: cluster ?? '' };
}

/** Who elects whom, and over what. Shards that shared a Lease would exclude each other. */
function readShard(reader: Reader): Pick<Config, 'providerSelector' | 'lease' | 'callDeadlineMs'> {
  const { providerSelector, leaseName } = FLAGS;
  const selected = reader.value(providerSelector);
  const name = reader.value(leaseName);
  reader.refuse(
    selected !== undefined && name === undefined,
    [leaseName],
    '--lease-name: required with --provider-selector, and another one for each shard, since one Lease lets one process work',
  );
  const { lease, callDeadlineMs } = readTimes(reader);
  return { providerSelector: selected, lease: { name: name ?? LEASE_NAME, ...lease }, callDeadlineMs };
}

interface Times {
  readonly lease: Omit<LeaseConfig, 'name'>;
  readonly callDeadlineMs: number;
}

/** Times that must fit together. */
function readTimes(reader: Reader): Times {
  const { leaseDuration, renewDeadline, retryPeriod, callDeadline } = FLAGS;
  const durationMs = reader.value(leaseDuration);
  const renewDeadlineMs = reader.value(renewDeadline);
  const retryMs = reader.value(retryPeriod);
  const callDeadlineMs = reader.value(callDeadline);

  reader.refuse(durationMs % 1_000 !== 0, [], '--lease-duration: must be whole seconds, since a Lease says no others');
  reader.refuse(
    renewDeadlineMs >= durationMs,
    [renewDeadline, leaseDuration],
    '--renew-deadline: must be less than --lease-duration',
  );
  reader.refuse(
    retryMs * RETRY_JITTER >= renewDeadlineMs,
    [retryPeriod, renewDeadline],
    `--retry-period: ${RETRY_JITTER} times it must be less than --renew-deadline`,
  );
  reader.refuse(
    callDeadlineMs >= durationMs,
    [callDeadline, leaseDuration],
    '--call-deadline: must be less than --lease-duration, or a call could outlive it',
  );
  return { lease: { durationMs, renewDeadlineMs, retryMs }, callDeadlineMs };
}

function helpText(): string {
  const rows = Object.values(FLAGS).map((each: Flag<unknown>) => [
    `--${each.name} ${each.kind.placeholder}`,
    each.help,
  ]);
  rows.push(['--check-uninstall', 'name what the operator still has to delete, and exit with 1 if there is anything']);
  rows.push(['--version', 'print the version and exit'], ['-h, --help', 'print this and exit']);
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
