import { expect, test } from 'vitest';
import { OPERATOR_ID } from '../../../../dev/emulators/logto/console.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import type { Bench } from './client.ts';
import { APPLICATIONS, bench, CALLBACK, URIS } from './client.ts';

test.each([
  ['Traditional', ['Default secret']],
  ['MachineToMachine', ['Default secret']],
  ['SPA', []],
  ['Native', []],
])('a new application of type %s has the secrets %j', async (type, names) => {
  const { create, logto } = await bench();
  expect(await create({ type })).toMatchObject({ status: 200, json: { type, name: 'Shop' } });
  expect(
    logto
      .applications()
      .at(-1)
      ?.secrets.map(({ name }) => name),
  ).toEqual(names);
});

test('an id has 21 and a secret 32 characters', async () => {
  const { create, logto } = await bench();
  await create({});
  const [{ id, secrets } = { id: '', secrets: [] }] = logto.applications().slice(-1);
  expect(id).toMatch(/^[0-9a-z]{21}$/);
  expect(secrets[0]?.value).toMatch(/^[0-9A-Za-z]{32}$/);
});

test('names are not unique: the same create twice makes two applications', async () => {
  const { create, logto } = await bench();
  await create({});
  await create({});
  expect(logto.applications().filter(({ name }) => name === 'Shop')).toHaveLength(2);
});

test.each([
  ['oidcClientMetadata', { ...URIS, logoUri: 'https://app.example.com/l.png' }, URIS],
  ['customClientMetadata', { idTokenTtl: 60, rotateRefreshToken: true }, { idTokenTtl: 90 }],
  ['customData', { a: 1, b: { c: 2 } }, { b: {} }],
])('an update replaces %s whole and leaves the rest alone', async (column, before, after) => {
  const { create, call, logto } = await bench();
  await create({ description: 'shop', customData: { kept: 1 }, [column]: before });
  const path = `${APPLICATIONS}/${logto.applications().at(-1)?.id}`;
  const { json } = await call('PATCH', path, { body: { [column]: after } });
  expect(json).toMatchObject({ name: 'Shop', description: 'shop' });
  expect(json).toHaveProperty(column, after);
});

interface Ignored {
  readonly field: string;
  readonly value: unknown;
}

test.each<Ignored>([
  { field: 'type', value: 'SPA' },
  { field: 'isThirdParty', value: true },
  { field: 'id', value: 'mine' },
  { field: 'secret', value: 'mine' },
  { field: 'tenantId', value: 'mine' },
  { field: 'createdAt', value: 1 },
  { field: 'unknown', value: {} },
  { field: 'protectedAppMetadata', value: null },
])('an update ignores $field without a word', async ({ field, value }) => {
  const { made, call } = await bench();
  const { id } = made();
  const before = await call('GET', `${APPLICATIONS}/${id}`);
  expect(await call('PATCH', `${APPLICATIONS}/${id}`, { body: { [field]: value } })).toMatchObject({ status: 200 });
  expect((await call('GET', `${APPLICATIONS}/${id}`)).json).toEqual(before.json);
});

test('an empty description is none', async () => {
  const { create, made, call } = await bench();
  expect((await create({ description: '' })).json).toMatchObject({ description: null });
  const path = `${APPLICATIONS}/${made({ description: 'shop' }).id}`;
  expect((await call('PATCH', path, { body: { description: '' } })).json).toMatchObject({ description: null });
});

test('custom data comes back with its keys in the order of jsonb', async () => {
  const { create } = await bench();
  const { text } = await create({ customData: { long: 1, b: { zz: 1, a: [{ dd: 1, c: 2 }] } } });
  expect(text).toContain('"customData":{"b":{"a":[{"c":2,"dd":1}],"zz":1},"long":1}');
});

test.each([
  ['null, which is a value of it', { a: null }, { a: null }],
  ['an object, which replaces the one that was there', { b: { d: 1 } }, { a: 1, b: { d: 1 } }],
])('a merge of custom data takes %s', async (_, merged, want) => {
  const { made, call } = await bench();
  const { id } = made({ customData: 'a' in merged ? {} : { a: 1, b: { c: 1 } } });
  const answer = await call('PATCH', `${APPLICATIONS}/${id}/custom-data`, { body: merged });
  expect(answer).toMatchObject({ status: 200, json: want });
});

interface Refused {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly want: readonly [number, string];
}

