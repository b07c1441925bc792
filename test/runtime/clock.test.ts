import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { bounded, DeadlineExceeded, deadline, sleep, systemClock } from '../../src/runtime/clock.ts';
import { manualClock } from '../support/manual-clock.ts';

const never = new AbortController().signal;

describe('sleep', () => {
  test('ends after its time and leaves no timer', async () => {
    const clock = manualClock();
    let ended = false;
    void sleep(clock, 1_000, never).then(() => {
      ended = true;
    });
    await clock.advance(999);
    expect(ended).toBe(false);
    await clock.advance(1);
    expect(ended).toBe(true);
    expect(clock.pending()).toBe(0);
  });

  test('rejects with the reason of its signal, aborted before or meanwhile, and leaves no timer', async () => {
    const clock = manualClock();
    const reason = new Error('enough');
    const abort = new AbortController();
    const meanwhile = expect(sleep(clock, 1_000, abort.signal)).rejects.toBe(reason);
    abort.abort(reason);
    await meanwhile;
    await expect(sleep(clock, 1_000, abort.signal)).rejects.toBe(reason);
    expect(clock.pending()).toBe(0);
  });
});

describe('deadline', () => {
  test('aborts after its time, or with its parent, or not at all once cleared', async () => {
    const clock = manualClock();
    const parent = new AbortController();
    const passed = deadline(clock, 1_000, parent.signal);
    const cleared = deadline(clock, 1_000, never);
    cleared.clear();
    await clock.advance(1_000);
    expect(passed.signal.reason).toBeInstanceOf(DeadlineExceeded);
    expect(cleared.signal.aborted).toBe(false);

    const reason = new Error('enough');
    const child = deadline(clock, 1_000, parent.signal);
    parent.abort(reason);
    expect(child.signal.reason).toBe(reason);
    child.clear();
    expect(clock.pending()).toBe(0);
  });
});

test('deadlines that are done are not kept by a parent that lives on', async () => {
  const clock = manualClock();
  const parent = new AbortController();
  const kept = Array.from({ length: 1_000 }, () => {
    const { signal, clear } = deadline(clock, 1_000, parent.signal);
    signal.addEventListener('abort', () => undefined);
    clear();
    return new WeakRef(signal);
  });

  await collectGarbage();
  expect(kept.filter((each) => each.deref() !== undefined).length).toBeLessThan(10);
  expect(parent.signal.aborted).toBe(false);
});

describe('bounded', () => {
  test('gives what the call gives, and leaves no timer', async () => {
    const clock = manualClock();
    expect(await bounded(async () => 42, 1_000, clock, never)).toBe(42);
    await expect(bounded(() => Promise.reject(new RangeError('no')), 1_000, clock, never)).rejects.toThrow(RangeError);
    expect(clock.pending()).toBe(0);
  });

  test('ends at its time even where the call ignores its signal', async () => {
    const clock = manualClock();
    const ended = expect(bounded(() => new Promise(() => undefined), 1_000, clock, never)).rejects.toThrow(
      DeadlineExceeded,
    );
    await clock.advance(1_000);
    await ended;
  });

  test('does not begin under an aborted parent', async () => {
    const clock = manualClock();
    const reason = new Error('enough');
    let calls = 0;
    const call = async () => {
      calls += 1;
    };
    await expect(bounded(call, 1_000, clock, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(calls).toBe(0);
    expect(clock.pending()).toBe(0);
  });
});

test('the system clock runs a timer of a length that Node cannot hold not at once', async () => {
  let ran = false;
  const timer = systemClock.setTimer(() => {
    ran = true;
  }, 1e12);
  await new Promise<void>((resolve) => {
    systemClock.setTimer(resolve, 20);
    // The clock's timers do not keep a process alive; the test's worker has others that do.
  });
  timer.cancel();
  expect(ran).toBe(false);
});

/** A full collection, after the turn of the event loop until which a WeakRef keeps what it was made with. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  await turn();
  if (typeof collect === 'function') collect();
}
