import { expect, test } from 'vitest';
import { lossesWithin, withLoss } from '../../../src/application/rotation/losses.ts';

const NOW = Date.parse('2026-06-03T12:00Z');
const HOUR_MS = 3_600_000;

const hoursAgo = (hours: number): string => new Date(NOW - hours * HOUR_MS).toISOString();

test.each([
  { why: 'nothing is recorded', rotation: undefined, want: 0 },
  { why: 'it was rotated, and on request', rotation: { lastRotatedAt: hoursAgo(1) }, want: 0 },
  { why: 'they lie within a day', rotation: { unasked: [hoursAgo(23.9), hoursAgo(1)] }, want: 2 },
  { why: 'one lies a day back', rotation: { unasked: [hoursAgo(24), hoursAgo(1)] }, want: 1 },
  { why: 'one is no time at all', rotation: { unasked: ['yesterday'] }, want: 0 },
])('$want losses are counted where $why', ({ rotation, want }) => {
  expect(lossesWithin(rotation, NOW)).toBe(want);
});

test('a loss is added, those of former days go, and the rest of the record stays', () => {
  const rotation = { lastRotatedAt: hoursAgo(2), rolling: 3, unasked: [hoursAgo(30), hoursAgo(2)] };
  expect(withLoss(rotation, NOW)).toEqual({ ...rotation, unasked: [hoursAgo(2), hoursAgo(0)] });
  expect(withLoss(undefined, NOW)).toEqual({ unasked: [hoursAgo(0)] });
});

test('the record never grows past what the schema allows, and keeps the latest', () => {
  const unasked = Array.from({ length: 50 }, (_, index) => hoursAgo(20 - index / 10));
  expect(withLoss({ unasked }, NOW).unasked).toEqual([...unasked.slice(1), hoursAgo(0)]);
});
