import type { Registration } from '../idp/provider.ts';
import { hasFinalizer } from './facts.ts';
import { isTemporaryNameOf, possibleNames, temporaryName } from './naming.ts';
import { claimantOf, type Pass } from './pass.ts';
import type { Facts } from './ports/applications.ts';
import { rivalsFor } from './proof.ts';

/** Protocol D2: a listing no older than this still says what is there and what is not, ms. */
export const RECENT_MS = 60_000;

/**
 * Registrations under the object's temporary name other than the one in the status, oldest first. Where the status is lost,
 * those under its latest name come first: what bears an earlier one was given up, or had gone.
 */
export async function unrecordedByName(
  { applicationId, ...facts }: Facts,
  pass: Pass,
): Promise<readonly Registration[]> {
  if (pass.provider.naming === 'Marked') return [];
  const names = facts.provider === undefined ? bornAs(pass) : [ownName(facts.temporaryName, pass)];
  const found: Registration[] = [];
  for (const name of names) {
    const others = name === undefined ? [] : pass.provider.named(name).filter(({ id }) => id !== applicationId);
    found.push(...(await freeOf(others, pass)));
  }
  return found;
}

/** With a status the counter is lost, too (protocol D1); an object without a finalizer never had one. */
function bornAs({ subject, desired, ports }: Pass): readonly string[] {
  const application = subject.application();
  const { uid } = application.metadata;
  if (hasFinalizer(application)) return possibleNames(desired.metadata.name, uid, ports.seals).toReversed();
  return [temporaryName(desired.metadata.name, uid, 0, ports.seals)];
}

/** A temporary name counts only if it is the object's own by its tag (protocol R5). */
export function ownName(name: string | undefined, { subject, ports }: Pass): string | undefined {
  const { metadata, status } = subject.application();
  return name !== undefined && isTemporaryNameOf(name, metadata.uid, status?.anew ?? 0, ports.seals) ? name : undefined;
}

/** Protocol R7: what another application holds is never taken. Oldest first. */
export async function freeOf(found: readonly Registration[], pass: Pass): Promise<readonly Registration[]> {
  const free: Registration[] = [];
  for (const registration of found) if ((await rivalsFor(registration.id, pass)).length === 0) free.push(registration);
  return oldestFirst(free);
}

/** A listing that began after the registration was known shows what else came of a create that was sent twice. */
export async function listedSinceKnown(applicationId: string | undefined, pass: Pass): Promise<void> {
  const { provider, ports, signal } = pass;
  const sinceMs = applicationId === undefined ? undefined : provider.knownSinceMs(applicationId);
  await provider.listing(sinceMs ?? ports.monotonicMs() - RECENT_MS, claimantOf(pass), signal);
}

function oldestFirst(registrations: readonly Registration[]): readonly Registration[] {
  const age = ({ facts, id }: Registration): string => `${facts.createdAt ?? ''} ${id.padStart(32, '0')}`;
  return registrations.toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
}
