import type { OAuthApplication } from '../api/application.ts';
import { isCreateOpen } from '../application/facts.ts';
import type { IdentityProvider } from '../idp/provider.ts';
import { answerTo } from './confirmations.ts';
import type { ProviderKey } from './key.ts';
import type { ProviderPass } from './pass.ts';
import { provedApplications } from './proved.ts';
import { Unfit } from './verdict.ts';

/**
 * The adapter with the identity that applications are bound to (protocol I3). That of an OAuthProvider names its
 * namespace, too: a tenant chooses proxy and certificates, and with them what answers at an address.
 */
export function identifiedWithin(
  { namespace }: Pick<ProviderKey, 'namespace'>,
  adapter: IdentityProvider,
): IdentityProvider {
  return namespace === undefined ? adapter : { ...adapter, identity: `${adapter.identity}${endingFor(namespace)}` };
}

/**
 * Whether a provider object of this namespace, cluster-wide where it is `undefined`, can have had this identity: where a
 * tenant's own provider has answered, nothing that was sealed for it moves to a provider that others trust. Pure.
 */
export function isOfNamespace(namespace: string | undefined, identity: string): boolean {
  return namespace === undefined ? !ANY_ENDING.test(identity) : identity.endsWith(endingFor(namespace));
}

function endingFor(namespace: string): string {
  return `|namespace/${namespace}`;
}

/** Neither `|` nor `/` can be part of a namespace's name. */
const ANY_ENDING = /\|namespace\/[^|/]+$/;

/**
 * The identity at which an application of this provider object is registered, where it is another (protocol I3). Pure.
 *
 * @param proved applications whose status proves it
 */
export function formerIdentity(
  key: ProviderKey,
  proved: readonly OAuthApplication[],
  identity: string,
): string | undefined {
  return proved.find((application) => isBoundElsewhere(key, application, identity))?.status?.provider?.identity;
}

/**
 * Applications of this provider object that have a create open where it led before. Nothing proves that, so that they put
 * no question (protocol I2); an answer that was given they keep open, since they move by it as the others do (I4). Pure.
 */
export function begunElsewhere(
  key: ProviderKey,
  applications: readonly OAuthApplication[],
  identity: string,
): readonly OAuthApplication[] {
  return applications.filter((each) => isCreateOpen(each) && isBoundElsewhere(key, each, identity));
}

/** Whether an application of this provider object is bound to another identity that the object can have had. Pure. */
export function isBoundElsewhere(key: ProviderKey, { status }: OAuthApplication, identity: string): boolean {
  const bound = status?.provider;
  if (bound?.kind !== key.kind || bound.name !== key.name) return false;
  return bound.identity !== identity && isOfNamespace(key.namespace, bound.identity);
}

/**
 * Protocol I3, I4: where the applications were registered counts, and never what the spec says now, until a person has
 * said that it is the same provider under another address. Once taken into service, that stands in the status.
 *
 * @throws Unfit
 */
export async function refuseStranger({ key, provider, ports, signal }: ProviderPass, identity: string): Promise<void> {
  const former = formerIdentity(key, await provedApplications(key, ports, signal), identity);
  if (former === undefined || provider.status?.identity === identity) return;
  if (answerTo('identity', provider) === identity) return;
  throw new Unfit(
    'IdentityChanged',
    `spec: the object now leads to ${identity}, and applications of it are registered at ${former}: set the former address again, or, if it is the same provider at another address, set the annotation oauthapp.dev/confirm-identity to ${identity}; another provider needs an object of its own`,
  );
}
