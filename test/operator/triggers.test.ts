import { expect, test } from 'vitest';
import { OAuthApplication } from '../../src/api/application.ts';
import { ANNOTATIONS, FINALIZERS, SECRET_ANNOTATIONS } from '../../src/api/names.ts';
import { applicationStore } from '../../src/kube/application-store.ts';
import { namespaceStore } from '../../src/kube/namespaces.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { createOwnWrites } from '../../src/kube/own-writes.ts';
import { providerStore } from '../../src/kube/providers.ts';
import { secretStore } from '../../src/kube/secrets.ts';
import { feedQueues } from '../../src/operator/triggers.ts';
import type { ProviderSelector } from '../../src/provider/selector.ts';
import { shardOf } from '../../src/provider/shard.ts';
import type { Queue } from '../../src/runtime/queue.ts';
import { createQueue } from '../../src/runtime/queue.ts';
import { manualClock } from '../support/manual-clock.ts';

const LATER_MS = 10_000;
const UNOBSERVED = { added: () => undefined, handedOut: () => undefined, finished: () => undefined };

type Changes = { readonly metadata?: object; readonly spec?: object; readonly status?: object };

const undecodable = ({ error }: { readonly error: unknown }): never => {
  throw error;
};

/** Stores in a test's hands, and the keys that were asked for since the last look. */
function cluster(scope: 'namespace' | 'cluster' = 'cluster') {
  const clock = manualClock();
  const stores = {
    applications: applicationStore(undecodable),
    providers: providerStore(undecodable),
    clusterProviders: scope === 'cluster' ? providerStore(undecodable) : undefined,
    namespaces: scope === 'cluster' ? namespaceStore() : undefined,
    secrets: secretStore(),
  };
  const queues = { applications: createQueue(clock, UNOBSERVED), providers: createQueue(clock, UNOBSERVED) };
  const watched: (readonly string[])[] = [];
  const renewed = new Set<string>();
  const ownWrites = createOwnWrites<OAuthApplication>();
  let version = 0;

  async function drained(queue: Queue, afterMs: number): Promise<readonly string[]> {
    await clock.advance(afterMs);
    const keys: string[] = [];
    while (queue.stats().depth > 0) {
      const item = await queue.next();
      if (item === undefined) break;
      queue.done(item.key);
      if (item.failures === 'forgotten') renewed.add(item.key);
      keys.push(`${item.key} ${item.priority}`);
    }
    return keys.sort();
  }

  return {
    ...stores,
    queues,
    watched,
    /** Those of all that were asked for whose failures count no more. */
    renewed,
    ownWrites,
    start: (selector?: ProviderSelector) =>
      feedQueues(stores, queues, { watch: (secrets) => void watched.push([...secrets]) }, ownWrites, shardOf(selector)),
    /** Asked for at once. */
    now: () => drained(queues.applications, 0),
    providersNow: () => drained(queues.providers, 0),
    providersLater: () => drained(queues.providers, LATER_MS),
    object(kind: string, name: string, { metadata, spec, status }: Changes): KubeObject {
      version += 1;
      const isCluster = kind.startsWith('Cluster');
      return {
        apiVersion: kind === 'Secret' ? 'v1' : 'oauthapp.dev/v1alpha1',
        kind,
        metadata: {
          name,
          ...(isCluster ? {} : { namespace: 'shop' }),
          uid: `uid-${name}`,
          resourceVersion: String(version),
          generation: 1,
          creationTimestamp: '2026-01-01T00:00:00Z',
          ...metadata,
        },
        ...(spec === undefined ? {} : { spec }),
        ...(status === undefined ? {} : { status }),
      };
    },
  };
}

const WEB = {
  type: 'Web',
  redirectUris: ['https://a.example.com/cb'],
  providerRef: { kind: 'OAuthProvider', name: 'logi' },
};
const NAMELESS = { type: 'Web', redirectUris: ['https://a.example.com/cb'] };
const LOGI = {
  logi: { apiUrl: 'https://logi.example.com', apiKeySecretRef: { name: 'logi-key', key: 'apiKey' } },
  resyncInterval: '10m',
  deepResyncInterval: '24h',
};
const READY = {
  type: 'Ready',
  status: 'True',
  reason: 'InSync',
  message: '',
  observedGeneration: 1,
  lastTransitionTime: '2026-01-01T00:00:00Z',
};
const ASKED = { [ANNOTATIONS.reconcileRequestedAt]: 'now' };
const SERVED_BY = { installation: 'another', cluster: 'c' };

