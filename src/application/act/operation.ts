import { ProviderError } from '../../idp/errors.ts';
import type { Registered } from '../../idp/provider.ts';
import { Blocked } from '../blocked.ts';
import { enforcedBy } from '../enforced.ts';
import { done } from '../happenings.ts';
import { markFor } from '../marks.ts';
import { isTemporaryNameOf, temporaryName } from '../naming.ts';
import { issuedOf, unsaidDigest } from '../observe/inspection.ts';
import { bindingOf, claimantOf, factsOf, hasFinalizer, markedObject, nameFor, type Pass } from '../pass.ts';
import { type Facts, type OperationRecord, RECORD_VERSION } from '../ports/applications.ts';
import { Held } from '../ports/endings.ts';
import type { Reservation } from '../ports/provider.ts';
import type { SecretHead } from '../ports/secrets.ts';
import { proveOurs, rivalsFor, sealOf } from '../proof.ts';
import { type IssuedView, secretNameAt } from '../rotation/issued.ts';
import { withLoss } from '../rotation/losses.ts';
import { keepPace } from '../rotation/pace.ts';
import { superseding } from '../rotation/retiring.ts';
import type { RotationCause } from '../step.ts';
import { type Consignment, deliver, formerAfter, rehearse, Undeliverable } from './deliver.ts';
import { inspectedNow } from './inspection.ts';
import { servedBy } from './served.ts';

/**
 * Registers the application: budget, rehearsal, operation record, finalizer, call, Secret, status (protocol O2).
 *
 * Each write before the call has a precondition, so that whoever is stale fails before the call.
 */
export async function register(pass: Pass): Promise<void> {
  const { provider, desired, subject, ports, signal } = pass;
  const reservation = await provider.reserveCreate(claimantOf(pass), signal);
  const name = nameAtBirth(pass);
  const { over, knownIds } = await orGiveBack(reservation, async () => ({
    over: await rehearse(pass, undefined),
    knownIds: await idsNamed(name, pass),
  }));
  const record = recordOf(pass, 'register', 1, { temporaryName: name, knownIds });
  const endsAtMs = await begin(pass, reservation, record, {
    enforced: enforcedBy(desired.metadata),
    ...(provider.naming === 'Temporary' ? { temporaryName: name } : {}),
  });

  const object = await markedObject(pass);
  const isMarked = provider.naming === 'Marked';
  const mark = isMarked ? markFor(object, { operation: record.id, retained: false }, ports.seals) : undefined;
  const registered = await refusable(pass, record, () =>
    provider.register(reservation, { name, mark }, desired.metadata, endsAtMs, signal),
  );
  await settleRegistered(pass, registered, record, over);
  subject.tell(done('Registered', 'Register', `Registered at the provider as ${registered.registration.clientId}`));
}

/**
 * Issues a new secret and puts it into the Secret. The former one stops working with the call (protocol T4), or goes on
 * until it is retired (T3).
 */
export async function rotate(pass: Pass, because: RotationCause): Promise<void> {
  const { provider, subject, ports, signal } = pass;
  const facts = factsOf(subject.application());
  const { applicationId, clientId } = facts;
  if (applicationId === undefined || clientId === undefined) return;

  keepPace(pass, because);
  await proveOurs(pass);
  const former = await formerOf(applicationId, pass);
  const over = await rehearse(pass, applicationId);
  const reservation = provider.reserveCall(claimantOf(pass, because === 'requested' ? 'requested' : undefined));
  const serial = serialOf(pass, over, former);
  // What an answer was lost for goes on to count as such.
  const cause = facts.operation?.cause ?? because;
  const record = recordOf(pass, 'rotate', serial, { applicationId, cause, ...supersededBy(serial, former, pass) });
  const endsAtMs = await begin(pass, reservation, record, {});

  const startedAtMs = ports.monotonicMs();
  const secretName = secretNameAt(serial, ports.seals.installation);
  const issued = await refusable(pass, record, () =>
    provider.issueSecret(reservation, applicationId, secretName, endsAtMs, signal),
  );
  if (issued === undefined) {
    const { desired } = pass;
    const secret = { name: desired.secretName, serial, delivered: false, withheld: true };
    const rotation = rotatedNow(pass, record);
    const former = formerAfter(pass, secret.name);
    await subject.conclude(record.id, { secret, rotation, ...former, served: servedBy(pass, record) });
    return;
  }
  const previous = previousOf(pass, former);
  await store(pass, { applicationId, credentials: { clientId, clientSecret: issued }, previous }, record, over);
  const gapMs = Math.ceil(ports.monotonicMs() - startedAtMs);
  const gap =
    provider.manners.rotation === 'immediate' ? `; between the two no secret worked for up to ${gapMs} ms` : '';
  subject.tell(done('Rotated', 'Rotate', `${ROTATED[because]}${gap}`));
}

