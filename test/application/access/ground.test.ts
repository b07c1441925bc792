import { expect, test } from 'vitest';
import { ANNOTATIONS, FINALIZERS } from '../../../src/api/names.ts';
import { groundOf } from '../../../src/application/access/ground.ts';
import { objectionTo } from '../../../src/application/access/refusals.ts';
import { desiredOf } from '../../../src/application/desired.ts';
import { markFor } from '../../../src/application/marks.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import type { Access, ProviderView, ReadyProvider } from '../../../src/application/ports/provider.ts';
import type { Standing } from '../../../src/application/standing.ts';
import { Redacted } from '../../../src/credentials.ts';
import type { MarkView } from '../../../src/idp/owner-mark.ts';
import type { Registration } from '../../../src/idp/provider.ts';
import { createSeals } from '../../../src/seals.ts';
import { type ApplicationChange, applicationWith } from '../../support/applications.ts';
import { registrationNamed } from '../../support/registrations.ts';

const READY = {
  ref: { kind: 'OAuthProvider', name: 'logi', uid: 'u-logi' },
  identity: 'logi|https://api.example.com',
  intake: () => 'open',
  activity: () => 'working',
  issuer: 'https://api.example.com',
  manners: {
    ownerMark: 'none',
    secrets: 'shown-once',
    rotation: 'immediate',
    listing: 'complete',
    creates: 'one-at-a-time',
  },
  honours: new Set(['scopes', 'logi.webhookUrl', 'logi.appLinkUrl']),
  refusals: () => [],
} as const satisfies Partial<ReadyProvider>;

const GRANTED: Access = {
  type: 'granted',
  uris: undefined,
  adoptable: new Set(),
  allow: new Set(),
  maxApplications: undefined,
};
const DENIED: Access = { type: 'denied', message: 'OAuthProvider logi does not grant access to namespace store' };
const AWAY = { type: 'unready', name: 'logi', message: 'down', access: GRANTED } as const;

const BOUND = { provider: { ...READY.ref, identity: READY.identity } };
const HELD = { finalizers: [FINALIZERS.registration] };
const LEAKED = { ...HELD, annotations: { [ANNOTATIONS.retireRequestedAt]: 'now' } };
const REGISTERED = { ...BOUND, applicationId: '1' };
const DELETED = { ...HELD, deletionTimestamp: '2026-01-02T00:00:00Z' };
const AT_REST = {
  ...BOUND,
  observedGeneration: 1,
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      reason: 'InSync',
      message: '',
      observedGeneration: 1,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ],
} as const;

const NOW = Date.parse('2026-06-03T12:00Z');

function secretUntil(endsAtMs: number) {
  return { name: 'shop-oauth', serial: 1, delivered: true, expiresAt: new Date(endsAtMs).toISOString() };
}

const REGISTER = {
  v: 1,
  id: 'o1',
  type: 'register',
  holder: 'h1',
  deadlineSeconds: 10,
  serial: 1,
  secretName: 'shop-oauth',
} as const;

const OUT_OF_SIGHT = { type: 'out-of-sight', message: 'it cannot be seen' } as const;

function told(reason: string, observedGeneration: number) {
  const at = { observedGeneration, lastTransitionTime: '2026-01-01T00:00:00Z' };
  return [{ type: 'Ready', status: 'False', reason, message: '', ...at }] as const;
}

interface Case extends ApplicationChange {
  readonly name: string;
  /** What the provider object is found to be, where it is not a provider that is ready. */
  readonly view?: Exclude<ProviderView, { type: 'ready' }>;
  readonly provider?: Partial<ReadyProvider>;
  readonly access?: Access;
  readonly want: string;
}

