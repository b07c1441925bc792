import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClusterWorld, clusterLogi, createClusterWorld, SYSTEM } from '../support/cluster-world.ts';
import { conditionOf } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { web } from '../support/world.ts';

let world: ClusterWorld;

const GRANTS = [
  { namespaces: { names: ['by-name'] }, uris: { allowedHosts: ['*.example.com'] }, maxApplications: 2 },
  { namespaces: { selector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['gold'] }] } } },
];
const MAIN = { kind: 'ClusterOAuthProvider', name: 'main' };

beforeAll(async () => {
  world = await createClusterWorld();
  await Promise.all([
    world.namespace('by-name'),
    world.namespace('by-label', { tier: 'gold' }),
    world.namespace('stranger', { tier: 'silver' }),
  ]);
  await world.apply(clusterLogi(world.emulator.url, 'main', { access: GRANTS }));
});

afterAll(() => world?.[Symbol.asyncDispose]());

/** An application of provider `main`. */
function shop(name: string, spec: Readonly<Record<string, unknown>> = {}) {
  return web(name, { providerRef: MAIN, ...spec });
}

async function grant(access: readonly unknown[]): Promise<void> {
  await world.apply(clusterLogi(world.emulator.url, 'main', { access }));
}

/** Names of the registrations that stand at the provider. */
function registered(): readonly string[] {
  return world.emulator
    .applications()
    .filter(({ softDeleted }) => !softDeleted)
    .map(({ name }) => name);
}

test('a ClusterOAuthProvider is served with the credentials of the namespace that it names', async () => {
  const provider = await until(
    'it is Ready',
    () => world.clusterProvider('main'),
    (shown) => conditionOf(shown, 'Ready')?.status === 'True',
  );
  expect(provider?.status?.lastInventory?.registrations).toBe(0);
  expect(provider?.status?.servedBy?.lease).toBe(`${SYSTEM}/oauthapp-operator`);
});

test.each(['by-name', 'by-label'])(
  'namespace %s is granted, and its application gets what it needs',
  async (namespace) => {
    const name = `shop-${namespace}`;
    await world.apply(shop(name), namespace);
    const { status } = await world.ready(namespace, name);
    expect(status?.provider).toMatchObject(MAIN);
    const json = await world.kubectl('get', 'secret', `${name}-oauth`, '-n', namespace, '-o', 'json');
    const data = JSON.parse(json).data as Readonly<Record<string, string>>;
    const [clientId = '', clientSecret = ''] = ['client_id', 'client_secret'].map((key) =>
      Buffer.from(data[key] ?? '', 'base64').toString(),
    );
    expect(clientId).toBe(status?.clientId);
    expect(world.emulator.logsIn(clientId, clientSecret)).toBe(true);
  },
);

test('the applications of all namespaces are counted, and what was spent for them', async () => {
  const provider = await until(
    'it counts two',
    () => world.clusterProvider('main'),
    (shown) => shown?.status?.applications === 2,
  );
  expect(provider?.status?.budget?.spent).not.toEqual([]);
  expect(provider?.metadata.finalizers).toEqual(['oauthapp.dev/in-use']);
});

describe('a tenant', () => {
  test('gets nothing of a provider that does not grant his namespace, and hears of no other', async () => {
    const calls = world.emulator.journal.length;
    await world.apply(shop('sneaky'), 'stranger');
    const { message } = await world.reason('stranger', 'sneaky', 'AccessDenied');
    const application = await world.application('stranger', 'sneaky');
    expect(conditionOf(application, 'Stalled')?.reason).toBe('AccessDenied');
    expect(application?.metadata.finalizers).toBeUndefined();
    expect(message).toContain('namespace stranger');
    expect(message).not.toMatch(/by-name|by-label|gold|example[.]com/);
    expect(world.emulator.journal.slice(calls).map(({ operation }) => operation)).not.toContain('create');
    expect(registered()).not.toContain('sneaky');
  });

  test("cannot name another namespace's provider", async () => {
    const own = clusterLogi(world.emulator.url, 'private');
    const spec = {
      ...(own['spec'] as object),
      logi: { apiUrl: world.emulator.url, apiKeySecretRef: { name: 'logi-key' } },
    };
    await world.apply({ ...own, kind: 'OAuthProvider', spec }, SYSTEM);
    await world.apply(web('borrower', { providerRef: { name: 'private' } }), 'stranger');
    expect((await world.reason('stranger', 'borrower', 'ProviderNotFound')).message).not.toContain(SYSTEM);
    await expect(
      world.apply(web('pointer', { providerRef: { name: `${SYSTEM}/private` } }), 'stranger'),
    ).rejects.toThrow('spec.providerRef.name');
    await expect(
      world.apply(web('pointer', { providerRef: { name: 'private', namespace: SYSTEM } }), 'stranger'),
    ).rejects.toThrow('namespace');
  });

  test('registers no URI of a host that is not granted, whichever way it is written', async () => {
    const redirectUris = ['https://a.example.com/cb', 'https://evil.example/cb'];
    await world.apply(shop('phisher', { redirectUris }), 'by-name');
    const { message } = await world.reason('by-name', 'phisher', 'AccessDenied');
    expect(message).toMatch(/^spec[.]redirectUris\[1\] names evil[.]example/);
    expect(message).not.toContain('example.com');

    await world.apply(shop('phisher', { redirectUris: ['https://a.example.com./cb'] }), 'by-name');
    await world.reason('by-name', 'phisher', 'AccessDenied');
    await world.apply(shop('phisher', { logi: { webhookUrl: 'https://evil.example/hook' } }), 'by-name');
    await world.reason('by-name', 'phisher', 'AccessDenied');
    expect(registered()).not.toContain('phisher');

    await world.apply(shop('phisher', { redirectUris: ['https://a.example.com/cb'] }), 'by-name');
    await world.ready('by-name', 'phisher');
  });

  test('changes no registration that he has to a host that is not granted', async () => {
    await world.apply(shop('phisher', { redirectUris: ['https://evil.example/cb'] }), 'by-name');
    await world.reason('by-name', 'phisher', 'AccessDenied');
    expect(world.emulator.applications().find(({ name }) => name === 'phisher')?.redirectUris).toEqual([
      'https://a.example.com/cb',
    ]);
  });

  test('has no more applications than are granted, until one of them goes', async () => {
    await world.apply(shop('third'), 'by-name');
    expect((await world.reason('by-name', 'third', 'AccessDenied')).message).toContain('2 applications');
    await world.kubectl('delete', 'oaa', 'phisher', '-n', 'by-name', '--wait=false');
    await world.ready('by-name', 'third');
    await world.kubectl('delete', 'oaa', 'third', '-n', 'by-name', '--wait=false');
    await world.gone('by-name', 'third');
  });
});

