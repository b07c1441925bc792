import type { Credentials } from '../credentials.ts';
import { ProviderError } from '../idp/errors.ts';
import type { Registered } from '../idp/provider.ts';
import { Blocked } from './blocked.ts';
import { deliver, rehearse, Undeliverable } from './deliver.ts';
import { tokensOf } from './desired.ts';
import { temporaryName } from './naming.ts';
import { keepPace } from './pace.ts';
import { claimantOf, factsOf, hasFinalizer, keyOf, type Pass } from './pass.ts';
import type { RotationCause } from './plan.ts';
import { type Facts, Held, RECORD_VERSION, type Reservation, type SecretHead } from './ports.ts';
import { proveOurs, sealOf } from './proof.ts';

type OperationRecord = NonNullable<Facts['operation']>;

/**
 * Registers the application: rehearsal, budget, operation record, finalizer, call, Secret, status (protocol O2).
 *
 * Each write before the call has a precondition, so that whoever is stale fails before the call.
 */
export async function register(pass: Pass): Promise<void> {
  const { provider, desired, ports, subject, signal } = pass;
  const over = await rehearse(pass, undefined);
  const name = nameAtBirth(pass);
  const knownIds = await idsNamed(name, pass);
  const reservation = await provider.reserveCreate(claimantOf(pass), signal);
  const record = recordOf(pass, 'register', 1, { temporaryName: name, knownIds });
  const endsAtMs = await begin(
    pass,
    reservation,
    record,
    provider.naming === 'Temporary' ? { temporaryName: name } : {},
  );

  const registered = await refusable(pass, record, () =>
    provider.register(reservation, name, desired.metadata, endsAtMs, signal),
  );
  await settleRegistered(pass, registered, record, over);
  ports.settling.forget(record.id);
  subject.tell({
    type: 'Normal',
    reason: 'Registered',
    action: 'Register',
    note: `Registered at the provider as ${registered.registration.clientId}`,
  });
}

/** Issues a new secret and puts it into the Secret (protocol T4). The former one stops working with the call. */
export async function rotate(pass: Pass, because: RotationCause): Promise<void> {
  const { provider, ports, subject, signal } = pass;
  const facts = factsOf(subject.application());
  const { applicationId, clientId } = facts;
  if (applicationId === undefined || clientId === undefined) return;

  keepPace(pass, because);
  await proveOurs(pass);
  const over = await rehearse(pass, applicationId);
  const reservation = provider.reserveCall(claimantOf(pass, because === 'requested' ? 'requested' : undefined));
  const serial = 1 + Math.max(facts.secret?.serial ?? 0, over?.notes?.serial ?? 0, facts.operation?.serial ?? 0);
  const record = recordOf(pass, 'rotate', serial, { applicationId });
  const endsAtMs = await begin(pass, reservation, record, {});

  const issued = await refusable(pass, record, () =>
    provider.issueSecret(reservation, applicationId, `k8s-${serial}`, endsAtMs, signal),
  );
  if (issued === undefined) {
    await subject.conclude(record.id, {});
    throw new Blocked('ProviderReturnedNoSecret', 'The provider issued a secret and did not show it');
  }
  await store(pass, { clientId, clientSecret: issued }, record, applicationId, over);
  ports.settling.forget(record.id);
  subject.tell({ type: 'Normal', reason: 'Rotated', action: 'Rotate', note: ROTATED[because] });
}

const ROTATED = {
  requested: 'Issued a new secret, as requested',
  undelivered: 'Issued a new secret, as the first one never reached its Secret',
  'secret-lost': 'Issued a new secret, as the Secret no longer held the former one',
  'answer-lost': 'Issued a new secret, as the answer to the last rotation was lost',
} as const satisfies Record<RotationCause, string>;

