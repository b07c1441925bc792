import type { OAuthApplication } from '../api/application.ts';
import { isTemporaryNameOf, isTemporaryNameOfCluster } from '../application/naming.ts';
import type { Registration } from '../idp/provider.ts';
import type { ProviderPorts } from './ports.ts';

/**
 * Ids of the registrations that this cluster began and that no application of it can have, oldest first (protocol B4,
 * where there is no owner mark): their names are temporary ones of the cluster. They are for people to look at, and
 * nothing is ever done to them. Pure.
 *
 * @param applications all that there are, whatever provider they name
 */
export function orphansAmong(
  registrations: readonly Registration[],
  applications: readonly OAuthApplication[],
  identity: string,
  seals: ProviderPorts['seals'],
): readonly string[] {
  const unfinished = registrations.filter(({ name }) => name !== undefined && isTemporaryNameOfCluster(name, seals));
  if (unfinished.length === 0) return [];
  const ids = new Set(
    applications
      .filter(({ status }) => status?.provider?.identity === identity)
      .map(({ status }) => status?.applicationId),
  );
  const names = new Set(
    applications.flatMap(({ status }) => [status?.temporaryName, status?.operation?.temporaryName]),
  );
  const isGivenByAny = (name: string): boolean =>
    applications.some(({ metadata, status }) => isTemporaryNameOf(name, metadata.uid, status?.anew ?? 0, seals));
  return unfinished
    .filter(({ id, name = '' }) => !ids.has(id) && !names.has(name) && !isGivenByAny(name))
    .map(({ id }) => id)
    .toSorted(byAge);
}

/** Ids are counted up where they are numbers. */
function byAge(one: string, other: string): number {
  return one.length - other.length || (one < other ? -1 : 1);
}
