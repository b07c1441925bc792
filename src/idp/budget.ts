import type { Chance } from '../runtime/chance.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Charge, Claimant, Limits, Slot } from './charge.ts';
import { createHold } from './hold.ts';
import { createReservations, type Role } from './reservations.ts';
import { createLedger, createRequestWindow } from './spending.ts';
import type { Ticket } from './waiting.ts';
import { createWaiting } from './waiting.ts';

/** A place, or the time to wait for one. */
export type Grant =
  | {
      readonly type: 'granted';
      /**
       * The call has ended, well or not. Must follow every call, in a `finally` and after `answered` or `throttled`:
       * until then the place is taken. Only the first of `end` and `cancel` counts.
       */
      end(): void;
      /** The call was never made: what it would have cost is given back. */
      cancel(): void;
    }
  | {
      readonly type: 'wait';
      readonly for: Charge;
      /** When a place is likely, in ms since the epoch. For people: the claimant is woken without asking again. */
      readonly untilMs: number;
    };

/**
 * The gate in front of one credential of a provider: no call is made without a place from it.
 *
 * A claimant that has to wait is woken when a place is free for it. That place is kept for it for ten seconds, and
 * nobody can overtake it; then the next has it, and the one who did not come has to ask again.
 *
 * Who waits amid a pass, and so begins anew, is woken when there are places for what the pass had before as well, up to
 * {@link MOST_TOGETHER}: each place would else go to its first call for ever. Where the limit on calls is lower than that,
 * those above it are charged to the minutes that follow.
 */
export interface Budget {
  /** Asks for a place; asking again while waiting keeps the claimant's turn. Never sleeps. */
  take(charge: Charge, claimant: Claimant): Grant;
  /**
   * The provider answered 429. Creates wait when it was a create, otherwise everything does: for `retryAfterMs`, or
   * where the provider did not say, for 1, 2, 4, … s up to five minutes.
   */
  throttled(charge: Charge, retryAfterMs: number | undefined): void;
  /**
   * How a call went: `unavailable` when the provider was not reached, could not serve, or accepts no call with this
   * credential; `well` when it served the call, whatever it said. After five times `unavailable` in a row everything
   * waits for 5, 10, 20, … s up to five minutes, then one call tries.
   */
  answered(result: 'well' | 'unavailable'): void;
  /** Creates begun, oldest first, as far back as the limits look. To be stored before a create is called (O2). */
  spent(): readonly Slot[];
  /** When the next create can be had, in ms since the epoch; `undefined`: no limit is in the way. */
  nextCreateAt(): number | undefined;
}

/** `wake` is called with a claimant's key when a place is kept for it; it must only queue the key. */
export interface BudgetOptions {
  readonly limits: Limits;
  readonly spent: readonly Slot[];
  readonly clock: Clock;
  readonly chance: Chance;
  readonly wake: (key: string) => void;
}

const CHARGES = ['create', 'call'] as const satisfies readonly Charge[];
/** A guess at how long a place is taken by somebody else; only people read the time that comes out of it. */
const TURN_MS = 5_000;
/** More calls than a pass makes before something is done or written down that the next one need not do again. */
const MOST_TOGETHER = 8;
/** The gate looks at least this often while somebody waits, since the wall clock may have been set. */
const LONGEST_NAP_MS = 5 * 60_000;

