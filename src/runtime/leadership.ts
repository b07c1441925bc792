import type { Timer } from './clock.ts';
import { bounded, sleep } from './clock.ts';
import { type ElectionOptions, isEarlier, LeadershipLost, type LeaseRecord, type LossCode } from './election.ts';
import { RELEASED_SECONDS } from './lease-times.ts';
import { microTime } from './micro-time.ts';

/** Held by one process at a time. */
export interface Leadership {
  /**
   * For how long nobody else can be leader, ms; 0 when somebody could be. The write fence (protocol O3).
   *
   * Read from the own monotonic clock at the moment of asking, so that a process that was stopped and goes on sees 0
   * before any timer has run. In a suspended host that clock stands still.
   */
  remainingMs(): number;
  /** Aborts with {@link LeadershipLost}, never after {@link Leadership.release}. There is no way back. */
  readonly lost: AbortSignal;
  /** Stops renewing and lets the next one in. To be called when all work has ended. Never rejects; safe to call twice. */
  release(): Promise<void>;
}

/** A lease that is ours, and the monotonic time just before the request that made it so, ms. */
export interface OwnLease {
  readonly record: LeaseRecord;
  readonly sentAt: number;
}

/** Renews the lease just won until it is released, lost, or `signal` aborts. */
export function hold(won: OwnLease, options: ElectionOptions, signal: AbortSignal): Leadership {
  const { store, clock, identity, durationMs, renewDeadlineMs, retryMs, onEvent } = options;
  const ask = <T>(call: (signal: AbortSignal) => Promise<T>) => bounded(call, renewDeadlineMs / 2, clock, signal);
  const lost = new AbortController();
  const ended = new AbortController();
  let held = won;
  let watchdog: Timer | undefined;
  let released: Promise<void> | undefined;

  const sinceRenewal = (): number => clock.monotonic() - held.sentAt;

  function end(): void {
    ended.abort();
    watchdog?.cancel();
    signal.removeEventListener('abort', onStop);
  }

  function lose(code: LossCode): void {
    if (ended.signal.aborted) return;
    end();
    const reason = new LeadershipLost(code);
    lost.abort(reason);
    onEvent({ type: 'lost', reason });
  }

  function onStop(): void {
    lose('stopped');
  }

  /** A timer can be late; that the fence is shut in time does not depend on it. */
  function watch(): void {
    watchdog?.cancel();
    if (ended.signal.aborted) return;
    if (sinceRenewal() >= renewDeadlineMs) lose('expired');
    else watchdog = clock.setTimer(() => lose('expired'), renewDeadlineMs - sinceRenewal());
  }

  async function renewUntilEnded(): Promise<void> {
    while (!ended.signal.aborted) {
      await sleep(clock, retryMs, ended.signal).catch(() => undefined);
      if (sinceRenewal() >= renewDeadlineMs) lose('expired');
      if (ended.signal.aborted) return;
      await renew().catch((error: unknown) => {
        if (!ended.signal.aborted) onEvent({ type: 'store-failed', error });
      });
      watch();
    }
  }

  async function renew(): Promise<void> {
    if ((await update()) !== 'conflict') return;
    const found = await lookAgain();
    if (found === 'ours') await update();
    else lose(found);
  }

  async function update(): Promise<LeaseRecord | 'conflict'> {
    const sentAt = clock.monotonic();
    const answer = await ask((limit) => store.update({ ...held.record, ...renewal() }, limit));
    if (answer !== 'conflict') held = { record: answer, sentAt };
    return answer;
  }

  function renewal(): Pick<LeaseRecord, 'durationSeconds' | 'renewTime'> {
    return { durationSeconds: durationMs / 1_000, renewTime: microTime(clock.now()) };
  }

  /** After a conflict: it may be that our own write went through and its answer was lost. */
  async function lookAgain(): Promise<'ours' | 'taken' | 'set-back'> {
    const found = await ask((limit) => store.read(limit));
    if (found !== undefined && isEarlier(found.version, held.record.version)) return 'set-back';
    if (found?.holder !== identity) return 'taken';
    // What somebody took away is refused by the server where it is written as empty.
    const acquireTime = found.acquireTime || held.record.acquireTime;
    held = { record: { ...found, acquireTime }, sentAt: held.sentAt };
    return 'ours';
  }

  async function release(): Promise<void> {
    if (ended.signal.aborted) return;
    end();
    await renewing;
    try {
      if ((await giveUp()) === 'conflict' && (await lookAgain()) === 'ours') await giveUp();
      onEvent({ type: 'released' });
    } catch (error) {
      onEvent({ type: 'store-failed', error });
    }
  }

  function giveUp(): Promise<LeaseRecord | 'conflict'> {
    const free = {
      ...held.record,
      holder: undefined,
      durationSeconds: RELEASED_SECONDS,
      renewTime: microTime(clock.now()),
    };
    return ask((limit) => store.update(free, limit));
  }

  signal.addEventListener('abort', onStop, { once: true });
  if (signal.aborted) onStop();
  watch();
  const renewing = renewUntilEnded();

  return {
    remainingMs() {
      if (ended.signal.aborted) return 0;
      return Math.max(0, Math.min(durationMs, held.record.durationSeconds * 1_000) - sinceRenewal());
    },
    lost: lost.signal,
    release: () => (released ??= release()),
  };
}
