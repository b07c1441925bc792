import { describe, expect, test } from 'vitest';
import { registrationOf } from '../../../src/idp/logto/application.ts';
import { logtoConflicts } from '../../../src/idp/logto/conflicts.ts';
import { logtoDifferences } from '../../../src/idp/logto/differences.ts';
import type { ClientMetadata, MetadataField, Registration } from '../../../src/idp/provider.ts';
import { applicationBody } from './fake-wire.ts';
import { JOB, SHOP, withOptions } from './logto.ts';

type Fields = Readonly<Record<string, unknown>>;

const URIS = { redirectUris: SHOP.redirectUris, postLogoutRedirectUris: [] };

/** `SHOP` as Logto shows it, with these fields otherwise. */
function shop(fields: Fields = {}): Registration {
  const found = registrationOf(applicationBody({ oidcClientMetadata: URIS, ...fields }));
  if (found === undefined) throw new Error('it cannot be read');
  return found;
}

function custom(customClientMetadata: Fields): Fields {
  return { customClientMetadata };
}

const SITE = { host: 'shop.protected.app', origin: 'https://shop.internal', sessionDuration: 1_209_600, pageRules: [] };

describe('drift', () => {
  test.each<{ readonly why: string; readonly wanted: ClientMetadata; readonly found: Registration }>([
    { why: 'nothing said', wanted: SHOP, found: shop({ description: 'x', ...custom({ idTokenTtl: 1 }) }) },
    { why: 'another order', wanted: { ...SHOP, redirectUris: SHOP.redirectUris.toReversed() }, found: shop() },
    {
      why: 'a URI twice',
      wanted: { ...SHOP, redirectUris: [...SHOP.redirectUris, ...SHOP.redirectUris] },
      found: shop(),
    },
    { why: 'an empty description', wanted: withOptions({ description: '' }), found: shop() },
    {
      why: 'an empty list',
      wanted: withOptions({ corsAllowedOrigins: [], postLogoutRedirectUris: [] }),
      found: shop(),
    },
    {
      why: 'flags that are off by default',
      wanted: withOptions({
        'tokens.alwaysIssueRefreshToken': false,
        'logto.tokenExchange': false,
        'logto.deviceFlow': false,
      }),
      found: shop(),
    },
    {
      why: 'another spelling',
      wanted: withOptions({ 'tokens.idTokenTtl': '1h' }),
      found: shop(custom({ idTokenTtl: 3600 })),
    },
    {
      why: 'either of both fields',
      wanted: withOptions({ 'tokens.refreshTokenTtl': '168h' }),
      found: shop(custom({ refreshTokenTtlInDays: 7 })),
    },
    {
      why: 'the old one of both fields',
      wanted: withOptions({ 'tokens.refreshTokenTtl': '168h' }),
      found: shop(custom({ refreshTokenTtl: 604_800 })),
    },
    {
      why: 'another order of keys, and keys of others',
      wanted: withOptions({ 'logto.customData': { a: { x: 1, y: [1, 2] }, b: -0 } }),
      found: shop({ customData: { other: 1, b: 0, a: { y: [1, 2], x: 1 }, 'oauthapp.dev/managed': ['b', 'a'] } }),
    },
    { why: 'empty data', wanted: withOptions({ 'logto.customData': {} }), found: shop({ customData: { other: 1 } }) },
    {
      why: 'what is not shown',
      wanted: withOptions({ 'logto.roles': ['x'], 'logto.managementApiAccess': true }, JOB),
      found: shop({ name: 'Job', type: 'MachineToMachine', oidcClientMetadata: undefined }),
    },
    {
      why: 'what a protected application has of its own',
      wanted: {
        ...withOptions({
          'logto.protectedApp': { subDomain: 'shop', origin: 'https://shop.internal', sessionDuration: '336h' },
        }),
        redirectUris: [],
      },
      found: shop({ type: 'Protected', protectedAppMetadata: SITE }),
    },
  ])('is not: $why', ({ wanted, found }) => {
    expect(logtoDifferences(wanted, found)).toEqual([]);
  });

  test.each<{ readonly field: MetadataField; readonly wanted: ClientMetadata; readonly found: Registration }>([
    { field: 'displayName', wanted: SHOP, found: shop({ name: 'shop' }) },
    { field: 'redirectUris', wanted: SHOP, found: shop({ oidcClientMetadata: { ...URIS, redirectUris: [] } }) },
    { field: 'description', wanted: withOptions({ description: 'a' }), found: shop() },
    {
      field: 'tokens.idTokenTtl',
      wanted: withOptions({ 'tokens.idTokenTtl': '1h' }),
      found: shop(custom({ idTokenTtl: -5 })),
    },
    {
      field: 'tokens.refreshTokenTtl',
      wanted: withOptions({ 'tokens.refreshTokenTtl': '168h' }),
      found: shop(custom({ refreshTokenTtl: 604_800, refreshTokenTtlInDays: 3 })),
    },
    {
      field: 'tokens.refreshTokenTtl',
      wanted: withOptions({ 'tokens.refreshTokenTtl': '168h' }),
      found: shop(custom({ refreshTokenTtl: 100, refreshTokenTtlInDays: 7 })),
    },
    { field: 'tokens.rotateRefreshToken', wanted: withOptions({ 'tokens.rotateRefreshToken': false }), found: shop() },
    { field: 'logto.deviceFlow', wanted: withOptions({ 'logto.deviceFlow': true }), found: shop() },
    { field: 'logto.thirdParty', wanted: withOptions({ 'logto.thirdParty': true }), found: shop() },
    {
      field: 'logto.customData',
      wanted: withOptions({ 'logto.customData': { a: [1, 2] } }),
      found: shop({ customData: { a: [2, 1], 'oauthapp.dev/managed': ['a'] } }),
    },
    {
      field: 'logto.customData',
      wanted: withOptions({ 'logto.customData': { a: 1 } }),
      found: shop({ customData: { a: 1 } }),
    },
    {
      field: 'logto.customData',
      wanted: withOptions({ 'logto.customData': { a: 1 } }),
      found: shop({ customData: { a: 1, b: 2, 'oauthapp.dev/managed': ['a', 'b'] } }),
    },
    {
      field: 'logto.protectedApp',
      wanted: {
        ...withOptions({
          'logto.protectedApp': { subDomain: 'shop', origin: 'https://shop.internal', pageRules: [{ path: '^/a' }] },
        }),
        redirectUris: [],
      },
      found: shop({ type: 'Protected', protectedAppMetadata: SITE }),
    },
    {
      field: 'logto.protectedApp',
      wanted: {
        ...withOptions({ 'logto.protectedApp': { subDomain: 'shop', origin: 'https://shop.internal' } }),
        redirectUris: [],
      },
      found: shop({ type: 'Protected', protectedAppMetadata: { ...SITE, pageRules: [{ path: '^/a' }] } }),
    },
  ])('is $field', ({ field, wanted, found }) => {
    expect(logtoDifferences(wanted, found)).toEqual([field]);
  });
});

