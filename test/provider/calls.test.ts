import { expect, test } from 'vitest';
import { ProviderError, type ProviderErrorCode } from '../../src/idp/errors.ts';
import { createCalls } from '../../src/provider/calls.ts';
import { claimant, gate, SECOND } from '../support/budget-gate.ts';

const SIGNAL = new AbortController().signal;

/** Calls to a provider that answers what it is told to, behind a breaker that five times `unavailable` has opened. */
async function afterFiveFailures() {
  const { budget, clock, woken } = gate({});
  const calls = createCalls({
    budget,
    clock,
    callDeadlineMs: 10 * SECOND,
    leaseRemainingMs: () => 15 * SECOND,
    claim: () => 'ours',
    onThrottled: () => undefined,
  });

  /** What a call comes to that would be answered so. */
  async function call(key: string, answer: ProviderErrorCode): Promise<unknown> {
    const send = () => Promise.reject(new ProviderError(answer, `no: ${answer}`, { effect: 'unknown' }));
    try {
      return await calls.called(claimant(key), { send, signal: SIGNAL });
    } catch (error) {
      return error;
    }
  }

  for (let time = 0; time < 5; time += 1) await call('a/1', 'unavailable');
  for (const key of ['a/1', 'b/1', 'c/1']) await call(key, 'unavailable');
  await clock.advance(5 * SECOND);
  return { call, clock, woken };
}

test.each<ProviderErrorCode>(['unavailable', 'lost', 'unauthorized', 'not-allowed', 'misdirected'])(
  'a probe that ends as %s wakes nobody before twice the pause is over',
  async (code) => {
    const { call, clock, woken } = await afterFiveFailures();
    expect(woken()).toEqual(['a/1']);

    expect(await call('a/1', code)).toMatchObject({ code });

    expect(woken()).toEqual([]);
    await clock.advance(10 * SECOND - 1);
    expect(woken()).toEqual([]);
    await clock.advance(1);
    expect(woken()).toHaveLength(1);
  },
);

test.each<ProviderErrorCode>([
  'rejected',
  'forbidden',
  'needs-person',
  'not-found',
  'conflict',
  'malformed',
  'quota',
  'unsupported',
])('a probe that ends as %s lets everybody in: the provider answers', async (code) => {
  const { call, woken } = await afterFiveFailures();
  expect(woken()).toEqual(['a/1']);

  expect(await call('a/1', code)).toMatchObject({ code });

  expect(woken()).toEqual(['b/1', 'c/1']);
});
