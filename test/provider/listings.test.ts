import { expect, test } from 'vitest';
import { Postponed } from '../../src/application/ports/errors.ts';
import { createListings, type Listing } from '../../src/provider/listings.ts';
import { claimant } from '../support/budget-gate.ts';
import { manualClock } from '../support/manual-clock.ts';

const never = new AbortController().signal;

/** Listings that are answered by hand, each known by when it began. */
function provider() {
  const clock = manualClock(0);
  const begun: { readonly by: string; readonly signal: AbortSignal; readonly answer: PromiseWithResolvers<Listing> }[] =
    [];
  const heldBack = new Set<string>();
  const listings = createListings((who, signal) => {
    if (heldBack.has(who.key)) throw new Postponed('call', 1_000);
    const answer = Promise.withResolvers<Listing>();
    begun.push({ by: who.key, signal, answer });
    signal.addEventListener('abort', () => answer.reject(signal.reason));
    return { startedAtMs: clock.monotonic(), answer: answer.promise };
  });
  return {
    clock,
    heldBack,
    begun,
    listings,
    ask: (by: string, startedAfterMs = clock.monotonic(), signal = never) =>
      listings.since(startedAfterMs, claimant(by), signal).then(({ startedAtMs }) => startedAtMs),
    answer: (number: number, startedAtMs: number) =>
      begun[number - 1]?.answer.resolve({ startedAtMs, at: '', registrations: [] }),
    fail: (number: number) => begun[number - 1]?.answer.reject(new Error(`listing ${number} failed`)),
  };
}

test('all who ask share the listing under way, if it began late enough, and then the last one', async () => {
  const { clock, begun, ask, answer } = provider();
  const first = ask('a/1');
  await clock.advance(1_000);
  const others = [ask('b/1', 0), ask('c/1', -1)];
  await clock.settle();
  answer(1, 0);

  expect(await Promise.all([first, ...others])).toEqual([0, 0, 0]);
  expect(await ask('d/1', 0)).toBe(0);
  expect(begun.map(({ by }) => by)).toEqual(['a/1']);
});

test('R3: a listing that began too early answers nobody: all who came since share the next, once it is over', async () => {
  const { clock, begun, ask, answer } = provider();
  const early = ask('a/1');
  const late: Promise<number>[] = [];
  for (let asker = 0; asker < 16; asker += 1) {
    await clock.advance(1);
    late.push(ask(`b/${asker}`));
  }
  await clock.settle();
  expect(begun).toHaveLength(1);

  answer(1, 0);
  expect(await early).toBe(0);
  await clock.settle();
  answer(2, 16);

  expect(new Set(await Promise.all(late))).toEqual(new Set([16]));
  expect(begun.map(({ by }) => by)).toEqual(['a/1', 'b/0']);
});

test('D2: one from before a registration was seen that is missing since answers nobody who asks from then on', async () => {
  const { clock, begun, listings, ask, answer } = provider();
  const early = ask('a/1');
  await clock.advance(2);
  listings.believeFrom(1);
  const doubting = ask('b/1', 0);
  answer(1, 0);
  expect(await early).toBe(0);
  await clock.settle();
  answer(2, 2);

  expect(await doubting).toBe(2);
  listings.believeFrom(3);
  await clock.advance(2);
  const again = ask('c/1', 0);
  answer(3, 4);
  expect(await again).toBe(4);
  expect(begun).toHaveLength(3);
});

test('a failure is told to all who share it, and to nobody else', async () => {
  const { clock, ask, answer, fail } = provider();
  const sharers = Promise.allSettled([ask('a/1'), ask('b/1')]);
  await clock.advance(1);
  const late = ask('c/1');

  fail(1);
  expect((await sharers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await clock.settle();
  answer(2, 1);
  expect(await late).toBe(1);
});

test('whoever has to wait for a place waits alone', async () => {
  const { clock, begun, heldBack, ask, answer } = provider();
  heldBack.add('a/1').add('c/1');
  await expect(ask('a/1')).rejects.toBeInstanceOf(Postponed);
  const first = ask('b/1');
  await clock.advance(1);
  const [held, next] = [ask('c/1'), ask('d/1')];
  answer(1, 0);
  await first;

  await expect(held).rejects.toBeInstanceOf(Postponed);
  await clock.settle();
  answer(2, 1);
  expect(await next).toBe(1);
  expect(begun.map(({ by }) => by)).toEqual(['b/1', 'd/1']);
});

test('whoever gives up takes the listing from nobody, and the last one ends it', async () => {
  const { clock, begun, ask, answer } = provider();
  const leaving = [new AbortController(), new AbortController()] as const;
  const [first, second] = leaving.map(({ signal }, number) => ask(`a/${number}`, 0, signal));
  await clock.advance(1);
  const late = ask('b/1');

  leaving[0].abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  await clock.settle();
  expect(begun[0]?.signal.aborted).toBe(false);
  leaving[1].abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  await clock.settle();
  expect(begun[0]?.signal.aborted).toBe(true);

  const next = ask('c/1');
  await clock.settle();
  answer(2, 1);
  expect(await Promise.all([next, late])).toEqual([1, 1]);
  await expect(ask('a/0', 2, leaving[0].signal)).rejects.toThrow('enough');
  expect(begun.map(({ by }) => by)).toEqual(['a/0', 'b/1']);
});
