import { isRecord } from '../../../src/kube/object.ts';
import { same } from '../../../src/runtime/same.ts';
import { configMapFields, dataProblems, secretFields } from './data.ts';
import type { Kind } from './kinds.ts';
import type { ApiObject, Fields, SentObject } from './objects.ts';
import { fieldsOf, partsOf } from './parts.ts';
import type { Route } from './paths.ts';
import { badRequest, type Cause } from './refusal.ts';

/** `MicroTime`: exactly six digits. */
const MICRO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}(Z|[+-]\d{2}:\d{2})$/;

/** What an Event keeps for ever, and how the core group calls it. */
const KEPT_OF_EVENTS = {
  eventTime: 'eventTime',
  reportingController: 'reportingController',
  reportingInstance: 'reportingInstance',
  action: 'action',
  reason: 'reason',
  regarding: 'involvedObject',
  related: 'related',
  note: 'message',
  type: 'type',
} as const;

/** The fields of a built-in object after a write. @throws Refusal 400 for what cannot be decoded */
export function builtInFields(
  { resource, status }: Kind,
  before: ApiObject | undefined,
  object: SentObject,
  subresource: Route['subresource'],
): Fields {
  switch (resource.plural) {
    case 'secrets':
      return secretFields(object);
    case 'configmaps':
      return configMapFields(object);
    case 'leases':
      return decodeTimes(fieldsOf(object), object['spec'], ['acquireTime', 'renewTime']);
    case 'events':
      return decodeTimes(decodeTimes(fieldsOf(object), object['series'], ['lastObservedTime']), object, ['eventTime']);
    case 'namespaces': {
      const spec = before?.['spec'] ?? { finalizers: ['kubernetes'] };
      return partsOf({ ...object, spec }, before, subresource, { phase: 'Active' });
    }
    case 'pods':
      return partsOf(object, before, subresource, { phase: 'Pending' });
    default:
      return status === 'none' ? fieldsOf(object) : partsOf(object, before, subresource, {});
  }
}

/** What is wrong with a built-in object, and with what a write changes of it. */
export function builtInProblems(before: ApiObject | undefined, object: ApiObject): readonly Cause[] {
  switch (object.kind) {
    case 'Secret':
    case 'ConfigMap':
      return dataProblems(before, object);
    case 'Lease':
      return leaseProblems(object);
    case 'Event':
      return before === undefined ? [] : eventProblems(before, object);
    default:
      return [];
  }
}

function leaseProblems({ spec }: ApiObject): readonly Cause[] {
  const seconds = isRecord(spec) ? spec['leaseDurationSeconds'] : undefined;
  if (typeof seconds !== 'number' || seconds > 0) return [];
  const message = `Invalid value: ${seconds}: must be greater than 0`;
  return [{ reason: 'FieldValueInvalid', message, field: 'spec.leaseDurationSeconds' }];
}

function eventProblems(before: ApiObject, object: ApiObject): readonly Cause[] {
  return Object.entries(KEPT_OF_EVENTS)
    .filter(([field]) => !same(before[field], object[field]))
    .map(([, field]) => ({ reason: 'FieldValueInvalid', message: 'Invalid value: field is immutable', field }));
}

function decodeTimes(fields: Fields, holder: unknown, names: readonly string[]): Fields {
  for (const name of names) {
    const time = isRecord(holder) ? holder[name] : undefined;
    if (time !== undefined && !(typeof time === 'string' && MICRO_TIME.test(time)))
      throw badRequest(`parsing time ${JSON.stringify(time)}: no MicroTime`);
  }
  return fields;
}
