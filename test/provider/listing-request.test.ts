import { expect, test } from 'vitest';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { Postponed } from '../../src/application/ports/errors.ts';
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

test('a listing comes before all who wait: once it has failed they are not let in, and do not come when woken', async () => {
  const { here, operator } = await served();
  const session = operator.session();
  const who = (name: string) => ({ key: `shop/${name}`, namespace: here.namespace, urgency: 'requested' }) as const;
  const away = { when: 'before', type: 'status', status: 503 } as const;
  here.emulator.fault({ operation: 'show', ...away, times: 5 });
  here.emulator.fault({ operation: 'list', ...away });
  for (let call = 0; call < 5; call += 1) {
    await expect(session.get('1', who('a'), here.signal)).rejects.toMatchObject({ code: 'unavailable' });
  }
  await ask(here, 'monday');
  await operator.pass();
  for (let ghost = 0; ghost < 200; ghost += 1) expect(() => session.reserveCall(who(`${ghost}`))).toThrow(Postponed);
  await here.clock.advance(4_000);
  expect((await operator.pass()).reason).toBe('ProviderUnavailable');

  expect((await operator.pass()).outcome).toEqual({ type: 'again', afterMs: 10_000 });
  await here.clock.advance(10_000);

  expect((await operator.pass()).reason).toBe('Reached');
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
