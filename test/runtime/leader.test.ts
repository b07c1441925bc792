import { describe, expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../src/runtime/clock.ts';
import type { ElectionOptions, LeaderEvent } from '../../src/runtime/election.ts';
import { electLeader } from '../../src/runtime/leader.ts';
import type { Leadership } from '../../src/runtime/leadership.ts';
import type { LeaseServer, Weather } from '../support/lease-store.ts';
import { leaseServer } from '../support/lease-store.ts';
import type { ManualClock } from '../support/manual-clock.ts';
import { manualClock } from '../support/manual-clock.ts';

/** The times of client-go and of every controller in kube-controller-manager. */
const LEASE_TIMES = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 } as const;

/** One process that wants to lead. */
interface Elector {
  readonly events: LeaderEvent['type'][];
  readonly client: ReturnType<LeaseServer['client']>;
  /** Undefined until elected. */
  leadership: Leadership | undefined;
  failure: unknown;
  stop(): void;
  remainingMs(): number;
}

function elector(server: LeaseServer, identity: string, clock: Clock, given: Partial<ElectionOptions> = {}): Elector {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const client = server.client();
  const self: Elector = {
    events: [],
    client,
    leadership: undefined,
    failure: undefined,
    stop: () => abort.abort(new Error('stopped')),
    remainingMs: () => self.leadership?.remainingMs() ?? 0,
  };
  const chance = { fraction: () => 0, bytes: (n: number) => new Uint8Array(n) };
  const onEvent = (event: LeaderEvent) => self.events.push(event.type);
  electLeader({ store: client.store, clock, chance, identity, ...LEASE_TIMES, onEvent, ...given }, abort.signal).then(
    (leadership) => {
      self.leadership = leadership;
    },
    (error: unknown) => {
      self.failure = error;
    },
  );
  return self;
}

/** Two electors of which `a` leads and `b` has seen it. */
async function pair(): Promise<{ clock: ManualClock; server: LeaseServer; a: Elector; b: Elector }> {
  const clock = manualClock();
  const server = leaseServer(clock);
  const a = elector(server, 'a', clock);
  await clock.settle();
  const b = elector(server, 'b', clock);
  await clock.advance(2_500);
  expect(a.remainingMs()).toBeGreaterThan(0);
  expect(b.leadership).toBeUndefined();
  return { clock, server, a, b };
}

