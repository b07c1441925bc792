/** What a log line can hold: JSON, and nothing with behaviour of its own. */
export type Printable = string | number | boolean | null | readonly Printable[] | { readonly [key: string]: Printable };

const HIDDEN = '[redacted]';

/** Names under which a secret would stand if somebody logged what should not be logged: headers, bodies, data of Secrets. */
const SECRET_NAMES =
  /^(authorization|proxy-?authorization|cookie|set-?cookie|headers|body|data|string-?data|.*secret|.*password|.*token|.*api-?key|private-?key)$/;

/** Beyond these a value is cut: a log line is no place for objects. */
const MAX_DEPTH = 8;
const MAX_ITEMS = 100;
const MAX_CHARACTERS = 4_096;

/**
 * A copy of `fields` that may be written to a log.
 *
 * Of an error only `name`, `code`, `message`, `stack`, `cause` and `errors` are taken, so that a body or header that a
 * library hangs on it stays out. Values under a name that promises a secret are hidden; a `Redacted` hides itself.
 * Never throws, not even for cycles, getters that throw, or a bigint.
 */
export function printable(fields: Readonly<Record<string, unknown>>): Record<string, Printable> {
  return record(Object.entries(fields), 0);
}

function record(entries: readonly (readonly [string, unknown])[], depth: number): Record<string, Printable> {
  const result: Record<string, Printable> = {};
  for (const [name, value] of entries.slice(0, MAX_ITEMS)) {
    const printed = isSecretName(name) && value !== undefined ? HIDDEN : print(value, depth + 1);
    if (printed !== undefined) result[name] = printed;
  }
  return result;
}

function isSecretName(name: string): boolean {
  return SECRET_NAMES.test(name.replaceAll('_', '-').toLowerCase());
}

function print(value: unknown, depth: number): Printable | undefined {
  switch (typeof value) {
    case 'string':
      return clip(value);
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return value.toString();
    case 'object':
      return value === null ? null : printObject(value, depth);
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
  }
}

function printObject(value: object, depth: number): Printable | undefined {
  if (depth > MAX_DEPTH) return '[too deep]';
  try {
    if (value instanceof Error) return printError(value, depth);
    if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => print(item, depth + 1) ?? null);
    if ('toJSON' in value && typeof value.toJSON === 'function') return print(value.toJSON(), depth + 1);
    return record(Object.entries(value), depth);
  } catch {
    return '[unprintable]';
  }
}

function printError(error: Error, depth: number): Printable {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  const errors = error instanceof AggregateError ? error.errors : undefined;
  return record(Object.entries({ name, code, message, stack, cause, errors }), depth);
}

function clip(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)}…`;
}
