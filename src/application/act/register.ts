import type { OwnerMark } from '../../idp/owner-mark.ts';
import type { Registered } from '../../idp/provider.ts';
import { birthIn } from '../births.ts';
import { Blocked } from '../blocked.ts';
import { enforcedBy } from '../enforced.ts';
import { done } from '../happenings.ts';
import { markFor } from '../marks.ts';
import { isTemporaryNameOf, temporaryName } from '../naming.ts';
import { applicantOf, claimantOf, markedObject, nameFor, type Pass } from '../pass.ts';
import type { OperationRecord } from '../ports/applications.ts';
import { ClusterError } from '../ports/errors.ts';
import type { SecretHead } from '../ports/secrets.ts';
import { rivalsFor, sealOf } from '../proof.ts';
import { rehearse, standingSecret } from './deliver.ts';
import { partFromLetGo } from './let-go.ts';
import { begin, issuedNow, orGiveBack, recordOf, refusable, store, withBirthOf } from './operation.ts';
import { servedBy } from './served.ts';

/**
 * Registers the application: budget, rehearsal, operation record, finalizer, call, Secret, status (protocol O2). What can
 * be read again needs no rehearsal (S3).
 *
 * Each write before the call has a precondition, so that whoever is stale fails before the call.
 */
export async function register(pass: Pass): Promise<void> {
  const { provider, desired, subject, signal } = pass;
  const reservation = await provider.reserveCreate(applicantOf(pass), signal);
  const name = nameAtBirth(pass);
  const { over, knownIds } = await orGiveBack(reservation, async () => ({
    over: await (provider.manners.secrets === 'readable' ? standingSecret(pass) : rehearse(undefined, pass)),
    knownIds: await idsNamed(name, pass),
  }));
  const record = recordOf('register', 1, provider.naming === 'Marked' ? {} : { temporaryName: name, knownIds }, pass);
  const mark = await orGiveBack(reservation, () => markAtBirth(record, pass));
  const endsAtMs = await begin(
    reservation,
    record,
    {
      enforced: enforcedBy(desired.metadata),
      ...(provider.naming === 'Temporary' ? { temporaryName: name } : {}),
    },
    pass,
  );

  const registered = await refusable(
    () => provider.register(reservation, { name, mark }, desired.metadata, endsAtMs, signal),
    () => subject.conclude(record.id, {}),
  );
  const { id, clientId } = registered.registration;
  await refuseOthers(id, record, pass).catch((error: unknown) => {
    if (error instanceof Blocked) provider.rejectAnswer(reservation, error);
    throw error;
  });
  try {
    await settleRegistered(registered, record, over, pass);
  } catch (error) {
    if (error instanceof ClusterError) await partFromLetGo(id, record, pass);
    throw error;
  }
  subject.tell(done('Registered', 'Register', `Registered at the provider as ${clientId}`));
}

/** Protocol R7. @throws Blocked where another application holds what was answered, or it was there before */
async function refuseOthers(id: string, record: OperationRecord, pass: Pass): Promise<void> {
  const [rival] = await rivalsFor(id, pass);
  if (rival === undefined && record.knownIds?.includes(id) !== true) return;
  await pass.subject.conclude(record.id, {});
  const whose = rival === undefined ? 'existed before' : `belongs to ${nameFor(rival, pass)}`;
  throw new Blocked('NameTaken', `The provider answered with registration ${id}, which ${whose}`);
}

async function settleRegistered(
  { registration, secret }: Registered,
  record: OperationRecord,
  over: SecretHead | undefined,
  pass: Pass,
): Promise<void> {
  const { desired, subject, provider } = pass;
  const { id, clientId } = registration;
  const birth = birthIn(registration);
  if (secret === undefined && desired.clientKind === 'confidential') {
    const seal = await sealOf(id, clientId, pass);
    // Under a temporary name or our mark nobody can have been given one, so that another is had at once (protocol R8).
    const withheld = provider.naming === 'Final';
    const undelivered = { name: desired.secretName, serial: 0, delivered: false, withheld };
    await subject.conclude(record.id, {
      applicationId: id,
      clientId,
      seal,
      ...withBirthOf(birth, pass),
      secret: undelivered,
      // Its secret is as young as the registration, whenever it is read.
      rotation: issuedNow(pass),
      served: servedBy(record, pass),
    });
    return;
  }
  await store({ applicationId: id, birth, credentials: { clientId, clientSecret: secret } }, record, over, pass);
}

function nameAtBirth({ desired, subject, provider, ports }: Pass): string {
  if (provider.naming !== 'Temporary') return desired.metadata.name;
  const { metadata, status } = subject.application();
  const counter = status?.anew ?? 0;
  const kept = status?.temporaryName;
  if (kept !== undefined && isTemporaryNameOf(kept, metadata.uid, counter, ports.seals)) return kept;
  return temporaryName(desired.metadata.name, metadata.uid, counter, ports.seals);
}

/** Protocol I5: the registration says in the create itself whose it is. */
async function markAtBirth({ id }: OperationRecord, pass: Pass): Promise<OwnerMark | undefined> {
  if (pass.provider.naming !== 'Marked') return undefined;
  return markFor(await markedObject(pass), { operation: id, retained: false }, pass.ports.seals);
}

/** Protocol R7: what exists under this name before the call is never taken as what the call made. */
async function idsNamed(name: string, pass: Pass): Promise<readonly string[]> {
  const { provider, ports, signal } = pass;
  if (provider.naming !== 'Final') return [];
  const listed = await provider.listing(ports.monotonicMs(), claimantOf(pass), signal);
  return listed.filter((found) => found.name === name).map(({ id }) => id);
}
