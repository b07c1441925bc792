import { MANAGED_BY } from '../api/names.ts';
import { leaseStore } from '../kube/lease.ts';
import { type ClientOptions, createClient } from '../kube/rest-client.ts';
import type { LeaderEvent } from '../runtime/election.ts';
import { electLeader } from '../runtime/leader.ts';
import type { Leadership } from '../runtime/leadership.ts';
import { firstOf } from '../runtime/signals.ts';
import type { Log } from '../telemetry/log.ts';
import type { Base } from './footing.ts';
import { createNeed, needingStore } from './readiness.ts';

const NO_LEASE = 'the Lease cannot be read or written';

/**
 * Waits until `holder` has the Lease. `stop` ends the wait, and not the Lease: what is under way ends first, and needs it.
 * `ended` ends both.
 *
 * @throws the reason of either signal while it waits
 * @throws LeadershipLost as `set-back`
 */
export async function electedAs(
  holder: string,
  base: Base,
  stop: AbortSignal,
  ended: AbortSignal,
): Promise<Leadership> {
  const giveUp = new AbortController();
  const onStop = (): void => giveUp.abort(stop.reason);
  stop.addEventListener('abort', onStop, { once: true });
  stop.throwIfAborted();
  try {
    return await electLeader(electionOf(base, holder), firstOf(giveUp.signal, ended));
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

function electionOf(base: Base, identity: string) {
  const { config, connection, clock, serverTime, chance, log, namespace, health } = base;
  const { name, durationMs, renewDeadlineMs, retryMs } = config.lease;
  const options: ClientOptions = { transport: connection.lease, clock, serverTime, fieldManager: MANAGED_BY };
  const lease = createNeed(NO_LEASE, 'met');
  health.add('ready', 'lease', lease.check);
  return {
    store: needingStore(leaseStore(createClient(options), { namespace, name }), lease),
    clock,
    chance,
    identity,
    durationMs,
    renewDeadlineMs,
    retryMs,
    onEvent: (event: LeaderEvent) => tell(log, event),
  };
}

function tell(log: Log, event: LeaderEvent): void {
  switch (event.type) {
    case 'acquired':
    case 'released':
      log.info('leader election', { event: event.type });
      break;
    case 'lost':
      log.error('leader election', { event: event.type, error: event.reason });
      break;
    case 'store-failed':
      log.warn('leader election', { event: event.type, error: event.error });
      break;
  }
}