test.each<Case>([
  { name: 'a provider that is ready is firm ground', want: 'firm' },
  {
    name: 'a missing provider is named',
    view: { type: 'missing', message: 'there is none' },
    want: 'stalled ProviderNotFound',
  },
  { name: 'a provider out of sight is named', view: OUT_OF_SIGHT, want: 'stalled ProviderNotFound' },
  {
    name: 'what was said of an earlier spec keeps nobody from naming a provider out of sight',
    view: OUT_OF_SIGHT,
    status: { conditions: told('AccessDenied', 0) },
    want: 'stalled ProviderNotFound',
  },
  {
    name: 'nothing is said of an object that somebody has taken up who sees its provider',
    view: OUT_OF_SIGHT,
    status: BOUND,
    want: 'undisturbed',
  },
  {
    name: 'nothing is said where somebody has said how it stands who sees its provider',
    view: OUT_OF_SIGHT,
    status: { conditions: told('AccessDenied', 1) },
    want: 'undisturbed',
  },
  {
    name: 'a provider out of sight keeps no object that a person lets go',
    view: OUT_OF_SIGHT,
    metadata: { ...DELETED, annotations: { [ANNOTATIONS.abandon]: 'true' } },
    status: BOUND,
    want: 'stalled ProviderNotFound',
  },
  { name: 'a provider that denies access stalls', access: DENIED, want: 'stalled AccessDenied' },
  {
    name: 'a provider that denies access says so while it is away',
    view: { ...AWAY, access: DENIED },
    want: 'stalled AccessDenied',
  },
  {
    name: 'access withdrawn stalls what works, even while the provider is away',
    view: { ...AWAY, access: DENIED },
    metadata: HELD,
    status: AT_REST,
    want: 'stalled AccessDenied',
  },
  {
    name: 'access withdrawn stalls a suspended object, too',
    access: DENIED,
    spec: { suspend: true },
    metadata: HELD,
    status: BOUND,
    want: 'stalled AccessDenied',
  },
  {
    name: 'access withdrawn does not keep an object from being deleted',
    access: DENIED,
    metadata: DELETED,
    status: BOUND,
    want: 'firm',
  },
  {
    name: 'a deletion without access waits for its provider all the same',
    view: { ...AWAY, access: DENIED },
    metadata: DELETED,
    status: BOUND,
    want: 'waiting ProviderNotReady',
  },
  {
    name: 'access withdrawn lets an open operation end, and nothing after it',
    access: DENIED,
    metadata: HELD,
    status: { ...BOUND, operation: REGISTER },
    want: 'firm and not-granted until stalled AccessDenied',
  },
  {
    name: 'a URI that is not granted stalls',
    access: { ...GRANTED, uris: { allowedHosts: ['other.example.com'] } },
    want: 'stalled AccessDenied',
  },
  {
    name: 'a URI that is not granted any more lets an open operation end, and nothing after it',
    access: { ...GRANTED, uris: { allowedHosts: [] } },
    metadata: HELD,
    status: { ...BOUND, operation: REGISTER },
    want: 'firm and not-granted until stalled AccessDenied',
  },
  {
    name: 'a URI that is not granted does not keep an object from being deleted',
    access: { ...GRANTED, uris: { allowedHosts: [] } },
    metadata: DELETED,
    status: BOUND,
    want: 'firm',
  },
  {
    name: 'no more applications than are granted stand on a provider',
    access: { ...GRANTED, maxApplications: 1 },
    want: 'stalled AccessDenied',
  },
  { name: 'as many applications as are granted do', access: { ...GRANTED, maxApplications: 2 }, want: 'firm' },
  {
    name: 'what the provider cannot honour is said before what it does not grant',
    access: GRANTED,
    spec: { logto: { managementApiAccess: true } },
    want: 'stalled UnsupportedByProvider',
  },
  { name: 'nothing is said before the provider was looked at', view: { type: 'warming-up' }, want: 'undisturbed' },
  {
    name: 'what is new waits for an unready provider',
    view: AWAY,
    want: 'waiting ProviderNotReady',
  },
  {
    name: 'what works stays ready while its provider is away',
    view: AWAY,
    metadata: HELD,
    status: AT_REST,
    want: 'undisturbed',
  },
  {
    name: 'what works stays ready until its secret ends, and is looked at then',
    view: AWAY,
    metadata: HELD,
    status: { ...AT_REST, secret: secretUntil(NOW + 1000) },
    want: 'undisturbed for 1000 ms',
  },
  {
    name: 'what has ended waits for its provider, and is not ready',
    view: AWAY,
    metadata: HELD,
    status: { ...AT_REST, secret: secretUntil(NOW) },
    want: 'waiting ProviderNotReady',
  },
  {
    name: 'what has ended says that its provider is suspended',
    provider: { activity: () => 'suspended' },
    metadata: HELD,
    status: { ...AT_REST, secret: secretUntil(NOW) },
    want: 'suspended',
  },
  {
    name: 'a suspended provider lets an open operation end, and nothing after it',
    provider: { activity: () => 'suspended' },
    metadata: HELD,
    status: { ...BOUND, operation: REGISTER },
    want: 'firm and suspended until suspended',
  },
  {
    name: 'a suspended provider lets a rotation end with its roll, and nothing after it',
    provider: { activity: () => 'suspended' },
    metadata: HELD,
    status: { ...AT_REST, rotation: { rolling: 2 } },
    want: 'firm and suspended until suspended',
  },
  {
    name: 'access withdrawn lets a rotation end with its roll, and nothing after it',
    access: DENIED,
    metadata: HELD,
    status: { ...REGISTERED, rotation: { rolling: 2 } },
    want: 'firm and not-granted until stalled AccessDenied',
  },
  {
    name: 'what cannot be honoured lets a rotation end with its roll, and nothing after it',
    spec: { description: 'Our shop' },
    metadata: HELD,
    status: { ...REGISTERED, rotation: { rolling: 2 } },
    want: 'firm and spec-refused until stalled UnsupportedByProvider',
  },
  {
    name: 'what no workload has yet is not said to work while its provider is away',
    view: AWAY,
    metadata: HELD,
    status: { ...AT_REST, rotation: { rolling: 2 } },
    want: 'waiting ProviderNotReady',
  },
  {
    name: 'what works and is to change waits',
    view: AWAY,
    metadata: { ...HELD, generation: 2 },
    status: AT_REST,
    want: 'waiting ProviderNotReady',
  },
  {
    name: 'a deletion waits for its provider',
    view: AWAY,
    metadata: DELETED,
    status: AT_REST,
    want: 'waiting ProviderNotReady',
  },
  {
    name: 'a deletion without our finalizer is none of ours',
    metadata: { deletionTimestamp: '2026-01-02T00:00:00Z' },
    view: { type: 'missing', message: 'there is none' },
    want: 'released',
  },
  {
    name: 'another identity than in the status stalls',
    provider: { identity: 'logi|https://other.example.com', moving: () => 'unconfirmed' },
    metadata: HELD,
    status: REGISTERED,
    want: 'stalled ProviderMismatch',
  },
  {
    name: 'another identity stalls a deletion, too',
    provider: { identity: 'logi|https://other.example.com', moving: () => 'unconfirmed' },
    metadata: DELETED,
    status: REGISTERED,
    want: 'stalled ProviderMismatch',
  },
  {
    name: 'a provider that goes away takes nobody new',
    provider: { intake: () => 'closed' },
    want: 'waiting ProviderNotReady',
  },
  {
    name: 'a provider that goes away still serves those it has',
    provider: { intake: () => 'closed' },
    metadata: HELD,
    status: BOUND,
    want: 'firm',
  },
  { name: 'what cannot be honoured stalls', spec: { description: 'Our shop' }, want: 'stalled UnsupportedByProvider' },
  {
    name: 'what cannot be honoured does not keep an object from being deleted',
    spec: { description: 'Our shop' },
    metadata: DELETED,
    status: BOUND,
    want: 'firm',
  },
  {
    name: 'a retirement that was asked for is owed though the spec cannot be honoured',
    spec: { description: 'Our shop' },
    metadata: LEAKED,
    status: REGISTERED,
    want: 'firm and spec-refused until stalled UnsupportedByProvider',
  },
  {
    name: 'a retirement that was asked for is owed though a URI is not granted any more',
    access: { ...GRANTED, uris: { allowedHosts: [] } },
    metadata: LEAKED,
    status: REGISTERED,
    want: 'firm and not-granted until stalled AccessDenied',
  },
  {
    name: 'a retirement that was served is not',
    spec: { description: 'Our shop' },
    metadata: LEAKED,
    status: { ...REGISTERED, served: { retire: 'now' } },
    want: 'stalled UnsupportedByProvider',
  },
  {
    name: 'a retirement without a registration is not',
    spec: { description: 'Our shop' },
    metadata: LEAKED,
    status: BOUND,
    want: 'stalled UnsupportedByProvider',
  },
  {
    name: 'a retirement is not owed where access was withdrawn',
    access: DENIED,
    metadata: LEAKED,
    status: REGISTERED,
    want: 'stalled AccessDenied',
  },
  {
    name: 'a retirement is not owed where the provider is suspended',
    provider: { activity: () => 'suspended' },
    metadata: LEAKED,
    status: REGISTERED,
    want: 'suspended',
  },
  {
    name: 'a suspended object is not judged by its spec',
    spec: { suspend: true, description: 'Our shop' },
    want: 'firm',
  },
])('$name', ({ view, provider, access = GRANTED, want, ...change }) => {
  // Ground asks nothing else of a provider.
  const ready = { ...READY, ...provider } as unknown as ReadyProvider;
  const ground = groundOf(
    applicationWith(change),
    portsWith(() => view ?? { type: 'ready', provider: ready, access }),
  );
  expect(said(ground)).toBe(want);
});

