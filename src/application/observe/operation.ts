import type { OAuthApplication } from '../../api/application.ts';
import { claimantOf, type Pass } from '../pass.ts';
import { type Facts, type OperationRecord, RECORD_VERSION } from '../ports/applications.ts';
import type { OpenOperation } from '../step.ts';
import { freeOf, ownName } from './registration.ts';
import { holdsValueOf } from './secret.ts';

/**
 * Looks at what became of an open operation, once it has settled (protocol O4).
 *
 * One without a finalizer settles like any other: whether the call was made cannot be told from that, since anybody who
 * may change the object can take a finalizer off.
 */
export async function observeOperation(
  pass: Pass,
  application: OAuthApplication,
  { operation: record }: Facts,
): Promise<OpenOperation | undefined> {
  if (record === undefined) return undefined;
  if (record.v !== RECORD_VERSION) return { type: 'foreign-version' };

  const { ports, provider, signal } = pass;
  const remainingMs = ports.settling.remainingMs(record.id, record.deadlineSeconds);
  if (remainingMs > 0) return { type: 'settling', remainingMs };

  const live = await ports.secrets.read(application.metadata.namespace, record.secretName, signal);
  const stored = live !== undefined && (await holdsValueOf(record, live, pass)) ? live : undefined;
  if (stored !== undefined || record.type === 'rotate') return { type: 'settled', record, stored, candidates: [] };

  const settledAtMs = ports.settling.settledAtMs(record.id, record.deadlineSeconds);
  const listed = await provider.listing(settledAtMs, claimantOf(pass), signal);
  const before = new Set(record.knownIds);
  const named = listed.filter(({ id, name }) => name === nameIn(record, pass) && !before.has(id));
  return { type: 'settled', record, stored, candidates: await freeOf(named, pass) };
}

/** The name that the lost create gave. A temporary one counts only if it is ours by its tag (protocol R5). */
function nameIn({ temporaryName }: OperationRecord, pass: Pass): string | undefined {
  if (pass.provider.naming === 'Final') return temporaryName ?? pass.desired.metadata.name;
  return ownName(temporaryName, pass);
}
