import type { Clock } from '../runtime/clock.ts';
import type { Charge } from './charge.ts';
import type { Ticket } from './waiting.ts';

/** A probe is the only call that is let through to see whether a provider has come back. */
export type Role = 'ordinary' | 'probe';

/** A place that is kept for a claimant who was woken and has not come yet. */
export interface Reservation {
  readonly ticket: Ticket;
  readonly role: Role;
  /** On the monotonic clock. */
  readonly endsAtMs: number;
}

/**
 * The places kept at a time, at most one for each key and charge, and besides the spare ones of a key: for the calls that
 * its pass makes before and after that one. What is kept for a key is given up ten seconds after it was, or after the last
 * call of that key has ended.
 */
export interface Reservations {
  /** A probe has no spare places. */
  keep(ticket: Ticket, role: Role): void;
  find(charge: Charge, key: string): Reservation | undefined;
  remove(charge: Charge, key: string): void;
  /** How many spare places are kept for `key`. */
  spare(key: string): number;
  /** Takes one spare place of `key`. */
  useSpare(key: string): void;
  /** A call of `key` is under way: what is kept for it stays so until that has ended. */
  begun(key: string): void;
  ended(key: string): void;
  /** Gives up those whose time is over: who did not come lost the turn. */
  expire(): void;
  /** Takes back all that are kept for `charge`, the latest first; with those for calls the spare ones. */
  withdraw(charge: Charge): readonly Ticket[];
  list(): readonly Reservation[];
  /** How many are kept, the spare ones included. */
  places(): number;
  /** When something is given up, unless it is taken: on the monotonic clock. */
  ends(): readonly number[];
}

interface Spare {
  readonly places: number;
  readonly endsAtMs: number;
}

const KEPT_MS = 10_000;

/** No places kept. */
export function createReservations(clock: Clock): Reservations {
  const kept: Record<Charge, Map<string, Reservation>> = { create: new Map(), call: new Map() };
  const spares = new Map<string, Spare>();

  return {
    keep(ticket, role) {
      const { key } = ticket.claimant;
      const endsAtMs = clock.monotonic() + KEPT_MS;
      kept[ticket.charge].set(key, { ticket, role, endsAtMs });
      const places = role === 'probe' ? 0 : ticket.more;
      if (places > spare(key)) spares.set(key, { places, endsAtMs });
    },
    find: (charge, key) => kept[charge].get(key),
    remove(charge, key) {
      kept[charge].delete(key);
    },
    spare,
    useSpare(key) {
      const { places, endsAtMs } = spares.get(key) ?? { places: 0, endsAtMs: 0 };
      if (places > 1) spares.set(key, { places: places - 1, endsAtMs });
      else spares.delete(key);
    },
    begun: (key) => keepUntil(key, Number.POSITIVE_INFINITY),
    ended: (key) => keepUntil(key, clock.monotonic() + KEPT_MS),
    expire() {
      const now = clock.monotonic();
      for (const { ticket, endsAtMs } of list()) {
        if (endsAtMs <= now) kept[ticket.charge].delete(ticket.claimant.key);
      }
      for (const [key, { endsAtMs }] of [...spares]) if (endsAtMs <= now) spares.delete(key);
    },
    withdraw(charge) {
      const tickets = [...kept[charge].values()].map(({ ticket }) => ticket);
      kept[charge].clear();
      if (charge === 'call') spares.clear();
      return tickets.reverse();
    },
    list,
    places: () => [...spares.values()].reduce((sum, { places }) => sum + places, list().length),
    ends: () => [...list(), ...spares.values()].map(({ endsAtMs }) => endsAtMs),
  };

  function list(): readonly Reservation[] {
    return [...kept.create.values(), ...kept.call.values()];
  }

  function spare(key: string): number {
    return spares.get(key)?.places ?? 0;
  }

  function keepUntil(key: string, endsAtMs: number): void {
    for (const reservations of Object.values(kept)) {
      const reservation = reservations.get(key);
      if (reservation !== undefined) reservations.set(key, { ...reservation, endsAtMs });
    }
    const left = spares.get(key);
    if (left !== undefined) spares.set(key, { ...left, endsAtMs });
  }
}
