import { z } from 'zod';
import { LABELS, MANAGED_BY } from '../api/names.ts';
import { Redacted } from '../credentials.ts';
import { type Chance, randomHex } from '../runtime/chance.ts';
import type { Installation } from '../seals.ts';
import type { KubeClient } from './client.ts';
import { isAlreadyExists, unlessNotFound } from './errors.ts';
import type { KubeObject } from './object.ts';
import { NAMESPACES, SECRETS } from './resources.ts';

/** The Secret in the operator's own namespace that makes an installation what it is (protocol I1). */
export const INSTALLATION_SECRET = 'oauthapp-operator-installation';

const KEY_BYTES = 32;
const ID_BYTES = 8;

/** A shorter one, or one that is cut off where it stops being hex, would make seals that anybody can forge. */
const KEY = new RegExp(`^[0-9a-f]{${2 * KEY_BYTES}}$`);

const DATA = z.object({ installation: z.string().min(1), cluster: z.string().min(1), key: z.string().min(1) });

/** The installation cannot be what it was: a person has to look. `message` says what to do. */
export class InstallationError extends Error {
  override readonly name = 'InstallationError';
}

/**
 * Finds the installation, or makes it at the first start.
 *
 * Neither key nor ids change later: a cluster id that differs from the one kept stops the start (protocol I1).
 *
 * @throws InstallationError when what is kept cannot be read or contradicts `clusterId`
 */
export async function findInstallation(
  client: KubeClient,
  namespace: string,
  clusterId: string | undefined,
  chance: Chance,
  signal: AbortSignal,
): Promise<Installation> {
  const kept = await find(client, namespace, signal);
  if (kept !== undefined) return checked(kept, clusterId);
  const made = {
    id: randomHex(chance, ID_BYTES),
    cluster: clusterId ?? (await clusterUid(client, signal)),
    key: new Redacted(randomHex(chance, KEY_BYTES)),
  };
  try {
    await client.create(SECRETS, manifestOf(namespace, made), {}, signal);
    return made;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const other = await find(client, namespace, signal);
    if (other === undefined) throw error;
    return checked(other, clusterId);
  }
}

async function find(client: KubeClient, namespace: string, signal: AbortSignal): Promise<Installation | undefined> {
  const ref = { resource: SECRETS, namespace, name: INSTALLATION_SECRET };
  const secret = await client.get(ref, signal).catch(unlessNotFound);
  return secret && installationOf(secret);
}

function checked(kept: Installation, clusterId: string | undefined): Installation {
  if (clusterId === undefined || clusterId === kept.cluster) return kept;
  throw new InstallationError(
    `the cluster id is ${clusterId} and Secret ${INSTALLATION_SECRET} was made for ${kept.cluster}: in a cloned cluster delete that Secret first, else give the former id`,
  );
}

function installationOf(secret: KubeObject): Installation {
  const decoded = DATA.safeParse(secret['data']);
  if (!decoded.success) throw new InstallationError(`Secret ${INSTALLATION_SECRET} lacks installation, cluster or key`);
  const { installation, cluster, key } = decoded.data;
  if (!KEY.test(plain(key)))
    throw new InstallationError(`Secret ${INSTALLATION_SECRET} holds no key of ${KEY_BYTES} bytes in hex`);
  return { id: plain(installation), cluster: plain(cluster), key: new Redacted(plain(key)) };
}

function manifestOf(namespace: string, { id, cluster, key }: Installation) {
  return {
    metadata: { name: INSTALLATION_SECRET, namespace, labels: { [LABELS.managedBy]: MANAGED_BY } },
    type: 'Opaque',
    data: { installation: base64(id), cluster: base64(cluster), key: base64(key.reveal()) },
  };
}

/** The usual name of a cluster: the uid of `kube-system`, which lives as long as the cluster does. */
async function clusterUid(client: KubeClient, signal: AbortSignal): Promise<string> {
  const { metadata } = await client.get({ resource: NAMESPACES, namespace: undefined, name: 'kube-system' }, signal);
  return metadata.uid;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function plain(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
