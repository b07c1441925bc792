import { expect, test } from 'vitest';
import { exponentialBackOff } from '../../src/runtime/backoff.ts';
import type { Chance } from '../../src/runtime/chance.ts';

function chanceOf(fraction: number): Chance {
  return { fraction: () => fraction, bytes: (bytes) => new Uint8Array(bytes) };
}

test('the delay doubles with each failure in a row, up to the cap', () => {
  const backOff = exponentialBackOff(chanceOf(0), { baseMs: 100, capMs: 700 });
  expect([1, 2, 3, 4, 5, 6].map(() => backOff.next('a'))).toEqual([100, 200, 400, 700, 700, 700]);
});

test.each([
  { fraction: 0, expected: 200 },
  { fraction: 0.5, expected: 300 },
  { fraction: 0.999, expected: 399.8 },
])('chance $fraction adds that share on top', ({ fraction, expected }) => {
  expect(exponentialBackOff(chanceOf(fraction)).next('a')).toBeCloseTo(expected);
});

test.each([
  { fraction: 0, expected: [100, 200, 250, 250] },
  { fraction: 1, expected: [200, 400, 500, 500] },
])('the delay grows as ever up to a limit of its own, whatever chance adds', ({ fraction, expected }) => {
  const backOff = exponentialBackOff(chanceOf(fraction), { baseMs: 100, capMs: 10_000 });
  expect([1, 2, 3, 4].map(() => backOff.next('a', 500))).toEqual(expected);
  expect(backOff.next('a'), 'and goes on where there is none').toBe(1_600 * (1 + fraction));
});

test('keys do not count for each other, and a forgotten key starts anew', () => {
  const backOff = exponentialBackOff(chanceOf(0), { baseMs: 100, capMs: 10_000 });
  backOff.next('a');
  backOff.next('a');
  expect(backOff.next('b')).toBe(100);

  backOff.forget('a');
  expect(backOff.next('a')).toBe(100);
  expect(backOff.next('b')).toBe(200);
});

test('after a year of failures the delay is still the cap', () => {
  const backOff = exponentialBackOff(chanceOf(0));
  for (let i = 0; i < 100_000; i += 1) backOff.next('a');
  expect(backOff.next('a')).toBe(150_000);
});
