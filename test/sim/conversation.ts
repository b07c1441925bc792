import { z } from 'zod';
import { acceptOf } from '../../src/kube/answer.ts';
import type { Representation } from '../../src/kube/client.ts';
import {
  collectionPath,
  objectPath,
  queryOf,
  type Resource,
  type Subresource,
  typeOf,
} from '../../src/kube/resources.ts';
import type { ApiRequest } from '../../src/kube/transport.ts';
import { normaliser } from './normalised.ts';
import type { Examined } from './servers.ts';

/** What an answer or an event says, as far as exchanges ask. */
export type Said = z.infer<typeof Said>;

const Said = z.looseObject({
  reason: z.string().optional(),
  metadata: z
    .looseObject({
      name: z.string().default(''),
      uid: z.string().default(''),
      resourceVersion: z.string().default(''),
      generation: z.number().optional(),
      deletionTimestamp: z.string().optional(),
      labels: z.record(z.string(), z.string()).default({}),
      annotations: z.record(z.string(), z.string()).default({}),
      finalizers: z.array(z.string()).default([]),
      ownerReferences: z.array(z.looseObject({ name: z.string() })).default([]),
      continue: z.string().default(''),
    })
    .prefault({}),
  spec: z.record(z.string(), z.unknown()).default({}),
  status: z.unknown().optional(),
  data: z.record(z.string(), z.string()).default({}),
  details: z
    .looseObject({ causes: z.array(z.looseObject({ field: z.string().default('') })).default([]) })
    .prefault({}),
  items: z
    .array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) }))
    .nullish()
    .transform((items) => items ?? []),
});

const Body = z.record(z.string(), z.unknown());

/** A whole answer. */
export interface Answer extends Said {
  readonly code: number;
  /** All of it, to be sent back. */
  readonly body: Content;
}

/** An event of a watch, with the name of its object; `END` when the server has ended the watch. */
export interface Told {
  readonly type: string;
  readonly said: Said;
}

type Query = Readonly<Record<string, string>>;
type Content = Readonly<Record<string, unknown>>;

/** Speaks to a server about a namespace of its own. Whatever it says is kept in the transcript, normalised. */
export interface Conversation {
  readonly namespace: string;
  get(resource: Resource, name: string, form?: Representation): Promise<Answer>;
  list(resource: Resource, query?: Query, form?: Representation): Promise<Answer>;
  /** `content` needs neither type nor namespace. */
  create(resource: Resource, content: Content, query?: Query): Promise<Answer>;
  replace(resource: Resource, content: Content, query?: Query, part?: Subresource): Promise<Answer>;
  patch(resource: Resource, name: string, change: Content, query?: Query, part?: Subresource): Promise<Answer>;
  remove(resource: Resource, name: string, options?: Content, query?: Query): Promise<Answer>;
  /** Any request, for what the others would not send. */
  send(method: ApiRequest['method'], path: string, body?: string): Promise<Answer>;
  /** Returns the way to read the next so many events. */
  watch(resource: Resource, query: Query, form?: Representation): Promise<(count: number) => Promise<readonly Told[]>>;
  /** Lets controllers work until the object is there no more. */
  untilGone(resource: Resource, name: string): Promise<void>;
  /** Lets controllers work until the object is as it should be. */
  until(resource: Resource, name: string, holds: (said: Said) => boolean): Promise<void>;
  transcript(): readonly unknown[];
}

const TYPES = { patch: 'application/merge-patch+json', other: 'application/json' } as const;
const DEADLINE_MS = 30_000;

