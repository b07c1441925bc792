import type { KubeObject } from '../../src/kube/object.ts';
import { collectionPath, objectPath, type Ref, type Resource, typeOf } from '../../src/kube/resources.ts';
import type { ApiRequest, ApiResponse } from '../../src/kube/transport.ts';
import type { SimulatedApiServer } from './api-server/server.ts';

export type Outcome = 'done' | 'refused';

type Json = Readonly<Record<string, unknown>>;

/** What a person with kubectl does, at once and over no network that could fail. What is refused changes nothing. */
export interface Hands {
  get(ref: Ref): KubeObject | undefined;
  list(resource: Resource): readonly KubeObject[];
  create(resource: Resource, namespace: string | undefined, object: Json): Outcome;
  /** Merges `patch` into the object. */
  patch(ref: Ref, patch: Json): Outcome;
  /** Puts `object` in the place of what is there; with `status`, its status alone. */
  replace(ref: Ref, object: Json, subresource?: 'status' | undefined): Outcome;
  delete(ref: Ref, propagation?: 'Foreground' | undefined): Outcome;
  /** Writes a label that nobody reads onto the object at this path, if there is one. */
  touch(path: string): Outcome;
}

/** Hands on `server`. `around` is told when a deed begins and what to do then, so that it is known whose it was. */
export function handsOn(server: SimulatedApiServer, around: <T>(deed: () => T) => T): Hands {
  const ask = (method: ApiRequest['method'], path: string, body?: Json): Outcome => {
    const { status } = around(
      (): ApiResponse =>
        server.handle({
          method,
          path,
          headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
          body: body === undefined ? undefined : JSON.stringify(body),
          repeat: 'unsafe',
          deadlineMs: 0,
        }),
    );
    return status < 300 ? 'done' : 'refused';
  };

  return {
    get: ({ resource, namespace, name }) => server.object(resource, namespace, name),
    list: (resource) => server.objects(resource),
    create: (resource, namespace, object) =>
      ask('POST', collectionPath(resource, namespace), { ...typeOf(resource), ...object }),
    patch: (ref, patch) => ask('PATCH', objectPath(ref, undefined), patch),
    replace: (ref, object, subresource) => ask('PUT', objectPath(ref, subresource), object),
    delete: (ref, propagationPolicy) =>
      ask('DELETE', objectPath(ref, undefined), propagationPolicy && { propagationPolicy }),
    touch: (path) =>
      ask('PATCH', path.replace(/\/status$/, ''), { metadata: { labels: { touched: String(server.revision()) } } }),
  };
}
