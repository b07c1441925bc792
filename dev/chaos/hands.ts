import { setTimeout as delay } from 'node:timers/promises';
import type { KubeClient } from '../../src/kube/client.ts';
import { kubeconfig } from '../../src/kube/config.ts';
import { ApiError, isConflict, isDefinite, TransportError } from '../../src/kube/errors.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import type { Resource } from '../../src/kube/resources.ts';
import { createClient } from '../../src/kube/rest-client.ts';
import type { Transport } from '../../src/kube/transport.ts';
import { connectTo } from '../../src/kube/undici-transport.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { PlaneAccess } from '../plane/access.ts';
import type { Manifest } from './manifests.ts';

/** Hands of cluster admins, who try again while the API server is away. */
export interface Hands {
  readonly client: KubeClient;
  readonly transport: Transport;
  apply(resource: Resource, manifest: Manifest): Promise<KubeObject>;
  /** Asks for the deletion of this very object, and does not wait for it. */
  delete(resource: Resource, object: KubeObject): Promise<void>;
  get(resource: Resource, namespace: string, name: string): Promise<KubeObject | undefined>;
  list(resource: Resource, namespace: string): Promise<readonly KubeObject[]>;
  close(): Promise<void>;
}

const CONNECTIONS = 16;
const CALL_DEADLINE_MS = 10_000;
const AGAIN_MS = 250;
const PATIENCE_MS = 240_000;

/** Connects to a plane as its admin. */
export async function handsOn(plane: PlaneAccess): Promise<Hands> {
  const config = await kubeconfig({ from: { file: plane.adminKubeconfig } });
  const connection = connectTo({ config, clock: systemClock, connections: CONNECTIONS });
  const transport = connection.api;
  const client = createClient({
    transport,
    clock: systemClock,
    fieldManager: 'people',
    deadlineMs: CALL_DEADLINE_MS,
  });
  const given = new AbortController();
  const { signal } = given;

  return {
    client,
    transport,
    apply: (resource, manifest) =>
      patiently(() => {
        const { name, namespace } = manifest.metadata;
        return client.patch({ resource, namespace, name }, { type: 'apply', body: manifest }, {}, signal);
      }),
    async delete(resource, { metadata: { name, namespace, uid } }) {
      const ref = { resource, namespace, name };
      await patiently(async () => {
        const live = await client.get(ref, signal).catch(unlessGone);
        if (live?.metadata.uid !== uid) return;
        await client.delete(ref, { uid }, signal).catch(unlessGone);
      });
    },
    get: (resource, namespace, name) =>
      patiently(() => client.get({ resource, namespace, name }, signal).catch(unlessGone)),
    list: async (resource, namespace) => (await patiently(() => client.list(resource, { namespace }, signal))).items,
    async close() {
      given.abort();
      await connection.close();
    },
  };
}

/** People repeat what they may repeat; all that they do here may be. */
async function patiently<T>(deed: () => Promise<T>): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return await deed();
    } catch (error) {
      if (!mayPass(error) || performance.now() - start > PATIENCE_MS) throw error;
      await delay(AGAIN_MS);
    }
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof TransportError || isConflict(error)) return true;
  return error instanceof ApiError && (!isDefinite(error) || error.status === 429 || isUnknownPath(error));
}

/** A server that has just begun may know our kinds only a moment later; it then speaks of a path, and of no object. */
function isUnknownPath({ status, reason }: ApiError): boolean {
  return status === 404 && reason !== 'NotFound';
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof ApiError) || error.status !== 404 || isUnknownPath(error)) throw error;
}
