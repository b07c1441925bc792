import { describe, expect, onTestFinished, test } from 'vitest';
import { createHealth, freshContact, heartbeat, noStuckPass } from '../../src/runtime/health.ts';
import { manualClock } from '../support/manual-clock.ts';

describe('the registry', () => {
  test('answers each probe with its own checks, in the order of adding', () => {
    const health = createHealth();
    health.add('live', 'loop', () => undefined);
    health.add('ready', 'caches', () => 'not synced');
    health.add('ready', 'watch', () => undefined);

    expect(health.ask('live')).toEqual([{ name: 'loop', problem: undefined }]);
    expect(health.ask('ready')).toEqual([
      { name: 'caches', problem: 'not synced' },
      { name: 'watch', problem: undefined },
    ]);
  });

  test('takes a check that throws for failed, and shows nothing of what it threw', () => {
    const health = createHealth();
    health.add('live', 'broken', () => {
      throw new Error('hunter2');
    });
    expect(health.ask('live')).toEqual([{ name: 'broken', problem: 'the check itself failed' }]);
  });

  test('refuses a second check of one name', () => {
    const health = createHealth();
    health.add('live', 'loop', () => undefined);
    health.add('ready', 'loop', () => undefined);
    expect(() => health.add('live', 'loop', () => undefined)).toThrow(RangeError);
  });
});

describe('checks', () => {
  test('heartbeat fails once timers are late by more than the limit, and recovers with the next beat', async () => {
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const clock = manualClock();
    const check = heartbeat(clock, 5_000, abort.signal);
    await clock.advance(60_000);
    expect(check()).toBeUndefined();

    clock.pause(15_000);
    expect(check()).toBeUndefined();
    clock.pause(1);
    expect(check()).toBe('the event loop stalls');

    await clock.advance(0);
    expect(check()).toBeUndefined();
  });

  test('heartbeat leaves no timer behind', async () => {
    const abort = new AbortController();
    const clock = manualClock();
    heartbeat(clock, 5_000, abort.signal);
    abort.abort();
    await clock.settle();
    expect(clock.pending()).toBe(0);
  });

  test('noStuckPass fails while a pass runs for longer than the limit', () => {
    let runningMs = 300_000;
    const controller = {
      runningLongerThan: (ms: number) => (runningMs > ms ? [{ key: 'store/shop', runningMs }] : []),
    };
    const check = noStuckPass(controller, 300_000);
    expect(check()).toBeUndefined();
    runningMs += 1;
    expect(check()).toBe('a pass does not end');
  });

  test.each([
    { since: undefined, problem: 'no contact with the API server yet' },
    { since: 0, problem: undefined },
    { since: 180_000, problem: undefined },
    { since: 180_001, problem: 'no contact with the API server lately' },
  ])('freshContact, $since ms after the last word: $problem', ({ since, problem }) => {
    expect(freshContact(() => since, 180_000)()).toBe(problem);
  });
});
