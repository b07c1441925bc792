import { expect, test } from 'vitest';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../../../dev/emulators/logto/console.ts';
import type { ApplicationType, OidcClientMetadata } from '../../../../dev/emulators/logto/registry.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { APPLICATIONS, basic, bench, CALLBACK, introspection, send, tokenIn, tokenRequest, URIS } from './client.ts';

interface Login {
  readonly name: string;
  readonly form?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly want: readonly [number, string];
}

const IN_FORM = { client_id: OPERATOR_ID, client_secret: OPERATOR_SECRET };

test.each<Login>([
  { name: 'a secret in Basic', want: [200, ''] },
  { name: 'a secret in the form', form: IN_FORM, headers: {}, want: [200, ''] },
  { name: 'a secret in both', form: IN_FORM, want: [400, 'oidc.invalid_request'] },
  { name: 'no client', headers: {}, want: [400, 'oidc.invalid_request'] },
  {
    name: 'a wrong secret in the form',
    form: { ...IN_FORM, client_secret: 'x' },
    headers: {},
    want: [401, 'oidc.invalid_client'],
  },
  { name: 'no secret', form: { client_id: OPERATOR_ID }, headers: {}, want: [401, 'oidc.invalid_client'] },
  { name: 'an unknown client', headers: basic('nobody', 'x'), want: [400, 'oidc.invalid_client'] },
  { name: 'no resource', form: { resource: undefined }, want: [400, 'oidc.invalid_target'] },
  { name: 'no grant', form: { grant_type: undefined }, want: [400, 'oidc.invalid_request'] },
  { name: 'another grant', form: { grant_type: 'password' }, want: [400, 'oidc.unsupported_grant_type'] },
])('a request for a token with $name', async ({ form, headers, want: [status, code] }) => {
  const { logto } = await bench();
  const answer = await tokenRequest(logto, form, headers);
  expect(answer.status).toBe(status);
  if (code !== '') expect(answer.json).toMatchObject({ code });
});

test('a web application gets no token by itself', async () => {
  const { made, logto } = await bench();
  const { id, secrets } = made();
  const answer = await tokenRequest(logto, {}, basic(id, secrets[0]?.value ?? ''));
  expect(answer).toMatchObject({ status: 400, json: { code: 'oidc.unauthorized_client' } });
});

test('a token says what it is for', async () => {
  const clock = manualClock(Date.UTC(2026, 0, 1));
  const { logto } = await bench({ clock });
  const [, payload = ''] = tokenIn(await tokenRequest(logto)).split('.');
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
    iss: `${logto.url}/oidc`,
    aud: 'https://default.logto.app/api',
    sub: OPERATOR_ID,
    client_id: OPERATOR_ID,
    scope: 'all',
    exp: Date.UTC(2026, 0, 1) / 1000 + 3600,
  });
});

test.each([
  [3599, 200],
  [3600, 401],
])('a token that is %i s old is answered with %i', async (age, status) => {
  const clock = manualClock();
  const { call } = await bench({ clock });
  await call('GET', APPLICATIONS);
  await clock.advance(age * 1000);
  const answer = await call('GET', APPLICATIONS);
  expect(answer.status).toBe(status);
  if (status === 401)
    expect(answer.json).toMatchObject({ data: { code: 'ERR_JWT_EXPIRED', payload: { sub: OPERATOR_ID } } });
});

test('a token works on after its role is revoked and even after its application is deleted', async () => {
  const { call, logto } = await bench();
  await call('GET', APPLICATIONS);
  logto.revokeManagementAccess();
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 200 });
  logto.deleteByHand(OPERATOR_ID);
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 200 });
  expect(await tokenRequest(logto)).toMatchObject({ status: 400 });
});

test('a token from before the role was granted stays without scope', async () => {
  const { call, logto } = await bench();
  logto.revokeManagementAccess();
  await call('GET', APPLICATIONS);
  logto.grant(OPERATOR_ID, 'management-api-access');
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 403, json: { code: 'auth.forbidden' } });
  const headers = { authorization: `Bearer ${tokenIn(await tokenRequest(logto))}` };
  expect(await call('GET', APPLICATIONS, { headers })).toMatchObject({ status: 200 });
});