/** What the provider holds before the call, where it can be read; the serial has to be above all of it (protocol T2). */
async function formerOf(applicationId: string, pass: Pass): Promise<IssuedView | undefined> {
  const { provider, subject, signal } = pass;
  if (provider.manners.secrets !== 'readable') return undefined;
  const secrets = await provider.secrets(applicationId, claimantOf(pass), signal);
  return issuedOf(secrets, pass, factsOf(subject.application()));
}

/** A mint whose answer was lost is made again under its name, where that is the same mint (protocol T2). */
function serialOf(pass: Pass, over: SecretHead | undefined, former: IssuedView | undefined): number {
  const { secret, operation } = factsOf(pass.subject.application());
  const known = Math.max(secret?.serial ?? 0, over?.notes?.serial ?? 0);
  if (former === undefined) return 1 + Math.max(known, operation?.serial ?? 0);
  return operation?.type === 'rotate' && operation.serial > known
    ? operation.serial
    : 1 + Math.max(known, former.highest);
}

/** Names of what the new secret takes the place of. */
function supersededBy(
  serial: number,
  former: IssuedView | undefined,
  { ports }: Pass,
): Pick<OperationRecord, 'supersedes'> {
  if (former === undefined) return {};
  const names = new Set([...(former.current === undefined ? [] : [former.current.name]), ...former.superseded]);
  names.delete(secretNameAt(serial, ports.seals.installation));
  return names.size === 0 ? {} : { supersedes: [...names] };
}

function previousOf({ desired }: Pass, former: IssuedView | undefined): Consignment['previous'] {
  const { current } = former ?? {};
  if (current === undefined || desired.content.keys.previousClientSecret === undefined) return undefined;
  return { name: current.name, value: current.value };
}

/**
 * A rotation whose answer was lost, and that may not be made again now: the value in the Secret may be worthless, and
 * another is issued when access is back.
 */
export async function giveUpRotation({ subject, desired }: Pass, { id, serial }: OperationRecord): Promise<void> {
  const { name } = factsOf(subject.application()).secret ?? { name: desired.secretName };
  await subject.conclude(id, { secret: { name, serial, delivered: false } });
}

const ROTATED = {
  requested: 'Issued a new secret, as requested',
  scheduled: 'Issued a new secret, as scheduled',
  undelivered: 'Issued a new secret, as the first one never reached its Secret',
  'secret-lost': 'Issued a new secret, as the Secret no longer held the former one',
  'answer-lost': 'Issued a new secret, as the answer to the last rotation was lost',
} as const satisfies Record<RotationCause, string>;

/**
 * Writes the operation down, then the finalizer. Returns the monotonic time by which the call has to have ended.
 *
 * Where the finalizer is refused, nothing is called, and the operation is taken back at once. Whoever finds one that
 * was left behind cannot know that, and lets it settle: anybody can take a finalizer off.
 */
async function begin(
  pass: Pass,
  reservation: Reservation,
  record: OperationRecord,
  facts: Pick<Facts, 'temporaryName' | 'enforced'>,
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

/** What fails before the call was never called: its place is for the next. */
async function orGiveBack<T>(reservation: Reservation, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    reservation.giveBack();
    throw error;
  }
}

/** Protocol O5: a refusal clears the operation; whatever else went wrong leaves it open, to settle. */
async function refusable<T>({ subject }: Pass, record: OperationRecord, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const neverSent = error instanceof Held;
    const refused = error instanceof ProviderError && error.details.effect === 'refused';
    if (neverSent || refused) await subject.conclude(record.id, {});
    throw error;
  }
}

async function settleRegistered(
  pass: Pass,
  { registration, secret }: Registered,
  record: OperationRecord,
  over: SecretHead | undefined,
): Promise<void> {
  const { desired, subject, provider } = pass;
  const { id, clientId } = registration;
  const [rival] = await rivalsFor(id, pass);
  if (rival !== undefined || record.knownIds?.includes(id) === true) {
    await subject.conclude(record.id, {});
    const whose = rival === undefined ? 'existed before' : `belongs to ${nameFor(rival, pass)}`;
    throw new Blocked('NameTaken', `The provider answered with registration ${id}, which ${whose}`);
  }
  if (secret === undefined && desired.clientKind === 'confidential') {
    const seal = await sealOf(pass, id);
    // Under a temporary name or our mark nobody can have been given one, so that another is had at once (protocol R8).
    const withheld = provider.naming === 'Final';
    const undelivered = { name: desired.secretName, serial: 0, delivered: false, withheld };
    const served = servedBy(pass, record);
    await subject.conclude(record.id, { applicationId: id, clientId, seal, secret: undelivered, served });
    return;
  }
  await store(pass, { applicationId: id, credentials: { clientId, clientSecret: secret } }, record, over);
}

