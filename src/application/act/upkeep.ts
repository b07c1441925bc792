import { ProviderError } from '../../idp/errors.ts';
import { describeRefusal } from '../../idp/fields.ts';
import { Blocked } from '../blocked.ts';
import { enforcedAfter, enforcedBy, leftOver } from '../enforced.ts';
import { factsOf } from '../facts.ts';
import { done } from '../happenings.ts';
import { bearsTemporaryName } from '../naming.ts';
import { claimantOf, type Pass } from '../pass.ts';
import { Postponed } from '../ports/errors.ts';
import { proveOurs } from '../proof.ts';
import { hasEnded } from '../rotation/ending.ts';
import type { Action } from '../step.ts';
import { brokenOffIn, changeBegun, isBrokenOff, unsettledMs } from '../unlisted.ts';
import { isWorthless } from './verification.ts';

/**
 * Brings the registration in step with the spec. What is set for the first time is noted first, so that it is cleared when it is
 * left out; and that what a listing does not show is about to change, so that it is looked at whatever the spec says next.
 */
export async function update({ registration, fields }: Extract<Action, { type: 'update' }>, pass: Pass): Promise<void> {
  const { provider, desired, subject, ports, signal } = pass;
  const live = await proveOurs(pass);
  const [conflict] = provider.conflicts(desired.metadata, live ?? registration);
  if (conflict !== undefined) throw new Blocked('Rejected', describeRefusal(conflict));
  const wanted = enforcedBy(desired.metadata);
  const facts = factsOf(subject.application());
  const { enforced = [] } = facts;
  const noted = [...new Set([...enforced, ...wanted])];
  const isHidden = fields.some((field) => provider.unlisted.has(field));
  const begun = isHidden && !isBrokenOff(facts) ? changeBegun(pass) : undefined;
  // Of one before it that may still take effect nobody knows what becomes, however this one is answered.
  const isAlone = isHidden && unsettledMs(facts, pass) === 0;
  // A spec that has changed since might have what it had taken out set again (protocol I7).
  if (noted.length > enforced.length || begun !== undefined) await subject.record({ enforced: noted, ...begun });
  else await ports.applications.confirm(subject.application(), signal);

  const change = brokenOffIn(factsOf(subject.application()), pass);
  const after = await provider
    .update(live ?? registration, desired.metadata, fields, claimantOf(pass), signal)
    .catch((error: unknown) => {
      if (!wasAnswered(error)) ports.settling.forget(change);
      else if (isAlone) ports.settling.settle(change);
      throw error;
    });
  if (isAlone) ports.settling.settle(change);
  const left = [
    ...provider.differences(desired.metadata, after),
    ...leftOver(enforced, desired.metadata, after, provider),
  ].filter((field) => fields.includes(field));
  if (left.length > 0) {
    const paths = left.map((field) => `spec.${field}`).join(', ');
    throw new Blocked('Rejected', `${paths}: the provider accepted the change and did not make it`);
  }
  const kept = enforcedAfter(noted, desired.metadata, after, provider);
  // What broke off before may still set what was cleared now, and is cleared once more then: the end of the pass notes it.
  if (noted.length > kept.length && !isBrokenOff(facts)) await subject.record({ enforced: kept });
  // The end of a registration, which is told already.
  if (bearsTemporaryName(registration.name ?? '') && fields.length === 1) return;
  subject.tell(done('Updated', 'Update', `Updated ${fields.join(', ')} at the provider`));
}

/** Or was never sent. Calls go one after the other, so that all before it were answered, too. */
function wasAnswered(error: unknown): boolean {
  return error instanceof Postponed || (error instanceof ProviderError && error.details.effect === 'refused');
}

/** Protocol S10: asked for by `reconcile-requested-at`. */
export async function recheck(pass: Pass): Promise<void> {
  const { provider, desired, subject, ports, signal } = pass;
  const application = subject.application();
  const { applicationId, secret, served } = factsOf(application);
  if (applicationId === undefined || secret === undefined) return;
  const claimant = claimantOf(pass, 'requested');
  await provider.get(applicationId, claimant, signal);
  const stored = await ports.secrets.read(application.metadata.namespace, secret.name, signal);
  const credentials = stored?.credentials;
  // Of a secret that has ended a refusal says nothing new.
  const isOver = hasEnded(application, ports.clusterTime());
  const worthless = !isOver && credentials !== undefined && (await isWorthless(credentials, claimant, pass));
  const { reconcile } = desired.requests;
  await subject.record({
    served: { ...served, ...(reconcile === undefined ? {} : { reconcile }) },
    // What a listing does not show is looked at next.
    inspected: undefined,
    // Without a fingerprint the value in the Secret counts as none of ours, and so as lost.
    ...(worthless ? { secret: { ...secret, resourceVersion: undefined, fingerprint: undefined } } : {}),
  });
}
