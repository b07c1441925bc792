import { ProviderError } from '../idp/errors.ts';
import type { Registration } from '../idp/provider.ts';
import { Blocked } from './blocked.ts';
import { deliver, delivered, Undeliverable } from './deliver.ts';
import { register, rotate, rotatedNow } from './operation.ts';
import { bindingOf, claimantOf, factsOf, hasFinalizer, type Pass } from './pass.ts';
import type { OperationRecord, StoredSecret } from './ports.ts';
import { proveOurs, sealOf } from './proof.ts';
import { servedBy } from './served.ts';
import type { Action } from './step.ts';

/** Carries out one action. The only place where a decision becomes an effect. */
export function act(action: Action, pass: Pass): Promise<void> {
  switch (action.type) {
    case 'clear-operation':
      return pass.subject.record({ operation: undefined });
    case 'finish':
      return finish(pass, action.record, action.stored);
    case 'register':
      return register(pass);
    case 'take':
      return take(pass, action.registration);
    case 'take-back':
      return takeBack(pass, action.stored);
    case 'forget':
      return forget(pass);
    case 'remove-twins':
      return removeTwins(pass, action.ids);
    case 'rotate':
      return rotate(pass, action.because);
    case 'accept-secret':
      return acceptSecret(pass, action);
    case 'write-secret':
      return writeSecret(pass, action.stored);
    case 'update':
      return update(pass, action);
    case 'recheck':
      return recheck(pass);
    case 'deregister':
      return deregister(pass, action.ids);
    case 'add-finalizer':
      return pass.subject.addFinalizer();
    case 'remove-finalizer':
      return pass.subject.removeFinalizer();
  }
}

/** Protocol R2: the Secret holds the operation's value, only the status is missing. */
async function finish(pass: Pass, record: OperationRecord, stored: StoredSecret): Promise<void> {
  const { subject } = pass;
  const { applicationId, serial, credentials } = await checked(stored, pass);
  await subject.record({
    applicationId,
    clientId: credentials.clientId,
    seal: await sealOf(pass, applicationId),
    secret: delivered(stored, { serial, credentials }, pass),
    ...(record.type === 'rotate' ? { rotation: rotatedNow(pass) } : {}),
    served: servedBy(pass, record),
    operation: undefined,
  });
  subject.tell(normal('Recovered', 'Recover', 'Found the credentials in the Secret after an interruption'));
}

/** Protocol R5: born under our temporary name and never delivered, so that its secret is issued once more. */
async function take(pass: Pass, { id, clientId }: Registration): Promise<void> {
  const { subject, desired, provider } = pass;
  if (!hasFinalizer(subject.application())) {
    await subject.record({ provider: bindingOf(provider) });
    await subject.addFinalizer();
  }
  await subject.record({
    applicationId: id,
    clientId,
    seal: await sealOf(pass, id),
    secret: { name: desired.secretName, serial: 0, delivered: false },
    served: servedBy(pass, 'taking-back'),
    operation: undefined,
  });
  subject.tell(normal('Recovered', 'Recover', `Found registration ${id}, whose answer had been lost`));
}

/** Protocol R9: the seal on the Secret proves that its registration belongs to this object. */
async function takeBack(pass: Pass, stored: StoredSecret): Promise<void> {
  const { subject, provider } = pass;
  const { applicationId, serial, credentials } = await checked(stored, pass);
  await subject.record({
    provider: bindingOf(provider),
    applicationId,
    clientId: credentials.clientId,
    seal: await sealOf(pass, applicationId),
    secret: delivered(stored, { serial, credentials }, pass),
    served: servedBy(pass, 'taking-back'),
  });
  subject.tell(normal('Recovered', 'Recover', `Took registration ${applicationId} back by the seal on its Secret`));
}

/**
 * What a sealed Secret says, held against the provider. The seal does not cover which key holds what: a tenant could
 * have us show the secret as a client id.
 */
async function checked(stored: StoredSecret, pass: Pass) {
  const { provider, signal } = pass;
  const { notes, credentials } = stored;
  if (notes === undefined || credentials === undefined) {
    throw new Blocked('StatusLost', 'The Secret that would complete the status holds no credentials');
  }
  const { applicationId, serial } = notes;
  const { clientId } = provider.known(applicationId) ?? (await provider.get(applicationId, claimantOf(pass), signal));
  if (credentials.clientId !== clientId) {
    throw new Blocked(
      'StatusLost',
      `The Secret that would complete the status does not hold the client id of ${applicationId}`,
    );
  }
  return { applicationId, serial, credentials };
}

/** The registration is proved gone, or a person gave it up; the next one is born under another name (protocol R5). */
async function forget({ subject, desired }: Pass): Promise<void> {
  const { applicationId, anew, served } = factsOf(subject.application());
  const { registerAnew } = desired.requests;
  await subject.record({
    applicationId: undefined,
    clientId: undefined,
    seal: undefined,
    secret: undefined,
    registration: undefined,
    rotation: undefined,
    temporaryName: undefined,
    anew: (anew ?? 0) + 1,
    served: { ...served, ...(registerAnew === undefined ? {} : { anew: registerAnew }) },
  });
  const note =
    registerAnew === undefined
      ? `Registration ${applicationId} is gone at the provider`
      : `Gave up registration ${applicationId}, as requested; it stays at the provider`;
  subject.tell({ type: 'Warning', reason: 'RegistrationGone', action: 'Forget', note });
}

