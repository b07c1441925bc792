import { expect, test } from 'vitest';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { calls, type World, world } from './world.ts';

async function ask(here: World, token: string | null): Promise<void> {
  await here.clock.advance(1_000);
  await here.patch({ metadata: { annotations: { [ANNOTATIONS.reconcileRequestedAt]: token } } });
}

async function served() {
  const here = await world();
  const operator = here.operator();
  await operator.pass();
  return { here, operator, listings: () => calls(here, 'list') };
}

test('a new token asks for a listing at once, and once', async () => {
  const { here, operator, listings } = await served();
  await ask(here, 'monday');

  const { provider } = await operator.pass();
  expect(listings()).toBe(2);
  expect(provider.status?.served).toEqual({ 'reconcile-requested-at': 'monday' });

  await operator.pass();
  await here.operator().pass();
  expect(listings()).toBe(3);

  await ask(here, 'tuesday');
  await operator.pass();
  expect(listings()).toBe(4);
});

test('a listing that failed has not served the token', async () => {
  const { here, operator, listings } = await served();
  await ask(here, 'monday');
  here.emulator.fault({ operation: 'list', when: 'before', type: 'status', status: 503 });

  expect((await operator.pass()).provider.status?.served).toBeUndefined();
  await operator.pass();

  expect((await here.provider()).status?.served).toEqual({ 'reconcile-requested-at': 'monday' });
  expect(listings()).toBe(3);
});

test('a token that is taken away may come again', async () => {
  const { here, operator, listings } = await served();
  for (const token of ['monday', null, 'monday']) {
    await ask(here, token);
    await operator.pass();
  }

  expect(listings()).toBe(3);
});

test('waits while the provider is suspended', async () => {
  const { here, operator, listings } = await served();
  await here.patch({ spec: { suspend: true } });
  await ask(here, 'monday');
  expect((await operator.pass()).provider.status?.served).toBeUndefined();
  expect(listings()).toBe(1);

  await here.patch({ spec: { suspend: null } });
  await operator.pass();
  expect((await here.provider()).status?.served).toEqual({ 'reconcile-requested-at': 'monday' });
});
