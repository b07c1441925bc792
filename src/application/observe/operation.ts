import type { Registration } from '../../idp/provider.ts';
import { kinshipOf } from '../marks.ts';
import type { OpenOperation } from '../observed.ts';
import { freeOf, ownName } from '../own-registrations.ts';
import { claimantOf, markedObject, type Pass } from '../pass.ts';
import { type Facts, type OperationRecord, RECORD_VERSION } from '../ports/applications.ts';
import type { StoredSecret } from '../ports/secrets.ts';
import { isWhole, isWrittenBy } from '../secret/ownership.ts';

/**
 * Looks at what became of an open operation, once it has settled (protocol O4).
 *
 * One without a finalizer settles like any other: whether the call was made cannot be told from that, since anybody who
 * may change the object can take a finalizer off.
 */
export async function observeOperation({ operation: record }: Facts, pass: Pass): Promise<OpenOperation | undefined> {
  if (record === undefined) return undefined;
  if (record.v !== RECORD_VERSION) return { type: 'foreign-version' };

  const { ports, provider, subject, signal } = pass;
  const remainingMs = ports.settling.remainingMs(record.id, record.deadlineSeconds);
  if (remainingMs > 0) return { type: 'settling', remainingMs };

  const live = await ports.secrets.read(subject.application().metadata.namespace, record.secretName, signal);
  const written = live !== undefined && (await isWrittenBy(record, live, pass)) ? live : undefined;
  const stored = written !== undefined && isWhole(written, pass) ? written : undefined;
  if (stored !== undefined || record.type === 'rotate') {
    return { type: 'settled', record, stored, candidates: [], candidatesBy: 'proof' };
  }

  const settledAtMs = ports.settling.settledAtMs(record.id, record.deadlineSeconds);
  const listed = await provider.listing(settledAtMs, claimantOf(pass), signal);
  const before = new Set(record.knownIds);
  const made = written === undefined ? await bornOf(record, listed, pass) : sealedIn(written, listed);
  const candidates = await freeOf(
    made.filter(({ id }) => !before.has(id)),
    pass,
  );
  const candidatesBy = written === undefined ? speaksFor(record, pass) : 'proof';
  return { type: 'settled', record, stored, candidates, candidatesBy };
}

/** The seal on a Secret that has lost its value says all the same what was made (protocol R9). */
function sealedIn({ notes }: StoredSecret, listed: readonly Registration[]): readonly Registration[] {
  return listed.filter(({ id, clientId }) => id === notes?.applicationId && clientId === notes.clientId);
}

async function bornOf(
  record: OperationRecord,
  listed: readonly Registration[],
  pass: Pass,
): Promise<readonly Registration[]> {
  return pass.provider.naming === 'Marked' ? markedBy(record, listed, pass) : namedBy(record, listed, pass);
}

/** Registrations that bear the owner mark of this very operation (protocol R4). */
async function markedBy(
  { id }: OperationRecord,
  listed: readonly Registration[],
  pass: Pass,
): Promise<readonly Registration[]> {
  const self = await markedObject(pass);
  return listed.filter(
    ({ mark }) =>
      mark.type === 'mark' && mark.mark.operation === id && kinshipOf(mark, self, pass.ports.seals) === 'own',
  );
}

/** By the name that the lost create gave: how names are given may have been changed since. */
function namedBy(
  { temporaryName }: OperationRecord,
  listed: readonly Registration[],
  { provider, desired }: Pass,
): readonly Registration[] {
  const wanted = temporaryName ?? (provider.naming === 'Final' ? desired.metadata.name : undefined);
  return wanted === undefined ? [] : listed.filter(({ name }) => name === wanted);
}

/** A temporary name counts only if it is ours by its tag (protocol R5); a final one says nothing of whose it is (R6). */
function speaksFor({ temporaryName }: OperationRecord, pass: Pass): 'proof' | 'name' {
  return pass.provider.naming === 'Marked' || ownName(temporaryName, pass) !== undefined ? 'proof' : 'name';
}