describe('getting elected', () => {
  test('where there is no lease: at once, with a record that others can read', async () => {
    const clock = manualClock(Date.UTC(2026, 10, 22, 12));
    const server = leaseServer(clock);
    const a = elector(server, 'a', clock);
    await clock.settle();

    expect(a.remainingMs()).toBe(15_000);
    expect(a.events).toEqual(['acquired']);
    expect(server.live()).toEqual({
      holder: 'a',
      durationSeconds: 15,
      acquireTime: '2026-11-22T12:00:00.000000Z',
      renewTime: '2026-11-22T12:00:00.000000Z',
      transitions: 0,
      version: '1',
    });
  });

  test('of two that start together exactly one is', async () => {
    const clock = manualClock();
    const server = leaseServer(clock);
    const both = [elector(server, 'a', clock), elector(server, 'b', clock)];
    await clock.advance(60_000);
    expect(both.filter(({ leadership }) => leadership !== undefined).length).toBe(1);
  });

  test.each([
    { why: 'the leader renews', ms: 600_000 },
    { why: 'however long the wait', ms: 3_600_000 },
  ])('nobody else is while $why', async ({ ms }) => {
    const { clock, a, b } = await pair();
    await clock.advance(ms);
    expect(a.remainingMs()).toBeGreaterThan(0);
    expect(b.leadership).toBeUndefined();
  });

  test('after the leader died: once its lease has run out by the own clock, not before', async () => {
    const { clock, a, b } = await pair();
    const lastRenewal = 2_000;
    const seenAt = 4_000;
    a.client.weather = 'refused';

    await clock.advance(lastRenewal + 15_000 - clock.monotonic());
    expect(b.leadership, 'b saw the last renewal only later').toBeUndefined();
    await clock.advance(seenAt + 15_000 - clock.monotonic() + 2_000);
    expect(b.remainingMs()).toBeGreaterThan(0);
  });

  test('after the leader died, whatever duration somebody wrote into its lease for a moment long ago', async () => {
    const { clock, server, a, b } = await pair();
    server.write({ durationSeconds: 3_600 });
    a.client.weather = 'refused';
    await clock.advance(2_000);
    expect(server.live()?.durationSeconds).toBe(3_600);
    a.client.weather = 'fine';
    await clock.advance(3_600_000);
    expect(server.live()?.durationSeconds).toBe(15);

    a.client.weather = 'refused';
    await clock.advance(15_000 + 2 * 2_000);
    expect(b.remainingMs()).toBeGreaterThan(0);
  });

  test('over a released lease: at the next look', async () => {
    const { clock, server, a, b } = await pair();
    await a.leadership?.release();
    await clock.advance(2_000);
    expect(b.remainingMs()).toBeGreaterThan(0);
    expect(server.live()).toMatchObject({ holder: 'b', transitions: 1, durationSeconds: 15 });
  });

  test.each([
    { why: 'far ahead', stepMs: 365 * 86_400_000 },
    { why: 'far behind', stepMs: -365 * 86_400_000 },
  ])('is not hastened by a wall clock that is $why of the holder’s', async ({ stepMs }) => {
    const { clock, a, b } = await pair();
    clock.stepWall(stepMs);
    await clock.advance(60_000);
    expect(b.leadership).toBeUndefined();
    expect(a.remainingMs()).toBeGreaterThan(0);
  });

  test('is not put off by writes that are no renewals, such as a label', async () => {
    const { clock, server, a, b } = await pair();
    a.client.weather = 'refused';
    for (let second = 0; second < 21; second += 1) {
      server.write({});
      await clock.advance(1_000);
    }
    expect(b.remainingMs()).toBeGreaterThan(0);
  });

  test('survives a store that fails, is slow or does not answer, and says so', async () => {
    const clock = manualClock();
    const server = leaseServer(clock);
    const a = elector(server, 'a', clock);
    a.client.weather = 'refused';
    await clock.advance(2_000);
    a.client.weather = 'silent';
    await clock.advance(10_000);
    expect(a.leadership).toBeUndefined();
    expect(a.events).toContain('store-failed');

    a.client.weather = 'slow';
    await clock.advance(20_000);
    expect(a.remainingMs()).toBeGreaterThan(0);
  });

  test.each<Weather>(['lost', 'silent'])('is completed when the answer to its own write was %s', async (weather) => {
    const clock = manualClock();
    const server = leaseServer(clock);
    const a = elector(server, 'a', clock);
    server.onWrite = () => {
      a.client.weather = 'fine';
    };
    const { store } = a.client;
    const { create } = store;
    store.create = (record, signal) => {
      a.client.weather = weather;
      return create(record, signal);
    };
    await clock.advance(10_000);
    expect(server.live()?.holder).toBe('a');
    expect(a.remainingMs()).toBeGreaterThan(0);
    expect(server.live()?.transitions, 'it was ours already').toBe(0);
  });

  test('takes a Lease over whose holder has changed as often as one can say', async () => {
    const clock = manualClock();
    const server = leaseServer(clock);
    const a = elector(server, 'a', clock);
    await clock.settle();
    a.stop();
    server.write({ transitions: 2_147_483_647 });
    const b = elector(server, 'b', clock);
    await clock.advance(20_000);
    expect(b.remainingMs()).toBeGreaterThan(0);
    expect(server.live()?.transitions).toBe(2_147_483_647);
  });

  test('waits between tries with jitter of up to 1.2 times the retry time', async () => {
    const clock = manualClock();
    const server = leaseServer(clock);
    elector(server, 'a', clock);
    await clock.settle();
    const b = elector(server, 'b', clock, { chance: { fraction: () => 0.5, bytes: (n) => new Uint8Array(n) } });
    await clock.advance(3_199);
    expect(b.client.calls).toEqual(['read']);
    await clock.advance(1);
    expect(b.client.calls).toEqual(['read', 'read']);
  });

  test.each([
    { state: 'goes on', meanwhile: () => undefined },
    { state: 'was deleted meanwhile', meanwhile: (server: LeaseServer) => server.remove() },
  ])('is not waited for any more where the API server was set back, and the Lease $state', async ({ meanwhile }) => {
    const { clock, server, a, b } = await pair();
    a.stop();
    const saved = server.live();
    server.write({ renewTime: 'later' });
    await clock.advance(4_000);
    meanwhile(server);
    await clock.advance(4_000);
    if (saved !== undefined) server.setBack(saved);
    await clock.advance(4_000);
    expect(b.failure).toMatchObject({ code: 'set-back' });
    expect(b.events).toEqual(['lost']);
    expect(clock.pending()).toBe(0);
  });

  test('is not had where the API server was set back to before there was a Lease', async () => {
    const { clock, server, a, b } = await pair();
    a.stop();
    server.write({ renewTime: 'later' });
    await clock.advance(4_000);
    server.setBack(undefined);
    await clock.advance(40_000);
    expect(b.failure).toMatchObject({ code: 'set-back' });
    expect(b.leadership).toBeUndefined();
  });

  test('ends with its signal', async () => {
    const { clock, b } = await pair();
    b.stop();
    await clock.settle();
    expect(b.failure).toEqual(new Error('stopped'));
    const calls = b.client.calls.length;
    await clock.advance(60_000);
    expect(b.client.calls.length).toBe(calls);
  });

  test.each([
    { why: 'a renew deadline not below the duration', renewDeadlineMs: 15_000 },
    { why: 'a retry time that with its jitter does not fit into the deadline', retryMs: 9_000 },
    { why: 'a duration that a Lease cannot say', durationMs: 15_500 },
  ])('is refused with $why', async ({ why, ...given }) => {
    const clock = manualClock();
    const a = elector(leaseServer(clock), 'a', clock, given);
    await clock.settle();
    expect(a.failure, why).toBeInstanceOf(RangeError);
  });
});

