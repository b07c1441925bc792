import { TransportError } from './errors.ts';
import type { Transport } from './transport.ts';

/**
 * Without a valid lease nothing is written (protocol O3). Below whatever repeats a request, since a process may stand still
 * in a pause between two tries: each is asked about as it leaves. Reads and watches pass.
 *
 * @param remainingMs for how long nobody else can lead, by the monotonic clock
 */
export function fenced(transport: Transport, remainingMs: () => number): Transport {
  return {
    ...transport,
    async call(request, signal) {
      if (request.method !== 'GET' && remainingMs() <= 0) {
        throw new TransportError('timeout', 'the lease is not ours any more');
      }
      return transport.call(request, signal);
    },
  };
}
