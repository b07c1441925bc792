import { expect, test } from 'vitest';
import { Redacted } from '../../src/credentials.ts';
import type { Content } from '../../src/idp/content.ts';
import { jsonCall } from '../../src/idp/http.ts';
import { manualClock } from '../support/manual-clock.ts';
import { failureOf } from './failure.ts';

const NEVER = new AbortController().signal;
const MOST = 500_000;

/** What a body of JSON is read as, in answer to a request that carried `secrets`. */
async function read(json: string, secrets: readonly string[] = []): Promise<Content> {
  const body = new TextEncoder().encode(json);
  const wire = async () => ({ status: 200, headers: { 'content-type': 'application/json' }, body });
  const request = { method: 'GET', url: 'https://login.example.com', headers: {}, body: undefined } as const;
  const carried = secrets.map((secret) => new Redacted(secret));
  return (await jsonCall(wire, manualClock())({ ...request, secrets: carried }, NEVER)).content;
}

/** As many of these as a list can hold, one after the other. */
function listOf(element: string, count: number): string {
  return `[${`${element},`.repeat(count - 1)}${element}]`;
}

test.each([
  { of: 'numbers', json: listOf('0', MOST) },
  { of: 'empty objects', json: listOf('{}', MOST / 2) },
  { of: 'empty arrays', json: listOf('[]', MOST / 2) },
  { of: 'objects with an id', json: listOf('{"id":"a"}', MOST / 2) },
  { of: 'keys of one object', json: `{${`"a":0,`.repeat(MOST - 1)}"a":0}` },
  { of: 'arrays inside of each other', json: `${'['.repeat(MOST)}${']'.repeat(MOST)}` },
  { of: 'numbers that are cut off', json: `[${'0,'.repeat(MOST)}` },
])('an answer of more than 500,000 $of is not parsed', async ({ json }) => {
  expect(await failureOf(read(json))).toMatchObject({
    code: 'malformed',
    message: 'The answer of the provider has more than 500,000 values.',
    details: { effect: 'unknown' },
  });
});

test('an answer of hardly less than 500,000 values is read', async () => {
  expect(await read(listOf('0', MOST - 2))).toMatchObject({ type: 'json', value: { length: MOST - 2 } });
});

test.each([
  { what: 'commas and brackets', text: ',[{'.repeat(MOST) },
  { what: 'quotes and backslashes between them', text: '\\",["\\\\,{'.repeat(MOST) },
])('a text counts as one value, with $what in it', async ({ text }) => {
  const { type } = await read(JSON.stringify([text]));
  expect(type).toBe('json');
});

test.each([
  { where: 'alone', json: '"the-secret"', value: '[redacted]' },
  { where: 'more than once in a text', json: '["a the-secret, the-secret"]', value: ['a [redacted], [redacted]'] },
  { where: 'deep inside', json: '{"a":[{"b":{"c":"the-secret"}}]}', value: { a: [{ b: { c: '[redacted]' } }] } },
  { where: 'in escapes', json: '{"a":"\\u0074he-secret"}', value: { a: '[redacted]' } },
])('a secret that the request carried is hidden in the answer: $where', async ({ json, value }) => {
  expect(await read(json, ['the-secret', 'another-one'])).toEqual({ type: 'json', value });
});

test('a secret under the key __proto__ is hidden, too', async () => {
  const content = await read('{"__proto__":"the-secret"}', ['the-secret']);
  expect(JSON.stringify(content)).toBe('{"type":"json","value":{"__proto__":"[redacted]"}}');
});

test.each([
  { where: 'as a whole', text: (secret: string) => secret },
  { where: 'amid others', text: (secret: string) => `before ${secret} after, and ${secret}` },
  { where: 'up to its last character but one', text: (secret: string) => `before ${secret.slice(0, -1)}` },
])('of a text that has a long secret nothing is shown from its start on: $where', async ({ text }) => {
  // What is searched for must be short: against one of many characters a text can be made that takes hours.
  const secret = `ab${'a'.repeat(16_000)}`;
  expect(await read(JSON.stringify({ said: text(secret) }), [secret])).toEqual({
    type: 'json',
    value: { said: `${text(secret).split('ab')[0]}[redacted]` },
  });
});
