import { type BirthRecord, birthIn, operationBehind } from '../births.ts';
import { factsOf } from '../facts.ts';
import { ADOPTED, markFor } from '../marks.ts';
import { claimantOf, markedObject, type Pass } from '../pass.ts';
import { liveWithMark, proveCurrent } from '../proof.ts';
import { withBirthOf } from './operation.ts';

/** Has the registration say that it is this object's, or that it was left behind on purpose (protocol I5, D4). */
export async function mark(as: 'held' | 'retained', pass: Pass): Promise<void> {
  const { provider, subject, ports, signal } = pass;
  const { applicationId, births } = factsOf(subject.application());
  if (applicationId === undefined) return;
  await proveCurrent(pass);
  const live = await liveWithMark(applicationId, 'free', pass);
  const known = birthIn(live)?.operation ?? operationBehind(births, applicationId);
  const operation = known ?? `${ADOPTED}${ports.operationId()}`;
  const wanted = markFor(await markedObject(pass), { operation, retained: as === 'retained' }, ports.seals);
  await provider.mark(live, wanted, claimantOf(pass), signal);
}

/** What tells a copy from this registration, should it be gone one day (protocol R4). */
export async function recordBirth(birth: BirthRecord, pass: Pass): Promise<void> {
  await pass.subject.record(withBirthOf(birth, pass));
}