describe('the fence', () => {
  test('counts from before the request was sent, not from its answer', async () => {
    const clock = manualClock();
    const server = leaseServer(clock);
    const a = elector(server, 'a', clock);
    a.client.weather = 'slow';
    await clock.advance(999);
    expect(a.leadership).toBeUndefined();
    await clock.advance(1);
    expect(a.remainingMs(), 'sent at 0 s, answered at 1 s').toBe(14_000);
  });

  test('runs down between renewals and is filled by each', async () => {
    const clock = manualClock();
    const server = leaseServer(clock);
    const a = elector(server, 'a', clock);
    const seen: number[] = [];
    for (const ms of [0, 1_500, 499, 1, 1_000]) {
      await clock.advance(ms);
      seen.push(a.remainingMs());
    }
    expect(seen).toEqual([15_000, 13_500, 13_001, 15_000, 14_000]);
  });

  test('is shut at once in a process that was stopped and goes on, before any timer has run', async () => {
    const { clock, a, b } = await pair();
    clock.pause(20_000);
    expect(a.remainingMs()).toBe(0);
    expect(a.leadership?.lost.aborted, 'no timer has run').toBe(false);

    await clock.advance(0);
    expect(a.leadership?.lost.aborted).toBe(true);
    expect(a.events).toEqual(['acquired', 'lost']);
    await clock.advance(20_000);
    expect(a.remainingMs()).toBe(0);
    expect(b.remainingMs()).toBeGreaterThan(0);
  });

  test('stays shut when a renewal that was under way before the stop is answered after it', async () => {
    const clock = manualClock();
    const server = leaseServer(clock);
    const a = elector(server, 'a', clock);
    await clock.advance(1_999);
    a.client.weather = 'slow';
    await clock.advance(600);
    clock.pause(16_000);
    expect(a.remainingMs()).toBe(0);
    await clock.advance(1_000);
    expect(a.remainingMs()).toBe(0);
    expect(a.leadership?.lost.aborted).toBe(true);
  });

  test('stays shut for who was stopped so long while it was being elected that its lease has run out', async () => {
    const clock = manualClock();
    const a = elector(leaseServer(clock), 'a', clock);
    a.client.weather = 'slow';
    await clock.advance(600);
    clock.pause(16_000);
    await clock.advance(0);
    expect(a.remainingMs()).toBe(0);
    expect(a.events).toEqual(['acquired', 'lost']);
  });

  test('is never open in two processes, whatever the weather, the pauses and the writes of others', async () => {
    for (let seed = 1; seed <= 40; seed += 1) await storm(seed);
  });

  test.each([
    { why: 'deleted the Lease', change: (server: LeaseServer) => server.remove() },
    { why: 'shortened it', change: (server: LeaseServer) => server.write({ durationSeconds: 1 }) },
    { why: 'emptied it', change: (server: LeaseServer) => server.write({ holder: undefined }) },
    {
      why: 'put a short one of their own there',
      change: (server: LeaseServer) => server.write({ holder: 'thief', durationSeconds: 1 }),
    },
  ])('is not open in a second process after somebody $why while its holder was cut off', async ({ change }) => {
    const { clock, server, a, b } = await pair();
    a.client.weather = 'refused';
    change(server);
    while (a.remainingMs() > 0) {
      expect(b.remainingMs(), `after ${clock.monotonic()} ms`).toBe(0);
      await clock.advance(100);
    }
    await clock.advance(10_000);
    expect(b.remainingMs()).toBeGreaterThan(0);
  });

  test.each([1, 4])(
    'is not open in a second process that saw nothing of the last %i renewals but as somebody had shortened them',
    async (edits) => {
      const { clock, server, a, b } = await pair();
      for (let edit = 0; edit < edits; edit += 1) {
        a.client.weather = 'fine';
        b.client.weather = 'refused';
        await clock.advance(10_000);
        server.write({ durationSeconds: 1 });
        a.client.weather = 'refused';
        b.client.weather = 'fine';
        await clock.advance(2_000);
      }
      while (a.remainingMs() > 0) {
        expect(b.remainingMs(), `after ${clock.monotonic()} ms`).toBe(0);
        await clock.advance(100);
      }
      await clock.advance(15_000);
      expect(b.remainingMs()).toBeGreaterThan(0);
    },
  );

  test('is not open in a second process that was away while the Lease was renewed and then deleted', async () => {
    const { clock, server, a, b } = await pair();
    b.client.weather = 'refused';
    await clock.advance(60_000);
    a.client.weather = 'refused';
    server.remove();
    b.client.weather = 'fine';
    await clock.advance(4_000);
    expect([a.remainingMs() > 0, b.remainingMs() > 0]).toEqual([true, false]);
  });

  test.each([
    { why: 'is not stretched by a longer duration', durationSeconds: 3_600, left: 15_000 - 2_000 },
    { why: 'is cut by a shorter one', durationSeconds: 1, left: 0 },
  ])('$why that somebody wrote', async ({ durationSeconds, left }) => {
    const { clock, server, a } = await pair();
    server.write({ durationSeconds });
    const { store } = a.client;
    const { update } = store;
    store.update = (record, signal) => {
      store.update = () => Promise.reject(new Error('connection refused'));
      return update(record, signal);
    };
    await clock.advance(4_000 - clock.monotonic());
    expect(a.client.calls.at(-1), 'after the conflict it looked again').toBe('read');
    expect(a.remainingMs()).toBe(left);
  });
});

