import { same } from '../runtime/same.ts';
import type { KubeObject } from './object.ts';
import { keyOf } from './object.ts';
import { trimmed } from './trimmed.ts';

/** What happened to a key. Another uid under the same key is told as `gone` and then `set` without `previous`. */
export type StoreChange<T> =
  | { readonly type: 'set'; readonly key: string; readonly object: T; readonly previous: T | undefined }
  /** `object` is the last one that we knew; the deletion itself may have been missed. */
  | { readonly type: 'gone'; readonly key: string; readonly object: T };

/** A local copy of a collection, kept by a reflector. Objects are shared: nobody changes them. */
export interface Store<T> {
  get(key: string): T | undefined;
  list(): readonly T[];
  /** How many of the collection could not be decoded. */
  unreadable(): number;
  /** Objects for which the index function named `index` gave `value`. @throws RangeError for an unknown index */
  byIndex(index: string, value: string): readonly T[];
  /** A write that stood on this version was refused, as the API server holds another one. */
  refused(key: string, resourceVersion: string): void;
  /** Calls `listener` after every change, synchronously. */
  subscribe(listener: (change: StoreChange<T>) => void): void;
  /** Calls `listener` whenever the whole collection was read. What came and went before was told by no change. */
  onFilled(listener: () => void): void;
}

/** Where a reflector puts what it sees. */
export interface StoreWriter {
  /** As much of an object as is read here: for who holds many until all are there. */
  trim(object: KubeObject): KubeObject;
  set(object: KubeObject): void;
  /** Told by the last state of a deleted object. A deletion of another uid than the stored one is old news. */
  remove(object: KubeObject): void;
  /** The whole collection. Whatever is not in it is gone. */
  replace(objects: Iterable<KubeObject>): void;
  /** Whether writes on what it holds were refused so often that no watch can be just about to bring what is there. */
  isBehind(): boolean;
}

export interface StoreOptions<T> {
  /** Takes off an object what `decode` does not read; by default {@link trimmed}. Of a trimmed one it takes nothing. */
  readonly trim?: ((object: KubeObject) => KubeObject) | undefined;
  /** Reads a trimmed object into ours; throws when it cannot. */
  readonly decode: (object: KubeObject) => T;
  /** By name, the values under which an object is to be found. */
  readonly indexes?: Readonly<Record<string, (object: T) => readonly string[]>> | undefined;
  /** Told once per resourceVersion of an object that cannot be decoded. */
  readonly onUndecodable?: ((object: Undecodable) => void) | undefined;
  /** Told when a subscriber throws. The others, and the reflector, go on. */
  readonly onListenerError?: ((error: unknown) => void) | undefined;
}

export interface Undecodable {
  readonly key: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly error: unknown;
}

/** A pass that fails again and again has made this many refusals after some ten seconds: a watch is never that late. */
const MOST_REFUSALS = 5;

interface Entry<T> {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly value: { readonly object: T; readonly indexed: ReadonlyMap<string, readonly string[]> } | undefined;
}

export function createStore<T>(options: StoreOptions<T>): Store<T> & StoreWriter {
  const { trim = trimmed, decode, indexes = {}, onUndecodable = ignore, onListenerError = ignore } = options;
  const entries = new Map<string, Entry<T>>();
  const index = new Map(Object.keys(indexes).map((name) => [name, new Map<string, Set<string>>()]));
  const listeners: ((change: StoreChange<T>) => void)[] = [];
  const fillListeners: (() => void)[] = [];
  /** Of the versions that are held, how many writes were refused. */
  const refusals = new Map<string, number>();

  return {
    trim,
    get: (key) => entries.get(key)?.value?.object,
    list: () => [...entries.values()].flatMap(({ value }) => (value === undefined ? [] : [value.object])),
    unreadable: () => entries.values().reduce((count, { value }) => (value === undefined ? count + 1 : count), 0),
    byIndex(name, value) {
      const values = index.get(name);
      if (values === undefined) throw new RangeError(`no index ${name}`);
      return [...(values.get(value) ?? [])].flatMap((key) => {
        const entry = entries.get(key)?.value;
        return entry === undefined ? [] : [entry.object];
      });
    },
    refused(key, resourceVersion) {
      if (entries.get(key)?.resourceVersion === resourceVersion) refusals.set(key, (refusals.get(key) ?? 0) + 1);
    },
    isBehind: () => [...refusals.values()].some((count) => count >= MOST_REFUSALS),
    subscribe: (listener) => void listeners.push(listener),
    onFilled: (listener) => void fillListeners.push(listener),
    set: (object) => set(keyOf(object.metadata), object),
    remove({ metadata }) {
      const key = keyOf(metadata);
      if (entries.get(key)?.uid === metadata.uid) drop(key);
    },
    replace(objects) {
      const seen = new Set<string>();
      for (const object of objects) {
        const key = keyOf(object.metadata);
        seen.add(key);
        set(key, object);
      }
      for (const key of [...entries.keys()]) if (!seen.has(key)) drop(key);
      refusals.clear();
      for (const listener of fillListeners) guarded(listener);
    },
  };

  function set(key: string, object: KubeObject): void {
    const { uid, resourceVersion } = object.metadata;
    const known = entries.get(key);
    const isKnown = known?.uid === uid && known.resourceVersion === resourceVersion;
    if (isKnown && known.value === undefined) return;
    const value = read(key, object);
    // A restored etcd gives out resourceVersions again, for what it holds then.
    if (isKnown && same(known.value?.object, value?.object)) return;
    if (known !== undefined && known.uid !== uid) drop(key);
    const previous = entries.get(key)?.value;
    if (previous !== undefined) unindex(key, previous.indexed);
    entries.set(key, { uid, resourceVersion, value });
    refusals.delete(key);
    if (value !== undefined) {
      enterIndex(key, value.indexed);
      tell({ type: 'set', key, object: value.object, previous: previous?.object });
    } else if (previous !== undefined) {
      tell({ type: 'gone', key, object: previous.object });
    }
  }

  function drop(key: string): void {
    const value = entries.get(key)?.value;
    entries.delete(key);
    refusals.delete(key);
    if (value === undefined) return;
    unindex(key, value.indexed);
    tell({ type: 'gone', key, object: value.object });
  }

  function read(key: string, object: KubeObject): Entry<T>['value'] {
    try {
      const decoded = decode(trim(object));
      const indexed = new Map(Object.entries(indexes).map(([name, valuesOf]) => [name, valuesOf(decoded)]));
      return { object: decoded, indexed };
    } catch (error) {
      const { uid, resourceVersion } = object.metadata;
      onUndecodable({ key, uid, resourceVersion, error });
      return undefined;
    }
  }

  function enterIndex(key: string, indexed: ReadonlyMap<string, readonly string[]>): void {
    for (const [name, values] of indexed) {
      for (const value of values) {
        const keys = index.get(name)?.get(value);
        if (keys === undefined) index.get(name)?.set(value, new Set([key]));
        else keys.add(key);
      }
    }
  }

  function unindex(key: string, indexed: ReadonlyMap<string, readonly string[]>): void {
    for (const [name, values] of indexed) {
      for (const value of values) {
        const keys = index.get(name)?.get(value);
        keys?.delete(key);
        if (keys?.size === 0) index.get(name)?.delete(value);
      }
    }
  }

  function tell(change: StoreChange<T>): void {
    for (const listener of listeners) guarded(() => listener(change));
  }

  function guarded(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      onListenerError(error);
    }
  }
}

function ignore(): void {
  // Nobody asked to be told.
}