/** Secret first, status second (protocol S1). */
async function store(
  pass: Pass,
  value: Pick<Consignment, 'applicationId' | 'credentials' | 'previous'>,
  record: OperationRecord,
  over: SecretHead | undefined,
): Promise<void> {
  const { subject, desired, provider } = pass;
  const { applicationId, credentials } = value;
  const { id: operation, serial, type } = record;
  const served = servedBy(pass, record);
  const seal = await sealOf(pass, applicationId);
  const rotation = type === 'rotate' ? rotatedNow(pass, record) : issuedNow(pass);
  const inspected = type === 'register' ? inspectedNow(pass, unsaidDigest(pass)) : {};
  const { clientId } = credentials;
  const facts = { applicationId, clientId, seal, rotation, ...inspected, ...formerAfter(pass, desired.secretName) };
  try {
    const secret = await deliver(pass, { ...value, operation, serial }, over);
    await subject.conclude(operation, { ...facts, secret, served });
  } catch (error) {
    if (!(error instanceof Undeliverable)) throw error;
    // The former secret goes on working and stands in the Secret still; this one is superseded by the next.
    if (type === 'rotate' && provider.manners.rotation === 'overlapping') {
      await subject.conclude(operation, {});
      throw new Blocked(
        'SecretRefused',
        'The API server does not accept the Secret; the former secret goes on working',
      );
    }
    const secret = { name: desired.secretName, serial, delivered: false };
    await subject.conclude(operation, { ...facts, secret, ...given(type, served) });
    throw new Blocked(
      'SecretRefused',
      'The API server does not accept the Secret; the secret is issued again once it does',
    );
  }
}

/** A registration serves its tokens by being there; a rotation serves its token by the delivery of its secret. */
function given(type: OperationRecord['type'], served: Facts['served']): { readonly served?: Facts['served'] } {
  return type === 'register' ? { served } : {};
}

/** A secret that nobody had before: its age counts from now. */
export function issuedNow({ subject, ports }: Pass): Facts['rotation'] {
  const { rotation } = factsOf(subject.application());
  return { ...rotation, lastRotatedAt: new Date(ports.clusterTime()).toISOString() };
}

/** A secret that replaces another one. */
export function rotatedNow(
  { subject, ports, desired }: Pass,
  { cause, serial, supersedes }: OperationRecord,
): Facts['rotation'] {
  const nowMs = ports.clusterTime();
  const { rotation } = factsOf(subject.application());
  const counted = cause === 'secret-lost' ? withLoss(rotation, nowMs) : rotation;
  const rolling = desired.restart === 'Referencing' ? { rolling: serial } : {};
  const lastRotatedAt = new Date(nowMs).toISOString();
  const scheduled = cause === 'scheduled' ? { lastScheduledAt: lastRotatedAt } : {};
  const rotated = { ...counted, ...rolling, ...scheduled, lastRotatedAt };
  return superseding(rotated, supersedes ?? [], desired.overlap, nowMs);
}

function nameAtBirth({ desired, subject, provider, ports }: Pass): string {
  if (provider.naming !== 'Temporary') return desired.metadata.name;
  const { metadata, status } = subject.application();
  const counter = status?.anew ?? 0;
  const kept = status?.temporaryName;
  if (kept !== undefined && isTemporaryNameOf(kept, metadata.uid, counter, ports.seals)) return kept;
  return temporaryName(desired.metadata.name, metadata.uid, counter, ports.seals);
}

/** Protocol R7: what exists under this name before the call is never taken as what the call made. */
async function idsNamed(name: string, pass: Pass): Promise<readonly string[]> {
  const { provider, ports, signal } = pass;
  if (provider.naming !== 'Final') return [];
  const listed = await provider.listing(ports.monotonicMs(), claimantOf(pass), signal);
  return listed.filter((found) => found.name === name).map(({ id }) => id);
}

function recordOf(
  { ports, provider, desired }: Pass,
  type: OperationRecord['type'],
  serial: number,
  rest: Partial<OperationRecord>,
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
