import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogtoWorld, type LogtoWorld, login, machine, registrationOf, site } from '../support/logto-world.ts';
import { conditionOf, eventsAbout } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';

let world: LogtoWorld;

beforeAll(async () => {
  world = await createLogtoWorld();
  await world.startOperator();
  await world.apply(site('shop', { displayName: 'Shop', secret: { keys: { issuer: 'issuer' } } }));
});

afterAll(() => world?.[Symbol.asyncDispose]());

test('kubectl waits until an application is Ready, and its Secret holds credentials that log in', async () => {
  const waited = await world.kubectl('wait', '--for=condition=Ready', 'oaa/shop', '--timeout=45s');
  expect(waited).toMatchObject({ code: 0, stdout: 'oauthapplication.oauthapp.dev/shop condition met\n' });

  const shop = await world.ready('shop');
  const data = (await world.secret('shop-oauth'))?.data;
  expect(data).toEqual({
    client_id: shop.status?.clientId,
    client_secret: expect.stringMatching(/^\w{32}$/),
    issuer: `${world.emulator.url}/oidc`,
  });
  expect(await login(world, data?.['client_id'], data?.['client_secret'])).toBe('in');
  expect(registrationOf(world, shop)).toMatchObject({
    name: 'Shop',
    type: 'Traditional',
    oidcClientMetadata: { redirectUris: ['https://shop.example.com/callback'], postLogoutRedirectUris: [] },
    secrets: [{ name: 'Default secret', value: data?.['client_secret'] }],
  });
});

test('a ready application says so in every aspect, and in none that is abnormal', async () => {
  const { status } = await world.ready('shop');
  expect(status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual([
    'Ready=True InSync',
    'Registered=True Registered',
    'SecretSynced=True SecretWritten',
    'InSync=True InSync',
    'Approved=True Approved',
  ]);
  expect(conditionOf({ status }, 'Ready')?.message).toBe('Registration, Secret and spec agree');
});

test('the registration bears the owner mark of its object and of no other', async () => {
  const shop = await world.ready('shop');
  expect(registrationOf(world, shop).customData['oauthapp.dev/owner']).toMatchObject({
    cluster: 'e2e',
    namespace: world.namespace,
    name: 'shop',
    uid: shop.metadata.uid,
    retained: false,
  });
  expect(shop.status).not.toHaveProperty('temporaryName');
});

test('the Secret belongs to its application, and says which registration and value it holds', async () => {
  const shop = await world.ready('shop');
  const { annotations, ownerReferences } = (await world.secret('shop-oauth'))?.metadata ?? {};
  expect(ownerReferences).toMatchObject([{ kind: 'OAuthApplication', name: 'shop', uid: shop.metadata.uid }]);
  expect(annotations).toMatchObject({
    'oauthapp.dev/application-id': shop.status?.applicationId,
    'oauthapp.dev/provider-identity': shop.status?.provider?.identity,
    'oauthapp.dev/serial': '1',
  });
  expect(shop.status?.provider?.identity).toContain(`logto|${world.emulator.url}|https://default.logto.app/api`);
});

test('kubectl get shows how applications and providers stand', async () => {
  const shop = await world.ready('shop');
  expect(rowsOf((await world.kubectl('get', 'oaa', 'shop')).stdout)).toEqual([
    ['NAME', 'READY', 'REASON', 'CLIENT ID', 'PROVIDER', 'SECRET', 'AGE'],
    ['shop', 'True', 'InSync', shop.status?.clientId, 'logto', 'shop-oauth', expect.stringMatching(/^(\d+[dhms])+$/)],
  ]);
  const providers = await world.kubectl('get', 'oap');
  expect(rowsOf(providers.stdout)[1]?.slice(0, 3)).toEqual(['logto', 'True', 'Reached']);
});

test.concurrent('a machine gets credentials with which it asks for tokens', async ({ expect }) => {
  await world.apply(machine('worker'));
  const worker = await world.ready('worker');
  expect(registrationOf(world, worker).type).toBe('MachineToMachine');
  const { client_id, client_secret } = (await world.secret('worker-oauth'))?.data ?? {};
  expect(await login(world, client_id, client_secret)).toBe('in');
});

test.concurrent.for([
  { name: 'spa', type: 'SinglePage', is: 'SPA', uri: 'https://spa.example.com/callback' },
  { name: 'phone', type: 'Native', is: 'Native', uri: 'com.example.phone:/callback' },
])('a public client of type $type gets its id and the issuer, and no place for a secret', async (each, { expect }) => {
  await world.apply(site(each.name, { type: each.type, redirectUris: [each.uri] }));
  const application = await world.ready(each.name);
  expect((await world.secret(`${each.name}-oauth`))?.data).toEqual({
    client_id: application.status?.clientId,
    issuer: `${world.emulator.url}/oidc`,
  });
  expect(registrationOf(world, application)).toMatchObject({
    type: each.is,
    oidcClientMetadata: { redirectUris: [each.uri] },
    secrets: [],
  });
});

test.concurrent('an application from before the operator is there without its object', async ({ expect }) => {
  const before = world.emulator.applications().find(({ name }) => name === 'oauthapp-operator');
  await world.ready('shop');
  await world.relist();
  expect(world.emulator.applications().find(({ name }) => name === 'oauthapp-operator')).toEqual(before);
});

test('Events tell what was done to an application', async () => {
  const events = await until(
    'the registration is told',
    () => eventsAbout(world, 'shop'),
    (all) => all.some(({ reason }) => reason === 'Registered'),
  );
  const { status } = await world.ready('shop');
  expect(events).toMatchObject([
    {
      type: 'Normal',
      action: 'Register',
      reason: 'Registered',
      note: `Registered at the provider as ${status?.clientId}`,
      reportingController: 'oauthapp.dev/operator',
    },
  ]);
});

test('nothing is done about what agrees, however often it is looked at', async () => {
  const calls = () => world.emulator.journal.filter(({ effect }) => effect === 'done').length;
  await world.ready('worker');
  const before = calls();
  await world.relist();
  await world.relist();
  expect(calls()).toBe(before);
  expect((await world.ready('shop')).status?.conditions?.[0]?.reason).toBe('InSync');
});

test('a deleted object takes its registration and its Secret along', async () => {
  const worker = await world.ready('worker');
  await world.remove('OAuthApplication', 'worker');
  await world.gone('worker');
  expect(world.emulator.applications().map(({ id }) => id)).not.toContain(worker.status?.applicationId);
});

function rowsOf(table: string): readonly (readonly string[])[] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/).map((cell) => cell.trim()));
}
