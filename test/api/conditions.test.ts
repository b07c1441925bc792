import { expect, test } from 'vitest';
import type { Condition, WantedCondition } from '../../src/api/conditions.ts';
import { LONGEST_MESSAGE, setConditions } from '../../src/api/conditions.ts';

const BEFORE = '2026-11-22T12:00:00Z';
const NOW = '2026-11-22T13:00:00Z';

const READY: WantedCondition = {
  type: 'Ready',
  status: 'True',
  reason: 'InSync',
  message: 'All agree',
  observedGeneration: 1,
};
const STORED: Condition = { ...READY, lastTransitionTime: BEFORE };

test.each<{ name: string; wanted: Partial<WantedCondition>; time: string }>([
  { name: 'nothing', wanted: {}, time: BEFORE },
  { name: 'reason and message', wanted: { reason: 'Drifted', message: 'Something else' }, time: BEFORE },
  { name: 'the generation', wanted: { observedGeneration: 2 }, time: BEFORE },
  { name: 'True to False', wanted: { status: 'False' }, time: NOW },
  { name: 'True to Unknown', wanted: { status: 'Unknown' }, time: NOW },
])('lastTransitionTime is $time when $name changes', ({ wanted, time }) => {
  const next = { ...READY, ...wanted };
  expect(setConditions([STORED], [next], NOW)).toEqual([{ ...next, lastTransitionTime: time }]);
});

test('a condition that was not there begins now', () => {
  expect(setConditions(undefined, [READY], NOW)).toEqual([{ ...READY, lastTransitionTime: NOW }]);
});

test('a condition that is no longer wanted goes, and the order is that of the wanted ones', () => {
  const stalled: Condition = { ...STORED, type: 'Stalled' };
  const registered: WantedCondition = { ...READY, type: 'Registered' };
  expect(setConditions([stalled, STORED], [registered, READY], NOW)).toEqual([
    { ...registered, lastTransitionTime: NOW },
    STORED,
  ]);
});

test('what is returned for the same wishes is equal to what is stored', () => {
  expect(setConditions(setConditions([], [READY], BEFORE), [READY], NOW)).toEqual([STORED]);
});

test.each([
  { what: 'longer than the schema takes', message: 'x'.repeat(LONGEST_MESSAGE + 1), end: 'x…' },
  { what: 'cut in the middle of a character', message: `${'x'.repeat(LONGEST_MESSAGE - 2)}😀😀`, end: 'x\uFFFD…' },
])('a message that is $what is stored up to there, and says that it goes on', ({ message, end }) => {
  const [stored] = setConditions(undefined, [{ ...READY, message }], NOW);
  expect([stored?.message.length, stored?.message.endsWith(end)]).toEqual([LONGEST_MESSAGE, true]);
});
