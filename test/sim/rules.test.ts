import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { INVARIANTS } from '../../dev/sim/invariants/all.ts';
import { MUTANTS } from '../../dev/sim/mutants/all.ts';
import { numberedRules, UNSEEN_PARTS, UNSEEN_RULES } from '../../dev/sim/rules.ts';

const ROOT = join(import.meta.dirname, '../..');
const RULES = await numberedRules();

/** Rules that an invariant watches over, or a mutant breaks. */
const NAMED = new Set([...INVARIANTS, ...MUTANTS].flatMap(({ rules }) => rules));

/** Rules that neither does. */
const UNSEEN = new Set(UNSEEN_RULES.map(({ rule }) => rule));

test('the protocol has its rules, each once', () => {
  expect(RULES.length).toBeGreaterThan(50);
  expect(new Set(RULES).size).toBe(RULES.length);
});

test('every rule is watched over in the simulator, or it is said why not', () => {
  const left = RULES.filter((rule) => !NAMED.has(rule) && !UNSEEN.has(rule));
  expect(left).toEqual([]);
});

test('no rule is both watched over and out of sight', () => {
  expect([...UNSEEN].filter((rule) => NAMED.has(rule))).toEqual([]);
});

test('what is not seen of a rule is a part of one that is watched over', () => {
  expect(UNSEEN_PARTS.filter(({ rule }) => !NAMED.has(rule))).toEqual([]);
});

test('nothing speaks of a rule that there is not', () => {
  const known = new Set(RULES);
  expect([...NAMED, ...UNSEEN].filter((rule) => !known.has(rule))).toEqual([]);
});

test.each([...UNSEEN_RULES, ...UNSEEN_PARTS])('a test in $seenBy is named for $rule', async ({ rule, seenBy }) => {
  const named = new RegExp(String.raw`['"](?:[A-Z]\d+, )*${rule}(?:, [A-Z]\d+)*: `);
  expect(await readFile(join(ROOT, seenBy), 'utf8')).toMatch(named);
});
