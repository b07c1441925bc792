import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { exponentialBackOff } from '../../src/runtime/backoff.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { DeadlineExceeded, systemClock } from '../../src/runtime/clock.ts';
import type { Controller, ControllerOptions, Pass, Reconcile } from '../../src/runtime/controller.ts';
import { Draining, startController } from '../../src/runtime/controller.ts';
import type { Outcome } from '../../src/runtime/outcome.ts';
import type { Queue } from '../../src/runtime/queue.ts';
import { createQueue } from '../../src/runtime/queue.ts';
import type { ManualClock } from '../support/manual-clock.ts';
import { manualClock } from '../support/manual-clock.ts';

const AWAIT_CHANGE: Outcome = { type: 'await-change' };
const silent = { added: () => undefined, handedOut: () => undefined, finished: () => undefined };

interface Bench {
  readonly clock: ManualClock;
  readonly queue: Queue;
  readonly controller: Controller;
  readonly passes: Pass[];
  /** Aborts the signal that the controller was started with. */
  stop(): void;
}

function bench(reconcile: Reconcile, given: Partial<ControllerOptions> = {}): Bench {
  const clock = manualClock();
  const queue = createQueue(clock, silent);
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const passes: Pass[] = [];
  const backOff = exponentialBackOff(
    { fraction: () => 0, bytes: (n) => new Uint8Array(n) },
    { baseMs: 100, capMs: 1_000 },
  );
  const controller = startController(
    {
      queue,
      backOff,
      clock,
      workers: 4,
      passTimeoutMs: 60_000,
      reconcile,
      retries: 'as-urgent',
      onPass: (pass) => passes.push(pass),
      ...given,
    },
    abort.signal,
  );
  return { clock, queue, controller, passes, stop: () => abort.abort(new Error('stopped')) };
}

/** A reconcile whose passes end when the test says so. */
function gated(): { reconcile: Reconcile; running: Map<string, { end(outcome: Outcome): void; signal: AbortSignal }> } {
  const running = new Map<string, { end(outcome: Outcome): void; signal: AbortSignal }>();
  return {
    running,
    reconcile: (key, signal) =>
      new Promise((resolve, reject) => {
        if (running.has(key)) throw new Error(`two passes of ${key} at once`);
        const end = (outcome: Outcome): void => {
          running.delete(key);
          resolve(outcome);
        };
        running.set(key, { end, signal });
        signal.addEventListener('abort', () => {
          running.delete(key);
          reject(signal.reason);
        });
      }),
  };
}

