import { forbiddenFields } from '../../api/guarded.ts';
import type { Credentials } from '../../credentials.ts';
import type { Registration } from '../../idp/provider.ts';
import { birthIn } from '../births.ts';
import { Blocked } from '../blocked.ts';
import { factsOf, hasFinalizer } from '../facts.ts';
import { done } from '../happenings.ts';
import { counterIn } from '../naming.ts';
import { listedSinceKnown, unrecordedByName } from '../own-registrations.ts';
import { bindingOf, claimantOf, nameFor, type Pass } from '../pass.ts';
import type { Facts, FormerSecret, OperationRecord } from '../ports/applications.ts';
import type { StoredSecret, WholeSecret } from '../ports/secrets.ts';
import { rivalsFor, sealOf } from '../proof.ts';
import { credibleSerial, FIRST_SERIAL } from '../rotation/issued.ts';
import { isWhole } from '../secret/ownership.ts';
import { previousFor } from '../secret/previous.ts';
import { delivered, toBeReadLive } from './consignment.ts';
import { MOST_FORMER, renamedTo } from './former.ts';
import { issuedNow, rotatedNow, withBirthOf } from './operation.ts';
import { owingRoll } from './roll.ts';
import { servedBy, servedByFinished } from './served.ts';
import { isWorthless } from './verification.ts';

/** Protocol R2: the Secret holds the operation's value, only the status is missing. */
export async function finish(record: OperationRecord, stored: WholeSecret, pass: Pass): Promise<void> {
  const { subject } = pass;
  const { credentials } = stored;
  const { applicationId, clientId, serial } = await provedBySecret(stored, pass);
  const [former] = record.supersedes ?? [];
  const previous = previousFor(pass.desired, former, { held: stored.previous });
  const written = toBeReadLive(delivered(stored, { serial, credentials, previous }, pass));
  await subject.record({
    applicationId,
    clientId,
    seal: await sealOf(applicationId, clientId, pass),
    // Its notes are the operation's, and its value may be somebody else's since.
    secret: stored.writtenBy === undefined ? written : await unlessWorthless(written, credentials, pass),
    // What the provider did not say of it is compared with what it shows, where it shows secrets.
    ...(stored.writtenBy === undefined ? {} : { inspected: undefined }),
    ...renamedTo(stored.name, record.type === 'rotate' ? rotatedNow(pass, record) : issuedNow(pass), stored, pass),
    served: servedByFinished(record, pass),
    operation: undefined,
  });
  subject.tell(done('Recovered', 'Recover', 'Found the credentials in the Secret after an interruption'));
}

/** Where the registration is comes first, so that a finalizer never stands over an empty status (protocol O2). */
export async function bind({ subject, provider }: Pass): Promise<void> {
  if (hasFinalizer(subject.application())) return;
  await subject.record({ provider: bindingOf(provider) });
  await subject.addFinalizer();
}

/**
 * Protocol R4, R5: it bears our mark or our temporary name. Its secret counts as never delivered, so that it is read, or
 * issued once more where it was shown once.
 */
export async function take(registration: Registration, pass: Pass): Promise<void> {
  const { subject, desired, provider } = pass;
  const { id, clientId } = registration;
  await bind(pass);
  await subject.record({
    provider: bindingOf(provider),
    applicationId: id,
    clientId,
    seal: await sealOf(id, clientId, pass),
    ...withBirthOf(birthIn(registration), pass),
    secret: { name: desired.secretName, serial: 0, delivered: false },
    rotation: issuedNow(pass),
    served: servedBy('taking-back', pass),
    operation: undefined,
    ...bornUnder(registration.name, pass),
    ...withoutPrivileges(registration, pass),
  });
  const how = provider.naming === 'Marked' ? 'by its owner mark' : 'by its temporary name';
  subject.tell(done('Recovered', 'Recover', `Found registration ${id} ${how}`));
}

/** By the name of one registration its twins are found, also by an object whose status had been lost (protocol R5). */
function bornUnder(name: string | undefined, { subject, ports }: Pass): Pick<Facts, 'temporaryName' | 'anew'> {
  const { metadata, status } = subject.application();
  const counter = name === undefined ? undefined : counterIn(name, metadata.uid, ports.seals);
  if (counter === undefined) return {};
  return { temporaryName: name, anew: Math.max(counter, status?.anew ?? 0) };
}

/**
 * What an earlier object was granted and this one is not counts as set by us, so that it is cleared like any field that is
 * left out: a retained registration would keep it through a withdrawal of the grant. Where the status alone was lost,
 * nothing tells what we set from what people did at the provider, and that stays.
 */
function withoutPrivileges(
  found: Registration | undefined,
  { access, subject, provider }: Pass,
): Pick<Facts, 'enforced'> {
  const isRetained = found?.mark.type === 'mark' && found.mark.mark.retained;
  if (access.type === 'denied' || !isRetained) return {};
  const forbidden = new Set(forbiddenFields(access.allow));
  const cleared = [...provider.clears].filter((field) => forbidden.has(field));
  if (cleared.length === 0) return {};
  const { enforced = [] } = factsOf(subject.application());
  return { enforced: [...new Set([...enforced, ...cleared])] };
}

