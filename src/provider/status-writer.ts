import type { OAuthProvider, OAuthProviderStatus } from '../api/provider.ts';
import { ClusterError } from '../application/ports.ts';
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
  /** Resolves when `change` is stored. @throws ClusterError */
  write(change: Change, signal: AbortSignal): Promise<OAuthProvider>;
}

interface Pending {
  readonly change: Change;
  readonly signal: AbortSignal;
  readonly done: PromiseWithResolvers<OAuthProvider>;
}

/** More conflicts in a row than this are somebody who fights us for the status. */
const MOST_TRIES = 5;

export function createStatusWriter(first: OAuthProvider, providers: ProviderObjects): StatusWriter {
  let current = first;
  let pending: Pending[] = [];
  let state: 'idle' | 'writing' = 'idle';

  return {
    write(change, signal) {
      const done = Promise.withResolvers<OAuthProvider>();
      pending.push({ change, signal, done });
      if (state === 'idle') void drain();
      return done.promise;
    },
  };

  async function drain(): Promise<void> {
    state = 'writing';
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      try {
        const provider = await commit(batch);
        for (const { done } of batch) done.resolve(provider);
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
    }
    state = 'idle';
  }

  async function commit(batch: readonly Pending[]): Promise<OAuthProvider> {
    const signal = AbortSignal.any(batch.map((item) => item.signal));
    for (let tries = 1; ; tries++) {
      const before = current.status ?? {};
      const after = batch.reduce((status, { change }) => change(status), before);
      if (same(before, after)) return current;
      try {
        current = await providers.writeStatus(current, after, signal);
        return current;
      } catch (error) {
        if (!(error instanceof ClusterError) || error.code !== 'conflict' || tries === MOST_TRIES) throw error;
        const live = await providers.read(current, signal);
        if (live === undefined) throw new ClusterError('gone', 'the provider object is gone');
        current = live;
      }
    }
  }
}
