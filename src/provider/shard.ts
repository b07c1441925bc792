import type { OAuthProvider } from '../api/provider.ts';
import { type ProviderSelector, selects } from './selector.ts';

/** Which provider objects this process serves, and with them the applications that use them. */
export interface Shard {
  /** The selector as it was written; `undefined` where all are served. */
  readonly name: string | undefined;
  readonly serves: (provider: Pick<OAuthProvider, 'metadata'>) => boolean;
  /**
   * Whether this shard speaks for provider objects that are not there: they bear no label, so that of shards that divide
   * all between them it is one.
   */
  readonly speaksForMissing: boolean;
}

/** Everything is served where nothing is selected. */
export function shardOf(selected: ProviderSelector | undefined): Shard {
  if (selected === undefined) return { name: undefined, serves: () => true, speaksForMissing: true };
  const { text, selector } = selected;
  return {
    name: text,
    serves: ({ metadata }) => selects(selector, metadata.labels ?? {}),
    speaksForMissing: selects(selector, {}),
  };
}
