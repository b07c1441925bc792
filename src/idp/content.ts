import type { Redacted } from '../credentials.ts';
import { ProviderError } from './errors.ts';

/** What the body of an answer turned out to be. `html` and `unreadable` are nobody's API speaking. */
export type Content =
  | { readonly type: 'json'; readonly value: unknown }
  | { readonly type: 'empty' }
  | { readonly type: 'html' }
  | { readonly type: 'unreadable' };

/** A body as it came. */
interface Body {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * The most values, large and small, that an answer may have. A list of 10,000 registrations has 350,000. Each costs up to
 * 300 bytes and some microseconds, so that a limit on the bytes alone would let one answer end the operator.
 */
const MAX_VALUES = 500_000;

/** A shorter value occurs in innocent text too, and no provider issues one. */
const SHORTEST_SECRET_CHARACTERS = 8;

/**
 * V8 searches for up to 250 characters in time that grows with the text. For more, it can grow with their product: 2 MiB
 * that are made for a token of 16,000 characters take 40 seconds.
 */
const LONGEST_SEARCHED_CHARACTERS = 200;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
const HTML_TYPE = /^(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i;

/**
 * Reads a body. Where a string of it repeats one of `secrets`, it reads `[redacted]`.
 *
 * @throws ProviderError `malformed` where it has more values than are read
 */
export function contentOf({ headers, body }: Body, secrets: readonly Redacted[]): Content {
  if (body.length === 0) return { type: 'empty' };
  const type = headers['content-type'] ?? '';
  if (HTML_TYPE.test(type)) return { type: 'html' };
  if (!JSON_TYPE.test(type)) return { type: 'unreadable' };
  if (valuesIn(body) > MAX_VALUES) {
    const message = `The answer of the provider has more than ${MAX_VALUES.toLocaleString('en')} values.`;
    throw new ProviderError('malformed', message, { effect: 'unknown' });
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return { type: 'json', value: withoutSecrets(JSON.parse(text), secretsHidden(secrets)) };
  } catch {
    return { type: 'unreadable' };
  }
}

const [QUOTE, COMMA, BRACKET, BACKSLASH, BRACE] = Buffer.from('",[\\{');

/** How many values a JSON text has at most: each but the first comes after a comma or at the start of an array or object. */
function valuesIn(json: Uint8Array): number {
  let values = 1;
  let isText = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) isText = !isText;
    else if (isText) at += byte === BACKSLASH ? 1 : 0;
    else if (byte === COMMA || byte === BRACKET || byte === BRACE) values += 1;
  }
  return values;
}

/** In place: a reviver takes ten times as long. @throws RangeError where it is nested too deep */
function withoutSecrets(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value);
  if (typeof value !== 'object' || value === null) return value;
  for (const place of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    const inner: unknown = Reflect.get(value, place);
    const hidden = withoutSecrets(inner, hide);
    if (hidden !== inner) Reflect.set(value, place, hidden);
  }
  return value;
}

function secretsHidden(secrets: readonly Redacted[]): (text: string) => string {
  const values = secrets.map((secret) => secret.reveal()).filter(({ length }) => length >= SHORTEST_SECRET_CHARACTERS);
  return (text) => values.reduce(hidden, text);
}

/** A long secret is known by its start, and what follows there is hidden with it. */
function hidden(text: string, secret: string): string {
  if (secret.length <= LONGEST_SEARCHED_CHARACTERS) return text.split(secret).join('[redacted]');
  const at = text.indexOf(secret.slice(0, LONGEST_SEARCHED_CHARACTERS));
  return at === -1 ? text : `${text.slice(0, at)}[redacted]`;
}
