import { expect, test } from 'vitest';
import { firstOf } from '../../src/runtime/signals.ts';

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
