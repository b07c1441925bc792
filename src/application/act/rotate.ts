import { ProviderError } from '../../idp/errors.ts';
import { Blocked, isRefusedHere } from '../blocked.ts';
import { factsOf } from '../facts.ts';
import { done, warning } from '../happenings.ts';
import type { IssuedView, RotationCause } from '../observed.ts';
import { claimantOf, type Pass } from '../pass.ts';
import type { Facts, OperationRecord } from '../ports/applications.ts';
import type { Reservation } from '../ports/provider.ts';
import type { SecretHead, StoredSecret } from '../ports/secrets.ts';
import { proveWithSecrets } from '../proof.ts';
import { besides, credibleSerial, issuedOf, secretNameAt } from '../rotation/issued.ts';
import { inPace } from '../rotation/pace.ts';
import { MOST_RETIRING, type Superseded } from '../rotation/retiring.ts';
import { previousFor } from '../secret/previous.ts';
import { withServed } from '../served.ts';
import { rehearse } from './deliver.ts';
import { renamedTo } from './former.ts';
import { begin, recordOf, refusable, rotatedNow, store } from './operation.ts';
import { endedBy, servedBy } from './served.ts';

/**
 * Issues a new secret and puts it into the Secret. The former one stops working with the call (protocol T4), or goes on
 * until it is retired (T3).
 */
export async function rotate(because: RotationCause, pass: Pass): Promise<void> {
  const { provider, subject, ports, signal } = pass;
  const { applicationId, clientId } = factsOf(subject.application());
  if (applicationId === undefined || clientId === undefined) return;

  const begun = await inPace(pass, because, () => writeDown(because, applicationId, pass));
  if (begun === 'given-up') return;
  const { record, call, reservation, endsAtMs, former, over, superseded } = begun;
  const { serial } = record;

  const startedAtMs = ports.monotonicMs();
  const secretName = secretNameAt(serial, ports.seals.installation);
  const issued = await refusable(
    () => provider.issueSecret(reservation, applicationId, secretName, endsAtMs, signal),
    async (error) => {
      if (!leavesOpen(call, error, pass)) await subject.conclude(record.id, {});
    },
  );
  if (issued === undefined) {
    const { desired } = pass;
    const secret = { name: desired.secretName, uid: over?.uid, serial, delivered: false, withheld: true };
    const after = renamedTo(secret.name, rotatedNow(pass, record), undefined, pass);
    await subject.conclude(record.id, { secret, ...after, served: servedBy(record, pass) });
    return;
  }
  const previous = previousFor(pass.desired, superseded[0]?.name, { shown: former?.current });
  const credentials = { clientId, clientSecret: issued };
  await store({ applicationId, credentials, previous, superseded }, record, over, pass);
  const gapMs = Math.ceil(ports.monotonicMs() - startedAtMs);
  const gap =
    provider.manners.rotation === 'immediate' ? `; between the two no secret worked for up to ${gapMs} ms` : '';
  const beside = former === undefined ? '' : besides(former.leftAlone, undefined);
  subject.tell(done('Rotated', 'Rotate', `${ROTATED[because]}${gap}${beside}`));
}

/**
 * What is refused to a repeated call says nothing of the one whose answer was lost: where the former value may be dead, the
 * operation stays as it would without an answer. What cannot be rotated at all was not before either.
 */
function leavesOpen(call: Begun['call'], error: Error, { provider }: Pass): boolean {
  const isWithoutRoute = error instanceof ProviderError && error.code === 'unsupported';
  return call === 'repeated' && provider.manners.rotation === 'immediate' && !isWithoutRoute;
}

/** A rotation that is written down, with what was seen before it. */
interface Begun {
  readonly record: OperationRecord;
  /** `repeated`: an earlier one was not answered. */
  readonly call: 'first' | 'repeated';
  readonly reservation: Reservation;
  /** Monotonic time by which the call has to have ended. */
  readonly endsAtMs: number;
  readonly former: IssuedView | undefined;
  /** What is to be written over. */
  readonly over: SecretHead | StoredSecret | undefined;
  readonly superseded: readonly Superseded[];
}

/** All that comes before the call. */
async function writeDown(because: RotationCause, applicationId: string, pass: Pass): Promise<Begun | 'given-up'> {
  const facts = factsOf(pass.subject.application());
  refuseTooMany(facts);
  const former = await formerOf(applicationId, pass);
  const over = await rehearseOrGiveUp(applicationId, pass);
  if (over === 'given-up') return over;
  const claimant = claimantOf(pass, because === 'requested' ? 'requested' : undefined);
  const reservation = pass.provider.reserveCall(claimant);
  const serial = serialOf(over, former, pass);
  // A repeated rotation counts for the cause of the one whose answer was lost.
  const cause = facts.operation?.cause ?? because;
  const superseded = toSupersede(serial, former, pass);
  const supersedes = superseded.length === 0 ? undefined : superseded.map(({ name }) => name);
  const repeated = facts.operation?.serial === serial ? { request: facts.operation.request } : {};
  const record = recordOf('rotate', serial, { applicationId, cause, supersedes, ...repeated }, pass);
  const endsAtMs = await begin(reservation, record, endedBy(record, pass), pass);
  const call = facts.operation === undefined ? 'first' : 'repeated';
  return { record, call, reservation, endsAtMs, former, over, superseded };
}

