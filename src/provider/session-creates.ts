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
}: CreatesOptions): Pick<ReadyProvider, 'reserveCreate' | 'register' | 'rejectAnswer'> {
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
      const earlier = earlierThan(snapshot.get(registered.registration.id), birth.name);
      if (earlier !== undefined) {
        refused.rejectAnswer(reservation, earlier);
        throw earlier;
      }
      snapshot.see(registered.registration, clock.monotonic());
      return registered;
    },

    rejectAnswer: refused.rejectAnswer,
  };
}

/**
 * Protocol R7: an answer that names what was there before, under another name than the call gave, says nothing of what
 * the call made. The effect is unknown, since the call may have made another registration.
 */
function earlierThan(seen: Registration | undefined, name: string): ProviderError | undefined {
  if (seen?.name === undefined || seen.name === name) return undefined;
  const message = `The provider answered a create with registration ${seen.id}, which existed before.`;
  return new ProviderError('malformed', message, { effect: 'unknown' });
}
