import { describe, expect, test } from 'vitest';
import { logiDifferences } from '../../../src/idp/logi/differences.ts';
import { logiRefusals } from '../../../src/idp/logi/refusals.ts';
import type { ClientMetadata, Registration } from '../../../src/idp/provider.ts';
import { SHOP } from './logi.ts';

/** Where `SHOP` with these changes is refused. */
function refusedAt(changes: Partial<ClientMetadata>): readonly string[] {
  return logiRefusals({ ...SHOP, ...changes }).map(({ path }) => path);
}

describe('a redirect URI', () => {
  test.each([
    { uri: 'https://shop.example.com/callback', type: 'Web' },
    { uri: 'https://shop.example.com:8443/callback?tenant=a%20b', type: 'Web' },
    { uri: 'HTTPS://Shop.Example.com/', type: 'SinglePage' },
    { uri: 'http://localhost:3000/callback', type: 'Web' },
    { uri: 'http://127.0.0.1:4000', type: 'SinglePage' },
    { uri: 'http://[::1]:4000/callback', type: 'Native' },
    { uri: 'com.example.shop:/callback', type: 'Native' },
    { uri: 'myapp://oauth/1pass/callback', type: 'Native' },
    { uri: `https://shop.example.com/${'x'.repeat(2023)}`, type: 'Web' },
  ] as const)('$uri may be used by $type', ({ uri, type }) => {
    expect(refusedAt({ type, redirectUris: [uri] })).toEqual([]);
  });

  test.each([
    { uri: 'http://shop.example.com/callback', why: 'plain http leaves the machine' },
    { uri: 'http://localhost.evil.example/', why: 'a host that only starts like loopback' },
    { uri: 'http://localhost@evil.example/', why: 'loopback as user information' },
    { uri: 'http://127.1/', why: 'a spelling that parsers repair and logi compares' },
    { uri: 'https://user:password@shop.example.com/', why: 'user information' },
    { uri: 'https://@shop.example.com/', why: 'empty user information' },
    { uri: 'https://*.example.com/', why: 'a wildcard' },
    { uri: 'https://shop.example.com/*', why: 'a wildcard in the path' },
    { uri: 'https://shop.example.com/#done', why: 'a fragment' },
    { uri: 'https://shop.example.com/#', why: 'an empty fragment' },
    { uri: 'https://shop.example.com/a b', why: 'a blank' },
    { uri: 'https://shop.example.com/\u0000', why: 'a control character' },
    { uri: 'https://shop.example.com\\@evil.example/', why: 'a backslash' },
    { uri: 'https://shop.example.com/\u200B', why: 'an invisible character' },
    { uri: 'https:///callback', why: 'no host' },
    { uri: 'https:shop.example.com', why: 'no authority' },
    { uri: '/callback', why: 'no scheme' },
    { uri: '', why: 'nothing' },
    { uri: 'https://shop.example.com:99999/', why: 'no such port' },
    { uri: `https://shop.example.com/${'x'.repeat(2024)}`, why: 'one character too long' },
    { uri: 'com.example.shop:/callback', why: 'a scheme of its own is for native applications' },
  ])('$uri may not be used by a web application: $why', ({ uri }) => {
    expect(refusedAt({ redirectUris: ['https://shop.example.com/', uri] })).toEqual(['spec.redirectUris[1]']);
  });

  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    'blob:x',
    'about:blank',
  ])('%s may be used by nobody', (uri) => {
    expect(refusedAt({ type: 'Native', redirectUris: [uri] })).toEqual(['spec.redirectUris[0]']);
  });

  test.each([
    { count: 0, refused: ['spec.redirectUris'] },
    { count: 100, refused: [] },
    { count: 101, refused: ['spec.redirectUris'] },
  ])('$count of them', ({ count, refused }) => {
    expect(refusedAt({ redirectUris: Array.from({ length: count }, (_, at) => `https://${at}.example.com/`) })).toEqual(
      refused,
    );
  });
});

describe('a scope', () => {
  test.each([
    'openid',
    'profile',
    'profile:basic',
    'email',
    'phone',
    'address',
    'identity:level',
    'offline_access',
    'blog:post.write',
  ])('%s may be asked for', (scope) => {
    expect(refusedAt({ options: { scopes: [scope] } })).toEqual([]);
  });

  test.each(['admin', '', 'a:b:c', ':a', 'a:', 'a b:c', 'a:"b"', 'ä:b', 'openid profile'])('%j may not', (scope) => {
    expect(refusedAt({ options: { scopes: ['openid', scope] } })).toEqual(['spec.scopes[1]']);
  });
});

