import { expect, test } from 'vitest';
import type { Claim } from '../../src/api/provider.ts';
import { Postponed } from '../../src/application/ports/errors.ts';
import { LEASES } from '../../src/kube/resources.ts';
import { calls, MINUTE, type World, world } from './world.ts';

const THEIRS = { installation: 'theirs', cluster: 'here', lease: 'elsewhere/oauthapp-operator' };
const OUR_LEASE = 'oauthapp-system/oauthapp-operator';
const SETTLING_MS = 30_000;
const CLAIMANT = { key: 'shop/web', namespace: 'shop', urgency: 'new', asked: 'once' } as const;

test("respects another installation's claim, calls nothing, and says what a person can do", async () => {
  const here = await world();
  await here.writeStatus({ servedBy: THEIRS });
  const operator = here.operator();

  const { outcome, reason, message, provider } = await operator.pass();

  expect({ outcome, reason }).toEqual({ outcome: { type: 'again', afterMs: SETTLING_MS }, reason: 'ServedByAnother' });
  expect(message).toBe(
    'Installation theirs of cluster here serves this provider under Lease elsewhere/oauthapp-operator: if it is gone for good, remove status.servedBy',
  );
  expect(provider.status?.servedBy).toEqual(THEIRS);
  expect(here.emulator.journal).toEqual([]);

  const { servedBy: _, ...status } = provider.status ?? {};
  await here.writeStatus(status);
  expect((await operator.pass()).reason).toBe('Reached');
});

test('adds its Lease to an older claim of its own', async () => {
  const here = await world();
  await here.writeStatus({ servedBy: { installation: 'ours', cluster: 'here' } });

  const { provider } = await here.operator().pass();

  expect(provider.status?.servedBy?.lease).toBe('oauthapp-system/oauthapp-operator');
});

/** A Lease that the claim names, held for 15 s at a time. */
async function leased(spec: object = {}) {
  const here = await world();
  const { client, namespace, signal } = here;
  const ref = { resource: LEASES, namespace, name: 'rival' };
  const manifest = { metadata: { name: 'rival', namespace }, spec: { holderIdentity: 'a', leaseDurationSeconds: 15 } };
  await client.create(LEASES, { ...manifest, spec: { ...manifest.spec, ...spec } }, {}, signal);
  await here.writeStatus({ servedBy: { ...THEIRS, lease: `${namespace}/rival` } });
  return {
    here,
    renew: () => client.patch(ref, { type: 'merge', body: { metadata: { labels: { renewed: 'yes' } } } }, {}, signal),
    remove: async () => client.delete(ref, { uid: (await client.get(ref, signal)).metadata.uid }, signal),
  };
}

test('I6: takes over once the Lease of the claim has not been renewed for as long as it lasts, and settling', async () => {
  const { here, renew } = await leased();
  const operator = here.operator();
  expect((await operator.pass()).outcome).toEqual({ type: 'again', afterMs: 15_000 + SETTLING_MS });

  await here.clock.advance(15_000 + SETTLING_MS - 1);
  await renew();
  const renewed = await operator.pass();
  expect([renewed.reason, renewed.outcome]).toEqual([
    'ServedByAnother',
    { type: 'again', afterMs: 15_000 + SETTLING_MS },
  ]);
  await here.clock.advance(15_000 + SETTLING_MS - 1);
  expect((await operator.pass()).reason).toBe('ServedByAnother');
  expect(here.emulator.journal).toEqual([]);

  await here.clock.advance(1);
  await operator.pass();
  const taken = await operator.pass();
  expect(taken.reason).toBe('Reached');
  expect(taken.provider.status?.servedBy?.installation).toBe('ours');
});

test.each([
  ['was released', { holderIdentity: '' }],
  ['is gone', 'gone'],
] as const)('I6: takes over after settling when the Lease of the claim %s', async (_, spec) => {
  const { here, remove } = await leased(spec === 'gone' ? {} : spec);
  if (spec === 'gone') await remove();
  const operator = here.operator();
  expect((await operator.pass()).outcome).toEqual({ type: 'again', afterMs: SETTLING_MS });

  await here.clock.advance(SETTLING_MS);
  // Calls are fenced until the cache shows the claim as ours.
  expect((await operator.pass()).provider.status?.servedBy?.installation).toBe('ours');

  expect((await operator.pass()).reason).toBe('Reached');
});

test('I6: counts anew in a new process', async () => {
  const { here } = await leased();
  await here.operator().pass();
  await here.clock.advance(60 * MINUTE);

  expect((await here.operator().pass()).reason).toBe('ServedByAnother');
});

test.each<[why: string, claimed: Partial<Claim>]>([
  ['names no Lease', { lease: undefined }],
  ['names no such thing as a Lease', { lease: 'kube-system/../secrets/x' }],
  ['is of another cluster, where the name means another Lease', { cluster: 'elsewhere' }],
  ['is under our own Lease, which we hold ourselves', { lease: OUR_LEASE }],
  ['is of a shard of ours in a namespace that we do not know the name of', { installation: 'ours', lease: 'x' }],
])('I6: leaves a claim to a person that %s', async (_, claimed) => {
  const here = await world();
  await here.writeStatus({ servedBy: { ...THEIRS, lease: `${here.namespace}/none`, ...claimed } });
  const operator = here.operator();

  expect((await operator.pass()).outcome).toEqual({ type: 'back-off' });
  await here.clock.advance(60 * MINUTE);

  expect((await operator.pass()).reason).toBe('ServedByAnother');
  expect(here.emulator.journal).toEqual([]);
});