const FORMER = 'logi|https://former.example.com';
const MOVED = { applicationId: '1', clientId: 'c' };
const SEALS = createSeals({ id: 'i', cluster: 'c', key: new Redacted('0f'.repeat(32)) });

/** The mark of an object with this uid, made for the one that is looked at unless said otherwise. */
function markOf(uid = 'u-shop'): MarkView {
  const object = { namespaceUid: 'u-store', uid, namespace: 'store', name: 'shop' };
  return { type: 'mark', mark: markFor(object, { operation: 'o', retained: false }, SEALS) };
}

test.each<{
  why: string;
  found: Partial<Registration> | undefined;
  naming?: 'Marked';
  from?: string;
  access?: Access;
  metadata?: object;
  want: string;
}>([
  { why: 'its registration is there', found: {}, want: 'moving' },
  { why: 'its registration is not there', found: undefined, want: 'stalled ProviderMismatch' },
  { why: 'its id is that of another client', found: { clientId: 'd' }, want: 'stalled ProviderMismatch' },
  {
    why: 'nobody has confirmed that it is there',
    found: {},
    from: 'logi|https://another.example.com',
    want: 'stalled ProviderMismatch',
  },
  { why: 'the namespace may not use the provider', found: {}, access: DENIED, want: 'stalled AccessDenied' },
  {
    why: 'the namespace may not use the provider and it is being deleted',
    found: {},
    access: DENIED,
    metadata: DELETED,
    want: 'stalled AccessDenied',
  },
  { why: 'its mark is there, too', found: { mark: markOf() }, naming: 'Marked', want: 'moving' },
  {
    why: 'there is no mark where there should be one',
    found: {},
    naming: 'Marked',
    want: 'stalled ProviderMismatch',
  },
  {
    why: 'the mark is that of another object',
    found: { mark: markOf('u-old') },
    naming: 'Marked',
    want: 'stalled ProviderMismatch',
  },
  {
    why: 'a later release marked it',
    found: { mark: { type: 'foreign-version' } },
    naming: 'Marked',
    want: 'stalled ProviderMismatch',
  },
  {
    why: 'its mark is damaged',
    found: { mark: { type: 'damaged' } },
    naming: 'Marked',
    want: 'stalled ProviderMismatch',
  },
])(
  'I4: what was registered elsewhere is $want when $why',
  ({ found, naming = 'Temporary', from = FORMER, access = GRANTED, metadata = HELD, want }) => {
    const known = () => found && registrationNamed('Shop', { clientId: 'c', ...found });
    const moving = (identity: string) => (identity === FORMER ? 'confirmed' : 'unconfirmed');
    const provider = { ...READY, naming, moving, known } as unknown as ReadyProvider;
    const ground = groundOf(
      applicationWith({ metadata, status: { ...MOVED, provider: { ...READY.ref, identity: from } } }),
      portsWith(() => ({ type: 'ready', provider, access })),
    );
    expect(said(ground)).toBe(want);
  },
);

