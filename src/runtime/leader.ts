import { bounded, sleep } from './clock.ts';
import { type ElectionOptions, isEarlier, LeadershipLost, type LeaseRecord } from './election.ts';
import type { Leadership, OwnLease } from './leadership.ts';
import { hold } from './leadership.ts';
import { JITTER_FACTOR, RELEASED_SECONDS } from './lease-times.ts';
import { microTime } from './micro-time.ts';

/** A Lease holds 32 bits: more is refused, for ever. */
const MOST_TRANSITIONS = 2 ** 31 - 1;

/** By so many renewals a lease is what its holder says, and no edit of it. */
const RENEWALS_REMEMBERED = 5;

/** What was found, and what whoever held the lease may count on. */
interface Observed {
  /** `undefined`: there is none, any more or yet. */
  readonly record: LeaseRecord | undefined;
  /** The durations that its last renewals said, each the longest that was seen with it, the newest last. */
  readonly saidSeconds: readonly number[];
  /** Until when somebody may lead, by the own monotonic clock, ms. */
  readonly until: number;
}

/**
 * Tries until this process is leader.
 *
 * Another's lease has run out when it has not changed for its duration by the own monotonic clock: no clock of another
 * machine and no wall clock is asked. Nor does it end when it is deleted, emptied or shortened: a holder that is cut off
 * does not hear of that. `signal` ends the wait, and later the leadership.
 *
 * @throws the reason of `signal`
 * @throws LeadershipLost as `set-back`
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
    if (held === 'set-back') {
      const reason = new LeadershipLost('set-back');
      onEvent({ type: 'lost', reason });
      throw reason;
    }
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

/** One try at a time: `undefined` when another holds the lease or was faster. Remembers until when others may lead. */
function candidate(options: ElectionOptions, signal: AbortSignal): () => Promise<OwnLease | 'set-back' | undefined> {
  const { store, clock, identity, renewDeadlineMs } = options;
  const ask = <T>(call: (signal: AbortSignal) => Promise<T>) => bounded(call, renewDeadlineMs / 2, clock, signal);
  let observed: Observed = { record: undefined, saidSeconds: [], until: clock.monotonic() };
  let latestVersion: string | undefined;

  return async () => {
    const found = await ask((limit) => store.read(limit));
    if (found !== undefined && latestVersion !== undefined && isEarlier(found.version, latestVersion))
      return 'set-back';
    latestVersion = found?.version ?? latestVersion;
    observed = observe(found, observed, clock.monotonic());
    if (found?.holder !== identity && clock.monotonic() < observed.until) return undefined;

    const sentAt = clock.monotonic();
    const wanted = claim(found, options);
    const answer = await ask((limit) =>
      found === undefined ? store.create(wanted, limit) : store.update({ ...wanted, version: found.version }, limit),
    );
    if (answer !== 'conflict' && latestVersion !== undefined && isEarlier(answer.version, latestVersion))
      return 'set-back';
    return won(answer, sentAt);
  };
}

/** What is known after this look: a renewal counts from now on, at the latest, and so does the last one before a deletion. */
function observe(record: LeaseRecord | undefined, former: Observed, now: number): Observed {
  if (isSameClaim(former.record, record)) return former;
  if (record !== undefined && isReleased(record)) return { record, saidSeconds: [], until: now };

  const saidSeconds = saidWith(record, former);
  return { record, saidSeconds, until: Math.max(former.until, now + Math.max(0, ...saidSeconds) * 1_000) };
}

/**
 * A holder says its own duration at each renewal and counts on no other, and what this look shows may have been edited
 * since: what several renewals before it said counts as well. What was said longer ago does not, or a moment's edit would
 * keep everybody away for so long after each later renewal.
 */
function saidWith(record: LeaseRecord | undefined, former: Observed): readonly number[] {
  const { saidSeconds } = former;
  if (record?.holder === undefined) return saidSeconds;
  const seconds = Math.max(1, record.durationSeconds);
  if (record.holder !== former.record?.holder) return [seconds];
  if (record.renewTime !== former.record.renewTime) return [...saidSeconds, seconds].slice(-RENEWALS_REMEMBERED);
  return [...saidSeconds.slice(0, -1), Math.max(seconds, saidSeconds.at(-1) ?? 0)];
}

/** As its holder writes it. One that somebody emptied by hand may have a holder that goes on. */
function isReleased({ holder, durationSeconds }: LeaseRecord): boolean {
  return holder === undefined && durationSeconds === RELEASED_SECONDS;
}

function won(answer: LeaseRecord | 'conflict', sentAt: number): OwnLease | undefined {
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
    // Empty where somebody took it away, and refused by the server where it is written so.
    acquireTime: isOurs ? former.acquireTime || now : now,
    renewTime: now,
    transitions: former === undefined ? 0 : Math.min(former.transitions + (isOurs ? 0 : 1), MOST_TRANSITIONS),
  };
}

/** Not by version: a label put on the Lease by somebody is no sign of life from its holder. */
function isSameClaim(a: LeaseRecord | undefined, b: LeaseRecord | undefined): boolean {
  return (
    (a === undefined) === (b === undefined) &&
    a?.holder === b?.holder &&
    a?.renewTime === b?.renewTime &&
    a?.acquireTime === b?.acquireTime &&
    a?.transitions === b?.transitions &&
    a?.durationSeconds === b?.durationSeconds
  );
}
