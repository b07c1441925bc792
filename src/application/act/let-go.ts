import { ProviderError } from '../../idp/errors.ts';
import type { Registration } from '../../idp/provider.ts';
import { Blocked } from '../blocked.ts';
import { done, warning } from '../happenings.ts';
import { markFor, markOfNobody } from '../marks.ts';
import { claimantOf, markedObject, type Pass } from '../pass.ts';
import type { OperationRecord } from '../ports/applications.ts';
import { Postponed } from '../ports/errors.ts';
import { markSight, proveUnheld } from '../proof.ts';

/**
 * Protocol O8, where a registration was just made and cannot be written down: an API server may let an object go while our
 * finalizer is being added. Then the registration goes as well, or is left as the policy says. Nothing looks again, so that
 * what fails is told.
 */
export async function partFromLetGo(id: string, record: OperationRecord, pass: Pass): Promise<void> {
  const { ports, subject, signal } = pass;
  if ((await ports.applications.read(subject.application(), signal)) !== undefined) return;
  try {
    const made = await stillAsMade(id, record, pass);
    if (made !== undefined) await part(made, record, pass);
  } catch (error) {
    if (!(error instanceof ProviderError || error instanceof Postponed || error instanceof Blocked)) throw error;
    const what = `Registration ${id} was made for an object that was let go meanwhile, and is left behind`;
    subject.tell(warning('LeftBehind', 'Deregister', `${what}: ${error.message}`));
  }
}

/** Nobody has taken it since: it is as the operation made it, and no object holds it, by a live list (protocol R12). */
async function stillAsMade(
  id: string,
  { id: operation, temporaryName }: OperationRecord,
  pass: Pass,
): Promise<Registration | undefined> {
  const { provider, signal } = pass;
  const live = await provider.get(id, claimantOf(pass, 'deletion'), signal);
  if (provider.naming === 'Marked') {
    const { kinship } = await markSight(live, pass);
    if (kinship !== 'own' || live.mark.type !== 'mark' || live.mark.mark.operation !== operation) return undefined;
  }
  if (provider.naming === 'Temporary' && live.name !== temporaryName) return undefined;
  await proveUnheld(id, pass);
  return live;
}

/** The mark goes first: a deletion may take effect late, and the next object of the name would have taken it by then. */
async function part(made: Registration, { id: operation }: OperationRecord, pass: Pass): Promise<void> {
  const { provider, subject, ports, signal } = pass;
  const claimant = claimantOf(pass, 'deletion');
  const isKept = subject.application().spec.deletionPolicy === 'Retain';
  if (provider.naming === 'Marked') {
    const self = await markedObject(pass);
    const { seals } = ports;
    const mark = isKept ? markFor(self, { operation, retained: true }, seals) : markOfNobody(self, operation, seals);
    await provider.mark(made, mark, claimant, signal);
  }
  if (isKept) return;
  await provider.remove(made.id, claimant, signal);
  const why = 'its object was let go while it was made';
  subject.tell(done('Deregistered', 'Deregister', `Deleted registration ${made.id} at the provider: ${why}`));
}
