import { isRecord } from '../../../src/kube/object.ts';
import { LEASES } from '../../../src/kube/resources.ts';
import { OWN_NAMESPACE } from '../manifests.ts';
import type { Invariant } from './invariant.ts';
import { touches } from './requests.ts';

/** A request is judged as it leaves its process: how long it then takes, nobody can know. */
export const fence: Invariant = {
  name: 'leader-alone',
  promise: 'No process asks a provider for a change while another holds the Lease.',
  rules: ['O3'],
  attend: ({ world, accuse }) => ({
    see(sighting) {
      if (sighting.type !== 'sent' || sighting.by.type !== 'process' || !touches(sighting)) return;
      const name = { resource: LEASES, namespace: OWN_NAMESPACE, name: 'oauthapp-operator' };
      const spec = world().clusters[sighting.cluster]?.hands.get(name)?.['spec'];
      const holder = isRecord(spec) ? spec['holderIdentity'] : undefined;
      if (typeof holder !== 'string' || holder === '' || holder.startsWith(`${sighting.by.name}-`)) return;
      accuse(`${sighting.by.name} sends ${sighting.site} ${sighting.operation} while ${holder} leads`);
    },
  }),
};
