import { expect, test } from 'vitest';
import { rolledForAnnotation } from '../../src/api/names.ts';

const digest = (text: string): string => `${text.length}`.padStart(32, '0').split('').reverse().join('');
const name = (secret: string): string => rolledForAnnotation(secret, digest);

test('the mark of a roll bears the name of the Secret, as far as there is room for it', () => {
  expect(name('shop-oauth')).toBe('oauthapp.dev/rolled-for.shop-oauth');
  expect(name('a'.repeat(52))).toBe(`oauthapp.dev/rolled-for.${'a'.repeat(52)}`);
  expect(name('a'.repeat(53))).toBe(`oauthapp.dev/rolled-for.${'a'.repeat(35)}_3500000000000000`);
});

test('long names that begin alike have marks of their own, which the API server takes', () => {
  const long = [60, 61, 253].map((length) => name('a'.repeat(length)));
  expect(new Set(long).size).toBe(long.length);
  for (const each of long) expect(each).toMatch(/^oauthapp\.dev\/[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/);
});