test('a label that a namespace loses, or gets, decides at once', async () => {
  await world.kubectl('label', 'namespace', 'by-label', 'tier=silver', '--overwrite');
  await world.reason('by-label', 'shop-by-label', 'AccessDenied');
  await world.kubectl('label', 'namespace', 'by-label', 'tier=gold', '--overwrite');
  await world.ready('by-label', 'shop-by-label');
});

test('access that is withdrawn stops what is new, and keeps nothing from being deleted', async () => {
  await grant([GRANTS[1]]);
  await world.reason('by-name', 'shop-by-name', 'AccessDenied');
  const calls = world.emulator.journal.length;
  await world.kubectl('annotate', 'oaa/shop-by-name', '-n', 'by-name', 'oauthapp.dev/rotate-requested-at=now');
  await world.apply(shop('shop-by-name', { displayName: 'Renamed' }), 'by-name');
  await world.reason('by-name', 'shop-by-name', 'AccessDenied');
  const made = world.emulator.journal.slice(calls).map(({ operation }) => operation);
  expect(made.filter((operation) => operation !== 'list')).toEqual([]);
  expect(registered()).toContain('shop-by-name');

  await world.kubectl('delete', 'oaa', 'shop-by-name', '-n', 'by-name', '--wait=false');
  await world.gone('by-name', 'shop-by-name');
  expect(registered()).not.toContain('shop-by-name');

  await grant(GRANTS);
  await world.apply(shop('granted-again'), 'by-name');
  await world.ready('by-name', 'granted-again');
});

describe('without a reference', () => {
  const ANY = { providerRef: undefined };

  test('an application waits for a default provider, and says how to get one', async () => {
    await world.apply(web('any', ANY), 'by-label');
    const { message } = await world.reason('by-label', 'any', 'ProviderNotFound');
    expect(message).toContain('oauthapp.dev/is-default');
  });

  test('it gets the one that is marked, and is bound to it', async () => {
    await world.kubectl('annotate', 'coap/main', 'oauthapp.dev/is-default=true');
    const { status } = await world.ready('by-label', 'any');
    expect(status?.provider).toMatchObject(MAIN);
  });

  test('it gets none where two are marked, and what has one keeps it', async () => {
    const second = clusterLogi(world.emulator.url, 'second', { access: GRANTS });
    await world.apply({ ...second, metadata: { name: 'second', annotations: { 'oauthapp.dev/is-default': 'true' } } });
    await until(
      'the operator has seen it',
      () => world.clusterProvider('second'),
      (shown) => conditionOf(shown, 'Ready')?.status === 'True',
    );
    await world.apply(web('late', ANY), 'by-label');
    const { message } = await world.reason('by-label', 'late', 'ProviderNotFound');
    expect(message).toContain('main, second');

    await world.apply(web('any', { ...ANY, displayName: 'Any shop' }), 'by-label');
    const { status } = await world.ready('by-label', 'any');
    expect(status?.provider).toMatchObject(MAIN);
    expect(registered()).toContain('Any shop');
  });

  test('it heals when one of the marks goes', async () => {
    await world.kubectl('annotate', 'coap/second', 'oauthapp.dev/is-default-');
    const { status } = await world.ready('by-label', 'late');
    expect(status?.provider).toMatchObject(MAIN);
  });
});

test('a ClusterOAuthProvider that is deleted waits for its last application, wherever that is', async () => {
  await world.kubectl('delete', 'coap', 'main', '--wait=false');
  await until(
    'it says that it is in use',
    () => world.clusterProvider('main'),
    (provider) => conditionOf(provider, 'Ready')?.reason === 'InUse',
  );
  for (const namespace of ['by-name', 'by-label', 'stranger']) {
    await world.kubectl('delete', 'oaa', '--all', '-n', namespace, '--wait=false');
  }
  await until(
    'it is gone',
    () => world.clusterProvider('main'),
    (provider) => provider === undefined,
  );
  expect(registered()).toEqual([]);
});