test.each([
  { changes: { type: 'MachineToMachine', redirectUris: [] }, paths: ['spec.type'] },
  { changes: { name: '' }, paths: ['spec.displayName'] },
  { changes: { name: 'x'.repeat(128) }, paths: [] },
  { changes: { name: 'x'.repeat(129) }, paths: ['spec.displayName'] },
  { changes: { name: 'a\nb' }, paths: ['spec.displayName'] },
  { changes: { name: '가게 🏪' }, paths: [] },
  {
    changes: { options: { 'logi.webhookUrl': 'http://hook.example.com/' } },
    paths: ['spec.logi.webhookUrl'],
  },
  {
    changes: { options: { 'logi.webhookUrl': 'https://hook.example.com/', 'logi.appLinkUrl': 'myapp:/' } },
    paths: ['spec.logi.appLinkUrl'],
  },
  {
    changes: { name: '', redirectUris: ['x'], options: { scopes: ['x'] } },
    paths: ['spec.displayName', 'spec.redirectUris[0]', 'spec.scopes[0]'],
  },
] as const)('$changes is refused at $paths', ({ changes, paths }) => {
  expect(refusedAt(changes)).toEqual(paths);
});

test('what logi cannot do is told apart from what nobody could, each in a sentence that names the field', () => {
  const refusals = logiRefusals({ ...SHOP, type: 'MachineToMachine', options: { scopes: ['admin'] } });
  expect(refusals.map(({ reason }) => reason)).toEqual(['UnsupportedByProvider', 'InvalidSpec']);
  for (const { path, message } of refusals)
    expect(message).toMatch(new RegExp(`^${path.replaceAll(/[[\]]/g, '.')} .*\\.$|^${path} .*`));
});

const SHOWN = { ...SHOP.options, 'logi.webhookUrl': null, 'logi.appLinkUrl': null };

const FOUND: Registration = {
  id: '42',
  clientId: 'logi_1',
  name: SHOP.name,
  clientType: 'confidential',
  redirectUris: SHOP.redirectUris,
  options: SHOWN,
  mark: { type: 'none' },
  approval: 'usable',
  facts: { status: 'approved', environment: 'test', tier: 'free', organization: 'personal-8', createdAt: undefined },
};

describe('drift', () => {
  test.each([
    { why: 'the same', wanted: {}, found: {} },
    { why: 'another order of URIs', wanted: {}, found: { redirectUris: SHOP.redirectUris.toReversed() } },
    { why: 'a URI twice', wanted: { redirectUris: [...SHOP.redirectUris, ...SHOP.redirectUris] }, found: {} },
    {
      why: 'the other name of profile',
      wanted: {},
      found: { options: { ...SHOWN, scopes: ['profile:basic', 'openid'] } },
    },
    {
      why: 'both names of profile',
      wanted: { options: { scopes: ['openid', 'profile', 'profile:basic'] } },
      found: {},
    },
    {
      why: 'scopes that nobody asked for',
      wanted: { options: {} },
      found: { options: { ...SHOWN, scopes: ['openid', 'email'] } },
    },
    {
      why: 'a link that nobody asked for',
      wanted: {},
      found: { options: { ...SHOWN, 'logi.webhookUrl': 'https://x.example' } },
    },
    {
      why: 'nothing shown',
      wanted: {
        options: { ...SHOP.options, 'logi.webhookUrl': 'https://x.example', 'logi.appLinkUrl': 'https://x.example' },
      },
      found: {
        name: undefined,
        redirectUris: undefined,
        options: {},
      },
    },
    { why: 'another status', wanted: {}, found: { approval: 'pending' } },
  ] as const)('is not: $why', ({ wanted, found }) => {
    expect(logiDifferences({ ...SHOP, ...wanted }, { ...FOUND, ...found })).toEqual([]);
  });

  test.each([
    { field: 'displayName', wanted: {}, found: { name: 'shop' } },
    { field: 'displayName', wanted: {}, found: { name: 'Shop [k8s 3f9a1c27b4d0]' } },
    { field: 'redirectUris', wanted: {}, found: { redirectUris: [] } },
    { field: 'redirectUris', wanted: {}, found: { redirectUris: SHOP.redirectUris.map((uri) => `${uri}/`) } },
    { field: 'redirectUris', wanted: {}, found: { redirectUris: [...SHOP.redirectUris, 'https://x.example/'] } },
    { field: 'scopes', wanted: {}, found: { options: { ...SHOWN, scopes: ['openid'] } } },
    { field: 'scopes', wanted: { options: { scopes: [] } }, found: {} },
    {
      field: 'logi.webhookUrl',
      wanted: { options: { ...SHOP.options, 'logi.webhookUrl': 'https://x.example' } },
      found: {},
    },
    {
      field: 'logi.appLinkUrl',
      wanted: { options: { ...SHOP.options, 'logi.appLinkUrl': 'https://x.example' } },
      found: {},
    },
  ] as const)('is $field: $wanted against $found', ({ field, wanted, found }) => {
    expect(logiDifferences({ ...SHOP, ...wanted }, { ...FOUND, ...found })).toEqual([field]);
  });
});
