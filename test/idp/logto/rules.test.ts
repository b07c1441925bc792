import { describe, expect, test } from 'vitest';
import { logtoRefusals } from '../../../src/idp/logto/refusals.ts';
import { logtoRemarks } from '../../../src/idp/logto/remarks.ts';
import type { ClientMetadata } from '../../../src/idp/provider.ts';
import { JOB, SHOP, withOptions } from './logto.ts';

function refusedAt(wanted: ClientMetadata): readonly string[] {
  return logtoRefusals(wanted).map(({ path }) => path);
}

const GOOD = 'https://shop.example.com/callback';

describe('a redirect URI', () => {
  test.each([
    { uri: 'https://a.example.com/cb', web: 'ok', native: 'ok' },
    { uri: 'https://a.example.com:8443/cb?tenant=a%20b', web: 'ok', native: 'ok' },
    { uri: 'http://a.example.com/cb', web: 'ok', native: 'refused' },
    { uri: 'http://localhost:3000/cb', web: 'ok', native: 'ok' },
    { uri: 'http://127.0.0.1/cb', web: 'ok', native: 'ok' },
    { uri: 'http://[::1]:4000/cb', web: 'ok', native: 'ok' },
    { uri: 'https://localhost/cb', web: 'ok', native: 'refused' },
    { uri: 'com.example.app://cb', web: 'refused', native: 'ok' },
    { uri: 'myapp://cb', web: 'refused', native: 'ok' },
    { uri: 'com.example.app:/cb', web: 'refused', native: 'ok' },
    { uri: 'com.1example.app:/cb', web: 'refused', native: 'ok' },
    { uri: 'com.example.4-2:/cb', web: 'refused', native: 'ok' },
    { uri: 'com..app:/cb', web: 'refused', native: 'refused' },
    { uri: '1com.example.app:/cb', web: 'refused', native: 'refused' },
    { uri: 'javascript:alert(1)', web: 'refused', native: 'refused' },
    { uri: 'data:text/html,x', web: 'refused', native: 'refused' },
    { uri: 'https://a.example.com/cb#fragment', web: 'refused', native: 'refused' },
    { uri: 'https://a.example.com/cb#', web: 'refused', native: 'refused' },
    { uri: 'myapp://cb#x', web: 'refused', native: 'refused' },
    { uri: 'https://a.example.com/*', web: 'ok', native: 'ok' },
    { uri: 'http://[::1]/*', web: 'refused', native: 'refused' },
    { uri: 'https://a.example.com/cb?x=*', web: 'refused', native: 'refused' },
    { uri: 'https://user:pw@a.example.com/cb', web: 'refused', native: 'refused' },
    { uri: 'https://a.example.com/../cb', web: 'refused', native: 'refused' },
    { uri: 'https://a.example.com/.', web: 'refused', native: 'refused' },
    { uri: 'https://a.example.com/.well-known', web: 'ok', native: 'ok' },
    { uri: 'https://a.example.com/a b', web: 'refused', native: 'refused' },
    { uri: 'https://a.example.com/cb ', web: 'refused', native: 'refused' },
    { uri: 'https:///cb', web: 'refused', native: 'refused' },
    { uri: 'my_app://cb', web: 'refused', native: 'refused' },
    { uri: '/cb', web: 'refused', native: 'refused' },
    { uri: '', web: 'refused', native: 'refused' },
  ])('$uri: $web for the web, $native for a native application', ({ uri, web, native }) => {
    const verdict = (type: ClientMetadata['type']): string => {
      const paths = refusedAt({ ...SHOP, type, redirectUris: [GOOD, uri] });
      expect(paths).toEqual(paths.length === 0 ? [] : ['spec.redirectUris[1]']);
      return paths.length === 0 ? 'ok' : 'refused';
    };
    expect([verdict('Web'), verdict('SinglePage'), verdict('Native')]).toEqual([web, web, native]);
    const logout = refusedAt(withOptions({ postLogoutRedirectUris: [GOOD, uri] }));
    expect(logout).toEqual(web === 'ok' ? [] : ['spec.postLogoutRedirectUris[1]']);
  });

  test.each<{ readonly why: string; readonly wanted: ClientMetadata; readonly paths: readonly string[] }>([
    { why: 'a web client without one', wanted: { ...SHOP, redirectUris: [] }, paths: ['spec.redirectUris'] },
    {
      why: 'a device sends nobody back, and its client fails without one all the same',
      wanted: { ...withOptions({ 'logto.deviceFlow': true }), type: 'Native', redirectUris: [] },
      paths: ['spec.redirectUris'],
    },
    { why: 'a machine has none', wanted: JOB, paths: [] },
    { why: 'a machine with one', wanted: { ...JOB, redirectUris: [GOOD] }, paths: ['spec.redirectUris'] },
    {
      why: 'a protected application has its own',
      wanted: withOptions({ 'logto.protectedApp': { subDomain: 'shop', origin: 'https://a.example.com' } }),
      paths: ['spec.redirectUris'],
    },
  ])('is needed or not: $why', ({ wanted, paths }) => {
    expect(refusedAt(wanted)).toEqual(paths);
  });
});