describe('what a pass asks for', () => {
  test('await-change: nothing more happens', async () => {
    const { queue, clock, passes } = bench(async () => AWAIT_CHANGE);
    queue.add('a', 'change');
    await clock.advance(3_600_000);
    expect(passes.length).toBe(1);
  });

  test('again: the next pass comes after that time', async () => {
    const { queue, clock, passes } = bench(async () => ({ type: 'again', afterMs: 500 }));
    queue.add('a', 'change');
    await clock.advance(499);
    expect(passes.length).toBe(1);
    await clock.advance(1);
    expect(passes.length).toBe(2);
  });

  test('again, at a time that is none: later, and not without end', async () => {
    const { queue, clock, passes } = bench(async () => ({ type: 'again', afterMs: Number.NaN }));
    queue.add('a', 'change');
    await clock.advance(59_999);
    expect(passes.length).toBe(1);
    await clock.advance(1);
    expect(passes.length).toBe(2);
  });

  test('again, at once: the clock moves first, so that nobody asks without end within one moment', async () => {
    const { queue, clock, passes } = bench(async () => ({ type: 'again', afterMs: 0 }));
    queue.add('a', 'change');
    await clock.advance(3);
    expect(passes.length).toBe(4);
  });

  test.each([
    { why: 'back-off', reconcile: async () => ({ type: 'back-off' }) as const },
    { why: 'a rejection', reconcile: () => Promise.reject(new Error('no')) },
    {
      why: 'a synchronous throw',
      reconcile: () => {
        throw new Error('no');
      },
    },
    // What a careless `reject()` gives.
    { why: 'a rejection with nothing', reconcile: () => Promise.reject(undefined) },
  ])('$why: the next passes come after growing delays', async ({ reconcile }) => {
    const { queue, clock, passes } = bench(reconcile);
    queue.add('a', 'change');
    const counts: number[] = [];
    for (const ms of [0, 99, 1, 199, 1, 399, 1]) {
      await clock.advance(ms);
      counts.push(passes.length);
    }
    expect(counts).toEqual([1, 1, 2, 2, 3, 3, 4]);
  });

  test('back-off with a longest pause: the delays grow no further than that', async () => {
    const { queue, clock, passes } = bench(async () => ({ type: 'back-off', longestMs: 400 }));
    queue.add('a', 'change');
    const counts: number[] = [];
    for (const ms of [0, 100, 200, 199, 1, 199, 1]) {
      await clock.advance(ms);
      counts.push(passes.length);
    }
    expect(counts).toEqual([1, 2, 3, 3, 4, 4, 5]);
  });

  test('a change of what its failures came of begins the delays anew, and no other request does', async () => {
    const { queue, clock, passes } = bench(() => Promise.reject(new Error('no')));
    const passesAfter = async (ms: number): Promise<number> => {
      await clock.advance(ms);
      return passes.splice(0).length;
    };
    queue.add('a', 'change');
    expect(await passesAfter(100 + 200 + 400 + 800), 'the delay is at its cap').toBe(5);

    queue.add('a', 'change');
    expect([await passesAfter(0), await passesAfter(999), await passesAfter(1)]).toEqual([1, 0, 1]);

    queue.renew('a', 'change');
    expect([await passesAfter(0), await passesAfter(99), await passesAfter(1), await passesAfter(200)]).toEqual([
      1, 0, 1, 1,
    ]);
  });

  test.each<{ well: Outcome; cameBackAfter: number }>([
    { well: { type: 'again', afterMs: 50 }, cameBackAfter: 50 },
    { well: AWAIT_CHANGE, cameBackAfter: 0 },
  ])('$well.type: the failures before it are forgotten', async ({ well, cameBackAfter }) => {
    const script: (Outcome | 'throw')[] = ['throw', 'throw', well, 'throw', AWAIT_CHANGE];
    const { queue, clock, passes } = bench(async () => {
      const step = script.shift();
      if (step === undefined || step === 'throw') throw new Error('no');
      return step;
    });
    queue.add('a', 'change');
    await clock.advance(300);
    expect(passes.length).toBe(3);
    if (well.type === 'await-change') queue.add('a', 'change');
    await clock.advance(cameBackAfter);
    expect(passes.length).toBe(4);

    await clock.advance(99);
    expect(passes.length).toBe(4);
    await clock.advance(1);
    expect(passes.length).toBe(5);
  });

  test('where those that failed come behind others, no number of them delays one that did not', async () => {
    const passMs = 10_000;
    const slowly: Reconcile = (key) =>
      new Promise((resolve) => {
        const outcome: Outcome = key.startsWith('dead') ? { type: 'back-off' } : { type: 'again', afterMs: 60_000 };
        clock.setTimer(() => resolve(outcome), outcome.type === 'back-off' ? passMs : 0);
      });
    const { queue, clock, passes } = bench(slowly, { workers: 4, retries: 'behind-others' });
    for (let i = 0; i < 100; i += 1) queue.add(`dead-${i}`, 'change');
    await clock.advance(600_000);
    const waitedMs = async (since: () => void): Promise<number> => {
      const [began, before] = [clock.monotonic(), passes.length];
      since();
      while (!passes.slice(before).some(({ key }) => key === 'well')) await clock.advance(1_000);
      return clock.monotonic() - began;
    };

    expect(await waitedMs(() => queue.add('well', 'change'))).toBeLessThanOrEqual(passMs);
    expect(await waitedMs(() => undefined), 'after its time').toBeLessThanOrEqual(60_000 + passMs);
    expect(new Set(passes.slice(-200).map(({ key }) => key)).size, 'and they have their turns').toBe(101);
  });

  test('there, a key that failed comes back behind all others, and once it fails no more as any other', async () => {
    const order: string[] = [];
    const ends: Outcome[] = [{ type: 'back-off' }, { type: 'again', afterMs: 100 }];
    const pass: Reconcile = async (key) => {
      order.push(key);
      return (key === 'failing' ? ends.shift() : undefined) ?? AWAIT_CHANGE;
    };
    const { queue, clock } = bench(pass, { workers: 1, retries: 'behind-others' });
    queue.add('failing', 'change');
    for (const key of ['before-its-retry', 'after-it']) {
      await clock.settle();
      clock.pause(100);
      queue.add(key, 'resync');
      await clock.advance(0);
    }
    expect(order).toEqual(['failing', 'before-its-retry', 'failing', 'failing', 'after-it']);
  });

  test.each([
    { was: 'requested', afterMs: 60_000, served: 'before' },
    { was: 'requested', afterMs: 60_001, served: 'after' },
    { was: 'change', afterMs: 60_000, served: 'before' },
    { was: 'change', afterMs: 60_001, served: 'after' },
    { was: 'deletion', afterMs: 3_600_000, served: 'before' },
  ] as const)(
    'a key that was $was and comes back after $afterMs ms is served $served what has come meanwhile',
    async ({ was, afterMs, served }) => {
      const order: string[] = [];
      const { queue, clock } = bench(
        async (key) => {
          order.push(key);
          return order.length > 1 ? AWAIT_CHANGE : { type: 'again', afterMs };
        },
        { workers: 1 },
      );
      queue.add('first', was);
      await clock.settle();
      clock.pause(afterMs);
      queue.add('changed', 'change');
      await clock.advance(0);
      expect(order).toEqual(served === 'before' ? ['first', 'first', 'changed'] : ['first', 'changed', 'first']);
    },
  );

  test('a key that comes back after a failure keeps its priority', async () => {
    const order: string[] = [];
    const { queue, clock } = bench(
      async (key) => {
        order.push(key);
        return order.length > 1 ? AWAIT_CHANGE : { type: 'back-off' };
      },
      { workers: 1 },
    );
    queue.add('leaving', 'deletion');
    await clock.settle();
    clock.pause(100);
    queue.add('changed', 'requested');
    await clock.advance(0);
    expect(order).toEqual(['leaving', 'leaving', 'changed']);
  });
});

