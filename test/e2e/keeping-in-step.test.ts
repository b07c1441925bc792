import { afterAll, beforeAll, expect, test } from 'vitest';
import { conditionOf } from '../support/namespace-world.ts';
import type { Operator } from '../support/operator.ts';
import { until } from '../support/until.ts';
import { createWorld, idOf, logsIn, type World, web } from '../support/world.ts';

let world: World;
let operator: Operator;

beforeAll(async () => {
  world = await createWorld();
  operator = await world.startOperator();
  await world.apply(web('shop'));
});

afterAll(() => world[Symbol.asyncDispose]());

function registered(id: number) {
  return world.emulator.applications().find((application) => application.id === id);
}

test('a change of the spec reaches the registration, and leaves its credentials alone', async () => {
  const id = idOf(await world.ready('shop'));
  const before = await world.secret('shop-oauth');

  const redirectUris = ['https://shop.example.com/callback', 'http://localhost:3000/callback'];
  await world.apply(web('shop', { displayName: 'The Shop', redirectUris, scopes: ['openid', 'email', 'blog:read'] }));
  await world.ready('shop');

  expect(registered(id)).toMatchObject({
    name: 'The Shop',
    redirectUris: expect.toSatisfy(
      (uris: readonly string[]) => new Set(uris).symmetricDifference(new Set(redirectUris)).size === 0,
    ),
    allowedScopes: ['openid', 'email', 'blog:read'],
    secretsIssued: 1,
  });
  expect(await world.secret('shop-oauth')).toEqual(before);
});

test('what somebody changes at the provider is changed back after the next listing', async () => {
  await world.apply(web('drifting', { displayName: 'Drifting', scopes: ['openid'] }));
  const id = idOf(await world.ready('drifting'));
  world.emulator.edit(id, {
    name: 'Mine',
    redirectUris: ['https://evil.example.com/'],
    allowedScopes: ['openid', 'phone'],
  });

  await world.relist();
  await until(
    'the drift is repaired',
    () => registered(id),
    (now) => now?.name === 'Drifting' && !now.redirectUris.includes('https://evil.example.com/'),
  );
  expect(registered(id)).toMatchObject({
    redirectUris: ['https://shop.example.com/callback'],
    allowedScopes: ['openid'],
  });
  await world.ready('drifting');
  expect(await logsIn(world, 'drifting-oauth')).toBe(true);
});

test('a registration that waits for approval is no error, and is Ready once it is approved', async () => {
  world.emulator.set({ initialStatus: 'sandbox', riskFlags: 'raised' });
  await world.apply(web('waiting', { displayName: 'Waiting', scopes: ['openid', 'shop:admin'] }));
  const ready = await world.reason('waiting', 'AwaitingApproval');
  world.emulator.set({ riskFlags: 'never' });

  expect(ready.status).toBe('False');
  const waiting = await world.application('waiting');
  expect(conditionOf(waiting, 'Reconciling')?.reason).toBe('AwaitingApproval');
  expect(conditionOf(waiting, 'Approved')).toMatchObject({ status: 'False', reason: 'AwaitingApproval' });
  expect(conditionOf(waiting, 'SecretSynced')?.status).toBe('True');

  world.emulator.approve(idOf(waiting));
  await world.relist();
  const approved = await world.ready('waiting');
  expect(conditionOf(approved, 'Approved')?.status).toBe('True');
});

test('a client that the provider suspends is not Ready, and is again once it is released', async () => {
  await world.apply(web('paused'));
  const id = idOf(await world.ready('paused'));
  world.emulator.suspend(id);
  await world.relist();
  await world.reason('paused', 'SuspendedByProvider');
  expect(conditionOf(await world.application('paused'), 'Stalled')?.status).toBe('True');

  world.emulator.approve(id);
  await world.relist();
  await world.ready('paused');
});

test('a Secret that is deleted is written again with a value that logs in', async () => {
  await world.apply(web('bereft'));
  await world.ready('bereft');
  const before = await world.secret('bereft-oauth');
  await world.remove('Secret', 'bereft-oauth');
  await until(
    'there is another Secret',
    () => world.secret('bereft-oauth'),
    (secret) => secret !== undefined && secret.metadata.uid !== before?.metadata.uid,
  );
  expect(await logsIn(world, 'bereft-oauth')).toBe(true);
  await world.ready('bereft');
});

test('a registration that is deleted at the provider is registered anew, with other credentials', async () => {
  await world.apply(web('removed'));
  const before = await world.ready('removed');
  world.emulator.edit(idOf(before), { softDeleted: true });
  await world.relist();
  const after = await until(
    'there is another registration',
    () => world.application('removed'),
    (now) => now?.status?.clientId !== undefined && now.status.clientId !== before.status?.clientId,
  );
  await world.ready('removed');
  expect((await world.secret('removed-oauth'))?.data['client_id']).toBe(after?.status?.clientId);
  expect(await logsIn(world, 'removed-oauth')).toBe(true);
});

test('an outage of the provider does not make a working application not Ready', async () => {
  const before = await world.ready('shop');
  const outage = world.emulator.fault({ type: 'status', status: 503, when: 'before', times: 'always' });
  await world.askForListing();
  await until(
    'the provider is seen to be away',
    () => world.provider(),
    (provider) => conditionOf(provider, 'Ready')?.reason === 'ProviderUnavailable',
  );
  expect(await world.ready('shop')).toEqual(before);
  expect(outage.hits).toBeGreaterThan(0);
  outage.remove();
  await until(
    'the provider is back',
    () => world.provider(),
    (provider) => conditionOf(provider, 'Ready')?.status === 'True',
  );
});

test('a restart costs a settled application neither a call nor a write, and serves no token again', async () => {
  await world.patch('OAuthApplication', 'shop', {
    metadata: { annotations: { 'oauthapp.dev/rotate-requested-at': 'once' } },
  });
  await until(
    'the token is served',
    () => world.application('shop'),
    (shop) => shop?.status?.served?.rotate === 'once',
  );
  const names = ['shop', 'drifting', 'waiting', 'paused', 'bereft', 'removed'];
  await Promise.all(names.map((name) => world.ready(name)));
  expect(await operator.stop()).toBe(0);
  const before = await Promise.all(names.map((name) => world.application(name)));
  const calls = world.emulator.journal.length;

  const successor = await world.startOperator();
  await until(
    'every application was looked at',
    () => successor.page('/metrics'),
    ({ body }) => passesOf(body) >= names.length && /^workqueue_depth\{name="applications"\} 0$/m.test(body),
  );
  expect(world.emulator.journal.slice(calls)).toMatchObject([{ operation: 'list' }]);
  expect(await Promise.all(names.map((name) => world.application(name)))).toEqual(before);
});

/** Passes over applications that ended with nothing left to do, once the provider was reached. */
function passesOf(metrics: string): number {
  const [, reached] = /^oauthapp_reconcile_total\{controller="providers",result="again"\} (\d+)$/m.exec(metrics) ?? [];
  const [, passes] =
    /^oauthapp_reconcile_total\{controller="applications",result="await-change"\} (\d+)$/m.exec(metrics) ?? [];
  return reached === undefined ? 0 : Number(passes ?? 0);
}
