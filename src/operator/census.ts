import type { OAuthApplication } from '../api/application.ts';
import { CONDITION_TYPES, type Condition, REASONS } from '../api/conditions.ts';
import type { OAuthProvider } from '../api/provider.ts';
import type { Shard } from '../provider/shard.ts';
import type { Census, Metrics } from '../telemetry/metrics.ts';
import { type Caches, providerObjectOf } from './caches.ts';

/** An object of ours, as far as it is counted. */
interface Counted {
  readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined;
}

/**
 * Counts the objects of this shard in the caches at each scrape. Every replica of it sees the same, so that of several any
 * one is right.
 */
export function countObjects(
  metrics: Pick<Metrics, 'watchObjects' | 'watchOrphans'>,
  caches: Pick<Caches, 'applications' | 'providers' | 'clusterProviders'>,
  shard: Shard,
): void {
  const { applications, providers, clusterProviders } = caches;
  metrics.watchObjects('OAuthApplication', () => censusOf(applications.list().filter(isServed)));
  for (const [kind, store] of [
    ['OAuthProvider', providers],
    ['ClusterOAuthProvider', clusterProviders],
  ] as const) {
    if (store === undefined) continue;
    metrics.watchObjects(kind, () => censusOf(store.list().filter(shard.serves)));
    metrics.watchOrphans(kind, () => orphansIn(store.list().filter(shard.serves)));
  }

  /** One that names no provider is counted where one is that names a missing one. */
  function isServed(application: OAuthApplication): boolean {
    const provider = providerObjectOf(application, caches);
    return provider === undefined ? shard.speaksForMissing : shard.serves(provider);
  }
}

/** Pure. Words that this release does not know are counted together: who may write a status could make up many. */
export function censusOf(objects: readonly Counted[]): Census {
  const counts = new Map<string, Census['conditions'][number]>();
  for (const { status } of objects) {
    for (const condition of status?.conditions ?? []) {
      const words = { type: known(CONDITION_TYPES, condition.type), status: condition.status };
      const reason = known(REASONS, condition.reason);
      const key = `${words.type} ${words.status} ${reason}`;
      counts.set(key, { ...words, reason, objects: (counts.get(key)?.objects ?? 0) + 1 });
    }
  }
  return { objects: objects.length, conditions: [...counts.values()] };
}

function known(words: Readonly<Record<string, string>>, word: string): string {
  return Object.hasOwn(words, word) ? word : 'other';
}

function orphansIn(providers: readonly OAuthProvider[]): number {
  return providers.reduce((sum, { status }) => sum + (status?.orphans?.count ?? 0), 0);
}
