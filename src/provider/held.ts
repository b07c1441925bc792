import { effectiveSecretName, type OAuthApplication } from '../api/application.ts';
import { isStatusLost } from '../application/facts.ts';
import type { SecretNotes } from '../application/ports/secrets.ts';
import { type Held, heldByStatus } from './inventory.ts';
import type { ProviderPass } from './pass.ts';
import { releasedBy } from './released.ts';
import { applicationsFor } from './users.ts';

/**
 * What applications are proved to hold at the provider with this identity, where a person is asked for what of it is gone
 * (protocol B1, I4): by their statuses, or where those are lost by the seals on their Secrets (R12). A restore can take all
 * statuses at once, and what is gone then would be registered anew and the Secrets be written over, unasked.
 *
 * @param proved applications whose status proves what it names
 * @throws ClusterError
 */
export async function heldAt(
  identity: string,
  proved: readonly OAuthApplication[],
  pass: ProviderPass,
): Promise<readonly Held[]> {
  const held = [...heldByStatus(proved, identity)];
  const lost = applicationsFor(pass).filter(isStatusLost);
  const uids = new Map<string, string | undefined>();
  for (const namespace of new Set(lost.map(({ metadata }) => metadata.namespace))) {
    uids.set(namespace, await pass.ports.namespaces.uid(namespace, pass.signal));
  }
  for (const application of lost) {
    const bySecret = heldBySecret(application, identity, uids.get(application.metadata.namespace), pass);
    if (bySecret !== undefined) held.push(bySecret);
  }
  return held;
}

function heldBySecret(
  application: OAuthApplication,
  identity: string,
  uid: string | undefined,
  pass: ProviderPass,
): Held | undefined {
  const { namespace, deletionTimestamp } = application.metadata;
  const isOfNamespace = (namespaceUid: string): boolean =>
    namespaceUid === uid || isReleased(namespace, namespaceUid, pass);
  const notes = sealedSecrets(application, pass).find(
    (each) => each.identity === identity && isOfNamespace(each.namespaceUid),
  );
  if (notes === undefined) return undefined;
  const { applicationId, clientId } = notes;
  return { applicationId, clientId, state: deletionTimestamp === undefined ? 'live' : 'leaving' };
}

/** The Secret that the spec names, and those of former names: what an application's own pass takes back goes by. */
function sealedSecrets(application: OAuthApplication, { ports }: ProviderPass): readonly SecretNotes[] {
  const { namespace, uid } = application.metadata;
  const named = ports.secrets.head(namespace, effectiveSecretName(application));
  const heads = [...(named === undefined ? [] : [named]), ...ports.secrets.labelled(application)];
  return heads
    .filter(({ ownerUid }) => ownerUid === undefined || ownerUid === uid)
    .map(({ notes }) => notes)
    .filter((notes) => notes !== undefined)
    .filter((notes) => ports.proofs.isSealedFor(application, notes));
}

/** As the annotation says now (protocol R10). */
function isReleased(namespace: string, namespaceUid: string, { key, provider, ports }: ProviderPass): boolean {
  return releasedBy(ports.providers.get(key) ?? provider, namespace, namespaceUid) === 'released';
}
