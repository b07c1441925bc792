import type { Registration } from '../idp/provider.ts';
import type { Clock } from '../runtime/clock.ts';

/**
 * What a provider was last seen to hold.
 *
 * Fed by listings and by every answer since. It saves calls and permits none: what follows from a registration that
 * is missing here is confirmed by live reads first.
 */
export interface Snapshot {
  /** Whether a complete listing has come. */
  isFilled(): boolean;
  get(id: string): Registration | undefined;
  /** From when on what was seen last is known to have been so (monotonic). */
  seenAtMs(id: string): number | undefined;
  /** When the answer came, or the listing began, that showed it first; it was never missing since (monotonic). */
  knownSinceMs(id: string): number | undefined;
  named(name: string): readonly Registration[];
  /** Those whose owner mark names an object of this namespace and name. */
  marked(namespace: string, name: string): readonly Registration[];
  all(): readonly Registration[];
  /**
   * Takes in a complete listing that began at `startedAtMs` (monotonic), unless one was that began later. What was heard
   * of later than that stays, and what was forgotten later is not brought back.
   */
  replace(registrations: readonly Registration[], startedAtMs: number): void;
  /**
   * Takes in one answer. Only a listing that began after `trueFromMs` (monotonic) may overwrite or drop it. For a create
   * or an update that is when the answer came, since a listing under way may have read the state before; for a read, when
   * it began.
   */
  see(registration: Registration, trueFromMs: number): void;
  forget(id: string): void;
}

interface Sighting {
  readonly registration: Registration;
  readonly seenAtMs: number;
  readonly knownSinceMs: number;
}

export function createSnapshot(clock: Pick<Clock, 'monotonic'>): Snapshot {
  const sightings = new Map<string, Sighting>();
  const ids = new Map<string, Set<string>>();
  let newestStartedAtMs = Number.NEGATIVE_INFINITY;
  /** When a registration was forgotten, until a listing has begun since. */
  const forgottenAtMs = new Map<string, number>();

  function put(registration: Registration, seenAtMs: number, answeredAtMs: number): void {
    const { id } = registration;
    const knownSinceMs = sightings.get(id)?.knownSinceMs ?? answeredAtMs;
    drop(id);
    sightings.set(id, { registration, seenAtMs, knownSinceMs });
    for (const entry of entriesOf(registration)) {
      const known = ids.get(entry);
      if (known === undefined) ids.set(entry, new Set([id]));
      else known.add(id);
    }
  }

  function drop(id: string): void {
    const before = sightings.get(id);
    if (before === undefined) return;
    sightings.delete(id);
    for (const entry of entriesOf(before.registration)) {
      ids.get(entry)?.delete(id);
      if (ids.get(entry)?.size === 0) ids.delete(entry);
    }
  }

  function isNews(id: string, startedAtMs: number): boolean {
    const before = sightings.get(id);
    return before === undefined ? !forgottenAtMs.has(id) : before.seenAtMs < startedAtMs;
  }

  function under(entry: string): readonly Registration[] {
    return [...(ids.get(entry) ?? [])].flatMap((id) => sightings.get(id)?.registration ?? []);
  }

  return {
    isFilled: () => newestStartedAtMs > Number.NEGATIVE_INFINITY,
    get: (id) => sightings.get(id)?.registration,
    seenAtMs: (id) => sightings.get(id)?.seenAtMs,
    knownSinceMs: (id) => sightings.get(id)?.knownSinceMs,
    named: (name) => under(nameEntry(name)),
    marked: (namespace, name) => under(markEntry(namespace, name)),
    all: () => [...sightings.values()].map(({ registration }) => registration),
    replace(registrations, startedAtMs) {
      if (startedAtMs < newestStartedAtMs) return;
      newestStartedAtMs = startedAtMs;
      for (const [id, atMs] of forgottenAtMs) if (atMs <= startedAtMs) forgottenAtMs.delete(id);
      const listed = new Set(registrations.map(({ id }) => id));
      for (const [id, { seenAtMs }] of sightings) if (!listed.has(id) && seenAtMs < startedAtMs) drop(id);
      for (const registration of registrations) {
        if (isNews(registration.id, startedAtMs)) put(registration, startedAtMs, startedAtMs);
      }
    },
    see: (registration, trueFromMs) => put(registration, trueFromMs, clock.monotonic()),
    forget(id) {
      drop(id);
      forgottenAtMs.set(id, clock.monotonic());
    },
  };
}

/** What a registration is looked up by. */
function entriesOf({ name = '', mark }: Registration): readonly string[] {
  const owner = mark.type === 'mark' ? [markEntry(mark.mark.namespace, mark.mark.name)] : [];
  return [nameEntry(name), ...owner];
}

function nameEntry(name: string): string {
  return `name ${name}`;
}

function markEntry(namespace: string, name: string): string {
  return `mark ${namespace}/${name}`;
}
