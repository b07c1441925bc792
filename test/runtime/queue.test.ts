import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/runtime/clock.ts';
import type { Item, Priority, Queue } from '../../src/runtime/queue.ts';
import { createQueue } from '../../src/runtime/queue.ts';
import type { ManualClock } from '../support/manual-clock.ts';
import { manualClock } from '../support/manual-clock.ts';

const silent = { added: () => undefined, handedOut: () => undefined, finished: () => undefined };

interface Bench {
  readonly clock: ManualClock;
  readonly queue: Queue;
  /** What is handed out until nothing is due any more, each key done at once. */
  served(): Promise<readonly string[]>;
}

function bench(groupOf?: (key: string) => string): Bench {
  const clock = manualClock();
  const queue = createQueue(clock, silent, groupOf);
  return {
    clock,
    queue,
    async served() {
      const keys: string[] = [];
      while (queue.stats().depth > 0) {
        const item = await queue.next();
        if (item === undefined) break;
        keys.push(item.key);
        queue.done(item.key);
      }
      return keys;
    },
  };
}

describe('a key', () => {
  test('that is asked for many times while it waits is handed out once', async () => {
    const { queue, served } = bench();

    queue.add('a', 'change');
    queue.add('a', 'change');
    queue.add('a', 'resync');

    expect(await served()).toEqual(['a']);
  });

  test('that is asked for while it is in work comes once more, and only after it is done', async () => {
    const { queue, clock } = bench();
    queue.add('a', 'change');
    await queue.next();

    queue.add('a', 'change');
    queue.add('a', 'change');
    const second = observed(queue.next());
    await clock.settle();
    expect(second.value).toBe('waiting');

    queue.done('a');
    await clock.settle();
    expect(second.value).toMatchObject({ key: 'a', priority: 'change' });

    queue.done('a');
    expect(queue.stats()).toEqual({ depth: 0, unfinishedMs: 0, longestRunningMs: 0 });
  });

  test('that is asked for later while it is in work waits from the asking, not from being done', async () => {
    const { queue, clock, served } = bench();
    queue.add('a', 'change');
    await queue.next();
    queue.addAfter('a', 1_000, 'change');
    await clock.advance(600);
    queue.done('a');

    await clock.advance(399);
    expect(await served()).toEqual([]);
    await clock.advance(1);
    expect(await served()).toEqual(['a']);
  });

  test('that nobody was given can be called done without effect', async () => {
    const { queue, served } = bench();
    queue.add('a', 'change');
    queue.done('a');
    queue.done('b');
    expect(await served()).toEqual(['a']);
  });

  test('whose delay is not a number is due at once rather than never', async () => {
    const { queue, served } = bench();
    queue.addAfter('a', Number.NaN, 'change');
    expect(await served()).toEqual(['a']);
  });
});

describe('of two times for one key the earlier wins', () => {
  const cases: { why: string; asked: [afterMs: number, priority: Priority][]; dueAt: number }[] = [
    {
      why: 'earlier after later',
      asked: [
        [900, 'change'],
        [100, 'change'],
      ],
      dueAt: 100,
    },
    {
      why: 'later after earlier',
      asked: [
        [100, 'change'],
        [900, 'change'],
      ],
      dueAt: 100,
    },
    {
      why: 'now after later',
      asked: [
        [900, 'change'],
        [0, 'change'],
      ],
      dueAt: 0,
    },
    {
      why: 'later after now',
      asked: [
        [0, 'change'],
        [900, 'change'],
      ],
      dueAt: 0,
    },
    {
      why: 'a time in the past is now',
      asked: [
        [900, 'change'],
        [-5, 'change'],
      ],
      dueAt: 0,
    },
    {
      why: 'a higher priority changes no time',
      asked: [
        [100, 'resync'],
        [900, 'deletion'],
      ],
      dueAt: 100,
    },
    {
      why: 'a lower priority keeps no one from being early',
      asked: [
        [900, 'deletion'],
        [100, 'resync'],
      ],
      dueAt: 100,
    },
  ];

  test.each(cases)('$why', async ({ asked, dueAt }) => {
    const { queue, clock, served } = bench();
    for (const [afterMs, priority] of asked) queue.addAfter('a', afterMs, priority);

    if (dueAt > 0) {
      await clock.advance(dueAt - 1);
      expect(await served()).toEqual([]);
      await clock.advance(1);
    }
    expect(await served()).toEqual(['a']);

    await clock.advance(10_000);
    expect(await served(), 'the other request must not come as well').toEqual([]);
  });
});