test('I6: does not take over what a third one has claimed meanwhile', async () => {
  const { here } = await leased({ holderIdentity: '' });
  const operator = here.operator();
  await operator.pass();
  await here.clock.advance(SETTLING_MS);
  const third = { ...THEIRS, installation: 'third', lease: `${here.namespace}/third` };

  const { provider, reason } = await operator.pass('logi', () => here.writeStatus({ servedBy: third }));

  expect([reason, provider.status?.servedBy]).toEqual(['ServedByAnother', third]);
});

test('suspects a copy of the cluster when the claim is its own in another one', async () => {
  const here = await world();
  await here.operator().pass();
  const listed = calls(here, 'list');

  const { reason, message, provider } = await here.operator({ cluster: 'copy' }).pass();

  expect(reason).toBe('CloneSuspected');
  expect(message).toContain('delete the Secret oauthapp-operator-installation');
  expect(provider.status?.servedBy?.cluster).toBe('here');
  expect(calls(here, 'list')).toBe(listed);
});

test('lets one of two installations that start at once serve', async () => {
  const here = await world();
  const both = [here.operator({ id: 'one' }), here.operator({ id: 'two' })] as const;

  const passed = await Promise.all(both.map((operator) => operator.pass()));
  const again = await Promise.all(both.map((operator) => operator.pass()));

  const winner = (await here.provider()).status?.servedBy?.installation;
  expect(['one', 'two']).toContain(winner);
  expect(again.map(({ outcome }) => outcome.type).sort()).toEqual(['again', 'back-off']);
  expect(both.map((operator) => operator.find().type).sort()).toEqual(['ready', 'unready']);
  expect(passed).toHaveLength(2);
});

test('makes no call any more as soon as the object names another, and stands back with the next pass', async () => {
  const here = await world();
  const operator = here.operator();
  await operator.pass();
  const ready = operator.ready();
  const status = (await here.provider()).status ?? {};
  await here.writeStatus({ ...status, servedBy: THEIRS });
  const made = here.emulator.journal.length;

  expect((await operator.pass()).reason).toBe('ServedByAnother');

  await expect(ready.get('1', CLAIMANT, new AbortController().signal)).rejects.toThrow(Postponed);
  await expect(ready.reserveCreate(CLAIMANT, new AbortController().signal)).rejects.toThrow(Postponed);
  expect(here.emulator.journal).toHaveLength(made);
});

test('claims anew what a person has taken out of the status', async () => {
  const here = await world();
  const operator = here.operator();
  await operator.pass();
  const { servedBy: _, ...status } = (await here.provider()).status ?? {};
  await here.writeStatus(status);
  await here.clock.advance(MINUTE);

  const { provider } = await operator.pass();

  expect(provider.status?.servedBy?.installation).toBe('ours');
});

/** A person takes the claim out of the status. */
async function free(here: World): Promise<void> {
  const { servedBy: _, ...status } = (await here.provider()).status ?? {};
  await here.writeStatus(status);
}

test.each(['seen', 'not seen'] as const)(
  'O2: goes on from what another installation has spent, whose claim it has %s meanwhile',
  async (claim) => {
    const here = await world({ spec: { limits: { createsPerHour: 2 } } });
    const ours = here.operator();
    const theirs = here.operator({ id: THEIRS.installation, lease: THEIRS.lease });
    const asking = new AbortController().signal;
    await ours.pass();
    await free(here);
    await theirs.pass();
    if (claim === 'seen') expect((await ours.pass()).reason).toBe('ServedByAnother');
    for (const key of ['shop/a', 'shop/b']) await theirs.ready().reserveCreate({ ...CLAIMANT, key }, asking);
    const spent = (await here.provider()).status?.budget?.spent;
    expect(spent).toMatchObject([{ creates: 2 }]);

    await free(here);
    const { reason, provider } = await ours.pass();

    expect([reason, provider.status?.budget?.spent]).toEqual(['Reached', spent]);
    await expect(ours.ready().reserveCreate(CLAIMANT, asking)).rejects.toMatchObject({ waitsFor: 'create' });
  },
);

test('O2: knows what it has spent itself though somebody takes away the whole status', async () => {
  const here = await world({ spec: { limits: { createsPerHour: 2 } } });
  const ours = here.operator();
  const asking = new AbortController().signal;
  await ours.pass();
  for (const key of ['shop/a', 'shop/b']) await ours.ready().reserveCreate({ ...CLAIMANT, key }, asking);

  await here.writeStatus({});
  const { reason, provider } = await ours.pass();

  expect([reason, provider.status?.budget?.spent]).toMatchObject(['Reached', [{ creates: 2 }]]);
});

test('O2: begins with what was stored by the time it had the claim', async () => {
  const here = await world();
  const spent = [{ slot: '2026-06-01T12:00:00.000Z', creates: 2 }];

  const { provider } = await here.operator().pass('logi', () => here.writeStatus({ budget: { spent } }));

  expect(provider.status?.budget?.spent).toEqual(spent);
});

test('tells the applications once that another installation serves the provider', async () => {
  const here = await world();
  const operator = here.operator();
  await here.registered('shop');
  await operator.pass();
  operator.queued();
  await here.writeStatus({ ...(await here.provider()).status, servedBy: THEIRS });

  await operator.pass();
  expect(operator.queued()).toEqual([`${here.namespace}/shop`]);

  await operator.pass();
  expect(operator.queued()).toEqual([]);
});
