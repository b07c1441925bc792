import { format, inspect } from 'node:util';
import pino from 'pino';
import { expect, test } from 'vitest';
import { Redacted } from '../src/credentials.ts';

const VALUE = 'a-very-secret-value';
const secret = new Redacted(VALUE);

test('gives its value to who asks for it by name', () => {
  expect(secret.reveal()).toBe(VALUE);
});

test.each<[way: string, show: () => unknown]>([
  ['a template', () => `${secret}`],
  ['String', () => String(secret)],
  // biome-ignore lint/style/useTemplate: the operator is what is tried
  ['concatenation', () => '' + secret],
  ['JSON', () => JSON.stringify({ secret, list: [secret] })],
  ['inspect', () => inspect({ secret }, { depth: 9, showHidden: true })],
  ['console formats', () => format('%s %o %j %O', secret, secret, secret, secret)],
  ['an error and its cause', () => inspect(new Error(`cannot use ${secret}`, { cause: secret }))],
  ['its properties', () => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret)])],
  ['a copy', () => inspect({ ...secret })],
  ['a structured clone', () => inspect(structuredClone({ ...secret }))],
  ['a Map', () => inspect(new Map([[secret, secret]]))],
])('is hidden from %s', (_, show) => {
  expect(show()).not.toContain(VALUE);
});

test('is hidden from the log', () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });

  log.info({ secret, nested: { secret } }, 'hello %s', secret);

  expect(lines.join()).toContain('[redacted]');
  expect(lines.join()).not.toContain(VALUE);
});

test('can be compared by nobody who has not the value', () => {
  expect(secret === new Redacted(VALUE)).toBe(false);
  expect(Number(secret)).toBeNaN();
});
