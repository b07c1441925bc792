import type { OAuthApplication } from '../../api/application.ts';
import { privilegesOf, urisOf } from '../../api/guarded.ts';
import { isStatusLost } from '../facts.ts';
import { isOlder } from '../pass.ts';
import type { Access } from '../ports/provider.ts';
import { objectionToUri } from './uri-policy.ts';

type Grant = Extract<Access, { type: 'granted' }>;

/**
 * The first thing of an application that its provider object does not grant, as a sentence that names the field. Pure.
 *
 * @param users applications of the namespace that use the provider, asked for only where their number is limited
 */
export function objectionToUse(
  application: OAuthApplication,
  grant: Grant,
  users: () => readonly OAuthApplication[],
): string | undefined {
  return (
    forbiddenUri(application.spec, grant) ??
    forbiddenField(application.spec, grant) ??
    overLimit(application, grant, users)
  );
}

/** Whether a registration that was not made for the application may be adopted or observed (protocol A1). Pure. */
export function mayAdopt(access: Access, applicationId: string): boolean {
  return access.type === 'granted' && access.adoptable.has(applicationId);
}

function forbiddenUri(spec: OAuthApplication['spec'], { uris: policy }: Grant): string | undefined {
  if (policy === undefined) return undefined;
  for (const { path, uri } of urisOf(spec)) {
    const objection = objectionToUri(uri, policy);
    if (objection !== undefined) return `${path} ${objection}`;
  }
  return undefined;
}

function forbiddenField(spec: OAuthApplication['spec'], { allow }: Grant): string | undefined {
  const used = privilegesOf(spec).find(({ privilege }) => !allow.has(privilege));
  return used && `${used.path}: the provider object does not allow ${used.privilege}`;
}

function overLimit(
  application: OAuthApplication,
  { maxApplications }: Grant,
  users: () => readonly OAuthApplication[],
): string | undefined {
  if (maxApplications === undefined) return undefined;
  const others = users().filter(({ metadata }) => metadata.uid !== application.metadata.uid);
  // Asked at every step of every pass: nobody is compared with others where there is room for all.
  if (others.length < maxApplications || countFirst(others, application, maxApplications) < maxApplications) {
    return undefined;
  }
  return `spec.providerRef: the provider object grants ${maxApplications} applications to a namespace, and others of this one come first`;
}

/** How many of the others come first, `most` at most. */
function countFirst(others: readonly OAuthApplication[], application: OAuthApplication, most: number): number {
  let count = 0;
  for (const other of others) {
    if (count >= most) break;
    if (hasPrecedence(other, application)) count += 1;
  }
  return count;
}

/** Those that are registered, then the older ones: a newcomer never pushes out what works. */
export function hasPrecedence(one: OAuthApplication, other: OAuthApplication): boolean {
  const isHeld = holdsRegistration(one);
  return isHeld === holdsRegistration(other) ? isOlder(one, other) : isHeld;
}

/**
 * Registered or about to be; also if it was before, and the registration, or the status that told of it, was lost or given
 * up (protocol R12).
 */
function holdsRegistration(application: OAuthApplication): boolean {
  const { status } = application;
  if (status?.applicationId !== undefined || status?.operation !== undefined || (status?.anew ?? 0) > 0) return true;
  return isStatusLost(application);
}
