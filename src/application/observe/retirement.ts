import { factsOf, type Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import { ClusterError } from '../ports/endings.ts';
import { isSkewed } from '../rotation/pace.ts';
import { judgeRetirement, type PodsView, type Retiring } from '../rotation/retiring.ts';
import type { RetirementView } from '../step.ts';

/** Whether Pods still run with a superseded secret is asked this often, ms. */
const LOOK_AGAIN_MS = 300_000;

/** What becomes of the superseded secrets, oldest first (protocol T3). */
export async function observeRetirement(pass: Pass, facts: Facts): Promise<RetirementView> {
  const { desired, ports } = pass;
  const [oldest, ...others] = facts.rotation?.retiring ?? [];
  if (oldest === undefined) return { type: 'none' };
  if (desired.requests.retire !== undefined) return { type: 'due', name: oldest.name, because: 'requested' };
  if (isSkewed(ports.clockSkewMs())) {
    return waiting([oldest, ...others], 'the clocks of operator and API server to agree', LOOK_AGAIN_MS);
  }
  const nowMs = ports.clusterTime();
  const view = nowMs < Date.parse(oldest.notBefore) ? NOBODY : await podsOf(pass);
  const verdict = judgeRetirement(oldest, desired.overlap, view, facts.secret?.fingerprint, nowMs);
  if (verdict.type === 'due') return { type: 'due', name: oldest.name, because: verdict.because };
  const untilMs = verdict.untilMs === undefined ? LOOK_AGAIN_MS : Math.max(0, verdict.untilMs - nowMs);
  return waiting([oldest, ...others], verdict.for, untilMs);
}

const NOBODY: PodsView = { type: 'seen', pods: [] };

function waiting(retiring: readonly Retiring[], waitingFor: string, againMs: number): RetirementView {
  return { type: 'waiting', retiring: retiring.map((entry) => ({ ...entry, waitingFor })), againMs };
}

/** A Secret of a former name holds the value of its time, and Pods may use it still. */
async function podsOf({ subject, ports, signal }: Pass): Promise<PodsView> {
  const application = subject.application();
  const { secret, formerSecrets = [] } = factsOf(application);
  const names = [...(secret === undefined ? [] : [secret.name]), ...formerSecrets.map(({ name }) => name)];
  const { namespace } = application.metadata;
  try {
    const since = ports.monotonicMs();
    const seen = await Promise.all(names.map((name) => ports.workloads.running(namespace, name, since, signal)));
    return { type: 'seen', pods: seen.flat() };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return { type: error.code === 'forbidden' ? 'unreadable' : 'unknown' };
  }
}
