import { FINALIZERS } from '../../src/api/names.ts';
import { isRecord, type KubeObject } from '../../src/kube/object.ts';
import {
  collectionPath,
  OAUTH_APPLICATIONS,
  objectPath,
  type Ref,
  type Resource,
  SECRETS,
  typeOf,
} from '../../src/kube/resources.ts';
import type { ApiRequest, ApiResponse } from '../../src/kube/transport.ts';
import { partsOf, pathOf } from './api-calls.ts';
import type { SimulatedApiServer } from './api-server/server.ts';
import { OWN_NAMESPACE } from './manifests.ts';

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
  /**
   * Writes a label that nobody reads onto the object that a request is about, if there is one. Where a team's Secret is to
   * be created, makes one of that name first.
   */
  touch(request: Pick<ApiRequest, 'method' | 'path' | 'body'>): Outcome;
  /** Deletes the application to which a request has just added a finalizer, by what it was before. */
  letGo(request: Pick<ApiRequest, 'path' | 'body'>): Outcome;
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
    touch(request) {
      const first = forestalled(request, `made-first-by-a-person-${server.revision()}`);
      if (first !== undefined) return ask('POST', pathOf(request), first);
      const labels = { touched: String(server.revision()) };
      return ask('PATCH', pathOf(request).replace(/\/status$/, ''), { metadata: { labels } });
    },
    letGo(request) {
      const { namespace, name = '' } = partsOf(request);
      const live = server.object(OAUTH_APPLICATIONS, namespace, name);
      const { finalizers, deletionTimestamp } = live?.metadata ?? {};
      const isAdded = finalizers?.length === 1 && request.body?.includes(FINALIZERS.registration) === true;
      if (!isAdded || deletionTimestamp !== undefined) return 'refused';
      around(() => server.letGo(OAUTH_APPLICATIONS, namespace, name));
      return 'done';
    },
  };
}

/** A person's Secret in the place of the one that the request would create. Those of the operator's own nobody touches. */
function forestalled(request: Pick<ApiRequest, 'method' | 'path' | 'body'>, value: string): Json | undefined {
  const { method, body = '{}' } = request;
  const { plural, namespace } = partsOf(request);
  if (method !== 'POST' || plural !== 'secrets' || namespace === OWN_NAMESPACE) return undefined;
  const wanted: unknown = JSON.parse(body);
  const metadata = isRecord(wanted) && isRecord(wanted['metadata']) ? wanted['metadata'] : {};
  return { ...typeOf(SECRETS), metadata: { name: metadata['name'] }, stringData: { theirs: value } };
}
