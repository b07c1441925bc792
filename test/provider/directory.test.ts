import { expect, test } from 'vitest';
import type { ProviderRef } from '../../src/application/ports/provider.ts';
import { applicationStore } from '../../src/kube/application-store.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createOwnWrites } from '../../src/kube/own-writes.ts';
import { kubeProviders, providerStore } from '../../src/kube/providers.ts';
import type { KnownLabels } from '../../src/provider/access.ts';
import { createDirectory } from '../../src/provider/directory.ts';
import type { ProviderKey } from '../../src/provider/key.ts';
import { type ProviderSelector, selectorFrom } from '../../src/provider/selector.ts';
import type { Session } from '../../src/provider/session.ts';
import { createSessions } from '../../src/provider/sessions.ts';
import { shardOf } from '../../src/provider/shard.ts';

const API_VERSION = 'oauthapp.dev/v1alpha1';
const MARKED = { annotations: { 'oauthapp.dev/is-default': 'true' } };
const NEAR: ProviderRef = { kind: 'OAuthProvider', name: 'main' };
const FAR: ProviderRef = { kind: 'ClusterOAuthProvider', name: 'main' };

/** Said of an object: `namespace/name`, or the name alone for a ClusterOAuthProvider. */
interface Said {
  readonly at: string;
  readonly metadata?: object;
  readonly access?: readonly object[];
  readonly suspend?: boolean;
  /** What its last pass made of a listing; `trusted` unless said otherwise. */
  readonly listing?: 'trusted' | 'none';
}

/** Provider objects of which all have been let in, and the applications of namespace `store`. */
function cluster(
  objects: readonly Said[],
  options: {
    readonly labels?: KnownLabels;
    readonly applications?: Readonly<Record<string, object>>;
    readonly selector?: ProviderSelector;
  } = {},
) {
  const { labels = {}, applications = {} } = options;
  const undecodable = ({ error }: { readonly error: unknown }): never => {
    throw error;
  };
  const stores = { OAuthProvider: providerStore(undecodable), ClusterOAuthProvider: providerStore(undecodable) };
  const users = applicationStore(undecodable);
  const sessions = createSessions();
  for (const { at, metadata, access, suspend, listing = 'trusted' } of objects) {
    const [name = '', namespace] = at.split('/').toReversed();
    const kind = namespace === undefined ? 'ClusterOAuthProvider' : 'OAuthProvider';
    const meta = { ...metaOf(name), ...(namespace === undefined ? {} : { namespace }), ...metadata };
    const said = { ...(access && { access }), ...(suspend && { suspend }) };
    const spec = { resyncInterval: '10m', deepResyncInterval: '24h', ...said };
    stores[kind].set({ apiVersion: API_VERSION, kind, metadata: meta, spec });
    // The directory hands a session on and looks at nothing else in it.
    const session = { ref: { kind, name, uid: `uid-${at}` }, isOf: () => true } as unknown as Session;
    sessions.stand({ kind, namespace, name }, { type: 'open', session, listing });
  }
  for (const [name, { spec, status }] of Object.entries(applications) as [
    string,
    { spec?: object; status?: object },
  ][]) {
    const object = {
      apiVersion: API_VERSION,
      kind: 'OAuthApplication',
      metadata: { ...metaOf(name), namespace: 'store' },
    };
    users.set({
      ...object,
      spec: { type: 'Web', redirectUris: ['https://a.example/'], ...spec },
      ...(status && { status }),
    });
  }
  // Nothing is read live or written.
  const providers = kubeProviders({} as unknown as KubeClient, stores, { store: users, writes: createOwnWrites() });
  const directory = createDirectory(providers, sessions, () => labels, shardOf(options.selector));
  return {
    directory,
    sessions,
    /** Kind and name of what is found, or what is said in its place. */
    find(ref: ProviderRef | undefined, namespace = 'store'): string {
      const view = directory.find(ref, namespace);
      if (view.type !== 'ready') return view.type;
      const { kind, name } = view.provider.ref;
      return `${kind} ${name} ${view.access.type}`;
    },
    message(ref: ProviderRef | undefined): string | undefined {
      const view = directory.find(ref, 'store');
      return view.type === 'missing' || view.type === 'out-of-sight' ? view.message : undefined;
    },
  };
}

