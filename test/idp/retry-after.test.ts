import { expect, test } from 'vitest';
import { retryAfterMs } from '../../src/idp/retry-after.ts';

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const DAY_MS = 86_400_000;

test.each([
  { value: '120', ms: 120_000, why: 'seconds' },
  { value: ' 0 ', ms: undefined, why: 'no time at all' },
  { value: ' 1 ', ms: 1000, why: 'spaces around it' },
  { value: '999999999', ms: DAY_MS, why: 'nobody waits longer than a day' },
  { value: 'Sun, 22 Nov 2026 12:00:30 GMT', ms: 30_000, why: 'IMF-fixdate' },
  { value: 'Sunday, 22-Nov-26 12:00:30 GMT', ms: 30_000, why: 'RFC 850' },
  { value: 'Sun Nov 22 12:00:30 2026', ms: 30_000, why: 'asctime, which is in GMT too' },
  { value: 'Sun Nov  1 12:00:30 2026', ms: undefined, why: 'asctime of a day with one digit, which has passed' },
  { value: 'Tue Dec  1 12:00:30 2026', ms: DAY_MS, why: 'asctime of a day with one digit' },
  { value: 'Sun, 22 Nov 2026 11:59:00 GMT', ms: undefined, why: 'the time has passed' },
  { value: 'Sun, 22 Nov 2099 11:59:00 GMT', ms: DAY_MS, why: 'nobody waits longer than a day' },
  { value: '-5', ms: undefined, why: 'a negative number is none of the forms' },
  { value: '2026-11-22T12:00:30Z', ms: undefined, why: 'an ISO date is none of the forms' },
  { value: 'soon', ms: undefined, why: 'a word' },
  { value: '', ms: undefined, why: 'an empty value' },
  { value: undefined, ms: undefined, why: 'a missing header' },
])('reads Retry-After $value as $ms ms: $why', ({ value, ms }) => {
  expect(retryAfterMs(value, undefined, NOW)).toBe(ms);
});

test('takes less than a second for none', () => {
  expect(retryAfterMs('Sun, 22 Nov 2026 12:00:30 GMT', undefined, NOW + 29_001)).toBeUndefined();
  expect(retryAfterMs('Sun, 22 Nov 2026 12:00:30 GMT', undefined, NOW + 29_000)).toBe(1_000);
});

test('measures a date against the Date of the same answer, so that a wrong clock here does not count', () => {
  const until = 'Sun, 22 Nov 2026 12:00:30 GMT';
  expect(retryAfterMs(until, 'Sun, 22 Nov 2026 12:00:20 GMT', NOW - DAY_MS)).toBe(10_000);
  expect(retryAfterMs(until, 'nonsense', NOW)).toBe(30_000);
});