describe('passes', () => {
  test('run side by side up to the number of workers', async () => {
    const { reconcile, running } = gated();
    const { queue, clock } = bench(reconcile, { workers: 3 });
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key, 'change');
    await clock.settle();
    expect([...running.keys()]).toEqual(['a', 'b', 'c']);

    running.get('b')?.end(AWAIT_CHANGE);
    await clock.settle();
    expect([...running.keys()]).toEqual(['a', 'c', 'd']);
  });

  test('of one key never run at once, however often it is asked for', async () => {
    const { reconcile, running } = gated();
    const { queue, clock, passes } = bench(reconcile);
    for (let i = 0; i < 5; i += 1) {
      queue.add('a', 'change');
      await clock.settle();
    }
    expect(running.size).toBe(1);

    running.get('a')?.end(AWAIT_CHANGE);
    await clock.settle();
    running.get('a')?.end(AWAIT_CHANGE);
    await clock.settle();
    expect(passes.map(({ result }) => result.type)).toEqual(['done', 'done']);
    expect(running.size).toBe(0);
  });

  test('that throw do not end their worker', async () => {
    const { queue, clock, passes } = bench(
      (key) => (key === 'good' ? Promise.resolve(AWAIT_CHANGE) : Promise.reject(new Error())),
      {
        workers: 1,
      },
    );
    for (let i = 0; i < 20; i += 1) queue.add(`bad-${i}`, 'change');
    queue.add('good', 'change');
    await clock.settle();
    expect(passes.at(-1)).toMatchObject({ key: 'good', result: { type: 'done' } });
  });

  test('are told of with key, outcome or error, and duration; and a throwing observer stops nothing', async () => {
    const seen: Pass[] = [];
    const failure = new Error('no');
    const { queue, clock } = bench(
      async (key) => {
        if (key === 'bad') throw failure;
        return AWAIT_CHANGE;
      },
      {
        workers: 1,
        onPass: (pass) => {
          seen.push(pass);
          throw new Error('broken observer');
        },
      },
    );
    queue.add('bad', 'change');
    queue.add('good', 'change');
    await clock.settle();
    expect(seen).toEqual([
      { key: 'bad', durationMs: 0, result: { type: 'failed', error: failure } },
      { key: 'good', durationMs: 0, result: { type: 'done', outcome: AWAIT_CHANGE } },
    ]);
  });

  test('that take too long have their signal aborted, and are backed off from', async () => {
    const { reconcile } = gated();
    const { queue, clock, passes } = bench(reconcile, { passTimeoutMs: 5_000 });
    queue.add('a', 'change');
    await clock.advance(4_999);
    expect(passes).toEqual([]);
    await clock.advance(1);
    expect(passes).toMatchObject([{ key: 'a', durationMs: 5_000, result: { type: 'failed' } }]);
    expect(passes[0]?.result).toHaveProperty('error', expect.any(DeadlineExceeded));
    await clock.advance(100);
    expect(passes.length, 'the second try is running').toBe(1);
    await clock.advance(5_000);
    expect(passes.length).toBe(2);
  });

  test('that ignore their signal are shown as running, and hold back only their own key', async () => {
    const { queue, clock, controller, passes } = bench(
      (key) => (key === 'stuck' ? new Promise(() => undefined) : Promise.resolve(AWAIT_CHANGE)),
      { workers: 2, passTimeoutMs: 1_000 },
    );
    queue.add('stuck', 'change');
    await clock.advance(60_000);
    expect(controller.runningLongerThan(60_000)).toEqual([]);
    await clock.advance(1);
    expect(controller.runningLongerThan(60_000)).toEqual([{ key: 'stuck', runningMs: 60_001 }]);

    queue.add('stuck', 'change');
    queue.add('other', 'change');
    await clock.advance(1_000);
    expect(passes.map(({ key }) => key)).toEqual(['other']);
  });

  test('leave no timer behind', async () => {
    const { queue, clock } = bench(async () => AWAIT_CHANGE);
    queue.add('a', 'change');
    await clock.settle();
    expect(clock.pending()).toBe(0);
  });

  test('served from memory let the event loop turn every 10 ms, all workers together', async () => {
    const total = 100;
    let passed = 0;
    const { queue, clock } = bench(
      async () => {
        passed += 1;
        clock.pause(1);
        return AWAIT_CHANGE;
      },
      { workers: 8 },
    );
    for (let i = 0; i < total; i += 1) queue.add(`key-${i}`, 'change');
    await turn();
    expect(passed).toBeGreaterThan(0);
    expect(passed, 'each of the eight may end the pass in its hands').toBeLessThanOrEqual(10 + 8);

    await clock.advance(1_000);
    expect(passed).toBe(total);
  });

  test('on the real clock keep no timer waiting for the end of a long queue', async () => {
    const clock: Clock = systemClock;
    const queue = createQueue(clock, silent);
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    let passed = 0;
    let passedAtTimer: number | undefined;
    const burn = (): void => {
      const until = clock.monotonic() + 0.2;
      while (clock.monotonic() < until);
    };
    for (let i = 0; i < 2_000; i += 1) queue.add(`key-${i}`, 'change');
    clock.setTimer(() => {
      passedAtTimer = passed;
    }, 5);
    const finished = new Promise<void>((resolve) => {
      startController(
        {
          queue,
          clock,
          backOff: exponentialBackOff({ fraction: () => 0, bytes: (n) => new Uint8Array(n) }),
          workers: 8,
          passTimeoutMs: 60_000,
          reconcile: async () => {
            burn();
            passed += 1;
            if (passed === 2_000) resolve();
            return AWAIT_CHANGE;
          },
          retries: 'as-urgent',
          onPass: () => undefined,
        },
        abort.signal,
      );
    });
    await finished;
    expect(passedAtTimer).toBeLessThan(2_000);
  });
});

