import type { OAuthApplication } from '../api/application.ts';
import { isOwn } from '../application/marks.ts';
import { means } from '../application/shown.ts';
import type { Registration } from '../idp/provider.ts';
import type { Drifts } from './drift.ts';
import type { ProviderPorts } from './ports.ts';
import { keyOf } from './users.ts';

/** How many of the registrations that applications hold are there, and how many are missing. */
export interface Gone {
  /** How many registrations held by live objects are missing, and of how many. */
  readonly missing: number;
  readonly held: number;
  /** How many registrations of any object, one that is being deleted too, are there, and of how many. */
  readonly found: number;
  readonly known: number;
}

/** A registration that an application is proved to hold. */
export interface Held {
  readonly applicationId: string;
  readonly clientId: string | undefined;
  /** Whether its object is being deleted. */
  readonly state: 'live' | 'leaving';
}

/** What a listing is held against, beside the applications. */
export interface Standard {
  readonly identity: string;
  readonly seals: ProviderPorts['seals'];
  readonly drifts: Drifts;
}

/** Below this, registrations that are missing are single cases (protocol B1). */
const MASS = 3;
const MASS_SHARE = 0.1;

/**
 * Holds what a provider has against all applications of the provider at once: drift, approval, twins and disappearance
 * are found by it, and a settled application costs no call of its own. Returns `namespace/name` of the applications that
 * have to be looked at: every removal happens in an application's own pass (protocol B3). Pure.
 */
export function differing(
  applications: readonly OAuthApplication[],
  registrations: readonly Registration[],
  { identity, seals, drifts }: Standard,
): readonly string[] {
  const byId = new Map(registrations.map((registration) => [registration.id, registration]));
  const twinsOf = twinsAmong(registrations, seals);

  const isDifferent = (application: OAuthApplication): boolean => {
    const { provider, applicationId } = application.status ?? {};
    if (provider !== undefined && provider.identity !== identity) return false;
    if (twinsOf(application).length > 0) return true;
    if (provider === undefined || applicationId === undefined) return false;
    const registration = byId.get(applicationId);
    if (registration === undefined || !means(application.status, registration)) return true;
    return drifts(application, registration) === 'drifts';
  };

  return applications.filter(isDifferent).map(keyOf);
}

/**
 * What these applications hold at the provider with this identity, as their statuses say. Pure.
 *
 * @param applications those whose status proves what it names: a person is asked about what comes of it
 */
export function heldByStatus(applications: readonly OAuthApplication[], identity: string): readonly Held[] {
  return applications.flatMap(({ metadata, status }) => {
    const { provider, applicationId, clientId } = status ?? {};
    if (provider?.identity !== identity || applicationId === undefined) return [];
    return [{ applicationId, clientId, state: metadata.deletionTimestamp === undefined ? 'live' : 'leaving' }];
  });
}

/** Counts which of the registrations that applications hold are gone. Pure. */
export function countGone(known: readonly Held[], registrations: readonly Registration[]): Gone {
  const byId = new Map(registrations.map((registration) => [registration.id, registration]));
  const isThere = (each: Held): boolean => {
    const registration = byId.get(each.applicationId);
    return registration !== undefined && means(each, registration);
  };
  const held = known.filter(({ state }) => state === 'live');
  return {
    missing: held.filter((each) => !isThere(each)).length,
    held: held.length,
    found: known.filter(isThere).length,
    known: known.length,
  };
}

/** Protocol B1: three or more and a tenth of the registrations held by live objects, gone at once. */
export function isMass({ missing, held }: Pick<Gone, 'missing' | 'held'>): boolean {
  return missing >= MASS && missing >= held * MASS_SHARE;
}

/**
 * Registrations that are an application's and that its status does not name, whatever came of the call that made them:
 * under its temporary name (protocol R5), or with its own mark (R4).
 */
function twinsAmong(
  registrations: readonly Registration[],
  seals: Standard['seals'],
): (application: OAuthApplication) => readonly Registration[] {
  const bearers = Map.groupBy(registrations, ({ name }) => name);
  const marked = Map.groupBy(registrations, ({ mark }) => (mark.type === 'mark' ? mark.mark.uid : undefined));
  return ({ metadata, status }) => {
    const bearing = status?.temporaryName === undefined ? [] : (bearers.get(status.temporaryName) ?? []);
    const own = marked.get(metadata.uid) ?? [];
    const isAnother = ({ id }: Registration): boolean => id !== status?.applicationId;
    // What costs a proof comes last: most objects have the one that they hold, and no other.
    return [
      ...bearing.filter(isAnother),
      ...own.filter((each) => isAnother(each) && isOwn(each.mark, metadata, seals)),
    ];
  };
}
