import { CONDITION_TYPES, type Condition, REASONS } from '../api/conditions.ts';
import type { OAuthProvider } from '../api/provider.ts';
import type { Census, Metrics } from '../telemetry/metrics.ts';
import type { Caches } from './caches.ts';

/** An object of ours, as far as it is counted. */
interface Counted {
  readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined;
}

/**
 * Counts the objects in the caches at each scrape. Every replica and every shard counts them all, so that any one may be
 * scraped, and an object that nobody serves is seen.
 */
export function countObjects(
  metrics: Pick<Metrics, 'watchObjects' | 'watchUnreadable' | 'watchOrphans'>,
  caches: Pick<Caches, 'applications' | 'providers' | 'clusterProviders'>,
): void {
  const { applications, providers, clusterProviders } = caches;
  metrics.watchObjects('OAuthApplication', () => censusOf(applications.list()));
  metrics.watchUnreadable('OAuthApplication', applications.unreadable);
  for (const [kind, store] of [
    ['OAuthProvider', providers],
    ['ClusterOAuthProvider', clusterProviders],
  ] as const) {
    if (store === undefined) continue;
    metrics.watchObjects(kind, () => censusOf(store.list()));
    metrics.watchUnreadable(kind, store.unreadable);
    metrics.watchOrphans(kind, () => orphansIn(store.list()));
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
