import { same } from '../runtime/same.ts';
import type { ObjectMeta } from './object.ts';

type Versioned = {
  readonly metadata: Pick<ObjectMeta, 'uid' | 'resourceVersion'>;
  readonly status?: unknown;
};

/**
 * What we wrote and the cache has not seen yet, and which of what it sees is by us.
 *
 * A pass that begins in that moment would stand on the past, and find out by a refused write. This knowledge saves the
 * write and permits none: every write still carries the version it stands on (protocol I7).
 */
export interface OwnWrites<T> {
  /** A write of this status is on its way; the cache may show it before the answer arrives. */
  expect(intended: T): void;
  wrote(before: T, after: T): void;
  /** The newer of the cached object and our own last write of it. */
  latest(cached: T): T;
  /** Whether what the cache was just told of is a write of ours. */
  isOurs(seen: T): boolean;
  forget(uid: string): void;
}

interface Written<T> {
  /** Versions that our own writes have replaced. */
  readonly overtaken: Set<string>;
  readonly latest: T;
}

export function createOwnWrites<T extends Versioned>(): OwnWrites<T> {
  const written = new Map<string, Written<T>>();
  const expected = new Map<string, T>();
  return {
    expect: (intended) => void expected.set(intended.metadata.uid, intended),
    wrote(before, after) {
      const { uid, resourceVersion } = before.metadata;
      const overtaken = written.get(uid)?.overtaken ?? new Set();
      written.set(uid, { overtaken: overtaken.add(resourceVersion), latest: after });
      expected.delete(uid);
    },
    latest(cached) {
      const { uid, resourceVersion } = cached.metadata;
      const ours = written.get(uid);
      if (ours === undefined) return cached;
      if (ours.overtaken.has(resourceVersion)) return ours.latest;
      written.delete(uid);
      return cached;
    },
    isOurs({ metadata, status }) {
      const { uid, resourceVersion } = metadata;
      const ours = written.get(uid);
      if (ours?.latest.metadata.resourceVersion === resourceVersion) return true;
      if (ours?.overtaken.has(resourceVersion) === true) return true;
      const coming = expected.get(uid);
      return coming !== undefined && same(coming.status, status);
    },
    forget(uid) {
      written.delete(uid);
      expected.delete(uid);
    },
  };
}
