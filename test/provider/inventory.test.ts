import { describe, expect, test } from 'vitest';
import type { OAuthApplication, OAuthApplicationStatus } from '../../src/api/application.ts';
import { OAuthApplication as Schema } from '../../src/api/application.ts';
import { markFor } from '../../src/application/marks.ts';
import { Redacted } from '../../src/credentials.ts';
import { type MarkView, type OwnerMark, UNMARKED } from '../../src/idp/owner-mark.ts';
import type { Registration } from '../../src/idp/provider.ts';
import { createDrifts } from '../../src/provider/drift.ts';
import { countGone, differing, heldByStatus, isMass, type Standard } from '../../src/provider/inventory.ts';
import { createSnapshot } from '../../src/provider/snapshot.ts';
import { createSeals } from '../../src/seals.ts';
import { MARK } from '../support/registrations.ts';

const SHOWN = { approval: 'usable', status: 'approved', environment: 'live' } as const;
const IDENTITY = 'logi|https://logi.example.com';
const HERE = { id: 'i', cluster: 'c', key: new Redacted('0f'.repeat(32)) };
const SEALS = createSeals(HERE);
const STANDARD: Standard = {
  identity: IDENTITY,
  seals: SEALS,
  drifts: createDrifts({ naming: 'Temporary', differences: () => [] }, SEALS),
};

/** The mark of the application of this name, or of what another installation has under its uid. */
function markOf(uid: string, said: { readonly retained?: boolean; readonly by?: Partial<typeof HERE> } = {}): MarkView {
  const object = { namespaceUid: 'n', uid, namespace: 'shop', name: uid };
  const seals = createSeals({ ...HERE, ...said.by });
  return { type: 'mark', mark: markFor(object, { operation: 'o', retained: said.retained ?? false }, seals) };
}

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
      registration: SHOWN,
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
const GENUINE = markOf('a');
const FORGED: MarkView =
  GENUINE.type === 'mark' ? { ...GENUINE, mark: { ...GENUINE.mark, operation: 'mine' } } : GENUINE;
const DOMAIN = {
  domain: 'shop.example.com',
  status: 'PendingVerification',
  error: undefined,
  dnsRecords: [{ name: 'shop', type: 'CNAME', value: 'edge.example.net' }],
};
const LEAVING = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x'] };
const ELSEWHERE = { kind: 'OAuthProvider', name: 'logi', uid: 'p', identity: 'logi|https://elsewhere' } as const;

test.each<[why: string, application: OAuthApplication, registrations: readonly Registration[], differs: boolean]>([
  ['all is well', application('a'), [registration('a')], false],
  ['it waits for approval', application('a'), [registration('a', { approval: 'pending' })], true],
  ['its state has another word', application('a'), [registration('a', { facts: { ...FACTS, status: 'live' } })], true],
  ['it moved', application('a'), [registration('a', { facts: { ...FACTS, environment: 'test' } })], true],
  ['its tier rose', application('a'), [registration('a', { facts: { ...FACTS, tier: 'pro' } })], true],
  ['it has another owner', application('a'), [registration('a', { facts: { ...FACTS, organization: 'o2' } })], true],
  ['it says when it was made', application('a'), [registration('a', { facts: { ...FACTS, createdAt: '2026' } })], true],
  ['it got a host', application('a'), [registration('a', { facts: { ...FACTS, host: 'a.example.app' } })], true],
  [
    'it got a custom domain',
    application('a'),
    [registration('a', { facts: { ...FACTS, customDomains: [DOMAIN] } })],
    true,
  ],
  [
    'it still has no custom domain',
    application('a', { registration: { ...SHOWN, customDomains: [] } }),
    [registration('a', { facts: { ...FACTS, customDomains: [] } })],
    false,
  ],
  [
    'its custom domain is as it was',
    application('a', { registration: { ...SHOWN, customDomains: [DOMAIN] } }),
    [registration('a', { facts: { ...FACTS, customDomains: [DOMAIN] } })],
    false,
  ],
  [
    'its custom domain was verified',
    application('a', { registration: { ...SHOWN, customDomains: [DOMAIN] } }),
    [registration('a', { facts: { ...FACTS, customDomains: [{ ...DOMAIN, status: 'Active' }] } })],
    true,
  ],
  ['it bears its mark', application('a'), [registration('a', { mark: markOf('a') })], false],
  ['another bears its mark', application('a'), [registration('a'), registration('b', { mark: markOf('a') })], true],
  ['a forger made its mark', application('a'), [registration('a'), registration('b', { mark: FORGED })], false],
  [
    'a registration of the same uid is of another cluster',
    application('a'),
    [registration('a'), registration('b', { mark: markOf('a', { by: { cluster: 'elsewhere' } }) })],
    false,
  ],
  [
    'a lost create was found by its mark',
    application('a', { applicationId: undefined, temporaryName: undefined }),
    [registration('b', { mark: markOf('a') })],
    true,
  ],
  [
    'its status was lost and its mark is there',
    application('a', { applicationId: undefined, provider: undefined }),
    [registration('b', { mark: markOf('a') })],
    true,
  ],
  [
    'nothing says what is its',
    application('a', { applicationId: undefined, provider: undefined }),
    [registration('a')],
    false,
  ],
  [
    'its mark is where it does not belong',
    application('a', { provider: ELSEWHERE }),
    [registration('b', { mark: markOf('a') })],
    false,
  ],
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
  expect(differing([given], registrations, STANDARD)).toEqual(differs ? ['shop/a'] : []);
});

