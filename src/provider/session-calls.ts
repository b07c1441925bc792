import type { ReadyProvider } from '../application/ports/provider.ts';
import type { Claimant } from '../idp/charge.ts';
import { isNotFound, ProviderError } from '../idp/errors.ts';
import type { IdentityProvider, Inspection, Registration } from '../idp/provider.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Calls, Send } from './calls.ts';
import type { Listings } from './listings.ts';
import type { Snapshot } from './snapshot.ts';

/** The way to a provider, and what is remembered of its answers. */
export interface Dealings {
  readonly adapter: IdentityProvider;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly calls: Calls;
  readonly snapshot: Snapshot;
  readonly listings: Pick<Listings, 'believeFrom'>;
}

/** The calls of {@link ReadyProvider} that change nothing, but for the listing. */
export function reads(dealings: Dealings): Pick<ReadyProvider, 'get' | 'inspect' | 'getWithSecrets' | 'verify'> {
  const { adapter, clock, calls, snapshot } = dealings;
  return {
    async get(id, claimant, signal) {
      const startedAtMs = clock.monotonic();
      const send = (limit: AbortSignal) => adapter.get(id, limit);
      const found = await calls.called(claimant, { send, signal }).catch(forgetMissing(id, dealings));
      snapshot.see(found, startedAtMs);
      return found;
    },

    inspect: (id, claimant, signal) => looked(id, claimant, { send: (limit) => adapter.inspect(id, limit), signal }),
    getWithSecrets: (id, claimant, signal) =>
      looked(id, claimant, { send: (limit) => adapter.getWithSecrets(id, limit), signal }),

    verify: async (credentials, claimant, signal) =>
      calls.called(claimant, { send: (limit) => adapter.verify(credentials, limit), signal }).catch(unanswered),
  };

  async function looked(id: string, claimant: Claimant, call: Send<Inspection>): Promise<Inspection> {
    const startedAtMs = clock.monotonic();
    const inspection = await calls.called(claimant, call).catch(forgetMissing(id, dealings));
    snapshot.see(inspection.registration, startedAtMs);
    return inspection;
  }
}

type Changes = Pick<ReadyProvider, 'update' | 'mark' | 'reserveCall' | 'issueSecret' | 'retireSecret' | 'remove'>;

/** The calls of {@link ReadyProvider} that change a registration that is there. */
export function changes(dealings: Dealings): Changes {
  const { adapter, clock, calls, snapshot } = dealings;
  return {
    update: (found, wanted, fields, claimant, signal) =>
      changed(found.id, claimant, { send: (limit) => adapter.update(found, wanted, fields, limit), signal }),

    mark: (found, mark, claimant, signal) =>
      changed(found.id, claimant, { send: (limit) => adapter.mark(found, mark, limit), signal }),

    reserveCall: (claimant) => calls.reserve('call', claimant),

    issueSecret(reservation, id, secretName, endsAtMs, signal) {
      const send = (limit: AbortSignal) => adapter.issueSecret(id, secretName, limit);
      return calls.reserved(reservation, 'call', endsAtMs, { send, signal }).catch(forgetMissing(id, dealings));
    },

    retireSecret: (id, secretName, claimant, signal) =>
      calls.called(claimant, { send: (limit) => adapter.retireSecret(id, secretName, limit), signal }),

    async remove(id, claimant, signal) {
      const send = (limit: AbortSignal) => adapter.remove(id, limit);
      await calls.called(claimant, { send, signal }).catch(forgetMissing(id, dealings));
      snapshot.forget(id);
    },
  };

  async function changed(id: string, claimant: Claimant, call: Send<Registration>): Promise<Registration> {
    const after = await calls.called(claimant, call).catch(forgetMissing(id, dealings));
    snapshot.see(after, clock.monotonic());
    return after;
  }
}

/**
 * A registration that the provider says is missing stays missing until a listing shows it. One that began before it was
 * seen last cannot tell whether it is gone (protocol D2).
 */
function forgetMissing(id: string, { snapshot, listings }: Dealings): (error: unknown) => never {
  return (error) => {
    if (isNotFound(error)) {
      const seenAtMs = snapshot.seenAtMs(id);
      if (seenAtMs !== undefined) listings.believeFrom(seenAtMs);
      snapshot.forget(id);
    }
    throw error;
  };
}

/** What fails at the provider says nothing of the credentials that were tried. */
function unanswered(error: unknown): 'unanswered' {
  if (error instanceof ProviderError) return 'unanswered';
  throw error;
}
