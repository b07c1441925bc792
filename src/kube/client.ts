import type { KubeObject, Manifest } from './object.ts';
import type { Ref, Resource, Subresource } from './resources.ts';

/** Which objects of a collection. `namespace: undefined` means all of them. Selectors in the API's own syntax. */
export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListOptions extends Selection {
  /** Objects in one answer at most; 500 by default. Bounds how long one answer blocks the event loop. */
  readonly pageSize?: number | undefined;
  /** `metadata`: no spec, no status, and no data of a Secret, ever reach this process. */
  readonly representation?: Representation | undefined;
  /** Applied to each object as its page comes: what it takes off is not held until the last page is there. */
  readonly trim?: ((object: KubeObject) => KubeObject) | undefined;
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
 * - `apply`: server-side apply with our field manager; takes over fields that others hold. The operator never sends one
 *   (ADR 0004): it is for tests and for what plays people in them.
 */
export type Patch =
  | { readonly type: 'merge'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly type: 'apply'; readonly body: Manifest };

export interface SubresourceOptions extends WriteOptions {
  readonly subresource?: Subresource | undefined;
}

export interface DeletePreconditions {
  readonly uid: string;
  readonly resourceVersion?: string | undefined;
}

/** A collection as it was at `resourceVersion`, or what was kept of it. */
export interface ObjectList<T = KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/**
 * The Kubernetes API in plain JSON, without models: a field that we have never heard of survives a read and a write.
 *
 * Every method throws ApiError for an answer that is no success, TransportError when none came, and the
 * reason of `signal` when it aborts. After an error for which `isDefinite` does not hold a write may have happened.
 */
export interface KubeClient {
  /** From etcd, never from a cache. */
  get(ref: Ref, signal: AbortSignal): Promise<KubeObject>;
  /** All pages of a consistent list. Begins anew, once, when its continue token expires between two pages. */
  list(resource: Resource, options: ListOptions, signal: AbortSignal): Promise<ObjectList>;
  /**
   * What `keep` gives of each object of such a list, in its order. No more than one page is held whole, so that a large
   * collection of which little matters takes little memory. `keep` may see an object twice, where the list begins anew.
   */
  collect<T>(
    resource: Resource,
    options: ListOptions,
    keep: (object: KubeObject) => readonly T[],
    signal: AbortSignal,
  ): Promise<readonly T[]>;
  /** The collection's resourceVersion at this moment; what was read before bears none that is later. */
  revision(resource: Resource, selection: Selection, signal: AbortSignal): Promise<string>;
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
