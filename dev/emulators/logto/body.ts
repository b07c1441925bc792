import { jsonAnswer } from '../delivery.ts';
import { Refusal, textAnswer, unexpectedFault } from './refusal.ts';
import type { Request } from './world.ts';

const LARGEST_BODY = 1024 * 1024;

/** What the body says, for a schema to judge. @throws Refusal 400 for broken JSON, 404 for a body that is too large */
export function bodyOf({ headers, body }: Request): unknown {
  // The limit's own error is swallowed, and the router's answer is what is left.
  if (Buffer.byteLength(body) > LARGEST_BODY) throw new Refusal(textAnswer(404, 'Not Found'));
  if (body === '') return {};
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(headers['content-type'] ?? '')) return body;
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Refusal(jsonAnswer(400, { message: error instanceof Error ? error.message : 'Bad Request' }));
  }
}

/** PostgreSQL holds no NUL, neither as a text nor within jsonb, and looks for none. @throws Refusal 500 where there is one */
export function refuseNul(value: unknown): void {
  if (holdsNul(value)) throw unexpectedFault();
}

function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => holdsNul(key) || holdsNul(inner));
}

/** As a column of type jsonb keeps it: the keys ordered by length, then by their bytes. */
function asJsonb(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJsonb);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, asJsonb(inner)]));
}

/** {@link asJsonb} of an object. */
export function columnOf(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...Object(asJsonb(value)) };
}
