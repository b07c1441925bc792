import { wantedValue } from '../idp/fields.ts';
import type { ClientMetadata } from '../idp/provider.ts';
import type { Pass } from './pass.ts';
import type { Facts } from './ports/applications.ts';

/** In the place of a digest, which it can never be. */
const BROKEN_OFF = 'a change was begun';

/** The record of a change of it that begins now: what becomes of that nobody knows, until its calls have been answered. */
export function changeBegun({ ports }: Pass): Pick<Facts, 'inspected'> {
  return { inspected: { at: new Date(ports.clusterTime()).toISOString(), wanted: BROKEN_OFF } };
}

/** Whether a change of it was begun of which some call may not have been answered. */
export function isBrokenOff({ inspected }: Facts): boolean {
  return inspected?.wanted === BROKEN_OFF;
}

/** What the time is counted by for which such a change may still take effect (protocol O4). */
export function brokenOffIn({ inspected }: Facts, { subject }: Pass): string {
  return `unlisted ${subject.application().metadata.uid} ${inspected?.at}`;
}

/** Milliseconds for which a change may still take effect that broke off: until then no look is the last one (protocol O4). */
export function unsettledMs(facts: Facts, pass: Pass): number {
  if (!isBrokenOff(facts)) return 0;
  return pass.ports.settling.remainingMs(brokenOffIn(facts, pass), pass.provider.deadlineSeconds);
}

/**
 * Equal exactly when the same is said of what a listing does not show. `undefined`: nothing is, which is what a registration
 * just made agrees with.
 */
export function unlistedDigest(said: ClientMetadata | undefined, { provider, ports }: Pass): string {
  const fields = [...provider.unlisted].sort();
  const wanted = fields.map((field) => [field, (said && wantedValue(field, said)) ?? null]);
  return ports.seals.digest(JSON.stringify(wanted));
}
