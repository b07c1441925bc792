import { expect, test } from 'vitest';
import { ANNOTATIONS, FINALIZERS } from '../../src/api/names.ts';
import { NAMESPACES, OAUTH_APPLICATIONS, SECRETS } from '../../src/kube/resources.ts';
import { calls, type World, world } from './world.ts';

const OURS = FINALIZERS.inUse;

/** A provider in service, with one application that has our finalizer. */
async function served() {
  const here = await world();
  await here.application('shop', undefined, [FINALIZERS.registration]);
  const operator = here.operator();
  await operator.pass();
  return { here, operator };
}

async function finalizers(here: World, name?: string): Promise<readonly string[]> {
  return (await here.secret(name))?.metadata.finalizers ?? [];
}

/** Takes finalizers off by hand, or puts them on. */
function setFinalizers({ client, namespace, signal }: World, names: readonly string[]) {
  const ref = { resource: SECRETS, namespace, name: 'logi' };
  return client.patch(ref, { type: 'merge', body: { metadata: { finalizers: names } } }, {}, signal);
}

function point(here: World, secretName: string): Promise<void> {
  return here.patch({ spec: { logi: { apiKeySecretRef: { name: secretName } } } });
}

test('D5: holds the credential Secret along with the provider, whose status says so', async () => {
  const { here, operator } = await served();

  expect(await finalizers(here)).toEqual([OURS]);
  expect((await here.provider()).status?.heldSecrets).toEqual(['logi']);

  const { resourceVersion } = (await here.secret())?.metadata ?? {};
  await operator.pass();
  expect((await here.secret())?.metadata.resourceVersion).toBe(resourceVersion);
});

test('D5: keeps the finalizers of others', async () => {
  const here = await world();
  await setFinalizers(here, ['example.com/other']);

  await here.operator().pass();

  expect(await finalizers(here)).toEqual(['example.com/other', OURS]);
});

test('D5: puts a finalizer back that was taken off by hand', async () => {
  const { here, operator } = await served();
  await setFinalizers(here, []);

  await operator.pass();

  expect(await finalizers(here)).toEqual([OURS]);
});

test('D5: puts its own back though all it is shown is from before it, as after a restore of etcd', async () => {
  const here = await world();
  const operator = here.operator();
  await operator.pass('logi', async () => {
    await operator.pass();
    expect((await here.provider()).metadata.finalizers).toEqual([OURS]);
    await here.patch({ metadata: { finalizers: [] } });
  });

  expect((await here.provider()).metadata.finalizers).toEqual([OURS]);
});

test('D5: puts its own on though what it has written last is no more, and all it is shown is from before that', async () => {
  const here = await world();
  const operator = here.operator();
  await here.writeStatus({ heldSecrets: ['logi'] });
  const refused = (): Promise<unknown> =>
    operator.pass('logi', async () => {
      await here.setKey('nonsense');
      expect(await operator.pass()).toMatchObject({ reason: 'Unauthorized' });
      await here.restoreKey();
      await here.patch({ metadata: { labels: { changed: 'since' } } });
    });
  await operator.pass('logi', async () => void (await refused()));
  expect((await here.provider()).metadata.finalizers).toEqual([OURS]);
});

test('D5: lets a Secret go at once that is deleted by itself, is unready until it is back, and holds the new one', async () => {
  const { here, operator } = await served();
  await here.setKey(undefined);
  expect((await here.secret())?.metadata.deletionTimestamp).toBeDefined();

  const without = await operator.pass();
  expect([without.ready, without.reason]).toEqual(['False', 'CredentialsNotFound']);
  expect(await here.secret()).toBeUndefined();

  await here.restoreKey();
  expect((await operator.pass()).reason).toBe('Reached');
  expect(await finalizers(here)).toEqual([OURS]);
});

