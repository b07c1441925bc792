import { expect, test } from 'vitest';
import { Blocked } from '../../src/application/blocked.ts';
import { Postponed } from '../../src/application/ports/errors.ts';
import type { Reservation } from '../../src/application/ports/provider.ts';
import { type Effect, ProviderError, type ProviderErrorCode } from '../../src/idp/errors.ts';
import { createRefusedCreates } from '../../src/provider/refused-creates.ts';
import { manualClock } from '../support/manual-clock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TRIAL_MS = 10_000;

function refusal(code: ProviderErrorCode, effect: Effect = 'refused', retryAfterMs?: number): ProviderError {
  return new ProviderError(code, `no: ${code}`, { effect, retryAfterMs });
}

interface State {
  calls: number;
  /** Places that were given back. */
  returned: number;
  answer: ProviderError | undefined;
  /** Why the budget has no place. */
  held: Postponed | undefined;
}

/** A provider that answers a create with what is set as `answer`. */
function provider() {
  const clock = manualClock();
  const woken: string[] = [];
  const refused = createRefusedCreates({ clock, trialMs: TRIAL_MS, wake: (key) => void woken.push(key) });
  const state: State = { calls: 0, returned: 0, answer: undefined, held: undefined };

  function reserve(key: string, asked = 'once'): Reservation {
    return refused.reserve({ key, namespace: 'shop', urgency: 'new', asked }, () => {
      if (state.held !== undefined) throw state.held;
      return {
        giveBack() {
          state.returned += 1;
        },
      };
    });
  }

  const call = (reservation: Reservation): Promise<void> =>
    refused.tried(reservation, async () => {
      state.calls += 1;
      if (state.answer !== undefined) throw state.answer;
    });

  /** What a create comes to: `undefined`, or what it was refused for, or is held back by. */
  async function create(key: string, asked?: string): Promise<unknown> {
    try {
      return await call(reserve(key, asked));
    } catch (error) {
      return error;
    }
  }

  return Object.assign(state, {
    clock,
    woken,
    reserve,
    call,
    create,
    rejectAnswer: refused.rejectAnswer,
    letIn: refused.letIn,
  });
}

test.each<ProviderErrorCode>(['rejected', 'unauthorized', 'forbidden', 'needs-person', 'quota', 'unsupported'])(
  'a create that is refused as %s is told as it was, without a call, until the pause is over',
  async (code) => {
    const logi = provider();
    logi.answer = refusal(code);
    expect(await logi.create('a')).toMatchObject({ code, details: { retryAfterMs: 5 * MINUTE_MS } });
    await logi.clock.advance(MINUTE_MS);
    expect(await logi.create('a')).toMatchObject({
      code,
      message: `no: ${code}`,
      details: { effect: 'refused', retryAfterMs: 4 * MINUTE_MS },
    });
    expect(logi.calls).toBe(1);
    await logi.clock.advance(4 * MINUTE_MS);
    await logi.create('a');
    expect(logi.calls).toBe(2);
  },
);

test.each<ProviderError>([
  refusal('unavailable'),
  refusal('throttled', 'refused', 2_000),
  refusal('throttled', 'unknown', 2_000),
])('what is $code, effect $details.effect, is left to settling, budget and queue', async (answer) => {
  const logi = provider();
  logi.answer = answer;
  for (let time = 1; time <= 3; time++) expect(await logi.create('a')).toBe(answer);
  expect(logi.calls).toBe(3);
});

test.each<ProviderErrorCode>(['conflict', 'rejected', 'lost', 'malformed', 'unavailable', 'forbidden'])(
  'a create that came to %s and may have been made all the same settles, and the second time counts as refused',
  async (code) => {
    const logi = provider();
    const answer = refusal(code, 'unknown');
    logi.answer = answer;
    expect(await logi.create('a')).toBe(answer);
    await logi.clock.advance(MINUTE_MS);
    expect(await logi.create('a')).toBe(answer);
    await logi.clock.advance(MINUTE_MS);
    expect(await logi.create('a')).toMatchObject({ code, details: { retryAfterMs: 4 * MINUTE_MS } });
    expect(logi.calls).toBe(2);
    await logi.clock.advance(4 * MINUTE_MS);
    expect(await logi.create('a')).toBe(answer);
    logi.answer = undefined;
    expect([await logi.create('a', 'anew'), logi.calls]).toEqual([undefined, 4]);
  },
);

