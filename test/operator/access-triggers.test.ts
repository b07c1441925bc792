import { describe, expect, test } from 'vitest';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { applicationStore } from '../../src/kube/application-store.ts';
import { namespaceStore } from '../../src/kube/namespaces.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { providerStore } from '../../src/kube/providers.ts';
import { secretStore } from '../../src/kube/secrets.ts';
import { queueOnAccess } from '../../src/operator/access-triggers.ts';
import { createQueue } from '../../src/runtime/queue.ts';
import { manualClock } from '../support/manual-clock.ts';

const UNOBSERVED = { added: () => undefined, handedOut: () => undefined, finished: () => undefined };
const MARKED = { annotations: { [ANNOTATIONS.isDefault]: 'true' } };
const RELEASING = { [ANNOTATIONS.releaseRetained]: 'former=uid-former' };
const REGISTERED = { applicationId: 'app-1' };
const GOLD = [{ namespaces: { selector: { matchLabels: { tier: 'gold' } } } }];

type Metadata = KubeObject['metadata'];

const undecodable = ({ error }: { readonly error: unknown }): never => {
  throw error;
};

/** Stores in a test's hands, with applications of two namespaces, and the keys that were asked for since the last look. */
async function cluster(access?: readonly object[]) {
  const clock = manualClock();
  const stores = {
    applications: applicationStore(undecodable),
    providers: providerStore(undecodable),
    clusterProviders: providerStore(undecodable),
    namespaces: namespaceStore(),
    secrets: secretStore(),
  };
  const queue = createQueue(clock, UNOBSERVED);
  let version = 0;

  function metaOf(name: string, metadata: Partial<Metadata>): Metadata {
    version += 1;
    const known = { uid: `uid-${name}`, generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' };
    return { name, resourceVersion: String(version), ...known, ...metadata };
  }

  const renewed = new Set<string>();

  const world = {
    ...stores,
    /** Those of all that were asked for whose pauses begin anew. */
    renewed,
    application(namespace: string, name: string, providerRef?: object, status?: object): KubeObject {
      const spec = { type: 'Web', redirectUris: ['https://a.example/'], ...(providerRef && { providerRef }) };
      const metadata = metaOf(name, { namespace });
      return {
        apiVersion: 'oauthapp.dev/v1alpha1',
        kind: 'OAuthApplication',
        metadata,
        spec,
        ...(status && { status }),
      };
    },
    provider(rules: readonly object[] | undefined = access, metadata: Partial<Metadata> = {}): KubeObject {
      const spec = { resyncInterval: '10m', deepResyncInterval: '24h', ...(rules && { access: rules }) };
      const kind = metadata.namespace === undefined ? 'ClusterOAuthProvider' : 'OAuthProvider';
      return { apiVersion: 'oauthapp.dev/v1alpha1', kind, metadata: metaOf('all', metadata), spec };
    },
    namespace(name: string, labels: Readonly<Record<string, string>>, metadata: Partial<Metadata> = {}): KubeObject {
      return { apiVersion: 'v1', kind: 'Namespace', metadata: metaOf(name, { labels, ...metadata }) };
    },
    async queued(): Promise<readonly string[]> {
      await clock.advance(0);
      const keys: string[] = [];
      while (queue.stats().depth > 0) {
        const item = await queue.next();
        if (item === undefined) break;
        queue.done(item.key);
        if (item.failures === 'forgotten') renewed.add(item.key);
        keys.push(item.key);
      }
      return keys.sort();
    },
  };
  stores.clusterProviders.set(world.provider());
  for (const namespace of ['store', 'other']) {
    stores.namespaces.set(world.namespace(namespace, { tier: 'gold' }));
    stores.applications.set(world.application(namespace, 'named', ALL));
    stores.applications.set(world.application(namespace, 'undecided'));
    stores.applications.set(world.application(namespace, 'elsewhere', { kind: 'OAuthProvider', name: 'own' }));
  }
  queueOnAccess(stores, queue);
  return world;
}

const ALL = { kind: 'ClusterOAuthProvider', name: 'all' };
const BOUND = { provider: { ...ALL, uid: 'u', identity: 'i' } };

describe('a provider object', () => {
  test('with other access rules has all that use it looked at', async () => {
    const world = await cluster();
    world.clusterProviders.set(world.provider([{}]));
    expect(await world.queued()).toEqual(['other/named', 'store/named']);
    expect([...world.renewed].sort(), 'whose pauses begin anew').toEqual(['other/named', 'store/named']);
  });

  test('that releases what others left, or does so no more, has all looked at that it may be for', async () => {
    const world = await cluster();
    for (const annotations of [RELEASING, {}]) {
      world.clusterProviders.set(world.provider(undefined, { annotations }));
      expect(await world.queued()).toEqual(['other/named', 'store/named']);
    }
    world.clusterProviders.set(world.provider(undefined, MARKED));
    await world.queued();
    world.clusterProviders.set(world.provider(undefined, { annotations: { ...MARKED.annotations, ...RELEASING } }));
    expect(await world.queued()).toEqual(['other/named', 'other/undecided', 'store/named', 'store/undecided']);
  });

  test('that changes in nothing of this has nobody looked at', async () => {
    const world = await cluster([{}]);
    const annotations = { [ANNOTATIONS.reconcileRequestedAt]: 'now' };
    world.clusterProviders.set(world.provider([{}], { generation: 2, labels: { a: 'b' }, annotations }));
    expect(await world.queued()).toEqual([]);
  });

  test('that stays the default has nobody looked at', async () => {
    const world = await cluster();
    world.clusterProviders.set(world.provider(undefined, MARKED));
    await world.queued();
    world.clusterProviders.set(world.provider(undefined, { generation: 2, ...MARKED }));
    expect(await world.queued()).toEqual([]);
  });

  test('with other access rules has those looked at that get it as the default, too', async () => {
    const world = await cluster();
    world.clusterProviders.set(world.provider(undefined, MARKED));
    await world.queued();
    world.clusterProviders.set(world.provider([{}], MARKED));
    expect(await world.queued()).toEqual(['other/named', 'other/undecided', 'store/named', 'store/undecided']);
  });

  test('that becomes the default, or is it no more, has those looked at that name none', async () => {
    const world = await cluster();
    world.clusterProviders.set(world.provider(undefined, MARKED));
    expect(await world.queued()).toEqual(['other/undecided', 'store/undecided']);
    world.clusterProviders.set(world.provider());
    expect(await world.queued()).toEqual(['other/undecided', 'store/undecided']);
  });

  test('that is the default of a namespace concerns that namespace alone, when it comes and when it goes', async () => {
    const world = await cluster();
    world.providers.set(world.provider(undefined, { namespace: 'store', ...MARKED }));
    expect(await world.queued()).toEqual(['store/undecided']);
    world.providers.remove(world.provider(undefined, { namespace: 'store' }));
    expect(await world.queued()).toEqual(['store/undecided']);
  });
});

describe('a namespace', () => {
  test('with other labels has those of its applications looked at whose access may hang on them', async () => {
    const world = await cluster(GOLD);
    world.namespaces.set(world.namespace('store', { tier: 'silver' }));
    expect(await world.queued()).toEqual(['store/elsewhere', 'store/named', 'store/undecided']);
    expect([...world.renewed].sort(), 'whose pauses begin anew').toEqual([
      'store/elsewhere',
      'store/named',
      'store/undecided',
    ]);
  });

  test('with other labels does not matter where no rule has a selector', async () => {
    const world = await cluster([{ namespaces: { names: ['store'] } }]);
    world.namespaces.set(world.namespace('store', { tier: 'silver' }));
    expect(await world.queued()).not.toContain('store/named');
  });

  test('that is seen for the first time has its applications looked at', async () => {
    const world = await cluster(GOLD);
    world.applications.set(world.application('new', 'early', ALL));
    world.namespaces.set(world.namespace('new', { tier: 'gold' }));
    expect(await world.queued()).toEqual(['new/early']);
  });

  test('that changes in other things has nobody looked at', async () => {
    const world = await cluster(GOLD);
    world.namespaces.set(world.namespace('store', { tier: 'gold' }, { annotations: { a: 'b' } }));
    world.namespaces.remove(world.namespace('store', { tier: 'gold' }));
    expect(await world.queued()).toEqual([]);
  });
});

describe('an application that leaves a limited provider', () => {
  const THREE = [{ maxApplications: 3 }];

  test('has the one of its namespace looked at that waits for its place', async () => {
    const world = await cluster(THREE);
    for (const name of ['a', 'b']) world.applications.set(world.application('store', name, ALL));
    world.applications.remove(world.application('store', 'a'));
    expect(await world.queued()).toEqual(['store/undecided']);
    expect([...world.renewed], 'whose pauses go on growing').toEqual([]);
  });

  test('has a few looked at that are next in line, however many wait, and none that has a place', async () => {
    const world = await cluster(THREE);
    const many = Array.from({ length: 30 }, (_, at) => `w${String(at).padStart(2, '0')}`);
    for (const name of many) world.applications.set(world.application('store', name, ALL));
    for (const name of ['a', 'b']) world.applications.set(world.application('store', name, ALL, REGISTERED));
    await world.queued();
    world.applications.remove(world.application('store', 'a'));
    const next = ['undecided', ...many.slice(0, 9)];
    expect(await world.queued()).toEqual(next.map((name) => `store/${name}`));
  });

  test('has a registered one looked at whose place was taken by a lower limit', async () => {
    const world = await cluster(THREE);
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) world.applications.set(world.application('store', name, ALL, REGISTERED));
    await world.queued();
    world.applications.remove(world.application('store', 'a'));
    expect(await world.queued()).toContain('store/d');
  });

  test('by another reference does so, too', async () => {
    const world = await cluster(THREE);
    for (const name of ['a', 'b']) world.applications.set(world.application('store', name, ALL));
    world.applications.set(world.application('store', 'a', { kind: 'OAuthProvider', name: 'own' }));
    expect(await world.queued()).toEqual(['store/undecided']);
  });

  test('has nobody looked at while there was room', async () => {
    const world = await cluster([{ maxApplications: 9 }]);
    world.applications.remove(world.application('store', 'named'));
    expect(await world.queued()).toEqual([]);
  });

  test('has nobody looked at where nothing is limited', async () => {
    const world = await cluster([{}]);
    world.applications.remove(world.application('store', 'named'));
    expect(await world.queued()).toEqual([]);
  });
});

test('an application that is bound to what it names has nobody looked at', async () => {
  const world = await cluster([{ maxApplications: 1 }]);
  world.applications.set(world.application('store', 'named', ALL, BOUND));
  expect(await world.queued()).toEqual([]);
});
