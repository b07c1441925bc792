import type { Beginnings } from '../application/ports/provider.ts';

/** In memory: a rotation that no status tells of ends with its process. */
export function createBeginnings(): Beginnings {
  const causes = new Map<string, Parameters<Beginnings['during']>[1]>();
  return {
    causeOf: (uid) => causes.get(uid),
    async during(uid, cause, work) {
      causes.set(uid, cause);
      try {
        return await work();
      } finally {
        causes.delete(uid);
      }
    },
  };
}
