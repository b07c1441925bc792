import type { z } from 'zod';
import { refusal } from './refusal.ts';

/** An issue as the zod that Logto runs (version 3) words it. */
interface Issue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly [detail: string]: unknown;
}

/** `value` as the schema reads it: unknown keys are dropped without a word. @throws Refusal 400 `guard.invalid_input` */
export function guarded<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;

  const issues = parsed.error.issues.map(worded);
  throw refusal({
    status: 400,
    code: 'guard.invalid_input',
    data: { issues, name: 'ZodError' },
    details: issues.map(inWords).join('\n'),
  });
}

function worded(issue: z.core.$ZodIssue): Issue {
  const { path, input } = issue;
  switch (issue.code) {
    case 'invalid_type': {
      const received = typeName(input);
      const expected = issue.expected === 'record' ? 'object' : issue.expected;
      const message = input === undefined ? 'Required' : `Expected ${expected}, received ${received}`;
      return { code: 'invalid_type', expected, received, path, message };
    }
    case 'too_big': {
      const { maximum, origin: type, inclusive = true } = issue;
      return { code: 'too_big', maximum, type, inclusive, exact: false, message: bounded(type, 'most', maximum), path };
    }
    case 'too_small': {
      const { minimum, origin: type, inclusive = true } = issue;
      return {
        code: 'too_small',
        minimum,
        type,
        inclusive,
        exact: false,
        message: bounded(type, 'least', minimum),
        path,
      };
    }
    case 'invalid_value': {
      const expected = issue.values.map((value) => `'${String(value)}'`).join(' | ');
      const message = `Invalid enum value. Expected ${expected}, received '${String(input)}'`;
      if (input === undefined)
        return { code: 'invalid_type', expected, received: 'undefined', path, message: 'Required' };
      return { code: 'invalid_enum_value', received: input, options: issue.values, path, message };
    }
    case 'invalid_format':
      return { code: 'invalid_string', validation: issue.format, message: `Invalid ${issue.format}`, path };
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return { code: issue.code, message: 'Invalid input', path };
  }
}

function bounded(type: string, end: 'most' | 'least', bound: number | bigint): string {
  switch (type) {
    case 'string':
      return `String must contain at ${end} ${bound} character(s)`;
    case 'array':
      return `Array must contain at ${end} ${bound} element(s)`;
    default:
      return `Number must be ${end === 'most' ? 'less' : 'greater'} than or equal to ${bound}`;
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function inWords({ path, code, message, expected, received }: Issue): string {
  const base = `Error in key path "${path.map(String).join('.')}": (${code}) `;
  return code === 'invalid_type'
    ? `${base}Expected ${String(expected)} but received ${String(received)}.`
    : base + message;
}
