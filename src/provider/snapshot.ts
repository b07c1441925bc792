import type { Registration } from '../idp/provider.ts';

/**
 * What a provider was last seen to hold.
 *
 * Fed by listings and by every answer since. It saves calls and permits none: what follows from a registration that
 * is missing here is confirmed by live reads first.
 */
export interface Snapshot {
  get(id: string): Registration | undefined;
  named(name: string): readonly Registration[];
  all(): readonly Registration[];
  /** Takes in a complete listing that began at `startedAtMs` (monotonic). What was heard of later than that stays. */
  replace(registrations: readonly Registration[], startedAtMs: number): void;
  /** Takes in one answer to a call that began at `startedAtMs`. */
  see(registration: Registration, startedAtMs: number): void;
  forget(id: string): void;
}

interface Sighting {
  readonly registration: Registration;
  readonly seenAtMs: number;
}

export function createSnapshot(): Snapshot {
  const sightings = new Map<string, Sighting>();
  const names = new Map<string, Set<string>>();

  function put(registration: Registration, seenAtMs: number): void {
    const { id, name = '' } = registration;
    drop(id);
    sightings.set(id, { registration, seenAtMs });
    const ids = names.get(name);
    if (ids === undefined) names.set(name, new Set([id]));
    else ids.add(id);
  }

  function drop(id: string): void {
    const before = sightings.get(id);
    if (before === undefined) return;
    const { name = '' } = before.registration;
    const ids = names.get(name);
    sightings.delete(id);
    ids?.delete(id);
    if (ids?.size === 0) names.delete(name);
  }

  return {
    get: (id) => sightings.get(id)?.registration,
    named: (name) => [...(names.get(name) ?? [])].flatMap((id) => sightings.get(id)?.registration ?? []),
    all: () => [...sightings.values()].map(({ registration }) => registration),
    replace(registrations, startedAtMs) {
      const listed = new Set(registrations.map(({ id }) => id));
      for (const [id, { seenAtMs }] of sightings) if (!listed.has(id) && seenAtMs < startedAtMs) drop(id);
      for (const registration of registrations) {
        const before = sightings.get(registration.id);
        if (before === undefined || before.seenAtMs < startedAtMs) put(registration, startedAtMs);
      }
    },
    see: (registration, startedAtMs) => put(registration, startedAtMs),
    forget: drop,
  };
}
