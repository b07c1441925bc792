import { factsOf } from '../facts.ts';
import type { RetirementView } from '../observed.ts';
import type { Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import { ClusterError } from '../ports/errors.ts';
import { namesGone } from '../rotation/gone.ts';
import { isSuperseded } from '../rotation/issued.ts';
import {
  datedNow,
  isEnded,
  judgeRetirement,
  MOST_RETIRING,
  type PodsView,
  type Retiring,
} from '../rotation/retiring.ts';
import { isSkewed } from '../rotation/skew.ts';

/** Whether Pods still run with a superseded secret is asked this often, ms. */
const LOOK_AGAIN_MS = 300_000;

/** So often where the operator may not see them: the right may come, and no watch tells of that, ms. */
const LOOK_FOR_A_RIGHT_MS = 3_600_000;

/** The queue asks earlier than this anyway, ms. */
const LONGEST_WAIT_MS = 86_400_000;

/** What becomes of the superseded secrets, each for itself (protocol T3). One is retired at a time, each at most once in a pass. */
export async function observeRetirement(facts: Facts, pass: Pass): Promise<RetirementView> {
  const { desired, ports } = pass;
  const noted = retiringOf(facts, pass);
  if (noted.length === 0) return { type: 'none' };
  const room = noted.length < MOST_RETIRING ? 'left' : 'none';
  const isLeft = ({ name }: Retiring): boolean => pass.report.unretired.some((left) => left.name === name);
  const isAsked = desired.requests.retire !== undefined;
  const oldest = noted.find((entry) => (isAsked || isEnded(entry)) && !isLeft(entry));
  if (oldest !== undefined) return { type: 'due', name: oldest.name, because: 'requested', room };
  if (isAsked) {
    const retiring = noted.map((entry) => ({ ...entry, waitingFor: LEFT_OVER.for }));
    return { type: 'waiting', retiring, againMs: LOOK_AGAIN_MS };
  }
  if (isSkewed(ports.clockSkewMs())) {
    const waitingFor = 'the clocks of operator and API server to agree';
    return { type: 'waiting', retiring: noted.map((entry) => ({ ...entry, waitingFor })), againMs: LOOK_AGAIN_MS };
  }
  const nowMs = ports.clusterTime();
  const retiring = datedNow(noted, desired.overlap, nowMs);
  const isOver = retiring.some(({ notBefore }) => Date.parse(notBefore) <= nowMs);
  const view = isOver ? await podsOf(pass) : NOBODY;
  const waiting: Retiring[] = [];
  let againMs = view.type === 'unreadable' ? LOOK_FOR_A_RIGHT_MS : LONGEST_WAIT_MS;
  for (const entry of retiring) {
    const verdict = isLeft(entry)
      ? LEFT_OVER
      : judgeRetirement(entry, desired.overlap, view, facts.secret?.fingerprint, nowMs);
    if (verdict.type === 'due') return { type: 'due', name: entry.name, because: verdict.because, room };
    waiting.push({ ...entry, waitingFor: verdict.for });
    againMs = Math.min(againMs, verdict.untilMs === undefined ? LOOK_AGAIN_MS : verdict.untilMs - nowMs);
  }
  return { type: 'waiting', retiring: waiting, againMs };
}

/** The provider would not delete it in this pass. */
const LEFT_OVER = { type: 'waiting', for: 'the next try to delete it', untilMs: undefined } as const;

function retiringOf({ rotation, secret }: Facts, { provider, ports }: Pass): readonly Retiring[] {
  const naming = { installation: ports.seals.installation, firstSecretNames: provider.firstSecretNames };
  return (rotation?.retiring ?? []).filter((entry) => isSuperseded(entry, secret?.fingerprint, naming));
}

const NOBODY: PodsView = { type: 'seen', pods: [] };

/** A Secret of a former name holds the value of its time, and Pods may use it still, also where it is gone. */
async function podsOf({ subject, ports, signal }: Pass): Promise<PodsView> {
  const application = subject.application();
  const facts = factsOf(application);
  const { secret, formerSecrets = [] } = facts;
  const inUse = secret === undefined ? [] : [{ name: secret.name, former: undefined }];
  const others = [...formerSecrets, ...namesGone(facts)].map((former) => ({ name: former.name, former }));
  const secrets = [...inUse, ...others];
  const { namespace } = application.metadata;
  try {
    const since = ports.monotonicMs();
    const seen = await Promise.all(
      secrets.map(async ({ name, former }) => {
        const pods = await ports.workloads.running(namespace, name, since, signal);
        return pods.map((pod) => ({ ...pod, former }));
      }),
    );
    return { type: 'seen', pods: seen.flat() };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return { type: error.code === 'forbidden' ? 'unreadable' : 'unknown' };
  }
}
