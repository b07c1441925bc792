import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { firstOf, unlessAborted } from '../../src/runtime/signals.ts';

test.each(['one', 'other'] as const)(
  'the signal aborts with the first of the two, which is the %s, and with its reason',
  (first) => {
    const controllers = { one: new AbortController(), other: new AbortController() };
    const signal = firstOf(controllers.one.signal, controllers.other.signal);
    expect(signal.aborted).toBe(false);

    controllers[first].abort('first');
    controllers[first === 'one' ? 'other' : 'one'].abort('second');

    expect(signal.reason).toBe('first');
  },
);

test.each([
  ['one', [AbortSignal.abort('over'), new AbortController().signal]],
  ['other', [new AbortController().signal, AbortSignal.abort('over')]],
] as const)('where the %s is over already, so is the signal', (_, [one, other]) => {
  expect(firstOf(one, other).reason).toBe('over');
});

describe('what is waited for unless a signal aborts', () => {
  test('is given, or thrown, as it comes', async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve('given'), signal)).toBe('given');
    await expect(unlessAborted(Promise.reject(new Error('thrown')), signal)).rejects.toThrow('thrown');
  });

  test('is left as soon as that aborts, and where it has', async () => {
    const stop = new AbortController();
    const left = unlessAborted(new Promise(() => undefined), stop.signal);
    stop.abort('stopped');
    await expect(left).rejects.toBe('stopped');
    await expect(unlessAborted(new Promise(() => undefined), stop.signal)).rejects.toBe('stopped');
  });

  test('may fail later, which nobody hears', async () => {
    const failing = Promise.withResolvers<never>();
    await expect(unlessAborted(failing.promise, AbortSignal.abort('stopped'))).rejects.toBe('stopped');
    failing.reject(new Error('too late'));
  });

  test('leaves no listener behind', async () => {
    const { signal } = new AbortController();
    await unlessAborted(Promise.resolve(), signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
