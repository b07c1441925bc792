import { expect, test } from 'vitest';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { MINUTE, type World, world } from './world.ts';

const NAMES = ['one', 'two', 'three'];

/** A world in which a tenant has written statuses that name registrations which there never were. */
async function forged(registered: readonly string[], apiUrl?: string) {
  const here = await world();
  for (const name of registered) await here.registered(name);
  const { uid } = (await here.provider()).metadata;
  const provider = { kind: 'OAuthProvider', name: 'logi', uid, identity: here.identity(apiUrl) } as const;
  const shop = await here.sealed('shop', { provider, applicationId: 'nope' });
  for (const name of NAMES) {
    // One without a seal, one with somebody else's, one with one of his own making.
    const seal = { one: undefined, two: shop.seal, three: `v1:${'0'.repeat(64)}` }[name];
    await here.application(`forged-${name}`, { provider, applicationId: `nope-${name}`, seal });
  }
  return { here, operator: here.operator() };
}

/** Makes the registrations of these applications vanish, which were made first and in this order. */
function vanish({ emulator }: World, count: number): void {
  for (const { id } of emulator.applications().slice(0, count)) emulator.vanish(id);
}

test('I2, B1: registrations that only forged statuses name are no mass disappearance', async () => {
  const { here, operator } = await forged(['shop']);
  await operator.pass();
  vanish(here, 1);
  await here.clock.advance(10 * MINUTE);

  expect((await operator.pass()).reason).toBe('Reached');
  expect(operator.ready().brake()).toBe('off');
  expect(operator.queued()).toContain(`${here.namespace}/shop`);
});

test('I2, B1: forged statuses keep no answer open for the next mass disappearance', async () => {
  const { here, operator } = await forged(NAMES);
  await operator.pass();
  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmDisappearance]: 'monday' } } });
  await here.clock.advance(10 * MINUTE);
  expect((await operator.pass()).provider.status?.served).toEqual({ 'confirm-disappearance': 'monday' });

  vanish(here, NAMES.length);
  await here.clock.advance(10 * MINUTE);
  expect((await operator.pass()).reason).toBe('MassDisappearance');
  expect(operator.ready().brake()).toBe('mass-disappearance');
});

test('I2, I4: forged statuses neither say that a provider leads elsewhere nor keep the answer to it open', async () => {
  const { here, operator } = await forged([], 'https://elsewhere.example.com');
  expect((await operator.pass()).reason).toBe('Reached');

  const identity = here.identity();
  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmIdentity]: identity } } });
  expect((await operator.pass()).provider.status?.served?.['confirm-identity']).toBe(identity);
});

test('I2, I4: other credentials are not refused since what forged statuses name is not there', async () => {
  const { here, operator } = await forged([]);
  await operator.pass();
  here.emulator.addKey({ token: 'lpa_pat_other', organization: 'second' });
  await here.setKey('lpa_pat_other');

  expect((await operator.pass()).reason).toBe('Reached');
});
