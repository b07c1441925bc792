import { expect, test } from 'vitest';
import { FINALIZERS } from '../../src/api/names.ts';
import { OAuthProvider } from '../../src/api/provider.ts';
import { applicationStore } from '../../src/kube/application-store.ts';
import { createOwnWrites } from '../../src/kube/own-writes.ts';
import { kubeProviders, providerStore, providersBySecret, secretsNamedBy } from '../../src/kube/providers.ts';
import { OAUTH_APPLICATIONS, OAUTH_PROVIDERS } from '../../src/kube/resources.ts';
import { json } from '../support/scripted-api-server.ts';
import { shop } from './cases.ts';
import { connected } from './connected.ts';

async function port() {
  const here = await shop();
  const { client, signal, namespace } = here;
  const unreadable = ({ error }: { readonly error: unknown }): never => {
    throw error;
  };
  const stores = { OAuthProvider: providerStore(unreadable), ClusterOAuthProvider: undefined };
  const applications = applicationStore(unreadable);
  const providers = kubeProviders(client, stores, { store: applications, writes: createOwnWrites() });
  const spec = { logi: { apiUrl: 'https://logi.example.com', apiKeySecretRef: { name: 'key' } } };
  const manifest = { metadata: { name: 'logi', namespace, finalizers: ['example.com/other'] }, spec };
  const provider = OAuthProvider.parse(await client.create(OAUTH_PROVIDERS, manifest, {}, signal));
  const ref = { resource: OAUTH_PROVIDERS, namespace, name: 'logi' };
  return {
    ...here,
    ref,
    providers,
    provider,
    store: stores.OAuthProvider,
    key: { kind: 'OAuthProvider', namespace, name: 'logi' } as const,
    live: () => client.get(ref, signal),
    async renew() {
      const body = { metadata: { finalizers: null } };
      await client.patch(ref, { type: 'merge', body }, {}, signal);
      await client.delete(ref, { uid: provider.metadata.uid }, signal);
      return client.create(OAUTH_PROVIDERS, manifest, {}, signal);
    },
  };
}

type Port = Awaited<ReturnType<typeof port>>;

const WRITES: readonly (readonly [string, (port: Port) => Promise<unknown>])[] = [
  ['status', ({ providers, provider, signal }) => providers.writeStatus(provider, { applications: 7 }, signal)],
  ['finalizer', ({ providers, provider, signal }) => providers.addFinalizer(provider, signal)],
  ['removal of the finalizer', ({ providers, provider, signal }) => providers.removeFinalizer(provider, signal)],
];

test.each(WRITES)('never touches another object of the same name with the %s', async (_, write) => {
  const here = await port();
  const renewed = await here.renew();

  await expect(write(here)).rejects.toMatchObject({ name: 'ClusterError', code: 'conflict' });

  expect((await here.live()).metadata.resourceVersion).toBe(renewed.metadata.resourceVersion);
  expect(await here.providers.read(here.provider, here.signal)).toBeUndefined();
});

test('tells the cache when the API server holds no such object', async () => {
  const here = await port();
  const body = { metadata: { finalizers: null } };
  await here.client.patch(here.ref, { type: 'merge', body }, {}, here.signal);
  const cached = OAuthProvider.parse(await here.live());
  here.store.set(await here.live());
  await here.client.delete(here.ref, { uid: cached.metadata.uid }, here.signal);

  for (const _ of Array.from({ length: 5 })) {
    await expect(here.providers.writeStatus(cached, {}, here.signal)).rejects.toMatchObject({ code: 'gone' });
  }

  expect(here.store.isBehind()).toBe(true);
});

test.each(WRITES)(
  'tells the cache when the API server holds another version than it shows, by the %s',
  async (_, write) => {
    const here = await port();
    here.store.set(await here.live());
    await here.client.patch(here.ref, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } }, {}, here.signal);

    for (const _ of Array.from({ length: 5 })) await expect(write(here)).rejects.toMatchObject({ code: 'conflict' });

    expect(here.store.isBehind()).toBe(true);
  },
);

test('writes the status whole, and keeps the finalizers of others', async () => {
  const { providers, provider, signal, live } = await port();

  const written = await providers.writeStatus(provider, { applications: 7 }, signal);
  const held = await providers.addFinalizer(written, signal);
  expect(held).toMatchObject({ status: { applications: 7 }, metadata: { generation: 1 } });
  expect(held.metadata.finalizers).toEqual(['example.com/other', FINALIZERS.inUse]);

  await providers.removeFinalizer(held, signal);
  expect((await live()).metadata.finalizers).toEqual(['example.com/other']);
});

