import { collectionPath, NAMESPACES, type Resource, typeOf } from '../../../src/kube/resources.ts';
import type { ApiRequest, ApiResponse } from '../../../src/kube/transport.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { answers } from './answers.ts';
import { collectOnce } from './collector.ts';
import type { Kind } from './kinds.ts';
import { FIRST_NAMESPACES, namespaceGuard } from './namespaces.ts';
import { type ApiObject, keyOf } from './objects.ts';
import { router } from './paths.ts';
import { NoSuchPath, Refusal } from './refusal.ts';
import { formOf, serve } from './requests.ts';
import { createStore, type Snapshot } from './store.ts';
import { type Watches, type WatchListener, watches } from './watches.ts';
import { writes } from './writes.ts';

/** What became of the request for a watch. */
export type Opened =
  | { readonly type: 'open'; close(): void }
  | { readonly type: 'refused'; readonly response: ApiResponse };

/**
 * A kube-apiserver with its etcd, in memory: synchronous, without sockets, timers or chance.
 *
 * It serves the requests that the operator and people around it send, as a real one answers them; the tests compare the
 * two. Who may do what it does not know.
 */
export interface SimulatedApiServer {
  /** Serves one request whole and at once. @throws TypeError for a watch */
  handle(request: ApiRequest): ApiResponse;
  /** Opens a watch. What is told at the start is told before this returns, and may be the end. */
  watch(request: ApiRequest, listener: WatchListener): Opened;
  /** Sends a bookmark to each watch that asked for them, as a real one does about once a minute. */
  bookmark(): void;
  /** Forgets what has changed: who watches or pages from an earlier resourceVersion than now is answered 410. */
  compact(): void;
  /** Does one step of garbage collection or of emptying a namespace, and says whether there was one to do. */
  collectGarbage(): boolean;
  /**
   * Ends a deletion that had looked at the object before a finalizer was added to it: a real server looks at the uid alone
   * when it comes to take it away (kubernetes/kubernetes#77988).
   */
  letGo(resource: Resource, namespace: string | undefined, name: string): void;
  /** One object as it is stored. Nobody changes it. */
  object(resource: Resource, namespace: string | undefined, name: string): ApiObject | undefined;
  /** A whole collection, ordered by namespace and name. */
  objects(resource: Resource): readonly ApiObject[];
  /** The resourceVersion of the last write. */
  revision(): number;
  snapshot(): Snapshot;
  /**
   * Puts everything back, as an etcd that is restored, and ends every watch. `goes-back`: resourceVersions are given out
   * a second time. `goes-on`: they go on from the present one, and those in between are refused as too old.
   */
  restore(snapshot: Snapshot, revision: 'goes-back' | 'goes-on'): void;
}

/** What a server is made from. */
export interface SimulatedApiServerOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** A new uid each time. */
  readonly uid: () => string;
  /** What is served; made once for many servers. */
  readonly kinds: readonly Kind[];
}

/** A server with nothing in it but the namespaces that every cluster has. */
export function simulatedApiServer({ clock, uid, kinds }: SimulatedApiServerOptions): SimulatedApiServer {
  const now = (): number => clock.now();
  const store = createStore(kinds, (kind, change) => open.tell(kind, change));
  const open: Watches = watches(store);
  const write = writes({ store, now, uid, admitTo: namespaceGuard(store, kindOf(NAMESPACES)) });
  const answer = answers(now);
  const routeOf = router(kinds);
  const served = { store, write, answer, now };
  for (const name of FIRST_NAMESPACES) createNamespace(name);

  return {
    handle: (request) =>
      refusing(() => {
        const route = routeOf(request.path);
        if (route.query.get('watch') === 'true') throw new TypeError('a watch is opened with watch()');
        return serve(served, route, request);
      }),

    watch(request, listener) {
      const close = refusing(() => open.open(routeOf(request.path), formOf(request), listener));
      return typeof close === 'function' ? { type: 'open', close } : { type: 'refused', response: close };
    },

    bookmark: open.bookmark,
    compact: store.compact,
    collectGarbage: () => collectOnce(store, kinds, now()),
    letGo(resource, namespace, name) {
      const live = store.get(kindOf(resource), keyOf(namespace, name));
      if (live !== undefined) store.remove(live);
    },
    object: (resource, namespace, name) => store.get(kindOf(resource), keyOf(namespace, name))?.object,
    objects: (resource) => store.list(kindOf(resource)).map(({ object }) => object),
    revision: store.revision,
    snapshot: store.snapshot,

    restore(snapshot, revision) {
      const { revision: then } = snapshot;
      store.restore(snapshot, revision === 'goes-back' ? then : Math.max(then, store.revision()) + 1);
      open.endAll();
    },
  };

  function refusing<T>(work: () => T): T | ApiResponse {
    try {
      return work();
    } catch (error) {
      if (error instanceof Refusal) return answer.refusal(error);
      if (error instanceof NoSuchPath) return answer.noSuchPath();
      throw error;
    }
  }

  function createNamespace(name: string): void {
    const { apiVersion, kind } = typeOf(NAMESPACES);
    const route = routeOf(collectionPath(NAMESPACES, undefined));
    const intent = { effect: 'stored', manager: 'kube-apiserver', unknownFields: 'refused' } as const;
    write.create(route, { apiVersion, kind, metadata: { name } }, intent);
  }

  function kindOf(resource: Resource): Kind {
    const kind = kinds.find((one) => one.resource.group === resource.group && one.resource.plural === resource.plural);
    if (kind === undefined) throw new RangeError(`${resource.plural} are not served`);
    return kind;
  }
}
