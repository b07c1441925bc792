import { durationMs } from '../api/duration.ts';
import { blockOf, namingOf } from '../api/provider/block.ts';
import type { OAuthProvider } from '../api/provider.ts';
import type { Beginnings } from '../application/ports/provider.ts';
import { createBudget } from '../idp/budget.ts';
import type { Limits, Slot } from '../idp/charge.ts';
import type { IdentityProvider } from '../idp/provider.ts';
import type { Chance } from '../runtime/chance.ts';
import type { Clock } from '../runtime/clock.ts';
import { same } from '../runtime/same.ts';
import { standsOn } from './claim.ts';
import { answerTo, isGoneAsAnswered } from './confirmations.ts';
import { createDrifts } from './drift.ts';
import { heldAt } from './held.ts';
import { isOfNamespace } from './identity.ts';
import { isLeaving } from './in-use.ts';
import { countGone, type Gone, isMass } from './inventory.ts';
import { textOf } from './key.ts';
import type { ProviderPass } from './pass.ts';
import { provedApplications } from './proved.ts';
import type { RefusedCreates } from './refused-creates.ts';
import { releasedBy } from './released.ts';
import { createSession, type ObjectView, type Session } from './session.ts';
import { isSuspended } from './suspension.ts';

/** What sessions share in a process. */
export interface SessionSurroundings {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly callDeadlineMs: number;
  readonly leaseRemainingMs: () => number;
  /** A place at the provider is free for the application or provider of this key, or the provider has something to tell. */
  readonly wake: (key: string) => void;
  /** Of all provider objects: the limits count by identity, and a session may be opened anew at any time. */
  readonly beginnings: Beginnings;
}

/** Where creates are called one at a time, the next ones store their operations meanwhile. */
const CREATES_PREPARED = 4;

/** Protocol T5, where the spec says nothing. */
const AUTOMATIC_ROTATIONS_PER_HOUR = 20;

/**
 * A session with a budget that knows what was spent before, by this process or another: it outlives a restart in the
 * status, and other credentials do not make it forget.
 */
export function openSession(
  pass: ProviderPass,
  adapter: IdentityProvider,
  refused: RefusedCreates | undefined,
  surroundings: SessionSurroundings,
): Session {
  const { key, provider, ports, writer } = pass;
  const { clock, chance, wake } = surroundings;
  let gone: Missing = { missing: 0, held: 0 };
  const current = (): OAuthProvider => ports.providers.get(key) ?? provider;
  const loss = () => lossIn(gone, current());
  const limits = limitsOf(provider.spec.limits, adapter);
  const object = viewOf(pass, adapter, loss);

  return createSession({
    ...surroundings,
    adapter,
    object,
    drifts: createDrifts({ ...object, differences: adapter.differences }, ports.seals),
    refused,
    budget: createBudget({ limits, spent: spentBefore(pass), clock, chance, wake }),
    clusterTime: ports.clusterTime,
    claim() {
      const now = ports.providers.get(key);
      if (now === undefined) return 'lost';
      const isForeign = standsOn(now.status?.servedBy, ports.installation) === 'foreign';
      return isForeign || !ports.shard.serves(now) || !object.isOf(now) ? 'lost' : 'ours';
    },
    onThrottled: () => wake(textOf(key)),
    storeSpent: async (budget, signal) => {
      await writer.write((status) => ({ ...status, budget }), signal);
    },
    async onListing(seen, asker, signal) {
      const proved = await provedApplications(key, ports, signal);
      const before = loss();
      const held = await heldAt(adapter.identity, proved, { ...pass, signal });
      gone = countGone(held, seen.all());
      const after = loss();
      // Only a pass over the provider object tells of it, and looks until they are back.
      if (after !== 'single' && after !== before && asker.key !== textOf(key)) wake(textOf(key));
    },
  });
}

/** What the last listing lacked. */
type Missing = Pick<Gone, 'missing' | 'held'>;

/** `mass`: so many registrations that something else must be wrong (protocol B1); `confirmed`: a person has said that not. */
type Loss = 'mass' | 'confirmed' | 'single';

function lossIn(gone: Missing, current: OAuthProvider): Loss {
  if (!isMass(gone)) return 'single';
  return isGoneAsAnswered(gone.missing, current) ? 'confirmed' : 'mass';
}

/** What people may change while the session is open is asked of the object as it is now, and the rest was said once. */
function viewOf({ key, provider, ports }: ProviderPass, adapter: IdentityProvider, loss: () => Loss): ObjectView {
  const { automaticRotationsPerHour = AUTOMATIC_ROTATIONS_PER_HOUR } = provider.spec.limits ?? {};
  const current = (): OAuthProvider => ports.providers.get(key) ?? provider;
  return {
    ref: { kind: provider.kind, name: provider.metadata.name, uid: provider.metadata.uid },
    naming: adapter.manners.ownerMark === 'stored' ? 'Marked' : namingOf(provider.spec),
    automaticRotationsPerHour,
    deepResyncMs: durationMs(provider.spec.deepResyncInterval),
    brake: () => (loss() === 'mass' ? 'mass-disappearance' : 'off'),
    intake: () => (isLeaving(current()) ? 'closed' : 'open'),
    activity: () => (isSuspended(current()) ? 'suspended' : 'working'),
    moving(former) {
      if (!isOfNamespace(key.namespace, former)) return 'refused';
      return answerTo('identity', current()) === adapter.identity ? 'confirmed' : 'unconfirmed';
    },
    released: (namespace, uid) => releasedBy(current(), namespace, uid),
    isOf: ({ metadata, spec }) => metadata.uid === provider.metadata.uid && leadsToTheSame(provider.spec, spec),
  };
}

/** The block says whom a session talks to, and as whom; the rest of the spec how much, and for whom. */
function leadsToTheSame(one: OAuthProvider['spec'], other: OAuthProvider['spec']): boolean {
  const block = blockOf(one);
  return same(one[block], other[block]);
}

/**
 * The last session of the process knows best: what it began is stored at once, and seen in the cache a little later. So
 * is what others stored before we got the claim.
 */
function spentBefore({ key, provider, ports, writer }: ProviderPass): readonly Slot[] {
  const last = ports.sessions.attempt(key);
  const budget = last?.uid === provider.metadata.uid ? last.session.spent() : writer.current().status?.budget;
  return budget?.spent ?? [];
}

/** What the spec says, else what the provider is known to bear. */
function limitsOf(said: OAuthProvider['spec']['limits'], { limits, manners }: IdentityProvider): Limits {
  return {
    createsPerHour: said?.createsPerHour ?? limits.createsPerHour,
    createsPerDay: said?.createsPerDay ?? limits.createsPerDay,
    createsPerWeek: said?.createsPerWeek ?? limits.createsPerWeek,
    requestsPerMinute: said?.requestsPerMinute ?? limits.requestsPerMinute,
    createsUnderWay: manners.creates === 'one-at-a-time' ? CREATES_PREPARED : undefined,
  };
}
