import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { LABELS, MANAGED_BY } from '../api/names.ts';
import { ClusterError } from '../application/ports/errors.ts';
import type { ForeignValues, SecretHead, Secrets, StoredSecret } from '../application/ports/secrets.ts';
import { Redacted } from '../credentials.ts';
import type { KubeClient } from './client.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { unlessNotFound } from './errors.ts';
import type { KubeObject } from './object.ts';
import { keyOf } from './object.ts';
import { SECRETS } from './resources.ts';
import { DATA, holdsDraft, isOurs, manifestOf } from './secret-manifest.ts';
import { notesOf } from './secret-notes.ts';
import { ownerIn, trimmedSecret } from './secret-trim.ts';
import { createStore, type Store, type StoreOptions, type StoreWriter } from './store.ts';

/** Secrets that we wrote, and those alone, are watched: as metadata, so that no data is held. */
export const OUR_SECRETS = LABELS.applicationUid;

const BY_LABEL = 'label';

const MANAGED = z.object({
  managedFields: z
    .array(
      z.object({
        manager: z.string().default(''),
        time: z.string().default(''),
        fieldsV1: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .catch([]),
});

/** The cache of our Secrets' metadata. */
export function secretStore(
  onListenerError?: StoreOptions<SecretHead>['onListenerError'],
): Store<SecretHead> & StoreWriter {
  return createStore<SecretHead>({
    trim: trimmedSecret,
    decode: headOf,
    indexes: { [BY_LABEL]: ({ label }) => (label === undefined ? [] : [label]) },
    onListenerError,
  });
}

/** {@link Secrets} over the API server. Values pass through and are not kept. */
export function kubeSecrets(client: KubeClient, store: Store<SecretHead>): Secrets {
  /** What was read live, for the PUT that replaces it: labels and annotations of others survive. */
  const originals = new WeakMap<SecretHead, KubeObject>();
  /** By uid, the version from which we took an owner: the cache may show that one for a moment yet. */
  const disowned = new Map<string, string>();

  return {
    head(namespace, name) {
      const head = store.get(keyOf({ namespace, name }));
      if (head === undefined || disowned.get(head.uid) !== head.resourceVersion) return head;
      return { ...head, ownerUid: undefined, soleOwner: undefined };
    },

    labelled: ({ metadata }) => store.byIndex(BY_LABEL, metadata.uid),

    async read(namespace, name, signal) {
      const live = await inWordsOfThePorts('forbidden', () => getLive(namespace, name, signal));
      if (live === undefined) return undefined;
      return storedOf(live);
    },

    async values(namespace, name, keys, signal) {
      const live = await inWordsOfThePorts('forbidden', () => getLive(namespace, name, signal));
      return live === undefined ? { type: 'no-secret' } : valuesOf(live, keys, storedOf(live));
    },

    write: (owner, draft, over, mode, signal) =>
      inWordsOfThePorts('refused', async () => {
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

    holds(stored, draft) {
      const live = originals.get(stored);
      return live !== undefined && holdsDraft(live, draft);
    },

    disown: ({ metadata }, name, signal) =>
      inWordsOfThePorts('forbidden', async () => {
        const { namespace } = metadata;
        const live = await getLive(namespace, name, signal);
        if (live === undefined) return undefined;
        const { uid, resourceVersion, ownerReferences = [] } = live.metadata;
        const others = ownerReferences.filter((owner) => owner.uid !== metadata.uid);
        if (others.length === ownerReferences.length) return storedOf(live);
        const ref = { resource: SECRETS, namespace, name };
        const object = { ...live, metadata: { ...live.metadata, ownerReferences: others } };
        const written = await client.replace(ref, object, {}, signal);
        disowned.set(uid, resourceVersion);
        return storedOf(written);
      }),

    remove: (namespace, { name, uid, resourceVersion }, signal) =>
      inWordsOfThePorts('forbidden', async () => {
        await client
          .delete({ resource: SECRETS, namespace, name }, { uid, resourceVersion }, signal)
          .catch(unlessNotFound);
      }),
  };

  function storedOf(live: KubeObject): StoredSecret {
    const stored = { ...headOf(live), ...valuesIn(live), writtenBy: lastWriterOf(live) };
    originals.set(stored, live);
    return stored;
  }

  function getLive(namespace: string, name: string, signal: AbortSignal): Promise<KubeObject | undefined> {
    return client.get({ resource: SECRETS, namespace, name }, signal).catch(unlessNotFound);
  }
}

function headOf(secret: KubeObject): SecretHead {
  const { name, uid, resourceVersion, deletionTimestamp, ownerReferences } = secret.metadata;
  return {
    name,
    uid,
    resourceVersion,
    state: deletionTimestamp === undefined ? 'live' : 'deleting',
    ownerUid: ownerIn(ownerReferences)?.uid,
    soleOwner: ownerReferences?.length === 1 ? ownerReferences.find(isOurs)?.name : undefined,
    label: secret.metadata.labels?.[LABELS.applicationUid],
    notes: notesOf(secret),
  };
}

/** The field manager other than us that wrote to the data last: whoever fights us for the value. */
function lastWriterOf({ metadata }: KubeObject): string | undefined {
  const { managedFields } = MANAGED.parse(metadata);
  return managedFields
    .filter(({ manager, fieldsV1 }) => manager !== MANAGED_BY && fieldsV1['f:data'] !== undefined)
    .toSorted((one, other) => (one.time < other.time ? -1 : 1))
    .at(-1)?.manager;
}

function valuesOf(
  secret: KubeObject,
  keys: { readonly clientId: string; readonly clientSecret: string },
  stored: StoredSecret,
): ForeignValues {
  const data = DATA.safeParse(secret['data']).data ?? {};
  const clientId = textAt(data, keys.clientId);
  if (clientId === undefined) return { type: 'no-key', key: keys.clientId };
  const clientSecret = textAt(data, keys.clientSecret);
  if (clientSecret === undefined) return { type: 'no-key', key: keys.clientSecret };
  const others = Object.keys(data).filter((key) => key !== keys.clientId && key !== keys.clientSecret);
  return { type: 'found', credentials: { clientId, clientSecret: new Redacted(clientSecret) }, stored, others };
}

/** Values are found by the keys that were noted with them, whatever the spec asks for by now (protocol S4). */
function valuesIn(secret: KubeObject): Pick<StoredSecret, 'credentials' | 'previous'> {
  const keys = notesOf(secret)?.keys ?? {};
  const data = DATA.safeParse(secret['data']).data ?? {};
  const value = (part: string): string | undefined => {
    const key = Object.hasOwn(keys, part) ? keys[part] : undefined;
    return key === undefined ? undefined : textAt(data, key);
  };
  const clientId = value('clientId');
  const clientSecret = redacted(value('clientSecret'));
  const previous = redacted(value('previousClientSecret'));
  return { credentials: clientId === undefined ? undefined : { clientId, clientSecret }, previous };
}

function redacted(text: string | undefined): Redacted | undefined {
  return text === undefined ? undefined : new Redacted(text);
}

function textAt(data: Readonly<Record<string, string>>, key: string): string | undefined {
  const bytes = Buffer.from((Object.hasOwn(data, key) ? data[key] : undefined) ?? '', 'base64');
  return bytes.length > 0 && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}
