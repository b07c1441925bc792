import type { OAuthApplication } from '../../api/application.ts';
import { isNotFound } from '../../idp/errors.ts';
import type { Inspection, Registration } from '../../idp/provider.ts';
import { enforcedAfter, leftOver } from '../enforced.ts';
import { factsOf } from '../facts.ts';
import { isGivenUp, isOwn } from '../marks.ts';
import { misfitOf } from '../misfit.ts';
import type { FoundRegistration, RegistrationView, SecretView } from '../observed.ts';
import { RECENT_MS } from '../own-registrations.ts';
import { claimantOf, isOlder, nameFor, type Pass } from '../pass.ts';
import type { Claimant, ReadyProvider } from '../ports/provider.ts';
import { markSight, rivalsFor, statusSeal } from '../proof.ts';
import { means } from '../shown.ts';
import { inspectWhenDue } from './inspection.ts';

/** The provider's side of an application, and what a listing does not show of it where this pass has need of that. */
export interface RegistrationSight {
  readonly view: RegistrationView;
  readonly inspection: Inspection | undefined;
}

/** Which registration is looked for. The seal on a Secret proves the client id, too. */
export type Sought =
  | { readonly by: 'status'; readonly applicationId: string }
  | { readonly by: 'secret'; readonly applicationId: string; readonly clientId: string };

/** Looks at the provider's side of an application. */
export async function observeRegistration(
  sought: Sought | undefined,
  secret: SecretView,
  pass: Pass,
): Promise<RegistrationSight> {
  if (sought === undefined) return seen({ type: 'none' });
  const application = pass.subject.application();
  const { applicationId } = sought;
  const known = pass.provider.known(applicationId);
  const registration = await asOurs(known, sought, pass);
  // What has our id by now is another's by its client id: ours is gone, whoever holds that one.
  const isGivenAgain = known !== undefined && registration === undefined;
  const rivals = isGivenAgain ? [] : await rivalsFor(applicationId, pass);
  const holder = rivals.find((rival) => outclaims(rival, application, registration, pass));
  if (holder !== undefined) return seen({ type: 'held-by-another', holder: nameFor(holder, pass) });
  if (registration === undefined) return seen(await confirmGone(sought, pass));
  const inspection = await inspectWhenDue(applicationId, secret, factsOf(application), pass);
  if (inspection === undefined) return seen(await seenAs(registration, 'not-now', pass));
  return { view: await seenAs(inspection.registration, 'now', pass), inspection };
}

/**
 * Protocol R12: of two that can prove that a registration is theirs, that one keeps it whose mark it bears, or who has
 * been in sync with it, or else the older one.
 */
function outclaims(
  one: OAuthApplication,
  other: OAuthApplication,
  registration: Registration | undefined,
  { ports }: Pass,
): boolean {
  const claim = ({ metadata, status }: OAuthApplication): number => {
    if (registration !== undefined && isOwn(registration.mark, metadata, ports.seals)) return 0;
    return status?.registration === undefined ? 2 : 1;
  };
  const difference = claim(one) - claim(other);
  return difference === 0 ? isOlder(one, other) : difference < 0;
}

function seen(view: RegistrationView): RegistrationSight {
  return { view, inspection: undefined };
}

/**
 * Protocol D2: the provider's own answer, and a complete listing that lacks the id. One that began within the last
 * minute serves all who look, or each of many missing registrations would cost a listing of its own. The brake (B1)
 * keeps nothing from being deleted.
 */
async function confirmGone(sought: Sought, pass: Pass): Promise<RegistrationView> {
  const { ports, provider, desired, signal } = pass;
  const { applicationId: id } = sought;
  const isBraked = (): boolean => provider.brake() === 'mass-disappearance' && desired.lifecycle !== 'deleted';
  if (isBraked()) return { type: 'mass-gone' };
  const claimant = claimantOf(pass);
  const answered = await asOurs(await registrationOrGone(id, claimant, provider, signal), sought, pass);
  const listed =
    answered === undefined ? await provider.listing(ports.monotonicMs() - RECENT_MS, claimant, signal) : [];
  const found = listed.find((registration) => registration.id === id);
  const answer = answered ?? (await asOurs(found, sought, pass));
  if (answer === undefined) return { type: isBraked() ? 'mass-gone' : 'gone' };
  return seenAs(answer, 'not-now', pass);
}

/**
 * A provider that was put back from a backup gives the ids after it again, and never a client id: under our id is
 * somebody else's registration then, and ours is gone. A status that proves nothing of its client id is no witness.
 */
async function asOurs(
  registration: Registration | undefined,
  sought: Sought,
  pass: Pass,
): Promise<Registration | undefined> {
  if (registration === undefined) return undefined;
  switch (sought.by) {
    case 'secret':
      return means(sought, registration) ? registration : undefined;
    case 'status':
      if (means(pass.subject.application().status, registration)) return registration;
      return (await statusSeal(pass)) === 'valid' ? undefined : registration;
  }
}

/** One witness of two: the provider's own answer. `undefined` where it says that there is no such registration. */
export async function registrationOrGone(
  id: string,
  claimant: Claimant,
  provider: Pick<ReadyProvider, 'get'>,
  signal: AbortSignal,
): Promise<Registration | undefined> {
  try {
    return await provider.get(id, claimant, signal);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function seenAs(
  registration: Registration,
  inspected: FoundRegistration['inspected'],
  pass: Pass,
): Promise<RegistrationView> {
  const { provider, desired, subject, ports } = pass;
  const { applicationId, enforced } = factsOf(subject.application());
  // Only a Secret names it, and its seal outlives what a person gave up (protocol R10).
  if (applicationId === undefined && isGivenUp(registration.mark, ports.seals)) return { type: 'gone' };
  const differences = [
    ...provider.differences(desired.metadata, registration),
    ...leftOver(enforced, desired.metadata, registration, provider),
  ];
  return {
    type: 'found',
    registration,
    differences,
    misfit: misfitOf(registration, pass),
    enforced: enforcedAfter(enforced, desired.metadata, registration, provider),
    mark: await markOn(registration, pass),
    inspected,
  };
}

async function markOn(found: Registration, pass: Pass): Promise<FoundRegistration['mark']> {
  if (pass.provider.naming !== 'Marked') return 'as-it-should';
  const { mark } = found;
  // Needs no look at the namespace, which a settled object would have in every pass.
  const isSettled = mark.type === 'mark' && !mark.mark.retained;
  if (isSettled && isOwn(mark, pass.subject.application().metadata, pass.ports.seals)) return 'as-it-should';
  const { kinship, isFree } = await markSight(found, pass);
  if (kinship === 'foreign-version' || kinship === 'damaged') return kinship;
  // Of two live objects that hold one registration neither writes over the other's mark.
  return isFree ? 'due' : 'foreign';
}
