import { type BirthRecord, birthIn, isNoted, isOperation, wasGivenUp } from '../births.ts';
import { isOwn } from '../marks.ts';
import { provesRegistration, type RegistrationView, type SecretView } from '../observed.ts';
import type { Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';

/** What status, registration and Secret say of births (protocol R4). */
export function knownBirths(
  { applicationId, births = [] }: Facts,
  secret: SecretView,
  { provider, subject, ports }: Pass,
): readonly BirthRecord[] {
  const held = applicationId === undefined ? undefined : provider.known(applicationId);
  const isOurs = held !== undefined && isOwn(held.mark, subject.application().metadata, ports.seals);
  const marked = isOurs ? birthIn(held) : undefined;
  return [...births, marked ?? [], birthOnSecret(secret, provider) ?? []].flat();
}

/** A birth that the status does not tell of, and of which nothing else may tell tomorrow. */
export function unrecordedBirth(
  { births }: Facts,
  secret: SecretView,
  registration: RegistrationView,
  { provider }: Pass,
): BirthRecord | undefined {
  if (provider.naming !== 'Marked') return undefined;
  const isMarked = registration.type === 'found' && registration.mark === 'as-it-should';
  const known = [birthOnSecret(secret, provider), isMarked ? birthIn(registration.registration) : undefined];
  // A Secret names what was given up still, and anybody may have written another birth of it there.
  const isNews = (birth: BirthRecord): boolean => !isNoted(births, birth) && !wasGivenUp(births, birth.applicationId);
  return known.find((birth) => birth !== undefined && isNews(birth));
}

/**
 * Of the registration that the seal on the Secret names. Anybody may have written the operation there: all that he gains
 * is that a registration is left alone.
 */
function birthOnSecret(secret: SecretView, { known }: Pass['provider']): BirthRecord | undefined {
  const { birth: operation = '', applicationId } = (provesRegistration(secret) ? secret.stored.notes : undefined) ?? {};
  if (!isOperation(operation) || applicationId === undefined) return undefined;
  return { operation, applicationId, createdAt: known(applicationId)?.facts.createdAt };
}
