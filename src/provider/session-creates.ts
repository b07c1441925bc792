import type { ReadyProvider } from '../application/ports/provider.ts';
import { ProviderError } from '../idp/errors.ts';
import type { Registration } from '../idp/provider.ts';
import type { RefusedCreates } from './refused-creates.ts';
import type { Dealings } from './session-calls.ts';
import { allAtOnce, createTurns } from './turns.ts';

export interface CreatesOptions extends Pick<Dealings, 'adapter' | 'clock' | 'calls' | 'snapshot'> {
  readonly refused: RefusedCreates;
  /** Stores what was spent before a create is called (protocol O2). */
  readonly storeSpent: (signal: AbortSignal) => Promise<void>;
}

/** The calls of {@link ReadyProvider} that make a registration. */
export function creates({
  adapter,
  clock,
  calls,
  snapshot,
  refused,
  storeSpent,
}: CreatesOptions): Pick<ReadyProvider, 'reserveCreate' | 'register'> {
  const inTurn = adapter.manners.creates === 'one-at-a-time' ? createTurns() : allAtOnce;
  return {
    async reserveCreate(applicant, signal) {
      const reservation = refused.reserve(applicant, () => calls.reserve('create', applicant));
      try {
        await storeSpent(signal);
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
  };
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
