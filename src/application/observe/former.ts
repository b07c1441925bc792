import type { Desired } from '../desired.ts';
import type { Pass } from '../pass.ts';
import type { Facts, FormerSecret } from '../ports/applications.ts';
import { ClusterError } from '../ports/endings.ts';
import { mayHaveServed } from '../rotation/retiring.ts';

/** A Secret of a former name that goes now: its time is over, or no workload uses it (protocol S8). */
export async function dueFormerSecret(
  { ports, desired, subject, signal }: Pass,
  facts: Facts,
): Promise<FormerSecret | undefined> {
  const former = nextFormerSecret(desired, facts);
  if (former === undefined || former.name === desired.secretName) return former;
  if (Date.parse(former.removeAfter) <= ports.clusterTime() || desired.lifecycle === 'deleted') return former;
  if (desired.restart === 'None') return undefined;
  const { namespace } = subject.application().metadata;
  try {
    const users = await ports.workloads.using(namespace, former.name, ports.monotonicMs(), signal);
    return users.length === 0 ? former : undefined;
  } catch (error) {
    // Who may not look waits until its time is over.
    if (error instanceof ClusterError) return undefined;
    throw error;
  }
}

/** The Secret of a former name that goes next. Pods with a superseded secret are found by the Secret that they have it from. */
export function nextFormerSecret(
  { lifecycle, secretName }: Pick<Desired, 'lifecycle' | 'secretName'>,
  { rotation, formerSecrets = [] }: Facts,
): FormerSecret | undefined {
  const retiring = lifecycle === 'deleted' ? [] : (rotation?.retiring ?? []);
  return formerSecrets.find(
    (former) => former.name === secretName || !retiring.some((entry) => mayHaveServed(former, entry)),
  );
}
