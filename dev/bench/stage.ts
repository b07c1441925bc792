import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { removeWhenOwnerEnds } from '../child.ts';
import { type ControlPlane, startControlPlane } from '../control-plane.ts';
import { DEFAULT_KEY } from '../emulators/logi/keys.ts';
import { OPERATOR_ID, OPERATOR_SECRET } from '../emulators/logto/console.ts';
import { installDefinitions, installRights, NAMESPACE, startOperator, succeeded } from '../operator.ts';
import type { Progress } from '../tools/progress.ts';
import { type Cluster, type Followed, openCluster } from './cluster.ts';
import { type BenchLogto, startLogto } from './logto.ts';
import { type BenchLogi, type BenchProvider, startLogi } from './provider.ts';

/** What runs while we measure. */
export interface Stage<P extends BenchProvider = BenchProvider> {
  readonly plane: ControlPlane;
  readonly cluster: Cluster;
  readonly provider: P;
  readonly operator: BenchOperator;
  readonly applications: Followed;
  readonly secrets: Followed;
  /** What each application says beside its name. */
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The operator in a process of its own. */
export interface BenchOperator {
  /** Where its metrics are. */
  readonly url: string;
}

/** Starts the operator on this plane; it ends with `begun`. */
export type StartOperator = (plane: ControlPlane, begun: AsyncDisposableStack) => Promise<BenchOperator>;

/** Paths of the collections that everything happens in. */
export const APPLICATIONS = `/apis/oauthapp.dev/v1alpha1/namespaces/${NAMESPACE}/oauthapplications`;
export const PROVIDERS = `/apis/oauthapp.dev/v1alpha1/namespaces/${NAMESPACE}/oauthproviders`;
export const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;

const REDIRECT_URIS = ['https://shop.example.com/auth/callback'];
const WEB_AT_LOGI = {
  providerRef: { name: 'logi' },
  type: 'Web',
  redirectUris: REDIRECT_URIS,
  scopes: ['openid', 'email'],
};
const WEB_AT_LOGTO = { providerRef: { name: 'logto' }, type: 'Web', redirectUris: REDIRECT_URIS };

/** Starts everything; each call to the provider takes `latencyMs`. What was begun ends with `begun`. */
export async function setUpLogi(
  latencyMs: number,
  begun: AsyncDisposableStack,
  progress: Progress,
): Promise<Stage<BenchLogi>> {
  const provider = await startLogi(latencyMs);
  begun.defer(() => provider.close());
  const limits = { createsPerHour: 100_000, createsPerDay: 1_000_000, requestsPerMinute: 100_000 };
  const spec = { logi: { apiUrl: provider.url, apiKeySecretRef: { name: 'logi' } }, limits };
  const manifest = providerManifest('logi', spec, { apiKey: DEFAULT_KEY });
  return { ...(await setUp(manifest, begun, progress, asShipped)), provider, spec: WEB_AT_LOGI };
}

/** The same with Logto; `start` is how the operator is started. */
export async function setUpLogto(
  latencyMs: number,
  begun: AsyncDisposableStack,
  progress: Progress,
  start: StartOperator = asShipped,
): Promise<Stage<BenchLogto>> {
  const provider = await startLogto(latencyMs);
  begun.defer(() => provider.close());
  const spec = { logto: { endpoint: provider.url, credentialsSecretRef: { name: 'logto' } } };
  const manifest = providerManifest('logto', spec, { clientId: OPERATOR_ID, clientSecret: OPERATOR_SECRET });
  return { ...(await setUp(manifest, begun, progress, start)), provider, spec: WEB_AT_LOGTO };
}

async function setUp(
  manifest: string,
  begun: AsyncDisposableStack,
  progress: Progress,
  start: StartOperator,
): Promise<Omit<Stage, 'provider' | 'spec'>> {
  const plane = await startControlPlane({ progress });
  begun.defer(() => plane.stop());
  await installDefinitions(plane);
  await installRights(plane);
  succeeded(await plane.kubectl(['apply', '-f', '-'], { stdin: manifest }));
  const operator = await start(plane, begun);
  succeeded(await plane.kubectl(['wait', '-n', NAMESPACE, '--for=condition=Ready', 'oap', '--all', '--timeout=60s']));

  const cluster = await openCluster(plane);
  begun.defer(() => cluster.close());
  const applications = await cluster.follow(APPLICATIONS);
  const secrets = await cluster.follow(SECRETS);
  return { plane, cluster, operator, applications, secrets };
}

/** `node src/main.ts`. */
async function asShipped(plane: ControlPlane, begun: AsyncDisposableStack): Promise<BenchOperator> {
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-bench-'));
  begun.defer(removeWhenOwnerEnds(folder));
  const operator = await startOperator(plane, { namespace: NAMESPACE, log: join(folder, 'operator.log') });
  begun.defer(async () => void (await operator.end('SIGTERM')));
  return operator;
}

/** An application to be created; `spec` is what is different from the stage's. */
export function application(
  stage: Pick<Stage, 'spec'>,
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
): object {
  return {
    apiVersion: 'oauthapp.dev/v1alpha1',
    kind: 'OAuthApplication',
    metadata: { name, namespace: NAMESPACE },
    spec: { ...stage.spec, ...spec },
  };
}

/** A Secret with credentials, as a script would write it. */
export function secret(name: string, { id, value }: { readonly id: string; readonly value: string }) {
  return { metadata: { name, namespace: NAMESPACE }, stringData: { client_id: id, client_secret: value } };
}

/** A provider object and the Secret of the same name with what it logs in with. */
function providerManifest(name: string, spec: object, stringData: Readonly<Record<string, string>>): string {
  const metadata = { name, namespace: NAMESPACE };
  const objects = [
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData },
    { apiVersion: 'oauthapp.dev/v1alpha1', kind: 'OAuthProvider', metadata, spec },
  ];
  return objects.map((object) => stringify(object)).join('---\n');
}
