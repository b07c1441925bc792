import type { OAuthApplication } from '../api/application.ts';
import type { ProviderKey } from './key.ts';
import type { ProviderPorts } from './ports.ts';

/**
 * Applications of the provider object whose seal proves the registration that their status names (protocol I2): they
 * alone count where a person is asked. Where RBAC is lax a tenant can write a status, and with a few of them would put a
 * question that stops all others, or keep one open so that the next is answered already.
 *
 * @throws ClusterError
 */
export async function provedApplications(
  key: ProviderKey,
  { providers, namespaces, seals }: Pick<ProviderPorts, 'providers' | 'namespaces' | 'seals'>,
  signal: AbortSignal,
): Promise<readonly OAuthApplication[]> {
  const applications = providers.applications(key).filter(({ status }) => status?.applicationId !== undefined);
  const names = new Set(applications.map(({ metadata }) => metadata.namespace));
  const uids = new Map<string, string | undefined>();
  for (const name of names) uids.set(name, await namespaces.uid(name, signal));

  return applications.filter(({ metadata: { namespace, name }, status }) => {
    const { provider, applicationId, clientId, seal } = status ?? {};
    const namespaceUid = uids.get(namespace);
    if (namespaceUid === undefined || provider === undefined || applicationId === undefined) return false;
    const { identity } = provider;
    return seals.verify(seal, { namespaceUid, namespace, name, identity, applicationId, clientId }) !== 'invalid';
  });
}
