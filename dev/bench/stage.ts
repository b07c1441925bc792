import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { removeWhenOwnerEnds } from '../child.ts';
import { type ControlPlane, startControlPlane } from '../control-plane.ts';
import { DEFAULT_KEY } from '../emulators/logi/keys.ts';
import type { OperatorProcess } from '../operator.ts';
import { installDefinitions, installRights, NAMESPACE, startOperator, succeeded } from '../operator.ts';
import type { Progress } from '../tools/progress.ts';
import { type Cluster, type Followed, openCluster } from './cluster.ts';
import { type BenchProvider, startProvider } from './provider.ts';

/** What runs while we measure. */
export interface Stage {
  readonly plane: ControlPlane;
  readonly cluster: Cluster;
  readonly provider: BenchProvider;
  readonly operator: OperatorProcess;
  readonly applications: Followed;
  readonly secrets: Followed;
}

/** Paths of the collections that everything happens in. */
export const APPLICATIONS = `/apis/oauthapp.dev/v1alpha1/namespaces/${NAMESPACE}/oauthapplications`;
export const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;

/** Starts everything; each call to the provider takes `latencyMs`. What was begun ends with `begun`. */
export async function setUp(latencyMs: number, begun: AsyncDisposableStack, progress: Progress): Promise<Stage> {
  const plane = await startControlPlane({ progress });
  begun.defer(() => plane.stop());
  await installDefinitions(plane);
  await installRights(plane);

  const provider = await startProvider(latencyMs);
  begun.defer(() => provider.close());
  const stdin = providerManifest(provider.url, DEFAULT_KEY);
  succeeded(await plane.kubectl(['apply', '-f', '-'], { stdin }));

  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-bench-'));
  begun.defer(removeWhenOwnerEnds(folder));
  const operator = await startOperator(plane, { namespace: NAMESPACE, log: join(folder, 'operator.log') });
  begun.defer(async () => void (await operator.end('SIGTERM')));
  succeeded(await plane.kubectl(['wait', '-n', NAMESPACE, '--for=condition=Ready', 'oap/logi', '--timeout=60s']));

  const cluster = await openCluster(plane);
  begun.defer(() => cluster.close());
  const applications = await cluster.follow(APPLICATIONS);
  const secrets = await cluster.follow(SECRETS);
  return { plane, cluster, provider, operator, applications, secrets };
}

/** An application to be created; `spec` is what is different. */
export function application(name: string, spec: Readonly<Record<string, unknown>> = {}) {
  return {
    apiVersion: 'oauthapp.dev/v1alpha1',
    kind: 'OAuthApplication',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      providerRef: { name: 'logi' },
      type: 'Web',
      redirectUris: ['https://shop.example.com/auth/callback'],
      scopes: ['openid', 'email'],
      ...spec,
    },
  };
}

/** A Secret with credentials, as a script would write it. */
export function secret(name: string, { id, value }: { readonly id: string; readonly value: string }) {
  return { metadata: { name, namespace: NAMESPACE }, stringData: { client_id: id, client_secret: value } };
}

/** The provider object, with limits that nothing here reaches. */
function providerManifest(url: string, apiKey: string): string {
  const metadata = { name: 'logi', namespace: NAMESPACE };
  const limits = { createsPerHour: 100_000, createsPerDay: 1_000_000, requestsPerMinute: 100_000 };
  const objects = [
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { apiKey } },
    {
      apiVersion: 'oauthapp.dev/v1alpha1',
      kind: 'OAuthProvider',
      metadata,
      spec: { logi: { apiUrl: url, apiKeySecretRef: { name: 'logi' } }, limits },
    },
  ];
  return objects.map((object) => stringify(object)).join('---\n');
}
