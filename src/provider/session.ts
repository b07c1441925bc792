import type { BudgetStatus, OAuthProvider } from '../api/provider.ts';
import type { Beginnings, ReadyProvider } from '../application/ports/provider.ts';
import type { Budget } from '../idp/budget.ts';
import type { Claimant } from '../idp/charge.ts';
import type { IdentityProvider, Inventory } from '../idp/provider.ts';
import { type CallOptions, createCalls } from './calls.ts';
import type { Drifts } from './drift.ts';
import { type Begun, createListings, type Listing, type Listings } from './listings.ts';
import { createRefusedCreates, type RefusedCreates } from './refused-creates.ts';
import { changes, reads } from './session-calls.ts';
import { creates } from './session-creates.ts';
import { createSnapshot, type Snapshot } from './snapshot.ts';

export interface SessionOptions extends CallOptions {
  readonly adapter: IdentityProvider;
  readonly object: ObjectView;
  readonly drifts: Drifts;
  /** Time as the API server has it, in epoch ms (protocol T6). */
  readonly clusterTime: () => number;
  /** The application of this key may try what was refused. */
  readonly wake: (key: string) => void;
  readonly beginnings: Beginnings;
  /** What creates were refused for in the session before; `undefined`: nothing that still holds. */
  readonly refused: RefusedCreates | undefined;
  /** Stores what was spent before a create is called (protocol O2). */
  readonly storeSpent: (spent: BudgetStatus, signal: AbortSignal) => Promise<void>;
  /** Looks over what is known whenever a complete listing has come that `asker` asked for. */
  readonly onListing: (seen: Snapshot, asker: Claimant, signal: AbortSignal) => Promise<void>;
}

/** What of a session is for the provider object to say, and for the people who own it, and not for the provider. */
export type ObjectView = Pick<
  Session,
  | 'ref'
  | 'naming'
  | 'automaticRotationsPerHour'
  | 'deepResyncMs'
  | 'brake'
  | 'intake'
  | 'activity'
  | 'moving'
  | 'released'
  | 'isOf'
>;

/** A provider as we work with it: one credential, its budget, and what was last seen there. */
export interface Session extends ReadyProvider {
  readonly snapshot: Snapshot;
  /** The creates that were refused, which outlive the session where the next one leads to the same in the same way. */
  readonly refused: RefusedCreates;
  readonly drifts: Drifts;
  /** Whether this is the object that it was made for, and says what it said then of the provider and of who logs in. */
  isOf(provider: OAuthProvider): boolean;
  /** What was spent of the limits, for the status. */
  spent(): BudgetStatus;
  /** How long until the next create can be had, ms; `undefined`: no limit is in the way. */
  nextCreateInMs(): number | undefined;
  /**
   * The provider is in service as it was not before: creates that were refused to the credentials, or that had no answer,
   * may be tried again.
   */
  letIn(): void;
  /** A complete listing that began late enough: {@link Listings.since}. */
  readonly inventory: Listings['since'];
}

/** Puts {@link createCalls | budget, fence and deadline} around an adapter, and remembers what it answers. */
export function createSession(options: SessionOptions): Session {
  const { adapter, budget, clock, callDeadlineMs } = options;
  const calls = createCalls(options);
  const snapshot = createSnapshot(clock);
  const refused = options.refused ?? createRefusedCreates({ clock, trialMs: callDeadlineMs, wake: options.wake });
  const listings = createListings(list);
  const dealings = { adapter, clock, calls, snapshot, listings };
  const storeSpent = (signal: AbortSignal) => options.storeSpent(budgetStatus(budget), signal);

  return {
    ...options.object,
    ...words(adapter),
    ...sightings(snapshot),
    ...reads(dealings),
    ...changes(dealings),
    ...creates({ ...dealings, refused, storeSpent }),
    snapshot,
    refused,
    drifts: options.drifts,
    beginnings: options.beginnings,
    deadlineSeconds: Math.ceil(callDeadlineMs / 1000),
    spent: () => budgetStatus(budget),
    nextCreateInMs() {
      const nextCreateAt = budget.nextCreateAt();
      return nextCreateAt && nextCreateAt - clock.now();
    },
    letIn: refused.letIn,
    inventory: listings.since,
    listing: async (startedAfterMs, claimant, signal) =>
      (await listings.since(startedAfterMs, claimant, signal)).registrations,
  };

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

type Words = 'identity' | 'issuer' | 'manners' | 'self' | 'firstSecretNames' | 'honours' | 'clears' | 'unlisted';
type Judgements = 'remarks' | 'refusals' | 'differences' | 'conflicts';

/** What the adapter knows without a call. One by one: an adapter that is spread would bring its unguarded calls along. */
function words(adapter: IdentityProvider): Pick<Session, Words | Judgements> {
  return {
    identity: adapter.identity,
    issuer: adapter.issuer,
    manners: adapter.manners,
    self: adapter.self,
    firstSecretNames: adapter.firstSecretNames,
    honours: adapter.honours,
    clears: adapter.clears,
    unlisted: adapter.unlisted,
    remarks: (wanted) => adapter.remarks(wanted),
    refusals: (wanted) => adapter.refusals(wanted),
    differences: (wanted, found) => adapter.differences(wanted, found),
    conflicts: (wanted, found) => adapter.conflicts(wanted, found),
  };
}

function sightings(snapshot: Snapshot): Pick<Session, 'known' | 'knownSinceMs' | 'named' | 'marked'> {
  return {
    known: (id) => snapshot.get(id),
    knownSinceMs: (id) => snapshot.knownSinceMs(id),
    named: (name) => snapshot.named(name),
    marked: (namespace, name) => snapshot.marked(namespace, name),
  };
}

function budgetStatus(budget: Budget): BudgetStatus {
  const nextCreateAt = budget.nextCreateAt();
  return {
    spent: [...budget.spent()],
    ...(nextCreateAt === undefined ? {} : { nextCreateAt: new Date(nextCreateAt).toISOString() }),
  };
}