/**
 * Rehearses the write of the Secret. Where that is refused to a rotation whose answer was lost, and the former secret works
 * still, it is given up: an operation that stayed open would hold up all else, and with it the end of what has leaked
 * (protocol T3). What asked for the rotation asks for the next one.
 */
async function rehearseOrGiveUp(
  applicationId: string,
  pass: Pass,
): Promise<SecretHead | StoredSecret | 'given-up' | undefined> {
  const { operation } = factsOf(pass.subject.application());
  try {
    return await rehearse(applicationId, pass);
  } catch (error) {
    const isNeeded = operation?.type !== 'rotate' || pass.provider.manners.rotation !== 'overlapping';
    if (isNeeded || !isRefusedHere(error)) throw error;
    await giveUpRotation(operation, pass);
    return 'given-up';
  }
}

/**
 * Proves that the registration is ours, and says what its provider holds before the call, where that can be read: the
 * serial has to be above all of it (protocol T2).
 */
async function formerOf(applicationId: string, pass: Pass): Promise<IssuedView | undefined> {
  const inspection = await proveWithSecrets(applicationId, pass);
  return inspection && issuedOf(inspection, factsOf(pass.subject.application()), pass);
}

/**
 * A mint whose answer was lost is made again under its name, where that is the same mint (protocol T2). So is one whose
 * Secret bears its serial, and has lost the value since.
 */
function serialOf(over: SecretHead | undefined, former: IssuedView | undefined, pass: Pass): number {
  const { secret, operation, rotation } = factsOf(pass.subject.application());
  const written = credibleSerial(over?.notes?.serial ?? 0);
  const isOfMint = operation?.type === 'rotate' && operation.serial === written;
  const known = Math.max(secret?.serial ?? 0, isOfMint ? 0 : written, credibleSerial(rotation?.takenBack ?? 0));
  if (former === undefined) return 1 + Math.max(known, operation?.serial ?? 0);
  return operation?.type === 'rotate' && operation.serial > known
    ? operation.serial
    : 1 + Math.max(known, former.highest);
}

/** A superseded secret that the status has no room to list would go on working for ever. @throws Blocked */
function refuseTooMany({ rotation }: Facts): void {
  if ((rotation?.retiring?.length ?? 0) < MOST_RETIRING) return;
  throw new Blocked(
    'RotationOverdue',
    `${MOST_RETIRING} superseded secrets go on working: no other is issued until one of them is retired; oauthapp.dev/retire-requested-at retires them now`,
  );
}

/**
 * What the new secret takes the place of, the one in use first, whatever the status says of that one. What was superseded
 * before keeps its own time.
 */
function toSupersede(serial: number, former: IssuedView | undefined, { ports, subject }: Pass): readonly Superseded[] {
  if (former === undefined) return [];
  const known = factsOf(subject.application()).rotation?.retiring?.map(({ name }) => name) ?? [];
  return former.replaceable
    .filter(({ name }) => name !== secretNameAt(serial, ports.seals.installation))
    .filter(({ name }) => name === former.current?.name || !known.includes(name))
    .slice(0, MOST_RETIRING - known.length);
}

/**
 * A rotation whose answer was lost, and that may not be made again now: the value in the Secret may be worthless, and
 * another is issued when access is back.
 */
export async function giveUpRotation(
  { id, serial }: OperationRecord,
  { subject, desired, provider }: Pass,
): Promise<void> {
  // The former one works and is in the Secret.
  if (provider.manners.rotation === 'overlapping') return subject.conclude(id, {});
  const { name, uid } = factsOf(subject.application()).secret ?? { name: desired.secretName };
  await subject.conclude(id, { secret: { name, uid, serial, delivered: false } });
}

/** Protocol T1: what was asked for cannot be done, ever, and a request that stayed open would say nothing of that. */
export async function declineRotation({ subject, desired }: Pass): Promise<void> {
  const { served } = factsOf(subject.application());
  const { rotate: token } = desired.requests;
  await subject.record({ served: withServed(served, { rotate: token }) });
  subject.tell(
    warning('NothingToRotate', 'Rotate', 'A public client has no secret: the request to rotate it is served'),
  );
}

const ROTATED = {
  requested: 'Issued a new secret, as requested',
  scheduled: 'Issued a new secret, as scheduled',
  ending: 'Issued a new secret, ahead of the end of the former one',
  ended: 'Issued a new secret, as the former one had come to its end',
  undelivered: 'Issued a new secret, as none had reached the Secret',
  'secret-lost': 'Issued a new secret, as the Secret no longer held the former one',
  withdrawn: 'Issued a new secret, as the provider no longer takes the former one, which was deleted there or ended',
  'answer-lost': 'Issued a new secret, as the answer to the last rotation was lost',
} as const satisfies Record<RotationCause, string>;
