import type { ObjectMeta } from '../../../src/kube/object.ts';
import type { Kind } from './kinds.ts';

/** `metadata` as the API server keeps it. */
export interface StoredMeta extends ObjectMeta {
  readonly generateName?: string | undefined;
  readonly deletionGracePeriodSeconds?: number | undefined;
  readonly managedFields?: readonly ManagedFields[] | undefined;
}

/** One entry of `metadata.managedFields` (API reference, ManagedFieldsEntry v1). */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: 'Update';
  readonly apiVersion: string;
  /** RFC 3339, whole seconds. */
  readonly time: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: FieldTree;
  readonly subresource?: string | undefined;
}

/** The fields that a manager owns: `f:data` holds `f:key`, and `.` for the map itself. */
export interface FieldTree {
  readonly [field: string]: FieldTree;
}

/** An object as it is stored. Nobody changes one: a write makes another. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: StoredMeta;
  readonly [field: string]: unknown;
}

/** An object as somebody sent it: of its metadata nothing is known yet but the types. */
export interface SentObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Partial<StoredMeta>;
  readonly [field: string]: unknown;
}

/** The members of an object beside its type and metadata. */
export type Fields = Readonly<Record<string, unknown>>;

/** How much of an object an answer holds. */
export type Form = 'full' | 'metadata';

/** One version of an object, with what was made of it for the wire. */
export class Stored {
  readonly kind: Kind;
  readonly object: ApiObject;
  readonly key: string;
  /** `metadata.resourceVersion` as a number. */
  readonly revision: number;
  #full: string | undefined;
  #metadata: string | undefined;
  #bytes: Buffer | undefined;

  constructor(kind: Kind, object: ApiObject, revision: number) {
    this.kind = kind;
    this.object = object;
    this.key = keyOf(object.metadata.namespace, object.metadata.name);
    this.revision = revision;
  }

  /** The object as JSON. `metadata`: as `PartialObjectMetadata`. */
  json(form: Form): string {
    if (form === 'full') {
      this.#full ??= JSON.stringify(this.object);
      return this.#full;
    }
    this.#metadata ??= partialOf(this.object);
    return this.#metadata;
  }

  /** The whole object as the body of an answer. Nobody writes to it. */
  bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.json('full'));
    return this.#bytes;
  }
}

/** Where etcd keeps it, below its collection: `namespace/name`, or the name alone. Lists are in the order of these. */
export function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The metadata alone, as `PartialObjectMetadata` (meta.k8s.io/v1) in JSON. */
export function partialOf({ metadata }: ApiObject): string {
  return `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(metadata)}}`;
}

/** RFC 3339 in whole seconds, as `metadata` has every time. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