test('asks about drift for what is there, once each', () => {
  const asked: string[] = [];

  const found = differing(
    [application('a'), application('b'), application('gone')],
    [registration('a'), registration('b'), registration('nobodys')],
    {
      ...STANDARD,
      drifts: ({ metadata }, { id }) => {
        asked.push(`${metadata.name}=${id}`);
        return metadata.name === 'b' ? 'drifts' : 'agrees';
      },
    },
  );

  expect(asked).toEqual(['a=a', 'b=b']);
  expect(found).toEqual(['shop/b', 'shop/gone']);
});

test('costs a proof and a comparison for each at first, and later for what has changed alone', () => {
  const count = { proofs: 0, comparisons: 0 };
  const seals = {
    ...SEALS,
    keyed(label: string, text: string): string {
      count.proofs += 1;
      return SEALS.keyed(label, text);
    },
  };
  const differences = () => {
    count.comparisons += 1;
    return [];
  };
  const standard = { identity: IDENTITY, seals, drifts: createDrifts({ naming: 'Marked', differences }, seals) };
  const names = Array.from({ length: 50 }, (_, number) => `a${number}`);
  const [first, ...others] = names.map((name) => application(name));
  const registrations = names.map((name) => registration(name, { mark: markOf(name) }));
  const look = (changed: OAuthApplication | undefined, found: readonly Registration[]) => {
    const before = { ...count };
    const applications = changed === undefined ? others : [changed, ...others];
    const differ = differing(applications, found, standard);
    return { proofs: count.proofs - before.proofs, comparisons: count.comparisons - before.comparisons, differ };
  };

  expect(look(first, registrations)).toEqual({ proofs: 50, comparisons: 50, differ: [] });
  expect(look(undefined, registrations), 'one has gone').toEqual({ proofs: 0, comparisons: 0, differ: [] });
  expect(look(application('a0'), registrations), 'one is edited').toEqual({ proofs: 1, comparisons: 1, differ: [] });
  const [, ...listed] = registrations;
  const unmarked = [registration('a0'), ...listed];
  expect(look(first, unmarked), 'one is shown anew').toEqual({ proofs: 0, comparisons: 0, differ: ['shop/a0'] });
});

test('counts what live objects miss, and what anybody knows', () => {
  const applications = [
    application('here'),
    application('gone'),
    application('leaving', {}, LEAVING),
    application('new', { applicationId: undefined }),
    application('elsewhere', { provider: ELSEWHERE }),
  ];

  const counts = { missing: 1, held: 2, found: 1, known: 3 };
  expect(countGone(heldByStatus(applications, IDENTITY), [registration('here')])).toEqual(counts);
});

test('counts a registration as gone whose id another client has now', () => {
  const applications = [application('shop', { clientId: 'c-former' })];
  const counts = { missing: 1, held: 1, found: 0, known: 1 };
  expect(countGone(heldByStatus(applications, IDENTITY), [registration('shop')])).toEqual(counts);
  expect(differing(applications, [registration('shop')], STANDARD)).toEqual(['shop/shop']);
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
    const snapshot = createSnapshot({ monotonic: () => 0 });
    snapshot.replace([registration('a'), registration('b')], 0);
    snapshot.replace([registration('b', { name: 'B' })], 10);

    expect(snapshot.all().map(({ id, name }) => `${id} ${name}`)).toEqual(['b B']);
    expect([snapshot.named('a'), snapshot.named('b'), snapshot.named('B')].map(({ length }) => length)).toEqual([
      0, 0, 1,
    ]);
    expect(snapshot.get('a')).toBeUndefined();
  });

  test('keeps what was heard after the listing began', () => {
    const snapshot = createSnapshot({ monotonic: () => 0 });
    snapshot.see(registration('new'), 5);
    snapshot.see(registration('renamed', { name: 'new name' }), 5);

    snapshot.replace([registration('renamed', { name: 'old name' })], 4);

    expect(snapshot.get('new')).toBeDefined();
    expect(snapshot.get('renamed')?.name).toBe('new name');
  });

  test('knows all bearers of a name', () => {
    const snapshot = createSnapshot({ monotonic: () => 0 });
    snapshot.replace([registration('a', { name: 'x' }), registration('b', { name: 'x' })], 0);
    snapshot.see(registration('c', { name: 'x' }), 1);
    snapshot.forget('a');

    expect(snapshot.named('x').map(({ id }) => id)).toEqual(['b', 'c']);
  });

  test('knows all that are marked as of an object of this namespace and name, whoever marked them', () => {
    const snapshot = createSnapshot({ monotonic: () => 0 });
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
