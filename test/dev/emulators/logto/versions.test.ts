import { expect, test } from 'vitest';
import { MANAGEMENT_ROLE } from '../../../../dev/emulators/logto/catalogue.ts';
import { OPERATOR_ID } from '../../../../dev/emulators/logto/console.ts';
import type { Version } from '../../../../dev/emulators/logto/switches.ts';
import { VERSIONS } from '../../../../dev/emulators/logto/switches.ts';
import { APPLICATIONS, basic, bench, introspection, tokenRequest, URIS } from './client.ts';

const FROM_142 = VERSIONS.map((version) => ({ version, shown: version === '1.42' ? 'no' : 'the' }));

test.each(FROM_142)('$version shows $shown internal secret, which authenticates', async ({ version }) => {
  const { made, call, logto } = await bench({ switches: { version } });
  const { id, secret } = made({ type: 'MachineToMachine' });
  const { json } = await call('GET', `${APPLICATIONS}/${id}`);
  if (version === '1.42') expect(json).not.toHaveProperty('secret');
  else expect(json).toMatchObject({ secret });
  expect(await tokenRequest(logto, {}, basic(id, secret))).toMatchObject({ status: 200 });
});

interface Key {
  readonly since: Version;
  readonly before: Version;
  readonly fields: Readonly<Record<string, unknown>>;
}

const KEYS: readonly Key[] = [
  { since: '1.36', before: '1.35', fields: { customClientMetadata: { allowTokenExchange: true } } },
  { since: '1.38', before: '1.36', fields: { customClientMetadata: { isDeviceFlow: true } } },
  { since: '1.38', before: '1.36', fields: { customClientMetadata: { maxAllowedGrants: 3 } } },
];

test.each(KEYS)('$before drops $fields, which $since knows', async ({ since, before, fields }) => {
  const old = await bench({ switches: { version: before } });
  expect(await old.create({ type: 'Native', ...fields })).toMatchObject({ status: 200 });
  expect(old.logto.applications().at(-1)?.customClientMetadata).toEqual({});

  const newer = await bench({ switches: { version: since } });
  expect((await newer.create({ type: 'Native', ...fields })).json).toMatchObject(fields);
});

test.each([
  ['1.38', 200, false],
  ['1.40', 422, true],
] as const)('%s answers a switched-on access control with %i', async (version, status, isShown) => {
  const { made, call } = await bench({ switches: { version } });
  const path = `${APPLICATIONS}/${made().id}`;
  expect(await call('PATCH', path, { body: { appLevelAccessControlEnabled: true } })).toMatchObject({ status });
  expect((await call('GET', path)).text.includes('appLevelAccessControlEnabled')).toBe(isShown);
});

test.each([
  ['1.38', undefined],
  ['1.40', ['email']],
] as const)('%s keeps %j of the additional scopes of a Protected application', async (version, want) => {
  const { create, call, logto } = await bench({ switches: { version, protectedApps: 'configured' } });
  const protectedAppMetadata = { subDomain: 'shop', origin: 'https://shop.example.com' };
  await create({ type: 'Protected', oidcClientMetadata: undefined, protectedAppMetadata });
  const path = `${APPLICATIONS}/${logto.applications().at(-1)?.id}`;
  await call('PATCH', path, { body: { protectedAppMetadata: { additionalScopes: ['email'] } } });
  expect(logto.applications().at(-1)?.protectedAppMetadata?.additionalScopes).toEqual(want);
});

test.each([
  ['1.38', 201],
  ['1.40', 500],
] as const)('%s answers a secret that the edge does not take with %i', async (version, status) => {
  const { create, call, logto } = await bench({ switches: { version, protectedApps: 'configured' } });
  const protectedAppMetadata = { subDomain: 'shop', origin: 'https://shop.example.com' };
  await create({ type: 'Protected', oidcClientMetadata: undefined, protectedAppMetadata });
  logto.set({ edge: 'down' });
  const path = `${APPLICATIONS}/${logto.applications().at(-1)?.id}/secrets`;
  expect(await call('POST', path, { body: { name: 'two' } })).toMatchObject({ status });
});

test.each([
  ['1.40', 422, 'application.role_exists'],
  ['1.41', 201, undefined],
] as const)('%s answers a role that is there already with %i', async (version, status, code) => {
  const { call } = await bench({ switches: { version } });
  const body = { roleIds: [MANAGEMENT_ROLE] };
  const answer = await call('POST', `${APPLICATIONS}/${OPERATOR_ID}/roles`, { body });
  expect(answer).toMatchObject({ status, json: code === undefined ? { addedRoleIds: [] } : { code } });
});

test.each([
  ['1.40', 'Created'],
  ['1.41', undefined],
] as const)('%s answers a new role with the text %s', async (version, text) => {
  const { call, made, logto } = await bench({ switches: { version } });
  const { id } = made({ type: 'MachineToMachine' });
  const body = { roleIds: [logto.addRole({ name: 'reader' }).id] };
  const answer = await call('POST', `${APPLICATIONS}/${id}/roles`, { body });
  expect(answer).toMatchObject({
    status: 201,
    json: text === undefined ? { ...body, addedRoleIds: body.roleIds } : undefined,
  });
  if (text !== undefined) expect(answer.text).toBe(text);
});

test.each([
  ['1.23', 'Traditional', 200],
  ['1.23', 'SPA', 400],
  ['1.35', 'SPA', 200],
  ['1.35', 'Native', 200],
] as const)('%s answers a third-party %s with %i', async (version, type, status) => {
  const { create } = await bench({ switches: { version } });
  expect(await create({ type, isThirdParty: true })).toMatchObject({ status });
});

test.each([
  ['1.35', 400],
  ['1.36', 200],
] as const)('%s answers a wildcard URI with %i', async (version, status) => {
  const { create } = await bench({ switches: { version } });
  const oidcClientMetadata = { ...URIS, redirectUris: ['https://*.preview.example.com/cb'] };
  expect(await create({ oidcClientMetadata })).toMatchObject({ status });
});

test.each([
  ['1.22', 400],
  ['1.23', 200],
] as const)('%s answers a mix of web and custom schemes with %i', async (version, status) => {
  const { create } = await bench({ switches: { version } });
  const oidcClientMetadata = { ...URIS, redirectUris: ['https://a.example.com/cb', 'myapp://cb'] };
  expect(await create({ oidcClientMetadata, type: 'Native' })).toMatchObject({ status });
});

test.each([
  ['1.19', 404, 'guard.invalid_input'],
  ['1.22', 201, 'application.saml.use_saml_app_api'],
] as const)('%s answers a create of SAML with %i', async (version, status, code) => {
  const { call, create } = await bench({ switches: { version } });
  expect(await call('POST', '/api/saml-applications', { body: { name: 'One' } })).toMatchObject({ status });
  expect(await create({ type: 'SAML' })).toMatchObject({ status: 400, json: { code } });
});

test.each(VERSIONS)('%s has several secrets side by side', async (version) => {
  const { made, call, logto } = await bench({ switches: { version } });
  const { id } = made();
  await call('POST', `${APPLICATIONS}/${id}/secrets`, { body: { name: 'two' } });
  for (const { value } of logto.applications().at(-1)?.secrets ?? []) {
    expect(await introspection(logto, id, value)).toMatchObject({ status: 200 });
  }
});