describe('keys are served', () => {
  test('by priority, and within one priority in the order in which they came', async () => {
    const { queue, served } = bench();
    const asked: [string, Priority][] = [
      ['resync-1', 'resync'],
      ['change-1', 'change'],
      ['requested-1', 'requested'],
      ['deletion-1', 'deletion'],
      ['resync-2', 'resync'],
      ['change-2', 'change'],
      ['requested-2', 'requested'],
      ['deletion-2', 'deletion'],
    ];
    for (const [key, priority] of asked) queue.add(key, priority);

    expect(await served()).toEqual([
      'deletion-1',
      'deletion-2',
      'requested-1',
      'requested-2',
      'change-1',
      'change-2',
      'resync-1',
      'resync-2',
    ]);
  });

  test('by the highest priority that anybody asked for', async () => {
    const { queue } = bench();
    queue.add('raised', 'resync');
    queue.add('between', 'change');
    queue.add('raised', 'deletion');
    queue.add('raised', 'resync');

    expect(await queue.next()).toMatchObject({ key: 'raised', priority: 'deletion' });
    expect(await queue.next()).toMatchObject({ key: 'between', priority: 'change' });
  });

  test('with the priority that they were delayed with, when somebody asks for them earlier and less urgently', async () => {
    const { queue } = bench();
    queue.addAfter('leaving', 900, 'deletion');
    queue.add('leaving', 'resync');
    expect(await queue.next()).toMatchObject({ key: 'leaving', priority: 'deletion' });
  });

  test('in the order of their times, whatever the order of asking', async () => {
    const { queue, clock, served } = bench();
    for (const ms of [500, 100, 400, 200, 300]) queue.addAfter(`${ms}`, ms, 'change');
    await clock.advance(1_000);
    expect(await served()).toEqual(['100', '200', '300', '400', '500']);
  });

  test('to waiting workers in the order in which these came', async () => {
    const { queue, clock } = bench();
    const workers = [observed(queue.next()), observed(queue.next()), observed(queue.next())];
    queue.add('a', 'change');
    queue.add('b', 'change');
    await clock.settle();
    expect(workers.map(({ value }) => keyOf(value))).toEqual(['a', 'b', 'waiting']);
  });
});

const byNamespace = (key: string): string => key.split('/', 1)[0] ?? key;

describe('groups are served in turn', () => {
  const cases: { why: string; asked: [key: string, priority: Priority, afterMs?: number][]; served: string[] }[] = [
    {
      why: 'one with many keys delays none with few',
      asked: [
        ['a/1', 'change'],
        ['a/2', 'change'],
        ['a/3', 'change'],
        ['b/1', 'change'],
        ['b/2', 'change'],
        ['c/1', 'change'],
      ],
      served: ['a/1', 'b/1', 'c/1', 'a/2', 'b/2', 'a/3'],
    },
    {
      why: 'within a priority, of which the higher comes first',
      asked: [
        ['a/1', 'resync'],
        ['b/1', 'resync'],
        ['a/2', 'deletion'],
        ['a/3', 'deletion'],
        ['b/2', 'resync'],
      ],
      served: ['a/2', 'a/3', 'a/1', 'b/1', 'b/2'],
    },
    {
      why: 'and each in the order of its times',
      asked: [
        ['a/late', 'change', 500],
        ['a/soon', 'change', 200],
        ['b/late', 'change', 400],
        ['a/now', 'change', 0],
        ['b/soon', 'change', 300],
      ],
      served: ['a/now', 'b/soon', 'a/soon', 'b/late', 'a/late'],
    },
    {
      why: 'wherever a key is raised to',
      asked: [
        ['a/1', 'change'],
        ['a/2', 'resync'],
        ['b/1', 'change'],
        ['a/2', 'change'],
        ['a/3', 'change'],
      ],
      served: ['a/1', 'b/1', 'a/2', 'a/3'],
    },
  ];

  test.each(cases)('$why', async ({ asked, served: order }) => {
    const { queue, clock, served } = bench(byNamespace);
    for (const [key, priority, afterMs] of asked) queue.addAfter(key, afterMs ?? 0, priority);
    await clock.advance(1_000);
    expect(await served()).toEqual(order);
  });

  test('and one that asks for its key without end keeps the place of that key', async () => {
    const { queue } = bench(byNamespace);
    for (const key of ['a/1', 'a/2', 'b/1', 'c/1']) queue.add(key, 'change');
    queue.renew('b/1', 'change');
    for (let i = 0; i < 10; i += 1) {
      queue.add('b/1', 'change');
      queue.renew('b/1', 'resync');
    }
    const order = [await queue.next(), await queue.next(), await queue.next(), await queue.next()];
    expect(order.map((item) => item?.key)).toEqual(['a/1', 'c/1', 'b/1', 'a/2']);
  });

  test('10,000 of them, each key exactly once', async () => {
    const { queue, served } = bench(byNamespace);
    for (let i = 0; i < 20_000; i += 1) queue.add(`${i % 10_000}/${i}`, 'change');
    const keys = await served();
    expect(keys).toEqual(Array.from({ length: 20_000 }, (_, i) => `${i % 10_000}/${i}`));
  });
});

