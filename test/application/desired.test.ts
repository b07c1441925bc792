import { expect, test } from 'vitest';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { desiredOf } from '../../src/application/desired.ts';
import { withServed } from '../../src/application/served.ts';
import { applicationWith } from '../support/applications.ts';

test('wants what the spec says, and what it leaves out by the defaults of the API', () => {
  expect(desiredOf(applicationWith({}))).toMatchObject({
    lifecycle: 'present',
    metadata: { name: 'shop', type: 'Web' },
    clientKind: 'confidential',
    secretName: 'shop-oauth',
    onSecretLoss: 'Reissue',
    requests: { rotate: undefined, reconcile: undefined, registerAnew: undefined },
  });
});

test('wants no optional field that nobody said', () => {
  expect(desiredOf(applicationWith({})).metadata.options).toStrictEqual({});
});

test('wants of the optional fields those that are said, each by its path, and no more', () => {
  const spec = {
    scopes: [],
    tokens: { rotateRefreshToken: false },
    logi: { appLinkUrl: 'https://shop.example.com/app' },
    logto: { thirdParty: {} },
  };
  expect(desiredOf(applicationWith({ spec })).metadata.options).toStrictEqual({
    scopes: [],
    'tokens.rotateRefreshToken': false,
    'logi.appLinkUrl': 'https://shop.example.com/app',
    'logto.thirdParty': true,
  });
});

test.each([
  ['Web', 'confidential'],
  ['MachineToMachine', 'confidential'],
  ['SinglePage', 'public'],
  ['Native', 'public'],
] as const)('a client of type %s is %s', (type, kind) => {
  expect(desiredOf(applicationWith({ spec: { type } })).clientKind).toBe(kind);
});

test('a deletion outranks suspend', () => {
  const application = applicationWith({
    spec: { suspend: true },
    metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
  });
  expect(desiredOf(application).lifecycle).toBe('deleted');
  expect(desiredOf(applicationWith({ spec: { suspend: true } })).lifecycle).toBe('suspended');
});

test.each([
  { why: 'a new token asks', token: 'two', served: 'one', want: 'two' },
  { why: 'a first token asks', token: 'one', served: undefined, want: 'one' },
  { why: 'a served token asks for nothing', token: 'one', served: 'one', want: undefined },
  { why: 'an empty token asks for nothing', token: '', served: undefined, want: undefined },
])('$why', ({ token, served, want }) => {
  const application = applicationWith({
    metadata: { annotations: { [ANNOTATIONS.rotateRequestedAt]: token } },
    status: served === undefined ? {} : { served: { rotate: served } },
  });
  expect(desiredOf(application).requests.rotate).toBe(want);
});

test.each([
  ['rotateRequestedAt', 'rotate'],
  ['retireRequestedAt', 'retire'],
  ['registerAnew', 'registerAnew'],
] as const)('%s asks for nothing with one of the last tokens that it asked with', (annotation, request) => {
  const kind = request === 'registerAnew' ? 'anew' : request;
  const tokens = Array.from({ length: 14 }, (_, index) => `token-${index}`);
  const served = tokens.reduce<ReturnType<typeof withServed>>((all, token) => withServed(all, { [kind]: token }), {});
  const asking = tokens.filter(
    (token) =>
      desiredOf(
        applicationWith({ metadata: { annotations: { [ANNOTATIONS[annotation]]: token } }, status: { served } }),
      ).requests[request] !== undefined,
  );
  expect([served?.[kind], asking]).toEqual(['token-13', tokens.slice(0, 3)]);
});

test('what is served twice is kept once, and a look asks again with a token of before', () => {
  const twice = [
    { rotate: 'a' },
    { rotate: 'b' },
    { rotate: 'a' },
    { rotate: 'a', reconcile: 'x' },
    { reconcile: 'y' },
  ];
  const served = twice.reduce<ReturnType<typeof withServed>>(withServed, undefined);
  expect(served).toEqual({ rotate: 'a', reconcile: 'y', earlier: { rotate: ['b'] } });
  const asked = applicationWith({
    metadata: { annotations: { [ANNOTATIONS.reconcileRequestedAt]: 'x' } },
    status: { served },
  });
  expect(desiredOf(asked).requests.reconcile).toBe('x');
});

test('what somebody else wrote, too long to be a token, is not kept', () => {
  expect(withServed({ rotate: 'x'.repeat(1_000) }, { rotate: 'a' })).toEqual({ rotate: 'a' });
});

test('a token that is cut in the middle of a character is served as the API server keeps it', () => {
  const asked = (served: string | undefined) =>
    desiredOf(
      applicationWith({
        metadata: { annotations: { [ANNOTATIONS.rotateRequestedAt]: `${'x'.repeat(255)}😀` } },
        status: { served: served === undefined ? undefined : { rotate: served } },
      }),
    ).requests.rotate;
  const token = asked(undefined);
  expect(asked(token?.toWellFormed())).toBeUndefined();
});

test('a token too long for the status is known again by what is kept of it', () => {
  const token = 'x'.repeat(5_000);
  const annotations = { [ANNOTATIONS.rotateRequestedAt]: token };
  const asked = desiredOf(applicationWith({ metadata: { annotations } })).requests.rotate ?? '';
  expect(asked.length).toBeGreaterThan(0);
  const after = applicationWith({ metadata: { annotations }, status: { served: { rotate: asked } } });
  expect(desiredOf(after).requests.rotate).toBeUndefined();
});
