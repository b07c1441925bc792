import type { OAuthApplication } from '../api/application.ts';
import type { Ports } from '../application/ports/ports.ts';
import type { Providers } from '../application/ports/provider.ts';
import { kubeApplications } from '../kube/applications.ts';
import type { EventRecorder } from '../kube/events.ts';
import { fenceOf } from '../kube/fence.ts';
import { kubeNamespaces } from '../kube/namespaces.ts';
import type { OwnWrites } from '../kube/own-writes.ts';
import { kubeSecrets } from '../kube/secrets.ts';
import { kubeWorkloads } from '../kube/workloads.ts';
import { randomHex } from '../runtime/chance.ts';
import { sleep } from '../runtime/clock.ts';
import { createSettling } from '../runtime/settling.ts';
import { createSeals } from '../seals.ts';
import type { Footing } from './footing.ts';

const OPERATION_ID_BYTES = 8;

/** What stands behind the ports of an application's pass. */
export function applicationPorts(footing: Footing, providers: Providers, writes: OwnWrites<OAuthApplication>): Ports {
  const { base, caches, installation, leadership, holder, recorder } = footing;
  const { client, clock, chance, config } = base;
  const fence = fenceOf(leadership);
  const seals = createSeals(installation);
  return {
    applications: kubeApplications(client, { store: caches.applications, writes }, base.watched, fence),
    secrets: kubeSecrets(client, caches.secrets, fence),
    workloads: kubeWorkloads({ client, clock, fence, digest: seals.digest }),
    providers,
    namespaces: kubeNamespaces(client),
    seals,
    settling: createSettling(clock, config.settlingMs),
    events: eventsOf(recorder),
    clusterTime: () => client.serverNow(),
    clockSkewMs: () => client.clockSkewMs(),
    pause: (ms, signal) => sleep(clock, ms, signal),
    leaseRemainingMs: () => leadership.remainingMs(),
    holder,
    operationId: () => randomHex(chance, OPERATION_ID_BYTES),
    monotonicMs: () => clock.monotonic(),
  };
}

/** Events about our own objects. */
function eventsOf(recorder: EventRecorder): Ports['events'] {
  return {
    record({ apiVersion, kind, metadata }, happening) {
      const { namespace, name, uid } = metadata;
      recorder.record({ regarding: { apiVersion, kind, namespace, name, uid }, ...happening });
    },
  };
}