const SITE_WANTED = withOptions({ 'logto.protectedApp': { subDomain: 'shop', origin: 'https://shop.internal' } });

describe('what cannot be changed', () => {
  test.each<{ readonly wanted: ClientMetadata; readonly found: Fields; readonly paths: readonly string[] }>([
    { wanted: SHOP, found: {}, paths: [] },
    { wanted: SHOP, found: { isThirdParty: true }, paths: [] },
    { wanted: SHOP, found: { type: 'SPA' }, paths: ['spec.type'] },
    { wanted: SHOP, found: { type: 'SAML' }, paths: ['spec.type'] },
    { wanted: SHOP, found: { type: 'Robot' }, paths: ['spec.type'] },
    { wanted: SHOP, found: { type: undefined }, paths: ['spec.type'] },
    { wanted: JOB, found: { type: 'Native' }, paths: ['spec.type'] },
    { wanted: SHOP, found: { type: 'Protected', protectedAppMetadata: SITE }, paths: ['spec.logto.protectedApp'] },
    { wanted: SITE_WANTED, found: {}, paths: ['spec.logto.protectedApp'] },
    { wanted: SITE_WANTED, found: { type: 'Protected', protectedAppMetadata: SITE }, paths: [] },
    {
      wanted: SITE_WANTED,
      found: { type: 'Protected', protectedAppMetadata: { ...SITE, host: 'store.protected.app' } },
      paths: ['spec.logto.protectedApp.subDomain'],
    },
    { wanted: withOptions({ 'logto.thirdParty': true }), found: {}, paths: ['spec.logto.thirdParty'] },
    {
      wanted: { ...withOptions({ 'logto.deviceFlow': true }), type: 'Native' },
      found: { type: 'Native' },
      paths: ['spec.logto.deviceFlow'],
    },
    {
      wanted: { ...withOptions({ 'logto.deviceFlow': false }), type: 'Native' },
      found: { type: 'Native', ...custom({ isDeviceFlow: true }) },
      paths: ['spec.logto.deviceFlow'],
    },
  ])('of $found is refused at $paths', ({ wanted, found, paths }) => {
    expect(logtoConflicts(wanted, shop(found)).map(({ path }) => path)).toEqual(paths);
  });
});
