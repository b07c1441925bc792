import { expect, test } from 'vitest';
import { durationMs } from '../../src/api/duration.ts';

test.each([
  ['0s', 0],
  ['90s', 90_000],
  ['10m', 600_000],
  ['1h30m', 5_400_000],
  ['1h1m1s', 3_661_000],
  ['2160h', 7_776_000_000],
])('%s is %i ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each(['', '1', 'h', '1d', '1.5h', '-1h', '1m1h', '1h 1m', '1H', '1h\n'])('%j is no duration', (text) => {
  expect(() => durationMs(text)).toThrow(RangeError);
});
