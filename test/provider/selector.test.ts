import { expect, test } from 'vitest';
import { selectorFrom, selects } from '../../src/provider/selector.ts';

const A = { shard: 'a' };
const B = { shard: 'b', 'example.com/tier': 'gold' };
const NONE = {};

test.each([
  ['shard', [A, B]],
  ['!shard', [NONE]],
  ['shard=a', [A]],
  ['shard == a', [A]],
  ['shard!=a', [B, NONE]],
  ['shard=', []],
  ['shard in (a, b)', [A, B]],
  ['shard notin (a,c)', [B, NONE]],
  ['shard in (a,b),example.com/tier=gold', [B]],
  ['shard, !example.com/tier', [A]],
  ['constructor', []],
] as const)('%s selects as kubectl -l does', (text, chosen) => {
  const selector = selectorFrom(text);
  expect(selector).toBeDefined();
  expect([A, B, NONE].filter((labels) => selector !== undefined && selects(selector, labels))).toEqual(chosen);
});

test.each(['', ',', 'a=b,', 'a b', 'a=b c', 'a in', 'a in ()', 'a within (b)', '=a', 'a=-', '!a=b', 'a/b/c=d', 'a>1'])(
  '"%s" is no selector',
  (text) => expect(selectorFrom(text)).toBeUndefined(),
);