/** Begins a conversation. */
export function converse(server: Examined): Conversation {
  const { namespace } = server;
  const transcript: unknown[] = [];
  const normalised = normaliser(namespace);
  const at = (resource: Resource) => (resource.scope === 'Cluster' ? undefined : namespace);
  const place = (resource: Resource, name: string, part: Subresource | undefined) =>
    objectPath({ resource, namespace: at(resource), name }, part);

  return {
    namespace,
    get: (resource, name, form = 'full') =>
      heard('GET', place(resource, name, undefined), undefined, acceptOf(form, 'PartialObjectMetadata')),
    list: (resource, query = {}, form = 'full') =>
      heard(
        'GET',
        collectionPath(resource, at(resource)) + queryOf(query),
        undefined,
        acceptOf(form, 'PartialObjectMetadataList'),
      ),
    create: (resource, content, query = {}) =>
      heard('POST', collectionPath(resource, at(resource)) + queryOf(query), { ...typeOf(resource), ...content }),
    replace: (resource, content, query = {}, part = undefined) => {
      const { metadata } = Said.parse(content);
      return heard('PUT', place(resource, metadata.name, part) + queryOf(query), { ...typeOf(resource), ...content });
    },
    patch: (resource, name, change, query = {}, part = undefined) =>
      heard('PATCH', place(resource, name, part) + queryOf(query), change),
    remove: (resource, name, options = {}, query = {}) =>
      heard('DELETE', place(resource, name, undefined) + queryOf(query), options),
    send: (method, path, body) => heard(method, path, body),
    transcript: () => transcript,

    async watch(resource, query, form = 'full') {
      const path =
        collectionPath(resource, at(resource)) + queryOf({ watch: 'true', allowWatchBookmarks: 'true', ...query });
      const { status, lines } = await server.watch(
        request('GET', path, undefined, acceptOf(form, 'PartialObjectMetadata')),
      );
      transcript.push({ asked: 'WATCH', code: status });
      return async (count) => {
        const events: Told[] = [];
        while (events.length < count) events.push(...toldBy(await lines.next()));
        return events;
      };
    },

    untilGone: (resource, name) =>
      server.settle(`${name} is gone`, async () => (await ask('GET', place(resource, name, undefined))).code === 404),
    until: (resource, name, holds) =>
      server.settle(`${name} is as it should be`, async () =>
        holds(await ask('GET', place(resource, name, undefined))),
      ),
  };

  async function heard(method: ApiRequest['method'], path: string, body?: unknown, accept?: string): Promise<Answer> {
    const answer = await ask(method, path, body, accept);
    transcript.push({ asked: method, code: answer.code, said: normalised(answer.body) });
    return answer;
  }

  async function ask(
    method: ApiRequest['method'],
    path: string,
    body?: unknown,
    accept = 'application/json',
  ): Promise<Answer> {
    const answer = await server.send(request(method, path, body, accept));
    const text = Buffer.from(answer.body).toString('utf8');
    const json: unknown = text.startsWith('{') ? JSON.parse(text) : { text };
    return { ...Said.parse(json), code: answer.status, body: Body.parse(json) };
  }

  /** A real server tells of its progress whenever it likes; only the bookmark after the initial events has its place. */
  function toldBy({ done, value }: IteratorResult<string>): readonly Told[] {
    const { type, object } = done === true ? { type: 'END', object: {} } : Line.parse(JSON.parse(value));
    const said = Said.parse(object);
    if (type === 'BOOKMARK' && said.metadata.annotations['k8s.io/initial-events-end'] === undefined) return [];
    transcript.push({ told: type, said: normalised(object) });
    return [{ type, said }];
  }
}

/** A refused watch says its refusal, and nothing else. */
const Line = z.union([
  z.object({ type: z.string(), object: z.unknown() }),
  z.looseObject({ kind: z.literal('Status') }).transform((object) => ({ type: 'REFUSED', object })),
]);

function request(method: ApiRequest['method'], path: string, body: unknown, accept: string): ApiRequest {
  const type = method === 'PATCH' ? TYPES.patch : TYPES.other;
  return {
    method,
    path,
    headers: { accept, 'user-agent': 'oauthapp-operator', ...(body === undefined ? {} : { 'content-type': type }) },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    repeat: 'unsafe',
    deadlineMs: DEADLINE_MS,
  };
}
