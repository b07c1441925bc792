import type { ApiRequest, ApiResponse } from '../../../src/kube/transport.ts';
import type { Answers } from './answers.ts';
import { deleteOptionsOf } from './delete-options.ts';
import { deleteObject } from './deletion.ts';
import { intentOf } from './intent.ts';
import { listPage } from './listing.ts';
import { type Form, keyOf } from './objects.ts';
import { isObjectRoute, type ObjectRoute, type Route } from './paths.ts';
import { badRequest, methodNotAllowed, notFound } from './refusal.ts';
import { parseBody } from './sent.ts';
import type { Store } from './store.ts';
import type { Writes, Written } from './writes.ts';

/** What requests are served from. */
export interface Served {
  readonly store: Store;
  readonly write: Writes;
  readonly answer: Answers;
  readonly now: () => number;
}

const MERGE_PATCH = 'application/merge-patch+json';

/** Serves one request that is no watch. @throws Refusal */
export function serve(served: Served, route: Route, request: ApiRequest): ApiResponse {
  return isObjectRoute(route) ? ofObject(served, route, request) : ofCollection(served, route, request);
}

/** How much of each object a request asks for. */
export function formOf({ headers }: ApiRequest): Form {
  return headers['accept']?.includes('as=PartialObjectMetadata') === true ? 'metadata' : 'full';
}

function ofCollection({ store, write, answer }: Served, route: Route, request: ApiRequest): ApiResponse {
  switch (request.method) {
    case 'GET':
      return answer.json(200, listPage(store, route, formOf(request)));
    case 'POST':
      return written(write.create(route, parseBody(request.body), intentOf(request, route.query)));
    case 'PUT':
    case 'PATCH':
    case 'DELETE':
      throw methodNotAllowed();
  }

  function written({ status, object, stored }: Written): ApiResponse {
    return answer.object(status, stored ?? object, formOf(request));
  }
}

function ofObject(served: Served, route: ObjectRoute, request: ApiRequest): ApiResponse {
  const { store, write, answer } = served;
  const { kind, namespace, name, query } = route;
  switch (request.method) {
    case 'GET': {
      const stored = store.get(kind, keyOf(namespace, name));
      if (stored === undefined) throw notFound({ resource: kind.resource, name });
      return answer.object(200, stored, formOf(request));
    }
    case 'PUT':
      return written(write.replace(route, parseBody(request.body), intentOf(request, query)));
    case 'PATCH':
      if (request.headers['content-type'] !== MERGE_PATCH) throw badRequest('only merge patches are served');
      return written(write.mergePatch(route, parseBody(request.body), intentOf(request, query)));
    case 'DELETE':
      return remove(served, route, request);
    case 'POST':
      throw methodNotAllowed();
  }

  function written({ status, object, stored }: Written): ApiResponse {
    return answer.object(status, stored ?? object, formOf(request));
  }
}

function remove({ store, answer, now }: Served, route: ObjectRoute, request: ApiRequest): ApiResponse {
  const { kind, name } = route;
  const body = request.body === undefined || request.body === '' ? undefined : parseBody(request.body);
  const { type, object } = deleteObject(store, route, deleteOptionsOf(body, route.query), now());
  if (type === 'held' || kind.deleted === 'object') return answer.object(200, object, formOf(request));
  const { group, plural } = kind.resource;
  const details = { name, group: group === '' ? undefined : group, kind: plural, uid: object.metadata.uid };
  return answer.json(
    200,
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }),
  );
}
