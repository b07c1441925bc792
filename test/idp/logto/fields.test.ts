import { expect, test } from 'vitest';
import { FIELDS, FIXED, type HONOURED } from '../../../src/idp/logto/honours.ts';
import type { ClientMetadata, MetadataField } from '../../../src/idp/provider.ts';
import { applicationBody, wired } from './fake-wire.ts';
import { JOB, NEVER, SHOP, withOptions } from './logto.ts';

type Field = keyof typeof FIELDS;

/** A value for each field, none of them the server's own. */
const OPTIONS: Required<Pick<ClientMetadata['options'], (typeof HONOURED)[number]>> = {
  description: 'The shop',
  postLogoutRedirectUris: ['https://shop.example.com/'],
  logoUri: 'https://shop.example.com/logo.png',
  'backchannelLogout.uri': 'https://shop.example.com/logout',
  'backchannelLogout.sessionRequired': true,
  corsAllowedOrigins: ['https://shop.example.com'],
  'tokens.idTokenTtl': '30m',
  'tokens.refreshTokenTtl': '336h',
  'tokens.alwaysIssueRefreshToken': true,
  'tokens.rotateRefreshToken': true,
  'logto.customData': { team: 'storefront' },
  'logto.tenantId': 'acme',
  'logto.managementApiAccess': true,
  'logto.roles': ['reader'],
  'logto.thirdParty': true,
  'logto.thirdParty.consentScopes': { user: ['email'] },
  'logto.deviceFlow': true,
  'logto.tokenExchange': true,
  'logto.maxAllowedGrants': 3,
  'logto.protectedApp': { subDomain: 'shop', origin: 'https://origin.example.com' },
};

/** Every place that a request writes to, written as {@link FIELDS} writes them. */
function placesIn(value: unknown, path = ''): readonly string[] {
  const own = path === '' ? [] : [path];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return own;
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, each]) => placesIn(each, path === '' ? key : `${path}.${key}`)),
  ];
}

/** The adapter before a server that has roles to give and no consent scopes, and what was sent to it. */
function watched(found: Readonly<Record<string, unknown>>) {
  const empty = { userScopes: [], resourceScopes: [], organizationScopes: [], organizationResourceScopes: [] };
  const { provider, requests } = wired(({ url, method }) => {
    const { pathname } = new URL(url);
    if (pathname.endsWith('/user-consent-scopes')) return { status: 200, body: empty };
    if (pathname.endsWith('/api/roles')) return { status: 200, body: [{ id: 'r1', name: 'reader' }] };
    if (pathname.endsWith('/roles')) return { status: method === 'GET' ? 200 : 201, body: [] };
    return { status: 200, body: pathname.endsWith('/secrets') ? [] : applicationBody(found) };
  });
  const written = (): readonly string[] =>
    requests
      .filter(({ method }) => method !== 'GET')
      .flatMap(({ url, body }) => {
        const [, route = ''] = /\/applications\/a1(\/.*)$/.exec(url) ?? [];
        return route === '' ? placesIn(JSON.parse(body ?? '{}')) : [route];
      });
  return { provider, written };
}

function saying(field: MetadataField, base: ClientMetadata): ClientMetadata {
  if (field === 'displayName' || field === 'redirectUris') return base;
  const value = Object.entries(OPTIONS).filter(([each]) => each === field);
  return withOptions(Object.fromEntries(value), base);
}

const ALL = Object.entries(FIELDS).map(([field, place]) => ({ field: field as Field, place })); // entries forget the key type
const CHANGED = ALL.filter(({ field }) => !FIXED.has(field) || field === 'logto.protectedApp');
const AT_BIRTH = ALL.filter(({ field }) => FIXED.has(field));

test.each(CHANGED)('an update of $field writes $place', async ({ field, place }) => {
  const { provider, written } = watched({ type: field === 'logto.roles' ? 'MachineToMachine' : 'Traditional' });
  const found = await provider.get('a1', NEVER);
  await provider.update(found, saying(field, field === 'logto.roles' ? JOB : SHOP), [field], NEVER);
  expect(written()).toContain(place);
});

test.each(AT_BIRTH)('a registration is made with $field, in $place', async ({ field, place }) => {
  const { provider, written } = watched({});
  await provider.register({ name: 'Shop', mark: undefined }, saying(field, SHOP), NEVER);
  expect(written()).toContain(place);
});

test('what is honoured is what has a place', () => {
  const { provider } = watched({});
  expect([...provider.honours]).toEqual(expect.arrayContaining(Object.keys(OPTIONS)));
  expect(provider.honours.size).toBe(Object.keys(OPTIONS).length);
});