/** Two creates of each application in a row that the provider did not answer. */
async function unanswered(...keys: readonly string[]): Promise<ReturnType<typeof provider>> {
  const logi = provider();
  logi.answer = refusal('unavailable', 'unknown');
  for (const key of [...keys, ...keys]) await logi.create(key);
  return logi;
}

test('what no create was answered for has one more try of each as soon as another one is registered, and no second', async () => {
  const logi = await unanswered('a', 'b');
  expect([await logi.create('a'), logi.calls]).toMatchObject([{ code: 'unavailable' }, 4]);

  logi.answer = undefined;
  await logi.create('c');
  expect([logi.woken, await logi.create('b'), logi.calls]).toEqual([['a', 'b'], undefined, 6]);

  logi.answer = refusal('unavailable', 'unknown');
  await logi.create('a');
  logi.answer = undefined;
  await logi.create('d');
  expect([logi.woken, await logi.create('a'), logi.calls]).toMatchObject([['a', 'b'], { code: 'unavailable' }, 8]);
});

test('what no create was answered for is tried at once where the provider is back in service', async () => {
  const logi = await unanswered('a');
  logi.letIn();
  logi.answer = undefined;
  expect([await logi.create('a'), logi.calls]).toEqual([undefined, 3]);
});

test('so it is where another one was registered before it had no second answer', async () => {
  const logi = provider();
  logi.answer = refusal('lost', 'unknown');
  await logi.create('a');
  logi.answer = undefined;
  await logi.create('b');
  logi.answer = refusal('lost', 'unknown');
  await logi.create('a');
  expect([await logi.create('a'), logi.calls]).toMatchObject([{ code: 'lost' }, 3]);
  logi.letIn();
  logi.answer = undefined;
  expect([await logi.create('a'), logi.calls]).toEqual([undefined, 4]);
});

test('what something on the way forbids to one and the provider to another is not forbidden to all', async () => {
  const logi = provider();
  logi.answer = refusal('forbidden', 'unknown');
  await logi.create('a');
  logi.answer = refusal('forbidden');
  await logi.create('b');
  logi.answer = undefined;
  expect(await logi.create('c')).toBeUndefined();
});

test('one answer that was lost is told of no longer once a limit holds the create back', async () => {
  const logi = provider();
  logi.answer = refusal('lost', 'unknown');
  await logi.create('a');
  logi.held = new Postponed('create', HOUR_MS);
  expect(await logi.create('a')).toBe(logi.held);
});

test('what such a create was told a day ago, when it had come through, makes no later pause longer', async () => {
  const logi = provider();
  logi.answer = refusal('conflict', 'unknown');
  await logi.create('a');
  await logi.clock.advance(24 * HOUR_MS);
  logi.answer = refusal('rejected');
  await logi.create('a');
  expect(await logi.create('a')).toMatchObject({ details: { retryAfterMs: 5 * MINUTE_MS } });
});

test('what was answered with another one counts as refused, with whatever is said of that', async () => {
  const logi = provider();
  const taken = new Blocked('NameTaken', 'it existed before');
  for (let time = 1; time <= 2; time++) {
    const place = logi.reserve('a');
    await logi.call(place);
    logi.rejectAnswer(place, taken);
  }
  expect([await logi.create('a'), logi.calls]).toEqual([taken, 2]);
  logi.held = new Postponed('create', HOUR_MS);
  await logi.clock.advance(5 * MINUTE_MS);
  expect(await logi.create('a')).toBe(taken);
});

test('each pause is as long as it was refused before, four hours at most', async () => {
  const logi = provider();
  logi.answer = refusal('rejected');
  const triedAt: number[] = [];
  for (let minute = 0; minute < 24 * 60; minute++) {
    const before = logi.calls;
    await logi.create('a');
    if (logi.calls > before) triedAt.push(minute);
    await logi.clock.advance(MINUTE_MS);
  }
  expect(triedAt).toEqual([0, 5, 10, 20, 40, 80, 160, 320, 560, 800, 1040, 1280]);
});

test('a pause is no shorter than the provider asks for', async () => {
  const logi = provider();
  logi.answer = refusal('quota', 'refused', HOUR_MS);
  expect(await logi.create('a')).toMatchObject({ details: { retryAfterMs: HOUR_MS } });
});

