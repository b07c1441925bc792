import type { KubeObject } from '../../src/kube/object.ts';
import { applicationOf, isObserved } from '../sim/application-view.ts';

/** What of an object tells whether it has come to rest. */
export interface FoundState {
  readonly isReady: 'yes' | 'no';
  /** Its Ready condition in words, and whether it is being deleted. */
  readonly state: string;
  /** The type of the operation that is open. */
  readonly operation: string | undefined;
  /** Whether the status is of the present spec. */
  readonly observed: 'yes' | 'no';
  /** The last request for another secret that was served. */
  readonly served: string | undefined;
}

/**
 * How an object is not yet what people want, in words that follow its name; `undefined` when it has come to rest. Pure.
 *
 * @param wanted left out where people want no such object; `token` is their last request for another secret of it
 */
export function unrest(
  wanted: { readonly token: string | undefined } | undefined,
  found: FoundState | undefined,
): string | undefined {
  if (wanted === undefined) return found && `is still there: ${found.state}`;
  if (found === undefined) return 'is not there';
  const { isReady, state, operation, observed, served } = found;
  if (isReady === 'no') return `is not Ready: ${state}`;
  if (operation !== undefined) return `is Ready, and its operation is still open: ${operation}`;
  if (observed === 'no') return 'is Ready, and its status is of an earlier spec';
  if (wanted.token === undefined || wanted.token === served) return undefined;
  return `is Ready, and has served ${served === undefined ? 'no request' : `"${served}"`} instead of "${wanted.token}"`;
}

/** What {@link unrest} goes by, of an application as the API server has it. */
export function stateOf(object: KubeObject): FoundState {
  const { ready, operation, served } = applicationOf(object);
  const isLeaving = object.metadata.deletionTimestamp !== undefined;
  return {
    isReady: ready?.status === 'True' && !isLeaving ? 'yes' : 'no',
    state: `${ready?.reason ?? 'no condition'}: ${ready?.message ?? ''}${isLeaving ? ', being deleted' : ''}`,
    operation: operation?.type,
    observed: isObserved(object) ? 'yes' : 'no',
    served: served.rotate,
  };
}
