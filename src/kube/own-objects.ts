import type { KubeClient } from './client.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { unlessNotFound } from './errors.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import type { Ref } from './resources.ts';

/** The version of an object that a write stands on: another object, or another version, is answered 409 or 422. */
type Version = Pick<ObjectMeta, 'uid' | 'resourceVersion'>;

type Bearing = Version & Pick<ObjectMeta, 'finalizers'>;

/** The object that a status is written to. */
interface Bearer {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Version & Pick<ObjectMeta, 'name' | 'namespace'>;
}

/**
 * Reads and writes of the objects that bear our status or our finalizers. A write throws what the client throws, for whoever
 * knows what its refusal means.
 */
export interface OwnObjects {
  /** The object live, or `undefined` where there is none of this uid any more. @throws ClusterError */
  read(ref: Ref, uid: string, signal: AbortSignal): Promise<KubeObject | undefined>;
  replaceStatus(ref: Ref, object: Bearer, status: unknown, signal: AbortSignal): Promise<KubeObject>;
  /** Puts the finalizer behind those that `object` shows. */
  addFinalizer(ref: Ref, object: Bearing, finalizer: string, signal: AbortSignal): Promise<KubeObject>;
  /** Leaves the others that `object` shows. */
  removeFinalizer(ref: Ref, object: Bearing, finalizer: string, signal: AbortSignal): Promise<KubeObject>;
}

export function ownObjects(client: KubeClient): OwnObjects {
  return {
    async read(ref, uid, signal) {
      const live = await inWordsOfThePorts('forbidden', () => client.get(ref, signal).catch(unlessNotFound));
      return live?.metadata.uid === uid ? live : undefined;
    },

    replaceStatus(ref, { apiVersion, kind, metadata }, status, signal) {
      const { name, namespace, uid, resourceVersion } = metadata;
      // The status subresource takes the status and the precondition, and ignores the rest.
      const body = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, status };
      return client.replace(ref, body, { subresource: 'status' }, signal);
    },

    addFinalizer: (ref, object, finalizer, signal) =>
      patchFinalizers(ref, object, [...(object.finalizers ?? []), finalizer], signal),

    removeFinalizer(ref, object, finalizer, signal) {
      const others = (object.finalizers ?? []).filter((name) => name !== finalizer);
      return patchFinalizers(ref, object, others, signal);
    },
  };

  function patchFinalizers(
    ref: Ref,
    { uid, resourceVersion }: Version,
    finalizers: readonly string[],
    signal: AbortSignal,
  ) {
    const body = { metadata: { uid, resourceVersion, finalizers } };
    return client.patch(ref, { type: 'merge', body }, {}, signal);
  }
}
