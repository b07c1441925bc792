import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { PlaneAccess } from '../plane/access.ts';

/** The API server as the benchmark uses it: over connections that stay open, as the operator does. */
export interface Cluster {
  create(collection: string, object: unknown): Promise<void>;
  remove(path: string): Promise<void>;
  /** Follows a collection from now on. Resolves when the server has begun to tell. */
  follow(collection: string): Promise<Followed>;
  /** Writes that the API server has served since it began, by `VERB resource`; dry runs are marked. */
  writes(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/** Objects of a collection as they come. */
export interface Followed {
  /** Resolves with the time (`performance.now()`) at which the object first was as `holds` wants it, since we follow. */
  when(name: string, holds?: (object: Seen) => boolean): Promise<number>;
}

const Seen = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  status: z
    .looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).optional() })
    .optional(),
});
type Seen = z.infer<typeof Seen>;
const Event = z.object({ type: z.string(), object: Seen });

interface Waiter {
  readonly holds: (object: Seen) => boolean;
  readonly resolve: (at: number) => void;
}

const CONNECTIONS = 16;
const WRITES = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE']);
const COUNTED = new Set(['oauthapplications', 'oauthproviders', 'secrets', 'events']);
const COUNTER = /^apiserver_request_total\{([^}]*)\} (\S+)$/gm;

/** Opens connections to the plane's API server, as the admin. */
export async function openCluster({ server, caFile, adminToken }: PlaneAccess): Promise<Cluster> {
  const ca = await readFile(caFile, 'utf8');
  const dispatcher = new Agent({ connect: { ca }, connections: CONNECTIONS, allowH2: false, bodyTimeout: 0 });
  const watches = new Agent({ connect: { ca }, allowH2: false, bodyTimeout: 0 });
  const authorization = `Bearer ${adminToken}`;

  return {
    async create(collection, object) {
      const headers = { authorization, 'content-type': 'application/json' };
      const body = JSON.stringify(object);
      await expected(201, await request(`${server}${collection}`, { method: 'POST', headers, body, dispatcher }));
    },

    async remove(path) {
      await expected(
        200,
        await request(`${server}${path}`, { method: 'DELETE', headers: { authorization }, dispatcher }),
      );
    },

    async follow(collection) {
      const url = `${server}${collection}?watch=true`;
      const { body } = await request(url, { headers: { authorization }, dispatcher: watches });
      return following(body);
    },

    async writes() {
      const { body } = await request(`${server}/metrics`, { headers: { authorization }, dispatcher });
      return countedIn(await body.text());
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

type Answer = Awaited<ReturnType<typeof request>>;

async function expected(status: number, { statusCode, body }: Answer): Promise<void> {
  const text = await body.text();
  if (statusCode !== status) throw new Error(`the API server answered ${statusCode}: ${text}`);
}

function following(lines: AsyncIterable<Buffer>): Followed {
  const waiters = new Map<string, Waiter[]>();
  void read(lines, (object) => {
    const at = performance.now();
    const waiting = waiters.get(object.metadata.name) ?? [];
    waiters.set(
      object.metadata.name,
      waiting.filter(({ holds, resolve }) => {
        if (holds(object)) resolve(at);
        return !holds(object);
      }),
    );
  });
  return {
    when: (name, holds = () => true) =>
      new Promise((resolve) => waiters.set(name, [...(waiters.get(name) ?? []), { holds, resolve }])),
  };
}

/** Ends with the connection. */
async function read(chunks: AsyncIterable<Buffer>, tell: (object: Seen) => void): Promise<void> {
  let rest = '';
  try {
    for await (const chunk of chunks) {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) tell(Event.parse(JSON.parse(line)).object);
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
    if (!WRITES.has(label('verb')) || !COUNTED.has(resource)) continue;
    const target = label('subresource') === '' ? resource : `${resource}/${label('subresource')}`;
    const what = `${label('verb')} ${target}${label('dry_run') === '' ? '' : ' (dry run)'}`;
    counts.set(what, (counts.get(what) ?? 0) + Number(value));
  }
  return counts;
}
