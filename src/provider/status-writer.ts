import type { OAuthProvider, OAuthProviderStatus } from '../api/provider.ts';
import { ClusterError } from '../application/ports/errors.ts';
import { same } from '../runtime/same.ts';
import type { ProviderObjects } from './ports.ts';

type Change = (status: OAuthProviderStatus) => OAuthProviderStatus;

/**
 * Writes into the status of one provider object, for all who have something to write there.
 *
 * Changes that come while a write is under way go together in the next one, so that a hundred creates that are
 * spent at once cost a few writes. After a conflict they are made again on what is there now.
 */
export interface StatusWriter {
  /** Resolves when `change` is stored. @throws ClusterError, or the reason of `signal` */
  write(change: Change, signal: AbortSignal): Promise<OAuthProvider>;
  /** Takes in the object as the cache has it, so that what others wrote there is not overlooked, unless that is behind. */
  see(cached: OAuthProvider): void;
  /** Takes in the object as the API server has answered a write that was made elsewhere. */
  took(answered: OAuthProvider): void;
  /** The object as it was last written or seen here. */
  current(): OAuthProvider;
}

interface Pending {
  readonly change: Change;
  readonly signal: AbortSignal;
  readonly done: PromiseWithResolvers<OAuthProvider>;
}

/** More conflicts in a row than this are somebody who fights us for the status. */
const MOST_TRIES = 5;

/** More writes than a cache can be late by. */
const MOST_BEHIND = 100;

export function createStatusWriter(first: OAuthProvider, providers: ProviderObjects): StatusWriter {
  let current = first;
  /** Where `current` came from. After an answer the cache may lag, so that versions in `behind` are ignored. */
  let source: 'cache' | 'answer' = 'cache';
  /** Versions that `current` had before. They cannot be ordered, so that whether one is old is known only by this list. */
  const behind: string[] = [];
  let pending: Pending[] = [];
  let state: 'idle' | 'writing' = 'idle';

  return {
    write(change, signal) {
      const done = Promise.withResolvers<OAuthProvider>();
      pending.push({ change, signal, done });
      if (state === 'idle') void drain();
      return done.promise;
    },
    see(cached) {
      if (state === 'writing') return;
      if (source === 'cache' || !behind.includes(cached.metadata.resourceVersion)) adopt(cached, 'cache');
    },
    took(answered) {
      if (state === 'idle') adopt(answered, 'answer');
    },
    current: () => current,
  };

  async function drain(): Promise<void> {
    state = 'writing';
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      const waiting = whileAnybodyWaits(batch);
      try {
        const provider = await commit(batch, waiting.signal);
        for (const { done } of batch) done.resolve(provider);
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      } finally {
        waiting.clear();
      }
    }
    state = 'idle';
  }

  async function commit(batch: readonly Pending[], signal: AbortSignal): Promise<OAuthProvider> {
    for (let tries = 1; ; tries++) {
      signal.throwIfAborted();
      const before = current.status ?? {};
      const after = batch.reduce((status, { change }) => change(status), before);
      if (same(before, after)) return current;
      try {
        adopt(await providers.writeStatus(current, after, signal), 'answer');
        return current;
      } catch (error) {
        if (!(error instanceof ClusterError) || error.code !== 'conflict' || tries === MOST_TRIES) throw error;
        const live = await providers.read(current, signal);
        if (live === undefined) throw new ClusterError('gone', 'the provider object is gone');
        adopt(live, 'answer');
      }
    }
  }

  function adopt(provider: OAuthProvider, from: typeof source): void {
    const { resourceVersion } = current.metadata;
    if (provider.metadata.resourceVersion !== resourceVersion) behind.push(resourceVersion);
    if (behind.length > MOST_BEHIND) behind.shift();
    current = provider;
    source = from;
  }
}

/** A signal that aborts when all who wait for the batch have given up, with the reason of the first. */
function whileAnybodyWaits(batch: readonly Pending[]): { readonly signal: AbortSignal; clear(): void } {
  const nobody = new AbortController();
  const onAbort = (): void => {
    if (batch.every(({ signal }) => signal.aborted)) nobody.abort(batch[0]?.signal.reason);
  };
  for (const { signal } of batch) signal.addEventListener('abort', onAbort, { once: true });
  onAbort();
  return {
    signal: nobody.signal,
    clear() {
      for (const { signal } of batch) signal.removeEventListener('abort', onAbort);
    },
  };
}
