import type { SecretSeal } from '../observed.ts';
import { claimsOf, type Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import type { SecretHead, SecretNotes, StoredSecret, WholeSecret } from '../ports/secrets.ts';

/** Whether we may write over it (protocol S1). */
export async function isOurs(stored: SecretHead, pass: Pass): Promise<boolean> {
  const seal = await sealOn(stored, pass);
  return seal !== 'foreign-version' && mayOverwrite(stored, seal, pass);
}

/** By what the seal says, or by its owner. */
export function mayOverwrite({ ownerUid }: SecretHead, seal: SecretSeal, { subject }: Pass): boolean {
  return seal !== 'invalid' || ownerUid === subject.application().metadata.uid;
}

/**
 * Ours by seal, or else by owner uid (protocol S1). A Secret that another object owns is never ours. The seal speaks of
 * the namespace that the annotation names: one that was made anew under its name may be somebody else's.
 */
export async function sealOn(stored: SecretHead, pass: Pass): Promise<SecretSeal | 'foreign-version'> {
  const { provider, subject } = pass;
  const { notes, ownerUid } = stored;
  const { uid, namespace } = subject.application().metadata;
  if (notes === undefined || (ownerUid !== undefined && ownerUid !== uid)) return 'invalid';
  const proof = await proofBy(notes, pass);
  if (proof !== 'valid') return proof;
  if (notes.identity !== provider.identity) return 'other-provider';
  if (notes.namespaceUid === (await pass.namespaceUid())) return 'valid';
  return provider.released(namespace, notes.namespaceUid) === 'released' ? 'released' : 'former-namespace';
}

/**
 * Protocol R2: whether the Secret was written by this operation. The operation's id stands in the status for every tenant
 * to read, so that only the seal tells our Secret from a forged one.
 */
export async function isWrittenBy(
  { id, serial }: NonNullable<Facts['operation']>,
  stored: StoredSecret,
  pass: Pass,
): Promise<boolean> {
  if (stored.notes?.operation !== id || stored.notes.serial !== serial) return false;
  return (await sealOn(stored, pass)) === 'valid';
}

/**
 * Whether what a Secret was written with is still in it. Somebody may have taken the value out, or said other keys: the
 * seal does not cover which key holds what, and a tenant could have us show the secret as a client id.
 */
export function isWhole(stored: StoredSecret, { desired }: Pass): stored is WholeSecret {
  const { notes, credentials } = stored;
  if (credentials === undefined || credentials.clientId !== notes?.clientId) return false;
  return desired.clientKind === 'public' || credentials.clientSecret !== undefined;
}

/**
 * Whether it was written for an object of this name that is gone. The garbage collector takes such a Secret away, but for
 * one whose owner was deleted and made again while its watch was interrupted: that stays for as long as the collector
 * runs (seen with Kubernetes 1.37). A name has one object, so that the live read of this one proves the other gone.
 */
export async function isLeftBehind(stored: StoredSecret, pass: Pass): Promise<boolean> {
  const { subject, ports, signal } = pass;
  const application = subject.application();
  const { name, uid } = application.metadata;
  if (stored.notes === undefined || stored.soleOwner !== name || stored.ownerUid === uid) return false;
  if ((await proofBy(stored.notes, pass)) !== 'valid') return false;
  return (await ports.applications.read(application, signal)) !== undefined;
}

/** Whether we wrote these notes, for an object of this name in the namespace that they speak of. */
async function proofBy(notes: SecretNotes, pass: Pass): Promise<'valid' | 'invalid' | 'foreign-version'> {
  const claims = await claimsOf(notes.identity, notes.applicationId, pass);
  return pass.ports.seals.verify(notes.seal, { ...claims, namespaceUid: notes.namespaceUid, clientId: notes.clientId });
}
