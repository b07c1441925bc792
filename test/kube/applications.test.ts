import { expect, test } from 'vitest';
import { OAuthApplication, type OAuthApplicationStatus } from '../../src/api/application.ts';
import { FINALIZERS } from '../../src/api/names.ts';
import type { ClusterError } from '../../src/application/ports/errors.ts';
import {
  applicationByUid,
  applicationStore,
  applicationsBySecret,
  applicationsOf,
} from '../../src/kube/application-store.ts';
import { kubeApplications } from '../../src/kube/applications.ts';
import { TransportError } from '../../src/kube/errors.ts';
import { createOwnWrites } from '../../src/kube/own-writes.ts';
import { OAUTH_APPLICATIONS } from '../../src/kube/resources.ts';
import { createClient } from '../../src/kube/rest-client.ts';
import { retrying } from '../../src/kube/retry.ts';
import type { Transport } from '../../src/kube/transport.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { json, until } from '../support/scripted-api-server.ts';
import { shop } from './cases.ts';
import { connected } from './connected.ts';

const IDENTITY = 'logi|x';
const BOUND: OAuthApplicationStatus = {
  provider: { kind: 'OAuthProvider', name: 'logi', uid: 'p', identity: IDENTITY },
  applicationId: '42',
};

async function port() {
  const here = await shop();
  const { client, signal, namespace } = here;
  const store = applicationStore(({ error }) => {
    throw error;
  });
  const writes = createOwnWrites<OAuthApplication>();
  const applications = kubeApplications(client, { store, writes }, undefined);
  const ref = { resource: OAUTH_APPLICATIONS, namespace, name: 'shop' };
  const remove = async (): Promise<void> => {
    const { uid } = (await client.get(ref, signal)).metadata;
    await client.delete(ref, { uid }, signal);
  };
  return {
    ...here,
    store,
    writes,
    applications,
    refresh: async () => store.replace((await client.list(OAUTH_APPLICATIONS, { namespace }, signal)).items),
    live: () => client.get(ref, signal),
    label: () => client.patch(ref, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } }, {}, signal),
    remove,
    async renew() {
      await remove();
      return here.apply('shop');
    },
  };
}

test('writes the status whole, and neither spec nor metadata', async () => {
  const { applications, application, signal, live } = await port();
  const tampered = {
    ...application,
    metadata: { ...application.metadata, labels: { a: 'b' } },
    spec: { ...application.spec, displayName: 'x' },
  };

  const first = await applications.writeStatus(tampered, { ...BOUND, temporaryName: 'n' }, signal);
  const written = await applications.writeStatus(first, BOUND, signal);

  expect(written.status).toEqual(BOUND);
  expect(await live()).toMatchObject({ status: BOUND, metadata: { generation: 1 } });
  expect((await live()).metadata.labels).toBeUndefined();
});

type Port = Awaited<ReturnType<typeof port>>;

const WRITES: readonly (readonly [string, (port: Port) => Promise<unknown>])[] = [
  ['status', ({ applications, application, signal }) => applications.writeStatus(application, BOUND, signal)],
  ['finalizer', ({ applications, application, signal }) => applications.addFinalizer(application, signal)],
  [
    'removal of the finalizer',
    ({ applications, application, signal }) => applications.removeFinalizer(application, signal),
  ],
];

test.each(WRITES)('finds that the object changed before the write of its %s', async (_, write) => {
  const here = await port();
  await here.label();

  await expect(write(here)).rejects.toMatchObject({ name: 'ClusterError', code: 'conflict' });
});

test('tells the cache when the API server holds another version than it shows', async () => {
  const here = await port();
  await here.refresh();
  await here.label();

  const refusals = Array.from({ length: 5 }, () =>
    here.applications.writeStatus(here.application, BOUND, here.signal).catch(() => 'refused'),
  );

  expect(await Promise.all(refusals)).toEqual(Array.from(refusals, () => 'refused'));
  expect(here.store.isBehind()).toBe(true);
});

