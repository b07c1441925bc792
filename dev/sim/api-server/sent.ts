import { isRecord, type OwnerReference } from '../../../src/kube/object.ts';
import type { Kind } from './kinds.ts';
import type { ManagedFields, SentObject, StoredMeta } from './objects.ts';
import { badRequest } from './refusal.ts';

/** An object as it was sent, and the fields of it that nobody knows. */
export interface Sent {
  readonly object: SentObject;
  readonly unknown: readonly string[];
}

/** Fields of `metadata` that the server sets, whatever is sent. */
const IGNORED = ['selfLink', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'];

/** Reads a body. @throws Refusal 400 for what is no JSON */
export function parseBody(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    throw badRequest('the body of the request cannot be decoded');
  }
}

/** Takes what was sent for an object of the kind. @throws Refusal 400 for types that do not fit */
export function sentObject(kind: Kind, json: unknown): Sent {
  const { apiVersion, resource } = kind;
  if (!isRecord(json)) throw badRequest('the body of the request is no object');
  checkType(kind, json);
  const unknown: string[] = [];
  const fields: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(json)) {
    if (field === 'apiVersion' || field === 'kind' || field === 'metadata' || value === null || value === undefined)
      continue;
    if (kind.fields.includes(field)) fields[field] = kind.schema === undefined ? withoutNulls(value) : value;
    else unknown.push(field);
  }
  return {
    object: { apiVersion, kind: resource.kind, metadata: metaOf(json['metadata'], unknown), ...fields },
    unknown,
  };
}

/** A built-in kind may be left out: the path says it. */
function checkType({ apiVersion, resource, schema }: Kind, json: Readonly<Record<string, unknown>>): void {
  const { kind = schema === undefined ? resource.kind : undefined, apiVersion: version = apiVersion } = json;
  if (kind === undefined)
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): Object 'Kind' is missing`,
    );
  if (kind !== resource.kind || version !== apiVersion)
    throw badRequest(`${String(kind)} in version ${String(version)} cannot be handled as a ${resource.kind}`);
}

function metaOf(json: unknown, unknown: string[]): Partial<StoredMeta> {
  if (json === undefined || json === null) return {};
  if (!isRecord(json)) throw badRequest('metadata is no object');
  const meta: { -readonly [field in keyof StoredMeta]?: StoredMeta[field] } = {};
  for (const [field, value] of Object.entries(json)) {
    if (value === null || value === undefined) continue;
    switch (field) {
      case 'name':
      case 'generateName':
      case 'namespace':
      case 'uid':
      case 'resourceVersion':
        meta[field] = text(value, field);
        break;
      case 'labels':
      case 'annotations':
        meta[field] = texts(value, field);
        break;
      case 'finalizers':
        meta.finalizers = list(value, field).map((item) => text(item, field));
        break;
      case 'ownerReferences':
        meta.ownerReferences = list(value, field).map(ownerReference);
        break;
      case 'managedFields':
        // Only what this server made comes back; a list that somebody else made up would be refused.
        meta.managedFields = list(value, field) as readonly ManagedFields[];
        break;
      default:
        if (!IGNORED.includes(field)) unknown.push(`metadata.${field}`);
    }
  }
  return meta;
}

function ownerReference(value: unknown): OwnerReference {
  if (!isRecord(value)) throw badRequest('metadata.ownerReferences holds what is no object');
  const { controller, blockOwnerDeletion } = value;
  const given = (field: string): string => text(value[field] ?? '', `ownerReferences.${field}`);
  return {
    apiVersion: given('apiVersion'),
    kind: given('kind'),
    name: given('name'),
    uid: given('uid'),
    ...(typeof controller === 'boolean' ? { controller } : {}),
    ...(typeof blockOwnerDeletion === 'boolean' ? { blockOwnerDeletion } : {}),
  };
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string') throw badRequest(`metadata.${field} is no text`);
  return value;
}

function texts(value: unknown, field: string): Readonly<Record<string, string>> {
  if (!isRecord(value)) throw badRequest(`metadata.${field} is no object`);
  for (const item of Object.values(value)) text(item, field);
  return value as Readonly<Record<string, string>>; // looked at, one by one
}

function list(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw badRequest(`metadata.${field} is no list`);
  return value;
}

/** In a built-in kind, null is the same as nothing. The same value where there is none. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !holdsNull(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([field, item]) => [field, withoutNulls(item)]));
}

function holdsNull(value: object): boolean {
  return Object.values(value).some((item) => item === null || (typeof item === 'object' && holdsNull(item)));
}