test('D5: lets a deleted Secret go even while something else is wrong with the provider', async () => {
  const { here, operator } = await served();
  await here.patch({ spec: { access: [{ namespaces: { selector: { matchLabels: { team: 'shop' } } } }] } });
  await here.setKey(undefined);

  expect((await operator.pass()).reason).toBe('UnsupportedByInstall');

  expect(await here.secret()).toBeUndefined();
});

test('D5: keeps a Secret that is deleted with its provider until the last application is gone, across a restart', async () => {
  const { here } = await served();
  await here.setKey(undefined);
  await here.remove();

  const restarted = here.operator();
  expect((await restarted.pass()).reason).toBe('InUse');
  expect(restarted.ready().intake()).toBe('closed');
  expect(await finalizers(here)).toEqual([OURS]);

  await here.removeApplication('shop');
  await restarted.pass();
  expect(await here.secret()).toBeUndefined();
  await expect(here.provider()).rejects.toMatchObject({ status: 404 });
});

test('D5: looks at the provider itself before it lets a deleted Secret go, as a cache may be behind', async () => {
  const { here, operator } = await served();
  await operator.pass('logi', async () => {
    await here.remove();
    await here.setKey(undefined);
  });

  expect(await finalizers(here)).toEqual([OURS]);
  await here.removeApplication('shop');
});

test('D5: keeps a Secret that is deleted with its namespace until the applications are gone', async () => {
  const { here, operator } = await served();
  const { client, namespace, signal } = here;
  const ref = { resource: NAMESPACES, namespace: undefined, name: namespace };
  const { uid } = (await client.get(ref, signal)).metadata;
  await client.delete(ref, { uid }, signal);
  await here.setKey(undefined);

  const passed = await operator.pass();

  expect(passed.reason).toMatch(/^(Reached|InUse)$/);
  expect(await finalizers(here)).toEqual([OURS]);
  await here.removeApplication('shop');
});

test('D5: a provider stays while a pass that found it open may be on the way to its finalizer', async () => {
  const here = await world();
  await here.application('shop');
  const operator = here.operator();
  await operator.pass();
  operator.underWay.add(`${here.namespace}/shop`);
  await here.remove();

  expect((await operator.pass()).outcome).toEqual({ type: 'again', afterMs: 1_000 });
  expect((await here.provider()).metadata.finalizers).toEqual([OURS]);

  operator.underWay.clear();
  await operator.pass();
  await expect(here.provider()).rejects.toMatchObject({ status: 404 });
});

test('D5: a provider stays while a pass may have found it as the default that it is no more', async () => {
  const here = await world();
  const { client, namespace, signal } = here;
  await here.patch({ metadata: { annotations: { [ANNOTATIONS.isDefault]: 'true' } } });
  const spec = { type: 'Web', redirectUris: ['https://a.example.com/cb'] };
  await client.create(OAUTH_APPLICATIONS, { metadata: { name: 'shop', namespace }, spec }, {}, signal);
  const operator = here.operator();
  await operator.pass();
  operator.underWay.add(`${namespace}/shop`);
  await here.patch({ metadata: { annotations: { [ANNOTATIONS.isDefault]: null } } });
  await here.remove();

  expect((await operator.pass()).outcome).toEqual({ type: 'again', afterMs: 1_000 });
  expect((await here.provider()).metadata.finalizers).toEqual([OURS]);

  operator.underWay.clear();
  await operator.pass();
  await expect(here.provider()).rejects.toMatchObject({ status: 404 });
});

test('D5: a provider in use says so, whatever pass is running', async () => {
  const { here, operator } = await served();
  operator.underWay.add(`${here.namespace}/shop`);
  await here.remove();

  expect((await operator.pass()).reason).toBe('InUse');
  await here.removeApplication('shop');
});

test('D5: leaves the Secret behind as it was when the provider goes', async () => {
  const { here, operator } = await served();
  await setFinalizers(here, ['example.com/other', OURS]);
  await here.removeApplication('shop');
  await here.remove();

  await operator.pass();

  expect(await finalizers(here)).toEqual(['example.com/other']);
});