/** One application, one provider and the application's Secret, all of them looked at. */
async function settled() {
  const world = cluster();
  const shop = (changes: Changes = {}) => world.object('OAuthApplication', 'web', { spec: WEB, ...changes });
  const logi = (changes: Changes = {}) => world.object('OAuthProvider', 'logi', { spec: LOGI, ...changes });
  const status = {
    conditions: [READY],
    secret: { name: 'web-oauth', uid: 'uid-web-oauth', resourceVersion: '7', serial: 1, delivered: true },
  };
  const secret = (metadata: object = {}) =>
    world.object('Secret', 'web-oauth', {
      metadata: {
        resourceVersion: '7',
        ownerReferences: [OWNER],
        annotations: { [SECRET_ANNOTATIONS.seal]: 's' },
        ...metadata,
      },
    });
  world.applications.replace([shop({ status })]);
  world.providers.replace([logi()]);
  world.secrets.replace([secret({ resourceVersion: '6' })]);
  world.start();
  await world.now();
  await world.providersLater();
  world.renewed.clear();
  return { ...world, shop, logi, secret, status };
}

const OWNER = {
  apiVersion: 'oauthapp.dev/v1alpha1',
  kind: 'OAuthApplication',
  name: 'web',
  uid: 'uid-web',
  controller: true,
};

test('looks at everything when it starts', async () => {
  const world = cluster();
  world.applications.replace([world.object('OAuthApplication', 'web', { spec: WEB })]);
  world.providers.replace([world.object('OAuthProvider', 'logi', { spec: LOGI })]);
  const spec = { ...LOGI, logi: { ...LOGI.logi, apiKeySecretRef: { name: 'k', namespace: 'iam', key: 'apiKey' } } };
  world.clusterProviders?.replace([world.object('ClusterOAuthProvider', 'all', { spec })]);

  world.start();

  expect(await world.now()).toEqual(['shop/web resync']);
  expect(await world.providersNow()).toEqual(['ClusterOAuthProvider all change', 'OAuthProvider shop/logi change']);
  expect(world.watched.at(-1)).toEqual(['shop/logi-key', 'iam/k']);
});

test.each<[why: string, changes: Changes, asked: readonly string[]]>([
  ['nothing but labels', { metadata: { labels: { a: 'b' } } }, []],
  ['another generation', { metadata: { generation: 2 } }, ['shop/web change']],
  ['an annotation of ours', { metadata: { annotations: { [ANNOTATIONS.abandon]: 'true' } } }, ['shop/web change']],
  ['an annotation that we never read', { metadata: { annotations: { a: 'b' } } }, []],
  ['a request', { metadata: { annotations: { [ANNOTATIONS.rotateRequestedAt]: 'now' } } }, ['shop/web requested']],
  ['a finalizer', { metadata: { finalizers: ['example.com/other'] } }, ['shop/web change']],
  ['a deletion', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }, ['shop/web deletion']],
  ['another object of the same name', { metadata: { uid: 'uid-2' } }, ['shop/web change']],
])('looks at an application after %s', async (_, changes, asked) => {
  const world = await settled();

  world.applications.set(world.shop({ status: world.status, ...changes }));

  expect(await world.now()).toEqual(asked);
});

type Settled = Awaited<ReturnType<typeof settled>>;

const OTHER_ID = { applicationId: '424242' };

test.each<[why: string, tamper: (status: Settled['status']) => object, asked: readonly string[]]>([
  ['the whole', () => ({}), ['shop/web change']],
  ['an id', (status) => ({ ...status, ...OTHER_ID }), ['shop/web change']],
  ['the Secret', ({ conditions }) => ({ conditions }), ['shop/web change']],
  ['the conditions', ({ secret }) => ({ secret }), ['shop/web change']],
  [
    'another word on how it stands',
    (status) => ({ ...status, conditions: [{ ...READY, reason: 'Other' }] }),
    ['shop/web change'],
  ],
  ['a condition of his own', (status) => ({ ...status, conditions: [READY, { ...READY, type: 'Seen' }] }), []],
])('looks at an application after somebody wrote %s into its status or out of it', async (_, tamper, asked) => {
  const world = await settled();

  world.applications.set(world.shop({ status: tamper(world.status) }));

  expect(await world.now()).toEqual(asked);
});

