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

interface Sight {
  readonly application: OAuthApplication;
  /** The one whose id the application knows. */
  readonly registration: Registration | undefined;
  /** Others under its temporary name (protocol R5). */
  readonly twins: readonly Registration[];
}

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
  const sights = applications
    .filter(({ status }) => status?.provider?.identity === identity)
    .map((application): Sight => {
      const { applicationId = '', temporaryName } = application.status ?? {};
      const bearing = temporaryName === undefined ? [] : (bearers.get(temporaryName) ?? []);
      const twins = bearing.filter(({ id }) => id !== applicationId);
      return { application, registration: byId.get(applicationId), twins };
    });

  const known = sights.filter(({ application }) => application.status?.applicationId !== undefined);
  const found = known.filter(({ registration }) => registration !== undefined);
  const held = known.filter(({ application }) => application.metadata.deletionTimestamp === undefined);
  const missing = held.filter(({ registration }) => registration === undefined);
  const isDifferent = ({ application, registration, twins }: Sight): boolean => {
    if (twins.length > 0) return true;
    if (registration === undefined) return application.status?.applicationId !== undefined;
    return differs(application, registration, drifts);
  };
  return {
    differing: sights
      .filter(isDifferent)
      .map(({ application: { metadata } }) => `${metadata.namespace}/${metadata.name}`),
    missing: missing.length,
    held: held.length,
    found: found.length,
    known: known.length,
  };
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
