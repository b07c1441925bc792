import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestContext } from 'vitest';
import { startControlPlane } from '../../dev/control-plane.ts';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import type { Kind } from '../../dev/sim/api-server/kinds.ts';
import { type SimulatedApiServer, simulatedApiServer } from '../../dev/sim/api-server/server.ts';
import { Redacted } from '../../src/credentials.ts';
import { collectionPath, NAMESPACES } from '../../src/kube/resources.ts';
import type { ApiRequest, ApiResponse, ApiStream } from '../../src/kube/transport.ts';
import { connectTo } from '../../src/kube/undici-transport.ts';
import { splitLines } from '../../src/kube/watch-stream.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';

/** An API server under examination, real or simulated. */
export interface Examined {
  /** A namespace that nobody else uses. */
  readonly namespace: string;
  send(request: ApiRequest): Promise<ApiResponse>;
  /** A refusal is one line, and the end. */
  watch(request: ApiRequest): Promise<{ readonly status: number; readonly lines: AsyncIterator<string> }>;
  /** Lets controllers work until `done`. @throws Error when that does not come about */
  settle(what: string, done: () => Promise<boolean>): Promise<void>;
}

const SETTLES_WITHIN_MS = 60_000;
const POLL_MS = 50;
const LONGEST_LINE_BYTES = 1024 * 1024;

/** One whose etcd can be put back. */
export interface Restorable extends Examined {
  /** Keeps everything as it is now. */
  backUp(): Promise<void>;
  /** Puts it back, with its revisions: they are given out a second time. Whoever watches is cut off. */
  restore(): Promise<void>;
}

type Ending = Pick<TestContext, 'onTestFinished'>;

/** The kube-apiserver that the whole run shares, as its admin, until the test has ended. */
export async function realServer(ending: Ending): Promise<Examined> {
  return examined(sharedControlPlane(), await freshNamespace(), ending);
}

/** A kube-apiserver and an etcd of its own, and no controllers, until the test has ended. */
export async function restorableServer(
  { onTestFinished }: Ending,
  whenRestored: 'starts-anew' | 'goes-on' = 'starts-anew',
): Promise<Restorable> {
  const plane = await startControlPlane({ controllerManager: 'off' });
  onTestFinished(() => plane.stop());
  const copy = join(plane.coordinates.folder, 'backup');
  return {
    ...(await examined(plane, 'default', { onTestFinished })),
    backUp: () => plane.backUp(copy),
    restore: () => plane.restore(copy, whenRestored),
  };
}

async function examined(plane: PlaneAccess, namespace: string, { onTestFinished }: Ending): Promise<Examined> {
  const { server, caFile, adminToken } = plane;
  const ca = await readFile(caFile, 'utf8');
  const config = {
    server,
    readTls: async () => ({ ca, cert: undefined, key: undefined }),
    readToken: async () => new Redacted(adminToken),
    tlsServerName: undefined,
    verification: 'verify',
    namespace: undefined,
  } as const;
  const { api, close } = connectTo({ config, clock: systemClock, connections: 4 });
  const { signal } = new AbortController();
  const streams: ApiStream[] = [];
  onTestFinished(async () => {
    for (const stream of streams) stream.close();
    await close();
  });
  return {
    namespace,
    send: (request) => api.call(request, signal),
    async watch(request) {
      const stream = await api.stream(request, signal);
      streams.push(stream);
      return { status: stream.status, lines: splitLines(stream.chunks, LONGEST_LINE_BYTES) };
    },
    async settle(what, done) {
      const start = performance.now();
      while (!(await done())) {
        if (performance.now() - start > SETTLES_WITHIN_MS) throw new Error(`${what}: does not come about`);
        await delay(POLL_MS);
      }
    },
  };
}

/** A simulated one that has seen as much as the real one: its early history is forgotten. */
export async function simulatedServer(kinds: readonly Kind[]): Promise<Restorable> {
  let uids = 0;
  const uid = () => `5afe0000-0000-4000-8000-${String(++uids).padStart(12, '0')}`;
  const server = simulatedApiServer({ clock: systemClock, uid, kinds });
  const namespace = 'simulated';
  const body = JSON.stringify({ metadata: { name: namespace, labels: { 'oauthapp.dev/test': 'true' } } });
  const path = collectionPath(NAMESPACES, undefined);
  server.handle({ method: 'POST', path, headers: {}, body, repeat: 'unsafe', deadlineMs: 0 });
  server.compact();
  let kept = server.snapshot();
  return {
    namespace,
    send: async (request) => server.handle(request),
    watch: async (request) => linesOf(server, request),
    async settle(what, done) {
      while (server.collectGarbage());
      if (!(await done())) throw new Error(`${what}: does not come about`);
    },
    async backUp() {
      kept = server.snapshot();
    },
    restore: async () => server.restore(kept, 'goes-back'),
  };
}

function linesOf(server: SimulatedApiServer, request: ApiRequest) {
  const told: string[] = [];
  let wake = (): void => undefined;
  let state: 'open' | 'ended' = 'open';
  const opened = server.watch(request, {
    line(bytes) {
      told.push(bytes.toString('utf8').trimEnd());
      wake();
    },
    end() {
      state = 'ended';
      wake();
    },
  });
  if (opened.type === 'open') return { status: 200, lines: read() };
  told.push(Buffer.from(opened.response.body).toString('utf8'));
  state = 'ended';
  return { status: opened.response.status, lines: read() };

  async function* read(): AsyncGenerator<string> {
    for (;;) {
      const line = told.shift();
      if (line !== undefined) yield line;
      else if (state === 'ended') return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
}