describe('draining', () => {
  test('starts nothing new and waits for what runs', async () => {
    const { reconcile, running } = gated();
    const { queue, clock, controller, passes } = bench(reconcile, { workers: 1 });
    queue.add('running', 'change');
    queue.add('waiting', 'change');
    await clock.settle();

    const drained = controller.drain(30_000);
    const ended = observe(drained);
    await clock.advance(29_999);
    expect(ended.value).toBe('waiting');
    expect(running.get('running')?.signal.aborted).toBe(false);

    running.get('running')?.end(AWAIT_CHANGE);
    await clock.advance(0);
    expect(ended.value).toEqual([]);
    expect(passes.map(({ key }) => key)).toEqual(['running']);
    expect(clock.pending()).toBe(0);
  });

  test('aborts what still runs at the limit', async () => {
    const { reconcile } = gated();
    const { queue, clock, controller, passes } = bench(reconcile);
    queue.add('slow', 'change');
    await clock.settle();

    const ended = observe(controller.drain(30_000));
    await clock.advance(30_000);
    expect(ended.value).toEqual([]);
    expect(passes[0]?.result).toHaveProperty('error', expect.any(Draining));
  });

  test('names what does not end even then, and does not wait for it', async () => {
    const { queue, clock, controller } = bench(() => new Promise(() => undefined));
    queue.add('stuck', 'change');
    await clock.settle();

    const ended = observe(controller.drain(30_000));
    await clock.advance(31_000);
    expect(ended.value).toEqual(['stuck']);
  });

  test('an idle controller is drained at once', async () => {
    const { controller, clock } = bench(async () => AWAIT_CHANGE);
    expect(await controller.drain(30_000)).toEqual([]);
    expect(clock.pending()).toBe(0);
  });
});

test('when its signal aborts, passes are aborted and no more are started', async () => {
  const { reconcile, running } = gated();
  const { queue, clock, passes, stop } = bench(reconcile, { workers: 1 });
  queue.add('a', 'change');
  queue.add('b', 'change');
  await clock.settle();

  stop();
  await clock.advance(60_000);
  expect(passes.map(({ key, result }) => [key, result.type])).toEqual([['a', 'failed']]);
  expect([...running.keys()], 'b was never begun').toEqual([]);
});

function observe<T>(promise: Promise<T>): { value: T | 'waiting' } {
  const seen: { value: T | 'waiting' } = { value: 'waiting' };
  void promise.then((value) => {
    seen.value = value;
  });
  return seen;
}