test('tells the cache when the API server holds no such object', async () => {
  const here = await port();
  await here.refresh();
  await here.remove();

  const refusals = Array.from({ length: 5 }, () =>
    here.applications.writeStatus(here.application, BOUND, here.signal).catch(({ code }: ClusterError) => code),
  );

  expect(await Promise.all(refusals)).toEqual(Array.from(refusals, () => 'gone'));
  expect(here.store.isBehind()).toBe(true);
});

test.each(WRITES)('never touches another object of the same name with the %s', async (_, write) => {
  const here = await port();
  const renewed = await here.renew();

  await expect(write(here)).rejects.toMatchObject({ name: 'ClusterError', code: 'conflict' });

  expect((await here.live()).metadata.resourceVersion).toBe(renewed.metadata.resourceVersion);
  expect(await here.applications.read(here.application, here.signal)).toBeUndefined();
});

const BEGUN: OAuthApplicationStatus = {
  ...BOUND,
  operation: { v: 1, id: 'o1', type: 'rotate', holder: 'h', deadlineSeconds: 1, serial: 2, secretName: 's' },
};

/** Writes an operation by a connection that ends before each first answer to a PUT arrives. */
async function beginOverReset(before: OAuthApplicationStatus, meanwhile: (port: Port) => Promise<unknown>) {
  const here = await port();
  const { applications, application, direct, signal, store, writes } = here;
  const stands = await applications.writeStatus(application, before, signal);
  const lossy: Transport = {
    ...direct,
    async call(request, limit) {
      const answer = await direct.call(request, limit);
      if (request.method !== 'PUT' || answer.status !== 200) return answer;
      await meanwhile(here);
      throw new TransportError('reset', 'as the test has it');
    },
  };
  const time = { clock: systemClock, chance: systemChance };
  const client = createClient({
    transport: retrying(lossy, time),
    clock: systemClock,
    fieldManager: 'oauthapp-operator',
  });
  const written = kubeApplications(client, { store, writes }, undefined).writeStatus(stands, BEGUN, signal);
  return { ...here, written };
}

test('knows an operation that it wrote for its own though the answer was lost and the repeat refused', async () => {
  const { written, live, writes } = await beginOverReset(BOUND, async () => undefined);

  const after = await written;

  const { resourceVersion } = (await live()).metadata;
  expect([after.metadata.resourceVersion, after.status]).toEqual([resourceVersion, BEGUN]);
  expect(writes.isOurs(after)).toBe(true);
});

test.each<[what: string, before: OAuthApplicationStatus, meanwhile: (port: Port) => Promise<unknown>]>([
  ['the object was changed since', BOUND, ({ label }) => label()],
  ['the object was deleted since', BOUND, ({ remove }) => remove()],
  ['the operation stood there before', { ...BEGUN, temporaryName: 'n' }, async () => undefined],
])('takes a repeat that is refused for that where %s', async (_, before, meanwhile) => {
  const { written } = await beginOverReset(before, meanwhile);
  await expect(written).rejects.toMatchObject({ name: 'ClusterError', code: expect.stringMatching(/conflict|gone/) });
});

test('knows a status that it wrote from one that somebody else wrote', async () => {
  const { applications, application, signal, live, label, writes } = await port();
  await applications.writeStatus(application, BOUND, signal);
  const ours = OAuthApplication.parse(await live());
  const theirs = OAuthApplication.parse(await label());
  expect([writes.isOurs(ours), writes.isOurs(theirs)]).toEqual([true, false]);
});

test('knows that it took its finalizer off before the cache shows that', async () => {
  const { applications, application, refresh, signal } = await port();
  const held = await applications.addFinalizer(application, signal);
  await refresh();
  await applications.removeFinalizer(held, signal);
  expect(applications.get(held.metadata)?.metadata.finalizers ?? []).toEqual([]);
});

