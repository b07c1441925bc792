import { forbiddenFields } from '../../api/guarded.ts';
import type { Credentials } from '../../credentials.ts';
import type { Registration } from '../../idp/provider.ts';
import { Blocked } from '../blocked.ts';
import { done } from '../happenings.ts';
import type { AdoptionView } from '../observed.ts';
import { bindingOf, claimantOf, factsOf, hasFinalizer, nameFor, type Pass } from '../pass.ts';
import type { Facts, OperationRecord } from '../ports/applications.ts';
import type { StoredSecret } from '../ports/secrets.ts';
import { liveRivalsFor, liveWithMark, proveSealed, rivalsFor, sealOf } from '../proof.ts';
import { believed } from '../rotation/issued.ts';
import { previousFor } from '../secret/previous.ts';
import { deliverCopy, delivered, formerAfter } from './deliver.ts';
import { issuedNow, rotatedNow } from './operation.ts';
import { servedBy } from './served.ts';

const REFUSED = 'The API server does not accept the Secret with the credentials in use';

/** Protocol R2: the Secret holds the operation's value, only the status is missing. */
export async function finish(pass: Pass, record: OperationRecord, stored: StoredSecret): Promise<void> {
  const { subject } = pass;
  const { applicationId, serial, credentials } = await checked(stored, pass);
  const [former] = record.supersedes ?? [];
  const previous = previousFor(pass.desired, former, { held: stored.previous });
  await subject.record({
    applicationId,
    clientId: credentials.clientId,
    seal: await sealOf(pass, applicationId),
    secret: delivered(stored, { serial, credentials, previous }, pass),
    ...formerAfter(pass, stored.name),
    ...(record.type === 'rotate' ? { rotation: rotatedNow(pass, record) } : {}),
    served: servedBy(pass, record),
    operation: undefined,
  });
  subject.tell(done('Recovered', 'Recover', 'Found the credentials in the Secret after an interruption'));
}

/** Where the registration is comes first, so that a finalizer never stands over an empty status (protocol O2). */
async function bind({ subject, provider }: Pass): Promise<void> {
  if (hasFinalizer(subject.application())) return;
  await subject.record({ provider: bindingOf(provider) });
  await subject.addFinalizer();
}

/**
 * Protocol R4, R5: it bears our mark or our temporary name. Its secret counts as never delivered, so that it is read, or
 * issued once more where it was shown once.
 */
export async function take(pass: Pass, { id, clientId }: Registration): Promise<void> {
  const { subject, desired, provider } = pass;
  await bind(pass);
  await subject.record({
    provider: bindingOf(provider),
    applicationId: id,
    clientId,
    seal: await sealOf(pass, id),
    secret: { name: desired.secretName, serial: 0, delivered: false },
    served: servedBy(pass, 'taking-back'),
    operation: undefined,
    ...withoutPrivileges(pass),
  });
  const how = provider.naming === 'Marked' ? 'by its owner mark' : 'by its temporary name';
  subject.tell(done('Recovered', 'Recover', `Found registration ${id} ${how}`));
}

/**
 * What an earlier object was granted and this one is not counts as set by us, so that it is cleared like any field that is
 * left out: a retained registration would keep it through a withdrawal of the grant.
 */
function withoutPrivileges({ access, subject, provider }: Pass): Pick<Facts, 'enforced'> {
  if (access.type === 'denied') return {};
  const forbidden = new Set(forbiddenFields(access.allow));
  const cleared = [...provider.clears].filter((field) => forbidden.has(field));
  if (cleared.length === 0) return {};
  const { enforced = [] } = factsOf(subject.application());
  return { enforced: [...new Set([...enforced, ...cleared])] };
}

/** Protocol R9: the seal on the Secret proves that its registration belongs to this object. */
export async function takeBack(pass: Pass, stored: StoredSecret): Promise<void> {
  const { subject, provider } = pass;
  const { applicationId, serial, credentials } = await checked(stored, pass);
  const written = delivered(stored, { serial, credentials }, pass);
  await subject.record({
    provider: bindingOf(provider),
    applicationId,
    clientId: credentials.clientId,
    seal: await sealOf(pass, applicationId),
    secret: (await isWorthless(credentials, pass)) ? { ...written, fingerprint: undefined } : written,
    rotation: issuedNow(pass),
    served: servedBy(pass, 'taking-back'),
    ...withoutPrivileges(pass),
  });
  subject.tell(done('Recovered', 'Recover', `Took registration ${applicationId} back by the seal on its Secret`));
}