/** Writes the operation down, then the finalizer. Returns the monotonic time by which the call has to have ended. */
async function begin(
  pass: Pass,
  reservation: Reservation,
  record: OperationRecord,
  facts: Pick<Facts, 'temporaryName'>,
): Promise<number> {
  const { subject, provider, ports } = pass;
  const endsAtMs = ports.monotonicMs() + record.deadlineSeconds * 1000;
  try {
    const { kind, name, uid } = provider.ref;
    await subject.record({ ...facts, provider: { kind, name, uid, identity: provider.identity }, operation: record });
    if (!hasFinalizer(subject.application())) await subject.addFinalizer();
  } catch (error) {
    reservation.giveBack();
    throw error;
  }
  return endsAtMs;
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
  const { desired, provider, ports, subject } = pass;
  const { id, clientId } = registration;
  const { uid } = subject.application().metadata;
  const rival = ports.applications.withApplicationId(provider.identity, id).find((other) => other.metadata.uid !== uid);
  if (rival !== undefined || record.knownIds?.includes(id) === true) {
    await subject.conclude(record.id, {});
    const whose = rival === undefined ? 'existed before' : `belongs to ${keyOf(rival)}`;
    throw new Blocked('NameTaken', `The provider answered with registration ${id}, which ${whose}`);
  }
  if (secret === undefined && desired.clientKind === 'confidential') {
    const seal = await sealOf(pass, id);
    const undelivered = { name: desired.secretName, serial: 0, delivered: false };
    await subject.conclude(record.id, { applicationId: id, clientId, seal, secret: undelivered });
    return;
  }
  await store(pass, { clientId, clientSecret: secret }, record, id, over);
}

/** Secret first, status second (protocol S1). */
async function store(
  pass: Pass,
  credentials: Credentials,
  { id: operation, serial, type }: OperationRecord,
  applicationId: string,
  over: SecretHead | undefined,
): Promise<void> {
  const { subject, ports, desired } = pass;
  const served = servedBy(pass);
  const seal = await sealOf(pass, applicationId);
  const { clientId } = credentials;
  try {
    const secret = await deliver(pass, { operation, serial, applicationId, credentials }, over);
    const rotation = type === 'rotate' ? { rotation: rotatedNow(pass) } : {};
    await subject.conclude(operation, { applicationId, clientId, seal, secret, ...rotation, served });
  } catch (error) {
    if (!(error instanceof Undeliverable)) throw error;
    const secret = { name: desired.secretName, serial, delivered: false };
    await subject.conclude(operation, { applicationId, clientId, seal, secret });
    ports.settling.forget(operation);
    throw new Blocked(
      'SecretRefused',
      'The API server does not accept the Secret; the secret is issued again once it does',
    );
  }
}

/** Tokens that stand in the annotations when a secret is delivered are served by it (protocol R10, T1). */
export function servedBy({ subject }: Pass): Facts['served'] {
  const application = subject.application();
  const { rotate, reconcile, registerAnew } = tokensOf(application);
  const served = application.status?.served;
  return {
    ...served,
    ...(rotate === undefined ? {} : { rotate }),
    ...(reconcile === undefined ? {} : { reconcile }),
    ...(registerAnew === undefined ? {} : { anew: registerAnew }),
  };
}

export function rotatedNow({ subject, ports }: Pass): Facts['rotation'] {
  const lastRotatedAt = new Date(ports.clusterTime()).toISOString();
  return { ...subject.application().status?.rotation, lastRotatedAt };
}

function nameAtBirth({ desired, subject, provider, ports }: Pass): string {
  if (provider.naming === 'Final') return desired.metadata.name;
  const { metadata, status } = subject.application();
  return status?.temporaryName ?? temporaryName(desired.metadata.name, metadata.uid, status?.anew ?? 0, ports.seals);
}

/** Protocol R7: what exists under this name before the call is never taken as what the call made. */
async function idsNamed(name: string, pass: Pass): Promise<readonly string[]> {
  const { provider, ports, signal } = pass;
  if (provider.naming === 'Temporary') return [];
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
