import type { Claimant, ReadyProvider, Reservation } from '../application/ports.ts';
import { Held } from '../application/ports.ts';
import type { Budget, Grant } from '../idp/budget.ts';
import { ProviderError } from '../idp/errors.ts';
import type { IdentityProvider, Registration } from '../idp/provider.ts';
import { type Clock, deadline } from '../runtime/clock.ts';
import { createSnapshot, type Snapshot } from './snapshot.ts';

export interface SessionOptions {
  readonly ref: ReadyProvider['ref'];
  readonly adapter: IdentityProvider;
  readonly budget: Budget;
  readonly naming: ReadyProvider['naming'];
  readonly automaticRotationsPerHour: number;
  readonly clock: Clock;
  /** Longest call, in ms (protocol O3). */
  readonly callDeadlineMs: number;
  /** Milliseconds left of our lease. */
  readonly leaseRemainingMs: () => number;
  /** Stores what was spent before a create is called (protocol O2). */
  readonly storeSpent: (signal: AbortSignal) => Promise<void>;
  /** Looks over every complete listing as it comes. */
  readonly onListing: (registrations: readonly Registration[]) => void;
  /** Whether too many registrations are missing (protocol B1), and whether new applications are taken (D5). */
  readonly brake: () => ReadyProvider['brake'];
  readonly intake: () => ReadyProvider['intake'];
}

/** A provider as we work with it: one credential, its budget, and what was last seen there. */
export interface Session extends ReadyProvider {
  readonly snapshot: Snapshot;
}

/** A call must end before the lease does, with time left for the write that follows it. */
const LEASE_MARGIN_MS = 1_000;

/** Asked again after this when the lease is too short for a call. */
const LEASE_PAUSE_MS = 1_000;

type GrantedPlace = Extract<Grant, { type: 'granted' }>;

/**
 * Puts budget, fence, deadline and snapshot around an adapter, the same for every call.
 *
 * Nothing is sent without a place from the budget and a lease that outlives the call (protocol O3).
 */
export function createSession(options: SessionOptions): Session {
  const { adapter, budget, clock } = options;
  const snapshot = createSnapshot();
  const places = new WeakMap<Reservation, GrantedPlace>();
  let last: { readonly startedAtMs: number; readonly registrations: readonly Registration[] } | undefined;

  return {
    type: 'ready',
    snapshot,
    ref: options.ref,
    identity: adapter.identity,
    issuer: adapter.issuer,
    manners: adapter.manners,
    honours: adapter.honours,
    naming: options.naming,
    deadlineSeconds: Math.ceil(options.callDeadlineMs / 1000),
    automaticRotationsPerHour: options.automaticRotationsPerHour,
    get brake() {
      return options.brake();
    },
    get intake() {
      return options.intake();
    },
    refusals: (wanted) => adapter.refusals(wanted),
    differences: (wanted, found) => adapter.differences(wanted, found),
    known: (id) => snapshot.get(id),
    named: (name) => snapshot.named(name),
    listing,

    async reserveCreate(claimant, signal) {
      const reservation = reserve('create', claimant);
      try {
        await options.storeSpent(signal);
      } catch (error) {
        reservation.giveBack();
        throw error;
      }
      return reservation;
    },

    async register(reservation, name, wanted, endsAtMs, signal) {
      const startedAtMs = clock.monotonic();
      const registered = await reserved(reservation, 'create', endsAtMs, signal, (limit) =>
        adapter.register(name, wanted, limit),
      );
      snapshot.see(registered.registration, startedAtMs);
      return registered;
    },

    async get(id, claimant, signal) {
      const startedAtMs = clock.monotonic();
      const found = await called(claimant, signal, (limit) => adapter.get(id, limit));
      snapshot.see(found, startedAtMs);
      return found;
    },

    async update(id, wanted, fields, claimant, signal) {
      const updated = await called(claimant, signal, (limit) => adapter.update(id, wanted, fields, limit));
      snapshot.see(updated, clock.monotonic());
      return updated;
    },

    reserveCall: (claimant) => reserve('call', claimant),

    issueSecret: (reservation, id, secretName, endsAtMs, signal) =>
      reserved(reservation, 'call', endsAtMs, signal, (limit) => adapter.issueSecret(id, secretName, limit)),

    verify: (credentials, claimant, signal) => called(claimant, signal, (limit) => adapter.verify(credentials, limit)),

    async remove(id, claimant, signal) {
      await called(claimant, signal, (limit) => adapter.remove(id, limit));
      snapshot.forget(id);
    },
  };

  async function listing(
    startedAfterMs: number,
    claimant: Claimant,
    signal: AbortSignal,
  ): Promise<readonly Registration[]> {
    if (last !== undefined && last.startedAtMs >= startedAfterMs) return last.registrations;
    const startedAtMs = clock.monotonic();
    const { registrations } = await called(claimant, signal, (limit) => adapter.inventory(limit));
    snapshot.replace(registrations, startedAtMs);
    if (last === undefined || last.startedAtMs < startedAtMs) last = { startedAtMs, registrations };
    options.onListing(registrations);
    return registrations;
  }

  function reserve(charge: 'create' | 'call', claimant: Claimant): Reservation {
    fence();
    const grant = budget.take(charge, claimant);
    if (grant.type === 'wait') throw new Held(grant.for, grant.untilMs);
    const reservation: Reservation = { giveBack: () => grant.cancel() };
    places.set(reservation, grant);
    return reservation;
  }

  async function called<T>(
    claimant: Claimant,
    signal: AbortSignal,
    call: (limit: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return reserved(reserve('call', claimant), 'call', clock.monotonic() + options.callDeadlineMs, signal, call);
  }

  async function reserved<T>(
    reservation: Reservation,
    charge: 'create' | 'call',
    endsAtMs: number,
    signal: AbortSignal,
    call: (limit: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const forMs = Math.min(endsAtMs - clock.monotonic(), options.leaseRemainingMs() - LEASE_MARGIN_MS);
    if (forMs <= 0) {
      reservation.giveBack();
      throw new Held('lease', clock.now() + LEASE_PAUSE_MS);
    }
    const limit = deadline(clock, forMs, signal);
    try {
      const answer = await call(limit.signal);
      budget.answered('well');
      return answer;
    } catch (error) {
      account(error, charge);
      throw error;
    } finally {
      limit.clear();
      places.get(reservation)?.end();
    }
  }

  function account(error: unknown, charge: 'create' | 'call'): void {
    if (!(error instanceof ProviderError)) return;
    switch (error.code) {
      case 'throttled':
        budget.throttled(charge, error.details.retryAfterMs);
        break;
      case 'unavailable':
      case 'lost':
      case 'unauthorized':
        budget.answered('unavailable');
        break;
      case 'rejected':
      case 'forbidden':
      case 'needs-person':
      case 'not-found':
      case 'conflict':
      case 'malformed':
        budget.answered('well');
        break;
    }
  }

  function fence(): void {
    if (options.leaseRemainingMs() <= 2 * LEASE_MARGIN_MS) {
      throw new Held('lease', clock.now() + LEASE_PAUSE_MS);
    }
  }
}