describe('what is asked for without end', () => {
  /** How many other keys are handed out before `wanted`, while each is asked for again as soon as it is done. */
  async function before(wanted: string, busy: Priority, others: readonly string[]): Promise<number> {
    const { queue } = bench(byNamespace);
    for (const key of others) queue.add(key, busy);
    for (let count = 0; ; count += 1) {
      if (count === 3) queue.add(wanted, 'change');
      const item = await queue.next();
      if (item === undefined || item.key === wanted || count > 1_000) return count - 3;
      queue.done(item.key);
      queue.add(item.key, busy);
    }
  }

  const fifty = Array.from({ length: 50 }, (_, i) => `a/${i}`);

  test.each<[why: string, busy: Priority, others: readonly string[], most: number]>([
    ['by one namespace, with a higher priority', 'requested', fifty, 8],
    ['by many namespaces, with a higher priority', 'deletion', fifty.map((_, i) => `a${i}/1`), 8],
    ['by one namespace, as urgently', 'change', fifty, 1],
  ])('%s leaves a turn to others soon', async (_, busy, others, most) => {
    expect(await before('b/1', busy, others)).toBeLessThanOrEqual(most);
  });

  test('leaves to each priority below an eighth of what those above it leave', async () => {
    const { queue } = bench();
    const priorities = ['deletion', 'requested', 'change', 'resync'] as const satisfies Priority[];
    for (const priority of priorities) for (let i = 0; i < 1_000; i += 1) queue.add(`${priority}/${i}`, priority);
    const counts = { deletion: 0, requested: 0, change: 0, resync: 0, retry: 0 };
    for (let i = 0; i < 512; i += 1) {
      const item = await queue.next();
      if (item !== undefined) counts[item.priority] += 1;
    }
    expect(counts).toEqual({ deletion: 448, requested: 56, change: 7, resync: 1, retry: 0 });
  });
});

describe('the failures of a key', () => {
  test.each<[why: string, ask: (queue: Queue) => void, failures: Item['failures']]>([
    ['count where nobody says otherwise', (queue) => queue.add('a', 'change'), 'counted'],
    ['are forgotten once what they came of was changed', (queue) => queue.renew('a', 'change'), 'forgotten'],
    [
      'are forgotten whatever is asked for after the change',
      (queue) => {
        queue.renew('a', 'resync');
        queue.add('a', 'deletion');
      },
      'forgotten',
    ],
    [
      'are forgotten whatever was asked for before the change',
      (queue) => {
        queue.add('a', 'deletion');
        queue.renew('a', 'resync');
      },
      'forgotten',
    ],
  ])('%s', async (_, ask, failures) => {
    const { queue } = bench();
    ask(queue);
    expect((await queue.next())?.failures).toBe(failures);
    queue.done('a');

    queue.add('a', 'change');
    expect((await queue.next())?.failures, 'and count again for the next pass').toBe('counted');
  });

  test('are forgotten for the next pass when the change came during one, and that pass comes at once', async () => {
    const { queue, served } = bench();
    queue.add('a', 'deletion');
    await queue.next();
    queue.renew('a', 'change');
    queue.addAfter('a', 150_000, 'deletion');
    queue.done('a');

    expect(await queue.next()).toEqual({ key: 'a', priority: 'deletion', failures: 'forgotten' });
    queue.done('a');
    expect(await served()).toEqual([]);
  });
});

