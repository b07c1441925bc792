import type { Clock } from './clock.ts';
import { bounded, sleep } from './clock.ts';
import type { ElectionOptions, LeaseRecord } from './election.ts';
import type { Held, Leadership } from './leadership.ts';
import { hold } from './leadership.ts';
import { JITTER_FACTOR } from './lease-times.ts';
import { microTime } from './micro-time.ts';

/** A record that somebody holds, and the own monotonic time since which it has not changed, ms. */
interface Observed {
  readonly record: LeaseRecord;
  readonly since: number;
}

/**
 * Tries until this process is leader.
 *
 * Another's lease has run out when it has not changed for its duration by the own monotonic clock: no clock of another
 * machine and no wall clock is asked. `signal` ends the wait, and later the leadership.
 *
 * @throws the reason of `signal`
 * @throws RangeError when the times do not fit together
 */
export async function electLeader(options: ElectionOptions, signal: AbortSignal): Promise<Leadership> {
  checkTimes(options);
  const { clock, chance, retryMs, onEvent } = options;
  const tryToAcquire = candidate(options, signal);

  for (;;) {
    const held = await tryToAcquire().catch((error: unknown) => {
      if (!signal.aborted) onEvent({ type: 'store-failed', error });
    });
    if (held !== undefined) {
      onEvent({ type: 'acquired' });
      return hold(held, options, signal);
    }
    await sleep(clock, retryMs * (1 + JITTER_FACTOR * chance.fraction()), signal);
  }
}

function checkTimes({ durationMs, renewDeadlineMs, retryMs }: ElectionOptions): void {
  if (durationMs < 1_000 || durationMs % 1_000 !== 0) throw new RangeError('durationMs must be whole seconds');
  if (renewDeadlineMs >= durationMs) throw new RangeError('renewDeadlineMs must be less than durationMs');
  if (retryMs * JITTER_FACTOR >= renewDeadlineMs) throw new RangeError('retryMs must be well below renewDeadlineMs');
}

/** One try at a time: `undefined` when another holds the lease or was faster. Remembers since when the record stands still. */
function candidate(options: ElectionOptions, signal: AbortSignal): () => Promise<Held | undefined> {
  const { store, clock, identity, renewDeadlineMs } = options;
  const ask = <T>(call: (signal: AbortSignal) => Promise<T>) => bounded(call, renewDeadlineMs / 2, clock, signal);
  let observed: Observed | undefined;

  return async () => {
    const found = await ask((limit) => store.read(limit));
    if (found === undefined) {
      observed = undefined;
      const sentAt = clock.monotonic();
      return won(await ask((limit) => store.create(claim(undefined, options), limit)), sentAt);
    }

    if (observed === undefined || !isSameClaim(observed.record, found)) {
      observed = { record: found, since: clock.monotonic() };
    }
    if (found.holder !== undefined && found.holder !== identity && !hasRunOut(observed, clock)) return undefined;

    const sentAt = clock.monotonic();
    const wanted = { ...claim(found, options), version: found.version };
    return won(await ask((limit) => store.update(wanted, limit)), sentAt);
  };
}

function won(answer: LeaseRecord | 'conflict', sentAt: number): Held | undefined {
  return answer === 'conflict' ? undefined : { record: answer, sentAt };
}

/** What the lease says when this process takes it over from `former`. */
function claim(
  former: LeaseRecord | undefined,
  { clock, identity, durationMs }: ElectionOptions,
): Omit<LeaseRecord, 'version'> {
  const now = microTime(clock.now());
  const isOurs = former?.holder === identity;
  return {
    holder: identity,
    durationSeconds: durationMs / 1_000,
    acquireTime: isOurs ? former.acquireTime : now,
    renewTime: now,
    transitions: former === undefined ? 0 : former.transitions + (isOurs ? 0 : 1),
  };
}

/** Not by version: a label put on the Lease by somebody is no sign of life from its holder. */
function isSameClaim(a: LeaseRecord, b: LeaseRecord): boolean {
  return (
    a.holder === b.holder &&
    a.renewTime === b.renewTime &&
    a.acquireTime === b.acquireTime &&
    a.transitions === b.transitions &&
    a.durationSeconds === b.durationSeconds
  );
}

function hasRunOut({ record, since }: Observed, clock: Clock): boolean {
  return clock.monotonic() - since >= Math.max(1, record.durationSeconds) * 1_000;
}