const CONFIRMED = { status: { operation: REGISTER }, moving: 'confirmed' } as const;

test.each<{
  why: string;
  status?: NonNullable<ApplicationChange['status']>;
  moving?: ReturnType<ReadyProvider['moving']>;
  access?: Access;
  metadata?: object;
  want: string;
}>([
  { why: 'nobody was asked', want: 'moving' },
  { why: 'it is being deleted', metadata: DELETED, want: 'moving' },
  { why: 'the namespace may not use the provider', access: DENIED, want: 'stalled AccessDenied' },
  {
    why: 'the namespace may not use the provider and it is being deleted',
    access: DENIED,
    metadata: DELETED,
    want: 'moving',
  },
  { why: 'the former identity was none of its namespace', moving: 'refused', want: 'stalled ProviderMismatch' },
  { why: 'a create is open', status: { operation: REGISTER }, want: 'stalled ProviderMismatch' },
  {
    why: 'a create is open and it is being deleted',
    status: { operation: REGISTER },
    metadata: DELETED,
    want: 'stalled ProviderMismatch',
  },
  { why: 'a create is open and a person has confirmed it', ...CONFIRMED, want: 'moving' },
  {
    why: 'a create is open, a person has confirmed it and it is being deleted',
    ...CONFIRMED,
    metadata: DELETED,
    want: 'moving',
  },
  {
    why: 'a create is open, a person has confirmed it and the namespace may not use the provider',
    ...CONFIRMED,
    access: DENIED,
    metadata: DELETED,
    want: 'stalled AccessDenied',
  },
  {
    why: 'a rotation is open, a person has confirmed it and somebody took the id away',
    status: { operation: { ...REGISTER, type: 'rotate' } },
    moving: 'confirmed',
    want: 'stalled ProviderMismatch',
  },
  {
    why: 'a create is open, a person has confirmed it and somebody took the id away',
    status: { operation: REGISTER, clientId: 'c' },
    moving: 'confirmed',
    want: 'stalled ProviderMismatch',
  },
  { why: 'somebody took the id away', status: { clientId: 'c' }, want: 'stalled ProviderMismatch' },
])(
  'I4: what is bound elsewhere and holds no registration is $want when $why',
  ({ status, moving = 'unconfirmed', access = GRANTED, metadata = HELD, want }) => {
    const provider = { ...READY, moving: () => moving } as unknown as ReadyProvider;
    const ground = groundOf(
      applicationWith({ metadata, status: { ...status, provider: { ...READY.ref, identity: FORMER } } }),
      portsWith(() => ({ type: 'ready', provider, access })),
    );
    expect(said(ground)).toBe(want);
  },
);

