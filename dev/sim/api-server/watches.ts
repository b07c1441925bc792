import type { Change, EventType } from './change.ts';
import { eventLine } from './change.ts';
import type { Kind } from './kinds.ts';
import type { Form, Stored } from './objects.ts';
import type { Route } from './paths.ts';
import { expired, internalError, invalid, type Refusal, tooLargeResourceVersion } from './refusal.ts';
import type { Predicate } from './selectors.ts';
import { selection } from './selectors.ts';
import type { Store } from './store.ts';

/** Who reads a watch. */
export interface WatchListener {
  /** One whole line, newline included. Called within the write that it tells of; nobody writes to the bytes. */
  line(bytes: Buffer): void;
  /** The server ends the watch. Nothing is called afterwards. */
  end(): void;
}

/** The watches that are open. */
export interface Watches {
  /** Tells what has been, then what comes. Returns the way to stop it. @throws Refusal */
  open(route: Route, form: Form, listener: WatchListener): () => void;
  tell(kind: Kind, change: Change): void;
  /** Sends every watch that asked for bookmarks one. */
  bookmark(): void;
  endAll(): void;
}

interface Watch {
  readonly kind: Kind;
  readonly form: Form;
  readonly selects: Predicate | undefined;
  readonly bookmarks: 'sent' | 'none';
  /** Changes up to here are known to the reader, or were never asked for. */
  readonly after: number;
  readonly listener: WatchListener;
}

/** No watch yet. */
export function watches(store: Store): Watches {
  const open = new Set<Watch>();

  return {
    open(route, form, listener) {
      const { kind, namespace, query } = route;
      const selects = selection(kind, namespace, query);
      const bookmarks = query.get('allowWatchBookmarks') === 'true' ? 'sent' : 'none';
      const start = startOf(route);
      const refusal = refusalOf(start);
      if (refusal !== undefined) {
        listener.line(eventLine('ERROR', JSON.stringify(refusal.status())));
        listener.end();
        return () => undefined;
      }
      const after = start.type === 'after' ? start.revision : store.revision();
      const watch = { kind, form, selects, bookmarks, after, listener } as const;
      if (start.type === 'after') for (const change of store.changesAfter(kind, after)) deliver(watch, change);
      else for (const stored of store.list(kind)) deliverInitial(watch, stored);
      if (start.type === 'initial-events' && bookmarks === 'sent')
        listener.line(bookmarkLine(watch, after, 'initial-events-end'));
      open.add(watch);
      return () => void open.delete(watch);
    },

    tell(kind, change) {
      for (const watch of open) if (watch.kind === kind) deliver(watch, change);
    },

    bookmark() {
      const revision = store.revision();
      for (const watch of open) {
        if (watch.bookmarks === 'sent' && revision > watch.after)
          watch.listener.line(bookmarkLine(watch, revision, 'progress'));
      }
    },

    endAll() {
      const ended = [...open];
      open.clear();
      for (const { listener } of ended) listener.end();
    },
  };

  /** What is told as the first and only event. A watch from a revision that is still to come just waits for it. */
  function refusalOf(start: Start): Refusal | undefined {
    const [current, compacted] = [store.revision(), store.compacted()];
    if (start.type === 'after' && start.revision < compacted)
      return expired(`too old resource version: ${start.revision} (${compacted})`);
    if (start.type === 'initial-events' && start.notBefore > current)
      return tooLargeResourceVersion(start.notBefore, current);
    return undefined;
  }
}

/** Where a watch begins. `any`: with what there is, and no bookmark tells where that ends. */
type Start =
  | { readonly type: 'after'; readonly revision: number }
  | { readonly type: 'initial-events'; readonly notBefore: number }
  | { readonly type: 'any' };

function startOf({ kind, query }: Route): Start {
  const version = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(version)) throw internalError(`resourceVersion: Invalid value: "${version}"`);
  if (query.get('sendInitialEvents') === 'true') {
    if (query.get('resourceVersionMatch') !== 'NotOlderThan') throw matchMissing(kind);
    return { type: 'initial-events', notBefore: Number(version) };
  }
  return version === '' || version === '0' ? { type: 'any' } : { type: 'after', revision: Number(version) };
}

function matchMissing({ resource }: Kind): Refusal {
  const message = 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
  const cause = { reason: 'FieldValueForbidden', message, field: 'resourceVersionMatch' };
  return invalid({ resource: { ...resource, group: 'meta.k8s.io', kind: 'ListOptions' }, name: '' }, [cause]);
}

function deliver(watch: Watch, change: Change): void {
  if (change.revision <= watch.after) return;
  const type = eventTypeOf(watch, change);
  if (type !== undefined) watch.listener.line(change.line(type, watch.form));
}

/** What comes into a selection is added, and what leaves it is deleted, whatever became of the object. */
function eventTypeOf({ selects }: Watch, { before, after }: Change): EventType | undefined {
  const wasIn = before !== undefined && (selects === undefined || selects(before.object));
  const isIn = after !== undefined && (selects === undefined || selects(after.object));
  if (isIn) return wasIn ? 'MODIFIED' : 'ADDED';
  return wasIn ? 'DELETED' : undefined;
}

function deliverInitial({ selects, listener, form }: Watch, stored: Stored): void {
  if (selects === undefined || selects(stored.object)) listener.line(eventLine('ADDED', stored.json(form)));
}

function bookmarkLine({ kind, form }: Watch, revision: number, says: 'initial-events-end' | 'progress'): Buffer {
  const type =
    form === 'full'
      ? { kind: kind.resource.kind, apiVersion: kind.apiVersion }
      : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' };
  const annotations = says === 'progress' ? undefined : { 'k8s.io/initial-events-end': 'true' };
  const metadata = { resourceVersion: String(revision), annotations };
  return eventLine('BOOKMARK', JSON.stringify({ ...type, metadata }));
}
