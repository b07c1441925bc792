import { afterAll, beforeAll, expect, test } from 'vitest';
import { conditionOf, createWorld, until, web, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.startOperator();
});

afterAll(() => world[Symbol.asyncDispose]());

test('an application becomes ready, and its Secret holds credentials that log in', async () => {
  await world.apply(web('shop', { displayName: 'Shop', scopes: ['openid', 'email'] }));
  const waited = await world.kubectl('wait', '--for=condition=Ready', 'oaa/shop', '--timeout=45s');
  expect(waited.stderr).toBe('');

  const shop = await world.ready('shop');
  const secret = await world.secret('shop-oauth');
  const { client_id: clientId = '', client_secret: clientSecret = '' } = secret?.data ?? {};
  expect(clientId).toBe(shop.status?.clientId);
  expect(world.emulator.logsIn(clientId, clientSecret)).toBe(true);
  expect(world.emulator.applications).toMatchObject([
    { clientId, name: 'Shop', allowedScopes: ['openid', 'email'], clientType: 'confidential', secretsIssued: 1 },
  ]);
});