describe('leadership is lost', () => {
  test('when no renewal succeeds until the deadline, counted from the last one sent', async () => {
    const { clock, a } = await pair();
    a.client.weather = 'refused';
    await clock.advance(2_000 + 10_000 - 1 - clock.monotonic());
    expect(a.leadership?.lost.aborted).toBe(false);
    await clock.advance(1);
    expect(a.leadership?.lost.reason).toMatchObject({ name: 'LeadershipLost', code: 'expired' });
    expect(a.remainingMs()).toBe(0);
  });

  test('at the deadline even when a call hangs and ignores its signal', async () => {
    const { clock, a } = await pair();
    a.client.weather = 'silent';
    await clock.advance(2_000 + 10_000 - clock.monotonic());
    expect(a.leadership?.lost.aborted).toBe(true);
  });

  test.each([
    {
      why: 'another holds the lease',
      change: (server: LeaseServer) => server.write({ holder: 'thief', renewTime: 'now' }),
    },
    { why: 'somebody emptied it', change: (server: LeaseServer) => server.write({ holder: undefined }) },
    { why: 'somebody deleted it', change: (server: LeaseServer) => server.remove() },
  ])('at the next renewal when $why', async ({ change }) => {
    const { clock, server, a, b } = await pair();
    b.stop();
    change(server);
    await clock.advance(2_000);
    expect(a.leadership?.lost.reason).toMatchObject({ code: 'taken' });
    expect(a.remainingMs()).toBe(0);
  });

  test('where the API server was set back, although the Lease still names its holder', async () => {
    const { clock, server, a, b } = await pair();
    b.stop();
    const saved = server.live();
    await clock.advance(60_000);
    if (saved !== undefined) server.setBack(saved);
    await clock.advance(2_000);
    expect(a.leadership?.lost.reason).toMatchObject({ code: 'set-back' });
    expect(a.remainingMs()).toBe(0);
    expect(server.live(), 'not renewed').toEqual(saved);
  });

  test('for good: no renewal is tried any more', async () => {
    const { clock, server, a, b } = await pair();
    b.stop();
    server.write({ holder: 'thief' });
    await clock.advance(2_000);
    const calls = a.client.calls.length;
    await clock.advance(60_000);
    expect(a.client.calls.length).toBe(calls);
    expect(clock.pending()).toBe(0);
  });

  test('when its signal aborts', async () => {
    const { clock, a } = await pair();
    a.stop();
    expect(a.leadership?.lost.reason).toMatchObject({ code: 'stopped' });
    expect(a.remainingMs()).toBe(0);
    await clock.settle();
  });
});

