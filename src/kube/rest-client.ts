import { z } from 'zod';
import type { Clock } from '../runtime/clock.ts';
import { acceptOf, jsonOf } from './answer.ts';
import type { KubeClient, ListOptions, Patch, WriteOptions } from './client.ts';
import type { Verb } from './errors.ts';
import { TransportError } from './errors.ts';
import type { KubeObject, Manifest } from './object.ts';
import { decodeObject, isRecord } from './object.ts';
import { everyPage, type Page } from './pages.ts';
import type { Resource } from './resources.ts';
import { collectionPath, nameOf, objectPath, queryOf, typeOf } from './resources.ts';
import { type ServerClock, serverClock } from './server-clock.ts';
import type { ApiRequest, Transport } from './transport.ts';

export interface ClientOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** What is known of the API server's time, where several clients share it. */
  readonly serverTime?: ServerClock | undefined;
  /** Owner of the fields that we write, in `metadata.managedFields`. */
  readonly fieldManager: string;
  /** Milliseconds for one whole answer; 30,000 by default. */
  readonly deadlineMs?: number | undefined;
}

const CALL_DEADLINE_MS = 30_000;
const PAGE_SIZE = 500;

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
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

/** What is listed, and what is kept of each object. */
interface Listing<T> {
  readonly resource: Resource;
  readonly options: ListOptions;
  readonly keep: (object: KubeObject) => readonly T[];
}

/** Speaks to the API server over `transport`, which decides what is sent twice. */
export function createClient({
  transport,
  clock,
  fieldManager,
  deadlineMs = CALL_DEADLINE_MS,
  serverTime: time = serverClock(clock),
}: ClientOptions): KubeClient {
  return {
    async get(ref, signal) {
      const path = objectPath(ref, undefined);
      return single({ verb: 'get', resource: ref.resource, method: 'GET', path, repeat: 'safe' }, signal);
    },

    list(resource, options, signal) {
      const { trim = itself } = options;
      return wholeList({ resource, options, keep: (object) => [trim(object)] }, signal);
    },

    async collect(resource, options, keep, signal) {
      const { items } = await wholeList({ resource, options, keep }, signal);
      return items;
    },

    async revision(resource, selection, signal) {
      const options = { ...selection, representation: 'metadata' } as const;
      const { resourceVersion } = await onePage({ resource, options, keep: none }, 1, undefined, signal);
      return resourceVersion;
    },

    async create(resource, object, options, signal) {
      const path = collectionPath(resource, object.metadata.namespace);
      const content = { type: 'application/json', body: typed(resource, object) };
      const repeat = options.dryRun === undefined ? 'unsafe' : 'safe';
      return single(
        { verb: 'create', resource, method: 'POST', path, query: writing(options), content, repeat },
        signal,
      );
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
      return single(
        { verb: 'patch', resource, method: 'PATCH', path, query, content, repeat: repeatOf(patch) },
        signal,
      );
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

  function wholeList<T>(listing: Listing<T>, signal: AbortSignal) {
    const { pageSize = PAGE_SIZE } = listing.options;
    return everyPage(pageSize, (size, next) => onePage(listing, size, next, signal));
  }

  async function onePage<T>(
    { resource, options, keep }: Listing<T>,
    size: number,
    next: string | undefined,
    signal: AbortSignal,
  ): Promise<Page<T>> {
    const { namespace, labelSelector, fieldSelector, representation = 'full' } = options;
    const json = await call(
      {
        verb: 'list',
        resource,
        method: 'GET',
        path: collectionPath(resource, namespace),
        query: { limit: String(size), continue: next, labelSelector, fieldSelector },
        accept: acceptOf(representation, 'PartialObjectMetadataList'),
        repeat: 'safe',
      },
      signal,
    );
    const { metadata, items } = decoded('list', resource, () => PAGE.parse(json));
    return {
      // Here and not once all pages are there: the objects of a page end with it.
      items: (items ?? []).flatMap((item) =>
        keep(decoded('list', resource, () => decodeObject(item, typeOf(resource)))),
      ),
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
    const answer = await transport.call(
      { method, path: path + queryOf(query), headers, body, repeat, deadlineMs },
      signal,
    );
    time.heard(answer.headers);
    return jsonOf(verb, nameOf(resource), answer, clock);
  }

  function writing({ dryRun }: WriteOptions) {
    return { fieldManager, fieldValidation: 'Strict', dryRun };
  }
}

function itself(object: KubeObject): KubeObject {
  return object;
}

function none(): readonly KubeObject[] {
  return [];
}

function typed(resource: Resource, object: Manifest) {
  return { ...object, ...typeOf(resource) };
}

/** Only a patch that fails on a changed object, or that says the whole of what we want, may be sent again blindly. */
function repeatOf(patch: Patch): ApiRequest['repeat'] {
  switch (patch.type) {
    case 'apply':
      return 'safe';
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
