import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { Redacted } from '../credentials.ts';
import type { TokenReader } from './token.ts';

/** What a connection to the API server is encrypted with, PEM. */
export interface TlsMaterial {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: Redacted | undefined;
}

/** Where the API server is and how it knows us. The readers are called again and again: what they read is rotated. */
export interface ClusterConfig {
  /** Origin and path prefix, `https://10.0.0.1:443`. */
  readonly server: string;
  readonly readTls: () => Promise<TlsMaterial>;
  readonly readToken: TokenReader | undefined;
  /** Whom a kubeconfig acts as (`as`): the rights are that user's, and not those of who authenticates. */
  readonly impersonatedUser?: string | undefined;
  /** The name in the server's certificate, where it is not the host's. */
  readonly tlsServerName: string | undefined;
  readonly verification: 'verify' | 'insecure';
  /** The namespace that we run in, or that the kubeconfig's context names. */
  readonly namespace: string | undefined;
}

/** The part of the environment that is read here: what the kubelet sets in every container. */
export interface ClusterEnvironment {
  readonly KUBERNETES_SERVICE_HOST?: string | undefined;
  readonly KUBERNETES_SERVICE_PORT?: string | undefined;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The configuration of a process in a Pod, or `undefined` elsewhere.
 *
 * @throws the file system's error when the service account's files cannot be read
 */
export async function inClusterConfig(
  environment: ClusterEnvironment,
  serviceAccount = SERVICE_ACCOUNT,
): Promise<ClusterConfig | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (host === undefined || host === '' || port === undefined || port === '') return undefined;

  const file = (name: string) => readFile(join(serviceAccount, name), 'utf8');
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    readTls: async () => ({ ca: await file('ca.crt'), cert: undefined, key: undefined }),
    readToken: async () => new Redacted(await file('token')),
    tlsServerName: undefined,
    verification: 'verify',
    namespace: (await file('namespace')).trim(),
  };
}

/** Which kubeconfig: its text, a file, or wherever kubectl would look. */
export interface KubeconfigSource {
  readonly from: 'default' | { readonly file: string } | { readonly text: string };
}

/**
 * The configuration that kubectl would use, outside a cluster. Loads `@kubernetes/client-node`, which costs half a second
 * and 80 MB: never called in a Pod.
 *
 * @throws Error when there is no kubeconfig, no such file or current context, or when it asks for what we do not speak: a proxy, or
 * impersonation by more than a user's name
 */
export async function kubeconfig({ from }: KubeconfigSource): Promise<ClusterConfig> {
  let config = await loaded(from);
  const context = config.getCurrentContext();
  const { server, tlsServerName, skipTLSVerify } = clusterIn(config);
  const { headers } = await optionsOf(config);
  return {
    server,
    readTls: async () => {
      const { ca, cert, key } = await optionsOf(config);
      return {
        ca: ca?.toString(),
        cert: cert?.toString(),
        key: key === undefined ? undefined : new Redacted(key.toString()),
      };
    },
    readToken: headers?.['Authorization'] === undefined ? undefined : readToken,
    impersonatedUser: impersonatedIn(config),
    tlsServerName,
    verification: skipTLSVerify ? 'insecure' : 'verify',
    namespace: config.getContextObject(context)?.namespace,
  };

  /** client-node keeps what a file held, and what a plugin gave without an end, for as long as its configuration lives. */
  async function readToken(occasion: 'due' | 'rejected'): Promise<Redacted> {
    const latest = occasion === 'due' ? config : await loaded(from, context);
    if (clusterIn(latest).server !== server || impersonatedIn(latest) !== impersonatedIn(config))
      throw new Error('the kubeconfig leads elsewhere now');
    const token = bearer((await optionsOf(latest)).headers);
    config = latest;
    return token;
  }
}

async function loaded(from: KubeconfigSource['from'], context?: string): Promise<KubeConfig> {
  const client = await import('@kubernetes/client-node');
  /** client-node keeps nothing of a user that it does not know. */
  let users: z.infer<typeof USERS>['users'];
  class Config extends client.KubeConfig {
    override loadFromString(...[text, options]: Parameters<KubeConfig['loadFromString']>): void {
      super.loadFromString(text, options);
      users = USERS.parse(client.loadYaml(text)).users;
    }

    /** Where there is nothing to load, client-node would go to http://localhost:8080. */
    override loadFromClusterAndUser(): never {
      throw new Error('there is no kubeconfig: give --kubeconfig, set KUBECONFIG, or write ~/.kube/config');
    }
  }
  const config = new Config();
  if (from === 'default') config.loadFromDefault();
  else if ('file' in from) config.loadFromFile(from.file);
  else config.loadFromString(from.text);
  if (context !== undefined) config.setCurrentContext(context);

  const user = users?.find(({ name }) => name === config.getCurrentUser()?.name)?.user;
  const unspoken = UNSPOKEN.find((field) => user?.[field] !== undefined);
  if (unspoken !== undefined) throw new Error(`the kubeconfig asks for ${unspoken}, which is not supported`);
  return config;
}

/** Of whom to act as. */
const UNSPOKEN = ['as-groups', 'as-uid', 'as-user-extra'] as const;

const USERS = z.object({
  users: z.array(z.object({ name: z.string(), user: z.record(z.string(), z.unknown()).nullish() })).nullish(),
});

function clusterIn(config: KubeConfig): Cluster {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`the kubeconfig has no context ${config.getCurrentContext()}`);
  if (cluster.proxyUrl !== undefined)
    throw new Error('the kubeconfig asks for a proxy (proxy-url), which is not supported');
  return cluster;
}

function impersonatedIn(config: KubeConfig): string | undefined {
  return config.getCurrentUser()?.impersonateUser || undefined;
}

async function optionsOf(config: KubeConfig): Promise<AppliedOptions> {
  const applied: AppliedOptions = {};
  await config.applyToHTTPSOptions(applied);
  return applied;
}

/** What `applyToHTTPSOptions` fills in, as far as we use it. */
interface AppliedOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly headers?: Record<string, string>;
}

function bearer(headers: AppliedOptions['headers']): Redacted {
  const [scheme, token] = (headers?.['Authorization'] ?? '').split(' ', 2);
  if (scheme !== 'Bearer' || token === undefined) throw new Error('the kubeconfig gave no bearer token');
  return new Redacted(token);
}
