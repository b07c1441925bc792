import { expect, test } from 'vitest';
import { z } from 'zod';
import { JsonObject, listOf } from '../../src/idp/json.ts';

const Length = z.string().transform(({ length }) => length);

test.each([
  { what: 'an array', value: ['a', 'bc'], list: [1, 2] },
  { what: 'an empty array', value: [], list: [] },
  { what: 'as many as may be', value: Array(20_000).fill('a'), list: Array(20_000).fill(1) },
  { what: 'one more', value: Array(20_001).fill('a'), list: undefined },
  { what: 'a bad element', value: ['a', 0], list: undefined },
  { what: 'a hole where an element was null', value: [null], list: undefined },
  { what: 'an object', value: { length: 0 }, list: undefined },
  { what: 'a text', value: 'ab', list: undefined },
  { what: 'nothing', value: undefined, list: undefined },
])('reads $what', ({ value, list }) => {
  expect(listOf(Length).safeParse(value).data).toEqual(list);
});

test('looks at no element after the first bad one, and collects no further issue', () => {
  let looked = 0;
  const Counted = z.unknown().refine(() => {
    looked += 1;
    return false;
  });
  const { error } = listOf(Counted).safeParse(Array(20_000).fill(0));
  expect({ looked, issues: error?.issues.length }).toEqual({ looked: 1, issues: 1 });
});

test('is left out where it may be', () => {
  const Holder = z.object({ list: listOf(Length).optional().catch(undefined) });
  expect([Holder.parse({}), Holder.parse({ list: 0 }), Holder.parse({ list: ['a'] })]).toEqual([{}, {}, { list: [1] }]);
});

test.each([{}, { a: 1 }, JSON.parse('{"__proto__":1}')])('takes the object %j as it is', (value) => {
  expect(JsonObject.parse(value)).toBe(value);
});

test.each([[[]], [null], ['{}'], [0], [undefined]])('takes %j for no object', (value) => {
  expect(JsonObject.safeParse(value).success).toBe(false);
});
