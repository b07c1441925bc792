import { z } from 'zod';
import type { Clock } from '../runtime/clock.ts';
import type { Verb } from './errors.ts';
import { isGone, TransportError } from './errors.ts';
import type { KubeObject, Manifest } from './object.ts';
import { decodeObject, isRecord } from './object.ts';
import type { Ref, Resource, Subresource } from './resources.ts';
import { apiVersionOf, collectionPath, nameOf, objectPath } from './resources.ts';
import { acceptOf, jsonOf } from './answer.ts';
import { serverClock } from './server-clock.ts';
import type { ApiRequest, Transport } from './transport.ts';

/** Which objects of a collection. `namespace: undefined` means all of them. Selectors in the API's own syntax. */
export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListOptions extends Selection {
  /** Objects in one answer; 500 by default. Bounds how long one answer blocks the event loop. */
  readonly pageSize?: number | undefined;
  /** `metadata`: no spec, no status, and no data of a Secret, ever reach this process. */
  readonly representation?: Representation | undefined;
}

export type Representation = 'full' | 'metadata';

export interface WriteOptions {
  /** The server runs every check and stores nothing. */
  readonly dryRun?: 'All' | undefined;
}

/**
 * A patch of one object.
 *
 * - `merge`: RFC 7396. A precondition is `metadata.uid` and `metadata.resourceVersion` in the body. Replaces lists whole.
 * - `json`: RFC 6902. A precondition is a `test` operation.
 * - `apply`: server-side apply with our field manager; takes over fields that others hold.
 */
export type Patch =
  | { readonly type: 'merge'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly type: 'json'; readonly body: readonly JsonPatchOperation[] }
  | { readonly type: 'apply'; readonly body: Manifest };

export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

export interface SubresourceOptions extends WriteOptions {
  readonly subresource?: Subresource | undefined;
}

export interface DeletePreconditions {
  readonly uid: string;
  readonly resourceVersion?: string | undefined;
}

/** A collection as it was at `resourceVersion`. */
export interface ObjectList {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

/**
 * The Kubernetes API in plain JSON, without models: a field that we have never heard of survives a read and a write.
 *
 * Every method throws {@link ApiError} for an answer that is no success, {@link TransportError} when none came, and the
 * reason of `signal` when it aborts. After an error for which `isDefinite` does not hold a write may have happened.
 */
export interface KubeClient {
  /** From etcd, never from a cache. */
  get(ref: Ref, signal: AbortSignal): Promise<KubeObject>;
  /** All pages of a consistent list. Begins anew, once, when its continue token expires between two pages. */
  list(resource: Resource, options: ListOptions, signal: AbortSignal): Promise<ObjectList>;
  /** POST into the namespace that `object` names. */
  create(resource: Resource, object: Manifest, options: WriteOptions, signal: AbortSignal): Promise<KubeObject>;
  /**
   * PUT. The uid and resourceVersion that `object` carries are the precondition; another state is answered 409.
   *
   * @throws RangeError when it carries none, as after a dry run: the server would overwrite whatever is there
   */
  replace(ref: Ref, object: KubeObject, options: SubresourceOptions, signal: AbortSignal): Promise<KubeObject>;
  patch(ref: Ref, patch: Patch, options: SubresourceOptions, signal: AbortSignal): Promise<KubeObject>;
  /** Resolves when the deletion was accepted; finalizers may hold the object. Another uid is answered 409. */
  delete(ref: Ref, preconditions: DeletePreconditions, signal: AbortSignal): Promise<void>;
  /** The API server's wall clock in milliseconds, by the last `Date` it sent; our own before its first answer. */
  serverNow(): number;
  /** Milliseconds by which our wall clock is ahead of the API server's, to about a second; `undefined` before its first answer. */
  clockSkewMs(): number | undefined;
}

export interface ClientOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Owner of the fields that we write, in `metadata.managedFields`. */
  readonly fieldManager: string;
  /** Milliseconds for one whole answer; 30,000 by default. */
  readonly deadlineMs?: number | undefined;
}

const CALL_DEADLINE_MS = 30_000;
const PAGE_SIZE = 500;

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const satisfies Record<Patch['type'], string>;

const PAGE = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullable(),
});

/** What distinguishes one request from another; the rest follows from it. */
interface Call {
  readonly verb: Verb;
  readonly resource: Resource;
  readonly method: ApiRequest['method'];
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly accept?: string | undefined;
  readonly content?: { readonly type: string; readonly body: unknown } | undefined;
  readonly repeat: ApiRequest['repeat'];
}

