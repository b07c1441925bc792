import { nameOf } from '../../../src/kube/resources.ts';
import type { Kind } from './kinds.ts';
import { notServed } from './refusal.ts';

/** Where a request goes. */
export interface Route {
  readonly kind: Kind;
  /** `undefined`: of no namespace, or of all. */
  readonly namespace: string | undefined;
  /** `undefined`: the collection. */
  readonly name: string | undefined;
  readonly subresource: 'status' | undefined;
  readonly query: URLSearchParams;
}

/** The route of one object. */
export interface ObjectRoute extends Route {
  readonly name: string;
}

/** Reads paths with their query. @throws Refusal 404 for what is not served */
export function router(kinds: readonly Kind[]): (path: string) => Route {
  const byPlural = new Map(kinds.map((kind) => [`${kind.apiVersion} ${kind.resource.plural}`, kind]));
  /** The same few paths are asked for again and again. */
  const known = new Map<string, Omit<Route, 'query'>>();

  return (path) => {
    const mark = path.indexOf('?');
    const pathname = mark === -1 ? path : path.slice(0, mark);
    const query = new URLSearchParams(mark === -1 ? '' : path.slice(mark + 1));
    const place = known.get(pathname) ?? placeOf(pathname);
    known.set(pathname, place);
    return { ...place, query };
  };

  function placeOf(pathname: string): Omit<Route, 'query'> {
    const [, root, ...segments] = pathname.split('/').map(decodeURIComponent);
    const apiVersion = root === 'api' ? segments[0] : segments.slice(0, 2).join('/');
    const [first, second, ...rest] = segments.slice(root === 'api' ? 1 : 2);
    if (first === 'namespaces' && second !== undefined && byPlural.has(`${apiVersion} ${rest[0]}`)) {
      return placeIn(byPlural.get(`${apiVersion} ${rest[0]}`), second, rest.slice(1));
    }
    const kind = byPlural.get(`${apiVersion} ${first}`);
    if (kind?.resource.scope === 'Namespaced' && second !== undefined) throw notServed();
    return placeIn(kind, undefined, second === undefined ? [] : [second, ...rest]);
  }
}

function placeIn(kind: Kind | undefined, namespace: string | undefined, rest: readonly string[]): Omit<Route, 'query'> {
  const [name, subresource, ...more] = rest;
  if (kind === undefined || more.length > 0 || (namespace !== undefined && kind.resource.scope === 'Cluster'))
    throw notServed();
  if (subresource === undefined) return { kind, namespace, name, subresource };
  if (subresource !== 'status' || kind.status === 'none') throw notServed();
  return { kind, namespace, name, subresource };
}

/** Whether the path is one object's. */
export function isObjectRoute(route: Route): route is ObjectRoute {
  return route.name !== undefined;
}

/** `secrets`, `leases.coordination.k8s.io`. */
export function collectionName({ resource }: Kind): string {
  return nameOf(resource);
}
