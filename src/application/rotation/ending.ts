import type { OAuthApplication } from '../../api/application.ts';
import { overlapOf } from '../desired.ts';

/** The end that somebody set to the secret in use at the provider. Times are epoch ms. */
export interface Ending {
  readonly endsAtMs: number;
  /** When its successor is due, so that both work for an overlap. */
  readonly dueAtMs: number;
}

/** A successor comes this long before the end even where the overlap is shorter, ms. */
const SHORTEST_LEAD_MS = 3_600_000;

/** `undefined` where the secret in use has no end. Pure. */
export function endingOf({ spec, status }: OAuthApplication): Ending | undefined {
  const { secret } = status ?? {};
  if (secret?.delivered !== true || secret.expiresAt === undefined) return undefined;
  const endsAtMs = Date.parse(secret.expiresAt);
  return { endsAtMs, dueAtMs: endsAtMs - Math.max(overlapOf(spec).overlapMs, SHORTEST_LEAD_MS) };
}

/** Whether the secret in use works no longer by now. Pure. */
export function hasEnded(application: OAuthApplication, nowMs: number): boolean {
  return (endingOf(application)?.endsAtMs ?? Number.POSITIVE_INFINITY) <= nowMs;
}

/**
 * How many of these applications wait for a successor to a secret that ends sooner than at `endsAtMs`. Left out
 * are those that something else than the limit keeps back, and those whose secret has ended, which may be such. Pure.
 */
export function endingSooner(applications: readonly OAuthApplication[], endsAtMs: number, nowMs: number): number {
  return applications.filter((application) => {
    const ending = endingOf(application);
    if (ending === undefined || ending.dueAtMs > nowMs || !isServed(application)) return false;
    return ending.endsAtMs > nowMs && ending.endsAtMs < endsAtMs;
  }).length;
}

function isServed({ metadata, spec, status }: OAuthApplication): boolean {
  if (metadata.deletionTimestamp !== undefined || spec.suspend === true || spec.management === 'Observe') return false;
  return status?.conditions?.some(({ type }) => type === 'Stalled') !== true;
}
