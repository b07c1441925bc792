import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { CONFIG_MAPS } from '../../dev/config-maps.ts';
import { LABELS, SECRET_ANNOTATIONS } from '../../src/api/names.ts';
import { ClusterError } from '../../src/application/ports/errors.ts';
import type { SecretDraft, SecretNotes } from '../../src/application/ports/secrets.ts';
import { Redacted } from '../../src/credentials.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { NAMESPACES, OAUTH_APPLICATIONS, SECRETS } from '../../src/kube/resources.ts';
import { createClient } from '../../src/kube/rest-client.ts';
import { kubeSecrets, secretStore } from '../../src/kube/secrets.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { shop } from './cases.ts';

const POLL = { timeout: 20_000 };
const VALUE = 'the-secret-value';
const NOTES: SecretNotes = {
  seal: 'v1:abc',
  serial: 3,
  operation: 'op',
  birth: 'born',
  applicationId: '42',
  clientId: 'id-1',
  identity: 'logi|x',
  namespaceUid: 'u-namespace',
  layout: 'digest',
  keys: { clientId: 'client_id', clientSecret: 'client_secret' },
};
const DRAFT: SecretDraft = {
  name: 'shop-oauth',
  owner: 'application',
  data: { client_id: new Redacted('id-1'), client_secret: new Redacted(VALUE) },
  metadata: { labels: {}, annotations: {} },
  notes: NOTES,
};
const RESOURCE_QUOTA = {
  group: '',
  version: 'v1',
  plural: 'resourcequotas',
  kind: 'ResourceQuota',
  scope: 'Namespaced',
} as const;

/** The port over the API server, with a hand on what is stored. */
async function secretsOf() {
  const here = await shop();
  const { client, signal, namespace, application } = here;
  const store = secretStore();
  const secrets = kubeSecrets(client, store);
  const ref = { resource: SECRETS, namespace, name: DRAFT.name };
  return {
    ...here,
    store,
    secrets,
    read: () => secrets.read(namespace, DRAFT.name, signal),
    live: () => client.get(ref, signal),
    create: (secret: object) =>
      client.create(SECRETS, { metadata: { name: DRAFT.name, namespace }, ...secret }, {}, signal),
    merge: (body: Readonly<Record<string, unknown>>) => client.patch(ref, { type: 'merge', body }, {}, signal),
    write: (
      draft: Partial<SecretDraft> = {},
      over?: Parameters<typeof secrets.write>[2],
      mode: 'commit' | 'rehearse' = 'commit',
    ) => secrets.write(application, { ...DRAFT, ...draft }, over, mode, signal),
  };
}

/** The error, which must say nothing of a value. */
async function refused(call: Promise<unknown>): Promise<ClusterError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ClusterError)) throw new Error('it was not refused', { cause: error });
  const shown = inspect(error, { depth: 9, showHidden: true });
  for (const form of [VALUE, Buffer.from(VALUE).toString('base64')]) expect(shown).not.toContain(form);
  return error;
}

function plain(secret: KubeObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...(secret['data'] as Record<string, string> | undefined) }) // data of a Secret is a map of texts
      .map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

test('writes a Secret that is owned by its application, labelled, noted, and read again as it was', async () => {
  const { write, live, read, application } = await secretsOf();

  const head = await write();

  const stored = await live();
  expect(plain(stored)).toEqual({ client_id: 'id-1', client_secret: VALUE });
  expect(stored['type']).toBe('Opaque');
  expect(stored.metadata.labels).toEqual({
    'app.kubernetes.io/managed-by': 'oauthapp-operator',
    [LABELS.applicationUid]: application.metadata.uid,
  });
  expect(stored.metadata.ownerReferences).toMatchObject([
    { kind: 'OAuthApplication', uid: application.metadata.uid, controller: true, blockOwnerDeletion: true },
  ]);
  const { credentials, ...again } = (await read()) ?? {};
  expect(again).toEqual({
    ...head,
    state: 'live',
    label: application.metadata.uid,
    ownerUid: application.metadata.uid,
    soleOwner: application.metadata.name,
    notes: NOTES,
    writtenBy: undefined,
  });
  expect([credentials?.clientId, credentials?.clientSecret?.reveal()]).toEqual(['id-1', VALUE]);
});

