import type { OAuthApplication } from '../api/application.ts';
import type { Outcome } from '../runtime/outcome.ts';
import { same } from '../runtime/same.ts';
import { abandon, mayAbandonNow } from './abandon.ts';
import { type Closing, groundOf } from './access/ground.ts';
import { carryOutOrGoOn } from './act/go-on.ts';
import { moveHere } from './act/moving.ts';
import { disownRetained } from './act/secret.ts';
import { type Desired, desiredOf } from './desired.ts';
import { factsOf, hasFinalizer } from './facts.ts';
import { warning } from './happenings.ts';
import { observe } from './observe/observe.ts';
import { preview } from './observe/preview.ts';
import type { Pass, PassReport } from './pass.ts';
import { plan } from './plan/plan.ts';
import type { ObjectKey } from './ports/applications.ts';
import { ClusterError } from './ports/errors.ts';
import type { Ports } from './ports/ports.ts';
import { secretsOfOnePass } from './secret/one-pass.ts';
import type { Standing } from './standing.ts';
import { statusAfter } from './status.ts';
import { type Action, type Step, stand } from './step.ts';
import { type Subject, subjectOf } from './subject.ts';
import { withUndone } from './undone.ts';
import { ENDED, judge, judgeError, type Verdict } from './verdict.ts';

/**
 * More steps than any way to in sync has, the retirement of all superseded secrets at once included; past it a plan runs
 * in circles, and the queue slows it down.
 */
const MOST_STEPS = 80;

/** Actions that end a pass: no object of ours is left to look at. */
const LAST_ACTIONS: ReadonlySet<Action['type']> = new Set(['deregister', 'retain', 'release']);

/**
 * Brings one OAuthApplication into line: look, decide, act, until nothing is left to do; then report.
 *
 * Level-triggered: it is told which object to look at, never what happened to it.
 * Safe to run at any time, twice, and after a crash at any line.
 */
export async function reconcile(key: ObjectKey, given: Ports, signal: AbortSignal): Promise<Outcome> {
  const application = given.applications.get(key);
  if (application === undefined) return { type: 'await-change' };

  const ports = { ...given, secrets: secretsOfOnePass(given.secrets) };
  const subject = subjectOf(application, ports, signal);
  const report: PassReport = { secret: undefined, unrolled: undefined, unretired: [], lastWrite: undefined };
  const verdict = await converge(subject, report, ports, signal).catch((error: unknown) =>
    judgeError(error, ports.clusterTime()),
  );
  const secret = report.secret ?? secretInCache(application, ports);
  const whole = withUndone(verdict, report, ports.clusterTime());
  return writeReport(whole, secret, subject, ports, signal);
}

async function converge(subject: Subject, report: PassReport, ports: Ports, signal: AbortSignal): Promise<Verdict> {
  const { namespace } = subject.application().metadata;
  let uid: Promise<string> | undefined;
  const namespaceUid = (): Promise<string> => (uid ??= ports.namespaces.uid(namespace, signal));

  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const ground = groundOf(subject.application(), ports);
    if (ground.type === 'none' && ground.standing.type === 'undisturbed') {
      await subject.flush();
      return judge(ground.standing);
    }
    await disownRetained(subject, ports, signal);
    if (ground.type === 'none') return judge(ground.standing);
    const { provider, access } = ground;
    const closing = ground.type === 'firm' ? ground.closing : undefined;
    const desired = desiredUnder(closing, subject.application());
    const pass: Pass = { subject, desired, provider, access, ports, namespaceUid, report, signal };
    if (ground.type === 'moving') {
      await moveHere(pass);
      continue;
    }
    const step = desired.management === 'Observe' ? await decidePreview(pass) : await decide(pass);
    if (step.type === 'rest') return judge(closing?.standing ?? SUSPENDED);
    if (step.type === 'stand') return judge(step.standing);
    await carryOutOrGoOn(step, pass);
    if (LAST_ACTIONS.has(step.action.type)) return ENDED;
  }
  throw new Error('the plan did not come to an end');
}

function desiredUnder(closing: Closing | undefined, application: OAuthApplication): Desired {
  const desired = desiredOf(application);
  return closing === undefined ? desired : { ...desired, lifecycle: closing.lifecycle };
}

async function decide(pass: Pass): Promise<Step> {
  const observed = await observe(pass);
  const { type } = observed.secret;
  if (type !== 'unseen') pass.report.secret = type === 'absent' ? 'missing' : 'there';
  return plan(pass.desired, observed);
}

const SUSPENDED: Standing = { type: 'suspended', message: 'spec.suspend is set' };

const RELEASE: Step = { type: 'act', action: { type: 'release' } };

/** Protocol A3. What is being deleted or suspended is not looked at. */
async function decidePreview(pass: Pass): Promise<Step> {
  switch (pass.desired.lifecycle) {
    case 'present':
      return stand(await preview(pass));
    case 'suspended':
    case 'spec-refused':
    case 'not-granted':
      return { type: 'rest' };
    case 'deleted':
      // Nothing was registered for it, whoever put our finalizer there.
      return hasFinalizer(pass.subject.application()) ? RELEASE : stand({ type: 'released' });
  }
}

/** The one place where a verdict becomes a status, and not when nothing changed. */
async function writeReport(
  verdict: Verdict,
  secret: 'there' | 'missing',
  subject: Subject,
  ports: Ports,
  signal: AbortSignal,
): Promise<Outcome> {
  const application = subject.application();
  try {
    if (verdict.type === 'silent') {
      // A pass that waits keeps what it did; what ended otherwise is not there any more, or has changed.
      if (verdict.next.type === 'again') await subject.flush();
      return verdict.next;
    }
    if (mayAbandonNow(application, verdict)) {
      await abandon(subject);
      return { type: 'await-change' };
    }
    const status = statusAfter(verdict, application, secret, ports.clusterTime());
    if (same(status, subject.stored().status)) return verdict.next;
    await ports.applications.writeStatus(application, status, signal);
    if (isNews(verdict, application)) subject.tell(warning(verdict.reason, 'Reconcile', verdict.message));
    return verdict.next;
  } catch (error) {
    if (error instanceof ClusterError && (error.code === 'conflict' || error.code === 'gone'))
      return { type: 'back-off' };
    throw error;
  }
}

/** Of a pass that ended before it looked at the Secret: the cache tells, so that a missing one is not told of as synced. */
function secretInCache(application: OAuthApplication, { secrets }: Ports): 'there' | 'missing' {
  const { secret } = factsOf(application);
  const head = secret && secrets.head(application.metadata.namespace, secret.name);
  return head === undefined ? 'missing' : 'there';
}

/** Somebody has to act, and was not told yet. */
function isNews(verdict: Extract<Verdict, { type: 'told' }>, { status }: OAuthApplication): boolean {
  const before = status?.conditions?.find(({ type }) => type === 'Stalled');
  return verdict.progress === 'stalled' && before?.reason !== verdict.reason;
}
