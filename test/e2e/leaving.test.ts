import { afterAll, beforeAll, expect, test } from 'vitest';
import { conditionOf, eventsAbout, garbageIsCollected } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { createWorld, idOf, type World, web } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await garbageIsCollected(world);
  await world.startOperator();
  await Promise.all(['shop', 'blog'].map((name) => world.apply(web(name))));
  await Promise.all(['shop', 'blog'].map((name) => world.ready(name)));
});

afterAll(() => world[Symbol.asyncDispose]());

function isRegistered(id: number): boolean {
  return world.emulator.applications().some((application) => application.id === id && !application.softDeleted);
}

test('deleting an application deletes its registration, and leaves every other one alone', async () => {
  const [shop, blog] = [idOf(await world.application('shop')), idOf(await world.application('blog'))];
  const deleted = await world.kubectl('delete', 'oaa/shop', '--timeout=45s');
  expect(deleted).toMatchObject({ code: 0 });
  expect(isRegistered(shop)).toBe(false);
  expect(isRegistered(blog)).toBe(true);
  const events = await until(
    'the deletion is told',
    () => eventsAbout(world, 'shop'),
    (told) => told.some(({ reason }) => reason === 'Deregistered'),
  );
  expect(events.find(({ reason }) => reason === 'Deregistered')?.type).toBe('Normal');
});

test('the Secret of a deleted application is collected', async () => {
  await until(
    'the Secret is gone',
    () => world.secret('shop-oauth'),
    (secret) => secret === undefined,
  );
});

test('an application stays while its registration cannot be deleted, and says why', async () => {
  await world.apply(web('stuck'));
  const id = idOf(await world.ready('stuck'));
  const refusal = world.emulator.fault({
    operation: 'delete',
    type: 'status',
    status: 403,
    body: '{"error":"forbidden","error_description":"Not for this role"}',
    when: 'before',
    times: 'always',
  });
  await world.remove('OAuthApplication', 'stuck');
  const ready = await world.reason('stuck', 'Forbidden');
  expect(ready.status).toBe('False');
  expect(isRegistered(id)).toBe(true);
  refusal.remove();
  await until(
    'it is gone',
    () => world.application('stuck'),
    (application) => application === undefined,
  );
  expect(isRegistered(id)).toBe(false);
});

test('a provider object that is deleted stays while an application needs it, takes no new one, and then goes', async () => {
  const id = idOf(await world.application('blog'));
  await world.remove('OAuthProvider', 'logi');
  await until(
    'the operator has seen it',
    () => world.provider(),
    (provider) => conditionOf(provider, 'Ready')?.reason === 'InUse',
  );
  await world.apply(web('late'));
  const late = await world.reason('late', 'ProviderNotReady');
  expect(late.message).toContain('being deleted');
  expect((await world.provider())?.metadata.finalizers).toEqual(['oauthapp.dev/in-use']);
  expect(conditionOf(await world.application('blog'), 'Ready')?.status).toBe('True');

  await world.remove('OAuthApplication', 'blog');
  await until(
    'application and provider are gone',
    async () => [await world.application('blog'), await world.provider()],
    ([application, provider]) => application === undefined && provider === undefined,
  );
  expect(isRegistered(id)).toBe(false);
});
