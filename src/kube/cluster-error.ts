import { ClusterError } from '../application/ports/errors.ts';
import { ApiError, isConflict, TransportError } from './errors.ts';

/**
 * Does `work` and speaks of what goes wrong in the words of the ports.
 *
 * `forbidden` says what an answer of 403 means: for a Secret that is written it may be a quota or a namespace that is
 * going away as well as a missing permission.
 *
 * @throws ClusterError, or the reason of an aborted signal
 */
export async function inWordsOfThePorts<T>(forbidden: 'forbidden' | 'refused', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TransportError) throw new ClusterError('unavailable', error.message);
    // A patch of an object with another uid is answered 422.
    if (isConflict(error)) throw new ClusterError('conflict', error.message);
    if (error instanceof ApiError) throw new ClusterError(codeOf(error, forbidden), error.message);
    throw error;
  }
}

/**
 * {@link inWordsOfThePorts} for a write that stands on what a cache shows. `onStale` is called where the API server has
 * another version of the object, or none: in a cluster that was restored, what is cached may never be again.
 *
 * @throws ClusterError, or the reason of an aborted signal
 */
export async function unlessStale<T>(write: () => Promise<T>, onStale: () => void): Promise<T> {
  try {
    return await inWordsOfThePorts('forbidden', write);
  } catch (error) {
    if (error instanceof ClusterError && (error.code === 'conflict' || error.code === 'gone')) onStale();
    throw error;
  }
}

function codeOf(error: ApiError, forbidden: 'forbidden' | 'refused'): ClusterError['code'] {
  switch (error.status) {
    case 409:
      return 'conflict';
    case 404:
      return 'gone';
    case 403:
      return forbidden;
    case 401:
    case 408:
    case 429:
      return 'unavailable';
    default:
      return error.status >= 400 && error.status < 500 ? 'refused' : 'unavailable';
  }
}