test('D5: lets the former Secret go when the spec names another', async () => {
  const { here, operator } = await served();
  const { client, namespace, signal } = here;
  await client.create(SECRETS, { metadata: { name: 'next', namespace }, stringData: { apiKey: 'x' } }, {}, signal);
  await point(here, 'next');
  const before = calls(here, 'list');

  expect((await operator.pass()).reason).toBe('Unauthorized');
  expect([await finalizers(here), calls(here, 'list') - before]).toEqual([[], 1]);

  await point(here, 'logi');
  expect((await operator.pass()).provider.status?.heldSecrets).toEqual(['logi']);
});

test('D5: a Secret that two providers need stays held until the last one lets go', async () => {
  const { here, operator } = await served();
  await here.sibling('second');
  expect((await operator.pass('second')).provider.status?.heldSecrets).toEqual(['logi']);
  await here.removeApplication('shop');

  await here.remove();
  await operator.pass();
  expect(await finalizers(here)).toEqual([OURS]);

  await here.remove('second');
  await operator.pass('second');
  expect(await finalizers(here)).toEqual([]);
});

test('D5: asks for no live list of all applications while its cache shows one, and for no release without', async () => {
  const { here, operator } = await served();
  await here.application('observer');
  await here.remove();

  const behind = await operator.pass('logi', () => here.removeApplication('shop'));
  expect(behind.reason, 'a live list would have shown none').toBe('InUse');
  expect(await finalizers(here)).toEqual([OURS]);

  await here.application('late');
  await operator.pass('logi', async () => void (await here.leave('late')));
  expect(await finalizers(here), 'what only a live list shows').toEqual([OURS]);
  await here.removeApplication('late');

  await operator.pass();
  await expect(here.provider()).rejects.toMatchObject({ status: 404 });
});

test('D5: waits for no application that names it and is bound to another', async () => {
  const { here, operator } = await served();
  const bound = { kind: 'OAuthProvider', name: 'another', uid: 'another', identity: here.identity() } as const;
  await here.application('elsewhere', { provider: bound }, [FINALIZERS.registration]);
  await here.remove();
  await here.removeApplication('shop');

  await operator.pass();

  await expect(here.provider()).rejects.toMatchObject({ status: 404 });
  await here.removeApplication('elsewhere');
});

test('D5: of two providers that go at once one lets their Secret go', async () => {
  const { here, operator } = await served();
  await here.sibling('second');
  await operator.pass('second');
  await here.removeApplication('shop');
  await Promise.all([here.remove(), here.remove('second')]);

  await Promise.allSettled([operator.pass(), operator.pass('second')]);
  await Promise.allSettled([operator.pass(), operator.pass('second')]);

  expect(await finalizers(here)).toEqual([]);
});

test('D5: a provider that was never in service holds no Secret', async () => {
  const here = await world();
  here.emulator.fault({ operation: 'list', when: 'before', type: 'status', status: 503 });

  expect((await here.operator().pass()).reason).toBe('ProviderUnavailable');

  expect(await finalizers(here)).toEqual([]);
});

test('D5: tells those that wait for a provider that nothing but the finalizer of somebody else keeps', async () => {
  const here = await world();
  const operator = here.operator();
  await operator.pass();
  await here.patch({ metadata: { finalizers: [OURS, 'example.com/other'] } });
  await here.remove();
  await here.application('late');
  operator.queued();

  await operator.pass();

  expect((await here.provider()).metadata.finalizers).toEqual(['example.com/other']);
  const message = 'it is being deleted and takes no new application';
  expect(operator.find()).toMatchObject({ type: 'unready', message });
  expect(operator.queued()).toEqual([`${here.namespace}/late`]);
  await operator.pass();
  expect([operator.find().type, operator.queued()]).toEqual(['unready', []]);
  await here.patch({ metadata: { finalizers: [] } });
});
