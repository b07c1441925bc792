import type { OAuthApplication } from '../api/application.ts';
import { isGenuine } from '../application/marks.ts';
import { isTemporaryNameOfCluster, tagIn, tagOf, tagsOf } from '../application/naming.ts';
import type { Registration } from '../idp/provider.ts';
import type { ProviderPorts } from './ports.ts';

/** The provider that was listed: its identity, and the uid of the object that says where it is. */
export interface Listed {
  readonly identity: string;
  readonly uid: string;
}

/**
 * Ids of the registrations that this cluster began and that no application of it can have, oldest first (protocol B4,
 * where there is no owner mark): their names are temporary ones of the cluster. They are for people to look at, and
 * nothing is ever done to them. Pure.
 *
 * @param applications all that there are, whatever provider they name
 */
export function orphansByName(
  registrations: readonly Registration[],
  applications: readonly OAuthApplication[],
  { identity }: Listed,
  seals: ProviderPorts['seals'],
): readonly string[] {
  const unfinished = registrations.filter(({ name }) => name !== undefined && isTemporaryNameOfCluster(name, seals));
  if (unfinished.length === 0) return [];
  const ids = idsHeld(applications, identity);
  const names = new Set(
    applications.flatMap(({ status }) => [status?.temporaryName, status?.operation?.temporaryName]),
  );
  const unheld = unfinished.filter(({ id, name }) => !ids.has(id) && !names.has(name));
  if (unheld.length === 0) return [];
  const given = tagsGiven(applications, seals);
  return unheld
    .filter(({ name = '' }) => !given.has(tagIn(name)))
    .map(({ id }) => id)
    .toSorted(byAge);
}

/** Each is made once for all names: it costs an HMAC, and there may be thousands of applications. */
function tagsGiven(
  applications: readonly OAuthApplication[],
  seals: ProviderPorts['seals'],
): ReadonlySet<string | undefined> {
  // Names of lower counters are of registrations that it gave up, unless its status was lost, and the counter with it.
  const given = applications.flatMap(({ metadata, status }) => {
    const counter = status?.anew ?? 0;
    const isLost = status?.provider === undefined;
    return isLost ? tagsOf(metadata.uid, counter, seals) : tagOf(metadata.uid, counter, seals);
  });
  return new Set(given);
}

/**
 * The same where registrations bear an owner mark: this installation made it in this cluster, for an object that is not
 * there any more or is another provider's by now, did not mean to leave the registration behind, and is held by no other
 * object. Pure.
 *
 * @param applications all that there are, whatever provider they name
 */
export function orphansByMark(
  registrations: readonly Registration[],
  applications: readonly OAuthApplication[],
  { identity, uid }: Listed,
  seals: ProviderPorts['seals'],
): readonly string[] {
  const live = new Map(applications.map((application) => [application.metadata.uid, application]));
  const ids = idsHeld(applications, identity);
  const mayHave = (application: OAuthApplication | undefined, id: string, operation: string): boolean => {
    if (application === undefined) return false;
    const { provider, applicationId, operation: open } = application.status ?? {};
    // Two provider objects may lead to one account. Where one leads elsewhere by now, its applications follow.
    const isOfAnother = provider !== undefined && provider.identity !== identity && provider.uid !== uid;
    return !isOfAnother || applicationId === id || open?.id === operation;
  };
  const isLeftBehind = ({ id, mark: view }: Registration): boolean => {
    if (view.type !== 'mark' || ids.has(id)) return false;
    const { mark } = view;
    return !mark.retained && !mayHave(live.get(mark.uid), id, mark.operation) && isGenuine(mark, seals);
  };
  return registrations
    .filter(isLeftBehind)
    .map(({ id }) => id)
    .toSorted(byAge);
}

/** Ids that applications at this provider have in their status. */
function idsHeld(applications: readonly OAuthApplication[], identity: string): ReadonlySet<string | undefined> {
  const bound = applications.filter(({ status }) => status?.provider?.identity === identity);
  return new Set(bound.map(({ status }) => status?.applicationId));
}

/** Ids are counted up where they are numbers. */
function byAge(one: string, other: string): number {
  return one.length - other.length || (one < other ? -1 : 1);
}