test('counts live those applications that have our finalizer, by what they are bound to', async () => {
  const { providers, apply, client, signal, namespace, key } = await port();
  const finalizers = [FINALIZERS.registration];
  await apply('held', { finalizers });
  await apply('free');
  await apply('elsewhere', { finalizers, spec: { providerRef: { name: 'other' } } });
  expect(await providers.countInUse(key, signal)).toBe(1);

  await apply('odd', { finalizers, spec: { providerRef: { name: 'other' } } });
  const ref = { resource: OAUTH_APPLICATIONS, namespace, name: 'odd' };
  const bound = { kind: 'OAuthProvider', name: 'logi', uid: 'p', identity: 'i' };
  const body = { ...(await client.get(ref, signal)), status: { provider: bound } };
  await client.replace(ref, body, { subresource: 'status' }, signal);

  expect(await providers.countInUse(key, signal)).toBe(2);
});

test('D5: counts an application that has lost its status and names no provider, since it may be one of its own', async () => {
  const { providers, client, signal, namespace, key } = await port();
  const spec = { type: 'Web', redirectUris: ['https://a.example.com/cb'] };
  for (const [name, finalizers] of Object.entries({ lost: [FINALIZERS.registration], fresh: [] })) {
    await client.create(OAUTH_APPLICATIONS, { metadata: { name, namespace, finalizers }, spec }, {}, signal);
  }

  expect(await providers.countInUse(key, signal)).toBe(1);
});

test('counts an application that it cannot read, since it may be one of its own', async () => {
  const { server, client, signal } = await connected();
  const metadata = { name: 'odd', namespace: 'shop', uid: 'u', resourceVersion: '1' };
  const items = [
    { metadata: { ...metadata, finalizers: [FINALIZERS.registration] }, spec: { type: 'OfALaterRelease' } },
    { metadata: { ...metadata, name: 'free' }, spec: { type: 'OfALaterRelease' } },
  ];
  const list = { metadata: { resourceVersion: '1' }, items };
  server.on('GET', '/apis/oauthapp.dev/v1alpha1/namespaces/shop/oauthapplications', json(200, list));
  const ignore = () => undefined;
  const stores = { OAuthProvider: providerStore(ignore), ClusterOAuthProvider: undefined };
  const providers = kubeProviders(client, stores, { store: applicationStore(ignore), writes: createOwnWrites() });

  const count = await providers.countInUse({ kind: 'OAuthProvider', namespace: 'shop', name: 'logi' }, signal);

  expect(count).toBe(1);
});

test('stands on the Secret with certificates as on the one with credentials', async () => {
  const { provider, store, live, namespace } = await port();
  const withCa = (name: string) => ({
    ...provider,
    spec: { ...provider.spec, tls: { caSecretRef: { name, key: 'ca.crt' } } },
  });
  expect(secretsNamedBy(withCa('ca'))).toEqual([`${namespace}/key`, `${namespace}/ca`]);
  expect(secretsNamedBy(withCa('key'))).toEqual([`${namespace}/key`]);

  const object = await live();
  store.set({ ...object, spec: withCa('ca').spec });

  for (const name of ['key', 'ca']) expect(providersBySecret(store, namespace, name)).toHaveLength(1);
});

test('stands on the Secret with the credentials of a machine-to-machine application', async () => {
  const { providers, provider, namespace } = await port();
  const { logi: _, ...spec } = provider.spec;
  const logto = { endpoint: 'https://logto.example.com', credentialsSecretRef: { name: 'm2m' } };
  const other = { ...provider, spec: { ...spec, logto } };
  expect(secretsNamedBy(other)).toEqual([`${namespace}/m2m`]);
  expect(providers.secretNames(other)).toEqual(['m2m']);

  const elsewhere = { ...logto, credentialsSecretRef: { name: 'm2m', namespace: 'iam' } };
  const { namespace: __, ...metadata } = provider.metadata;
  const wide = { ...other, kind: 'ClusterOAuthProvider', metadata, spec: { ...spec, logto: elsewhere } } as const;
  expect(secretsNamedBy(wide)).toEqual(['iam/m2m']);
  expect(providers.secretNames(wide)).toEqual([]);
});

test('finds provider objects by the Secret that they name', async () => {
  const { provider, store, live, namespace, providers, key } = await port();
  expect(secretsNamedBy(provider)).toEqual([`${namespace}/key`]);

  store.set(await live());

  expect(providersBySecret(store, namespace, 'key').map(({ metadata }) => metadata.name)).toEqual(['logi']);
  expect(providersBySecret(store, 'elsewhere', 'key')).toEqual([]);
  expect(providers.get(key)?.metadata.uid).toBe(provider.metadata.uid);
  expect(providers.get({ kind: 'ClusterOAuthProvider', namespace: undefined, name: 'logi' })).toBeUndefined();
});
