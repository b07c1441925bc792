import { isRecord } from '../../../src/kube/object.ts';
import { same } from '../../../src/runtime/same.ts';
import type { Cause } from './refusal.ts';
import { RULES } from './rules.ts';
import type { Shape } from './schema.ts';

/** What is found wrong on the way. */
export interface Findings {
  /** Paths of fields that the schema does not know. */
  readonly unknown: string[];
  readonly problems: Cause[];
}

/**
 * The value as the server keeps it: without unknown fields and nulls, with defaults. What breaks a bound is put into
 * `findings`, as kube-apiserver would name it.
 */
export function conformed(shape: Shape, value: unknown, path: string, findings: Findings): unknown {
  switch (shape.type) {
    case 'object':
      return isRecord(value) ? objectOf(shape, value, path, findings) : wrongType(shape, value, path, findings);
    case 'array':
      return Array.isArray(value) ? listOf(shape, value, path, findings) : wrongType(shape, value, path, findings);
    case 'string':
      if (typeof value !== 'string') return wrongType(shape, value, path, findings);
      checkText(shape, value, path, findings);
      return value;
    case 'integer':
      if (!Number.isInteger(value)) return wrongType(shape, value, path, findings);
      checkNumber(shape, Number(value), path, findings);
      return value;
    case 'boolean':
      return typeof value === 'boolean' ? value : wrongType(shape, value, path, findings);
  }
}

/** How a cause names the object itself. */
const WHOLE_OBJECT = '<nil>';

/** What keeps the rules from being evaluated. */
const BLOCKING = [
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
];

/** What is wrong with an object by the rules of its schema, beside the `problems` that were found before. */
export function ruleProblems(
  shape: Shape,
  self: unknown,
  before: unknown,
  problems: readonly Cause[],
): readonly Cause[] {
  if (!problems.some(({ reason }) => BLOCKING.includes(reason))) return brokenRules(shape, self, before, '');
  const message =
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return [{ reason: 'FieldValueInvalid', message, field: WHOLE_OBJECT }];
}

/** Of those that are evaluated here. What has not changed is not looked at again. */
function brokenRules({ rules, ruled }: Shape, self: unknown, before: unknown, path: string): readonly Cause[] {
  if (self === undefined || self === before) return [];
  const broken = rules
    .filter((message) => RULES[message]?.(self, before) === false)
    .map((message) => ({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${message}`,
      field: path === '' ? WHOLE_OBJECT : path,
    }));
  const below = ruled.flatMap(([name, property]) =>
    brokenRules(
      property,
      isRecord(self) ? self[name] : undefined,
      isRecord(before) ? before[name] : undefined,
      join(path, name),
    ),
  );
  return [...broken, ...below];
}

function objectOf(shape: Shape, value: Readonly<Record<string, unknown>>, path: string, findings: Findings): unknown {
  const { properties, items, required, unknownFields, bounds, defaults } = shape;
  const kept: Record<string, unknown> = {};
  const names = Object.keys(value);
  for (const name of names) {
    const item = value[name];
    const inside = properties?.get(name) ?? items;
    if (inside === undefined && unknownFields === 'pruned') findings.unknown.push(join(path, name));
    else if (inside === undefined) kept[name] = item;
    else if (item !== null && item !== undefined) kept[name] = conformed(inside, item, join(path, name), findings);
  }
  for (const [name, preset] of defaults) kept[name] ??= preset;
  for (const name of required) {
    if (kept[name] === undefined)
      findings.problems.push({ reason: 'FieldValueRequired', message: 'Required value', field: join(path, name) });
  }
  if (bounds.maxProperties !== undefined && names.length > bounds.maxProperties)
    findings.problems.push(tooMany(path, names.length, bounds.maxProperties));
  return kept;
}

function listOf(shape: Shape, value: readonly unknown[], path: string, findings: Findings): unknown {
  const { items, bounds, list, listKeys } = shape;
  const { problems } = findings;
  if (bounds.maxItems !== undefined && value.length > bounds.maxItems)
    problems.push(tooMany(path, value.length, bounds.maxItems));
  if (bounds.minItems !== undefined && value.length < bounds.minItems)
    problems.push(invalidValue(path, value.length, `${path} in body should have at least ${bounds.minItems} items`));
  const kept = items === undefined ? value : value.map((item, i) => conformed(items, item, `${path}[${i}]`, findings));
  if (list === 'atomic') return kept;
  const identities = kept.map((item) => (list === 'set' || !isRecord(item) ? item : listKeys.map((key) => item[key])));
  for (const [i, identity] of identities.entries()) {
    if (identities.findIndex((earlier) => same(earlier, identity)) < i)
      problems.push({ reason: 'FieldValueDuplicate', message: 'Duplicate value', field: `${path}[${i}]` });
  }
  return kept;
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})$/;

function checkText({ bounds, pattern, format }: Shape, value: string, path: string, { problems }: Findings): void {
  const { minLength, maxLength } = bounds;
  if (maxLength !== undefined && value.length > maxLength && [...value].length > maxLength)
    problems.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${maxLength} bytes`,
      field: path,
    });
  if (minLength !== undefined && value.length < minLength)
    problems.push(invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`));
  if (pattern !== undefined && !pattern.test(value))
    problems.push(invalidValue(path, value, `${path} in body should match '${pattern.source}'`));
  if (format === 'date-time' && !DATE_TIME.test(value)) {
    const message = `Invalid value: "${value}": ${path} in body must be of type date-time: "${value}"`;
    problems.push({ reason: 'FieldValueTypeInvalid', message, field: path });
  }
  if (bounds.enum !== undefined && !bounds.enum.includes(value)) {
    const supported = bounds.enum.map((word) => JSON.stringify(word)).join(', ');
    const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`;
    problems.push({ reason: 'FieldValueNotSupported', message, field: path });
  }
}

function checkNumber({ bounds }: Shape, value: number, path: string, { problems }: Findings): void {
  const { minimum, maximum } = bounds;
  if (minimum !== undefined && value < minimum)
    problems.push(invalidValue(path, value, `${path} in body should be greater than or equal to ${minimum}`));
  if (maximum !== undefined && value > maximum)
    problems.push(invalidValue(path, value, `${path} in body should be less than or equal to ${maximum}`));
}

function wrongType({ type }: Shape, value: unknown, path: string, { problems }: Findings): unknown {
  const found = JSON.stringify(Array.isArray(value) ? 'array' : typeof value);
  const message = `Invalid value: ${found}: ${path} in body must be of type ${type}: ${found}`;
  problems.push({ reason: 'FieldValueTypeInvalid', message, field: path });
  return value;
}

function invalidValue(field: string, value: unknown, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

function tooMany(field: string, found: number, most: number): Cause {
  return { reason: 'FieldValueTooMany', message: `Too many: ${found}: must have at most ${most} items`, field };
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