describe('leadership is kept', () => {
  test('through failures that end before the deadline', async () => {
    const { clock, a } = await pair();
    a.client.weather = 'refused';
    await clock.advance(7_000);
    a.client.weather = 'fine';
    await clock.advance(2_000);
    expect(a.leadership?.lost.aborted).toBe(false);
    expect(a.remainingMs()).toBeGreaterThan(13_000);
  });

  test.each<Weather>(['lost', 'silent'])(
    'when the answer to a renewal was %s, although the version has moved on',
    async (weather) => {
      const { clock, a } = await pair();
      a.client.weather = weather;
      await clock.advance(2_000);
      a.client.weather = 'fine';
      await clock.advance(60_000);
      expect(a.leadership?.lost.aborted).toBe(false);
      expect(a.remainingMs()).toBeGreaterThan(12_000);
    },
  );

  test('when somebody takes the time of its acquisition away, which comes back with the next renewal', async () => {
    const { clock, server, a } = await pair();
    const acquireTime = server.live()?.acquireTime;
    server.write({ acquireTime: '' });
    await clock.advance(4_000);
    expect(a.remainingMs()).toBeGreaterThan(12_000);
    expect(server.live()?.acquireTime).toBe(acquireTime);
  });

  test('when somebody puts a label on the Lease', async () => {
    const { clock, server, a } = await pair();
    server.write({});
    await clock.advance(4_000);
    expect(a.remainingMs()).toBeGreaterThan(12_000);
  });
});

describe('release', () => {
  test('shuts the fence before it asks, and leaves a record that others need not wait for', async () => {
    const { clock, server, a, b } = await pair();
    b.stop();
    let openDuringWrite: number | undefined;
    server.onWrite = () => {
      openDuringWrite = a.remainingMs();
    };
    await a.leadership?.release();
    expect(openDuringWrite).toBe(0);
    expect(server.live()).toMatchObject({ holder: undefined, durationSeconds: 1 });
    expect(a.leadership?.lost.aborted, 'given up, not lost').toBe(false);
    expect(a.events).toEqual(['acquired', 'released']);
    await clock.settle();
    expect(clock.pending(), 'nothing is renewed or watched any more').toBe(0);
  });

  test('waits for the renewal under way, so as not to meet it at the store', async () => {
    const { clock, server, a, b } = await pair();
    b.stop();
    await clock.advance(4_000 - 1 - clock.monotonic());
    a.client.weather = 'slow';
    a.client.calls.length = 0;
    await clock.advance(100);
    const released = a.leadership?.release();
    await clock.advance(3_000);
    await released;
    expect(a.client.calls, 'the renewal, the release').toEqual(['update', 'update']);
    expect(server.live()?.holder).toBeUndefined();
    expect(clock.pending()).toBe(0);
  });

  test.each<Weather>(['refused', 'lost', 'silent'])('ends when the store is %s', async (weather) => {
    const { clock, a } = await pair();
    a.client.weather = weather;
    let ended = false;
    void a.leadership?.release().then(() => {
      ended = true;
    });
    await clock.advance(10_000);
    expect(ended).toBe(true);
    expect(a.events.at(-1)).toBe('store-failed');
  });

  test('takes a lease from nobody', async () => {
    const { server, a, b } = await pair();
    b.stop();
    server.write({ holder: 'thief' });
    a.client.calls.length = 0;
    await a.leadership?.release();
    expect(server.live()?.holder).toBe('thief');
    expect(a.client.calls).toEqual(['update', 'read']);
  });

  test('called twice is one release, and both wait for its end', async () => {
    const { clock, server, a, b } = await pair();
    b.stop();
    a.client.weather = 'slow';
    const holders: unknown[] = [];
    for (const released of [a.leadership?.release(), a.leadership?.release()]) {
      void released?.then(() => holders.push(server.live()?.holder));
    }
    await clock.advance(5_000);
    expect(holders).toEqual([undefined, undefined]);
    expect(a.events).toEqual(['acquired', 'released']);
  });

  test('after a loss does nothing', async () => {
    const { a } = await pair();
    a.stop();
    a.client.calls.length = 0;
    await a.leadership?.release();
    expect(a.client.calls).toEqual([]);
    expect(a.events).toEqual(['acquired', 'lost']);
  });
});

