import type { Clock } from '../runtime/clock.ts';
import type { Charge } from './charge.ts';
import type { Ticket } from './waiting.ts';

/** A probe is the only call that is let through to see whether a provider has come back. */
type Role = 'ordinary' | 'probe';

/** A place that is kept for a claimant who was woken and has not come yet. */
export interface Reservation {
  readonly ticket: Ticket;
  readonly role: Role;
  /** On the monotonic clock. */
  readonly endsAtMs: number;
}

/** The places kept at a time, at most one for each key and charge. */
export interface Reservations {
  keep(ticket: Ticket, role: Role): void;
  find(charge: Charge, key: string): Reservation | undefined;
  remove(charge: Charge, key: string): void;
  /** Gives up those whose time is over: who did not come lost the turn. */
  expire(): void;
  /** Takes back all that are kept for `charge`, the latest first. */
  withdraw(charge: Charge): readonly Ticket[];
  list(): readonly Reservation[];
}

const KEPT_MS = 10_000;

/** No places kept. */
export function createReservations(clock: Clock): Reservations {
  const kept: Record<Charge, Map<string, Reservation>> = { create: new Map(), call: new Map() };

  return {
    keep(ticket, role) {
      kept[ticket.charge].set(ticket.claimant.key, { ticket, role, endsAtMs: clock.monotonic() + KEPT_MS });
    },
    find: (charge, key) => kept[charge].get(key),
    remove(charge, key) {
      kept[charge].delete(key);
    },
    expire() {
      const now = clock.monotonic();
      for (const { ticket, endsAtMs } of list()) {
        if (endsAtMs <= now) kept[ticket.charge].delete(ticket.claimant.key);
      }
    },
    withdraw(charge) {
      const tickets = [...kept[charge].values()].map(({ ticket }) => ticket);
      kept[charge].clear();
      return tickets.reverse();
    },
    list,
  };

  function list(): readonly Reservation[] {
    return [...kept.create.values(), ...kept.call.values()];
  }
}
