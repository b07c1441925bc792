import { expect, test } from 'vitest';
import type { Charge } from '../../src/idp/charge.ts';
import { type Effect, ProviderError, type ProviderErrorCode } from '../../src/idp/errors.ts';
import { createCalls } from '../../src/provider/calls.ts';
import { claimant, DAY, gate, HOUR, MINUTE, SECOND } from '../support/budget-gate.ts';

const SIGNAL = new AbortController().signal;

/** Calls through a gate without limits of its own. */
function callsAt(fraction = 0) {
  const { budget, clock, woken } = gate({}, [], fraction);
  const calls = createCalls({
    budget,
    clock,
    callDeadlineMs: 10 * SECOND,
    leaseRemainingMs: () => 15 * SECOND,
    claim: () => 'ours',
    onThrottled: () => undefined,
  });
  return { budget, clock, woken, calls };
}

/** Calls to a provider that answers what it is told to, behind a breaker that five times `unavailable` has opened. */
async function afterFiveFailures() {
  const { calls, clock, woken } = callsAt();

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

/** What a call comes to for which the provider asks for a pause so long. */
async function asked(charge: Charge, code: ProviderErrorCode, effect: Effect, retryAfterMs: number, fraction?: number) {
  const { budget, calls, clock } = callsAt(fraction);
  const refusal = new ProviderError(code, `no: ${code}`, { effect, status: 400, field: 'spec.type', retryAfterMs });
  const call = { send: () => Promise.reject(refusal), signal: SIGNAL };
  const place = calls.reserve(charge, claimant('a/1'));
  const error: unknown = await calls
    .reserved(place, charge, clock.monotonic() + SECOND, call)
    .catch((thrown: unknown) => thrown);
  return { error, refusal, budget, clock };
}

test.each([
  { what: 'a limit on creates', charge: 'create', code: 'throttled', effect: 'refused', heeded: 24 * HOUR },
  { what: 'a limit on calls', charge: 'call', code: 'throttled', effect: 'refused', heeded: 50 * MINUTE },
  { what: "a stranger's 429 to a create", charge: 'create', code: 'throttled', effect: 'unknown', heeded: 5 * MINUTE },
  { what: "a stranger's 429 to a call", charge: 'call', code: 'throttled', effect: 'unknown', heeded: 5 * MINUTE },
  { what: 'a provider that is down', charge: 'call', code: 'unavailable', effect: 'unknown', heeded: 5 * MINUTE },
  {
    what: 'a create at one that is down',
    charge: 'create',
    code: 'unavailable',
    effect: 'unknown',
    heeded: 5 * MINUTE,
  },
] as const)('a pause of a day for $what is heeded for $heeded ms', async ({ charge, code, effect, heeded }) => {
  const { error, refusal, budget, clock } = await asked(charge, code, effect, DAY);

  const { message, details } = refusal;
  expect(error).toMatchObject({ code, message, details: { ...details, retryAfterMs: heeded } });
  const next = budget.take(charge, claimant('a/2'));
  expect(next).toMatchObject(code === 'throttled' ? { untilMs: clock.now() + heeded } : { type: 'granted' });
});

test.each(['throttled', 'unavailable'] as const)(
  'a shorter pause for %s is told as the provider asks',
  async (code) => {
    const { error, refusal } = await asked('call', code, 'refused', 5 * MINUTE);
    expect(error).toBe(refusal);
  },
);

test('a limit on calls lets everybody in again within an hour, however the pauses are spread', async () => {
  const { budget, clock } = await asked('call', 'throttled', 'refused', DAY, 0.999);
  const next = budget.take('call', claimant('a/2'));
  expect(next.type === 'wait' && next.untilMs - clock.now()).toBeLessThan(HOUR);
});
