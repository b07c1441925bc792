import { ProviderError } from '../../idp/errors.ts';
import { type BirthRecord, withBirth } from '../births.ts';
import { Blocked } from '../blocked.ts';
import { factsOf, hasFinalizer } from '../facts.ts';
import { bindingOf, claimantOf, type Pass } from '../pass.ts';
import { type Facts, type OperationRecord, RECORD_VERSION } from '../ports/applications.ts';
import { Postponed } from '../ports/errors.ts';
import type { Reservation } from '../ports/provider.ts';
import type { SecretHead } from '../ports/secrets.ts';
import { sealOf } from '../proof.ts';
import { secretNameAt } from '../rotation/issued.ts';
import { withLoss } from '../rotation/losses.ts';
import { type Superseded, superseding } from '../rotation/retiring.ts';
import { laterTime } from '../rotation/skew.ts';
import type { Consignment } from './consignment.ts';
import { deliver, Undeliverable } from './deliver.ts';
import { renamedTo } from './former.ts';
import { inspectedNow } from './inspection.ts';
import { owingRoll } from './roll.ts';
import { servedBy } from './served.ts';

/**
 * Writes the operation down, then the finalizer. Returns the monotonic time by which the call has to have ended.
 *
 * Where the finalizer is refused, nothing is called, and the operation is taken back at once. Whoever finds one that
 * was left behind cannot know that, and lets it settle: anybody can take a finalizer off.
 */
export async function begin(
  reservation: Reservation,
  record: OperationRecord,
  facts: Pick<Facts, 'temporaryName' | 'enforced' | 'rotation' | 'served'>,
  pass: Pass,
): Promise<number> {
  const { subject, provider, ports } = pass;
  const endsAtMs = ports.monotonicMs() + record.deadlineSeconds * 1000;
  await orGiveBack(reservation, async () => {
    await subject.record({ ...facts, provider: bindingOf(provider), operation: record });
    if (hasFinalizer(subject.application())) return;
    try {
      await subject.addFinalizer();
    } catch (error) {
      await subject.conclude(record.id, {});
      throw error;
    }
  });
  return endsAtMs;
}

/** Runs what precedes the call. If that fails nothing was sent, so the reserved place is given back. */
export async function orGiveBack<T>(reservation: Reservation, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    reservation.giveBack();
    throw error;
  }
}

/** Protocol O5: `clear` runs where the call was refused, or never sent; whatever else went wrong leaves the operation to settle. */
export async function refusable<T>(call: () => Promise<T>, clear: (error: Error) => Promise<void>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const neverSent = error instanceof Postponed;
    const refused = error instanceof ProviderError && error.details.effect === 'refused';
    if (neverSent || refused) await clear(error);
    throw error;
  }
}

/** Secret first, status second (protocol S1). @throws Blocked where the API server will not have the Secret */
export async function store(
  value: Pick<Consignment, 'applicationId' | 'birth' | 'credentials' | 'previous'> & {
    readonly superseded?: readonly Superseded[] | undefined;
  },
  record: OperationRecord,
  over: SecretHead | undefined,
  pass: Pass,
): Promise<void> {
  const { subject, desired, provider } = pass;
  const { superseded, ...delivery } = value;
  const { applicationId, birth, credentials } = delivery;
  const { id: operation, serial, type } = record;
  const served = servedBy(record, pass);
  // The overlap counts from the write: what starts before it has the former value (protocol T3).
  const after = (): Pick<Facts, 'formerSecrets' | 'rotation'> => {
    const rotation = type === 'rotate' ? rotatedNow(pass, record, superseded) : issuedNow(pass);
    return renamedTo(desired.secretName, rotation, over, pass);
  };
  const inspected = type === 'register' ? inspectedNow(undefined, pass) : {};
  const { clientId } = credentials;
  const seal = await sealOf(applicationId, clientId, pass);
  const facts = { applicationId, clientId, seal, ...withBirthOf(birth, pass), ...inspected };
  try {
    const secret = await deliver({ ...delivery, operation, serial }, over, pass);
    await subject.conclude(operation, { ...facts, ...after(), secret, served });
  } catch (error) {
    if (!(error instanceof Undeliverable)) throw error;
    if (type === 'rotate' && provider.manners.rotation === 'overlapping') {
      return undoIssue(applicationId, record, pass);
    }
    const secret = { name: desired.secretName, uid: over?.uid, serial, delivered: false };
    await subject.conclude(operation, { ...facts, ...after(), secret, ...servedIfRegistered(type, served) });
    throw new Blocked(
      'SecretRefused',
      'The API server does not accept the Secret; the secret is issued again once it does',
    );
  }
}

