import type { KubeObject, Manifest } from '../../../src/kube/object.ts';
import { collectionPath, objectPath, queryOf, type Ref, type Resource, typeOf } from '../../../src/kube/resources.ts';
import type { ApiRequest } from '../../../src/kube/transport.ts';
import type { SimulatedApiServer } from './server.ts';

/** What became of something that was asked for. `Unknown` where the server gave no reason. */
export type Done =
  | { readonly type: 'done'; readonly object: KubeObject }
  | { readonly type: 'refused'; readonly code: number; readonly reason: string; readonly message: string };

/** What a person or another controller does to the cluster: at once, and by the same rules as everybody. */
export interface Hand {
  create(resource: Resource, manifest: Manifest): Done;
  /** Creates the object, or merges the manifest into it (RFC 7396). */
  ensure(resource: Resource, manifest: Manifest): Done;
  /** RFC 7396. */
  patch(ref: Ref, change: Readonly<Record<string, unknown>>, part?: 'status'): Done;
  remove(ref: Ref, propagation?: 'Foreground' | 'Background' | 'Orphan'): Done;
}

const TYPES = { PATCH: 'application/merge-patch+json', POST: 'application/json', DELETE: 'application/json' } as const;

/** A hand whose writes are owned by `manager`. */
export function handOf(server: SimulatedApiServer, manager: string): Hand {
  const query = queryOf({ fieldManager: manager });

  const hand: Hand = {
    create: (resource, manifest) =>
      send('POST', collectionPath(resource, manifest.metadata.namespace), { ...manifest, ...typeOf(resource) }),
    ensure(resource, manifest) {
      const { namespace, name } = manifest.metadata;
      const isThere = server.object(resource, namespace, name) !== undefined;
      return isThere ? hand.patch({ resource, namespace, name }, manifest) : hand.create(resource, manifest);
    },
    patch: (ref, change, part) => send('PATCH', objectPath(ref, part), change),
    remove: (ref, propagationPolicy) => send('DELETE', objectPath(ref, undefined), { propagationPolicy }),
  };
  return hand;

  function send(method: keyof typeof TYPES & ApiRequest['method'], path: string, body: unknown): Done {
    const { status: code, body: bytes } = server.handle({
      method,
      path: path + query,
      headers: { 'content-type': TYPES[method] },
      body: JSON.stringify(body),
      repeat: 'unsafe',
      deadlineMs: 0,
    });
    const json = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (code < 300) return { type: 'done', object: json };
    return { type: 'refused', code, reason: json.reason ?? 'Unknown', message: json.message };
  }
}
