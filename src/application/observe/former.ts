import { durationMs, LONGEST_OVERLAP } from '../../api/duration.ts';
import type { Desired } from '../desired.ts';
import type { Pass } from '../pass.ts';
import type { Facts, FormerSecret } from '../ports/applications.ts';
import { ClusterError } from '../ports/errors.ts';
import { mayHaveServed } from '../rotation/retiring.ts';
import { isAhead, isSkewed, laterTime } from '../rotation/skew.ts';
import { sealOn } from '../secret/ownership.ts';

/** A Secret of a former name that goes now: its time is over, or no workload uses it (protocol S8). */
export async function dueFormerSecret(
  facts: Facts,
  { ports, desired, subject, signal }: Pass,
): Promise<FormerSecret | undefined> {
  const former = nextFormerSecret(desired, facts);
  if (former === undefined || former.name === desired.secretName) return former;
  const isOver = Date.parse(former.removeAfter) <= ports.clusterTime() && !isSkewed(ports.clockSkewMs());
  if (isOver || desired.lifecycle === 'deleted') return former;
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

const LONGEST_OVERLAP_MS = durationMs(LONGEST_OVERLAP);

/**
 * A Secret of a former name with its time counted from now, where it was dated by a clock that was far ahead and is set
 * right since, or by somebody (protocol T6): a workload that uses it would keep it until then. What the longest overlap
 * explains was given by one that the spec may have said before, and somebody may count on it.
 */
function misdatedFormer({ formerSecrets = [] }: Facts, { ports, desired }: Pass): FormerSecret | undefined {
  if (isSkewed(ports.clockSkewMs())) return undefined;
  const nowMs = ports.clusterTime();
  const former = formerSecrets.find(({ removeAfter }) => isAhead(Date.parse(removeAfter) - LONGEST_OVERLAP_MS, nowMs));
  return former && { ...former, removeAfter: new Date(nowMs + desired.formerSecretMs).toISOString() };
}

/**
 * A Secret of a former name of which the status tells wrong; or a Secret that holds what the registration had under another
 * name, and that no status tells of: who wrote it died before (protocol S8). That it is ours say its seal, its owner, and
 * the field manager; a copy that a person made has the first two. Where none of ours has an owner nothing tells them from what an adoption took over and gave back.
 */
export async function unrecordedFormerOf(facts: Facts, pass: Pass): Promise<FormerSecret | undefined> {
  const { ports, desired, subject, signal } = pass;
  const { applicationId, secret, formerSecrets = [] } = facts;
  if (desired.lifecycle !== 'present' || secret?.delivered !== true || secret.name !== desired.secretName)
    return undefined;
  // One at a time: there is a bound to what the status tells.
  if (formerSecrets.length > 0) return misdatedFormer(facts, pass);
  const application = subject.application();
  const { namespace, uid } = application.metadata;
  for (const { name, ownerUid, notes } of ports.secrets.labelled(application)) {
    if (name === secret.name || ownerUid !== uid || notes?.applicationId !== applicationId) continue;
    const stored = await ports.secrets.read(namespace, name, signal);
    if (stored?.state !== 'live' || stored.ownerUid !== uid || stored.writtenBy !== undefined) continue;
    if ((await sealOn(stored, pass)) !== 'valid') continue;
    const fingerprint = stored.credentials && ports.seals.fingerprint(stored.credentials);
    const removeAfter = new Date(laterTime(ports) + desired.formerSecretMs).toISOString();
    return { name, uid: stored.uid, fingerprint, removeAfter };
  }
  return undefined;
}
