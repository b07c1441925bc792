import { expect, test } from 'vitest';
import { createSettling } from '../../src/runtime/settling.ts';
import { manualClock } from '../support/manual-clock.ts';

const GRACE_MS = 30_000;
const DEADLINE_S = 10;

test('waits for the deadline of the operation and a grace time, from when it was first seen', async () => {
  const clock = manualClock();
  const settling = createSettling(clock, GRACE_MS);

  expect(settling.remainingMs('a', DEADLINE_S)).toBe(40_000);
  await clock.advance(39_999);
  expect(settling.remainingMs('a', DEADLINE_S)).toBe(1);
  await clock.advance(1);
  expect(settling.remainingMs('a', DEADLINE_S)).toBe(0);
  await clock.advance(60_000);
  expect(settling.remainingMs('a', DEADLINE_S)).toBe(0);
});

test('says from when on a listing tells something of it', async () => {
  const clock = manualClock();
  const settling = createSettling(clock, GRACE_MS);
  await clock.advance(5_000);
  const seenAt = clock.monotonic();

  expect(settling.settledAtMs('a', DEADLINE_S)).toBe(seenAt + 40_000);
  await clock.advance(60_000);

  expect(settling.settledAtMs('a', DEADLINE_S)).toBe(seenAt + 40_000);
});

test('counts each operation by itself', async () => {
  const clock = manualClock();
  const settling = createSettling(clock, GRACE_MS);
  settling.remainingMs('a', DEADLINE_S);
  await clock.advance(40_000);

  expect([settling.remainingMs('a', DEADLINE_S), settling.remainingMs('b', DEADLINE_S)]).toEqual([0, 40_000]);
});

test('is not hurried by the wall clock', async () => {
  const clock = manualClock();
  const settling = createSettling(clock, GRACE_MS);
  settling.remainingMs('a', DEADLINE_S);

  clock.stepWall(3_600_000);
  expect(settling.remainingMs('a', DEADLINE_S)).toBe(40_000);
  clock.stepWall(-7_200_000);
  await clock.advance(40_000);
  expect(settling.remainingMs('a', DEADLINE_S)).toBe(0);
});

test('counts anew in a new process, and after it was told to forget', async () => {
  const clock = manualClock();
  const settling = createSettling(clock, GRACE_MS);
  settling.remainingMs('a', DEADLINE_S);
  await clock.advance(40_000);

  settling.forget('a');

  expect(settling.remainingMs('a', DEADLINE_S)).toBe(40_000);
  expect(createSettling(clock, GRACE_MS).remainingMs('a', DEADLINE_S)).toBe(40_000);
});

test('heeds the deadline that the operation names', () => {
  const settling = createSettling(manualClock(), GRACE_MS);

  expect([settling.remainingMs('a', 1), settling.remainingMs('b', 3_600)]).toEqual([31_000, 3_630_000]);
});

test('says how late a call may have its effect', () => {
  expect(createSettling(manualClock(), GRACE_MS).longestMs(10)).toBe(40_000);
});
