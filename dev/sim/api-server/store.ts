import { Change } from './change.ts';
import type { Kind } from './kinds.ts';
import { type ApiObject, Stored } from './objects.ts';

/** What is stored, at one moment. Opaque, and never changed by what comes later. */
export interface Snapshot {
  readonly revision: number;
  readonly objects: ReadonlyMap<Kind, ReadonlyMap<string, Stored>>;
}

/** Objects by key with their history, each write one revision later than the one before, as in etcd. */
export interface Store {
  /** The revision of the last write. */
  revision(): number;
  /** The oldest revision from which every later change is still known. */
  compacted(): number;
  get(kind: Kind, key: string): Stored | undefined;
  /** In the order of keys. */
  list(kind: Kind): readonly Stored[];
  /** The same as of an earlier revision, which must not have been compacted. */
  listAt(kind: Kind, revision: number): readonly Stored[];
  /** Stores a version with the next revision as its resourceVersion. */
  put(kind: Kind, object: ApiObject): Stored;
  /** Returns the object as it was last, with the revision of its deletion. */
  remove(stored: Stored): Stored;
  /** Later than `revision`, oldest first. */
  changesAfter(kind: Kind, revision: number): readonly Change[];
  /** Forgets every change so far. */
  compact(): void;
  snapshot(): Snapshot;
  /** Puts everything back; `revision` is where counting goes on. Nothing from before can be asked for. */
  restore(snapshot: Snapshot, revision: number): void;
}

/** One collection. */
interface Collection {
  readonly objects: Map<string, Stored>;
  /** `undefined` when an object has come or gone since. */
  sorted: readonly Stored[] | undefined;
  changes: Change[];
}

/** etcd begins with 1; a cluster that runs has long since left the small numbers. */
const FIRST_REVISION = 1000;

/** An empty store. `changed` is told of every write, as part of it. */
export function createStore(kinds: readonly Kind[], changed: (kind: Kind, change: Change) => void): Store {
  let revision = FIRST_REVISION;
  let compacted = FIRST_REVISION;
  let collections = new Map(kinds.map((kind) => [kind, emptyCollection()]));

  return {
    revision: () => revision,
    compacted: () => compacted,
    get: (kind, key) => of(kind).objects.get(key),
    list,

    listAt(kind, asked) {
      const { changes } = of(kind);
      const objects = new Map(of(kind).objects);
      for (let i = changes.length - 1; i >= 0; i -= 1) {
        const change = changes[i];
        if (change === undefined || change.revision <= asked) break;
        if (change.before === undefined) objects.delete(change.key);
        else objects.set(change.key, change.before);
      }
      return inOrder(objects);
    },

    put(kind, object) {
      revision += 1;
      const metadata = { ...object.metadata, resourceVersion: String(revision) };
      const after = new Stored(kind, { ...object, metadata }, revision);
      const collection = of(kind);
      const before = collection.objects.get(after.key);
      collection.objects.set(after.key, after);
      collection.sorted = undefined;
      tell(kind, new Change(revision, before, after));
      return after;
    },

    remove(stored) {
      revision += 1;
      const collection = of(stored.kind);
      collection.objects.delete(stored.key);
      collection.sorted = undefined;
      const change = new Change(revision, stored, undefined);
      tell(stored.kind, change);
      return change.lastSeen() ?? stored;
    },

    changesAfter(kind, after) {
      const { changes } = of(kind);
      return changes.slice(changes.findLastIndex((change) => change.revision <= after) + 1);
    },

    compact: forget,

    snapshot: () => ({
      revision,
      objects: new Map([...collections].map(([kind, { objects }]) => [kind, new Map(objects)])),
    }),

    restore(snapshot, at) {
      revision = at;
      collections = new Map(
        [...snapshot.objects].map(([kind, objects]) => [kind, { ...emptyCollection(), objects: new Map(objects) }]),
      );
      forget();
    },
  };

  function of(kind: Kind): Collection {
    const collection = collections.get(kind);
    if (collection === undefined) throw new RangeError(`${kind.resource.plural} are not kept here`);
    return collection;
  }

  function list(kind: Kind): readonly Stored[] {
    const collection = of(kind);
    collection.sorted ??= inOrder(collection.objects);
    return collection.sorted;
  }

  function tell(kind: Kind, change: Change): void {
    of(kind).changes.push(change);
    changed(kind, change);
  }

  function forget(): void {
    compacted = revision;
    for (const collection of collections.values()) collection.changes = [];
  }
}

function emptyCollection(): Collection {
  return { objects: new Map(), sorted: undefined, changes: [] };
}

function inOrder(objects: ReadonlyMap<string, Stored>): readonly Stored[] {
  return [...objects.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
}