test.each<[why: string, note: (world: Settled, before: OAuthApplication, after: OAuthApplication) => void]>([
  ['was answered', ({ ownWrites }, before, after) => ownWrites.wrote(before, after)],
  ['has not been answered yet', ({ ownWrites }, before, { status }) => ownWrites.expect({ ...before, status })],
])('asks for no pass after our own write of a status that %s', async (_, note) => {
  const world = await settled();
  const before = OAuthApplication.parse(world.shop({ status: world.status }));
  const after = world.shop({ status: { ...world.status, ...OTHER_ID } });
  note(world, before, OAuthApplication.parse(after));

  world.applications.set(after);
  expect(await world.now()).toEqual([]);

  world.applications.set(world.shop());
  expect(await world.now(), 'and for one after the next write, which is not ours').toEqual(['shop/web change']);
});

test.each<[why: string, changes: Changes, asked: readonly string[]]>([
  ['nothing but its own status', { status: { applications: 3 } }, []],
  ['an annotation that we never read', { metadata: { annotations: { a: 'b' } } }, []],
  ['another generation', { metadata: { generation: 2 } }, ['OAuthProvider shop/logi change']],
  [
    'an answer of a person',
    { metadata: { annotations: { [ANNOTATIONS.confirmIdentity]: 'x' } } },
    ['OAuthProvider shop/logi change'],
  ],
  ['a deletion', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }, ['OAuthProvider shop/logi change']],
  ["another installation's claim", { status: { servedBy: SERVED_BY } }, ['OAuthProvider shop/logi change']],
])('looks at a provider after %s, and leaves its applications to that pass', async (_, changes, asked) => {
  const world = await settled();

  world.providers.set(world.logi(changes));

  expect(await world.providersNow()).toEqual(asked);
  expect(await world.now()).toEqual([]);
});

test('looks at the applications that wait for a provider object when it comes, and again when it goes', async () => {
  const world = await settled();
  world.providers.remove(world.logi());
  expect(await world.now()).toEqual(['shop/web change']);
  expect(await world.providersNow()).toEqual(['OAuthProvider shop/logi change']);

  world.providers.set(world.logi());

  expect(await world.now()).toEqual(['shop/web change']);
  expect(await world.providersNow()).toEqual(['OAuthProvider shop/logi change']);
});

test.each<[why: string, pauses: 'begin anew' | 'go on growing', change: (world: Settled) => void]>([
  ['its spec was changed', 'begin anew', changed({ metadata: { generation: 2 } })],
  ['somebody asks for something', 'begin anew', changed({ metadata: { annotations: ASKED } })],
  ['it is deleted', 'begin anew', changed({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })],
  ['its provider object is gone', 'begin anew', ({ providers, logi }) => providers.remove(logi())],
  ['a finalizer, maybe ours, was put on it', 'go on growing', changed({ metadata: { finalizers: ['a.example/b'] } })],
  ['somebody wrote its status', 'go on growing', changed({ status: {} })],
  [
    'its Secret was written, maybe by us',
    'go on growing',
    ({ secrets, secret }) => secrets.set(secret({ resourceVersion: '8' })),
  ],
  ['its Secret was deleted, maybe by us', 'go on growing', ({ secrets, secret }) => secrets.remove(secret())],
  [
    'the name of its Secret is free',
    'go on growing',
    ({ applications, object }) => {
      const rival = object('OAuthApplication', 'rival', { spec: { ...WEB, secret: { name: 'web-oauth' } } });
      applications.set(rival);
      applications.remove(rival);
    },
  ],
])('when %s, the pauses between the failures of an application %s', async (_, pauses, change) => {
  const world = await settled();

  change(world);

  expect(await world.now()).toContainEqual(expect.stringMatching(/^shop\/web /));
  expect(world.renewed.has('shop/web') ? 'begin anew' : 'go on growing').toBe(pauses);
});

function changed(changes: Changes): (world: Settled) => void {
  return ({ applications, shop, status }) => applications.set(shop({ status, ...changes }));
}

