import type { OAuthApplication } from '../api/application.ts';
import { FINALIZERS } from '../api/names.ts';
import type { Facts } from './ports/applications.ts';

/**
 * The durable part of the status (protocol O2, R1).
 *
 * We clear `applicationId`, `clientId`, `seal` and `secret` only together. Where one stands without the id, somebody took
 * the id out, and all that is said of that registration counts as lost.
 */
export function factsOf({ status }: OAuthApplication): Facts {
  if (status === undefined) return {};
  const isTorn = status.applicationId === undefined && (status.clientId ?? status.seal ?? status.secret) !== undefined;
  return isTorn ? withoutRegistration(status) : status;
}

/** What holds whichever registration there was. */
function withoutRegistration({ operation, served, births, anew, formerSecrets }: Facts): Facts {
  return { operation, served, births, anew, formerSecrets };
}

/**
 * Whether the status tells of no registration, present or given up. A Secret with our seal may know of one: it is written
 * before the status, and a process may die in between (protocol S1, R1).
 */
export function saysNothingYet({ provider, applicationId, anew }: Facts): boolean {
  return provider === undefined || (applicationId === undefined && (anew ?? 0) === 0);
}

/**
 * Whether the status was lost, with what it said of a registration: nobody has our finalizer before a provider is written
 * down (protocol O2).
 */
export function isStatusLost(application: OAuthApplication): boolean {
  return hasFinalizer(application) && factsOf(application).provider === undefined;
}

/** A version of a Secret, by its metadata. */
interface Version {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

/** Whether what is there is the version that the status notes: nobody has written it, or made it anew, since. */
export function isNotedVersion(found: Version | undefined, noted: Version | undefined): boolean {
  return found?.uid === noted?.uid && found?.resourceVersion === noted?.resourceVersion;
}

/** Whether a rotation still owes its roll, which calls no provider (protocol T4). */
export function owesRoll({ status }: OAuthApplication): boolean {
  return status?.rotation?.rolling !== undefined;
}

/** Whether the status tells of a registration that was begun and of none that was made; one that is torn tells of nothing. */
export function isCreateOpen(application: OAuthApplication): boolean {
  const { provider, applicationId, operation } = factsOf(application);
  return provider !== undefined && applicationId === undefined && operation?.type === 'register';
}

/** Whether our finalizer keeps the object. */
export function hasFinalizer({ metadata }: OAuthApplication): boolean {
  return metadata.finalizers?.includes(FINALIZERS.registration) === true;
}
