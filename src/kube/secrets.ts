import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import type { OAuthApplication } from '../api/application.ts';
import { LABELS, MANAGED_BY, SECRET_ANNOTATIONS } from '../api/names.ts';
import {
  ClusterError,
  type SecretDraft,
  type SecretHead,
  type SecretNotes,
  type Secrets,
  type StoredSecret,
} from '../application/ports.ts';
import { Redacted } from '../credentials.ts';
import type { Fence } from './applications.ts';
import type { KubeClient } from './client.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { isNotFound } from './errors.ts';
import type { KubeObject, Manifest, OwnerReference } from './object.ts';
import { keyOf } from './object.ts';
import { SECRETS } from './resources.ts';
import { createStore, type Store, type StoreWriter } from './store.ts';

/** Secrets that we wrote, and those alone, are watched: as metadata, so that no data is held. */
export const OUR_SECRETS = LABELS.applicationUid;

const KEYS = z.record(z.string(), z.string());
const DATA = z.record(z.string(), z.string()).optional();

/** The cache of our Secrets' metadata. */
export function secretStore(): Store<SecretHead> & StoreWriter {
  return createStore<SecretHead>({ decode: headOf });
}

/** {@link Secrets} over the API server. Values pass through and are not kept. */
export function kubeSecrets(client: KubeClient, store: Store<SecretHead>, fence: Fence): Secrets {
  /** What was read live, for the PUT that replaces it: labels and annotations of others survive. */
  const originals = new WeakMap<SecretHead, KubeObject>();

  return {
    head: (namespace, name) => store.get(keyOf({ namespace, name })),

    async read(namespace, name, signal) {
      const live = await inWordsOfThePorts('forbidden', () => getLive(namespace, name, signal));
      if (live === undefined) return undefined;
      const stored: StoredSecret = { ...headOf(live), credentials: credentialsOf(live) };
      originals.set(stored, live);
      return stored;
    },

    write: (owner, draft, over, mode, signal) =>
      inWordsOfThePorts('refused', async () => {
        fence();
        const { namespace } = owner.metadata;
        const options = mode === 'rehearse' ? ({ dryRun: 'All' } as const) : {};
        if (over === undefined) {
          return headOf(await client.create(SECRETS, manifestOf(owner, draft, undefined), options, signal));
        }
        const original = originals.get(over) ?? (await getLive(namespace, over.name, signal));
        if (original === undefined) throw new ClusterError('gone', 'the Secret is gone');
        originals.set(over, original);
        const { uid, resourceVersion } = over;
        const object = manifestOf(owner, draft, original);
        const metadata = { ...original.metadata, ...object.metadata, uid, resourceVersion };
        const ref = { resource: SECRETS, namespace, name: draft.name };
        return headOf(await client.replace(ref, { ...original, ...object, metadata }, options, signal));
      }),

    remove: (namespace, { name, uid, resourceVersion }, signal) =>
      inWordsOfThePorts('forbidden', async () => {
        fence();
        await client
          .delete({ resource: SECRETS, namespace, name }, { uid, resourceVersion }, signal)
          .catch((error: unknown) => {
            if (!isNotFound(error)) throw error;
          });
      }),
  };

  async function getLive(namespace: string, name: string, signal: AbortSignal): Promise<KubeObject | undefined> {
    try {
      return await client.get({ resource: SECRETS, namespace, name }, signal);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

function manifestOf(owner: OAuthApplication, draft: SecretDraft, original: KubeObject | undefined): Manifest {
  const before = original?.metadata;
  return {
    metadata: {
      ...before,
      name: draft.name,
      namespace: owner.metadata.namespace,
      labels: { ...before?.labels, [LABELS.managedBy]: MANAGED_BY, [LABELS.applicationUid]: owner.metadata.uid },
      annotations: { ...before?.annotations, ...annotationsOf(draft.notes) },
      ownerReferences: [...(before?.ownerReferences ?? []).filter((other) => !isOurs(other)), ownerOf(owner)],
    },
    data: encoded(draft.data),
    ...(original === undefined ? { type: 'Opaque' } : {}),
  };
}

function encoded(data: SecretDraft['data']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value.reveal(), 'utf8').toString('base64')]),
  );
}

/** Foreground deletion waits for the Secret, so that nobody reads a secret of a client that is gone. */
function ownerOf({ apiVersion, kind, metadata }: OAuthApplication): OwnerReference {
  const { name, uid } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

function isOurs({ kind, apiVersion }: OwnerReference): boolean {
  return kind === 'OAuthApplication' && apiVersion.startsWith('oauthapp.dev/');
}

function headOf(secret: KubeObject): SecretHead {
  const { name, uid, resourceVersion, deletionTimestamp, ownerReferences } = secret.metadata;
  return {
    name,
    uid,
    resourceVersion,
    state: deletionTimestamp === undefined ? 'live' : 'deleting',
    ownerUid: ownerReferences?.find(isOurs)?.uid ?? ownerReferences?.find(({ controller }) => controller)?.uid,
    notes: notesOf(secret),
  };
}

function annotationsOf(notes: SecretNotes): Readonly<Record<string, string>> {
  return {
    [SECRET_ANNOTATIONS.seal]: notes.seal,
    [SECRET_ANNOTATIONS.serial]: String(notes.serial),
    [SECRET_ANNOTATIONS.operation]: notes.operation,
    [SECRET_ANNOTATIONS.keys]: JSON.stringify(notes.keys),
    [SECRET_ANNOTATIONS.layout]: notes.layout,
    [SECRET_ANNOTATIONS.applicationId]: notes.applicationId,
    [SECRET_ANNOTATIONS.providerIdentity]: notes.identity,
  };
}

/** Written by us or forged by a tenant: whatever cannot be read is no note at all. */
function notesOf({ metadata }: KubeObject): SecretNotes | undefined {
  const note = (name: string): string | undefined => metadata.annotations?.[name];
  const seal = note(SECRET_ANNOTATIONS.seal);
  const operation = note(SECRET_ANNOTATIONS.operation);
  const layout = note(SECRET_ANNOTATIONS.layout);
  const applicationId = note(SECRET_ANNOTATIONS.applicationId);
  const identity = note(SECRET_ANNOTATIONS.providerIdentity);
  const serial = Number(note(SECRET_ANNOTATIONS.serial));
  const keys = keysOf(note(SECRET_ANNOTATIONS.keys));
  if (seal === undefined || operation === undefined || layout === undefined) return undefined;
  if (applicationId === undefined || identity === undefined || keys === undefined) return undefined;
  if (!Number.isSafeInteger(serial) || serial < 0) return undefined;
  return { seal, serial, operation, layout, applicationId, identity, keys };
}

function keysOf(text: string | undefined): Readonly<Record<string, string>> | undefined {
  try {
    return KEYS.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** Values are found by the keys that were noted with them, whatever the spec asks for by now (protocol S4). */
function credentialsOf(secret: KubeObject): StoredSecret['credentials'] {
  const keys = notesOf(secret)?.keys ?? {};
  const data = DATA.safeParse(secret['data']).data ?? {};
  const value = (part: string): string | undefined => {
    const key = Object.hasOwn(keys, part) ? keys[part] : undefined;
    const encoded = key !== undefined && Object.hasOwn(data, key) ? data[key] : undefined;
    const bytes = Buffer.from(encoded ?? '', 'base64');
    return bytes.length > 0 && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  };
  const clientId = value('clientId');
  const clientSecret = value('clientSecret');
  if (clientId === undefined) return undefined;
  return { clientId, clientSecret: clientSecret === undefined ? undefined : new Redacted(clientSecret) };
}
