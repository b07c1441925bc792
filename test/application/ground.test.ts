import { expect, test } from 'vitest';
import { FINALIZERS } from '../../src/api/names.ts';
import { groundOf } from '../../src/application/ground.ts';
import type { ReadyProvider } from '../../src/application/ports.ts';
import { objectionTo } from '../../src/application/refusals.ts';
import { type ApplicationChange, applicationWith } from '../support/applications.ts';

type View = ReturnType<Parameters<typeof groundOf>[1]['providers']['find']>;

const READY = {
  type: 'ready',
  ref: { kind: 'OAuthProvider', name: 'logi', uid: 'u-logi' },
  identity: 'logi|https://api.example.com',
  intake: 'open',
  honours: new Set(['scopes', 'logi']),
  refusals: () => [],
} as const satisfies Partial<ReadyProvider>;

const BOUND = { provider: { ...READY.ref, identity: READY.identity } };
const HELD = { finalizers: [FINALIZERS.registration] };
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

interface Case extends ApplicationChange {
  readonly name: string;
  readonly view?: Partial<ReadyProvider> | Exclude<View, ReadyProvider>;
  readonly want: string;
}

test.each<Case>([
  { name: 'a provider that is ready is firm ground', want: 'firm' },
  { name: 'a missing provider is named', view: { type: 'missing' }, want: 'stalled ProviderNotFound' },
  {
    name: 'a provider that denies access stalls',
    view: { type: 'denied', message: 'no' },
    want: 'stalled AccessDenied',
  },
  { name: 'nothing is said before the provider was looked at', view: { type: 'warming-up' }, want: 'undisturbed' },
  {
    name: 'what is new waits for an unready provider',
    view: { type: 'unready', message: 'down' },
    want: 'waiting ProviderNotReady',
  },
  {
    name: 'what works stays ready while its provider is away',
    view: { type: 'unready', message: 'down' },
    metadata: HELD,
    status: AT_REST,
    want: 'undisturbed',
  },
  {
    name: 'what works and is to change waits',
    view: { type: 'unready', message: 'down' },
    metadata: { ...HELD, generation: 2 },
    status: AT_REST,
    want: 'waiting ProviderNotReady',
  },
  {
    name: 'a deletion waits for its provider',
    view: { type: 'unready', message: 'down' },
    metadata: DELETED,
    status: AT_REST,
    want: 'waiting ProviderNotReady',
  },
  {
    name: 'a deletion without our finalizer is none of ours',
    metadata: { deletionTimestamp: '2026-01-02T00:00:00Z' },
    view: { type: 'missing' },
    want: 'released',
  },
  {
    name: 'another identity than in the status stalls',
    view: { identity: 'logi|https://other.example.com' },
    metadata: HELD,
    status: BOUND,
    want: 'stalled ProviderMismatch',
  },
  {
    name: 'another identity stalls a deletion, too',
    view: { identity: 'logi|https://other.example.com' },
    metadata: DELETED,
    status: BOUND,
    want: 'stalled ProviderMismatch',
  },
  { name: 'a provider that goes away takes nobody new', view: { intake: 'closed' }, want: 'waiting ProviderNotReady' },
  {
    name: 'a provider that goes away still serves those it has',
    view: { intake: 'closed' },
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
    name: 'a suspended object is not judged by its spec',
    spec: { suspend: true, description: 'Our shop' },
    want: 'firm',
  },
])('$name', ({ view = {}, want, ...change }) => {
  const found = 'type' in view && view.type !== 'ready' ? view : { ...READY, ...view };
  // Ground asks nothing else of the ports, and nothing else of a provider.
  const ports = { providers: { find: () => found as View } } as unknown as Parameters<typeof groundOf>[1];
  const ground = groundOf(applicationWith(change), ports);
  expect(ground.type === 'firm' ? 'firm' : spoken(ground.standing)).toBe(want);
});

function spoken(standing: { readonly type: string; readonly reason?: string }): string {
  return standing.reason === undefined ? standing.type : `${standing.type} ${standing.reason}`;
}

const WANTED = {
  name: 'Shop',
  type: 'Web',
  redirectUris: [],
  scopes: undefined,
  extension: { webhookUrl: undefined, appLinkUrl: undefined },
} as const;

test.each([
  { spec: { secret: { format: 'Env' } }, path: 'spec.secret.format' },
  { spec: { rotation: { interval: '24h' } }, path: 'spec.rotation.interval' },
  { spec: { deletionPolicy: 'Retain' }, path: 'spec.deletionPolicy' },
  { spec: { management: 'Observe' }, path: 'spec.management' },
  { spec: { adopt: { applicationId: '42' } }, path: 'spec.adopt' },
  { spec: { grantTypes: ['refresh_token'] }, path: 'spec.grantTypes' },
] as const)('$path is refused by name and never ignored', ({ spec, path }) => {
  const objection = objectionTo(
    applicationWith({ spec: spec as ApplicationChange['spec'] & object }).spec,
    WANTED,
    READY,
  );
  expect(objection?.message).toContain(path);
});

test('what the provider refuses is told with its path', () => {
  const refusals = () => [{ reason: 'InvalidSpec', path: 'spec.scopes[0]', message: 'is no scope' }] as const;
  expect(objectionTo(applicationWith({}).spec, WANTED, { ...READY, refusals })).toEqual({
    reason: 'InvalidSpec',
    message: 'spec.scopes[0]: is no scope',
  });
});
