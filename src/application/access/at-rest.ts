import type { OAuthApplication } from '../../api/application.ts';
import type { Desired } from '../desired.ts';
import { isNotedVersion, owesRoll } from '../facts.ts';
import type { Ports } from '../ports/ports.ts';
import { endingOf, hasEnded } from '../rotation/ending.ts';
import type { Standing } from '../standing.ts';

/**
 * An outage of the provider does not make what works not ready, until its secret ends. The Secret has to be there as we
 * wrote it, and with the workloads.
 */
export function atRest(application: OAuthApplication, desired: Desired, ports: Ports): Standing | undefined {
  const nowMs = ports.clusterTime();
  if (hasEnded(application, nowMs) || !isSettled(application, desired, ports)) return undefined;
  const ending = endingOf(application);
  return { type: 'undisturbed', againMs: ending && ending.endsAtMs - nowMs };
}

function isSettled(
  application: OAuthApplication,
  { lifecycle, requests, secretName }: Desired,
  { secrets }: Ports,
): boolean {
  const { metadata, status } = application;
  const head = secrets.head(metadata.namespace, secretName);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const asked = requests.rotate ?? requests.reconcile ?? requests.retire ?? requests.registerAnew;
  return (
    lifecycle === 'present' &&
    asked === undefined &&
    !owesRoll(application) &&
    isNotedVersion(head, status?.secret) &&
    ready?.status === 'True' &&
    status?.observedGeneration === metadata.generation
  );
}
