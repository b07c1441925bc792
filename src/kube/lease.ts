import { z } from 'zod';
import type { LeaseRecord, LeaseStore } from '../runtime/election.ts';
import type { KubeClient } from './client.ts';
import { isAlreadyExists, isConflict, isNotFound, TransportError } from './errors.ts';
import type { KubeObject } from './object.ts';
import type { Ref } from './resources.ts';
import { LEASES } from './resources.ts';

const SPEC = z.looseObject({
  holderIdentity: z.string().nullish(),
  leaseDurationSeconds: z.number().nullish(),
  acquireTime: z.string().nullish(),
  renewTime: z.string().nullish(),
  leaseTransitions: z.number().nullish(),
});

/**
 * A Lease (coordination.k8s.io/v1) as the elector's store.
 *
 * Give it a client over the lease connection and without retries, so that neither load nor patience delays a renewal.
 * Fields and labels that others put on the Lease stay.
 */
export function leaseStore(
  client: KubeClient,
  name: { readonly namespace: string; readonly name: string },
): LeaseStore {
  const ref: Ref = { resource: LEASES, ...name };
  /** What is around the record. A write with another version than this one's is refused by the server, as it must be. */
  let latest: KubeObject | undefined;

  return {
    async read(signal) {
      try {
        return remember(await client.get(ref, signal));
      } catch (error) {
        if (!isNotFound(error)) throw error;
        latest = undefined;
        return undefined;
      }
    },

    async create(record, signal) {
      try {
        return remember(await client.create(LEASES, { metadata: { ...name }, spec: specOf(record) }, {}, signal));
      } catch (error) {
        if (isAlreadyExists(error)) return 'conflict';
        throw error;
      }
    },

    async update(record, signal) {
      if (latest === undefined) return 'conflict';
      const metadata = { ...latest.metadata, resourceVersion: record.version };
      const spec = { ...SPEC.safeParse(latest['spec']).data, ...specOf(record) };
      try {
        return remember(await client.replace(ref, { ...latest, metadata, spec }, {}, signal));
      } catch (error) {
        if (isConflict(error) || isNotFound(error)) return 'conflict';
        throw error;
      }
    },
  };

  function remember(lease: KubeObject): LeaseRecord {
    const spec = SPEC.safeParse(lease['spec'] ?? {});
    if (!spec.success) throw new TransportError('malformed', 'the Lease has no readable spec');
    latest = lease;
    const { holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions } = spec.data;
    return {
      holder: holderIdentity === null || holderIdentity === '' ? undefined : holderIdentity,
      durationSeconds: leaseDurationSeconds ?? 0,
      acquireTime: acquireTime ?? '',
      renewTime: renewTime ?? '',
      transitions: leaseTransitions ?? 0,
      version: lease.metadata.resourceVersion,
    };
  }
}

/** An empty holder is no identity: a released Lease has none. */
function specOf({ holder, durationSeconds, acquireTime, renewTime, transitions }: Omit<LeaseRecord, 'version'>) {
  return {
    holderIdentity: holder,
    leaseDurationSeconds: durationSeconds,
    acquireTime,
    renewTime,
    leaseTransitions: transitions,
  };
}
