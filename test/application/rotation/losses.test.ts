import { expect, test } from 'vitest';
import type { Facts } from '../../../src/application/ports/applications.ts';
import { lossesLately, withLoss, withRestored } from '../../../src/application/rotation/losses.ts';

const NOW = Date.parse('2026-06-03T12:00Z');
const HOUR_MS = 3_600_000;

const hoursAgo = (hours: number): string => new Date(NOW - hours * HOUR_MS).toISOString();

interface Case {
  readonly why: string;
  readonly rotation: Facts['rotation'];
  readonly want: 'few' | 'too-many';
}

test.each<Case>([
  { why: 'nothing is recorded', rotation: undefined, want: 'few' },
  { why: 'it was rotated, and on request', rotation: { lastRotatedAt: hoursAgo(1) }, want: 'few' },
  { why: 'one lies within a day', rotation: { unasked: [hoursAgo(23.9)] }, want: 'too-many' },
  {
    why: 'all lie a day back',
    rotation: { unasked: [hoursAgo(30), hoursAgo(24)], restored: [hoursAgo(24)] },
    want: 'few',
  },
  { why: 'the value was written back', rotation: { restored: [hoursAgo(30), hoursAgo(2)] }, want: 'too-many' },
  {
    why: 'one was replaced and one written back',
    rotation: { unasked: [hoursAgo(3)], restored: [hoursAgo(2)] },
    want: 'too-many',
  },
  {
    why: 'all lie further ahead than clocks differ',
    rotation: { unasked: [hoursAgo(-8760)], restored: [hoursAgo(-8760), hoursAgo(-0.1)] },
    want: 'few',
  },
  { why: 'one lies ahead by as much as clocks differ', rotation: { restored: [hoursAgo(-0.08)] }, want: 'too-many' },
  { why: 'one is no time at all', rotation: { unasked: ['yesterday'] }, want: 'few' },
])('S7: losses are $want where $why', ({ rotation, want }) => {
  expect(lossesLately(rotation, NOW)).toBe(want);
});

test('a loss is added, those of former days go, and the rest of the record stays', () => {
  const rotation = { lastRotatedAt: hoursAgo(2), rolling: 3, unasked: [hoursAgo(30), hoursAgo(2)] };
  expect(withLoss(rotation, NOW)).toEqual({ ...rotation, unasked: [hoursAgo(2), hoursAgo(0)] });
  expect(withLoss(undefined, NOW)).toEqual({ unasked: [hoursAgo(0)] });
});

test('a loss that lies further ahead than clocks differ goes with those of former days', () => {
  expect(withLoss({ unasked: [hoursAgo(-8760), hoursAgo(2)] }, NOW)).toEqual({ unasked: [hoursAgo(2), hoursAgo(0)] });
});

test('a value that was written back is noted by itself', () => {
  const rotation = { unasked: [hoursAgo(2)], restored: [hoursAgo(30), hoursAgo(2)] };
  expect(withRestored(rotation, NOW)).toEqual({ ...rotation, restored: [hoursAgo(2), hoursAgo(0)] });
});

test('the record never grows past what the schema allows, and keeps the latest', () => {
  const unasked = Array.from({ length: 50 }, (_, index) => hoursAgo(20 - index / 10));
  expect(withLoss({ unasked }, NOW).unasked).toEqual([...unasked.slice(1), hoursAgo(0)]);
});