async function removeTwins(pass: Pass, ids: readonly string[]): Promise<void> {
  const { provider, subject, signal } = pass;
  await proveOurs(pass);
  for (const id of ids) {
    await provider.remove(id, claimantOf(pass), signal).catch(unlessMissing);
    subject.tell(
      normal('TwinRemoved', 'Deregister', `Deleted registration ${id}, which a lost answer had left behind`),
    );
  }
}

async function acceptSecret(pass: Pass, { head, stored }: Extract<Action, { type: 'accept-secret' }>): Promise<void> {
  const { subject } = pass;
  const { secret } = factsOf(subject.application());
  if (secret === undefined) return;
  const credentials = stored?.credentials;
  if (credentials === undefined) {
    const { uid, resourceVersion } = head;
    await subject.record({ secret: { ...secret, uid, resourceVersion } });
    return;
  }
  await subject.record({ secret: delivered(head, { serial: secret.serial, credentials }, pass) });
  subject.tell(normal('SecretAccepted', 'WriteSecret', 'The value put into the Secret by hand logs in and is kept'));
}

/** The same credentials in the layout that the spec asks for; nothing is issued (protocol S4). */
async function writeSecret(pass: Pass, stored: StoredSecret | undefined): Promise<void> {
  const { subject, ports, desired } = pass;
  const { applicationId, clientId, secret } = factsOf(subject.application());
  if (applicationId === undefined || clientId === undefined) return;
  const credentials = desired.clientKind === 'public' ? { clientId, clientSecret: undefined } : stored?.credentials;
  if (credentials === undefined) return;
  const operation = stored?.notes?.operation ?? ports.operationId();
  const serial = secret?.serial ?? 1;
  try {
    const written = await deliver(pass, { operation, serial, applicationId, credentials }, stored);
    await subject.record({ secret: written });
  } catch (error) {
    if (!(error instanceof Undeliverable)) throw error;
    throw new Blocked('SecretRefused', 'The API server does not accept the Secret');
  }
  subject.tell(normal('SecretWritten', 'WriteSecret', `Wrote Secret ${desired.secretName}`));
}

async function update(pass: Pass, { registration, fields }: Extract<Action, { type: 'update' }>): Promise<void> {
  const { provider, desired, subject, signal } = pass;
  await proveOurs(pass);
  const after = await provider.update(registration.id, desired.metadata, fields, claimantOf(pass), signal);
  const left = provider.differences(desired.metadata, after).filter((field) => fields.includes(field));
  if (left.length > 0) {
    throw new Blocked('Rejected', `spec.${left.join(', spec.')}: the provider accepted the change and did not make it`);
  }
  subject.tell(normal('Updated', 'Update', `Updated ${fields.join(', ')} at the provider`));
}

/** Protocol S10: asked for by `reconcile-requested-at`. */
async function recheck(pass: Pass): Promise<void> {
  const { provider, desired, subject, ports, signal } = pass;
  const application = subject.application();
  const { applicationId, secret, served } = factsOf(application);
  if (applicationId === undefined || secret === undefined) return;
  const claimant = claimantOf(pass, 'requested');
  await provider.get(applicationId, claimant, signal);
  const stored = await ports.secrets.read(application.metadata.namespace, secret.name, signal);
  const credentials = stored?.credentials;
  const worthless =
    credentials?.clientSecret !== undefined && (await provider.verify(credentials, claimant, signal)) === 'bad';
  const { reconcile } = desired.requests;
  await subject.record({
    served: { ...served, ...(reconcile === undefined ? {} : { reconcile }) },
    // Without a fingerprint the value in the Secret counts as none of ours, and so as lost.
    ...(worthless ? { secret: { ...secret, resourceVersion: undefined, fingerprint: undefined } } : {}),
  });
}

/** Protocol D1, D2. The finalizer goes last, and only when everything that is ours is proved gone. */
async function deregister(pass: Pass, ids: readonly string[]): Promise<void> {
  const { provider, subject, signal, ports } = pass;
  const claimant = claimantOf(pass);
  for (const id of ids) {
    const answer = await provider.remove(id, claimant, signal).then(() => 'removed' as const, unlessMissing);
    if (answer === 'missing') {
      const listed = await provider.listing(ports.monotonicMs(), claimant, signal);
      if (listed.some((registration) => registration.id === id)) {
        throw new Blocked('DeletionBlocked', `The provider lists registration ${id} and says that it does not exist`);
      }
    }
    subject.tell(normal('Deregistered', 'Deregister', `Deleted registration ${id} at the provider`));
  }
  await subject.removeFinalizer();
}

function unlessMissing(error: unknown): 'missing' {
  if (error instanceof ProviderError && error.code === 'not-found') return 'missing';
  throw error;
}

function normal(reason: string, action: string, note: string) {
  return { type: 'Normal', reason, action, note } as const;
}