test.each([
  [
    'a lower-case scheme',
    (token: string) => `bearer ${token}`,
    'auth.authorization_token_type_not_supported',
    undefined,
  ],
  [
    'a forged signature',
    (token: string) => `${`Bearer ${token}`.slice(0, -4)}AAAA`,
    'auth.unauthorized',
    'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  ],
  ['no JWT', () => 'Bearer garbage', 'auth.unauthorized', 'ERR_JWS_INVALID'],
])('%s opens nothing', async (_, header, code, reason) => {
  const { logto } = await bench();
  const authorization = header(tokenIn(await tokenRequest(logto)));
  const answer = await send(logto.url + APPLICATIONS, 'GET', { headers: { authorization } });
  expect(answer).toMatchObject({
    status: 401,
    json: { code, ...(reason === undefined ? {} : { data: { code: reason } }) },
  });
});

test('a token for another API opens nothing', async () => {
  const { call, logto } = await bench();
  const { indicator, scopes } = logto.addResource({
    name: 'Shop',
    indicator: 'https://shop.example.com',
    scopes: ['all'],
  });
  const role = logto.addRole({ name: 'shop', scopeIds: scopes.map(({ id }) => id) });
  logto.grant(OPERATOR_ID, role.id);
  const answer = await tokenRequest(logto, { resource: indicator });
  expect(answer.json).toMatchObject({ scope: 'all' });
  const headers = { authorization: `Bearer ${tokenIn(answer)}` };
  expect(await call('GET', APPLICATIONS, { headers })).toMatchObject({ status: 401 });
});

test.each([
  ['a good secret', (secret: string) => secret, 200],
  ['a wrong secret', () => 'wrong', 401],
])('introspection with %s is answered with %3$i', async (_, presented, status) => {
  const { made, logto } = await bench();
  const { id, secrets } = made();
  const secret = presented(secrets[0]?.value ?? '');
  const answer = await introspection(logto, id, secret);
  expect(answer.status).toBe(status);
  if (status === 200) expect(answer.json).toEqual({ active: false });
  expect(logto.logsIn(id, secret)).toBe(status === 200);
});

test('an expired secret is told from a wrong one', async () => {
  const { made, logto } = await bench();
  const { id, secrets } = made();
  logto.expireSecret(id, 'Default secret');
  const secret = secrets[0]?.value ?? '';
  expect(await introspection(logto, id, secret)).toMatchObject({
    status: 400,
    json: { code: 'oidc.invalid_request', error_description: 'client secret has expired' },
  });
  expect(logto.logsIn(id, secret)).toBe(false);
});

type Fate = 'ok' | 'broken';

const TABLE: readonly (readonly [string, { readonly [T in 'Native' | 'SPA' | 'Traditional']: Fate }])[] = [
  ['https://a.example.com/cb', { Native: 'ok', SPA: 'ok', Traditional: 'ok' }],
  ['http://a.example.com/cb', { Native: 'broken', SPA: 'ok', Traditional: 'ok' }],
  ['http://localhost:3000/cb', { Native: 'ok', SPA: 'ok', Traditional: 'ok' }],
  ['http://127.0.0.1/cb', { Native: 'ok', SPA: 'ok', Traditional: 'ok' }],
  ['https://localhost/cb', { Native: 'broken', SPA: 'ok', Traditional: 'ok' }],
  ['com.example.app://cb', { Native: 'ok', SPA: 'broken', Traditional: 'broken' }],
  ['ftp://a.example.com/cb', { Native: 'ok', SPA: 'broken', Traditional: 'broken' }],
  ['urn:a:b', { Native: 'ok', SPA: 'broken', Traditional: 'broken' }],
  ['javascript:alert(1)', { Native: 'broken', SPA: 'broken', Traditional: 'broken' }],
  ['https://a.example.com/cb#fragment', { Native: 'broken', SPA: 'broken', Traditional: 'broken' }],
];

const FATES = TABLE.flatMap(([uri, fates]) =>
  (['Native', 'SPA', 'Traditional'] as const).map((type) => ({ uri, type, fate: fates[type] })),
);

test.each(FATES)(
  '$uri on $type, taken by the Management API, is $fate to the OIDC layer',
  async ({ uri, type, fate }) => {
    const { create, logto } = await bench();
    const created = await create({ type, oidcClientMetadata: { redirectUris: [uri], postLogoutRedirectUris: [] } });
    expect(created.status, 'the Management API minds nothing').toBe(200);

    const query = new URLSearchParams({ client_id: logto.applications().at(-1)?.id ?? '', redirect_uri: uri });
    const answer = await send(`${logto.url}/oidc/auth?${query}`, 'GET', {});
    expect(answer.status).toBe(fate === 'ok' ? 303 : 400);
    if (fate === 'broken') expect(answer.json).toMatchObject({ code: 'oidc.invalid_redirect_uri' });
  },
);

interface Broken {
  readonly name: string;
  readonly type: ApplicationType;
  readonly metadata: Partial<OidcClientMetadata>;
}

test.each<Broken>([
  { name: 'no redirect URI', type: 'Traditional', metadata: { redirectUris: [] } },
  { name: 'no redirect URI', type: 'SPA', metadata: { redirectUris: [] } },
  { name: 'no redirect URI', type: 'Native', metadata: { redirectUris: [] } },
  { name: 'a custom scheme', type: 'MachineToMachine', metadata: { redirectUris: ['myapp://cb'] } },
  { name: 'a fragment', type: 'MachineToMachine', metadata: { redirectUris: ['https://a.example.com/#x'] } },
  { name: 'a custom scheme after logout', type: 'Traditional', metadata: { postLogoutRedirectUris: ['myapp://x'] } },
  {
    name: 'a fragment after logout',
    type: 'Traditional',
    metadata: { postLogoutRedirectUris: ['https://a.example.com/#x'] },
  },
  { name: 'a logout URI that is not of the web', type: 'Traditional', metadata: { backchannelLogoutUri: 'myapp://x' } },
  { name: 'a logo that is no URL', type: 'Traditional', metadata: { logoUri: 'notaurl' } },
])('$name breaks every request of a $type, that for its secret included', async ({ type, metadata }) => {
  const { made, logto } = await bench();
  const { id, secrets } = made({ type, oidcClientMetadata: { ...URIS, ...metadata } });
  const secret = secrets[0]?.value ?? 'none';
  const broken = { status: 400, json: { code: 'oidc.invalid_redirect_uri', error: 'invalid_redirect_uri' } };
  expect(await introspection(logto, id, secret)).toMatchObject(broken);
  expect(await introspection(logto, id, 'wrong')).toMatchObject(broken);
  expect(await tokenRequest(logto, {}, basic(id, secret))).toMatchObject(broken);
  expect(logto.logsIn(id, secret)).toBe(false);
});

test('a machine needs no redirect URI', async () => {
  const { made, logto } = await bench();
  const { id, secrets } = made({
    type: 'MachineToMachine',
    oidcClientMetadata: { redirectUris: [], postLogoutRedirectUris: [] },
  });
  expect(await tokenRequest(logto, {}, basic(id, secrets[0]?.value ?? ''))).toMatchObject({ status: 200 });
});

test.each([
  ['https://*.preview.example.com/cb', 'https://one.preview.example.com/cb', 303],
  ['https://*.preview.example.com/cb', 'https://a.b.preview.example.com/cb', 400],
  ['https://a.example.com/*', 'https://a.example.com/anything', 303],
  ['https://*.com/cb', 'https://example.com/cb', 400],
  ['https://example.*/cb', 'https://example.com/cb', 400],
  [CALLBACK, `${CALLBACK}/more`, 400],
])('%s lets a sign-in come back to %s: %i', async (registered, uri, status) => {
  const { made, logto } = await bench();
  const { id } = made({ oidcClientMetadata: { redirectUris: [registered], postLogoutRedirectUris: [] } });
  const query = new URLSearchParams({ client_id: id, redirect_uri: uri });
  expect((await send(`${logto.url}/oidc/auth?${query}`, 'GET', {})).status).toBe(status);
});

test('an unknown client signs nobody in', async () => {
  const { logto } = await bench();
  const answer = await send(`${logto.url}/oidc/auth?client_id=nobody`, 'GET', {});
  expect(answer).toMatchObject({ status: 400, json: { code: 'oidc.invalid_client' } });
});

test('the discovery document lies under the base path', async () => {
  const { logto } = await bench({ basePath: '/auth' });
  expect(logto.url).toMatch(/\/auth$/);
  const { json } = await send(`${logto.url}/oidc/.well-known/openid-configuration`, 'GET', {});
  expect(json).toMatchObject({ issuer: `${logto.url}/oidc`, token_endpoint: `${logto.url}/oidc/token` });
});

test('under a base path the API is there and nowhere else', async () => {
  const { call, logto } = await bench({ basePath: '/auth' });
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 200 });
  expect(await send(new URL(APPLICATIONS, logto.url).href, 'GET', {})).toMatchObject({
    status: 404,
    text: 'Not Found',
  });
});
