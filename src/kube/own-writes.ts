import type { ObjectMeta } from './object.ts';

type Versioned = { readonly metadata: Pick<ObjectMeta, 'uid' | 'resourceVersion'> };

/**
 * What we wrote and the cache has not seen yet.
 *
 * A pass that begins in that moment would stand on the past, and find out by a refused write. This knowledge saves the
 * write and permits none: every write still carries the version it stands on (protocol I7).
 */
export interface OwnWrites<T> {
  wrote(before: T, after: T): void;
  /** The newer of the cached object and our own last write of it. */
  latest(cached: T): T;
  forget(uid: string): void;
}

interface Written<T> {
  /** Versions that our own writes have replaced. */
  readonly overtaken: Set<string>;
  readonly latest: T;
}

export function createOwnWrites<T extends Versioned>(): OwnWrites<T> {
  const written = new Map<string, Written<T>>();
  return {
    wrote(before, after) {
      const { uid, resourceVersion } = before.metadata;
      const overtaken = written.get(uid)?.overtaken ?? new Set();
      written.set(uid, { overtaken: overtaken.add(resourceVersion), latest: after });
    },
    latest(cached) {
      const { uid, resourceVersion } = cached.metadata;
      const ours = written.get(uid);
      if (ours === undefined) return cached;
      if (ours.overtaken.has(resourceVersion)) return ours.latest;
      written.delete(uid);
      return cached;
    },
    forget: (uid) => void written.delete(uid),
  };
}