test('replaces its data whole, and keeps what others put on the Secret', async () => {
  const { write, read, live, merge, client, namespace, signal } = await secretsOf();
  await write({ data: { ...DRAFT.data, stale: new Redacted('x') } });
  const { metadata: made } = await client.create(CONFIG_MAPS, { metadata: { name: 'c', namespace } }, {}, signal);
  const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'c', uid: made.uid };
  const { ownerReferences = [] } = (await live()).metadata;
  await merge({
    metadata: { labels: { team: 'a' }, annotations: { note: 'b' }, ownerReferences: [...ownerReferences, other] },
    stringData: { by_hand: 'x' },
  });

  await write({ notes: { ...NOTES, serial: 4 } }, await read());

  const { metadata, ...stored } = await live();
  expect(Object.keys(plain({ metadata, ...stored }))).toEqual(['client_id', 'client_secret']);
  expect(metadata.labels).toMatchObject({ team: 'a' });
  expect(metadata.annotations).toMatchObject({ note: 'b', [SECRET_ANNOTATIONS.serial]: '4' });
  expect(metadata.ownerReferences?.map(({ kind }) => kind)).toEqual(['ConfigMap', 'OAuthApplication']);
  expect(await read()).toMatchObject({ ownerUid: expect.any(String), soleOwner: undefined });
});

test('a Secret that is to stay has no owner that takes it along, until it is to go again', async () => {
  const { write, read, live, application } = await secretsOf();
  await write();

  const staying = await write({ owner: 'none' }, await read());
  expect(staying).toMatchObject({ ownerUid: undefined, label: expect.any(String), notes: NOTES });
  expect((await live()).metadata.ownerReferences).toBeUndefined();

  expect((await write({}, await read())).ownerUid).toBe(application.metadata.uid);
});

test('names who wrote to the data last, if it was not the operator', async () => {
  const { write, read, transport, signal, namespace } = await secretsOf();
  const ref = { resource: SECRETS, namespace, name: DRAFT.name };
  const editing = (body: Readonly<Record<string, unknown>>) =>
    createClient({ transport, clock: systemClock, fieldManager: 'kubectl-edit' }).patch(
      ref,
      { type: 'merge', body },
      {},
      signal,
    );
  await write();
  await editing({ metadata: { labels: { team: 'a' } } });
  expect((await read())?.writtenBy).toBeUndefined();

  await editing({ stringData: { client_secret: 'by hand' } });

  expect((await read())?.writtenBy).toBe('kubectl-edit');
});

const FOREIGN_KEYS = { clientId: 'id', clientSecret: 'secret' };

test('finds the credentials in a Secret that somebody else wrote, and what else is in it', async () => {
  const { secrets, create, namespace, signal } = await secretsOf();
  await create({ stringData: { id: 'c7', secret: VALUE, other: 'x' } });

  const found = await secrets.values(namespace, DRAFT.name, FOREIGN_KEYS, signal);

  if (found.type !== 'found') throw new Error(found.type);
  expect([found.credentials.clientId, found.credentials.clientSecret?.reveal()]).toEqual(['c7', VALUE]);
  expect(found.others).toEqual(['other']);
  expect(found.stored).toMatchObject({ name: DRAFT.name, notes: undefined, label: undefined, ownerUid: undefined });
  expect(inspect(found, { depth: 9, showHidden: true })).not.toContain(VALUE);
});

test.each<[why: string, secret: object | undefined, want: object]>([
  ['there is no Secret', undefined, { type: 'no-secret' }],
  ['the id is missing', { stringData: { secret: VALUE } }, { type: 'no-key', key: 'id' }],
  ['the secret is missing', { stringData: { id: 'c7' } }, { type: 'no-key', key: 'secret' }],
  ['the secret is empty', { stringData: { id: 'c7', secret: '' } }, { type: 'no-key', key: 'secret' }],
  ['the secret is no text', { data: { id: 'YQ==', secret: '/w==' } }, { type: 'no-key', key: 'secret' }],
])('finds no credentials where %s', async (_, secret, want) => {
  const { secrets, create, namespace, signal } = await secretsOf();
  if (secret !== undefined) await create(secret);

  expect(await secrets.values(namespace, DRAFT.name, FOREIGN_KEYS, signal)).toEqual(want);
});

