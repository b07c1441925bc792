import type { Credentials } from '../../credentials.ts';
import { type BirthRecord, operationBehind } from '../births.ts';
import { factsOf } from '../facts.ts';
import { claimsOf, type Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import type { SecretDraft, SecretHead, SecretNotes, StoredSecret } from '../ports/secrets.ts';
import { render } from '../secret/content.ts';
import { layoutDigest } from '../secret/layout.ts';
import type { Previous } from '../secret/previous.ts';

/** What identifies a value in its Secret, so that a later pass finds out which operation it came from. */
export interface Consignment {
  readonly operation: string;
  readonly serial: number;
  readonly applicationId: string;
  /** Of a registration that the status does not tell of yet. */
  readonly birth?: BirthRecord | undefined;
  readonly credentials: Credentials;
  /** The superseded secret that is to stand beside it. */
  readonly previous?: Previous | undefined;
  readonly expiresAtMs?: number | undefined;
  /** Left out: as the policy says. */
  readonly owner?: 'none' | undefined;
}

/** The Secret that is to hold it. */
export async function draftOf(consignment: Consignment, pass: Pass): Promise<SecretDraft> {
  const { desired, provider } = pass;
  const { labels, annotations } = desired.content;
  const { credentials, previous } = consignment;
  return {
    name: desired.secretName,
    owner: consignment.owner ?? (desired.deletionPolicy === 'Retain' ? 'none' : 'application'),
    data: render(desired.content, { credentials, issuer: provider.issuer, previousClientSecret: previous?.value }),
    metadata: { labels, annotations },
    notes: await notesOf(consignment, pass),
  };
}

/**
 * Id of the operation that the same value was written with before, or a new one. What changes nothing wakes nobody: else a
 * status that cannot be written would have its Secret written again without a pause.
 */
export function operationOf(
  over: SecretHead | undefined,
  { applicationId, serial }: Pick<Consignment, 'applicationId' | 'serial'>,
  { ports }: Pass,
): string {
  const notes = over?.notes;
  return notes?.applicationId === applicationId && notes.serial === serial ? notes.operation : ports.operationId();
}

async function notesOf(consignment: Consignment, pass: Pass): Promise<SecretNotes> {
  const { provider, ports, desired, subject } = pass;
  const { operation, serial, applicationId, birth, previous, credentials } = consignment;
  const { clientId } = credentials;
  const { births } = factsOf(subject.application());
  const claims = await claimsOf(provider.identity, applicationId, pass);
  return {
    seal: ports.seals.seal({ ...claims, clientId }),
    serial,
    operation,
    birth: birth?.operation ?? operationBehind(births, applicationId),
    applicationId,
    clientId,
    identity: provider.identity,
    namespaceUid: claims.namespaceUid,
    layout: layoutDigest(previous === undefined ? 'alone' : 'previous', pass),
    keys: desired.content.keys,
  };
}

/**
 * Our own write whose answer was lost. Annotations alone prove nothing: all that was to be written has to be there, as a
 * Secret that is written in another layout had the value before.
 */
export function holds(stored: StoredSecret, draft: SecretDraft, { ports }: Pass): boolean {
  const { notes } = stored;
  const { operation, serial, layout } = draft.notes;
  if (notes?.operation !== operation || notes.serial !== serial || notes.layout !== layout) return false;
  return ports.secrets.holds(stored, draft);
}

/** The facts about a Secret with a value that is kept, and whose other content nobody has looked at yet. */
export function toBeReadLive(secret: NonNullable<Facts['secret']>): NonNullable<Facts['secret']> {
  return { ...secret, resourceVersion: undefined };
}

/** The facts about a Secret that holds these credentials. */
export function delivered(
  head: SecretHead,
  { serial, credentials, previous, expiresAtMs }: Omit<Consignment, 'operation' | 'applicationId'>,
  { ports }: Pick<Pass, 'ports'>,
): NonNullable<Facts['secret']> {
  const { name, uid, resourceVersion } = head;
  return {
    name,
    uid,
    resourceVersion,
    serial,
    fingerprint: ports.seals.fingerprint(credentials),
    delivered: true,
    ...(previous === undefined ? {} : { previous: previous.name }),
    ...(expiresAtMs === undefined ? {} : { expiresAt: new Date(expiresAtMs).toISOString() }),
  };
}
