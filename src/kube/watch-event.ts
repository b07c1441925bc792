import type { ApiError } from './errors.ts';
import type { KubeObject } from './object.ts';
import { keyOf } from './object.ts';
import type { StoreWriter } from './store.ts';

/** One line of a watch. `error` carries the `Status` that ends it. */
export type WatchEvent =
  | { readonly type: 'set'; readonly object: KubeObject }
  | { readonly type: 'deleted'; readonly object: KubeObject }
  | Bookmark
  | { readonly type: 'error'; readonly error: ApiError };

interface Bookmark {
  readonly type: 'bookmark';
  readonly resourceVersion: string;
  readonly initialEventsEnd: 'yes' | 'no';
}

/** Changes `store` as the event says. @throws ApiError that ends the watch */
export function apply(event: WatchEvent, store: Pick<StoreWriter, 'set' | 'remove'>): void {
  switch (event.type) {
    case 'error':
      throw event.error;
    case 'set':
      store.set(event.object);
      break;
    case 'deleted':
      store.remove(event.object);
      break;
    case 'bookmark':
      break;
  }
}

/** The initial events of a watch, until a bookmark says that they are the whole collection. */
export interface InitialEvents extends Pick<StoreWriter, 'set' | 'remove'> {
  /** Gives all of them, and keeps none: the watch goes on for minutes, and the store has what it reads of them. */
  handOver(): Iterable<KubeObject>;
}

/** @param trim applied as each event comes: until the last one is there all are held, and most of them may be ballast */
export function initialEvents(trim: StoreWriter['trim']): InitialEvents {
  let initial = new Map<string, KubeObject>();
  return {
    set: (object) => void initial.set(keyOf(object.metadata), trim(object)),
    remove: (object) => void initial.delete(keyOf(object.metadata)),
    handOver() {
      const objects = initial.values();
      initial = new Map();
      return objects;
    },
  };
}

/** Whether the initial events are over. Their own resourceVersions are in no order, so that this one is to go on from. */
export function isComplete(event: WatchEvent): event is Bookmark {
  return event.type === 'bookmark' && event.initialEventsEnd === 'yes';
}

/** Where a watch goes on that ends after this event; `undefined` after an error. */
export function resourceVersionOf(event: WatchEvent): string | undefined {
  switch (event.type) {
    case 'error':
      return undefined;
    case 'set':
    case 'deleted':
      return event.object.metadata.resourceVersion;
    case 'bookmark':
      return event.resourceVersion;
  }
}