const TEMPLATE = { labels: { team: 'shop', tier: 'web' }, annotations: { 'example.com/note': 'ours' } };

test('puts on the Secret what the template says, and takes off what it says no longer', async () => {
  const { write, read, live, merge } = await secretsOf();
  const first = await write({ metadata: TEMPLATE });
  expect((await live()).metadata.labels).toMatchObject(TEMPLATE.labels);
  expect((await live()).metadata.annotations).toMatchObject(TEMPLATE.annotations);
  await merge({ metadata: { labels: { theirs: 'a' }, annotations: { theirs: 'b' } } });

  await write({ metadata: { labels: { tier: 'api' }, annotations: {} } }, await read());
  const changed = (await live()).metadata;
  await write({}, await read());
  const emptied = (await live()).metadata;

  expect(withoutOurs(changed.labels)).toEqual({ tier: 'api', theirs: 'a' });
  expect(withoutOurs(changed.annotations)).toEqual({ theirs: 'b' });
  expect(withoutOurs(emptied.labels)).toEqual({ theirs: 'a' });
  expect(withoutOurs(emptied.annotations)).toEqual({ theirs: 'b' });
  expect(emptied.annotations).not.toHaveProperty(SECRET_ANNOTATIONS.template);
  expect((await read())?.notes).toEqual(first.notes);
});

test('keeps no birth of a registration that was in it before', async () => {
  const { write, read, live } = await secretsOf();
  await write();
  await write({ notes: { ...NOTES, birth: undefined } }, await read());
  expect((await live()).metadata.annotations).not.toHaveProperty(SECRET_ANNOTATIONS.birth);
  expect((await read())?.notes).toEqual({ ...NOTES, birth: undefined });
});

function withoutOurs(texts: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const ours: readonly string[] = [...Object.values(LABELS), ...Object.values(SECRET_ANNOTATIONS)];
  return Object.fromEntries(Object.entries(texts ?? {}).filter(([name]) => !ours.includes(name)));
}

const FILLED = { data: DRAFT.data, metadata: TEMPLATE };

test.each<[why: string, change: Readonly<Record<string, unknown>>, holds: boolean]>([
  ['nobody touched', {}, true],
  [
    'others have added to',
    { stringData: { theirs: 'x' }, metadata: { labels: { a: 'b' }, annotations: { a: 'b' } } },
    true,
  ],
  ['lacks a key', { data: { client_id: null } }, false],
  ['has another value', { stringData: { client_secret: 'x' } }, false],
  ['has an empty value', { stringData: { client_secret: '' } }, false],
  ['lacks all data', { data: null }, false],
  ['lacks a label', { metadata: { labels: { team: null } } }, false],
  ['has another label', { metadata: { labels: { team: 'x' } } }, false],
  ['lacks an annotation', { metadata: { annotations: { 'example.com/note': null } } }, false],
])('knows whether a Secret holds what it is to hold: one that %s', async (_, change, holds) => {
  const { write, read, merge, secrets } = await secretsOf();
  await write({ metadata: TEMPLATE });
  await merge(change);

  const stored = await read();

  expect(stored && secrets.holds(stored, FILLED)).toBe(holds);
});

test('a template cannot speak for the operator, whatever slipped past admission', async () => {
  const { write, live, application } = await secretsOf();
  const labels = { [LABELS.applicationUid]: 'another', [LABELS.managedBy]: 'nobody' };
  const annotations = { [SECRET_ANNOTATIONS.seal]: 'forged', [SECRET_ANNOTATIONS.template]: '{}' };

  const head = await write({ metadata: { labels, annotations } });

  const { metadata } = await live();
  expect(metadata.labels).toMatchObject({
    [LABELS.applicationUid]: application.metadata.uid,
    [LABELS.managedBy]: 'oauthapp-operator',
  });
  expect(head.notes).toEqual(NOTES);
  expect(metadata.annotations?.[SECRET_ANNOTATIONS.template]).toContain(LABELS.applicationUid);
});

