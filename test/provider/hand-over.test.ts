import { expect, test } from 'vitest';
import { Postponed } from '../../src/application/ports/errors.ts';
import { LEASES } from '../../src/kube/resources.ts';
import { calls, type World, world } from './world.ts';

const CLAIMANT = { key: 'shop/web', namespace: 'shop', urgency: 'new', asked: 'once' } as const;
const SETTLING_MS = 30_000;
const LEASE_MS = 15_000;

/** Two processes of one installation, each with a Lease of its own that it holds, and a provider labelled `shard: a`. */
async function shards() {
  const here = await world();
  const { client, namespace, signal } = here;
  for (const name of ['a', 'rest']) {
    const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_MS / 1_000 };
    await client.create(LEASES, { metadata: { name, namespace }, spec }, {}, signal);
  }
  await label(here, 'a');
  return {
    here,
    a: here.operator({ lease: `${namespace}/a` }, 'shard=a'),
    rest: here.operator({ lease: `${namespace}/rest` }, 'shard!=a'),
  };
}

async function label({ patch }: World, shard: string | null): Promise<void> {
  await patch({ metadata: { labels: { shard } } });
}

async function servedBy({ provider }: World): Promise<string | undefined> {
  return (await provider()).status?.servedBy?.shard;
}

test("another shard's provider gets no word, no claim and no call", async () => {
  const { here, rest } = await shards();
  const before = await here.provider();

  expect((await rest.pass()).outcome).toEqual({ type: 'await-change' });

  expect(await here.provider()).toEqual(before);
  expect(here.emulator.journal).toEqual([]);
  expect(rest.find()).toEqual({ type: 'elsewhere' });
});

test('a provider is handed over with its labels, and what was spent of its limits with it', async () => {
  const { here, a, rest } = await shards();
  await a.pass();
  await a.ready().reserveCreate(CLAIMANT, here.signal);
  expect(await servedBy(here)).toBe('shard=a');
  const spent = (await here.provider()).status?.budget?.spent;

  await label(here, null);
  expect((await a.pass()).outcome).toEqual({ type: 'await-change' });
  expect(await servedBy(here)).toBeUndefined();
  await rest.pass();
  const { reason } = await rest.pass();

  expect([reason, await servedBy(here)]).toEqual(['Reached', 'shard!=a']);
  expect((await here.provider()).status?.budget?.spent).toEqual(spent);
  expect([a.find().type, rest.find().type]).toEqual(['elsewhere', 'ready']);
});

test('who has the labels first waits without a word for the other, whose provider it still is', async () => {
  const { here, a, rest } = await shards();
  await a.pass();
  await label(here, null);
  const made = calls(here, 'list');

  const { outcome, reason } = await rest.pass();

  expect(outcome).toEqual({ type: 'again', afterMs: LEASE_MS + SETTLING_MS });
  expect(reason).toBe('Reached');
  expect(await servedBy(here)).toBe('shard=a');
  expect(rest.find()).toEqual({ type: 'warming-up' });
  expect(calls(here, 'list')).toBe(made);
});

test('a claim is not given up while a pass over an application of the provider is running', async () => {
  const { here, a, rest } = await shards();
  const { metadata } = await here.registered('shop');
  await a.pass();
  const running = a.ready();
  a.underWay.add(`${metadata.namespace}/shop`);
  await label(here, null);

  expect((await a.pass()).outcome).toEqual({ type: 'again', afterMs: 1_000 });
  await rest.pass();
  expect(await servedBy(here)).toBe('shard=a');
  await expect(running.get('1', CLAIMANT, here.signal)).rejects.toThrow(Postponed);

  a.underWay.clear();
  await a.pass();
  expect(await servedBy(here)).toBeUndefined();
});

test('a shard that was away when the labels changed lets go as soon as it is back', async () => {
  const { here, a } = await shards();
  await a.pass();
  await label(here, null);

  await here.operator({ lease: `${here.namespace}/a` }, 'shard=a').pass();

  expect(await servedBy(here)).toBeUndefined();
});

test('the provider of a shard that is gone for good is taken over once its Lease has ended and settled', async () => {
  const { here, a, rest } = await shards();
  await a.pass();
  await label(here, null);
  await rest.pass();

  await here.clock.advance(LEASE_MS + SETTLING_MS);
  await rest.pass();

  expect(await servedBy(here)).toBe('shard!=a');
});

test('a provider that comes back before it was let go stays with who has it', async () => {
  const { here, a } = await shards();
  await a.pass();
  await label(here, 'b');
  await label(here, 'a');

  expect((await a.pass()).reason).toBe('Reached');
  expect(a.find().type).toBe('ready');
});
