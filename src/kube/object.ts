import { z } from 'zod';
import { GROUP } from '../api/names.ts';

/** Kubernetes API conventions, "Metadata": what every object carries. Fields that we do not use survive untyped. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid: string;
  /** Opaque: compared for equality only. Empty in the answer to the dry run of a create, and nowhere else. */
  readonly resourceVersion: string;
  readonly generation?: number | undefined;
  readonly creationTimestamp?: string | undefined;
  readonly deletionTimestamp?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly finalizers?: readonly string[] | undefined;
  readonly ownerReferences?: readonly OwnerReference[] | undefined;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean | undefined;
  readonly blockOwnerDeletion?: boolean | undefined;
}

/** Any object as the API server sent it. Nothing is dropped, so a GET followed by a PUT loses no field. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** An object that is yet to be written; the client fills in `apiVersion` and `kind`. */
export interface Manifest {
  readonly metadata: Partial<ObjectMeta> & { readonly name: string };
  readonly [field: string]: unknown;
}

const OWNER_REFERENCE = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
  blockOwnerDeletion: z.boolean().optional(),
});

const OBJECT_META = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string(),
  resourceVersion: z.string().default(''),
  generation: z.number().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  finalizers: z.array(z.string()).optional(),
  ownerReferences: z.array(OWNER_REFERENCE).optional(),
});

const KUBE_OBJECT = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: OBJECT_META });

/**
 * Reads one object from parsed JSON. `defaults` names the type where the API server leaves it out: it does so for the
 * items of a list of a built-in kind.
 *
 * @throws z.ZodError whose issues hold paths and expected types, never values
 */
export function decodeObject(
  json: unknown,
  defaults: { readonly apiVersion: string; readonly kind: string },
): KubeObject {
  return KUBE_OBJECT.parse(isRecord(json) ? { ...defaults, ...json } : json);
}

/** Of annotations those under our prefix. No others are read, and one object may bear 256 KiB of them. */
export function ourAnnotations(
  annotations: Readonly<Record<string, string>> | null | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([name]) => name.startsWith(`${GROUP}/`)));
}

/** Whether `value` is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `namespace/name`, or the name alone for what lives in no namespace: the key of stores and queues. */
export function keyOf(meta: { readonly namespace?: string | undefined; readonly name: string }): string {
  return meta.namespace === undefined ? meta.name : `${meta.namespace}/${meta.name}`;
}
