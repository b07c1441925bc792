import { quoted } from './flags/flag.ts';
import { FLAGS, helpText, LEASE_NAME, NAMESPACE } from './flags/flags.ts';
import { type Environment, type Reader, readArguments, readerOf } from './flags/reader.ts';
import type { HostPattern } from './idp/hosts.ts';
import type { ProviderSelector } from './provider/selector.ts';
import { JITTER_FACTOR, SHORTEST_LEASE_MS } from './runtime/lease-times.ts';
import type { ListenAddress } from './runtime/listen-address.ts';

/**
 * How long an operator that is told to stop waits for what is under way, ms. No call may take longer, or it would be cut off
 * with its effect unknown.
 */
export const DRAIN_MS = 25_000;

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
  readonly logLevel: (typeof FLAGS.logLevel)['fallback'];
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

/** What stands in `deploy/base` until somebody puts a word of his own there. One that it has served cannot be changed. */
const PLACEHOLDER = 'change-me';

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
  if (namespace === undefined) reader.refuse([], `POD_NAMESPACE: must be ${NAMESPACE.expects}, not ${quoted(text)}`);
  return namespace;
}

function readScope(reader: Reader): Scope {
  const { scope, watchNamespace, clusterId } = FLAGS;
  const type = reader.value(scope);
  const watched = reader.value(watchNamespace);
  const cluster = reader.value(clusterId);
  if (cluster === PLACEHOLDER)
    reader.refuse([], `--cluster-id: ${PLACEHOLDER} stands for a word of your own, which then must never change`);
  if (type === 'cluster') {
    if (watched !== undefined) reader.refuse([], '--watch-namespace: only with --scope=namespace');
    return { type, clusterId: cluster };
  }
  if (cluster === undefined) reader.refuse([scope, clusterId], '--cluster-id: required with --scope=namespace');
  return { type, watchNamespace: watched, clusterId: cluster ?? '' };
}

/** Who elects whom, and over what. Shards that shared a Lease would exclude each other. */
function readShard(reader: Reader): Pick<Config, 'providerSelector' | 'lease' | 'callDeadlineMs'> {
  const { providerSelector, leaseName } = FLAGS;
  const selected = reader.value(providerSelector);
  const name = reader.value(leaseName);
  if (selected !== undefined && name === undefined)
    reader.refuse(
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

  if (durationMs % 1_000 !== 0)
    reader.refuse([], '--lease-duration: must be whole seconds, since a Lease says no others');
  if (durationMs <= SHORTEST_LEASE_MS)
    reader.refuse(
      [leaseDuration],
      `--lease-duration: must be more than ${SHORTEST_LEASE_MS / 1_000}s, or no call to a provider could be over before it ends`,
    );
  if (renewDeadlineMs >= durationMs)
    reader.refuse([renewDeadline, leaseDuration], '--renew-deadline: must be less than --lease-duration');
  if (retryMs * JITTER_FACTOR >= renewDeadlineMs)
    reader.refuse(
      [retryPeriod, renewDeadline],
      `--retry-period: ${JITTER_FACTOR} times it must be less than --renew-deadline`,
    );
  if (callDeadlineMs >= durationMs)
    reader.refuse(
      [callDeadline, leaseDuration],
      '--call-deadline: must be less than --lease-duration, or a call could outlive it',
    );
  if (callDeadlineMs > DRAIN_MS)
    reader.refuse(
      [callDeadline],
      `--call-deadline: at most ${DRAIN_MS / 1_000}s, which is how long an operator that ends waits for a call`,
    );
  return { lease: { durationMs, renewDeadlineMs, retryMs }, callDeadlineMs };
}