test.each<Refused>([
  { name: 'no name', fields: { name: undefined }, want: [400, 'guard.invalid_input'] },
  { name: 'an empty name', fields: { name: '' }, want: [400, 'guard.invalid_input'] },
  { name: 'a name of 257 characters', fields: { name: 'x'.repeat(257) }, want: [400, 'guard.invalid_input'] },
  { name: 'an unknown type', fields: { type: 'Web' }, want: [400, 'guard.invalid_input'] },
  {
    name: 'one of the two lists of URIs',
    fields: { oidcClientMetadata: { redirectUris: [] } },
    want: [400, 'guard.invalid_input'],
  },
  { name: 'a list as custom data', fields: { customData: [] }, want: [400, 'guard.invalid_input'] },
  {
    name: 'a logout URI that is no URL',
    fields: { oidcClientMetadata: { ...URIS, backchannelLogoutUri: 'x' } },
    want: [400, 'guard.invalid_input'],
  },
  {
    name: 'no days',
    fields: { customClientMetadata: { refreshTokenTtlInDays: 0 } },
    want: [400, 'guard.invalid_input'],
  },
  {
    name: 'an empty origin',
    fields: { customClientMetadata: { corsAllowedOrigins: [''] } },
    want: [400, 'guard.invalid_input'],
  },
  {
    name: 'device flow on the web',
    fields: { customClientMetadata: { isDeviceFlow: true } },
    want: [422, 'application.device_flow_native_only'],
  },
  {
    name: 'a machine of a third party',
    fields: { type: 'MachineToMachine', isThirdParty: true },
    want: [400, 'application.invalid_third_party_application_type'],
  },
  {
    name: 'token exchange of a third party',
    fields: { isThirdParty: true, customClientMetadata: { allowTokenExchange: true } },
    want: [422, 'application.third_party_application_cannot_enable_token_exchange'],
  },
  { name: 'SAML', fields: { type: 'SAML' }, want: [400, 'application.saml.use_saml_app_api'] },
])('a create with $name is refused and makes nothing', async ({ fields, want: [status, code] }) => {
  const { create, logto } = await bench();
  expect(await create(fields)).toMatchObject({ status, json: { code } });
  expect(logto.applications()).toHaveLength(1);
});

test.each([
  ['an origin that is none', { customClientMetadata: { corsAllowedOrigins: ['notaurl', '*'] } }],
  ['a negative lifetime', { customClientMetadata: { idTokenTtl: -5 } }],
  ['a logo that is no URL', { oidcClientMetadata: { ...URIS, logoUri: 'notaurl' } }],
  ['a description of 3000 characters', { description: 'x'.repeat(3000) }],
  ['isAdmin, which only an update knows', { isAdmin: true }],
  ['an emoji and blanks around the name', { name: ' 🛒 ' }],
])('a create takes %s', async (_, fields) => {
  const { create } = await bench();
  expect(await create(fields)).toMatchObject({ status: 200, json: 'isAdmin' in fields ? {} : fields });
});

test('an issue names the place, in the words of zod 3', async () => {
  const { create } = await bench();
  expect(
    (await create({ oidcClientMetadata: { redirectUris: [CALLBACK, 'no uri'], postLogoutRedirectUris: [] } })).json,
  ).toEqual({
    code: 'guard.invalid_input',
    data: {
      issues: [{ code: 'custom', message: 'Invalid input', path: ['oidcClientMetadata', 'redirectUris', 1] }],
      name: 'ZodError',
    },
    details: 'Error in key path "oidcClientMetadata.redirectUris.1": (custom) Invalid input',
    message: 'The request body is invalid.',
  });
});

test.each<readonly [string, Readonly<Record<string, unknown>>]>([
  ['name', { name: 'a\0b' }],
  ['description', { description: '\0' }],
  ['oidcClientMetadata', { oidcClientMetadata: { redirectUris: [], postLogoutRedirectUris: [], logoUri: 'a\0' } }],
  ['customClientMetadata', { customClientMetadata: { corsAllowedOrigins: ['https://a', '\0'] } }],
  ['customClientMetadata', { customClientMetadata: { tenantId: 'a\0b' } }],
  ['customData', { customData: { a: { '\0': 1 } } }],
])('a %s with a NUL is more than the database can take', async (_, fields) => {
  const { create, made, call } = await bench();
  expect(await create(fields)).toMatchObject({ status: 500, json: { message: 'Internal server error.' } });
  const path = `${APPLICATIONS}/${made().id}`;
  expect(await call('PATCH', path, { body: fields })).toMatchObject({ status: 500 });
});

