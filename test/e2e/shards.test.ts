import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LogiEmulator, startLogiEmulator } from '../../dev/emulators/logi.ts';
import { eventsAbout } from '../support/namespace-world.ts';
import type { Operator } from '../support/operator.ts';
import { until } from '../support/until.ts';
import { createWorld, idOf, keptUnder, logi, logsIn, type World, web } from '../support/world.ts';

const A = 'oauthapp.dev/shard=a';
const REST = 'oauthapp.dev/shard!=a';

const SHARDS = {
  a: [`--provider-selector=${A}`, '--lease-name=shard-a'],
  rest: [`--provider-selector=${REST}`, '--lease-name=shard-rest'],
} as const;

let world: World;
let other: LogiEmulator;
let shardA: Operator;

beforeAll(async () => {
  world = await createWorld();
  other = await startLogiEmulator({ switches: { limits: 'off', riskFlags: 'never' } });
  const rules = [
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: ['shard-a', 'shard-rest'],
      verbs: ['update'],
    },
  ];
  const { code, stderr } = await world.kubectl(
    'patch',
    'role',
    'oauthapp-operator',
    '--type=json',
    `--patch=${patchOf(rules)}`,
  );
  if (code !== 0) throw new Error(stderr);
  await label('a');
  await world.apply({ ...logi(other.url), metadata: { name: 'other' } });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await other.close();
});

function patchOf(rules: readonly object[]): string {
  return JSON.stringify(rules.map((value) => ({ op: 'add', path: '/rules/-', value })));
}

async function label(shard: string | null): Promise<void> {
  await world.patch('OAuthProvider', 'logi', { metadata: { labels: { 'oauthapp.dev/shard': shard } } });
}

async function servedBy(provider: string): Promise<string | undefined> {
  return (await world.provider(provider))?.status?.servedBy?.shard;
}

async function servedOnceBy(heir: string): Promise<void> {
  await until(
    `the provider is served by ${heir}`,
    () => servedBy('logi'),
    (shard) => shard === heir,
  );
}

function at(provider: string) {
  return { providerRef: { name: provider } };
}

function start(shard: keyof typeof SHARDS): Promise<Operator> {
  return world.startOperator(...SHARDS[shard]);
}

test('each provider is served by one shard, and what is not its own a shard leaves entirely alone', async () => {
  await world.apply(web('ours', at('logi')));
  await world.apply(web('theirs', at('other')));
  await world.apply(web('lost', at('nowhere')));
  shardA = await start('a');
  await world.ready('ours');

  for (const name of ['theirs', 'lost']) {
    const object = await world.application(name);
    expect([object?.status, object?.metadata.finalizers, await eventsAbout(world, name)]).toEqual([
      undefined,
      undefined,
      [],
    ]);
  }
  expect((await world.provider('other'))?.status).toBeUndefined();
  expect(other.journal).toEqual([]);

  await start('rest');
  await world.ready('theirs');
  await world.reason('lost', 'ProviderNotFound');
  expect([await servedBy('logi'), await servedBy('other')]).toEqual([A, REST]);
  expect(keptUnder(world, 'ours')).toHaveLength(1);
  expect(other.applications().map(({ name }) => name)).toEqual(['theirs']);
});

test.for(['before', 'after'] as const)(
  'a provider that gets the labels of another shard while it is called, %s the effect, moves without a second registration',
  async (when, ctx) => {
    const name = `moving-${when}`;
    const [to, heir] = (await servedBy('logi')) === A ? [null, REST] : ['a', A];
    const settled = await world.application('ours');
    const hold = world.emulator.fault({ operation: 'create', type: 'hold', when });
    await world.apply(web(name, at('logi')));
    await hold.hit;
    await label(to);
    hold.release();

    const moved = await world.ready(name);
    await servedOnceBy(heir);
    await world.apply(web(`${name}-next`, at('logi')));
    await world.ready(`${name}-next`);

    ctx.expect(keptUnder(world, name).map(({ id, secretsIssued }) => [id, secretsIssued])).toEqual([[idOf(moved), 1]]);
    ctx.expect(await logsIn(world, `${name}-oauth`)).toBe(true);
    ctx.expect((await world.application('ours'))?.status?.clientId).toBe(settled?.status?.clientId);
    await world.remove('OAuthApplication', name);
    await world.gone(name);
    ctx.expect(keptUnder(world, name)).toEqual([]);
  },
);

test('the provider of a shard that was killed is served by the one that is given it, once the Lease has ended', async () => {
  const before = await world.application('ours');
  await label('a');
  await servedOnceBy(A);
  await shardA.kill();

  await label(null);
  await servedOnceBy(REST);
  await world.look('ours');

  expect((await world.application('ours'))?.status?.applicationId).toBe(before?.status?.applicationId);
});
