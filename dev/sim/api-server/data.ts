import { isRecord } from '../../../src/kube/object.ts';
import { same } from '../../../src/runtime/same.ts';
import type { ApiObject, Fields, SentObject } from './objects.ts';
import { fieldsOf } from './parts.ts';
import { badRequest, type Cause } from './refusal.ts';

const KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Of all values of a Secret or ConfigMap. */
const MOST_DATA_BYTES = 1024 * 1024;

/** The fields of a Secret as they are kept. @throws Refusal 400 for data that is no base64 */
export function secretFields({ type, data, stringData, immutable }: SentObject): Fields {
  const given = Object.entries(record(data, 'data')).map(([key, value]) => [key, encoded(value)] as const);
  const plain = Object.entries(record(stringData, 'stringData')).map(
    ([key, value]) => [key, Buffer.from(String(value)).toString('base64')] as const,
  );
  const all = [...given, ...plain];
  return {
    ...(all.length === 0 ? {} : { data: Object.fromEntries(all) }),
    ...(immutable === undefined ? {} : { immutable }),
    type: type === undefined || type === '' ? 'Opaque' : type,
  };
}

/** The fields of a ConfigMap. @throws Refusal 400 for data that is no text */
export function configMapFields(object: SentObject): Fields {
  for (const value of Object.values(record(object['data'], 'data'))) {
    if (typeof value !== 'string') throw badRequest('data holds what is no text');
  }
  return fieldsOf(object);
}

/** What is wrong with the data of a Secret or ConfigMap, and with changing it. */
export function dataProblems(
  before: ApiObject | undefined,
  { data, immutable, type, binaryData }: Fields,
): readonly Cause[] {
  const problems: Cause[] = [];
  const forbid = (field: string, message: string, reason = 'FieldValueForbidden'): void => {
    problems.push({ reason, message, field });
  };
  let bytes = 0;
  for (const [key, value] of Object.entries(isRecord(data) ? data : {})) {
    if (!KEY.test(key) || key === '.' || key.startsWith('..'))
      forbid(`data[${key}]`, `Invalid value: "${key}": no key`, 'FieldValueInvalid');
    bytes += type === undefined ? Buffer.byteLength(String(value)) : Buffer.byteLength(String(value), 'base64');
  }
  if (bytes > MOST_DATA_BYTES)
    forbid('data', `Too long: may not be more than ${MOST_DATA_BYTES} bytes`, 'FieldValueTooLong');
  if (before === undefined) return problems;
  if (before['type'] !== type) forbid('type', `Invalid value: "${type}": field is immutable`, 'FieldValueInvalid');
  if (before['immutable'] !== true) return problems;
  const message = 'Forbidden: field is immutable when `immutable` is set';
  if (immutable !== true) forbid('immutable', message);
  if (!same(before['data'] ?? {}, data ?? {})) forbid('data', message);
  if (!same(before['binaryData'] ?? {}, binaryData ?? {})) forbid('binaryData', message);
  return problems;
}

function encoded(value: unknown): string {
  if (value === null) return '';
  if (typeof value !== 'string' || !BASE64.test(value)) throw badRequest('illegal base64 data');
  return value;
}

function record(value: unknown, field: string): Fields {
  if (value === undefined) return {};
  if (!isRecord(value)) throw badRequest(`${field} is no object`);
  return value;
}