test.each([
  ['custom-data', 'PATCH', { a: '\0' }],
  ['secrets', 'POST', { name: '\0' }],
  ['user-consent-scopes', 'POST', { resourceScopes: ['\0'] }],
  ['user-consent-scopes', 'POST', { organizationScopes: ['\0'] }],
] as const)('a NUL in %s is more than the database can take', async (route, method, body) => {
  const { made, call } = await bench();
  const path = `${APPLICATIONS}/${made({ isThirdParty: true }).id}/${route}`;
  expect(await call(method, path, { body })).toMatchObject({ status: 500 });
});

test('a role with a NUL is more than the database can take', async () => {
  const { made, call } = await bench();
  const path = `${APPLICATIONS}/${made({ type: 'MachineToMachine' }).id}/roles`;
  expect(await call('POST', path, { body: { roleIds: ['\0'] } })).toMatchObject({ status: 500 });
});

test.each([
  ['of 1,040,000 characters', 1_040_000, 200],
  ['over 1 MiB', 1_100_000, 404],
])('a body %s is answered with %3$s', async (_, size, status) => {
  const { made, call } = await bench();
  const answer = await call('PATCH', `${APPLICATIONS}/${made().id}`, { body: { customData: { x: 'x'.repeat(size) } } });
  expect(answer.status).toBe(status);
  if (status === 404) expect(answer.text).toBe('Not Found');
});

test.each([
  ['text/plain', 400],
  ['application/merge-patch+json', 200],
  ['application/json; charset=utf-8', 200],
])('a body of type %s is answered with %i', async (type, status) => {
  const { made, call } = await bench();
  const headers = { 'content-type': type };
  expect(await call('PATCH', `${APPLICATIONS}/${made().id}`, { body: { name: 'Store' }, headers })).toMatchObject({
    status,
  });
});

test('a device-flow application keeps being one only in an update that says so again', async () => {
  const { made, call } = await bench();
  const path = `${APPLICATIONS}/${made({ type: 'Native', customClientMetadata: { isDeviceFlow: true } }).id}`;
  const patch = (customClientMetadata: object) => call('PATCH', path, { body: { customClientMetadata } });
  expect(await patch({ idTokenTtl: 60 })).toMatchObject({ status: 422 });
  expect(await patch({ isDeviceFlow: true, idTokenTtl: 60 })).toMatchObject({ status: 200 });
  expect(await call('PATCH', path, { body: { name: 'Store' } })).toMatchObject({ status: 200 });
});

test('isAdmin comes and goes, shows only in one application, and is in no list of roles', async () => {
  const { made, call } = await bench();
  const { id } = made({ type: 'MachineToMachine' });
  const path = `${APPLICATIONS}/${id}`;
  expect((await call('PATCH', path, { body: { isAdmin: true } })).json).not.toHaveProperty('isAdmin');
  expect((await call('GET', path)).json).toMatchObject({ isAdmin: true });
  expect((await call('GET', `${path}/roles`)).json).toEqual([]);
  await call('PATCH', path, { body: { isAdmin: false } });
  expect((await call('GET', path)).json).toMatchObject({ isAdmin: false });
});

test('a deleted application takes its secrets and roles with it', async () => {
  const { made, call } = await bench();
  const { id } = made();
  expect(await call('DELETE', `${APPLICATIONS}/${id}`)).toMatchObject({ status: 204, text: '' });
  expect(await call('DELETE', `${APPLICATIONS}/${id}`)).toMatchObject({ status: 404 });
  expect(await call('GET', `${APPLICATIONS}/${id}/secrets`)).toMatchObject({
    status: 404,
    json: { code: 'entity.not_exists_with_id' },
  });
});

async function threeApplications() {
  const clock = manualClock();
  const stage = await bench({ clock });
  for (const name of ['Alpha', 'Beta', 'Gamma']) {
    await clock.advance(1000);
    stage.made({
      name,
      description: name === 'Beta' ? 'a shop' : null,
      type: name === 'Gamma' ? 'SPA' : 'Traditional',
    });
  }
  return stage;
}

async function names({ call }: Bench, query: string): Promise<unknown> {
  const { json } = await call('GET', APPLICATIONS + query);
  return Array.isArray(json) ? json.map(({ name }) => name) : json;
}

