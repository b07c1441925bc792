import { Postponed } from '../application/ports/errors.ts';
import type { Applicant, Reservation } from '../application/ports/provider.ts';
import { ProviderError } from '../idp/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import { codeOf, isOfCredentials, isOfUnknownEffect, isStanding, isUnanswered, telling } from './create-errors.ts';

export interface RefusedCreatesOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** How long the others wait for what becomes of the one that tries again, ms. */
  readonly trialMs: number;
  /** Whoever was turned away may try again. */
  readonly wake: (key: string) => void;
}

/**
 * The creates that the provider refused, each of which counts against its limits as one that it served.
 *
 * A create that was refused until a person acts is sent again only after the refusal has stood as long again as it
 * already has (5 min to 4 h). Meanwhile `reserve` throws that refusal and takes no place. A changed spec or token
 * (`asked`) may try at once. The same holds, from the second one in a row on, for a create that may have been made all the
 * same, and for an answer that names another's registration: whoever asks again has found already that nothing was made.
 * Where the provider had no word to say it may be to blame: the first other one that is registered ends that pause, once.
 */
export interface RefusedCreates {
  /** A place, as `take` has it from the budget. @throws Error the refusal that stands; Postponed */
  reserve(applicant: Applicant, take: () => Reservation): Reservation;
  /** Makes the create that the place is for, or gives it back where the provider has refused everybody since. */
  tried<T>(reservation: Reservation, call: () => Promise<T>): Promise<T>;
  /** What the create of this place was answered with is not the applicant's: that counts as refused. */
  rejectAnswer(reservation: Reservation, refusal: Error): void;
  /** The provider is in service as it was not before: what the credentials were refused for, or had no answer, may be over. */
  letIn(): void;
}

