import type { OAuthApplication } from '../api/application.ts';
import type { Registration } from '../idp/provider.ts';

/** What a listing says of the applications. Every removal happens in an application's own pass (protocol B3). */
export interface Findings {
  /** `namespace/name` of the applications that have to be looked at. */
  readonly differing: readonly string[];
  /** How many registrations held by live objects are missing, and of how many. */
  readonly missing: number;
  readonly held: number;
  /** How many registrations of any object, one that is being deleted too, are there, and of how many. */
  readonly found: number;
  readonly known: number;
}

type Drifts = (application: OAuthApplication, registration: Registration) => 'drifts' | 'agrees';

/** Below this, registrations that are missing are single cases (protocol B1). */
const MASS = 3;
const MASS_SHARE = 0.1;

/**
 * Holds what a provider has against all applications of the provider at once: drift, approval, twins and disappearance
 * are found by it, and a settled application costs no call of its own. Pure.
 *
 * @param drifts whether a registration does not say what the application's spec says
 */
export function compare(
  applications: readonly OAuthApplication[],
  registrations: readonly Registration[],
  identity: string,
  drifts: Drifts = () => 'agrees',
): Findings {
  const byId = new Map(registrations.map((registration) => [registration.id, registration]));
  const bearers = Map.groupBy(registrations, ({ name }) => name);
  const differing: string[] = [];
  const counts = { missing: 0, held: 0, found: 0, known: 0 };

  for (const application of applications) {
    const { metadata, status } = application;
    if (status?.provider?.identity !== identity) continue;
    const { applicationId, temporaryName } = status;
    const registration = applicationId === undefined ? undefined : byId.get(applicationId);
    const isGone = applicationId !== undefined && registration === undefined;
    if (applicationId !== undefined) {
      const isLive = metadata.deletionTimestamp === undefined;
      counts.known += 1;
      if (!isGone) counts.found += 1;
      if (isLive) counts.held += 1;
      if (isLive && isGone) counts.missing += 1;
    }
    const bearing = temporaryName === undefined ? [] : (bearers.get(temporaryName) ?? []);
    const hasTwins = bearing.some(({ id }) => id !== applicationId);
    if (isGone || hasTwins || (registration !== undefined && differs(application, registration, drifts))) {
      differing.push(`${metadata.namespace}/${metadata.name}`);
    }
  }
  return { differing, ...counts };
}

function differs(application: OAuthApplication, registration: Registration, drifts: Drifts): boolean {
  const shown = application.status?.registration;
  const { approval, facts } = registration;
  return (
    shown?.approval !== approval ||
    shown.status !== facts.status ||
    shown.environment !== facts.environment ||
    drifts(application, registration) === 'drifts'
  );
}

/** Protocol B1: three or more and a tenth of the registrations held by live objects, gone at once. */
export function isMass({ missing, held }: Pick<Findings, 'missing' | 'held'>): boolean {
  return missing >= MASS && missing >= held * MASS_SHARE;
}
