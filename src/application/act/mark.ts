import { type Kinship, markFor } from '../marks.ts';
import { claimantOf, factsOf, markedObject, type Pass } from '../pass.ts';
import { liveWithMark, proveSealed } from '../proof.ts';

/** What may be marked as ours once the seal says so: everything but what is another object's (protocol I5). */
const MARKABLE: ReadonlySet<Kinship> = new Set([
  'own',
  'former',
  'former-namespace',
  'another-cluster',
  'left-behind',
  'unmarked',
]);

/** Has the registration say that it is this object's, or that it was left behind on purpose (protocol I5, D4). */
export async function mark(pass: Pass, as: 'held' | 'retained'): Promise<void> {
  const { provider, subject, ports, signal } = pass;
  const { applicationId } = factsOf(subject.application());
  if (applicationId === undefined) return;
  await proveSealed(pass);
  const live = await liveWithMark(applicationId, MARKABLE, pass);
  const operation = live.mark.type === 'mark' ? live.mark.mark.operation : ports.operationId();
  const wanted = markFor(await markedObject(pass), { operation, retained: as === 'retained' }, ports.seals);
  await provider.mark(live, wanted, claimantOf(pass), signal);
}

/** Takes our mark off a registration that a person gave up: from now on it is nobody's (protocol R10). */
export async function giveUp(pass: Pass): Promise<void> {
  const { provider, subject, ports, signal } = pass;
  const { applicationId } = factsOf(subject.application());
  if (applicationId === undefined) return;
  await proveSealed(pass);
  const live = await liveWithMark(applicationId, MARKABLE, pass);
  const nobody = { ...(await markedObject(pass)), uid: '', name: '' };
  await provider.mark(live, markFor(nobody, { operation: '', retained: false }, ports.seals), claimantOf(pass), signal);
}
