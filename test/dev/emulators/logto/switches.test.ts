import { expect, test } from 'vitest';
import { manualClock } from '../../../support/manual-clock.ts';
import { APPLICATIONS, bench, send, tokenRequest } from './client.ts';

test.each([
  ['sent', 304],
  ['left-out', 200],
] as const)('an ETag is %s, and a second request for the same is answered with %i', async (etag, status) => {
  const { call } = await bench({ switches: { etag } });
  const tag = (await call('GET', APPLICATIONS)).headers.get('etag');
  expect(tag === null).toBe(etag === 'left-out');
  expect(await call('GET', APPLICATIONS, { headers: { 'if-none-match': tag ?? '"x"' } })).toMatchObject({ status });
  expect(await call('GET', APPLICATIONS, { headers: { 'if-none-match': '"other"' } })).toMatchObject({ status: 200 });
});

test.each([
  ['none', false],
  ['some', true],
] as const)('further fields in an answer: %s', async (extraAnswerFields, want) => {
  const { create } = await bench({ switches: { extraAnswerFields } });
  expect((await create({})).text.includes('futureField')).toBe(want);
});

test.each([
  ['by-age', ['Default secret', 'A later one']],
  ['by-name', ['A later one', 'Default secret']],
] as const)('secrets are listed %s', async (secretOrder, want) => {
  const { made, logto, call } = await bench({ switches: { secretOrder } });
  const { id } = made();
  logto.addSecret(id, 'A later one');
  expect((await call('GET', `${APPLICATIONS}/${id}/secrets`)).json).toMatchObject(want.map((name) => ({ name })));
});

test.each([
  ['made', 1],
  ['left-out', 0],
] as const)('the Default secret is %s', async (defaultSecret, want) => {
  const { create, logto } = await bench({ switches: { defaultSecret } });
  await create({});
  expect(logto.applications().at(-1)?.secrets).toHaveLength(want);
});

test.each([
  ['whole', 25],
  ['paged', 20],
] as const)('the catalogue comes %s', async (catalogue, want) => {
  const { logto, call } = await bench({ switches: { catalogue } });
  for (let n = 0; n < 25; n += 1) logto.addOrganizationScope(`scope-${n}`);
  for (let n = 0; n < 24; n += 1)
    logto.addResource({ name: `api-${n}`, indicator: `https://${n}.example.com`, scopes: [] });
  expect((await call('GET', '/api/organization-scopes')).json).toHaveLength(want);
  expect((await call('GET', '/api/resources')).json).toHaveLength(want);
  expect((await call('GET', '/api/resources?page=2&page_size=20')).json).toHaveLength(5);
});

test.each([
  ['present', 200],
  ['absent', 404],
] as const)('the route of organization scopes is %s', async (organizationScopesRoute, status) => {
  const { call } = await bench({ switches: { organizationScopesRoute } });
  expect(await call('GET', '/api/organization-scopes')).toMatchObject({ status });
});

test.each([60, 3600])('a token lives for %i s', async (tokenTtl) => {
  const clock = manualClock();
  const { call, logto } = await bench({ clock, switches: { tokenTtl } });
  expect((await tokenRequest(logto)).json).toMatchObject({ expires_in: tokenTtl });
  await call('GET', APPLICATIONS);
  await clock.advance(tokenTtl * 1000 - 1);
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 200 });
  await clock.advance(1);
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 401 });
});

test('Protected applications are hosted where the switch says', async () => {
  const { create } = await bench({ switches: { hosting: 'cloud', protectedDomain: 'apps.example.com' } });
  const protectedAppMetadata = { subDomain: 'shop', origin: 'https://shop.example.com' };
  expect((await create({ type: 'Protected', oidcClientMetadata: undefined, protectedAppMetadata })).json).toMatchObject(
    {
      protectedAppMetadata: { host: 'shop.apps.example.com' },
    },
  );
});

test('switches are turned one by one while the emulator runs', async () => {
  const { logto } = await bench({ switches: { version: '1.41' } });
  logto.set({ etag: 'left-out' });
  expect(logto.switches()).toMatchObject({ version: '1.41', etag: 'left-out', hosting: 'self-hosted' });
});

test('health and the description of the API need no token, and tell no version', async () => {
  const { logto } = await bench();
  expect(await send(`${logto.url}/api/status`, 'GET', {})).toMatchObject({ status: 204 });
  const { json } = await send(`${logto.url}/api/swagger.json`, 'GET', {});
  expect(json).toMatchObject({ info: { version: 'Cloud' } });
});
