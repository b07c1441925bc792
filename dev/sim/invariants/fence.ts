import { isRecord } from '../../../src/kube/object.ts';
import { LEASES } from '../../../src/kube/resources.ts';
import { OWN_NAMESPACE } from '../manifests.ts';
import type { World } from '../world.ts';
import type { Invariant } from './invariant.ts';
import { touches } from './requests.ts';

/** For so long a leader need not ask the API server, ms; the renew deadline that the world sets. */
const LONGEST_REIGN_MS = 70_000;

/** A request is judged as it leaves its process: how long it then takes, nobody can know. */
export const fence: Invariant = {
  name: 'leader-alone',
  promise: 'No process asks a provider for a change while another holds the Lease.',
  rules: ['O3'],
  attend({ world, accuse }) {
    /** By cluster: when an etcd was put back, and the renewal that it brought back. */
    const broughtBack = new Map<number, { readonly atMs: number; renewTime: unknown }>();
    return {
      see(sighting) {
        if (sighting.type === 'act' && sighting.act.type === 'restore' && sighting.act.of === 'etcd') {
          broughtBack.set(sighting.act.cluster, { atMs: world().scheduler.now(), renewTime: undefined });
        }
        if (sighting.type !== 'sent' || sighting.by.type !== 'process' || !touches(sighting)) return;
        const { holderIdentity: holder, renewTime } = leaseOf(world(), sighting.cluster);
        if (typeof holder !== 'string' || holder === '' || holder.startsWith(`${sighting.by.name}-`)) return;
        const restored = broughtBack.get(sighting.cluster);
        if (restored !== undefined) {
          restored.renewTime ??= renewTime;
          // Until the next renewal nobody has it from the Lease who leads, and whoever led goes on until his own.
          if (restored.renewTime === renewTime || world().scheduler.now() < restored.atMs + LONGEST_REIGN_MS) return;
        }
        accuse(`${sighting.by.name} sends ${sighting.site} ${sighting.operation} while ${holder} leads`);
      },
    };
  },
};

function leaseOf(world: World, cluster: number): Readonly<Record<string, unknown>> {
  const name = { resource: LEASES, namespace: OWN_NAMESPACE, name: 'oauthapp-operator' };
  const spec = world.clusters[cluster]?.hands.get(name)?.['spec'];
  return isRecord(spec) ? spec : {};
}