export function createClient({ transport, clock, fieldManager, deadlineMs = CALL_DEADLINE_MS }: ClientOptions): KubeClient {
  const time = serverClock(clock);

  return {
    async get(ref, signal) {
      const path = objectPath(ref, undefined);
      return single({ verb: 'get', resource: ref.resource, method: 'GET', path, repeat: 'safe' }, signal);
    },

    async list(resource, options, signal) {
      try {
        return await everyPage(resource, options, signal);
      } catch (error) {
        if (!isGone(error)) throw error;
        return everyPage(resource, options, signal);
      }
    },

    async create(resource, object, options, signal) {
      const path = collectionPath(resource, object.metadata.namespace);
      const content = { type: 'application/json', body: typed(resource, object) };
      const repeat = options.dryRun === undefined ? 'unsafe' : 'safe';
      return single({ verb: 'create', resource, method: 'POST', path, query: writing(options), content, repeat }, signal);
    },

    async replace(ref, object, options, signal) {
      const { resource } = ref;
      const { uid, resourceVersion } = object.metadata;
      if (uid === '' || resourceVersion === '') throw new RangeError('an object without precondition is not replaced');
      const path = objectPath(ref, options.subresource);
      const content = { type: 'application/json', body: object };
      return single(
        { verb: 'update', resource, method: 'PUT', path, query: writing(options), content, repeat: 'safe' },
        signal,
      );
    },

    async patch(ref, patch, options, signal) {
      const { resource } = ref;
      const path = objectPath(ref, options.subresource);
      const forced = patch.type === 'apply' ? 'true' : undefined;
      const query = { ...writing(options), force: forced };
      const body = patch.type === 'apply' ? typed(resource, patch.body) : patch.body;
      const content = { type: PATCH_TYPES[patch.type], body };
      return single({ verb: 'patch', resource, method: 'PATCH', path, query, content, repeat: repeatOf(patch) }, signal);
    },

    async delete(ref, { uid, resourceVersion }, signal) {
      const path = objectPath(ref, undefined);
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
      const content = { type: 'application/json', body };
      await call({ verb: 'delete', resource: ref.resource, method: 'DELETE', path, content, repeat: 'safe' }, signal);
    },

    serverNow: time.now,
    clockSkewMs: time.skewMs,
  };

  async function everyPage(resource: Resource, options: ListOptions, signal: AbortSignal): Promise<ObjectList> {
    const items: KubeObject[] = [];
    let next: string | undefined;
    for (;;) {
      const page = await onePage(resource, options, next, signal);
      for (const item of page.items) items.push(item);
      if (page.next === undefined) return { items, resourceVersion: page.resourceVersion };
      next = page.next;
    }
  }

  async function onePage(resource: Resource, options: ListOptions, next: string | undefined, signal: AbortSignal) {
    const { namespace, labelSelector, fieldSelector, pageSize = PAGE_SIZE, representation = 'full' } = options;
    const json = await call(
      {
        verb: 'list',
        resource,
        method: 'GET',
        path: collectionPath(resource, namespace),
        query: { limit: String(pageSize), continue: next, labelSelector, fieldSelector },
        accept: acceptOf(representation, 'PartialObjectMetadataList'),
        repeat: 'safe',
      },
      signal,
    );
    const { metadata, items } = decoded('list', resource, () => PAGE.parse(json));
    return {
      items: (items ?? []).map((item) => decoded('list', resource, () => decodeObject(item, typeOf(resource)))),
      resourceVersion: metadata.resourceVersion,
      next: metadata.continue === '' ? undefined : metadata.continue,
    };
  }

  async function single(request: Call, signal: AbortSignal): Promise<KubeObject> {
    const json = await call(request, signal);
    return decoded(request.verb, request.resource, () => decodeObject(json, typeOf(request.resource)));
  }

  async function call(request: Call, signal: AbortSignal): Promise<unknown> {
    const { verb, resource, method, path, query = {}, accept = 'application/json', content, repeat } = request;
    const headers = { accept, ...(content === undefined ? {} : { 'content-type': content.type }) };
    const body = content === undefined ? undefined : JSON.stringify(content.body);
    const answer = await transport.call({ method, path: path + queryOf(query), headers, body, repeat, deadlineMs }, signal);
    time.heard(answer.headers);
    return jsonOf(verb, nameOf(resource), answer, clock);
  }

  function writing({ dryRun }: WriteOptions) {
    return { fieldManager, fieldValidation: 'Strict', dryRun };
  }
}

/** `?a=b&c=d` of those that are given, or nothing. */
export function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** The type that the API server leaves out of list items. */
export function typeOf(resource: Resource): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind };
}

function typed(resource: Resource, object: Manifest) {
  return { ...object, ...typeOf(resource) };
}

/** Only a patch that fails on a changed object, or that says the whole of what we want, may be sent again blindly. */
function repeatOf(patch: Patch): ApiRequest['repeat'] {
  switch (patch.type) {
    case 'apply':
      return 'safe';
    case 'json':
      return patch.body.some(({ op, path }) => op === 'test' && path === '/metadata/resourceVersion') ? 'safe' : 'unsafe';
    case 'merge': {
      const { metadata } = patch.body;
      return isRecord(metadata) && typeof metadata['resourceVersion'] === 'string' ? 'safe' : 'unsafe';
    }
  }
}

/** Turns a shape that we cannot read into an error that repeats none of it. */
function decoded<T>(verb: Verb, resource: Resource, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const where = error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new TransportError('malformed', `${verb} ${nameOf(resource)}: ${where}`);
  }
}
