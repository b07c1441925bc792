import { wantedValue } from '../../idp/fields.ts';
import type { Inspection } from '../../idp/provider.ts';
import { isObstacle, type SecretView } from '../observed.ts';
import { claimantOf, type Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import { proveSealed, statusSeal } from '../proof.ts';
import { lossesLately } from '../rotation/losses.ts';
import { predecessorIn } from '../rotation/retiring.ts';
import { isAhead } from '../rotation/skew.ts';
import { asksForPrevious, heldIn } from '../secret/previous.ts';
import { unlistedDigest } from '../unlisted.ts';

/**
 * Looks at what a listing does not show, when that is due; `undefined` when it is not.
 *
 * Due when the Secret lacks a value that the provider can show; once in every `deepResyncInterval`, each object at a
 * time of its own; when the spec says something else of it; and when it was never looked at.
 *
 * @throws ProviderError, and Blocked where the status does not prove which registration it is
 */
export async function inspectWhenDue(
  id: string,
  secret: SecretView,
  facts: Facts,
  pass: Pass,
): Promise<Inspection | undefined> {
  const { provider, desired, signal } = pass;
  if (desired.lifecycle !== 'present' || facts.applicationId !== id || !isHidden(facts, pass)) return undefined;
  const isDue = isReadBackDue(secret, facts, pass) || isPreviousDue(secret, facts, pass) || isLookDue(facts, pass);
  if (!isDue) return undefined;
  // Protocol I2: a status that proves nothing has nobody's secrets read, and what is due for ever is said to be.
  if (isLookDue(facts, pass)) await proveSealed(pass);
  else if ((await statusSeal(pass)) !== 'valid') return undefined;
  return provider.inspect(id, claimantOf(pass), signal);
}

/** What was lost too often waits for a person, whatever the provider shows (protocol S7), and so does what cannot be written. */
function isReadBackDue(secret: SecretView, facts: Facts, { provider, desired, ports }: Pass): boolean {
  if (provider.manners.secrets !== 'readable' || desired.clientKind === 'public') return false;
  if (isObstacle(secret)) return false;
  if (facts.secret?.delivered !== true) return true;
  const isAmiss = secret.type === 'absent' || secret.type === 'ours' || secret.type === 'replaced';
  return isAmiss && lossesLately(facts.rotation, ports.clusterTime()) === 'few';
}

/** The Secret is to be written anyway, with a superseded value that it does not hold. */
function isPreviousDue(secret: SecretView, facts: Facts, { provider, desired }: Pass): boolean {
  if (provider.manners.secrets !== 'readable' || !asksForPrevious(desired)) return false;
  if (secret.type !== 'outdated' && secret.type !== 'elsewhere') return false;
  const previous = predecessorIn(facts.rotation);
  return previous !== undefined && heldIn(secret.stored, previous.name, facts) === undefined;
}

function isLookDue(facts: Facts, pass: Pass): boolean {
  const { inspected } = facts;
  const nextMs = nextInspectionMs(facts, pass);
  return (
    inspected === undefined ||
    inspected.wanted !== unlistedDigest(pass.desired.metadata, pass) ||
    nextMs === undefined ||
    nextMs <= 0
  );
}

/** Milliseconds to the next look; `undefined` where none is known of, or there is nothing to look for. */
export function nextInspectionMs(facts: Facts, pass: Pass): number | undefined {
  const { provider, ports, subject } = pass;
  const { inspected } = facts;
  if (inspected === undefined || !isHidden(facts, pass)) return undefined;
  const nowMs = ports.clusterTime();
  if (isAhead(Date.parse(inspected.at), nowMs)) return undefined;
  const every = provider.deepResyncMs;
  // Whole milliseconds, as times in the status are: or a look would be recorded as one before its own time.
  const phase = Math.floor(phaseOf(ports.seals.digest(subject.application().metadata.uid)) * every);
  const slot = (ms: number): number => Math.floor((ms - phase) / every);
  if (slot(nowMs) > slot(Date.parse(inspected.at))) return 0;
  return (slot(nowMs) + 1) * every + phase - nowMs;
}

/** Whether there is anything about this object that a listing does not show. */
function isHidden({ enforced = [] }: Facts, { provider, desired }: Pass): boolean {
  if (desired.clientKind === 'confidential' && provider.manners.secrets === 'readable') return true;
  const concerns = [...provider.unlisted];
  return concerns.some((field) => wantedValue(field, desired.metadata) !== undefined || enforced.includes(field));
}

/** From 0 to below 1, so that the looks at many objects are spread evenly. */
function phaseOf(digest: string): number {
  return Number.parseInt(digest.slice(0, 8), 16) / 16 ** 8;
}
