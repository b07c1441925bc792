import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { createWorld, idOf, keptUnder, logsIn, type World, web } from '../support/world.ts';

/** A killed leader's lease has to run out: each of these waits for that, so they wait together. */
const SIDES = ['before', 'after'] as const;

async function isOnlyAndWorks(world: World): Promise<void> {
  const shop = await world.ready('shop');
  expect(await logsIn(world, 'shop-oauth')).toBe(true);
  await world.relist();
  expect(keptUnder(world, 'shop').map(({ id }) => id)).toEqual([idOf(await world.ready('shop'))]);
  expect((await world.secret('shop-oauth'))?.data['client_id']).toBe(shop.status?.clientId);
  expect(await logsIn(world, 'shop-oauth')).toBe(true);
}

test.concurrent.for(SIDES)(
  'an operator killed while it registers, %s the effect, leaves one registration that works',
  async (when) => {
    await using world = await createWorld();
    const operator = await world.startOperator();
    const hold = world.emulator.fault({ operation: 'create', type: 'hold', when });
    await world.apply(web('shop'));
    await hold.hit;
    expect(await operator.kill()).toBe(137);
    hold.release();
    await world.startOperator();
    await isOnlyAndWorks(world);
    expect(world.emulator.applications()).toHaveLength(1);
  },
);

test.concurrent.for(SIDES)(
  'an operator killed while it rotates, %s the effect, leaves a Secret that logs in',
  async (when) => {
    await using world = await createWorld();
    const operator = await world.startOperator();
    await world.apply(web('shop'));
    const before = await world.ready('shop');
    const hold = world.emulator.fault({ operation: 'rotate', type: 'hold', when });
    await world.patch('OAuthApplication', 'shop', {
      metadata: { annotations: { 'oauthapp.dev/rotate-requested-at': 'now' } },
    });
    await hold.hit;
    await operator.kill();
    hold.release();
    await world.startOperator();
    await until(
      'the token is served',
      () => world.application('shop'),
      (shop) => shop?.status?.served?.rotate === 'now',
    );
    await isOnlyAndWorks(world);
    expect((await world.application('shop'))?.status?.clientId).toBe(before.status?.clientId);
  },
);

test.concurrent('an operator told to stop while it registers writes the Secret first, and its successor has nothing to do', async () => {
  await using world = await createWorld();
  const operator = await world.startOperator();
  const hold = world.emulator.fault({ operation: 'create', type: 'hold', when: 'after' });
  await world.apply(web('shop'));
  await hold.hit;
  const stopped = operator.stop();
  await until('it has heard', operator.logs, (text) => text.includes('"message":"stopping"'));
  hold.release();
  expect(await stopped).toBe(0);
  expect(await logsIn(world, 'shop-oauth')).toBe(true);
  const status = (await world.application('shop'))?.status;
  expect(status).toMatchObject({ applicationId: '1', secret: { delivered: true } });
  expect(status).not.toHaveProperty('operation');
  const secret = await world.secret('shop-oauth');

  await world.startOperator();
  await isOnlyAndWorks(world);
  expect(await world.secret('shop-oauth')).toEqual(secret);
  expect(world.emulator.applications()).toMatchObject([{ secretsIssued: 1 }]);
});
