import { readFile } from 'node:fs/promises';
import { Agent, errors, request } from 'undici';
import { z } from 'zod';
import type { PlaneAccess } from '../plane/access.ts';

/** The API server as the benchmark uses it: over connections that stay open, as the operator does. */
export interface Cluster {
  create(collection: string, object: unknown): Promise<void>;
  replace(path: string, object: unknown): Promise<void>;
  /** A merge patch (RFC 7396). */
  patch(path: string, change: unknown): Promise<void>;
  /** Follows a collection from now on. Resolves when the server has begun to tell. */
  follow(collection: string): Promise<Followed>;
  /**
   * Writes of others than us, of objects that the operator writes, that the API server has served since it began, by
   * `VERB resource`; dry runs are marked.
   */
  writes(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/** Objects of a collection as they come. */
export interface Followed {
  /** Resolves with the time (`performance.now()`) at which the object first was as `holds` wants it, since we follow. */
  when(name: string, holds?: (object: Seen) => boolean): Promise<number>;
}

const Seen = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    resourceVersion: z.string(),
    generation: z.number().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  status: z
    .looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).optional() })
    .optional(),
});
/** An object as a watch shows it, with what all of them have. */
export type Seen = z.infer<typeof Seen>;
const Event = z.object({ type: z.string(), object: z.unknown() });

interface Waiter {
  readonly holds: (object: Seen) => boolean;
  readonly resolve: (at: number) => void;
}

const CONNECTIONS = 16;
const WRITES = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE']);

/** By group. The Events and the writes of Deployments that Kubernetes makes itself are of other groups and verbs. */
const COUNTED = new Set([
  'oauthapp.dev/oauthapplications',
  'oauthapp.dev/oauthproviders',
  '/secrets',
  'events.k8s.io/events',
  'apps/deployments',
]);
const OF_THE_DEPLOYMENT_CONTROLLER = /^PUT deployments/;
const COUNTER = /^apiserver_request_total\{([^}]*)\} (\S+)$/gm;

/** Opens connections to the plane's API server, as the admin. */
export async function openCluster({ server, caFile, adminToken }: PlaneAccess): Promise<Cluster> {
  const ca = await readFile(caFile, 'utf8');
  const dispatcher = new Agent({ connect: { ca }, connections: CONNECTIONS, allowH2: false, bodyTimeout: 0 });
  const watches = new Agent({ connect: { ca }, allowH2: false, bodyTimeout: 0 });
  const authorization = `Bearer ${adminToken}`;
  const own = new Map<string, number>();

  async function write(method: 'POST' | 'PUT' | 'PATCH', path: string, object: unknown): Promise<void> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { authorization, 'content-type': type };
    const { statusCode, body } = await request(`${server}${path}`, {
      method,
      headers,
      body: JSON.stringify(object),
      dispatcher,
    });
    const text = await body.text();
    if (statusCode >= 300) throw new Error(`the API server answered ${statusCode}: ${text}`);
    const what = `${method} ${resourceIn(path)}`;
    own.set(what, (own.get(what) ?? 0) + 1);
  }

  return {
    create: (collection, object) => write('POST', collection, object),
    replace: (path, object) => write('PUT', path, object),
    patch: (path, change) => write('PATCH', path, change),

    async follow(collection) {
      const watch = async (since: string | undefined): Promise<AsyncIterable<Buffer>> => {
        const from = since === undefined ? '' : `&resourceVersion=${since}`;
        const url = `${server}${collection}?watch=true${from}`;
        return (await request(url, { headers: { authorization }, dispatcher: watches })).body;
      };
      return following(await watch(undefined), watch);
    },

    async writes() {
      const { body } = await request(`${server}/metrics`, { headers: { authorization }, dispatcher });
      const all = [...countedIn(await body.text())];
      return new Map(all.map(([what, count]) => [what, count - (own.get(what) ?? 0)]));
    },

    async close() {
      await Promise.all([dispatcher.destroy(), watches.destroy()]);
    },
  };
}

/** Whether an object of ours says that it is ready. */
export function isReady({ status }: Seen): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}

/** The plural in a namespaced path. */
function resourceIn(path: string): string {
  return /\/namespaces\/[^/]+\/([^/]+)/.exec(path)?.[1] ?? path;
}

/** `again` watches from a version on: a server that is busy ends the watches of those who are slow to read. */
function following(first: AsyncIterable<Buffer>, again: (since: string | undefined) => Promise<AsyncIterable<Buffer>>) {
  const waiters = new Map<string, Waiter[]>();
  let since: string | undefined;

  function tell(object: Seen): void {
    const at = performance.now();
    since = object.metadata.resourceVersion;
    const waiting = waiters.get(object.metadata.name) ?? [];
    waiters.set(
      object.metadata.name,
      waiting.filter(({ holds, resolve }) => {
        if (holds(object)) resolve(at);
        return !holds(object);
      }),
    );
  }

  async function follow(): Promise<void> {
    try {
      for (let chunks = first; ; chunks = await again(since)) await read(chunks, tell);
    } catch (error) {
      // Closed.
      if (!(error instanceof errors.ClientDestroyedError)) throw error;
    }
  }

  void follow();
  return {
    when: (name: string, holds: Waiter['holds'] = () => true) =>
      new Promise<number>((resolve) => waiters.set(name, [...(waiters.get(name) ?? []), { holds, resolve }])),
  } satisfies Followed;
}

/** Resolves when the connection has ended. */
async function read(chunks: AsyncIterable<Buffer>, tell: (object: Seen) => void): Promise<void> {
  let rest = '';
  try {
    for await (const chunk of chunks) {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const { type, object } = Event.parse(JSON.parse(line));
        if (type === 'ERROR') throw new Error(`the watch ended: ${line}`);
        tell(Seen.parse(object));
      }
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

function countedIn(page: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, labels = '', value = ''] of page.matchAll(COUNTER)) {
    const label = (name: string): string => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    const resource = label('resource');
    if (!WRITES.has(label('verb')) || !COUNTED.has(`${label('group')}/${resource}`)) continue;
    const target = label('subresource') === '' ? resource : `${resource}/${label('subresource')}`;
    const what = `${label('verb')} ${target}${label('dry_run') === '' ? '' : ' (dry run)'}`;
    if (!OF_THE_DEPLOYMENT_CONTROLLER.test(what)) counts.set(what, (counts.get(what) ?? 0) + Number(value));
  }
  return counts;
}
