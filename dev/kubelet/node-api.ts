import { z } from 'zod';
import { kubeconfig } from '../../src/kube/config.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { PODS } from '../../src/kube/resources.ts';
import { createClient } from '../../src/kube/rest-client.ts';
import { retrying } from '../../src/kube/retry.ts';
import { createStore, type Store } from '../../src/kube/store.ts';
import type { ApiRequest } from '../../src/kube/transport.ts';
import { connectTo } from '../../src/kube/undici-transport.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { PlaneAccess } from '../plane/access.ts';
import { Pod } from './pod.ts';

/** One request; `body` goes out as JSON, a PATCH as a merge patch. */
export interface NodeCall {
  readonly method: ApiRequest['method'];
  readonly path: string;
  readonly body?: unknown;
}

/** The API server as a node uses it. */
export interface NodeApi {
  /**
   * The answer as JSON; `undefined` when what is asked about is not there, or not the same any more (404, 409, and 422
   * for another uid), which happens all the time to those who follow Pods.
   *
   * @throws Error with the server's words for every other answer
   */
  call(call: NodeCall, signal: AbortSignal): Promise<unknown>;
  /** The Pods of a namespace, or of all, kept in step until `signal` aborts. One that cannot be read is told. */
  pods(namespace: string | undefined, onUndecodable: (error: unknown) => void, signal: AbortSignal): Store<Pod>;
  close(): Promise<void>;
}

const CONNECTIONS = 8;
const DEADLINE_MS = 30_000;

const Status = z.object({
  message: z.string(),
  details: z.object({ causes: z.array(z.object({ field: z.string().optional() })).default([]) }).optional(),
});

/** Connects to a plane as its admin. */
export async function connectNode(plane: PlaneAccess): Promise<NodeApi> {
  const config = await kubeconfig({ from: { file: plane.adminKubeconfig } });
  const time = { clock: systemClock, chance: systemChance };
  const connection = connectTo({ config, clock: systemClock, connections: CONNECTIONS });
  const transport = retrying(connection.api, time);
  const client = createClient({ transport, clock: systemClock, fieldManager: 'kubelet' });

  return {
    async call({ method, path, body }, signal) {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const headers = { accept: 'application/json', 'content-type': type };
      const text = body === undefined ? undefined : JSON.stringify(body);
      const request: ApiRequest = { method, path, headers, body: text, repeat: 'safe', deadlineMs: DEADLINE_MS };
      const answer = await transport.call(request, signal);
      const json: unknown = JSON.parse(Buffer.from(answer.body).toString('utf8'));
      if (answer.status < 300) return json;
      const { message = '', details } = Status.safeParse(json).data ?? {};
      const isAnother = answer.status === 422 && details?.causes.some(({ field }) => field === 'metadata.uid');
      if (answer.status === 404 || answer.status === 409 || isAnother) return undefined;
      throw new Error(`${method} ${path}: ${answer.status} ${message}`);
    },

    pods(namespace, onUndecodable, signal) {
      const store = createStore<Pod>({
        decode: (object) => Pod.parse(object),
        onUndecodable: ({ error }) => onUndecodable(error),
      });
      const target = { resource: PODS, namespace, representation: 'full' } as const;
      const features = { watchList: 'assumed' } as const;
      void createReflector({ target, store, client, transport, ...time, features }).run(signal);
      return store;
    },

    close: () => connection.close(),
  };
}