test.each([
  [
    'that names what is ours',
    JSON.stringify({ labels: Object.values(LABELS), annotations: [SECRET_ANNOTATIONS.seal] }),
  ],
  ['that is no JSON', '{'],
  ['that is a number', '1'],
  ['with names that are none', '{"labels":[1],"annotations":{"theirs":true}}'],
])('a forged note of what the template brought, %s, takes nothing off', async (_, note) => {
  const { write, read, live, merge } = await secretsOf();
  await write();
  const before = (await live()).metadata;
  const theirs = { theirs: 'a' };
  await merge({
    metadata: { labels: theirs, annotations: { ...theirs, [SECRET_ANNOTATIONS.template]: note } },
  });

  await write({}, await read());

  const after = (await live()).metadata;
  expect(after.labels).toEqual({ ...before.labels, ...theirs });
  expect(after.annotations).toEqual({ ...before.annotations, ...theirs });
});

test('stores nothing in a rehearsal, new or over', async () => {
  const { write, read, live } = await secretsOf();
  await write({}, undefined, 'rehearse');
  expect(await read()).toBeUndefined();

  await write();
  const before = await live();
  await write({ data: { client_id: new Redacted('other') } }, await read(), 'rehearse');

  expect(await live()).toEqual(before);
});

test('writes over the very version that was read, and over no other', async () => {
  const { write, read, live, merge } = await secretsOf();
  const head = await write();
  const stored = await read();
  await merge({ metadata: { labels: { team: 'a' } } });

  expect((await refused(write({}, stored))).code).toBe('conflict');
  expect((await refused(write({}, head))).code).toBe('conflict');

  expect((await live()).metadata.labels).toMatchObject({ team: 'a' });
});

test('does not make anew a Secret that it was to write over', async () => {
  const { write, secrets, read, namespace, signal } = await secretsOf();
  const head = await write();
  await secrets.remove(namespace, head, signal);

  expect((await refused(write({}, head))).code).toBe('gone');

  expect(await read()).toBeUndefined();
});

test.each<[why: string, prepare: (here: Awaited<ReturnType<typeof secretsOf>>) => Promise<unknown>, code: string]>([
  ['the name is taken', ({ create }) => create({}), 'conflict'],
  [
    'a quota is used up',
    async ({ client, namespace, signal }) => {
      const hard = { 'count/secrets': '0' };
      await client.create(RESOURCE_QUOTA, { metadata: { name: 'none', namespace }, spec: { hard } }, {}, signal);
      // The status of the quota says nothing of when admission has heard of it.
      const probe = { metadata: { name: 'probe', namespace } };
      await expect
        .poll(() => client.create(SECRETS, probe, { dryRun: 'All' }, signal).catch(({ status }) => status), POLL)
        .toBe(403);
    },
    'refused',
  ],
  [
    'the namespace is going away',
    async ({ client, namespace, signal, apply }) => {
      await apply('lingers', { finalizers: ['example.com/lingers'] });
      const lingering = { resource: OAUTH_APPLICATIONS, namespace, name: 'lingers' };
      const body = { metadata: { finalizers: null } };
      onTestFinished(async () => void (await client.patch(lingering, { type: 'merge', body }, {}, signal)));
      const ref = { resource: NAMESPACES, namespace: undefined, name: namespace };
      await client.delete(ref, { uid: (await client.get(ref, signal)).metadata.uid }, signal);
    },
    'refused',
  ],
])('cannot write where %s, and says nothing of the value', async (_, prepare, code) => {
  const here = await secretsOf();
  await prepare(here);

  expect((await refused(here.write({}, undefined, 'rehearse'))).code).toBe(code);
  expect((await refused(here.write())).code).toBe(code);
});

test('is refused an immutable Secret, and says nothing of the value', async () => {
  const { write, read, merge } = await secretsOf();
  await write();
  await merge({ immutable: true });

  const error = await refused(write({ data: { client_id: new Redacted(VALUE) } }, await read()));

  expect(error.code).toBe('refused');
});

const ANNOTATED = {
  [SECRET_ANNOTATIONS.seal]: 's',
  [SECRET_ANNOTATIONS.serial]: '1',
  [SECRET_ANNOTATIONS.operation]: 'o',
  [SECRET_ANNOTATIONS.keys]: '{"clientId":"client_id","clientSecret":"client_secret"}',
  [SECRET_ANNOTATIONS.layout]: 'l',
  [SECRET_ANNOTATIONS.applicationId]: '42',
  [SECRET_ANNOTATIONS.clientId]: 'a',
  [SECRET_ANNOTATIONS.providerIdentity]: 'i',
  [SECRET_ANNOTATIONS.namespaceUid]: 'u',
};

