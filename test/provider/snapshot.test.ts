import { expect, test } from 'vitest';
import { createSnapshot } from '../../src/provider/snapshot.ts';
import { manualClock } from '../support/manual-clock.ts';
import { registrationNamed } from '../support/registrations.ts';

const SHOP = registrationNamed('Shop', { id: 'a' });

function emptySnapshot() {
  const clock = manualClock();
  return { clock, snapshot: createSnapshot(clock) };
}

test('R3: a listing that ends after one that began later brings nothing back', () => {
  const { snapshot } = emptySnapshot();
  snapshot.replace([SHOP], 1);
  snapshot.replace([], 10);

  snapshot.replace([SHOP], 5);
  expect([snapshot.get('a'), snapshot.named('Shop')]).toEqual([undefined, []]);

  snapshot.replace([SHOP], 11);
  expect(snapshot.get('a')).toBe(SHOP);
});

test('R3: a listing that ends after one that began later takes nothing away', () => {
  const { snapshot } = emptySnapshot();
  snapshot.replace([SHOP], 10);

  snapshot.replace([], 5);

  expect(snapshot.get('a')).toBe(SHOP);
});

test('R3: what was forgotten while it was listed comes back with a listing that began later', async () => {
  const { clock, snapshot } = emptySnapshot();
  snapshot.see(SHOP, 1);
  await clock.advance(6);
  snapshot.forget('a');

  snapshot.replace([SHOP], 5);
  expect(snapshot.get('a')).toBeUndefined();

  snapshot.replace([SHOP], 7);
  expect(snapshot.get('a')).toBe(SHOP);
});