describe('timers', () => {
  test('there is one, however many keys are delayed, and none when none is', async () => {
    const { queue, clock, served } = bench();
    for (let i = 0; i < 1_000; i += 1) queue.addAfter(`key-${i}`, 1_000 + ((i * 7_919) % 1_000), 'resync');
    expect(clock.pending()).toBe(1);
    queue.addAfter('first', 10, 'change');
    expect(clock.pending()).toBe(1);

    await clock.advance(5_000);
    expect((await served()).length).toBe(1_001);
    expect(clock.pending()).toBe(0);
  });

  test('none is set for a key that comes after the first', () => {
    const clock = manualClock();
    let set = 0;
    const counting: Clock = {
      ...clock,
      setTimer: (callback, ms) => {
        set += 1;
        return clock.setTimer(callback, ms);
      },
    };
    const queue = createQueue(counting, silent);
    for (let i = 0; i < 1_000; i += 1) queue.addAfter(`key-${i}`, 1_000 + i, 'resync');
    expect(set).toBe(1);
  });

  test('one that fires early, as Node clips those beyond 24.8 days, hands out nothing before its time', async () => {
    const manual = manualClock();
    const clipping: Clock = { ...manual, setTimer: (callback, ms) => manual.setTimer(callback, Math.min(ms, 1_000)) };
    const queue = createQueue(clipping, silent);
    queue.addAfter('a', 3_500, 'change');

    const item = observed(queue.next());
    await manual.advance(3_499);
    expect(item.value).toBe('waiting');
    await manual.advance(1);
    expect(keyOf(item.value)).toBe('a');
  });

  test('a step of the wall clock moves nothing', async () => {
    const { queue, clock, served } = bench();
    queue.addAfter('a', 1_000, 'change');
    clock.stepWall(86_400_000);
    await clock.advance(999);
    expect(await served()).toEqual([]);
    clock.stepWall(-2 * 86_400_000);
    await clock.advance(1);
    expect(await served()).toEqual(['a']);
  });
});

describe('a closed queue', () => {
  test('lets waiting workers go, hands out nothing and takes nothing', async () => {
    const { queue, clock } = bench();
    const waiting = observed(queue.next());
    queue.addAfter('later', 1_000, 'change');

    queue.close();
    queue.close();
    queue.add('new', 'deletion');
    await clock.advance(2_000);

    expect(waiting.value).toBeUndefined();
    expect(await queue.next()).toBeUndefined();
    expect(clock.pending()).toBe(0);
    expect(queue.stats()).toMatchObject({ depth: 0 });
  });

  test('still accepts that the running keys are done', async () => {
    const { queue, clock } = bench();
    queue.add('a', 'change');
    await queue.next();
    queue.close();
    await clock.advance(100);
    expect(queue.stats().unfinishedMs).toBe(100);
    queue.done('a');
    expect(queue.stats().unfinishedMs).toBe(0);
  });
});

test('whoever counts is told of adds, waiting and working', async () => {
  const clock = manualClock();
  const told: string[] = [];
  const queue = createQueue(clock, {
    added: () => told.push('added'),
    handedOut: (ms) => told.push(`waited ${ms}`),
    finished: (ms) => told.push(`worked ${ms}`),
  });

  queue.addAfter('a', 1_000, 'change');
  queue.addAfter('a', 2_000, 'change');
  await clock.advance(1_300);
  await queue.next();
  await clock.advance(250);
  expect(queue.stats()).toEqual({ depth: 0, unfinishedMs: 250, longestRunningMs: 250 });
  queue.done('a');

  expect(told).toEqual(['added', 'waited 300', 'worked 250']);
});

test('10,000 keys asked for in a jumble of ways are each handed out exactly once, the urgent ones first', async () => {
  const { queue, clock, served } = bench();
  const priorities = ['resync', 'change', 'requested', 'deletion'] as const satisfies Priority[];
  for (let round = 0; round < 3; round += 1) {
    for (let i = 0; i < 10_000; i += 1) {
      const scattered = (i * 7_919 + round * 104_729) % 10_000;
      queue.addAfter(`key-${i}`, scattered, priorities[(i + round) % 3] ?? 'change');
    }
  }
  queue.add('urgent', 'deletion');
  await clock.advance(10_000);

  const keys = await served();
  expect(keys[0]).toBe('urgent');
  expect(keys.length).toBe(10_001);
  expect(new Set(keys).size).toBe(10_001);
});

/** What a promise has come to so far. */
function observed(promise: Promise<Item | undefined>): { value: Item | undefined | 'waiting' } {
  const seen: { value: Item | undefined | 'waiting' } = { value: 'waiting' };
  void promise.then((value) => {
    seen.value = value;
  });
  return seen;
}

function keyOf(value: Item | undefined | 'waiting'): string | undefined {
  return value === 'waiting' ? value : value?.key;
}
