import type { OAuthApplication } from '../api/application.ts';
import type { Seals } from '../application/ports/seals.ts';
import { isSealed } from '../application/shown.ts';
import type { ProviderKey } from './key.ts';
import type { Proofs, ProviderPorts } from './ports.ts';

/** Remembers what it found for each state of an object. */
export function createProofs(seals: Pick<Seals, 'verify'>): Proofs {
  const known = new WeakMap<OAuthApplication, { readonly namespaceUid: string; readonly isProved: boolean }>();
  return {
    isProved(application, namespaceUid) {
      const before = known.get(application);
      if (before?.namespaceUid === namespaceUid) return before.isProved;
      const isProved = isSealed(application, namespaceUid, seals);
      known.set(application, { namespaceUid, isProved });
      return isProved;
    },
    isSealedFor({ metadata: { namespace, name } }, { seal, ...claims }) {
      return seals.verify(seal, { ...claims, namespace, name }) === 'valid';
    },
  };
}

/**
 * Applications of the provider object whose seal proves the registration that their status names (protocol I2): they
 * alone count where a person is asked. Where RBAC is lax a tenant can write a status, and with a few of them would put a
 * question that stops all others, or keep one open so that the next is answered already.
 *
 * @throws ClusterError
 */
export async function provedApplications(
  key: ProviderKey,
  { providers, namespaces, proofs }: Pick<ProviderPorts, 'providers' | 'namespaces' | 'proofs'>,
  signal: AbortSignal,
): Promise<readonly OAuthApplication[]> {
  const applications = providers.applications(key).filter(({ status }) => status?.applicationId !== undefined);
  const names = new Set(applications.map(({ metadata }) => metadata.namespace));
  const uids = new Map<string, string | undefined>();
  for (const name of names) uids.set(name, await namespaces.uid(name, signal));

  return applications.filter((application) => {
    const uid = uids.get(application.metadata.namespace);
    return uid !== undefined && proofs.isProved(application, uid);
  });
}
