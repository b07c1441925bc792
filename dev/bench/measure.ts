import { stringify } from 'yaml';
import type { OperatorProcess } from '../operator.ts';
import { NAMESPACE } from '../operator.ts';
import type { Cluster, Followed } from './cluster.ts';
import { isReady } from './cluster.ts';
import { type BenchProvider, type Calls, registerBare } from './provider.ts';

/** What runs while we measure. */
export interface Stage {
  readonly cluster: Cluster;
  readonly provider: BenchProvider;
  readonly operator: OperatorProcess;
  readonly applications: Followed;
  readonly secrets: Followed;
}

/** Many applications at once. Times in ms since the first was asked for. */
export interface Crowd {
  readonly lastSecretMs: number;
  readonly lastReadyMs: number;
}

/** One application after the other. Times in ms. */
export interface Singles {
  readonly secretMs: readonly number[];
  readonly readyMs: readonly number[];
}

/** What a part of the benchmark cost. */
export interface Cost {
  readonly calls: Calls;
  readonly writes: Calls;
  /** Seconds of processor time of the operator. */
  readonly cpuSeconds: number;
  /** Resident memory of the operator afterwards, bytes. */
  readonly rssBytes: number;
}

const APPLICATIONS = `/apis/oauthapp.dev/v1alpha1/namespaces/${NAMESPACE}/oauthapplications`;
const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;

/** Applies `count` applications at once and waits for all of them. */
export async function crowd(count: number, { cluster, applications, secrets }: Stage): Promise<Crowd> {
  const names = Array.from({ length: count }, (_, index) => `crowd-${index}`);
  const written = names.map((name) => secrets.when(`${name}-oauth`));
  const ready = names.map((name) => applications.when(name, isReady));
  const start = performance.now();
  await Promise.all(names.map((name) => cluster.create(APPLICATIONS, application(name))));
  return {
    lastSecretMs: Math.max(...(await Promise.all(written))) - start,
    lastReadyMs: Math.max(...(await Promise.all(ready))) - start,
  };
}

/** Applies `count` applications, each when the one before is ready. They are called `<prefix>-<n>`. */
export async function singles(
  count: number,
  { cluster, applications, secrets }: Stage,
  prefix: string,
): Promise<Singles> {
  const secretMs: number[] = [];
  const readyMs: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `${prefix}-${index}`;
    const written = secrets.when(`${name}-oauth`);
    const ready = applications.when(name, isReady);
    const start = performance.now();
    await cluster.create(APPLICATIONS, application(name));
    secretMs.push((await written) - start);
    readyMs.push((await ready) - start);
  }
  return { secretMs, readyMs };
}

/**
 * The least that anybody could do: the objects are created, and a script registers one client after the other, as logi
 * asks for, and writes each Secret while it registers the next. No record, no rehearsal, no status, nothing to find
 * after a crash.
 *
 * @returns ms until the last Secret is written
 */
export async function crowdFloor(count: number, { cluster, provider, secrets }: Stage): Promise<number> {
  const names = Array.from({ length: count }, (_, index) => `floor-${index}`);
  const written = names.map((name) => secrets.when(name));
  const start = performance.now();
  const writes: Promise<void>[] = [];
  for (const name of names) writes.push(cluster.create(SECRETS, secret(name, await registerBare(provider.url, name))));
  await Promise.all(writes);
  return Math.max(...(await Promise.all(written))) - start;
}

/** The same for one client at a time; ms each. */
export async function singlesFloor(
  count: number,
  { cluster, provider, secrets }: Stage,
  prefix: string,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `${prefix}-floor-${index}`;
    const written = secrets.when(name);
    const start = performance.now();
    await cluster.create(SECRETS, secret(name, await registerBare(provider.url, name)));
    times.push((await written) - start);
  }
  return times;
}

/** Runs a part and says what it cost the operator, the provider and the API server. */
export async function costing<T>(stage: Stage, part: () => Promise<T>): Promise<readonly [T, Cost]> {
  const before = await reading(stage);
  const result = await part();
  const after = await reading(stage);
  const cost: Cost = {
    calls: difference(before.calls, after.calls),
    writes: difference(before.writes, after.writes),
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    rssBytes: after.rssBytes,
  };
  return [result, cost];
}

/** The provider object, with limits that nothing here reaches. */
export function providerManifest(url: string, apiKey: string): string {
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

function application(name: string) {
  return {
    apiVersion: 'oauthapp.dev/v1alpha1',
    kind: 'OAuthApplication',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      providerRef: { name: 'logi' },
      type: 'Web',
      redirectUris: ['https://shop.example.com/auth/callback'],
      scopes: ['openid', 'email'],
    },
  };
}

function secret(name: string, { id, value }: { readonly id: string; readonly value: string }) {
  return { metadata: { name, namespace: NAMESPACE }, stringData: { client_id: id, client_secret: value } };
}

async function reading({ cluster, provider, operator }: Stage) {
  const page = await (await fetch(`${operator.url}/metrics`)).text();
  const gauge = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]);
  const writes = [...(await cluster.writes())].filter(([what]) => what !== 'POST oauthapplications');
  return {
    calls: await provider.calls(),
    writes: Object.fromEntries(writes),
    cpuSeconds: gauge('process_cpu_seconds_total'),
    rssBytes: gauge('process_resident_memory_bytes'),
  };
}

function difference(before: Calls, after: Calls): Calls {
  const changes = Object.entries(after).map(([what, count]) => [what, count - (before[what] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, count]) => count > 0));
}