interface Refusal {
  /** The provider's own, or what the applicant made of its answer. */
  readonly error: Error;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** `asked-anew`: the applicant has changed what it asks for since it was refused, and has not tried that yet. */
interface OwnRefusal extends Refusal {
  readonly asked: string;
  readonly state: 'refused' | 'asked-anew';
  /** Who may be to blame: the provider, until it has served another one since. */
  readonly suspect: 'provider' | 'applicant';
}

interface Place {
  readonly applicant: Applicant;
  /** How often everybody had been refused when it was taken. */
  readonly seen: number;
  readonly before: OwnRefusal | undefined;
}

const SHORTEST_PAUSE_MS = 300_000;

/** How long one answer in doubt is remembered, ms. */
const DOUBT_MS = 3_600_000;

/** An application that nobody mends takes a dozen creates a day, and a provider may allow no more than 30 to all. */
const LONGEST_PAUSE_MS = 14_400_000;

/** None yet: another key, or another way to the provider, may be all that was missing. */
export function createRefusedCreates({ clock, trialMs, wake }: RefusedCreatesOptions): RefusedCreates {
  const own = new Map<string, OwnRefusal>();
  const places = new WeakMap<Reservation, Place>();
  /** What the credentials were refused for: one application tries for all. */
  let common: Refusal | undefined;
  let commonCount = 0;

  function admit({ key, asked }: Applicant): void {
    const before = own.get(key);
    if (before !== undefined && before.asked !== asked) own.set(key, { ...before, asked, state: 'asked-anew' });
    if (own.get(key)?.state === 'asked-anew') return;
    const now = clock.monotonic();
    if (before !== undefined && before.untilMs > now) throw telling(before.error, before.untilMs - now);
    if (common === undefined) return;
    if (common.untilMs > now) throw turnAway({ key, asked }, common);
    common = { ...common, untilMs: now + trialMs };
  }

  function turnAway({ key, asked }: Pick<Applicant, 'key' | 'asked'>, refusal: Refusal): Error {
    remember({ key, asked }, refusal);
    return telling(refusal.error, refusal.untilMs - clock.monotonic());
  }

  function remember({ key, asked }: Pick<Applicant, 'key' | 'asked'>, refusal: Refusal): void {
    const before = own.get(key);
    const isKnown = before?.state === 'refused' && before.asked === asked && before.suspect === 'applicant';
    const suspect = isKnown || !isUnanswered(refusal.error) ? 'applicant' : 'provider';
    own.set(key, { ...refusal, asked, state: 'refused', suspect });
  }

  function refuse({ key, asked }: Applicant, error: Error): Error {
    prune();
    const before = own.get(key);
    const isTheSame = before?.state === 'refused' && before.asked === asked;
    const refusal = lasting(error, isTheSame ? before.sinceMs : clock.monotonic());
    if (isOfEverybody(error, key)) {
      common = lasting(error, common?.sinceMs ?? refusal.sinceMs);
      commonCount += 1;
    }
    return turnAway({ key, asked }, refusal);
  }

  /** One alone may be what a proxy or a cache made of it: the second one in a row counts as a refusal. */
  function doubt(applicant: Applicant, error: Error): void {
    const { key, asked } = applicant;
    const now = clock.monotonic();
    const before = own.get(key);
    const isSecond = before?.state === 'refused' && before.asked === asked && now - before.untilMs < DOUBT_MS;
    if (isSecond) {
      refuse(applicant, error);
      return;
    }
    own.delete(key);
    remember(applicant, { error, sinceMs: now, untilMs: now });
  }

  function lasting(error: Error, sinceMs: number): Refusal {
    const now = clock.monotonic();
    const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, now - sinceMs));
    const askedMs = error instanceof ProviderError ? error.details.retryAfterMs : undefined;
    return { error, sinceMs, untilMs: now + Math.max(pauseMs, askedMs ?? 0) };
  }

  /** A 403 may be about the one application that asked. When two get it, it is about the credentials. */
  function isOfEverybody(refusal: Error, key: string): boolean {
    const code = codeOf(refusal);
    if (code === 'needs-person') return true;
    return (
      isOfCredentials(refusal) &&
      [...own].some(([other, { error }]) => other !== key && isOfCredentials(error) && codeOf(error) === code)
    );
  }

  function accept({ key }: Applicant): void {
    own.delete(key);
    if (common !== undefined) for (const other of forgetCommon()) wake(other);
    clearProvider();
  }

  /** It serves creates. Whoever had no answer tries once more, and is the one to blame if that has none either. */
  function clearProvider(): void {
    const now = clock.monotonic();
    for (const [key, refusal] of own) {
      if (refusal.suspect === 'applicant') continue;
      own.set(key, { ...refusal, suspect: 'applicant', untilMs: Math.min(refusal.untilMs, now) });
      if (refusal.untilMs > now) wake(key);
    }
  }

  function forgetCommon(): readonly string[] {
    common = undefined;
    const keys = [...own].filter(([, { error }]) => isOfCredentials(error)).map(([key]) => key);
    for (const key of keys) own.delete(key);
    return keys;
  }

  /** An application that has not come back for so long is there no more. */
  function prune(): void {
    const longAgoMs = clock.monotonic() - LONGEST_PAUSE_MS;
    for (const [key, { untilMs }] of own) if (untilMs < longAgoMs) own.delete(key);
  }

  return {
    letIn() {
      forgetCommon();
      for (const [key, { error }] of own) if (isUnanswered(error)) own.delete(key);
    },
    reserve(applicant, take) {
      admit(applicant);
      try {
        const reservation = take();
        places.set(reservation, { applicant, seen: commonCount, before: own.get(applicant.key) });
        return reservation;
      } catch (error) {
        const refusal = own.get(applicant.key);
        if (!(error instanceof Postponed) || error.waitsFor !== 'create' || !isTold(refusal)) throw error;
        // That the limit is used up as well is nothing that a person could help.
        throw telling(refusal.error, error.waitMs);
      }
    },
    async tried(reservation, call) {
      const place = places.get(reservation);
      if (place === undefined) return call();
      const { applicant, seen } = place;
      if (common !== undefined && seen !== commonCount) {
        reservation.giveBack();
        throw turnAway(applicant, common);
      }
      try {
        const answer = await call();
        accept(applicant);
        return answer;
      } catch (error) {
        if (isStanding(error)) throw refuse(applicant, error);
        // It settles first, whatever is told when it is to be made again.
        if (isOfUnknownEffect(error)) doubt(applicant, error);
        throw error;
      }
    },
    rejectAnswer(reservation, refusal) {
      const { applicant, before } = places.get(reservation) ?? {};
      if (applicant === undefined) return;
      // To the provider it was served, which has ended what it was refused for until then.
      if (before !== undefined) own.set(applicant.key, before);
      doubt(applicant, refusal);
    },
  };
}

/** One answer that was lost is no refusal yet. */
function isTold(refusal: OwnRefusal | undefined): refusal is OwnRefusal {
  return refusal?.state === 'refused' && refusal.untilMs > refusal.sinceMs;
}