test('believes the cache again once a write on what we wrote is refused, as in a cluster that was restored', async () => {
  const { applications, application, namespace, signal, store, live, label, refresh } = await port();
  const before = await live();
  await refresh();
  const written = await applications.writeStatus(application, BOUND, signal);
  await label();
  store.replace([before]);
  const key = { namespace, name: 'shop' };
  expect(applications.get(key)?.metadata.resourceVersion).toBe(written.metadata.resourceVersion);
  await expect(applications.writeStatus(written, {}, signal)).rejects.toMatchObject({ code: 'conflict' });
  expect(applications.get(key)?.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
});

test('adds its finalizer to those of others, and takes away its own alone', async () => {
  const { applications, apply, signal } = await port();
  const other = await apply('other', { finalizers: ['example.com/other'] });

  const held = await applications.addFinalizer(other, signal);
  expect(held.metadata.finalizers).toEqual(['example.com/other', FINALIZERS.registration]);

  await applications.removeFinalizer(held, signal);
  const released = await applications.read(held, signal);
  expect(released?.metadata.finalizers).toEqual(['example.com/other']);
});

test('reads an object live, and none that is gone', async () => {
  const { applications, application, signal, client, namespace, label } = await port();
  await label();
  expect((await applications.read(application, signal))?.metadata.labels).toEqual({ a: 'b' });

  const ref = { resource: OAUTH_APPLICATIONS, namespace, name: 'shop' };
  await client.delete(ref, { uid: application.metadata.uid }, signal);

  expect(await applications.read(application, signal)).toBeUndefined();
});

test('confirms the object that was read, and not one that changed', async () => {
  const { applications, application, signal, label } = await port();
  await applications.confirm(application, signal);
  await label();

  await expect(applications.confirm(application, signal)).rejects.toMatchObject({ code: 'conflict' });
});

test('confirms no deletion where an etcd that was put back gave the resourceVersion out a second time', async () => {
  const { applications, application, signal } = await port();
  const deleting = {
    ...application,
    metadata: { ...application.metadata, deletionTimestamp: '2026-03-01T12:00:00Z' },
  };

  await expect(applications.confirm(deleting, signal)).rejects.toMatchObject({ code: 'conflict' });
});

test('finds applications by what passes look them up by', async () => {
  const { applications, store, apply, signal, refresh, namespace, application } = await port();
  const named = await apply('named', { spec: { secret: { name: 'shop-oauth' } } });
  const cluster = { kind: 'ClusterOAuthProvider', name: 'logi' };
  await apply('clustered', { spec: { providerRef: cluster } });
  await applications.writeStatus(application, BOUND, signal);
  const secret = { name: 'former', serial: 1, delivered: true };
  await applications.writeStatus(named, { secret }, signal);
  await refresh();

  const names = (found: readonly { readonly metadata: { readonly name: string } }[]) =>
    found.map(({ metadata }) => metadata.name).sort();
  expect(names(applications.withSecretName(namespace, 'shop-oauth'))).toEqual(['named', 'shop']);
  expect(names(applications.withSecretName(namespace, 'former'))).toEqual(['named']);
  expect(names(applicationsBySecret(store, 'elsewhere', 'shop-oauth'))).toEqual([]);
  expect(names(applications.withApplicationId(IDENTITY, '42'))).toEqual(['shop']);
  expect(names(applications.withApplicationId('logi|y', '42'))).toEqual([]);
  expect(names(applicationsOf(store, { kind: 'OAuthProvider', namespace, name: 'logi' }))).toEqual(['named', 'shop']);
  expect(names(applicationsOf(store, { kind: 'ClusterOAuthProvider', namespace: undefined, name: 'logi' }))).toEqual([
    'clustered',
  ]);
  expect(applicationByUid(store, named.metadata.uid)?.metadata.name).toBe('named');
  expect(applications.get({ namespace, name: 'shop' })?.status?.applicationId).toBe('42');
  expect(names(applications.ofIdentity(IDENTITY))).toEqual(['shop']);
  expect(names(applications.ofIdentity('logi|y'))).toEqual([]);
});

/** What a live list shows of one application with this status, which this release cannot read. */
async function listed(status: object) {
  const { server, client, signal } = await connected();
  const metadata = { name: 'odd', namespace: 'shop', uid: 'u', resourceVersion: '1' };
  const list = { metadata: { resourceVersion: '1' }, items: [{ metadata, spec: { type: 'OfALaterRelease' }, status }] };
  server.on('GET', '/apis/oauthapp.dev/v1alpha1/oauthapplications', json(200, list));
  const store = applicationStore(() => undefined);
  const applications = kubeApplications(client, { store, writes: createOwnWrites() }, undefined);
  return () => applications.holding(IDENTITY, '42', signal);
}

test.each<[what: string, status: object]>([
  ['holds it', BOUND],
  ['says where it is in words of its own', { ...BOUND, provider: { of: 'a later release' } }],
  ['names it in words of its own', { ...BOUND, applicationId: { of: 'a later release' } }],
])('R7: says of no registration that nobody holds it where an object that it cannot read %s', async (_, status) => {
  expect(await (await listed(status))()).toBe('unreadable');
});

test.each<[what: string, status: object]>([
  ['another one', { ...BOUND, applicationId: '43' }],
  ['one of another provider', { ...BOUND, provider: { ...BOUND.provider, identity: 'logi|y' } }],
  ['none', {}],
])('lets an object that it cannot read be, which holds %s', async (_, status) => {
  expect(await (await listed(status))()).toEqual([]);
});

/** The live lists of a process, each answered by hand, in their order, with what is held then. */
async function listing() {
  const { server, client, signal } = await connected();
  const metadata = {
    namespace: 'shop',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-03-01T12:00:00Z',
  };
  const asked: PromiseWithResolvers<Readonly<Record<string, string>>>[] = [];
  server.always('GET', '/apis/oauthapp.dev/v1alpha1/oauthapplications', (response, request) => {
    const held = Promise.withResolvers<Readonly<Record<string, string>>>();
    asked.push(held);
    void held.promise.then((ids) => {
      const items = Object.entries(ids).map(([name, applicationId]) => ({
        metadata: { ...metadata, name, uid: name },
        spec: { type: 'Web', redirectUris: ['https://a.example.com/cb'] },
        status: { ...BOUND, applicationId },
      }));
      json(200, { metadata: { resourceVersion: '1' }, items })(response, request);
    });
  });
  const store = applicationStore(() => undefined);
  const applications = kubeApplications(client, { store, writes: createOwnWrites() }, undefined);
  const holding = async (id: string, within: AbortSignal = signal) => {
    const holders = await applications.holding(IDENTITY, id, within);
    return holders === 'unreadable' ? holders : holders.map(({ metadata }) => metadata.name);
  };
  const lists = (count: number) => until(`list ${count}`, () => asked.length === count);
  const answer = (count: number, held: Readonly<Record<string, string>>) => asked[count - 1]?.resolve(held);
  return { holding, lists, answer, asked };
}

test('asks once for all who ask while another list is under way, and tells each of its own registration', async () => {
  const { holding, lists, answer, asked } = await listing();
  const first = holding('1');
  await lists(1);
  const others = Promise.all([holding('42'), holding('43'), holding('44')]);

  answer(1, {});
  await lists(2);
  answer(2, { shop: '42', store: '43', other: '1' });

  expect([await first, ...(await others)]).toEqual([[], ['shop'], ['store'], []]);
  expect(asked).toHaveLength(2);
});

test('R12: answers nobody by a list that began before he asked', async () => {
  const { holding, lists, answer } = await listing();
  const early = holding('42');
  await lists(1);
  const late = holding('42');

  answer(1, {});
  await lists(2);
  answer(2, { shop: '42' });

  expect(await Promise.all([early, late])).toEqual([[], ['shop']]);
});

test('who leaves takes the answer from nobody who stays', async () => {
  const { holding, lists, answer } = await listing();
  const leaving = new AbortController();
  const gone = holding('41', leaving.signal);
  await lists(1);
  const late = [holding('42', leaving.signal).catch(() => 'left'), holding('42')];
  leaving.abort(new Error('enough'));
  await expect(gone).rejects.toThrow('enough');

  answer(1, {});
  await lists(2);
  answer(2, { shop: '42' });

  expect(await Promise.all(late)).toEqual(['left', ['shop']]);
});