/** Three processes with clocks of their own, each at times cut off or stopped, for an hour; chance comes from `seed`. */
async function storm(seed: number): Promise<void> {
  const clock = manualClock();
  const server = leaseServer(clock);
  const random = randomFrom(seed);
  const processes = ['a', 'b', 'c'].map((identity) => stoppable(server, identity, clock, random));
  let handovers = 0;
  let leader: string | undefined;

  for (let step = 0; step < 600; step += 1) {
    for (const each of processes) each.shake(random);
    if (random() < 0.02) server.write({});
    // Who comes later believes a Lease that somebody deleted or shortened: what he cannot know holds nobody back.
    const isKnown = processes.every(({ seen }) => seen() === server.live()?.holder);
    const deed = isKnown ? random() : 1;
    if (deed < 0.05) server.remove();
    else if (deed < 0.1) server.write({ durationSeconds: 1 });
    const isTold = (server.live()?.durationSeconds ?? 0) > 1;
    if (isTold || processes.every((each) => each.remainingMs() === 0)) for (const each of processes) each.startAnew();
    await clock.advance(Math.floor(random() * 3_000));

    const open = processes.filter((each) => each.remainingMs() > 0).map(({ identity }) => identity);
    expect(open.length, `seed ${seed}, step ${step}: ${open.join(' and ')} may write`).toBeLessThan(2);
    if (open[0] !== undefined && open[0] !== leader) {
      leader = open[0];
      handovers += 1;
    }
  }
  expect(handovers, `seed ${seed}: a storm in which nothing happened proves nothing`).toBeGreaterThan(1);
}

interface Stoppable {
  readonly identity: string;
  remainingMs(): number;
  /** Who held the Lease when it was last told. */
  seen(): string | undefined;
  shake(random: () => number): void;
  /** Starts another process, under another name, where this one has lost. */
  startAnew(): void;
}

/** A process whose timers can be held back as by SIGSTOP. */
function stoppable(server: LeaseServer, identity: string, clock: ManualClock, random: () => number): Stoppable {
  const heldBack: (() => void)[] = [];
  let stopped = false;
  let starts = 0;
  const own: Clock = {
    ...clock,
    setTimer: (callback, ms) => {
      let cancelled = false;
      const run = (): void => {
        if (cancelled) return;
        if (stopped) heldBack.push(run);
        else callback();
      };
      const timer = clock.setTimer(run, ms);
      return {
        cancel() {
          cancelled = true;
          timer.cancel();
        },
      };
    },
  };
  const start = (): Elector => {
    starts += 1;
    return elector(server, `${identity}-${starts}`, own, {
      chance: { fraction: random, bytes: (n) => new Uint8Array(n) },
    });
  };
  let current = start();

  return {
    identity,
    remainingMs: () => current.remainingMs(),
    seen: () => current.client.seen?.holder,
    shake(chance) {
      if (chance() < 0.1) {
        stopped = !stopped;
        if (!stopped) for (const run of heldBack.splice(0)) run();
      }
      if (chance() < 0.2) {
        const weathers = ['fine', 'fine', 'slow', 'refused', 'lost', 'silent'] as const satisfies Weather[];
        current.client.weather = weathers[Math.floor(chance() * weathers.length)] ?? 'fine';
      }
    },
    startAnew() {
      if (current.leadership?.lost.aborted === true) current = start();
    },
  };
}

/** The minimal standard generator of Park and Miller. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