/** Protocol S10. Without a fingerprint the value in the Secret counts as none of ours, and so as lost. */
async function isWorthless(credentials: Credentials, pass: Pass): Promise<boolean> {
  if (credentials.clientSecret === undefined || pass.desired.lifecycle === 'deleted') return false;
  return (await pass.provider.verify(credentials, claimantOf(pass), pass.signal)) === 'bad';
}

/**
 * Protocol A1: a registration that was there before. Its secret, where it is kept, is in our Secret before the status
 * says so (S1); until then the object holds nothing, and begins anew after a crash. The finalizer comes first, or a
 * deletion in between would take along a Secret that was the user's own.
 */
export async function adopt(pass: Pass, adoption: Extract<AdoptionView, { type: 'ready' }>): Promise<void> {
  const { subject, provider, desired, ports } = pass;
  const { registration, credentials, takenOver } = adoption;
  const { id: applicationId, clientId } = registration;
  const kept = credentials && { operation: ports.operationId(), serial: 1, applicationId, credentials };
  const over = takenOver ?? ports.secrets.head(subject.application().metadata.namespace, desired.secretName);
  const none = { name: desired.secretName, serial: 0, delivered: false };
  await bind(pass);
  await subject.record({
    provider: bindingOf(provider),
    applicationId,
    clientId,
    seal: await sealOf(pass, applicationId),
    secret: kept === undefined ? none : await deliverCopy(pass, kept, over, REFUSED),
    rotation: issuedNow(pass),
    served: servedBy(pass, 'taking-back'),
    operation: undefined,
  });
  await giveWay(pass, applicationId);
  subject.tell(done('Adopted', 'Adopt', `Adopted registration ${applicationId}`));
}

/**
 * Two objects may adopt one registration at once, each before a cache shows the other. Whoever finds the other now, read
 * live after his own record, lets go: of two at least one does, and nothing was changed at the provider yet (R7, R12).
 */
async function giveWay(pass: Pass, applicationId: string): Promise<void> {
  const [rival] = await liveRivalsFor(applicationId, pass);
  if (rival === undefined) return;
  await pass.subject.record({ applicationId: undefined, clientId: undefined, seal: undefined, secret: undefined });
  throw new Blocked('NameTaken', `The registration is being adopted by ${nameFor(rival, pass)}`);
}

/**
 * What a sealed Secret says, held against the provider. The seal does not cover which key holds what: a tenant could
 * have us show the secret as a client id.
 */
async function checked(stored: StoredSecret, pass: Pass) {
  const { provider, signal } = pass;
  const { notes, credentials } = stored;
  const isWhole = pass.desired.clientKind === 'public' || credentials?.clientSecret !== undefined;
  if (notes === undefined || credentials === undefined || !isWhole) {
    throw new Blocked('StatusLost', 'The Secret that would complete the status holds no credentials');
  }
  const { applicationId } = notes;
  const serial = believed(notes.serial);
  const [rival] = await rivalsFor(applicationId, pass);
  if (rival !== undefined) {
    throw new Blocked('NameTaken', `The registration that the Secret names belongs to ${nameFor(rival, pass)}`);
  }
  const { clientId } = provider.known(applicationId) ?? (await provider.get(applicationId, claimantOf(pass), signal));
  if (credentials.clientId !== clientId) {
    throw new Blocked(
      'StatusLost',
      `The Secret that would complete the status does not hold the client id of ${applicationId}`,
    );
  }
  return { applicationId, serial, credentials };
}

/** Protocol I4: the same registration at another address, as a person confirmed. The seal has to say so, too. */
export async function moveHere(pass: Pass): Promise<void> {
  const { subject, provider } = pass;
  const { applicationId } = factsOf(subject.application());
  if (applicationId === undefined) return;
  await proveSealed(pass);
  if (provider.naming === 'Marked') await liveWithMark(applicationId, 'own', pass);
  await subject.record({ provider: bindingOf(provider), seal: await sealOf(pass, applicationId) });
  subject.tell(done('Moved', 'Move', `The registration is at ${provider.identity} now, as confirmed`));
}
