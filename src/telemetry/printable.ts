/** What a log line can hold: JSON, and nothing with behaviour of its own. */
export type Printable = string | number | boolean | null | readonly Printable[] | { readonly [key: string]: Printable };

/** What a line may still grow by, in characters. */
interface Room {
  left: number;
}

const HIDDEN = '[redacted]';
const CUT = '[cut]';
const UNPRINTABLE = '[unprintable]';

/** Names under which a secret would stand if somebody logged what should not be logged: headers, bodies, data of Secrets. */
const SECRET_NAME =
  /^(authorization|proxyauthorization|cookie|setcookie|headers|body|data|stringdata|.*secret|.*password|.*token|.*apikey|privatekey)$/;

/** Beyond these a value is cut: a log line is no place for sockets and other graphs without end. */
const MAX_DEPTH = 8;
const MAX_TEXT = 4_096;
const MAX_LINE = 32_768;

/**
 * A copy of `fields` that may be written to a log, cut to about 32 KiB.
 *
 * Of an error only `name`, `code`, `message`, `stack`, `cause` and `errors` are taken, so that a body or header that a
 * library hangs on it stays out. Values under a name that promises a secret are hidden; a `Redacted` hides itself.
 * Never throws.
 */
export function printable(fields: Readonly<Record<string, unknown>>): Record<string, Printable> {
  try {
    return printRecord(Object.entries(fields), 0, { left: MAX_LINE });
  } catch {
    return { fields: UNPRINTABLE };
  }
}

function printRecord(
  entries: readonly (readonly [string, unknown])[],
  depth: number,
  room: Room,
): Record<string, Printable> {
  const result: Record<string, Printable> = {};
  for (const [name, value] of entries) {
    room.left -= name.length;
    const printed = isSecretName(name) && value !== undefined ? HIDDEN : print(value, depth + 1, room);
    if (printed !== undefined) result[name] = printed;
    if (room.left <= 0) break;
  }
  return result;
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.replaceAll(/[-_]/g, '').toLowerCase());
}

function print(value: unknown, depth: number, room: Room): Printable | undefined {
  room.left -= 8;
  switch (typeof value) {
    case 'string':
      return clip(value, room);
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return value.toString();
    case 'object':
      return value === null ? null : printObject(value, depth, room);
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
  }
}

function printObject(value: object, depth: number, room: Room): Printable | undefined {
  if (depth > MAX_DEPTH) return CUT;
  try {
    if (value instanceof Error) return printError(value, depth, room);
    if (Array.isArray(value)) return printArray(value, depth, room);
    if ('toJSON' in value && typeof value.toJSON === 'function') return print(value.toJSON(), depth + 1, room);
    return printRecord(Object.entries(value), depth, room);
  } catch {
    return UNPRINTABLE;
  }
}

function printArray(items: readonly unknown[], depth: number, room: Room): Printable {
  const result: Printable[] = [];
  for (const item of items) {
    result.push(print(item, depth + 1, room) ?? null);
    if (room.left <= 0) break;
  }
  return result;
}

function printError(error: Error, depth: number, room: Room): Printable {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  const errors = error instanceof AggregateError ? error.errors : undefined;
  return printRecord(Object.entries({ name, code, message, stack, cause, errors }), depth, room);
}

function clip(text: string, room: Room): string {
  const length = Math.max(0, Math.min(text.length, MAX_TEXT, room.left));
  room.left -= length;
  return length === text.length ? text : `${text.slice(0, length)}…`;
}
