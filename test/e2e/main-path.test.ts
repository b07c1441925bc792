import { afterAll, beforeAll, expect, test } from 'vitest';
import { conditionOf, eventsAbout } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { createWorld, logsIn, type World, web } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.startOperator();
  await world.apply(web('shop', { displayName: 'Shop', scopes: ['openid', 'email'] }));
});

afterAll(() => world[Symbol.asyncDispose]());

test('kubectl waits until an application is Ready, and its Secret holds credentials that log in', async () => {
  const waited = await world.kubectl('wait', '--for=condition=Ready', 'oaa/shop', '--timeout=45s');
  expect(waited).toMatchObject({ code: 0, stdout: 'oauthapplication.oauthapp.dev/shop condition met\n' });

  const shop = await world.ready('shop');
  expect(await logsIn(world, 'shop-oauth')).toBe(true);
  expect((await world.secret('shop-oauth'))?.data).toEqual({
    client_id: shop.status?.clientId,
    client_secret: expect.stringMatching(/./),
  });
  expect(world.emulator.applications()).toMatchObject([
    {
      clientId: shop.status?.clientId,
      name: 'Shop',
      redirectUris: ['https://shop.example.com/callback'],
      allowedScopes: ['openid', 'email'],
      clientType: 'confidential',
      secretsIssued: 1,
    },
  ]);
});

test('a ready application says so in every aspect, and in none that is abnormal', async () => {
  const shop = await world.ready('shop');
  const said = shop.status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`);
  expect(said).toEqual([
    'Ready=True InSync',
    'Registered=True Registered',
    'SecretSynced=True SecretWritten',
    'InSync=True InSync',
    'Approved=True Approved',
  ]);
});

test('the Secret belongs to its application, and says which registration and value it holds', async () => {
  const shop = await world.ready('shop');
  const { labels, annotations, ownerReferences } = (await world.secret('shop-oauth'))?.metadata ?? {};
  expect(ownerReferences).toEqual([
    {
      apiVersion: 'oauthapp.dev/v1alpha1',
      kind: 'OAuthApplication',
      name: 'shop',
      uid: shop.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ]);
  expect(labels).toEqual({
    'app.kubernetes.io/managed-by': 'oauthapp-operator',
    'oauthapp.dev/application-uid': shop.metadata.uid,
  });
  expect(annotations).toMatchObject({
    'oauthapp.dev/application-id': shop.status?.applicationId,
    'oauthapp.dev/provider-identity': shop.status?.provider?.identity,
    'oauthapp.dev/seal': expect.stringMatching(/^v1:[0-9a-f]{64}$/),
    'oauthapp.dev/serial': '1',
    'oauthapp.dev/keys': '{"clientId":"client_id","clientSecret":"client_secret"}',
  });
});

test('kubectl get shows how applications and providers stand', async () => {
  const shop = await world.ready('shop');
  const applications = await world.kubectl('get', 'oaa');
  expect(rowsOf(applications.stdout)).toEqual([
    ['NAME', 'READY', 'REASON', 'CLIENT ID', 'PROVIDER', 'SECRET', 'AGE'],
    ['shop', 'True', 'InSync', shop.status?.clientId, 'logi', 'shop-oauth', expect.stringMatching(/^(\d+[dhms])+$/)],
  ]);
  const everywhere = await world.kubectl('get', 'oaa', '--all-namespaces');
  expect(rowsOf(everywhere.stdout)).toContainEqual([
    world.namespace,
    'shop',
    'True',
    'InSync',
    ...Array(4).fill(expect.anything()),
  ]);
  const providers = await world.kubectl('get', 'oap');
  expect(rowsOf(providers.stdout)[1]?.slice(0, 3)).toEqual(['logi', 'True', 'Reached']);
});

test('a public client gets its id and the issuer, and no place for a secret', async () => {
  await world.apply(web('phone', { type: 'Native', redirectUris: ['com.example.phone:/callback'] }));
  const phone = await world.ready('phone');
  expect((await world.secret('phone-oauth'))?.data).toEqual({
    client_id: phone.status?.clientId,
    issuer: world.emulator.url,
  });
  expect(world.emulator.applications()).toContainEqual(
    expect.objectContaining({ name: 'phone', clientType: 'public', redirectUris: ['com.example.phone:/callback'] }),
  );
});

test('keys of the Secret are called as the spec says', async () => {
  const keys = { clientId: 'ID', clientSecret: 'PASSWORD', issuer: 'ISSUER' };
  await world.apply(web('named', { secret: { name: 'named-keys', keys } }));
  const { status } = await world.ready('named');
  const data = (await world.secret('named-keys'))?.data;
  expect(data).toEqual({ ID: status?.clientId, PASSWORD: expect.anything(), ISSUER: world.emulator.url });
  expect(world.emulator.logsIn(data?.['ID'] ?? '', data?.['PASSWORD'] ?? '')).toBe(true);
});

test('a token asks for one rotation: the former value logs in no more, and the new one does', async () => {
  const before = await world.ready('shop');
  const { client_id: clientId = '', client_secret: former = '' } = (await world.secret('shop-oauth'))?.data ?? {};

  const annotated = await world.kubectl('annotate', 'oaa/shop', 'oauthapp.dev/rotate-requested-at=first');
  expect(annotated.code).toBe(0);
  const after = await until(
    'the token is served',
    () => world.application('shop'),
    (shop) => shop?.status?.served?.rotate === 'first',
  );

  expect(world.emulator.logsIn(clientId, former)).toBe(false);
  expect(await logsIn(world, 'shop-oauth')).toBe(true);
  expect(after?.status?.clientId).toBe(before.status?.clientId);
  expect((await world.secret('shop-oauth'))?.metadata.annotations['oauthapp.dev/serial']).toBe('2');
  expect(conditionOf(await world.ready('shop'), 'Ready')?.lastTransitionTime).toBe(
    conditionOf(before, 'Ready')?.lastTransitionTime,
  );
});

test('a token that was served is not served again when the object is looked at anew', async () => {
  await world.ready('shop');
  const rotations = () => world.emulator.journal.filter(({ operation }) => operation === 'rotate').length;
  expect(rotations()).toBe(1);
  await world.apply(web('shop', { displayName: 'Shop', scopes: ['openid', 'phone'] }));
  await world.ready('shop');
  expect(rotations()).toBe(1);
});

test('Events tell what was done to an application', async () => {
  await until(
    'registration and rotation are told',
    () => eventsAbout(world, 'shop'),
    (events) => ['Registered', 'Rotated'].every((reason) => events.some((event) => event.reason === reason)),
  );
  const events = await eventsAbout(world, 'shop');
  expect(events.find(({ reason }) => reason === 'Rotated')).toMatchObject({
    type: 'Normal',
    action: 'Rotate',
    note: expect.stringMatching(
      /^Issued a new secret, as requested; between the two no secret worked for up to \d+ ms$/,
    ),
    reportingController: 'oauthapp.dev/operator',
  });
});

function rowsOf(table: string): readonly (readonly string[])[] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/).map((cell) => cell.trim()));
}
