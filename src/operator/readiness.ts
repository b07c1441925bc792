import { ApiError } from '../kube/errors.ts';
import type { Reflector } from '../kube/reflector.ts';
import { nameOf } from '../kube/resources.ts';
import type { LeaseStore } from '../runtime/election.ts';
import type { Check } from '../runtime/health.ts';

/** What has to be had of the API server, and is asked for until it is. */
export interface Need {
  /** Names what stands in the way since the last try. */
  readonly check: Check;
  /** One try. */
  asked<T>(ask: () => Promise<T>): Promise<T>;
}

/** `unmet`: it stands in the way until a first try succeeds. `sentence` says what is not there. */
export function createNeed(sentence: string, atFirst: 'met' | 'unmet'): Need {
  let problem = atFirst === 'met' ? undefined : sentence;
  return {
    check: () => problem,
    async asked(ask) {
      try {
        const answer = await ask();
        problem = undefined;
        return answer;
      } catch (error) {
        problem = `${sentence}: ${error instanceof ApiError ? error.message : 'the log says why'}`;
        throw error;
      }
    },
  };
}

/** The same store, which needs `need` at each call: without the right to the Lease nobody becomes leader. */
export function needingStore(store: LeaseStore, need: Need): LeaseStore {
  return {
    read: (signal) => need.asked(() => store.read(signal)),
    create: (record, signal) => need.asked(() => store.create(record, signal)),
    update: (record, signal) => need.asked(() => store.update(record, signal)),
  };
}

/** Names every collection that is not there yet, and why: a definition that is missing, a permission. */
export function unsynced(reflectors: readonly Pick<Reflector, 'target' | 'status'>[]): string | undefined {
  const late = reflectors.filter((reflector) => !reflector.status().synced);
  if (late.length === 0) return undefined;
  return late
    .map(({ target, status }) => {
      const { failure } = status();
      const name = nameOf(target.resource);
      return `${name} is not synced yet${failure === undefined ? '' : `: ${failure.kind}`}`;
    })
    .join('; ');
}
