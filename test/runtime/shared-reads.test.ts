import { expect, test } from 'vitest';
import { createSharedReads } from '../../src/runtime/shared-reads.ts';
import { manualClock } from '../support/manual-clock.ts';

/** Reads that are answered by hand. Each gives its number, counted from 1. */
function reads() {
  const clock = manualClock(0);
  const begun: PromiseWithResolvers<number>[] = [];
  const keys: string[] = [];
  const shared = createSharedReads<number>(clock, (key) => {
    keys.push(key);
    const answer = Promise.withResolvers<number>();
    begun.push(answer);
    return answer.promise;
  });
  const { signal } = new AbortController();
  return {
    clock,
    keys,
    read: (startedAfterMs: number, key = 'a', within: AbortSignal = signal) => shared.read(key, startedAfterMs, within),
    answer: (number: number) => begun[number - 1]?.resolve(number),
    fail: (number: number) => begun[number - 1]?.reject(new Error(`read ${number} failed`)),
  };
}

/** Lets everything happen that needs no more than what has been answered. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('those who ask at once share one read', async () => {
  const { read, answer, keys } = reads();
  const all = Promise.all([read(0), read(0), read(0)]);
  answer(1);
  expect(await all).toEqual([1, 1, 1]);
  expect(keys).toEqual(['a']);
});

test('a read that began too early serves nobody who came later: they share the next', async () => {
  const { clock, read, answer, keys } = reads();
  const early = read(clock.monotonic());
  await clock.advance(10);
  const late = Promise.all([read(clock.monotonic()), read(clock.monotonic())]);
  const content = read(clock.monotonic() - 10);
  await settled();
  expect(keys).toHaveLength(1);

  answer(1);
  expect(await Promise.all([early, content])).toEqual([1, 1]);
  await settled();
  answer(2);
  expect(await late).toEqual([2, 2]);
  expect(keys).toHaveLength(2);
});

test('nothing is kept once it has been read', async () => {
  const { read, answer, keys } = reads();
  const first = read(0);
  answer(1);
  await first;
  const second = read(0);
  answer(2);
  expect(await second).toBe(2);
  expect(keys).toHaveLength(2);
});

test('keys are read side by side', async () => {
  const { read, answer, keys } = reads();
  const both = Promise.all([read(0, 'a'), read(0, 'b')]);
  answer(2);
  answer(1);
  expect(await both).toEqual([1, 2]);
  expect(keys).toEqual(['a', 'b']);
});

test('a failure is told to all who shared it, and to nobody else', async () => {
  const { clock, read, answer, fail } = reads();
  const early = Promise.allSettled([read(0), read(0)]);
  await clock.advance(10);
  const late = read(clock.monotonic());

  fail(1);
  expect((await early).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await settled();
  answer(2);
  expect(await late).toBe(2);
});

test('who leaves takes the answer away from nobody', async () => {
  const { read, answer, keys } = reads();
  const leaving = new AbortController();
  const gone = read(0, 'a', leaving.signal);
  const staying = read(0);

  leaving.abort(new Error('enough'));
  await expect(gone).rejects.toThrow('enough');
  answer(1);
  expect(await staying).toBe(1);
  await expect(read(0, 'a', leaving.signal)).rejects.toThrow('enough');
  expect(keys).toHaveLength(1);
});