test.each<[why: string, pauses: 'begin anew' | 'go on growing', changes: Changes]>([
  ['its spec was changed', 'begin anew', { metadata: { generation: 2 } }],
  ['somebody asks for something', 'begin anew', { metadata: { annotations: ASKED } }],
  ['a finalizer, maybe ours, was put on it', 'go on growing', { metadata: { finalizers: ['a.example/b'] } }],
  ['another installation claims it', 'go on growing', { status: { servedBy: SERVED_BY } }],
])('when %s, the pauses between the failures of a provider %s', async (_, pauses, changes) => {
  const world = await settled();

  world.providers.set(world.logi(changes));

  expect(await world.providersNow()).toEqual(['OAuthProvider shop/logi change']);
  expect(world.renewed.has('OAuthProvider shop/logi') ? 'begin anew' : 'go on growing').toBe(pauses);
});

test('has a provider count its applications a moment after they came or went, once for many', async () => {
  const world = await settled();
  for (const name of ['a', 'b', 'c']) world.applications.set(world.object('OAuthApplication', name, { spec: WEB }));
  expect(await world.providersNow()).toEqual([]);
  expect(await world.providersLater()).toEqual(['OAuthProvider shop/logi resync']);

  world.applications.remove(world.object('OAuthApplication', 'a', {}));

  expect(await world.providersNow()).toEqual([]);
  expect(await world.providersLater()).toEqual(['OAuthProvider shop/logi resync']);
});

test('tells a provider object that is being deleted at once that an application has gone', async () => {
  const world = await settled();
  world.providers.set(world.logi({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }));
  await world.providersNow();

  world.applications.remove(world.shop());

  expect(await world.providersNow()).toEqual(['OAuthProvider shop/logi resync']);
});

test.each<[why: string, spec: object, change: (world: Settled, before: KubeObject) => void]>([
  [
    'our finalizer leaves one that other finalizers keep',
    WEB,
    ({ applications, object }) =>
      applications.set(object('OAuthApplication', 'last', { spec: WEB, metadata: { finalizers: ['a.example/b'] } })),
  ],
  [
    'one goes that has lost its status and names no provider',
    NAMELESS,
    ({ applications }, last) => applications.remove(last),
  ],
  [
    'one that has lost its status turns out to be of another provider',
    NAMELESS,
    ({ applications, ownWrites, object }) => {
      const provider = { kind: 'OAuthProvider', name: 'second', uid: 'uid-second', identity: 'i' };
      const metadata = { finalizers: [FINALIZERS.registration] };
      const after = object('OAuthApplication', 'last', { spec: NAMELESS, metadata, status: { provider } });
      ownWrites.expect(OAuthApplication.parse(after));
      applications.set(after);
    },
  ],
])('D5: tells a provider object that is being deleted at once when %s', async (_, spec, change) => {
  const world = await settled();
  const metadata = { finalizers: [FINALIZERS.registration, 'a.example/b'] };
  const last = world.object('OAuthApplication', 'last', { spec, metadata });
  world.applications.set(last);
  await world.providersLater();
  world.providers.set(world.logi({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }));
  await world.providersNow();

  change(world, last);

  expect(await world.providersNow()).toEqual(['OAuthProvider shop/logi resync']);
});

test('has both providers count when an application moves from one to the other', async () => {
  const world = await settled();

  const spec = { ...WEB, providerRef: { kind: 'OAuthProvider', name: 'second' } };
  world.applications.set(world.shop({ spec, metadata: { generation: 2 } }));

  expect(await world.providersLater()).toEqual(['OAuthProvider shop/logi resync', 'OAuthProvider shop/second resync']);
});

test.each<[why: string, metadata: object, asked: readonly string[]]>([
  ['our own write', { resourceVersion: '7' }, []],
  ['an edit', { resourceVersion: '8' }, ['shop/web change']],
  ['an edit that takes our owner reference away', { resourceVersion: '8', ownerReferences: [] }, ['shop/web change']],
  ['another Secret in its place', { uid: 'uid-2', resourceVersion: '7' }, ['shop/web change']],
])('looks at the owner of a Secret after %s', async (_, metadata, asked) => {
  const world = await settled();

  world.secrets.set(world.secret(metadata));

  expect(await world.now()).toEqual(asked);
});

test('looks at the owner of a Secret that is deleted in the very version that we wrote', async () => {
  const world = await settled();
  world.secrets.set(world.secret({ resourceVersion: '7' }));

  world.secrets.remove(world.secret());

  expect(await world.now()).toEqual(['shop/web change']);
});

