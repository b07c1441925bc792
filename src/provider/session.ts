import type { BudgetStatus, OAuthProvider } from '../api/provider.ts';
import type { ReadyProvider } from '../application/ports/provider.ts';
import type { Budget } from '../idp/budget.ts';
import type { Claimant } from '../idp/charge.ts';
import { isNotFound, ProviderError } from '../idp/errors.ts';
import type { IdentityProvider, Inspection, Inventory, Registration } from '../idp/provider.ts';
import { type CallOptions, createCalls } from './calls.ts';
import { type Begun, createListings, type Listing, type Listings } from './listings.ts';
import { createRefusedCreates } from './refused-creates.ts';
import { createSnapshot, type Snapshot } from './snapshot.ts';
import { allAtOnce, createTurns } from './turns.ts';

export interface SessionOptions extends CallOptions {
  readonly ref: ReadyProvider['ref'];
  readonly adapter: IdentityProvider;
  readonly naming: ReadyProvider['naming'];
  /** Time as the API server has it, in epoch ms (protocol T6). */
  readonly clusterTime: () => number;
  readonly automaticRotationsPerHour: number;
  readonly deepResyncMs: number;
  /** The application of this key may try what was refused. */
  readonly wake: (key: string) => void;
  /** Stores what was spent before a create is called (protocol O2). */
  readonly storeSpent: (spent: BudgetStatus, signal: AbortSignal) => Promise<void>;
  /** Looks over what is known whenever a complete listing has come that `asker` asked for. */
  readonly onListing: (seen: Snapshot, asker: Claimant, signal: AbortSignal) => Promise<void>;
  /** Whether too many registrations are missing (protocol B1), and whether new applications are taken (D5). */
  readonly brake: ReadyProvider['brake'];
  readonly intake: ReadyProvider['intake'];
  readonly activity: ReadyProvider['activity'];
  readonly moving: ReadyProvider['moving'];
  readonly released: ReadyProvider['released'];
  readonly isOf: Session['isOf'];
}

/** A provider as we work with it: one credential, its budget, and what was last seen there. */
export interface Session extends ReadyProvider {
  readonly snapshot: Snapshot;
  /** Whether this is the object that it was made for, and says what it said then of the provider and of who logs in. */
  isOf(provider: OAuthProvider): boolean;
  /** What was spent of the limits, for the status. */
  spent(): BudgetStatus;
  /** How long until the next create can be had, ms; `undefined`: no limit is in the way. */
  nextCreateInMs(): number | undefined;
  /** Creates that were refused to the credentials may be tried again: the provider is in service as it was not before. */
  letIn(): void;
  /** A complete listing that began late enough: {@link Listings.since}. */
  readonly inventory: Listings['since'];
}

