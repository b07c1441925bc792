import { expect, test } from 'vitest';
import { same } from '../../src/runtime/same.ts';

test.each<[why: string, one: unknown, other: unknown]>([
  ['equal texts', 'a', 'a'],
  ['nothing', undefined, undefined],
  ['objects with their keys in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
  ['a key that holds undefined and none', { a: 1, b: undefined }, { a: 1 }],
  ['deep values', { a: [{ b: [1, { c: null }] }] }, { a: [{ b: [1, { c: null }] }] }],
  ['empty lists', [], []],
  ['NaN', Number.NaN, Number.NaN],
])('says the same: %s', (_, one, other) => {
  expect(same(one, other)).toBe(true);
  expect(same(other, one)).toBe(true);
});

test.each<[why: string, one: unknown, other: unknown]>([
  ['null and undefined', null, undefined],
  ['a key that holds null and none', { a: null }, {}],
  ['a number and its text', 1, '1'],
  ['lists in another order', [1, 2], [2, 1]],
  ['a list and the start of it', [1, 2], [1]],
  ['a list with a hole at its end', [1], [1, undefined]],
  ['a list and an object that looks like it', ['a'], { 0: 'a' }],
  ['an empty list and an empty object', [], {}],
  ['an object and nothing', {}, undefined],
  ['values deep inside', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }],
  ['a name that every object inherits', { constructor: 1 }, {}],
  ['zero and minus zero, as bits are', 0, -0],
])('does not say the same: %s', (_, one, other) => {
  expect(same(one, other)).toBe(false);
  expect(same(other, one)).toBe(false);
});
