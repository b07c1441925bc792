import { isRecord } from '../../../src/kube/object.ts';
import { LEASES } from '../../../src/kube/resources.ts';
import { OWN_NAMESPACE } from '../manifests.ts';
import type { World } from '../world.ts';
import type { Invariant } from './invariant.ts';
import { touches } from './requests.ts';

/** A request is judged as it leaves its process: how long it then takes, nobody can know. */
export const fence: Invariant = {
  name: 'leader-alone',
  promise: 'No process asks a provider for a change while another holds the Lease.',
  rules: ['O3'],
  attend({ world, accuse }) {
    /** By cluster: the renewal that an etcd brought back. Until the next one nobody has it from the Lease who leads. */
    const broughtBack = new Map<number, unknown>();
    return {
      see(sighting) {
        if (sighting.type === 'act' && sighting.act.type === 'restore' && sighting.act.of === 'etcd') {
          broughtBack.set(sighting.act.cluster, undefined);
        }
        if (sighting.type !== 'sent' || sighting.by.type !== 'process' || !touches(sighting)) return;
        const { holderIdentity: holder, renewTime } = leaseOf(world(), sighting.cluster);
        if (typeof holder !== 'string' || holder === '' || holder.startsWith(`${sighting.by.name}-`)) return;
        if (broughtBack.has(sighting.cluster)) {
          const first = broughtBack.get(sighting.cluster) ?? renewTime;
          broughtBack.set(sighting.cluster, first);
          if (first === renewTime) return;
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