test.each<[why: string, change: ApplicationChange, ref: object | undefined]>([
  ['the one that the spec names', {}, { kind: 'OAuthProvider', name: 'logi' }],
  ['the default one where the spec names none', { spec: { providerRef: undefined } }, undefined],
  [
    'the one that it is bound to where the spec names none, whatever the default is now',
    { spec: { providerRef: undefined }, metadata: HELD, status: BOUND },
    { kind: 'OAuthProvider', name: 'logi' },
  ],
  [
    'the one that it is bound to, whatever the spec names',
    { spec: { providerRef: { kind: 'ClusterOAuthProvider', name: 'other' } }, metadata: HELD, status: BOUND },
    { kind: 'OAuthProvider', name: 'logi' },
  ],
])('an object stands on %s', (_, change, ref) => {
  const asked: unknown[] = [];
  const find: Ports['providers']['find'] = (wanted, namespace) => {
    asked.push(wanted && { kind: wanted.kind, name: wanted.name }, namespace);
    return { type: 'warming-up' };
  };
  groundOf(applicationWith(change), portsWith(find));
  expect(asked).toEqual([ref, 'store']);
});

/** Ports as far as ground asks: the provider, and one older application that uses it. */
function portsWith(find: Ports['providers']['find']): Ports {
  const older = applicationWith({ metadata: { uid: 'u-older', creationTimestamp: '2025-01-01T00:00:00Z' } });
  const ports = {
    providers: { find, users: () => [older] },
    secrets: { head: () => undefined },
    seals: SEALS,
    clusterTime: () => NOW,
  };
  return ports as unknown as Ports;
}

function said(ground: ReturnType<typeof groundOf>): string {
  if (ground.type === 'none') return spoken(ground.standing);
  if (ground.type === 'moving') return 'moving';
  return ground.closing === undefined
    ? 'firm'
    : `firm and ${ground.closing.lifecycle} until ${spoken(ground.closing.standing)}`;
}

function spoken(standing: Standing): string {
  switch (standing.type) {
    case 'stalled':
    case 'waiting':
      return `${standing.type} ${standing.reason}`;
    case 'undisturbed':
      return standing.againMs === undefined ? standing.type : `${standing.type} for ${standing.againMs} ms`;
    case 'in-sync':
    case 'suspended':
    case 'previewed':
    case 'released':
    case 'settling':
      return standing.type;
  }
}

test.each([
  { spec: { secret: { keys: { previousClientSecret: 'OLD' } } }, path: 'spec.secret.keys.previousClientSecret' },
  { spec: { secret: { template: { data: { a: '${b}' } } } }, path: 'spec.secret.template.data[a]' },
  { spec: { grantTypes: ['refresh_token'] }, path: 'spec.grantTypes' },
  {
    spec: { rotation: { interval: '24h', window: { from: '02:00', to: '04:00', timeZone: 'Mars/Base' } } },
    path: 'spec.rotation.window.timeZone',
  },
] as const)('$path is refused by name and never ignored', ({ spec, path }) => {
  const application = applicationWith({ spec: spec as ApplicationChange['spec'] & object });
  const objection = objectionTo(application.spec, desiredOf(application), READY);
  expect(objection?.message).toContain(path);
});

test('what the provider refuses is told with its path', () => {
  const refusals = () => [{ reason: 'InvalidSpec', path: 'spec.scopes[0]', message: 'is no scope' }] as const;
  const application = applicationWith({});
  expect(objectionTo(application.spec, desiredOf(application), { ...READY, refusals })).toEqual({
    reason: 'InvalidSpec',
    message: 'spec.scopes[0]: is no scope',
  });
});
