import { expect, test } from 'vitest';
import type { Switches } from '../../../../dev/emulators/logi/switches.ts';
import { APPLICATIONS, basic, bench, credentialsIn, tokenRequest } from './client.ts';

const CODE = { grant_type: 'authorization_code', code: 'never-issued' };

test('after a rotation the new secret logs in and the old one does not', async () => {
  const { create, call, login } = await bench();
  const old = credentialsIn(await create());
  const fresh = credentialsIn(await call('POST', `${APPLICATIONS}/1/rotate_secret`));

  expect(await login(old.clientId, old.clientSecret)).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  expect(await login(fresh.clientId, fresh.clientSecret)).toMatchObject({
    status: 400,
    json: { error: 'invalid_grant' },
  });
});

interface Case {
  readonly name: string;
  readonly form: Readonly<Record<string, string>>;
  readonly present: 'basic' | 'form' | 'both' | 'id-only' | 'nothing';
  readonly secret?: string;
  readonly status?: string;
  readonly type?: 'public';
  readonly switches?: Partial<Switches>;
  readonly want: readonly [number, string];
}

test.each<Case>([
  { name: 'a good secret in Basic', form: CODE, present: 'basic', want: [400, 'invalid_grant'] },
  { name: 'a good secret in the form', form: CODE, present: 'form', want: [400, 'invalid_grant'] },
  { name: 'a secret in both places', form: CODE, present: 'both', want: [400, 'invalid_request'] },
  { name: 'a wrong secret in Basic', form: CODE, present: 'basic', secret: 'wrong', want: [401, 'invalid_client'] },
  { name: 'a wrong secret in the form', form: CODE, present: 'form', secret: 'wrong', want: [401, 'invalid_client'] },
  {
    name: 'a wrong secret in the form, where that is a bad request',
    form: CODE,
    present: 'form',
    secret: 'wrong',
    switches: { invalidClient: 400 },
    want: [400, 'invalid_client'],
  },
  {
    name: 'a wrong secret in Basic, which is none ever',
    form: CODE,
    present: 'basic',
    secret: 'wrong',
    switches: { invalidClient: 400 },
    want: [401, 'invalid_client'],
  },
  { name: 'an empty secret', form: CODE, present: 'form', secret: '', want: [401, 'invalid_client'] },
  { name: 'no secret', form: CODE, present: 'id-only', want: [401, 'invalid_client'] },
  { name: 'no client', form: CODE, present: 'nothing', want: [401, 'invalid_client'] },
  {
    name: 'a wrong secret where the grant comes first',
    form: CODE,
    present: 'basic',
    secret: 'wrong',
    switches: { tokenCheck: 'grant-first' },
    want: [400, 'invalid_grant'],
  },
  {
    name: 'client credentials',
    form: { grant_type: 'client_credentials' },
    present: 'basic',
    want: [400, 'unsupported_grant_type'],
  },
  {
    name: 'client credentials and a wrong secret',
    form: { grant_type: 'client_credentials' },
    present: 'basic',
    secret: 'wrong',
    want: [401, 'invalid_client'],
  },
  {
    name: 'a refresh token',
    form: { grant_type: 'refresh_token', refresh_token: 'x' },
    present: 'basic',
    want: [400, 'invalid_grant'],
  },
  { name: 'no code', form: { grant_type: 'authorization_code' }, present: 'basic', want: [400, 'invalid_request'] },
  { name: 'no grant', form: {}, present: 'basic', want: [400, 'invalid_request'] },
  {
    name: 'a pending application',
    form: CODE,
    present: 'basic',
    status: 'pending',
    want: [400, 'unauthorized_client'],
  },
  {
    name: 'a suspended application',
    form: CODE,
    present: 'basic',
    status: 'suspended',
    want: [400, 'unauthorized_client'],
  },
  {
    name: 'a pending application and a wrong secret',
    form: CODE,
    present: 'basic',
    status: 'pending',
    secret: 'wrong',
    want: [401, 'invalid_client'],
  },
  { name: 'a sandbox application', form: CODE, present: 'basic', status: 'sandbox', want: [400, 'invalid_grant'] },
  {
    name: 'a sandbox application that is restricted',
    form: CODE,
    present: 'basic',
    status: 'sandbox',
    switches: { sandboxLogin: 'refused' },
    want: [400, 'unauthorized_client'],
  },
  { name: 'a public client', form: CODE, present: 'id-only', type: 'public', want: [400, 'invalid_grant'] },
  {
    name: 'a public client with a secret',
    form: CODE,
    present: 'form',
    type: 'public',
    secret: 'any',
    want: [401, 'invalid_client'],
  },
])('a login with $name answers $want', async ({ form, present, secret, status, type, switches, want }) => {
  const { logi } = await bench({ switches: switches ?? {} });
  const { application, clientSecret } = logi.createByHand('Shop', {
    ...(status === undefined ? {} : { status }),
    ...(type === undefined ? {} : { clientType: type }),
  });
  const { clientId } = application;
  const shown = secret ?? clientSecret ?? '';
  const fields = { client_id: clientId, client_secret: shown };
  const sent = {
    basic: () => tokenRequest(logi, form, basic(clientId, shown)),
    form: () => tokenRequest(logi, { ...form, ...fields }),
    both: () => tokenRequest(logi, { ...form, ...fields }, basic(clientId, shown)),
    'id-only': () => tokenRequest(logi, { ...form, client_id: clientId }),
    nothing: () => tokenRequest(logi, form),
  };

  const answer = await sent[present]();

  expect([answer.status, Object(answer.json).error]).toEqual(want);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(logi.journal).toMatchObject([{ operation: 'token', effect: 'none' }]);
});

test('a deleted application no longer logs in', async () => {
  const { create, call, login } = await bench();
  const { clientId, clientSecret } = credentialsIn(await create());
  await call('DELETE', `${APPLICATIONS}/1`);
  expect(await login(clientId, clientSecret)).toMatchObject({ status: 401 });
});

test('Basic credentials are form-decoded before they are compared', async () => {
  const { logi, login } = await bench();
  const { application } = logi.createByHand('Shop');
  const { clientSecret = '' } = { clientSecret: logi.rotateByHand(application.id) };
  const escaped = clientSecret.replaceAll('_', '%5F');
  const authorization = `Basic ${Buffer.from(`${application.clientId}:${escaped}`).toString('base64')}`;
  expect(await tokenRequest(logi, CODE, { authorization })).toMatchObject({ status: 400 });
  expect(await login(application.clientId, `${clientSecret}+`)).toMatchObject({ status: 401 });
});

test('a body that is no form is refused', async () => {
  const { call } = await bench();
  expect(await call('POST', '/oauth/token', { body: CODE })).toMatchObject({
    status: 400,
    json: { error: 'invalid_request' },
  });
});

test('discovery names the emulator as issuer', async () => {
  const { call, logi } = await bench();
  expect((await call('GET', '/.well-known/openid-configuration')).json).toMatchObject({
    issuer: logi.url,
    token_endpoint: `${logi.url}/oauth/token`,
  });
  expect(await call('GET', '/up')).toMatchObject({ status: 200 });
});