test.each<[why: string, annotations: object]>([
  ['a serial that is no number', { [SECRET_ANNOTATIONS.serial]: 'one' }],
  ['a negative serial', { [SECRET_ANNOTATIONS.serial]: '-1' }],
  ['a serial beyond all numbers', { [SECRET_ANNOTATIONS.serial]: '1e400' }],
  ['keys that are no JSON', { [SECRET_ANNOTATIONS.keys]: '{' }],
  ['keys that are a list', { [SECRET_ANNOTATIONS.keys]: '["client_id"]' }],
  ['keys that are numbers', { [SECRET_ANNOTATIONS.keys]: '{"clientId":1}' }],
  ['no seal', { [SECRET_ANNOTATIONS.seal]: undefined }],
  ['no namespace', { [SECRET_ANNOTATIONS.namespaceUid]: undefined }],
  ['no provider', { [SECRET_ANNOTATIONS.providerIdentity]: undefined }],
  ['no client id', { [SECRET_ANNOTATIONS.clientId]: undefined }],
  ['longer ones than any of ours', { [SECRET_ANNOTATIONS.operation]: 'x'.repeat(20_000) }],
])('takes forged or broken notes for none: %s', async (_, broken) => {
  const { create, read, namespace } = await secretsOf();
  const annotations = { ...ANNOTATED, ...broken };
  await create({ metadata: { name: DRAFT.name, namespace, annotations }, stringData: { client_id: 'a' } });

  const stored = await read();

  expect(stored?.notes).toBeUndefined();
  expect(stored?.credentials).toBeUndefined();
});

test.each<[why: string, keys: object, data: object, found: unknown]>([
  ['nothing under the noted key', { clientId: 'gone' }, { client_id: 'YQ==' }, undefined],
  ['an empty value', { clientId: 'client_id' }, { client_id: '' }, undefined],
  ['a value that is no UTF-8', { clientId: 'client_id' }, { client_id: '/w==' }, undefined],
  ['a key that every object inherits', { clientId: 'constructor' }, { client_id: 'YQ==' }, undefined],
  ['a name that every object inherits', {}, { client_id: 'YQ==' }, undefined],
  ['a public client', { clientId: 'client_id' }, { client_id: 'YQ==' }, { clientId: 'a', clientSecret: undefined }],
])('reads values by the keys that were noted: %s', async (_, keys, data, found) => {
  const { create, read, namespace } = await secretsOf();
  const annotations = { ...ANNOTATED, [SECRET_ANNOTATIONS.keys]: JSON.stringify(keys) };
  await create({ metadata: { name: DRAFT.name, namespace, annotations }, data });

  expect((await read())?.credentials).toEqual(found);
});

test('removes the very Secret that it is told, and does not mind one that is gone', async () => {
  const { write, secrets, read, namespace, signal, merge } = await secretsOf();
  const head = await write();
  await merge({ metadata: { labels: { team: 'a' } } });
  expect((await refused(secrets.remove(namespace, head, signal))).code).toBe('conflict');

  const stored = await read();
  if (stored === undefined) throw new Error('it is gone');
  await secrets.remove(namespace, stored, signal);
  await secrets.remove(namespace, stored, signal);

  expect(await read()).toBeUndefined();
});

test('knows heads from the cache of metadata', async () => {
  const { write, secrets, store, namespace, client, signal } = await secretsOf();
  const head = await write();
  expect(secrets.head(namespace, DRAFT.name)).toBeUndefined();

  store.set(await client.get({ resource: SECRETS, namespace, name: DRAFT.name }, signal));

  expect(secrets.head(namespace, DRAFT.name)).toEqual(head);
});

test('knows that a Secret has no owner any more before the cache does', async () => {
  const { write, secrets, store, namespace, application, live, read, signal } = await secretsOf();
  await write();
  store.set(await live());

  const disowned = await secrets.disown(application, DRAFT.name, signal);

  expect([disowned?.ownerUid, secrets.head(namespace, DRAFT.name)?.ownerUid]).toEqual([undefined, undefined]);
  expect(await secrets.disown(application, DRAFT.name, signal)).toEqual(disowned);
  await write({}, await read());
  store.set(await live());
  expect(secrets.head(namespace, DRAFT.name)?.ownerUid).toBe(application.metadata.uid);
});