/** A gate that starts from what was `spent` before, as it was stored. */
export function createBudget({ limits, spent, clock, chance, wake }: BudgetOptions): Budget {
  const ledger = createLedger(limits, spent, clock);
  const requests = createRequestWindow(limits.requestsPerMinute, clock);
  const hold = createHold(clock, chance);
  const waiting = createWaiting();
  const reserved = createReservations(clock);
  const underWay = { creates: 0, probes: 0 };
  /** How many places each pass has had. */
  const had = new WeakMap<object, number>();
  let timer: Timer | undefined;

  return {
    take(charge, claimant) {
      const { key } = claimant;
      announce(serve());
      if (reserved.find(charge, key) === undefined && reserved.spare(key) > 0 && isOpen(charge)) {
        reserved.useSpare(key);
        waiting.leave(charge, key);
        return grant(charge, claimant, 'ordinary');
      }
      if (reserved.find(charge, key) === undefined) waiting.join(charge, claimant);
      announce(serve().filter((ticket) => ticket.charge !== charge || ticket.claimant.key !== key));
      const reservation = reserved.find(charge, key);
      if (reservation === undefined) return wait(charge, claimant);
      reserved.remove(charge, key);
      return grant(charge, claimant, reservation.role);
    },
    throttled(charge, retryAfterMs) {
      hold.throttled(charge, retryAfterMs);
      announce(serve());
    },
    answered(result) {
      hold.answered(result, underWay.probes > 0 ? 'probing' : 'idle');
      announce(serve());
    },
    spent: () => ledger.spent(),
    nextCreateAt() {
      const times = [ledger.freeAt(0), hold.createsFrom()].filter((time) => time !== undefined);
      return times.length === 0 ? undefined : Math.max(...times);
    },
  };

  /** Keeps every free place for whoever is next, and returns who got one. */
  function serve(): readonly Ticket[] {
    reserved.expire();
    for (const charge of CHARGES) {
      if (hold.waitMs(charge) > 0) for (const ticket of reserved.withdraw(charge)) waiting.rejoin(ticket);
    }
    const served: Ticket[] = [];
    for (let ticket = nextInTurn(); ticket !== undefined; ticket = nextInTurn()) {
      reserved.keep(ticket, hold.trust() === 'full' ? 'ordinary' : 'probe');
      served.push(ticket);
    }
    nap();
    return served;
  }

  function announce(served: readonly Ticket[]): void {
    for (const { claimant } of served) wake(claimant.key);
  }

  function nextInTurn(): Ticket | undefined {
    return shortMs() > 0 ? undefined : waiting.next(CHARGES.filter(isOpen));
  }

  /** Whether nothing but the limit on calls can be in the way. */
  function isOpen(charge: Charge): boolean {
    return !occupied(charge) && Math.max(hold.waitMs(charge), createsWaitMs(charge, 0)) === 0;
  }

  /** How long until the limit on calls leaves room for all that the first in turn needs; those behind it wait as long. */
  function shortMs(): number {
    const first = waiting.first(CHARGES.filter(isOpen));
    if (first === undefined) return 0;
    const needs = hold.trust() === 'full' ? 1 + first.more : 1;
    return requests.waitMs(reserved.places() + Math.min(needs, limits.requestsPerMinute ?? needs) - 1);
  }

  /** Whether all places are taken that only so many can have at a time. */
  function occupied(charge: Charge): boolean {
    const { createsUnderWay: most = Number.POSITIVE_INFINITY } = limits;
    if (charge === 'create' && underWay.creates + reservedFor('create') >= most) return true;
    const probes = underWay.probes + reserved.list().filter(({ role }) => role === 'probe').length;
    return hold.trust() === 'one-probe' && probes > 0;
  }

  /** How long until limits and answers leave room for one more, after everybody reserved and `ahead` others. */
  function waitMs(charge: Charge, ahead: number): number {
    const forCall = requests.waitMs(ahead + reserved.places());
    return Math.max(hold.waitMs(charge), forCall, createsWaitMs(charge, ahead));
  }

  function createsWaitMs(charge: Charge, ahead: number): number {
    const createAt = charge === 'create' ? ledger.freeAt(ahead + reservedFor('create')) : undefined;
    return createAt === undefined ? 0 : createAt - clock.now();
  }

  function reservedFor(charge: Charge): number {
    return reserved.list().filter(({ ticket }) => ticket.charge === charge).length;
  }

  /** Sets the timer for when time alone may free a place. */
  function nap(): void {
    timer?.cancel();
    const ends = reserved.ends().map((endsAtMs) => endsAtMs - clock.monotonic());
    const frees = CHARGES.filter((charge) => waiting.has(charge)).map((charge) => waitMs(charge, 0));
    const delays = [...ends, ...[...frees, shortMs()].filter((delay) => delay > 0)];
    if (delays.length === 0) return;
    timer = clock.setTimer(() => announce(serve()), Math.min(...delays, LONGEST_NAP_MS));
  }

  function wait(charge: Charge, { key, pass }: Claimant): Grant {
    const again = Math.max(pass === undefined ? 0 : (had.get(pass) ?? 0), reserved.spare(key));
    waiting.raise(charge, key, Math.min(again, MOST_TOGETHER - 1));
    nap();
    const ahead = waiting.ahead(charge, key);
    const turnsMs = occupied(charge) ? TURN_MS * (ahead + 1) : 0;
    // Rounded on its own: added to the time of day, a thousandth of a millisecond is lost, and whoever waits asks at once.
    const restMs = Math.ceil(Math.max(waitMs(charge, ahead), turnsMs, shortMs()));
    return { type: 'wait', for: charge, untilMs: clock.now() + restMs };
  }

  function grant(charge: Charge, { key, pass }: Claimant, role: Role): Grant {
    reserved.begun(key);
    if (pass !== undefined) had.set(pass, 1 + (had.get(pass) ?? 0));
    const expenses = charge === 'create' ? [requests.begin(), ledger.begin()] : [requests.begin()];
    const places = { creates: charge === 'create' ? 1 : 0, probes: role === 'probe' ? 1 : 0 };
    underWay.creates += places.creates;
    underWay.probes += places.probes;
    let over = false;
    const close = (how: 'end' | 'cancel'): void => {
      if (over) return;
      over = true;
      for (const expense of expenses) expense[how]();
      underWay.creates -= places.creates;
      underWay.probes -= places.probes;
      reserved.ended(key);
      announce(serve());
    };
    return { type: 'granted', end: () => close('end'), cancel: () => close('cancel') };
  }
}
