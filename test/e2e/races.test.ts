import { afterAll, beforeAll, expect, test } from 'vitest';
import { healthOf } from '../support/kstatus.ts';
import { garbageIsCollected } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { createWorld, idOf, keptUnder, logsIn, type World, web } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await garbageIsCollected(world);
  await world.startOperator();
});

afterAll(() => world[Symbol.asyncDispose]());

const SIDES = ['before', 'after'] as const;

/** Applies an application and resolves while its registration is held at the provider. */
async function heldWhileRegistered(name: string, when: (typeof SIDES)[number]) {
  const hold = world.emulator.fault({ operation: 'create', type: 'hold', when });
  await world.apply(web(name));
  await hold.hit;
  return hold;
}

test('an object that is being registered is under way and not taken for healthy', async () => {
  const hold = await heldWhileRegistered('new', 'before');
  expect(healthOf(await world.read('OAuthApplication', 'new'))).toBe('InProgress');
  hold.release();
  await world.ready('new');
  expect(healthOf(await world.read('OAuthApplication', 'new'))).toBe('Current');
});

test.for(SIDES)(
  'an object deleted while it is registered, %s the effect, leaves no registration and no Secret',
  async (when, ctx) => {
    const name = `leaving-${when}`;
    const hold = await heldWhileRegistered(name, when);
    await world.remove('OAuthApplication', name);
    hold.release();
    await until(
      'the object is gone',
      () => world.application(name),
      (application) => application === undefined,
    );
    ctx.expect(keptUnder(world, name)).toEqual([]);
  },
);

test.for(SIDES)(
  'an object deleted and made again while it is registered, %s the effect, has a registration of its own',
  async (when, ctx) => {
    const name = `again-${when}`;
    const hold = await heldWhileRegistered(name, when);
    const first = await world.application(name);
    await world.remove('OAuthApplication', name);
    hold.release();
    await until(
      'the first is gone',
      () => world.application(name),
      (application) => application === undefined,
    );
    await world.apply(web(name));
    const second = await world.ready(name);
    ctx.expect(second.metadata.uid).not.toBe(first?.metadata.uid);
    ctx.expect(await logsIn(world, `${name}-oauth`)).toBe(true);
    ctx.expect(keptUnder(world, name).map(({ id }) => id)).toEqual([idOf(second)]);
  },
);

test('O8: an object made again after its finalizer was forced off never gets the former registration, which goes', async () => {
  const hold = await heldWhileRegistered('forced', 'after');
  const first = await world.application('forced');
  await world.remove('OAuthApplication', 'forced');
  await world.patch('OAuthApplication', 'forced', { metadata: { finalizers: null } });
  await world.apply(web('forced'));
  hold.release();
  const second = await world.ready('forced');
  expect(second.metadata.uid).not.toBe(first?.metadata.uid);
  expect(keptUnder(world, 'forced').map(({ id }) => id)).toEqual([idOf(second)]);
  const secret = await world.secret('forced-oauth');
  expect(secret?.data['client_id']).toBe(second.status?.clientId);
  expect(secret?.metadata.ownerReferences[0]?.['uid']).toBe(second.metadata.uid);
  expect(await logsIn(world, 'forced-oauth')).toBe(true);
});

test.for(SIDES)(
  'a spec changed while the object is registered, %s the effect, is what the registration says in the end',
  async (when, ctx) => {
    const name = `changing-${when}`;
    const hold = await heldWhileRegistered(name, when);
    await world.apply(web(name, { redirectUris: ['https://new.example.com/'], scopes: ['openid', 'phone'] }));
    hold.release();
    await world.ready(name);
    ctx
      .expect(keptUnder(world, name))
      .toMatchObject([
        { redirectUris: ['https://new.example.com/'], allowedScopes: ['openid', 'phone'], secretsIssued: 1 },
      ]);
    ctx.expect(await logsIn(world, `${name}-oauth`)).toBe(true);
  },
);