function metaOf(name: string) {
  return { name, uid: `uid-${name}`, resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' };
}

test('an OAuthProvider is found in the namespace that asks, and in no other', () => {
  const { find, message } = cluster([{ at: 'store/main' }]);
  expect(find(NEAR)).toBe('OAuthProvider main granted');
  expect(find(NEAR, 'other')).toBe('missing');
  expect(find(FAR)).toBe('missing');
  expect(message(FAR)).toBe('there is no ClusterOAuthProvider main');
});

test.each(['other/main', '../store/main', 'store/main'])('the name %s leads into no other namespace', (name) => {
  const { find } = cluster([{ at: 'store/main' }, { at: 'other/main' }]);
  expect(find({ kind: 'OAuthProvider', name }, 'third')).toBe('missing');
  expect(find({ kind: 'ClusterOAuthProvider', name }, 'third')).toBe('missing');
});

test('a ClusterOAuthProvider is found from everywhere, with what it grants', () => {
  const { find } = cluster([{ at: 'main', access: [{ namespaces: { names: ['store'] } }] }]);
  expect(find(FAR)).toBe('ClusterOAuthProvider main granted');
  expect(find(FAR, 'other')).toBe('ClusterOAuthProvider main denied');
});

test('a ClusterOAuthProvider cannot be used where the operator serves one namespace', () => {
  const { find, message } = cluster([], { labels: 'unreadable' });
  expect([find(FAR), find(undefined), find(NEAR)]).toEqual(['out-of-sight', 'out-of-sight', 'missing']);
  expect(message(FAR)).toContain('ClusterOAuthProvider main cannot be used');
});

test('nothing is said of a provider that was not looked at, or of access that hangs on labels not seen yet', () => {
  const gold = [{ namespaces: { selector: { matchLabels: { tier: 'gold' } } } }];
  expect(cluster([{ at: 'main', access: gold }], { labels: 'not-seen' }).find(FAR)).toBe('warming-up');
  expect(cluster([{ at: 'main', access: gold }], { labels: { tier: 'gold' } }).find(FAR)).toContain('granted');

  const { find, sessions } = cluster([{ at: 'store/main' }]);
  sessions.drop({ kind: 'OAuthProvider', namespace: 'store', name: 'main' });
  expect(find(NEAR)).toBe('warming-up');
});

test('nothing is said of a provider that is suspended no more until it was listed', () => {
  const standBy = { at: 'store/main', listing: 'none' } as const;
  expect(cluster([{ ...standBy, suspend: true }]).find(NEAR)).toContain('granted');
  expect(cluster([standBy]).find(NEAR)).toBe('warming-up');
});

test.each<{ at: string; ref: ProviderRef; message: string }>([
  { at: 'store/main', ref: NEAR, message: 'there is no Secret logi-key' },
  // What stands in the namespace of the operator is none of a team's business.
  { at: 'main', ref: FAR, message: 'CredentialsNotFound, as ClusterOAuthProvider main says in full' },
])('a provider that is shut, $at, says why, and still whom it grants access', ({ at, ref, message }) => {
  const { directory, sessions } = cluster([{ at, access: [] }]);
  const key: ProviderKey = { ...ref, namespace: ref.kind === 'OAuthProvider' ? 'store' : undefined };
  sessions.stand(key, { type: 'shut', reason: 'CredentialsNotFound', message: 'there is no Secret logi-key' });
  const access = { type: 'denied' };
  expect(directory.find(ref, 'store')).toMatchObject({ type: 'unready', name: 'main', message, access });
});

test.each<{ why: string; objects: readonly Said[]; want: string }>([
  { why: 'the one of the namespace', objects: [{ at: 'store/a', metadata: MARKED }], want: 'OAuthProvider a granted' },
  {
    why: 'the nearer one',
    objects: [
      { at: 'store/a', metadata: MARKED },
      { at: 'b', metadata: MARKED, access: [{}] },
    ],
    want: 'OAuthProvider a granted',
  },
  {
    why: 'the one of the cluster',
    objects: [{ at: 'store/a' }, { at: 'b', metadata: MARKED, access: [{}] }],
    want: 'ClusterOAuthProvider b granted',
  },
  {
    why: 'the one of the cluster, granted or not',
    objects: [{ at: 'b', metadata: MARKED }],
    want: 'ClusterOAuthProvider b denied',
  },
  { why: 'none of another namespace', objects: [{ at: 'other/a', metadata: MARKED }], want: 'missing' },
  { why: 'none, where none is marked', objects: [{ at: 'store/a' }, { at: 'b', access: [{}] }], want: 'missing' },
  {
    why: 'none, where the mark does not say true',
    objects: [{ at: 'store/a', metadata: { annotations: { 'oauthapp.dev/is-default': 'false' } } }],
    want: 'missing',
  },
])('the default provider is $why', ({ objects, want }) => {
  expect(cluster(objects).find(undefined)).toBe(want);
});

test('two defaults on one level are none, and both are named', () => {
  const far = [
    { at: 'z', metadata: MARKED, access: [{}] },
    { at: 'y', metadata: MARKED, access: [{}] },
  ];
  const near = [
    { at: 'store/b', metadata: MARKED },
    { at: 'store/a', metadata: MARKED },
    { at: 'other/c', metadata: MARKED },
  ];
  expect(cluster(far).message(undefined)).toContain('ClusterOAuthProviders y, z ');
  expect(cluster([...far, ...near]).message(undefined)).toContain('OAuthProviders a, b ');
});

test('where no provider is the default it is said what to do', () => {
  expect(cluster([]).message(undefined)).toContain('oauthapp.dev/is-default');
});

const USERS = {
  named: { spec: { providerRef: NEAR } },
  'of-another': { spec: { providerRef: { ...NEAR, name: 'other' } } },
  'of-the-cluster': { spec: { providerRef: FAR } },
  bound: { status: { provider: { ...NEAR, uid: 'u', identity: 'i' } } },
  undecided: {},
};

test.each<{ why: string; objects: readonly Said[]; ref: ProviderRef; namespace?: string; want: readonly string[] }>([
  {
    why: 'those that name it or are bound to it',
    objects: [{ at: 'store/main' }],
    ref: NEAR,
    want: ['bound', 'named'],
  },
  {
    why: 'those that would get it as their default, too',
    objects: [{ at: 'store/main', metadata: MARKED }],
    ref: NEAR,
    want: ['bound', 'named', 'undecided'],
  },
  {
    why: 'no one else',
    objects: [
      { at: 'store/other', metadata: MARKED },
      { at: 'main', access: [{}] },
    ],
    ref: FAR,
    want: ['of-the-cluster'],
  },
  {
    why: 'none of another namespace',
    objects: [{ at: 'main', metadata: MARKED }],
    ref: FAR,
    namespace: 'else',
    want: [],
  },
])('the users of a provider are $why', ({ objects, ref, namespace = 'store', want }) => {
  const { directory } = cluster(objects, { applications: USERS });
  const names = directory.users(ref, namespace).map(({ metadata }) => metadata.name);
  expect(names.toSorted()).toEqual(want);
});

test('of shards that divide all between them one speaks of providers that are not there', () => {
  const labelled = { at: 'store/main', metadata: { labels: { shard: 'a' } } };
  const shardsOf = (...objects: readonly Said[]) =>
    ['shard=a', 'shard!=a'].map((text) => cluster(objects, { selector: { text, selector: selectorFrom(text) ?? {} } }));

  expect(shardsOf(labelled).map(({ find }) => find(NEAR))).toEqual(['OAuthProvider main granted', 'elsewhere']);
  expect(shardsOf().map(({ find }) => find(NEAR))).toEqual(['elsewhere', 'missing']);
  expect(shardsOf().map(({ find }) => find(undefined))).toEqual(['elsewhere', 'missing']);
});
