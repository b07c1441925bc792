import { ProviderError } from '../idp/errors.ts';
import type { Registration } from '../idp/provider.ts';
import { Blocked } from './blocked.ts';
import { deliver, delivered, Undeliverable } from './deliver.ts';
import { register, rotate, rotatedNow, servedBy } from './operation.ts';
import { claimantOf, factsOf, hasFinalizer, type Pass } from './pass.ts';
import type { Action } from './plan.ts';
import type { Facts, StoredSecret } from './ports.ts';
import { proveOurs, sealOf } from './proof.ts';

type OperationRecord = NonNullable<Facts['operation']>;

/**
 * Carries out one action. The only place where a decision becomes an effect.
 *
 * @returns `ended` when the object is released and there is nothing left to look at
 */
export async function act(action: Action, pass: Pass): Promise<'go-on' | 'ended'> {
  switch (action.type) {
    case 'clear-operation':
      await pass.subject.record({ operation: undefined });
      return 'go-on';
    case 'finish':
      await finish(pass, action.record, action.stored);
      return 'go-on';
    case 'register':
      await register(pass);
      return 'go-on';
    case 'take':
      await take(pass, action.registration);
      return 'go-on';
    case 'take-back':
      await takeBack(pass, action.stored);
      return 'go-on';
    case 'forget':
      await forget(pass);
      return 'go-on';
    case 'remove-twins':
      await removeTwins(pass, action.ids);
      return 'go-on';
    case 'rotate':
      await rotate(pass, action.because);
      return 'go-on';
    case 'accept-secret':
      await acceptSecret(pass, action);
      return 'go-on';
    case 'write-secret':
      await writeSecret(pass, action.stored);
      return 'go-on';
    case 'update':
      await update(pass, action);
      return 'go-on';
    case 'recheck':
      await recheck(pass);
      return 'go-on';
    case 'deregister':
      await deregister(pass, action.ids);
      return 'ended';
    case 'remove-finalizer':
      await pass.subject.removeFinalizer();
      return 'ended';
  }
}

/** Protocol R2: the Secret holds the operation's value, only the status is missing. */
async function finish(pass: Pass, record: OperationRecord, stored: StoredSecret): Promise<void> {
  const { subject, ports } = pass;
  const { notes, credentials } = stored;
  if (notes === undefined || credentials === undefined) return;
  const { applicationId, serial } = notes;
  const rotate = record.request === undefined ? {} : { rotate: record.request };
  const served = record.type === 'register' ? servedBy(pass) : { ...factsOf(subject.application()).served, ...rotate };
  await subject.record({
    applicationId,
    clientId: credentials.clientId,
    seal: await sealOf(pass, applicationId),
    secret: delivered(stored, { serial, credentials }, pass),
    ...(record.type === 'rotate' ? { rotation: rotatedNow(pass) } : {}),
    served,
    operation: undefined,
  });
  ports.settling.forget(record.id);
  subject.tell(normal('Recovered', 'Recover', 'Found the credentials in the Secret after an interruption'));
}

/** Protocol R5: born under our temporary name and never delivered, so that its secret is issued once more. */
async function take(pass: Pass, { id, clientId }: Registration): Promise<void> {
  const { subject, desired, provider } = pass;
  const { kind, name, uid } = provider.ref;
  if (!hasFinalizer(subject.application())) {
    await subject.record({ provider: { kind, name, uid, identity: provider.identity } });
    await subject.addFinalizer();
  }
  const { serial } = factsOf(subject.application()).operation ?? { serial: 1 };
  await subject.record({
    applicationId: id,
    clientId,
    seal: await sealOf(pass, id),
    secret: { name: desired.secretName, serial: serial - 1, delivered: false },
    operation: undefined,
  });
  subject.tell(normal('Recovered', 'Recover', `Found registration ${id}, whose answer had been lost`));
}

/** Protocol R9: the seal on the Secret proves that its registration belongs to this object. */
async function takeBack(pass: Pass, stored: StoredSecret): Promise<void> {
  const { subject, provider } = pass;
  const { notes, credentials } = stored;
  if (notes === undefined || credentials === undefined) {
    throw new Blocked('StatusLost', 'The status is lost and the Secret holds no credentials');
  }
  const { kind, name, uid } = provider.ref;
  await subject.record({
    provider: { kind, name, uid, identity: provider.identity },
    applicationId: notes.applicationId,
    clientId: credentials.clientId,
    seal: await sealOf(pass, notes.applicationId),
    secret: delivered(stored, { serial: notes.serial, credentials }, pass),
    served: servedBy(pass),
  });
  subject.tell(
    normal('Recovered', 'Recover', `Took registration ${notes.applicationId} back by the seal on its Secret`),
  );
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
    ...(worthless ? { secret: { ...secret, resourceVersion: undefined, fingerprint: WORTHLESS } } : {}),
  });
}

/** Stands for a value that does not log in, so that the next look finds another one than is wanted. */
const WORTHLESS = 'worthless';

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
