import { expect, test } from 'vitest';
import { FIXED_STORIES, freshSeed } from '../../dev/sim/fixed.ts';

/** As many as somebody would play at a time. */
const MANY = 1_000_000;

test('two draws at the same moment have no story in common, and none of the fixed ones', () => {
  const [one, other] = [freshSeed(), freshSeed()];
  expect(Math.abs(one - other)).toBeGreaterThan(MANY);
  expect(Math.min(one, other)).toBeGreaterThan(FIXED_STORIES);
  expect(Number.isSafeInteger(Math.max(one, other) + MANY)).toBe(true);
});