/** `status.births` with this one as the newest; no change where its birth is not known. */
export function withBirthOf(birth: BirthRecord | undefined, { subject }: Pass): Pick<Facts, 'births'> {
  return birth === undefined ? {} : { births: withBirth(factsOf(subject.application()).births, birth) };
}

/**
 * Nobody has seen the new secret, and each further try would leave another one: it is deleted, now or with the next
 * rotation. The former one goes on working and stands in the Secret still. A deletion that arrives late, or once more, would
 * hit what bears its name by then: none does (protocol T2).
 *
 * @throws Blocked, always
 */
async function undoIssue(applicationId: string, { id, serial }: OperationRecord, pass: Pass): Promise<never> {
  const { provider, ports, subject, signal } = pass;
  const name = secretNameAt(serial, ports.seals.installation);
  try {
    await provider.retireSecret(applicationId, name, claimantOf(pass), signal);
  } catch (error) {
    if (!(error instanceof ProviderError || error instanceof Postponed)) throw error;
  }
  await subject.conclude(id, { rotation: { ...factsOf(subject.application()).rotation, takenBack: serial } });
  throw new Blocked('SecretRefused', 'The API server does not accept the Secret; the former secret goes on working');
}

/** A registration serves its tokens by being there; a rotation serves its token by the delivery of its secret. */
function servedIfRegistered(
  type: OperationRecord['type'],
  served: Facts['served'],
): { readonly served?: Facts['served'] } {
  return type === 'register' ? { served } : {};
}

/** A secret that nobody had before, or whose registration was found or taken over: its age counts from now. */
export function issuedNow({ subject, ports }: Pass): Facts['rotation'] {
  const { rotation } = factsOf(subject.application());
  return { ...rotation, lastRotatedAt: new Date(ports.clusterTime()).toISOString() };
}

/** A secret that replaces others. `superseded`: these, where more is known of them than the names in the record. */
export function rotatedNow(
  pass: Pass,
  record: OperationRecord,
  superseded: readonly Superseded[] = (record.supersedes ?? []).map((name) => ({ name })),
): Facts['rotation'] {
  const { subject, ports, desired } = pass;
  const { cause, serial } = record;
  const nowMs = ports.clusterTime();
  const { rotation } = factsOf(subject.application());
  const counted = cause === 'secret-lost' || cause === 'withdrawn' ? withLoss(rotation, nowMs) : rotation;
  const lastRotatedAt = new Date(nowMs).toISOString();
  const scheduled = cause === 'scheduled' ? { lastScheduledAt: lastRotatedAt } : {};
  const ending = cause === 'ending' || cause === 'ended' ? { lastEndingAt: lastRotatedAt } : {};
  const rotated = { ...owingRoll(serial, counted, pass), ...scheduled, ...ending, lastRotatedAt };
  return superseding(rotated, superseded, desired.overlap, laterTime(ports));
}

/** The record of an operation that is about to begin. */
export function recordOf(
  type: OperationRecord['type'],
  serial: number,
  rest: Partial<OperationRecord>,
  { ports, provider, desired }: Pass,
): OperationRecord {
  return {
    v: RECORD_VERSION,
    id: ports.operationId(),
    type,
    holder: ports.holder,
    deadlineSeconds: provider.deadlineSeconds,
    serial,
    secretName: desired.secretName,
    ...(desired.requests.rotate === undefined ? {} : { request: desired.requests.rotate }),
    ...rest,
  };
}
