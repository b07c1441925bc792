import { describe, expect, test } from 'vitest';
import type { OAuthApplication, OAuthApplicationStatus } from '../../src/api/application.ts';
import { OAuthApplication as Schema } from '../../src/api/application.ts';
import { type OwnerMark, UNMARKED } from '../../src/idp/owner-mark.ts';
import type { Registration } from '../../src/idp/provider.ts';
import { compare, isMass } from '../../src/provider/inventory.ts';
import { createSnapshot } from '../../src/provider/snapshot.ts';
import { MARK } from '../support/registrations.ts';

const IDENTITY = 'logi|https://logi.example.com';

function application(
  name: string,
  status: Partial<OAuthApplicationStatus> = {},
  metadata: object = {},
): OAuthApplication {
  return Schema.parse({
    apiVersion: 'oauthapp.dev/v1alpha1',
    kind: 'OAuthApplication',
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec: { type: 'Web', redirectUris: ['https://a.example.com/cb'], providerRef: { name: 'logi' } },
    status: {
      provider: { kind: 'OAuthProvider', name: 'logi', uid: 'p', identity: IDENTITY },
      applicationId: name,
      temporaryName: `${name} [k8s]`,
      registration: { approval: 'usable', status: 'approved', environment: 'live' },
      ...status,
    },
  });
}

function registration(id: string, changes: Partial<Registration> = {}): Registration {
  return {
    id,
    clientId: `client-${id}`,
    name: id,
    clientType: 'confidential',
    redirectUris: undefined,
    options: {},
    mark: UNMARKED,
    approval: 'usable',
    facts: { status: 'approved', environment: 'live', tier: undefined, organization: undefined, createdAt: undefined },
    ...changes,
  };
}

const FACTS = registration('a').facts;
const LEAVING = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x'] };
const ELSEWHERE = { kind: 'OAuthProvider', name: 'logi', uid: 'p', identity: 'logi|https://elsewhere' } as const;

test.each<[why: string, application: OAuthApplication, registrations: readonly Registration[], differs: boolean]>([
  ['all is well', application('a'), [registration('a')], false],
  ['it waits for approval', application('a'), [registration('a', { approval: 'pending' })], true],
  ['its state has another word', application('a'), [registration('a', { facts: { ...FACTS, status: 'live' } })], true],
  ['it moved', application('a'), [registration('a', { facts: { ...FACTS, environment: 'test' } })], true],
  ['its approval is not known yet', application('a', { registration: undefined }), [registration('a')], true],
  ['it is gone', application('a'), [], true],
  ['it has a twin', application('a'), [registration('a'), registration('b', { name: 'a [k8s]' })], true],
  ['it still has its temporary name', application('a'), [registration('a', { name: 'a [k8s]' })], false],
  ['another has its name', application('a'), [registration('a'), registration('b', { name: 'a' })], false],
  ['it is not registered yet', application('a', { applicationId: undefined }), [], false],
  [
    'a lost create was found',
    application('a', { applicationId: undefined }),
    [registration('b', { name: 'a [k8s]' })],
    true,
  ],
  ['it belongs elsewhere', application('a', { provider: ELSEWHERE }), [], false],
])('finds what to look at when %s', (_, given, registrations, differs) => {
  const { differing } = compare([given], registrations, IDENTITY);

  expect(differing).toEqual(differs ? ['shop/a'] : []);
});

test('asks about drift for what is there, once each', () => {
  const asked: string[] = [];

  const { differing } = compare(
    [application('a'), application('b'), application('gone')],
    [registration('a'), registration('b'), registration('nobodys')],
    IDENTITY,
    ({ metadata }, { id }) => {
      asked.push(`${metadata.name}=${id}`);
      return metadata.name === 'b' ? 'drifts' : 'agrees';
    },
  );

  expect(asked).toEqual(['a=a', 'b=b']);
  expect(differing).toEqual(['shop/b', 'shop/gone']);
});

