import type { ApiObject, Fields, SentObject } from './objects.ts';
import type { Route } from './paths.ts';

/** The fields that a write leaves: the status changes by its subresource alone, and nothing else does there. */
export function partsOf(
  object: SentObject,
  before: ApiObject | undefined,
  subresource: Route['subresource'],
  firstStatus: unknown,
): Fields {
  if (before === undefined) return { ...fieldsOf(object), status: firstStatus };
  if (subresource === undefined) return { ...fieldsOf(object), status: before['status'] };
  return { ...fieldsOf(before), status: object['status'] };
}

/** The members beside type and metadata. */
export function fieldsOf({ apiVersion: _, kind: __, metadata: ___, ...fields }: SentObject): Fields {
  return fields;
}