/**
 * Protocol R9: the seal on the Secret proves that its registration belongs to this object, also where somebody has taken
 * the value out since.
 */
export async function takeBack(stored: StoredSecret, pass: Pass): Promise<void> {
  const { subject, provider } = pass;
  const { applicationId, clientId, serial } = await provedBySecret(stored, pass);
  // The name at birth was lost with the status, and only a twin that still bears it tells it.
  if (provider.naming === 'Temporary') await listedSinceKnown(applicationId, pass);
  const named = await unrecordedByName(factsOf(subject.application()), pass);
  // A twin first: the registration may bear an older name of the object than its twin.
  const [nearest] = named.toSorted((a, b) => Number(a.id === applicationId) - Number(b.id === applicationId));
  const former = await formerBehind(stored, applicationId, pass);
  await subject.record({
    provider: bindingOf(provider),
    applicationId,
    clientId,
    seal: await sealOf(applicationId, clientId, pass),
    secret: await secretFactsOf(stored, serial, pass),
    rotation: withRollBehind(serial, pass),
    served: servedBy('taking-back', pass),
    ...(former.length === 0 ? {} : { formerSecrets: former }),
    ...bornUnder(nearest?.name, pass),
    ...withoutPrivileges(provider.known(applicationId), pass),
  });
  subject.tell(done('Recovered', 'Recover', `Took registration ${applicationId} back by the seal on its Secret`));
}

/** A roll may have been owed by the status that was lost (protocol T4). Who has the mark of the value is not asked again. */
function withRollBehind(serial: number, pass: Pass): Facts['rotation'] {
  return serial > FIRST_SERIAL ? owingRoll(serial, issuedNow(pass), pass) : issuedNow(pass);
}

/**
 * With the status it was lost which Secrets of former names wait to be removed, and are used until then (protocol S8). A
 * copy that a person made has all that ours have but our field manager.
 */
async function formerBehind(stored: StoredSecret, applicationId: string, pass: Pass): Promise<readonly FormerSecret[]> {
  const { subject, ports, desired, signal } = pass;
  const application = subject.application();
  const removeAfter = new Date(ports.clusterTime() + desired.formerSecretMs).toISOString();
  const left: FormerSecret[] = [];
  for (const { name, notes } of ports.secrets.labelled(application)) {
    if (name === stored.name || name === desired.secretName || notes?.applicationId !== applicationId) continue;
    const live = await ports.secrets.read(application.metadata.namespace, name, signal);
    if (live !== undefined && live.writtenBy === undefined) left.push({ name, uid: live.uid, removeAfter });
  }
  return left.slice(-MOST_FORMER);
}

/** What is in the Secret, as far as it is of this client. */
async function secretFactsOf(stored: StoredSecret, serial: number, pass: Pass): Promise<NonNullable<Facts['secret']>> {
  const { name, uid } = stored;
  if (!isWhole(stored, pass)) return { name, uid, serial, delivered: true };
  const { credentials } = stored;
  return unlessWorthless(toBeReadLive(delivered(stored, { serial, credentials }, pass)), credentials, pass);
}

/** Protocol S10. Without a fingerprint the value in the Secret counts as none of ours, and so as lost. */
async function unlessWorthless(
  written: NonNullable<Facts['secret']>,
  credentials: Credentials,
  pass: Pass,
): Promise<NonNullable<Facts['secret']>> {
  if (pass.desired.lifecycle === 'deleted') return written;
  const isOver = await isWorthless(credentials, claimantOf(pass), pass);
  return isOver ? { ...written, fingerprint: undefined } : written;
}

/**
 * The registration that a sealed Secret proves, as the provider has it, and the serial of the value.
 *
 * @throws Blocked where another object holds it, or the Secret is of another client; ProviderError and Postponed where it
 *   cannot be read
 */
async function provedBySecret(
  stored: StoredSecret,
  pass: Pass,
): Promise<{ readonly applicationId: string; readonly clientId: string; readonly serial: number }> {
  const { provider, signal } = pass;
  const { notes } = stored;
  if (notes === undefined) throw new Blocked('StatusLost', 'The Secret that would complete the status has no notes');
  const { applicationId } = notes;
  const serial = credibleSerial(notes.serial);
  const [rival] = await rivalsFor(applicationId, pass);
  if (rival !== undefined) {
    throw new Blocked('NameTaken', `The registration that the Secret names belongs to ${nameFor(rival, pass)}`);
  }
  const { clientId } = provider.known(applicationId) ?? (await provider.get(applicationId, claimantOf(pass), signal));
  if (notes.clientId !== clientId) {
    throw new Blocked('StatusLost', `The Secret that would complete the status is of another client than ${clientId}`);
  }
  return { applicationId, clientId, serial };
}