test.each([
  ['', ['Gamma', 'Beta', 'Alpha', 'oauthapp-operator']],
  ['?page=1&page_size=2', ['Gamma', 'Beta']],
  ['?page=2&page_size=2', ['Alpha', 'oauthapp-operator']],
  ['?page=9', []],
  ['?types=SPA', ['Gamma']],
  ['?types=SPA&types=MachineToMachine', ['Gamma', 'oauthapp-operator']],
  ['?isThirdParty=true', []],
  ['?excludeRoleId=management-api-access', ['Gamma', 'Beta', 'Alpha']],
  ['?search=%25shop%25', ['Beta']],
  ['?search=%25SHOP%25', ['Beta']],
  ['?search=%25SHOP%25&isCaseSensitive=true', []],
  ['?search=shop', []],
  ['?search.name=beta&mode.name=exact', ['Beta']],
  ['?search.name=beta&mode=exact&isCaseSensitive=true', []],
  ['?search.name=(Al|Be)%25&mode.name=similar_to', ['Beta', 'Alpha']],
  ['?search.name=a$&mode.name=posix', ['Gamma', 'Beta', 'Alpha']],
  ['?search.name=Al%25&search.description=%25shop&joint=and', []],
  [`?search.id=${OPERATOR_ID}`, ['oauthapp-operator']],
])('a list with %s shows %j', async (query, want) => {
  expect(await names(await threeApplications(), query)).toEqual(want);
});

test.each([
  ['?page=0', 400, 'guard.invalid_pagination'],
  ['?page=-1', 400, 'guard.invalid_pagination'],
  ['?page=x', 400, 'guard.invalid_pagination'],
  ['?page_size=101', 400, 'guard.invalid_pagination'],
  ['?page=1.5', 422, 'entity.invalid_input'],
  ['?isThirdParty=maybe', 400, 'guard.invalid_input'],
  ['?types=Web', 400, 'guard.invalid_input'],
  ['?excludeRoleId=a&excludeOrganizationId=b', 400, 'request.invalid_input'],
])('a list with %s is refused with %i', async (query, status, code) => {
  const { call } = await bench();
  expect(await call('GET', APPLICATIONS + query)).toMatchObject({ status, json: { code } });
});

test('only a paged list says how many there are, with links that lead nowhere', async () => {
  const { call, logto } = await threeApplications();
  expect((await call('GET', APPLICATIONS)).headers.get('total-number')).toBeNull();
  const { headers } = await call('GET', `${APPLICATIONS}?page=1&page_size=3&search=%25`);
  expect(headers.get('total-number')).toBe('4');
  expect(headers.get('link')).toContain(`<${logto.url}/applications?page=2&page_size=3&search=%25>; rel="next"`);
});

test.each(['demo-app', 'account-center'])('the built-in %s is shown and not listed', async (id) => {
  const { call } = await bench();
  expect(await call('GET', `${APPLICATIONS}/${id}`)).toMatchObject({ status: 200, json: { id, isAdmin: false } });
  expect((await call('GET', APPLICATIONS)).text).not.toContain(id);
});

test.each([
  ['GET', '/api/nothing', 404, 'Not Found'],
  ['GET', '/elsewhere', 404, 'Not Found'],
  ['PUT', '/api/applications', 405, 'Method Not Allowed'],
])('%s %s is answered by the router with %i', async (method, path, status, text) => {
  const { call } = await bench();
  expect(await call(method, path)).toMatchObject({ status, text, json: undefined });
});

test('a SAML application is made and deleted by its own route only', async () => {
  const { call, logto } = await bench();
  const saml = (name: string) => call('POST', '/api/saml-applications', { body: { name } });
  expect(await saml('One')).toMatchObject({ status: 201, json: { type: 'SAML', attributeMapping: {} } });
  const id = logto.applications().at(-1)?.id;
  expect(await call('DELETE', `${APPLICATIONS}/${id}`)).toMatchObject({ status: 400 });
  expect(await call('GET', `${APPLICATIONS}/${id}`)).toMatchObject({
    status: 200,
    json: { oidcClientMetadata: URIS_NONE },
  });
  await saml('Two');
  await saml('Three');
  expect(await saml('Four')).toMatchObject({ status: 403, json: { code: 'application.saml.reach_oss_limit' } });
  expect(await call('DELETE', `/api/saml-applications/${id}`)).toMatchObject({ status: 204 });
  expect(await call('DELETE', `/api/saml-applications/${OPERATOR_ID}`)).toMatchObject({ status: 404 });
});

const URIS_NONE = { redirectUris: [], postLogoutRedirectUris: [] };
