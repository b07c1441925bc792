import type { OAuthApplication } from '../api/application.ts';
import type { Registration } from '../idp/provider.ts';

/** What a listing says of the applications. Every removal happens in an application's own pass (protocol B3). */
export interface Findings {
  /** `namespace/name` of the applications that have to be looked at. */
  readonly differing: readonly string[];
  /** How many registrations held by live objects are missing, and of how many. */
  readonly missing: number;
  readonly held: number;
}

/** Below this, registrations that are missing are single cases (protocol B1). */
const MASS = 3;
const MASS_SHARE = 0.1;

/**
 * Holds one complete listing against all applications of the provider at once: drift, approval, twins and
 * disappearance are found by it, and a settled application costs no call of its own. Pure.
 *
 * @param drifts whether a registration does not say what the application's spec says
 */
export function compare(
  applications: readonly OAuthApplication[],
  registrations: readonly Registration[],
  identity: string,
  drifts: (application: OAuthApplication, registration: Registration) => 'drifts' | 'agrees',
): Findings {
  const byId = new Map(registrations.map((registration) => [registration.id, registration]));
  const bearers = Map.groupBy(registrations, ({ name }) => name);
  const differing: string[] = [];
  let missing = 0;
  let held = 0;

  for (const application of applications) {
    const { metadata, status } = application;
    if (status?.provider?.identity !== identity) continue;
    const { applicationId, temporaryName } = status;
    const twins = (bearers.get(temporaryName) ?? []).filter(({ id }) => id !== applicationId);
    const registration = applicationId === undefined ? undefined : byId.get(applicationId);
    const gone = applicationId !== undefined && registration === undefined;
    if (applicationId !== undefined && metadata.deletionTimestamp === undefined) {
      held += 1;
      if (gone) missing += 1;
    }
    const hasTwins = temporaryName !== undefined && twins.length > 0;
    if (gone || hasTwins || (registration !== undefined && differs(application, registration))) {
      differing.push(`${metadata.namespace}/${metadata.name}`);
    }
  }
  return { differing, missing, held };

  function differs(application: OAuthApplication, registration: Registration): boolean {
    const shown = application.status?.registration;
    const { approval, facts } = registration;
    return (
      shown?.approval !== approval ||
      shown.status !== facts.status ||
      shown.environment !== facts.environment ||
      drifts(application, registration) === 'drifts'
    );
  }
}

/** Protocol B1: three or more and a tenth of the registrations held by live objects, gone at once. */
export function isMass({ missing, held }: Pick<Findings, 'missing' | 'held'>): boolean {
  return missing >= MASS && missing >= held * MASS_SHARE;
}
