import type { Kind } from './kinds.ts';
import { NoSuchPath, notServed } from './refusal.ts';

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

/** Reads paths with their query. @throws Refusal 404 or NoSuchPath for what is not served */
export function router(kinds: readonly Kind[]): (path: string) => Route {
  const byPlural = new Map(kinds.map((kind) => [`${kind.apiVersion} ${kind.resource.plural}`, kind]));
  const builtIn = new Set(kinds.filter(({ schema }) => schema === undefined).map(({ apiVersion }) => apiVersion));
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
    const apiVersion = root === 'api' ? (segments[0] ?? '') : segments.slice(0, 2).join('/');
    const [first = '', second, third, ...rest] = segments.slice(root === 'api' ? 1 : 2);
    const inside = first === 'namespaces' && second !== undefined && third !== undefined;
    const kind = byPlural.get(`${apiVersion} ${inside ? third : first}`) ?? byPlural.get(`${apiVersion} ${first}`);
    const place =
      inside && kind?.resource.plural === third
        ? placeIn(kind, second, rest)
        : placeIn(
            kind,
            undefined,
            [second, third, ...rest].filter((segment) => segment !== undefined),
          );
    if (place === undefined) throw builtIn.has(apiVersion) ? notServed() : new NoSuchPath(pathname);
    return place;
  }
}

/** `undefined` where there is nothing. */
function placeIn(
  kind: Kind | undefined,
  namespace: string | undefined,
  [name, subresource, ...more]: readonly string[],
): Omit<Route, 'query'> | undefined {
  if (kind === undefined || more.length > 0) return undefined;
  const isNamespaced = kind.resource.scope === 'Namespaced';
  if (isNamespaced ? namespace === undefined && name !== undefined : namespace !== undefined) return undefined;
  if (subresource === undefined) return { kind, namespace, name, subresource };
  return subresource === 'status' && kind.status === 'subresource' ? { kind, namespace, name, subresource } : undefined;
}

/** Whether the path is one object's. */
export function isObjectRoute(route: Route): route is ObjectRoute {
  return route.name !== undefined;
}