describe('a field', () => {
  test.each<{ readonly why: string; readonly options: ClientMetadata['options']; readonly path: string }>([
    { why: 'NUL', options: { description: 'a\0b' }, path: 'spec.description' },
    { why: 'not a web address', options: { logoUri: 'myapp:logo' }, path: 'spec.logoUri' },
    { why: 'not an address', options: { logoUri: 'logo.png' }, path: 'spec.logoUri' },
    {
      why: 'not a web address',
      options: { 'backchannelLogout.uri': 'ftp://a.example.com/' },
      path: 'spec.backchannelLogout.uri',
    },
    { why: 'no duration', options: { 'tokens.idTokenTtl': 'soon' }, path: 'spec.tokens.idTokenTtl' },
    { why: 'no time at all', options: { 'tokens.idTokenTtl': '0s' }, path: 'spec.tokens.idTokenTtl' },
    { why: 'less than a day', options: { 'tokens.refreshTokenTtl': '1h' }, path: 'spec.tokens.refreshTokenTtl' },
    { why: 'a day and a half', options: { 'tokens.refreshTokenTtl': '36h' }, path: 'spec.tokens.refreshTokenTtl' },
    { why: '181 days', options: { 'tokens.refreshTokenTtl': '4344h' }, path: 'spec.tokens.refreshTokenTtl' },
    {
      why: 'a key of ours',
      options: { 'logto.customData': { 'oauthapp.dev/owner': 1 } },
      path: 'spec.logto.customData',
    },
    { why: 'a key like ours', options: { 'logto.customData': { 'oauthapp.dev/': 1 } }, path: 'spec.logto.customData' },
    { why: 'too large', options: { 'logto.customData': { a: 'x'.repeat(16 * 1024) } }, path: 'spec.logto.customData' },
    {
      why: 'too large in bytes',
      options: { 'logto.customData': { a: '\u00e9'.repeat(8200) } },
      path: 'spec.logto.customData',
    },
    { why: 'NUL', options: { 'logto.customData': { a: ['\\\0'] } }, path: 'spec.logto.customData' },
    { why: 'NUL', options: { 'logto.tenantId': 'a\0b' }, path: 'spec.logto.tenantId' },
    { why: 'NUL', options: { 'logto.tenantId': 'a\0' }, path: 'spec.logto.tenantId' },
    {
      why: 'NUL',
      options: { corsAllowedOrigins: ['https://a.example.com', 'https://b\0.example.com'] },
      path: 'spec.corsAllowedOrigins[1]',
    },
    ...(['user', 'resource', 'organization', 'organizationResource'] as const).map((group) => ({
      why: 'NUL',
      options: { 'logto.thirdParty': true, 'logto.thirdParty.consentScopes': { [group]: ['id', 'i\0d'] } } as const,
      path: `spec.logto.thirdParty.consentScopes.${group}[1]`,
    })),
    { why: 'for machines', options: { 'logto.roles': [] }, path: 'spec.logto.roles' },
    { why: 'for machines', options: { 'logto.managementApiAccess': false }, path: 'spec.logto.managementApiAccess' },
    { why: 'for native applications', options: { 'logto.deviceFlow': true }, path: 'spec.logto.deviceFlow' },
    {
      why: 'not for third parties',
      options: { 'logto.thirdParty': true, 'logto.tokenExchange': true },
      path: 'spec.logto.tokenExchange',
    },
  ])('is refused at $path: $why', ({ options, path }) => {
    expect(refusedAt(withOptions(options))).toEqual([path]);
  });

  test.each<ClientMetadata['options']>([
    { 'tokens.refreshTokenTtl': '24h' },
    { 'tokens.refreshTokenTtl': '4320h' },
    { 'tokens.idTokenTtl': '1m30s' },
    { 'logto.customData': { 'other.dev/owner': 1, a: '\\u0000', b: '\\\\u0000' } },
    { 'logto.customData': { a: 'x'.repeat(16 * 1024 - 8) } },
    { 'logto.deviceFlow': false, 'logto.tokenExchange': true },
    { 'logto.thirdParty': true, 'logto.tokenExchange': false },
  ])('%j is granted', (options) => {
    expect(refusedAt(withOptions(options))).toEqual([]);
  });

  test('of a protected application is refused by its path: NUL', () => {
    const app = { subDomain: 'shop', origin: 'https://a.example.com', pageRules: [{ path: '^/' }, { path: '^/\0' }] };
    const wanted = { ...withOptions({ 'logto.protectedApp': app }), redirectUris: [] };
    expect(refusedAt(wanted)).toEqual(['spec.logto.protectedApp.pageRules[1].path']);
  });

  test('of a machine is refused by its path: NUL', () => {
    const wanted = { ...JOB, options: { 'logto.roles': ['billing', 'bil\0ling'] } };
    expect(refusedAt(wanted)).toEqual(['spec.logto.roles[1]']);
  });

  test.each([
    { name: '', paths: ['spec.displayName'] },
    { name: 'x'.repeat(256), paths: [] },
    { name: 'x'.repeat(257), paths: ['spec.displayName'] },
    { name: 'a\0', paths: ['spec.displayName'] },
    { name: ' \u{1F3EA} ', paths: [] },
  ])('$name as a name is refused at $paths', ({ name, paths }) => {
    expect(refusedAt({ ...SHOP, name })).toEqual(paths);
  });

  test('that is wrong is told in a sentence that begins with its path', () => {
    for (const { path, message } of logtoRefusals({ ...SHOP, name: '', redirectUris: ['x'] })) {
      expect(message.startsWith(`${path} `) && message.endsWith('.'), message).toBe(true);
    }
  });
});

test.each([
  { uri: 'https://shop.shop.svc.cluster.local/logout', remarks: 1 },
  { uri: 'https://shop.shop.svc/logout', remarks: 1 },
  { uri: 'https://10.1.2.3/logout', remarks: 1 },
  { uri: 'https://172.20.0.1/logout', remarks: 1 },
  { uri: 'https://[fd00::1]/logout', remarks: 1 },
  { uri: 'http://localhost:3000/logout', remarks: 1 },
  { uri: 'https://[2001:db8::1]/logout', remarks: 0 },
  { uri: 'https://172.32.0.1/logout', remarks: 0 },
  { uri: 'https://shop.example.com/logout', remarks: 0 },
])('a logout at $uri is remarked upon $remarks times', ({ uri, remarks }) => {
  expect(logtoRemarks(withOptions({ 'backchannelLogout.uri': uri }))).toHaveLength(remarks);
});
