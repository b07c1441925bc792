import type { Outcome } from '../runtime/outcome.ts';
import { same } from '../runtime/same.ts';
import { act } from './act.ts';
import { desiredOf } from './desired.ts';
import { groundOf } from './ground.ts';
import { observe } from './observe.ts';
import type { Pass } from './pass.ts';
import { plan } from './plan.ts';
import { ClusterError, type ObjectKey, type Ports } from './ports.ts';
import { statusAfter } from './status.ts';
import type { Action } from './step.ts';
import { type Subject, subjectOf } from './subject.ts';
import { ENDED, judge, judgeError, type Verdict } from './verdict.ts';

/** More steps than any way from nothing to in sync has; past it a plan runs in circles, and the queue slows it down. */
const MOST_STEPS = 12;

/** Actions after which there is no object of ours left to look at. */
const LETS_GO: ReadonlySet<Action['type']> = new Set(['deregister', 'remove-finalizer']);

/**
 * Brings one OAuthApplication into line: look, decide, act, until nothing is left to do; then report.
 *
 * Level-triggered: it is told which object to look at, never what happened to it.
 * Safe to run at any time, twice, and after a crash at any line.
 */
export async function reconcile(key: ObjectKey, ports: Ports, signal: AbortSignal): Promise<Outcome> {
  const application = ports.applications.get(key);
  if (application === undefined) return { type: 'await-change' };

  const subject = subjectOf(application, ports, signal);
  const verdict = await converge(subject, ports, signal).catch((error: unknown) =>
    judgeError(error, ports.clusterTime()),
  );
  return report(verdict, subject, ports, signal);
}

async function converge(subject: Subject, ports: Ports, signal: AbortSignal): Promise<Verdict> {
  const ground = groundOf(subject.application(), ports);
  if (ground.type === 'none') return judge(ground.standing);

  const { namespace } = subject.application().metadata;
  let uid: Promise<string> | undefined;
  const namespaceUid = (): Promise<string> => (uid ??= ports.namespaces.uid(namespace, signal));

  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const desired = desiredOf(subject.application());
    const pass: Pass = { subject, desired, provider: ground.provider, ports, namespaceUid, signal };
    const step = plan(desired, await observe(pass));
    if (step.type === 'stand') return judge(step.standing);
    await act(step.action, pass);
    if (LETS_GO.has(step.action.type)) return ENDED;
  }
  throw new Error('the plan did not come to an end');
}

/** The one place where a verdict becomes a status, and not when nothing changed. */
async function report(verdict: Verdict, subject: Subject, ports: Ports, signal: AbortSignal): Promise<Outcome> {
  if (verdict.type === 'silent') return verdict.next;
  const application = subject.application();
  const status = statusAfter(verdict, application, ports.clusterTime());
  if (same(status, application.status)) return verdict.next;
  try {
    await ports.applications.writeStatus(application, status, signal);
    return verdict.next;
  } catch (error) {
    if (error instanceof ClusterError && (error.code === 'conflict' || error.code === 'gone'))
      return { type: 'back-off' };
    throw error;
  }
}