test('whoever asks for something else, or anew, is tried at once, and its pauses begin anew', async () => {
  const logi = provider();
  logi.answer = refusal('rejected');
  await logi.create('a', 'one');
  await logi.clock.advance(5 * MINUTE_MS);
  await logi.create('a', 'one');
  await logi.clock.advance(MINUTE_MS);
  expect(await logi.create('a', 'two')).toMatchObject({ details: { retryAfterMs: 5 * MINUTE_MS } });
  expect(logi.calls).toBe(3);
  await logi.create('a', 'two');
  expect(logi.calls).toBe(3);
});

test.each<ProviderErrorCode>(['rejected', 'quota', 'unsupported', 'unauthorized', 'forbidden'])(
  'what one application is refused for as %s keeps no other one waiting',
  async (code) => {
    const logi = provider();
    logi.answer = refusal(code);
    await logi.create('a');
    logi.answer = undefined;
    expect([await logi.create('b'), logi.calls]).toEqual([undefined, 2]);
    expect(await logi.create('a')).toMatchObject({ code });
  },
);

test.each<ProviderErrorCode>(['unauthorized', 'forbidden'])(
  'what two are refused for alike as %s is not tried for a third, and by one alone after the pause',
  async (code) => {
    const logi = provider();
    logi.answer = refusal(code);
    await logi.create('a');
    await logi.create('b');
    expect([await logi.create('c'), logi.calls]).toMatchObject([{ code }, 2]);
    await logi.clock.advance(5 * MINUTE_MS);
    const trial = logi.reserve('c');
    expect(await logi.create('a')).toMatchObject({ code, details: { retryAfterMs: TRIAL_MS } });
    await expect(logi.call(trial)).rejects.toMatchObject({ code });
    expect([await logi.create('b'), logi.calls]).toMatchObject([{ code }, 3]);
  },
);

test('where one tries again in vain and is not heard of, the next one does a moment later', async () => {
  const logi = provider();
  logi.answer = refusal('needs-person');
  await logi.create('a');
  await logi.create('b');
  await logi.clock.advance(5 * MINUTE_MS);
  logi.reserve('a');
  await logi.clock.advance(TRIAL_MS);
  await logi.create('b');
  expect(logi.calls).toBe(2);
});

test('an application that is asked for anew tries although all are refused; if it is registered all are woken', async () => {
  const logi = provider();
  logi.answer = refusal('needs-person');
  await logi.create('a');
  await logi.create('b');
  await logi.create('c');
  expect(logi.calls).toBe(1);
  logi.answer = undefined;
  expect(await logi.create('c', 'anew')).toBeUndefined();
  expect(logi.woken).toEqual(['a', 'b']);
  expect([await logi.create('a'), await logi.create('b'), await logi.create('d')]).toEqual(
    Array.from('abd', () => undefined),
  );
});

test('what is refused for its own sake is not woken because another one is registered', async () => {
  const logi = provider();
  logi.answer = refusal('rejected');
  await logi.create('a');
  logi.answer = refusal('needs-person');
  await logi.create('b');
  logi.answer = undefined;
  await logi.create('b', 'anew');
  expect([logi.woken, await logi.create('a')]).toMatchObject([[], { code: 'rejected' }]);
});

test('a place that was taken before all were refused is given back', async () => {
  const logi = provider();
  const places = [logi.reserve('a'), logi.reserve('b')] as const;
  logi.answer = refusal('needs-person');
  await expect(logi.call(places[0])).rejects.toMatchObject({ code: 'needs-person' });
  await expect(logi.call(places[1])).rejects.toMatchObject({ code: 'needs-person' });
  expect([logi.calls, logi.returned]).toEqual([1, 1]);
});

test('a limit that is used up does not hide what a person has to do', async () => {
  const logi = provider();
  logi.answer = refusal('needs-person');
  await logi.create('a');
  await logi.clock.advance(5 * MINUTE_MS);
  logi.held = new Postponed('create', HOUR_MS);
  expect(await logi.create('a')).toMatchObject({ code: 'needs-person', details: { retryAfterMs: HOUR_MS } });
  expect(await logi.create('a', 'anew')).toBe(logi.held);
  logi.held = new Postponed('lease', 1_000);
  await logi.clock.advance(TRIAL_MS);
  expect(await logi.create('a', 'anew')).toBe(logi.held);
});

test('one that does not come back is forgotten, and is not the other of two', async () => {
  const logi = provider();
  logi.answer = refusal('forbidden');
  await logi.create('gone');
  await logi.clock.advance(5 * HOUR_MS);
  await logi.create('a');
  logi.answer = undefined;
  expect(await logi.create('b')).toBeUndefined();
});
