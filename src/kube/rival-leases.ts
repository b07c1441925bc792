import { z } from 'zod';
import type { RivalLeases } from '../provider/ports.ts';
import type { Clock } from '../runtime/clock.ts';
import type { KubeClient } from './client.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { isForbidden, isNotFound } from './errors.ts';
import type { KubeObject } from './object.ts';
import { LEASES, type Ref } from './resources.ts';

/** `namespace/name`, as it stands in a status that others may write. */
const NAME = /^([a-z0-9-]{1,63})\/([a-z0-9.-]{1,253})$/;

const SPEC = z.object({ holderIdentity: z.string().nullish(), leaseDurationSeconds: z.int().min(1).nullish() });

/** What a Lease was when it was seen last, and since when it has been that. */
interface Sighting {
  readonly version: string;
  readonly sinceMs: number;
}

/** A Lease as it is now. `forMs`: how long its holder may rely on it. */
interface State {
  readonly version: string;
  readonly forMs: number;
}

const GONE: State = { version: 'gone', forMs: 0 };

/**
 * {@link RivalLeases} over the API server. Times that stand in the Lease are of somebody else's clock and are not read.
 *
 * @param settlingMs added to the Lease's own duration: how long a request of its holder may linger (protocol O4)
 */
export function rivalLeases(client: KubeClient, clock: Clock, settlingMs: number): RivalLeases {
  const sightings = new Map<string, Sighting>();

  return {
    async remainingMs(lease, signal) {
      const [, namespace, name] = NAME.exec(lease) ?? [];
      if (namespace === undefined || name === undefined) return 'unreadable';
      const state = await read({ resource: LEASES, namespace, name }, signal);
      if (state === 'unreadable') return 'unreadable';
      const before = sightings.get(lease);
      const now = clock.monotonic();
      const sinceMs = before?.version === state.version ? before.sinceMs : now;
      sightings.set(lease, { version: state.version, sinceMs });
      return Math.max(0, sinceMs + state.forMs + settlingMs - now);
    },
  };

  async function read(ref: Ref, signal: AbortSignal): Promise<State | 'unreadable'> {
    return inWordsOfThePorts('forbidden', async () => {
      try {
        return stateOf(await client.get(ref, signal));
      } catch (error) {
        if (isNotFound(error)) return GONE;
        if (isForbidden(error)) return 'unreadable';
        throw error;
      }
    });
  }
}

/** A Lease without a holder was released; one that does not say for how long it is held is held for good. */
function stateOf({ metadata, spec }: KubeObject): State | 'unreadable' {
  const { data } = SPEC.safeParse(spec ?? {});
  if (data === undefined) return 'unreadable';
  const version = `${metadata.uid} ${metadata.resourceVersion}`;
  const { holderIdentity, leaseDurationSeconds } = data;
  if (!holderIdentity) return { version, forMs: 0 };
  return leaseDurationSeconds == null ? 'unreadable' : { version, forMs: leaseDurationSeconds * 1000 };
}
