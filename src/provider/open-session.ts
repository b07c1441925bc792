import { namingOf } from '../api/provider/block.ts';
import type { OAuthProvider } from '../api/provider.ts';
import { type Budget, createBudget, type Limits } from '../idp/budget.ts';
import type { IdentityProvider, Registration } from '../idp/provider.ts';
import type { Chance } from '../runtime/chance.ts';
import type { Clock } from '../runtime/clock.ts';
import { compare, isMass } from './inventory.ts';
import { isConfirmed } from './look-over.ts';
import type { ProviderPass } from './reconcile.ts';
import { createSession, type Session } from './session.ts';

/** What sessions share in a process. */
export interface SessionSurroundings {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly callDeadlineMs: number;
  readonly leaseRemainingMs: () => number;
  /** A place at the provider is free for the application or provider of this key. */
  readonly wake: (key: string) => void;
}

/** Protocol T5, where the spec says nothing. */
const AUTOMATIC_ROTATIONS_PER_HOUR = 20;

/** A session with a budget that knows what was spent before. */
export function openSession(pass: ProviderPass, adapter: IdentityProvider, surroundings: SessionSurroundings): Session {
  const { key, provider, ports, writer } = pass;
  const { clock, chance, wake } = surroundings;
  const { automaticRotationsPerHour = AUTOMATIC_ROTATIONS_PER_HOUR } = provider.spec.limits ?? {};
  const spent = provider.status?.budget?.spent ?? [];
  const budget = createBudget({ limits: limitsOf(provider.spec.limits, adapter), spent, clock, chance, wake });
  let mass: 'mass' | 'single' = 'single';

  const session = createSession({
    ...surroundings,
    adapter,
    budget,
    ref: { kind: provider.kind, name: provider.metadata.name, uid: provider.metadata.uid },
    naming: namingOf(provider.spec),
    automaticRotationsPerHour,
    storeSpent: async (signal) => {
      await writer.write((status) => ({ ...status, budget: budgetStatus(budget) }), signal);
    },
    onListing(registrations) {
      mass = isMassIn(registrations) ? 'mass' : 'single';
    },
    brake() {
      const current = ports.providers.get(key) ?? provider;
      return mass === 'mass' && !isConfirmed({ provider: current }) ? 'mass-disappearance' : 'off';
    },
    intake: () => (ports.providers.get(key)?.metadata.deletionTimestamp === undefined ? 'open' : 'closed'),
  });
  return session;

  function isMassIn(registrations: readonly Registration[]): boolean {
    return isMass(compare(ports.providers.applications(key), registrations, adapter.identity, () => 'agrees'));
  }
}

function budgetStatus(budget: Budget) {
  const nextCreateAt = budget.nextCreateAt();
  return {
    spent: [...budget.spent],
    ...(nextCreateAt === undefined ? {} : { nextCreateAt: new Date(nextCreateAt).toISOString() }),
  };
}

/** What the spec says, else what the provider is known to bear. */
function limitsOf(said: OAuthProvider['spec']['limits'], { limits, manners }: IdentityProvider): Limits {
  return {
    createsPerHour: said?.createsPerHour ?? limits.createsPerHour,
    createsPerDay: said?.createsPerDay ?? limits.createsPerDay,
    createsPerWeek: said?.createsPerWeek ?? limits.createsPerWeek,
    requestsPerMinute: said?.requestsPerMinute ?? limits.requestsPerMinute,
    creates: manners.creates,
  };
}