/** Puts {@link createCalls | budget, fence and deadline} around an adapter, and remembers what it answers. */
export function createSession(options: SessionOptions): Session {
  const { adapter, budget, clock } = options;
  const calls = createCalls(options);
  const snapshot = createSnapshot(clock);
  const refused = createRefusedCreates({ clock, trialMs: options.callDeadlineMs, wake: options.wake });
  const inTurn = adapter.manners.creates === 'one-at-a-time' ? createTurns() : allAtOnce;
  const listings = createListings(list);

  return {
    snapshot,
    ref: options.ref,
    identity: adapter.identity,
    issuer: adapter.issuer,
    manners: adapter.manners,
    self: adapter.self,
    firstSecretNames: adapter.firstSecretNames,
    honours: adapter.honours,
    clears: adapter.clears,
    unlisted: adapter.unlisted,
    deepResyncMs: options.deepResyncMs,
    remarks: (wanted) => adapter.remarks(wanted),
    naming: options.naming,
    deadlineSeconds: Math.ceil(options.callDeadlineMs / 1000),
    automaticRotationsPerHour: options.automaticRotationsPerHour,
    brake: options.brake,
    intake: options.intake,
    activity: options.activity,
    moving: options.moving,
    released: options.released,
    isOf: options.isOf,
    spent: () => budgetStatus(budget),
    nextCreateInMs() {
      const nextCreateAt = budget.nextCreateAt();
      return nextCreateAt && nextCreateAt - clock.now();
    },
    letIn: () => void refused.forgetCommon(),
    refusals: (wanted) => adapter.refusals(wanted),
    differences: (wanted, found) => adapter.differences(wanted, found),
    conflicts: (wanted, found) => adapter.conflicts(wanted, found),
    known: (id) => snapshot.get(id),
    knownSinceMs: (id) => snapshot.knownSinceMs(id),
    named: (name) => snapshot.named(name),
    marked: (namespace, name) => snapshot.marked(namespace, name),
    inventory: listings.since,
    listing: async (startedAfterMs, claimant, signal) =>
      (await listings.since(startedAfterMs, claimant, signal)).registrations,

    async reserveCreate(applicant, signal) {
      const reservation = refused.reserve(applicant, () => calls.reserve('create', applicant));
      try {
        await options.storeSpent(budgetStatus(budget), signal);
      } catch (error) {
        reservation.giveBack();
        throw error;
      }
      return reservation;
    },

    async register(reservation, birth, wanted, endsAtMs, signal) {
      const send = (limit: AbortSignal) => adapter.register(birth, wanted, limit);
      const create = () => calls.reserved(reservation, 'create', endsAtMs, { send, signal });
      const registered = await inTurn(() => refused.tried(reservation, create));
      refuseEarlier(snapshot.get(registered.registration.id), birth.name);
      snapshot.see(registered.registration, clock.monotonic());
      return registered;
    },

    async get(id, claimant, signal) {
      const startedAtMs = clock.monotonic();
      const send = (limit: AbortSignal) => adapter.get(id, limit);
      const found = await calls.called(claimant, { send, signal }).catch(forgetMissing(id));
      snapshot.see(found, startedAtMs);
      return found;
    },

    inspect: (id, claimant, signal) => looked(id, claimant, (limit) => adapter.inspect(id, limit), signal),
    getWithSecrets: (id, claimant, signal) =>
      looked(id, claimant, (limit) => adapter.getWithSecrets(id, limit), signal),

    async update(found, wanted, fields, claimant, signal) {
      const send = (limit: AbortSignal) => adapter.update(found, wanted, fields, limit);
      const updated = await calls.called(claimant, { send, signal }).catch(forgetMissing(found.id));
      snapshot.see(updated, clock.monotonic());
      return updated;
    },

    async mark(found, mark, claimant, signal) {
      const send = (limit: AbortSignal) => adapter.mark(found, mark, limit);
      const marked = await calls.called(claimant, { send, signal }).catch(forgetMissing(found.id));
      snapshot.see(marked, clock.monotonic());
      return marked;
    },

    retireSecret: (id, secretName, claimant, signal) =>
      calls.called(claimant, { send: (limit) => adapter.retireSecret(id, secretName, limit), signal }),

    reserveCall: (claimant) => calls.reserve('call', claimant),

    issueSecret(reservation, id, secretName, endsAtMs, signal) {
      const send = (limit: AbortSignal) => adapter.issueSecret(id, secretName, limit);
      return calls.reserved(reservation, 'call', endsAtMs, { send, signal }).catch(forgetMissing(id));
    },

    verify: async (credentials, claimant, signal) =>
      calls.called(claimant, { send: (limit) => adapter.verify(credentials, limit), signal }).catch(unanswered),

    async remove(id, claimant, signal) {
      await calls.called(claimant, { send: (limit) => adapter.remove(id, limit), signal }).catch(forgetMissing(id));
      snapshot.forget(id);
    },
  };

  /**
   * What the provider says is not there is not seen again before a listing shows it. One from before it was seen last
   * says nothing of where it has gone (protocol D2).
   */
  function forgetMissing(id: string): (error: unknown) => never {
    return (error) => {
      if (isNotFound(error)) {
        const seenAtMs = snapshot.seenAtMs(id);
        if (seenAtMs !== undefined) listings.believeFrom(seenAtMs);
        snapshot.forget(id);
      }
      throw error;
    };
  }

  async function looked(
    id: string,
    claimant: Claimant,
    send: (limit: AbortSignal) => Promise<Inspection>,
    signal: AbortSignal,
  ): Promise<Inspection> {
    const startedAtMs = clock.monotonic();
    const inspection = await calls.called(claimant, { send, signal }).catch(forgetMissing(id));
    snapshot.see(inspection.registration, startedAtMs);
    return inspection;
  }

  function list(claimant: Claimant, signal: AbortSignal): Begun {
    const startedAtMs = clock.monotonic();
    // Throws at once where there is no place, so that nobody shares in the waiting of another.
    const call = calls.called(claimant, { send: (limit) => adapter.inventory(limit), signal });
    return { startedAtMs, answer: call.then(takenIn) };

    async function takenIn({ registrations }: Inventory): Promise<Listing> {
      const at = new Date(options.clusterTime()).toISOString();
      snapshot.replace(registrations, startedAtMs);
      // Nobody goes by it before it is known how much is missing in it (protocol B1).
      await options.onListing(snapshot, claimant, signal);
      return { startedAtMs, at, registrations };
    }
  }
}

/**
 * Protocol R7: an answer that names what was there before, under another name than the call gave, says nothing of what
 * the call made.
 *
 * @throws ProviderError with an unknown effect, since the call may have made another registration
 */
function refuseEarlier(seen: Registration | undefined, name: string): void {
  if (seen?.name === undefined || seen.name === name) return;
  const message = `The provider answered a create with registration ${seen.id}, which existed before.`;
  throw new ProviderError('malformed', message, { effect: 'unknown' });
}

/** What fails at the provider says nothing of the credentials that were tried. */
function unanswered(error: unknown): 'unanswered' {
  if (error instanceof ProviderError) return 'unanswered';
  throw error;
}

function budgetStatus(budget: Budget): BudgetStatus {
  const nextCreateAt = budget.nextCreateAt();
  return {
    spent: [...budget.spent()],
    ...(nextCreateAt === undefined ? {} : { nextCreateAt: new Date(nextCreateAt).toISOString() }),
  };
}
