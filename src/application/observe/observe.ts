import { factsOf, hasFinalizer, saysNothingYet } from '../facts.ts';
import { type Observed, provesRegistration, type RetirementView, type SecretView } from '../observed.ts';
import { unrecordedByName } from '../own-registrations.ts';
import type { Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import type { SecretNotes } from '../ports/secrets.ts';
import { statusSeal } from '../proof.ts';
import { issuedOf } from '../rotation/issued.ts';
import { lossesLately } from '../rotation/losses.ts';
import { owesRetirement } from '../rotation/retiring.ts';
import { isSkewed } from '../rotation/skew.ts';
import { unsettledMs } from '../unlisted.ts';
import { observeAdoption } from './adoption.ts';
import { unrecordedBirth } from './births.ts';
import { dueFormerSecret, nextFormerSecret, unrecordedFormerOf } from './former.ts';
import { nextInspectionMs } from './inspection.ts';
import { isGivingUp, lookOnceMore, lossSettlesIn, observeKin } from './kin.ts';
import { observeOperation } from './operation.ts';
import { observeRegistration, type RegistrationSight, type Sought } from './registration.ts';
import { remarksOn } from './remarks.ts';
import { observeRetirement } from './retirement.ts';
import { observeRoll } from './roll.ts';
import { observeSchedule, scheduleLooks } from './schedule.ts';
import { observeSecret } from './secret.ts';

/**
 * Looks at the three witnesses: status, live Secret, provider (protocol R1).
 *
 * A settled application costs no call: the Secret is known by its version from the metadata cache, the registration
 * from the last listing. What looks missing is confirmed by a live read before anything follows from it (S6, D2).
 */
export async function observe(pass: Pass): Promise<Observed> {
  const application = pass.subject.application();
  const facts = factsOf(application);
  const operation = await observeOperation(facts, pass);
  const { lifecycle } = pass.desired;
  const rests = restsIn(pass);
  const looking = operation === undefined ? !rests : operation.type === 'settled';
  const secret: SecretView =
    looking && concernsSecret(facts, pass) ? await observeSecret(facts, pass) : { type: 'unseen' };
  const sought = soughtOf({ facts, operation, secret }, pass);
  const adopt = facts.applicationId === undefined && lifecycle === 'present' ? pass.desired.adopt : undefined;
  const lossMs = looking ? await lossSettlesIn(pass) : 0;
  const { view: registration, inspection } = looking ? await lookAt(sought, secret, pass) : NOT_LOOKED_AT;
  const kin = await observeKin(facts, secret, pass);
  const retirement: RetirementView =
    looking && !rests && lifecycle !== 'deleted' ? await observeRetirement(facts, pass) : { type: 'none' };
  const schedule = observeSchedule(pass);
  return {
    finalizer: hasFinalizer(application) ? 'present' : 'absent',
    facts,
    operation,
    access: pass.access.type,
    seal: looking && (isGivingUp(pass) || registration.type === 'gone') ? await statusSeal(pass) : 'unasked',
    registration,
    secret,
    adoption: looking && adopt !== undefined ? await observeAdoption(adopt, pass) : undefined,
    schedule,
    againMs: soonest({ schedule, retirement }, facts, pass),
    remarks: remarksOn(facts, { retirement, copies: kin.copies }, pass),
    losses: lossesLately(facts.rotation, pass.ports.clusterTime()),
    former: looking ? await dueFormerSecret(facts, pass) : undefined,
    unrecordedFormer: looking ? await unrecordedFormerOf(facts, pass) : undefined,
    unrecorded: [...(await unrecordedByName(facts, pass)), ...kin.own],
    givenUp: kin.givenUp,
    inherited: kin.inherited,
    lossMs,
    unsettledMs: unsettledMs(facts, pass),
    unrecordedBirth: unrecordedBirth(facts, secret, registration, pass),
    issued: inspection && issuedOf(inspection, facts, pass),
    retirement,
    roll: await observeRoll(facts, pass),
    naming: pass.provider.naming,
  };
}

/**
 * Before we part from a registration a fresh listing is read: a provider that was put back from a backup may have given its
 * id to another client.
 */
async function lookAt(sought: Sought | undefined, secret: SecretView, pass: Pass): Promise<RegistrationSight> {
  const facts = factsOf(pass.subject.application());
  if (isGivingUp(pass)) await lookOnceMore(facts, pass);
  const sight = await observeRegistration(sought, secret, pass);
  if (sight.view.type === 'gone') await lookOnceMore(facts, pass);
  return sight;
}

/** Nothing is looked at about which nothing will be done. */
function restsIn({ desired, access, subject }: Pass): boolean {
  switch (desired.lifecycle) {
    case 'present':
    case 'deleted':
      return false;
    case 'suspended':
      return true;
    case 'spec-refused':
    case 'not-granted':
      // No call is made for whom access was withdrawn from (protocol B2).
      return access.type === 'denied' || !owesRetirement(factsOf(subject.application()), desired.requests);
  }
}

/**
 * A deletion asks the Secret where the status is lost or names no registration, since its seal then says what there is to
 * delete (protocol D1, R9), and where the Secret is to stay (D4).
 */
function concernsSecret(facts: Facts, { desired, report }: Pass): boolean {
  if (report.lastWrite === 'refused') return false;
  return desired.lifecycle === 'present' || saysNothingYet(facts) || desired.deletionPolicy === 'Retain';
}

/**
 * The registration that the status names; where it names none, the one that only a Secret knows of. We never write a
 * register operation down while the status names a registration: an id beside such an operation was put there by somebody
 * else, so its Secret counts.
 */
function soughtOf(
  { facts, operation, secret }: Pick<Observed, 'facts' | 'operation' | 'secret'>,
  pass: Pass,
): Sought | undefined {
  const { applicationId, operation: open } = facts;
  const delivered = notesOf(operation);
  const isRegistering = delivered !== undefined && open?.type === 'register';
  if (applicationId !== undefined && !isRegistering) return { by: 'status', applicationId };
  const notes = delivered ?? (believesSecret(facts, secret, pass) ? notesOn(secret) : undefined);
  return notes && { by: 'secret', applicationId: notes.applicationId, clientId: notes.clientId };
}

/**
 * Whether what a Secret proves is the object's though its status does not tell of it. A deletion takes along neither what
 * an earlier object of this name retained, nor what the object was about to adopt (protocol A1), nor what a person gave up
 * for another one that was never made (R10).
 */
function believesSecret(facts: Facts, secret: SecretView, { desired, subject }: Pass): boolean {
  if (!saysNothingYet(facts)) return false;
  if (desired.lifecycle !== 'deleted' || facts.provider === undefined) return true;
  const isOwn = secret.type === 'ours' && secret.stored.label === subject.application().metadata.uid;
  return isOwn && desired.adopt === undefined && desired.requests.registerAnew === undefined;
}

/** The registration whose value an operation brought into the Secret, as the seal on that proves. */
function notesOf(operation: Observed['operation']): SecretNotes | undefined {
  return operation?.type === 'settled' ? operation.stored?.notes : undefined;
}

/** A registration that only the Secret knows of, by a seal that proves it. */
function notesOn(secret: SecretView): SecretNotes | undefined {
  return provesRegistration(secret) ? secret.stored.notes : undefined;
}

/** A queue that is asked once a day forgets nothing for long, whatever becomes of its timers. */
const LONGEST_REST_MS = 86_400_000;

/** Whether workloads still use a Secret of a former name, or clocks agree on its time, is asked this often. */
const FORMER_REST_MS = 300_000;

function soonest(
  { schedule, retirement }: Pick<Observed, 'schedule' | 'retirement'>,
  facts: Facts,
  pass: Pass,
): number | undefined {
  const { desired, ports } = pass;
  // While a superseded secret keeps one, the looks at that secret are what counts.
  const former = nextFormerSecret(desired, facts);
  const times = [...scheduleLooks(schedule, pass)];
  const inspectionMs = nextInspectionMs(facts, pass);
  if (inspectionMs !== undefined) times.push(inspectionMs);
  if (retirement.type === 'waiting') times.push(retirement.againMs);
  if (former !== undefined) {
    const leftMs = Date.parse(former.removeAfter) - ports.clusterTime();
    times.push(isSkewed(ports.clockSkewMs()) ? Math.max(leftMs, FORMER_REST_MS) : leftMs);
  }
  if (former !== undefined && desired.restart === 'Referencing') times.push(FORMER_REST_MS);
  return times.length === 0 ? undefined : Math.max(0, Math.min(...times, LONGEST_REST_MS));
}

const NOT_LOOKED_AT: RegistrationSight = { view: { type: 'none' }, inspection: undefined };