test('counts what live objects miss, and what anybody knows', () => {
  const applications = [
    application('here'),
    application('gone'),
    application('leaving', {}, LEAVING),
    application('new', { applicationId: undefined }),
    application('elsewhere', { provider: ELSEWHERE }),
  ];

  const { missing, held, found, known } = compare(applications, [registration('here')], IDENTITY);

  expect({ missing, held, found, known }).toEqual({ missing: 1, held: 2, found: 1, known: 3 });
});

test.each([
  { missing: 0, held: 0, mass: false },
  { missing: 2, held: 2, mass: false },
  { missing: 3, held: 3, mass: true },
  { missing: 3, held: 30, mass: true },
  { missing: 3, held: 31, mass: false },
  { missing: 4, held: 31, mass: true },
])('takes $missing of $held for a mass: $mass', ({ mass, ...findings }) => {
  expect(isMass(findings)).toBe(mass);
});

describe('what was seen', () => {
  test('is what the last listing said', () => {
    const snapshot = createSnapshot();
    snapshot.replace([registration('a'), registration('b')], 0);
    snapshot.replace([registration('b', { name: 'B' })], 10);

    expect(snapshot.all().map(({ id, name }) => `${id} ${name}`)).toEqual(['b B']);
    expect([snapshot.named('a'), snapshot.named('b'), snapshot.named('B')].map(({ length }) => length)).toEqual([
      0, 0, 1,
    ]);
    expect(snapshot.get('a')).toBeUndefined();
  });

  test('keeps what was heard after the listing began', () => {
    const snapshot = createSnapshot();
    snapshot.see(registration('new'), 5);
    snapshot.see(registration('renamed', { name: 'new name' }), 5);

    snapshot.replace([registration('renamed', { name: 'old name' })], 4);

    expect(snapshot.get('new')).toBeDefined();
    expect(snapshot.get('renamed')?.name).toBe('new name');
  });

  test('knows all bearers of a name', () => {
    const snapshot = createSnapshot();
    snapshot.replace([registration('a', { name: 'x' }), registration('b', { name: 'x' })], 0);
    snapshot.see(registration('c', { name: 'x' }), 1);
    snapshot.forget('a');

    expect(snapshot.named('x').map(({ id }) => id)).toEqual(['b', 'c']);
  });

  test('knows all that are marked as of an object of this namespace and name, whoever marked them', () => {
    const snapshot = createSnapshot();
    const marked = (id: string, mark: Partial<OwnerMark> = {}) =>
      registration(id, { mark: { type: 'mark', mark: { ...MARK, ...mark } } });
    const ids = (namespace: string, name: string) => snapshot.marked(namespace, name).map(({ id }) => id);
    snapshot.replace(
      [
        marked('a'),
        marked('b', { uid: 'u-former', cluster: 'other', proof: 'forged' }),
        marked('c', { namespace: 'store' }),
        marked('d', { name: 'api' }),
        registration('shop/web'),
        registration('e', { mark: { type: 'foreign-version' } }),
        registration('f', { name: 'mark shop/web' }),
      ],
      0,
    );
    expect([ids('shop', 'web'), ids('store', 'web'), ids('shop', 'api')]).toEqual([['a', 'b'], ['c'], ['d']]);
    expect([ids('shop', 'other'), ids('', '')]).toEqual([[], []]);
    expect(
      snapshot.named('a').map(({ id }) => id),
      'a mark takes no name away',
    ).toEqual(['a']);

    snapshot.see(registration('a'), 1);
    snapshot.see(marked('b', { name: 'api' }), 1);
    snapshot.see(marked('g'), 1);
    expect([ids('shop', 'web'), ids('shop', 'api')], 'what was heard last holds').toEqual([['g'], ['d', 'b']]);

    snapshot.forget('d');
    snapshot.replace([marked('b', { name: 'api' })], 2);
    expect([ids('shop', 'web'), ids('shop', 'api')], 'what is gone is marked no more').toEqual([[], ['b']]);
  });
});
