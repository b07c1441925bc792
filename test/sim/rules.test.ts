import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { INVARIANTS } from '../../dev/sim/invariants/all.ts';
import { MUTANTS } from '../../dev/sim/mutants/all.ts';
import { numberedRules, UNSEEN_RULES } from '../../dev/sim/rules.ts';

const ROOT = join(import.meta.dirname, '../..');
const RULES = await numberedRules();

/** Rules that an invariant watches over, or a mutant breaks. */
const NAMED = new Set([...INVARIANTS, ...MUTANTS].flatMap(({ rules }) => rules));

test('the protocol has its rules, each once', () => {
  expect(RULES.length).toBeGreaterThan(50);
  expect(new Set(RULES).size).toBe(RULES.length);
});

test('every rule is watched over in the simulator, or it is said why not', () => {
  const left = RULES.filter((rule) => !NAMED.has(rule) && UNSEEN_RULES[rule] === undefined);
  expect(left).toEqual([]);
});

test('no rule is both watched over and out of sight', () => {
  expect(Object.keys(UNSEEN_RULES).filter((rule) => NAMED.has(rule))).toEqual([]);
});

test('nothing speaks of a rule that there is not', () => {
  const known = new Set(RULES);
  expect([...NAMED, ...Object.keys(UNSEEN_RULES)].filter((rule) => !known.has(rule))).toEqual([]);
});

const SEEN_ELSEWHERE = Object.entries(UNSEEN_RULES).flatMap(([rule, { seenBy }]) =>
  seenBy === undefined ? [] : [{ rule, seenBy }],
);

test.each(SEEN_ELSEWHERE)('$rule is seen by $seenBy', async ({ seenBy }) => {
  expect(await readFile(join(ROOT, seenBy), 'utf8')).toMatch(/\btest\b/);
});
