import { expect, test } from 'vitest';
import { ANNOTATIONS, FINALIZERS } from '../../src/api/names.ts';
import { calls, MINUTE, type World, world } from './world.ts';

const CLAIMANT = { key: 'shop/web', namespace: 'shop', urgency: 'deletion' } as const;
const { signal: NEVER } = new AbortController();

/** A provider that was served with these applications, and then suspended; the operator knows of the first alone. */
async function suspended(...names: readonly string[]) {
  const here = await world();
  await here.operator().pass();
  for (const name of names) await here.registered(name);
  const operator = here.operator();
  await operator.pass();
  operator.queued();
  await here.patch({ spec: { suspend: true } });
  return { here, operator, made: here.emulator.journal.length };
}

function types(status: Awaited<ReturnType<World['provider']>>['status']): readonly string[] {
  return status?.conditions?.map(({ type }) => type) ?? [];
}

test('B2: makes no call while it is suspended, however long, and says so', async () => {
  const here = await world({ spec: { suspend: true } });
  const operator = here.operator();

  const { outcome, ready, reason, provider } = await operator.pass();
  expect({ outcome, ready, reason }).toEqual({
    outcome: { type: 'await-change' },
    ready: 'False',
    reason: 'Suspended',
  });
  expect(types(provider.status)).toEqual(['Ready', 'Suspended']);
  expect(provider.metadata.finalizers).toEqual([FINALIZERS.inUse]);

  await here.clock.advance(60 * MINUTE);
  await operator.pass();
  expect(here.emulator.journal).toEqual([]);
  expect(provider.status).not.toHaveProperty('lastInventory');
});

test('B2: lends a session for the end of what was begun, before and after a restart, and tells what it is for', async () => {
  const { here, operator, made } = await suspended('shop');
  await operator.pass();
  expect(operator.ready().activity()).toBe('suspended');
  expect(operator.queued()).toEqual([`${here.namespace}/shop`]);

  const restarted = here.operator();
  await restarted.pass();
  expect(here.emulator.journal).toHaveLength(made);

  const id = String(here.emulator.applications()[0]?.id);
  expect(await restarted.ready().get(id, CLAIMANT, NEVER)).toMatchObject({ id });
});

test('B2: looks at everything again as soon as it is no longer suspended', async () => {
  const { here, operator } = await suspended('shop');
  await operator.pass();
  operator.queued();
  const listed = calls(here, 'list');

  await here.patch({ spec: { suspend: false } });
  const resumed = await operator.pass();

  expect([resumed.reason, calls(here, 'list') - listed]).toEqual(['Reached', 1]);
  expect(types(resumed.provider.status)).toEqual(['Ready']);
  expect(operator.ready().activity()).toBe('working');
  expect(operator.queued()).toEqual([`${here.namespace}/shop`]);
});

test('R3: lends nothing that no listing has filled to those that go on, from the edit until that listing', async () => {
  const { here, operator } = await suspended('shop');
  await operator.pass();
  expect(operator.find().type).toBe('ready');
  await here.patch({ spec: { suspend: false } });

  await operator.pass('logi', async () => {
    expect(operator.find().type).toBe('warming-up');
  });

  expect(operator.find().type).toBe('ready');
});

test('B2: keeps what the last listing said of the provider', async () => {
  const { here, operator } = await suspended('shop');
  const before = await here.provider();

  const { provider } = await operator.pass();

  expect(provider.status?.lastInventory).toEqual(before.status?.lastInventory);
  expect(provider.status?.credentials).toEqual(before.status?.credentials);
});

test('B2: says that it is suspended beside what else is wrong', async () => {
  const { here, operator } = await suspended('shop');
  await here.setKey(undefined);

  const { reason, provider } = await operator.pass();

  expect([reason, types(provider.status)]).toEqual(['CredentialsNotFound', ['Ready', 'Stalled', 'Suspended']]);
});

test('B2, D5: goes on with deletions while it is deleted itself', async () => {
  const { here, operator, made } = await suspended();
  await here.application('shop', undefined, [FINALIZERS.registration]);
  await here.remove();

  const { reason, provider } = await operator.pass();

  expect([reason, types(provider.status)]).toEqual(['InUse', ['Ready', 'Reconciling', 'Suspended']]);
  expect(operator.ready().intake()).toBe('closed');
  expect(operator.ready().activity()).toBe('suspended');
  expect(here.emulator.journal).toHaveLength(made);
  await here.removeApplication('shop');
});

test('B2, I4: lends no session at another address that was confirmed, until something that leaves is looked for there', async () => {
  const { here, operator } = await suspended('shop');
  await operator.pass();
  const elsewhere = await world();
  const found = elsewhere.emulator.createByHand('shop').application;
  const identity = here.identity(elsewhere.emulator.url);
  await here.patch({
    metadata: { annotations: { [ANNOTATIONS.confirmIdentity]: identity } },
    spec: { logi: { apiUrl: elsewhere.emulator.url } },
  });

  expect((await operator.pass()).reason).toBe('Suspended');
  expect([operator.find().type, elsewhere.emulator.journal]).toEqual(['unready', []]);

  await here.leave('shop');
  const listed = await operator.pass();
  expect([listed.reason, calls(elsewhere, 'list')]).toEqual(['Suspended', 1]);
  expect(operator.ready().known(String(found.id))?.clientId).toBe(found.clientId);
  expect(operator.ready().moving(here.identity())).toBe('confirmed');

  await operator.pass();
  expect([operator.find().type, calls(elsewhere, 'list')]).toEqual(['ready', 1]);
  await here.removeApplication('shop');
});

test('B2, I4: lends no session with credentials that were never tried, until a deletion needs one', async () => {
  const { here, operator, made } = await suspended('shop');
  here.emulator.addKey({ token: 'lpa_pat_stranger', organization: 'elsewhere' });
  await here.setKey('lpa_pat_stranger');

  const untried = await operator.pass();
  expect([untried.reason, untried.outcome]).toEqual(['Suspended', { type: 'again', afterMs: MINUTE }]);
  expect(operator.find().type).toBe('unready');
  expect(here.emulator.journal).toHaveLength(made);

  await here.leave('shop');
  expect((await operator.pass()).reason).toBe('IdentityChanged');
  expect(operator.find().type).toBe('unready');

  await here.restoreKey();
  expect((await operator.pass()).reason).toBe('Suspended');
  expect(operator.find().type).toBe('ready');
  await here.removeApplication('shop');
});