test.each<[why: string, free: (world: Awaited<ReturnType<typeof settled>>) => void]>([
  ['is deleted', ({ applications, shop }) => applications.remove(shop())],
  [
    'takes another name',
    ({ applications, shop, status }) =>
      applications.set(shop({ status, spec: { ...WEB, secret: { name: 'mine' } }, metadata: { generation: 2 } })),
  ],
])('looks at who waits for the name of a Secret when its holder %s', async (_, free) => {
  const world = await settled();
  const spec = { ...WEB, secret: { name: 'web-oauth' } };
  world.applications.set(world.object('OAuthApplication', 'rival', { spec }));
  await world.now();

  free(world);

  expect(await world.now()).toContain('shop/rival change');
});

test.each<['Secrets' | 'applications']>([['Secrets'], ['applications']])(
  'looks at the owner of a Secret that came and went while no watch ran, where the %s are read last',
  async (last) => {
    const world = await settled();
    const other = world.object('OAuthApplication', 'other', { spec: WEB });
    const web = world.shop({ status: world.status });
    world.secrets.remove(world.secret({ resourceVersion: '6' }));
    if (last === 'Secrets') world.applications.replace([other, web]);
    await world.now();

    if (last === 'Secrets') world.secrets.replace([]);
    else world.applications.replace([other, web]);

    expect(await world.now()).toEqual(expect.arrayContaining(['shop/web change']));
  },
);

test('looks at the owner of such a Secret, too, where no cache shows yet that we wrote it', async () => {
  const world = await settled();
  world.secrets.remove(world.secret({ resourceVersion: '6' }));
  const before = world.shop({ metadata: { resourceVersion: '21' } });
  world.applications.replace([before]);
  const written = world.shop({ metadata: { resourceVersion: '22' }, status: world.status });
  world.ownWrites.wrote(OAuthApplication.parse(before), OAuthApplication.parse(written));
  await world.now();

  world.secrets.replace([]);

  expect(await world.now()).toEqual(['shop/web change']);
});

const ISSUING = {
  v: 1,
  id: 'o1',
  type: 'register',
  holder: 'h',
  deadlineSeconds: 10,
  serial: 1,
  secretName: 'taken',
};
const IN_TAKEN = { name: 'taken', serial: 1, delivered: true };

test.each<[why: string, before: object, after: object, asked: readonly string[]]>([
  [
    'its Secret has another name',
    { secret: IN_TAKEN },
    { secret: { ...IN_TAKEN, name: 'new' } },
    ['shop/rival change'],
  ],
  ['it lets its Secret go', { secret: IN_TAKEN }, {}, ['shop/rival change']],
  ['what was to write the Secret came to nothing', { operation: ISSUING }, {}, ['shop/rival change']],
  ['what was to write the Secret has written it', { operation: ISSUING }, { secret: IN_TAKEN }, []],
  ['it writes its Secret anew', { secret: IN_TAKEN }, { secret: IN_TAKEN, operation: ISSUING }, []],
])(
  'after our own write looks at who waits for the name of a Secret alone, and only when %s',
  async (_, before, after, asked) => {
    const world = await settled();
    const spec = { ...WEB, secret: { name: 'taken' } };
    world.applications.set(world.object('OAuthApplication', 'rival', { spec }));
    const written = (status: object) => {
      const object = world.shop({ spec, metadata: { generation: 2 }, status: { conditions: [READY], ...status } });
      world.ownWrites.expect(OAuthApplication.parse(object));
      world.applications.set(object);
    };
    written(before);
    await world.now();

    written(after);

    expect(await world.now()).toEqual(asked);
  },
);

test('looks at an object when somebody undid our own write before any watch told of it', async () => {
  const world = await settled();
  const before = OAuthApplication.parse(world.shop({ metadata: { resourceVersion: '21' } }));
  world.applications.set(before);
  await world.now();
  const written = OAuthApplication.parse(world.shop({ status: world.status, metadata: { resourceVersion: '22' } }));
  world.ownWrites.wrote(before, written);

  world.applications.replace([world.shop({ metadata: { resourceVersion: '23' } })]);

  expect(await world.now()).toEqual(['shop/web change']);
});

