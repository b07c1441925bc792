import type { Chance } from '../runtime/chance.ts';
import type { WatchBackOff } from './backoff.ts';
import { ApiError, isTooLarge, isTooLargeResourceVersion } from './errors.ts';
import { WatchSilent } from './watch.ts';

/**
 * What stands in the way of watching, by who can do something about it.
 *
 * - `forbidden`: RBAC does not let us list and watch this.
 * - `not-installed`: the API server does not serve the resource; its CRD is missing.
 * - `unauthorized`: our token is not accepted.
 * - `throttled`: the API server asks for patience.
 * - `expired`: our resourceVersion is of no use any more; normal after a long separation, or after an etcd was put back.
 * - `silent`: nothing came for so long that the connection counts as dead, or our resourceVersion as one still to come.
 * - `unavailable`: anything else, a network failure or a 5xx.
 */
export type WatchFailure =
  | 'forbidden'
  | 'not-installed'
  | 'unauthorized'
  | 'throttled'
  | 'expired'
  | 'silent'
  | 'unavailable';

/** An etcd that gives out resourceVersions a second time lets a watch miss what they were given to before. */
export class StoreBehind extends Error {
  override readonly name = 'StoreBehind';
}

/** How a reflector goes on. `lost`: the store has to be filled anew. */
export interface Recovery {
  readonly kind: WatchFailure;
  readonly message: string;
  readonly position: 'kept' | 'lost';
  readonly waitMs: number;
}

/** No longer than our own back-off: a proxy may ask for minutes although the server behind it is back at once. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/** Judges the end of a list or a watch. */
export function afterFailure(error: unknown, backoff: WatchBackOff, chance: Chance): Recovery {
  const kind = kindOf(error);
  const message = error instanceof Error ? error.message : 'unknown failure';
  switch (kind) {
    case 'forbidden':
    case 'not-installed':
      return { kind, message, position: 'lost', waitMs: backoff.longest() };
    case 'expired':
    case 'silent':
      return { kind, message, position: 'lost', waitMs: backoff.next() };
    case 'throttled':
    case 'unauthorized':
    case 'unavailable': {
      // The same watch would tell the same event again, also of an object that is gone since.
      const position = isTooLarge(error) ? 'lost' : 'kept';
      return { kind, message, position, waitMs: Math.max(backoff.next(), askedFor(error, chance)) };
    }
  }
}

function kindOf(error: unknown): WatchFailure {
  if (error instanceof WatchSilent) return 'silent';
  if (error instanceof StoreBehind) return 'expired';
  if (!(error instanceof ApiError)) return 'unavailable';
  if (isTooLargeResourceVersion(error)) return 'expired';
  switch (error.status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-installed';
    case 410:
      return 'expired';
    case 429:
      return 'throttled';
    default:
      return 'unavailable';
  }
}

/** API priority and fairness tells everybody the same second. */
function askedFor(error: unknown, chance: Chance): number {
  const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  return Math.min(asked, LONGEST_RETRY_AFTER_MS) * (1 + chance.fraction());
}