test('believes what was read anew, where an etcd was put back to what our own write had replaced', async () => {
  const world = await settled();
  const before = world.shop({ metadata: { resourceVersion: '21' } });
  world.applications.set(before);
  const written = world.shop({ status: world.status, metadata: { resourceVersion: '22' } });
  world.ownWrites.wrote(OAuthApplication.parse(before), OAuthApplication.parse(written));
  world.applications.set(written);
  await world.now();

  world.applications.replace([before]);

  expect(await world.now()).toContain('shop/web resync');
  const [cached] = world.applications.list();
  expect(cached && world.ownWrites.latest(cached).metadata.resourceVersion).toBe('21');
});

test('looks at who waits for a registration when the object that holds it is deleted', async () => {
  const world = await settled();
  const held = world.shop({ status: { ...world.status, applicationId: 'app-1' } });
  world.applications.set(held);
  const adopting = (applicationId: string) => ({ ...WEB, deletionPolicy: 'Retain', adopt: { applicationId } });
  world.applications.set(world.object('OAuthApplication', 'adopter', { spec: adopting('app-1') }));
  world.applications.set(world.object('OAuthApplication', 'of-another', { spec: adopting('app-2') }));
  await world.now();

  world.applications.remove(held);

  expect(await world.now()).toEqual(['shop/adopter change']);
});

test('watches the credentials that provider objects name, and no others any more', async () => {
  const world = await settled();
  const logi = { ...LOGI.logi, apiKeySecretRef: { name: 'new-key', key: 'apiKey' } };

  world.providers.set(world.logi({ spec: { ...LOGI, logi }, metadata: { generation: 2 } }));
  expect(world.watched.at(-1)).toEqual(['shop/new-key']);

  world.providers.remove(world.logi());
  expect(world.watched.at(-1)).toEqual([]);
});

test('a provider object whose labels name another shard now is looked at by both, and its credentials by the new one', async () => {
  const selector = { text: 'shard=a', selector: { matchLabels: { shard: 'a' } } };
  const world = cluster();
  const logi = (labels: object) => world.object('OAuthProvider', 'logi', { spec: LOGI, metadata: { labels } });
  world.providers.replace([logi({})]);
  world.start(selector);
  await world.providersNow();
  expect(world.watched.at(-1)).toEqual([]);

  world.providers.set(logi({ shard: 'a' }));
  expect(await world.providersNow()).toEqual(['OAuthProvider shop/logi change']);
  expect(world.watched.at(-1)).toEqual(['shop/logi-key']);

  world.providers.set(logi({ shard: 'a', team: 'storefront' }));
  expect(await world.providersNow()).toEqual([]);

  world.providers.set(logi({ shard: 'b' }));
  expect(await world.providersNow()).toEqual(['OAuthProvider shop/logi change']);
});

test('looks at an application of which a shard that is behind has said that its provider is missing', async () => {
  const world = await settled();
  const conditions = [{ ...READY, status: 'False', reason: 'ProviderNotFound' }];

  world.applications.set(world.shop({ status: { ...world.status, conditions } }));

  expect(await world.now()).toEqual(['shop/web change']);
});

test('knows no cluster-wide objects where it may not see them', async () => {
  const world = cluster('namespace');
  const spec = { ...WEB, providerRef: { kind: 'ClusterOAuthProvider', name: 'all' } };
  world.applications.replace([world.object('OAuthApplication', 'web', { spec })]);

  world.start();

  expect(await world.now()).toEqual(['shop/web resync']);
  expect(await world.providersNow()).toEqual([]);
});

test('has a provider count an application that got it as the default, once that is written down', async () => {
  const world = await settled();
  const spec = { type: 'Web', redirectUris: ['https://a.example.com/cb'] };
  world.applications.set(world.object('OAuthApplication', 'any', { spec }));
  expect(await world.providersLater()).toEqual([]);
  await world.now();

  const provider = { kind: 'OAuthProvider', name: 'logi', uid: 'uid-logi', identity: 'logi|https://logi.example.com' };
  const after = world.object('OAuthApplication', 'any', { spec, status: { provider } });
  world.ownWrites.expect(OAuthApplication.parse(after));
  world.applications.set(after);

  expect(await world.providersLater()).toEqual(['OAuthProvider shop/logi resync']);
  expect(await world.now()).toEqual([]);
});
