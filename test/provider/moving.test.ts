import { expect, test } from 'vitest';
import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import type { OAuthApplication } from '../../src/api/application.ts';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { Postponed } from '../../src/application/ports/errors.ts';
import { OAUTH_APPLICATIONS } from '../../src/kube/resources.ts';
import { type World, world } from './world.ts';

/** A provider whose endpoint has changed to that of `other`, and an application that was registered before. */
async function moved() {
  const [here, other] = await Promise.all([world(), world()]);
  const operator = here.operator();
  await operator.pass();
  const shop = await here.registered('shop');
  const found = other.emulator.createByHand('shop').application;
  await here.patch({ spec: { logi: { apiUrl: other.emulator.url } } });
  return { here, other, operator, shop, found, identity: here.identity(other.emulator.url) };
}

function confirm(here: World, identity: string | null): Promise<void> {
  return here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmIdentity]: identity } } });
}

/** What the application's own pass does once its registration is known at the new identity. */
async function follow(
  here: World,
  { metadata, status: { provider: bound, ...rest } = {} }: OAuthApplication,
  identity: string,
) {
  const { client, namespace, signal } = here;
  const ref = { resource: OAUTH_APPLICATIONS, namespace, name: metadata.name };
  const provider = bound && { ...bound, identity };
  const status = await here.sealed(metadata.name, { ...rest, provider });
  const live = await client.get(ref, signal);
  await client.replace(ref, { ...live, status }, { subresource: 'status' }, signal);
}

test('I4: another endpoint is called only once a person has confirmed it by its very identity', async () => {
  const { here, other, operator, identity } = await moved();
  for (const said of ['yes', here.identity()]) {
    await confirm(here, said);
    expect((await operator.pass()).reason).toBe('IdentityChanged');
  }
  expect(other.emulator.journal).toEqual([]);

  await confirm(here, identity);
  const confirmed = await operator.pass();

  expect(confirmed.reason).toBe('Reached');
  expect(confirmed.provider.status?.identity).toBe(identity);
  expect(operator.ready().moving(here.identity())).toBe('confirmed');
  expect(operator.queued()).toContain(`${here.namespace}/shop`);
});

test('I4: what was registered before is known at the new endpoint by id and client id, so that it can move', async () => {
  const { here, operator, identity, found } = await moved();
  await confirm(here, identity);
  await operator.pass();

  expect(operator.ready().known(String(found.id))?.clientId).toBe(found.clientId);
});

test('I4: the confirmation lasts until all have moved, and is then used up', async () => {
  const { here, operator, identity, shop } = await moved();
  await confirm(here, identity);
  expect((await operator.pass()).provider.status?.served).toEqual({ 'confirm-credentials': identity });
  const restarted = here.operator();
  await restarted.pass();
  expect(restarted.ready().moving(here.identity())).toBe('confirmed');

  await follow(here, shop, identity);
  const after = await restarted.pass();

  expect(after.provider.status?.served).toEqual({ 'confirm-identity': identity, 'confirm-credentials': identity });
  await restarted.pass();
  expect(restarted.ready().moving(here.identity())).toBe('unconfirmed');
});

test('I4: one that cannot move does not take the provider away from those that did', async () => {
  const { here, operator, identity } = await moved();
  await confirm(here, identity);
  await operator.pass();
  await confirm(here, null);

  const restarted = here.operator();

  expect((await restarted.pass()).reason).toBe('Reached');
  expect(restarted.ready().moving(here.identity())).toBe('unconfirmed');
});

test('I4: a create that is open where the provider led before keeps the confirmation, and puts no question', async () => {
  const here = await world();
  const other = await world();
  const operator = here.operator();
  const { uid } = (await here.provider()).metadata;
  const bound = { kind: 'OAuthProvider', name: 'logi', uid, identity: here.identity() } as const;
  const begun = {
    v: 1,
    id: 'o',
    type: 'register',
    holder: 'h',
    deadlineSeconds: 10,
    serial: 1,
    secretName: 's',
  } as const;
  await here.application('shop', { provider: bound, operation: begun });
  await here.patch({ spec: { logi: { apiUrl: other.emulator.url } } });
  expect((await operator.pass()).reason).toBe('Reached');
  operator.queued();

  await confirm(here, here.identity(other.emulator.url));
  const { provider } = await operator.pass();

  expect(provider.status?.served?.['confirm-identity']).toBeUndefined();
  expect(operator.ready().moving(here.identity())).toBe('confirmed');
  expect(operator.queued()).toEqual([`${here.namespace}/shop`]);
});

test('I4: while one cannot move, the confirmation does not let other credentials in', async () => {
  const { here, other, operator, identity, shop } = await moved();
  await here.registered('straggler');
  await confirm(here, identity);
  await operator.pass();
  await follow(here, shop, identity);
  await operator.pass();
  other.emulator.addKey({ token: 'lpa_pat_other', organization: 'stranger' });
  await here.setKey('lpa_pat_other');

  expect((await operator.pass()).reason).toBe('IdentityChanged');
  expect((await here.operator().pass()).reason).toBe('IdentityChanged');

  await here.setKey(DEFAULT_KEY);
  expect((await operator.pass()).reason).toBe('Reached');
  expect(operator.ready().moving(here.identity())).toBe('confirmed');
});

test('I4: the same confirmation may come with other credentials, and answers for those alone', async () => {
  const { here, other, operator, identity, shop } = await moved();
  await here.registered('straggler');
  await confirm(here, identity);
  await operator.pass();
  await follow(here, shop, identity);
  await confirm(here, null);
  await operator.pass();
  for (const organization of ['second', 'third'])
    other.emulator.addKey({ token: `lpa_pat_${organization}`, organization });

  await confirm(here, identity);
  await here.setKey('lpa_pat_second');
  expect((await operator.pass()).reason).toBe('Reached');

  await here.setKey('lpa_pat_third');
  expect((await operator.pass()).reason).toBe('IdentityChanged');
});

test('I4: what a provider of another namespace, or a cluster-wide one, registered does not move along', async () => {
  const { here, operator, identity } = await moved();
  await confirm(here, identity);
  await operator.pass();
  const { moving } = operator.ready();

  const theirs = here.identity().replace(here.namespace, 'another');
  const [everywhere = ''] = here.identity().split('|namespace/');
  expect([moving(here.identity()), moving(theirs), moving(everywhere)]).toEqual(['confirmed', 'refused', 'refused']);
});

test('I4: nothing moves where nothing was confirmed', async () => {
  const here = await world();
  const operator = here.operator();
  await operator.pass();

  expect(operator.ready().moving(here.identity())).toBe('unconfirmed');
});

const CLAIMANT = { key: 'shop/web', namespace: 'shop', urgency: 'new' } as const;

test.each<[why: string, change: (here: World) => Promise<void>]>([
  [
    'I4: after an edit of its address',
    (here) => here.patch({ spec: { logi: { apiUrl: 'https://logi.example.com' } } }),
  ],
  [
    'I4: after an edit of where its credentials are',
    (here) => here.patch({ spec: { logi: { apiKeySecretRef: { name: 'other' } } } }),
  ],
  [
    'I6: when another one has its name',
    async (here) => {
      await here.remove();
      await here.patch({ metadata: { finalizers: [] } });
      await here.sibling('logi');
    },
  ],
])('%s a provider object is worked with once it was looked at, and not as before', async (_, change) => {
  const here = await world();
  const operator = here.operator();
  await operator.pass();
  const before = operator.ready();
  await change(here);
  await here.application('web');
  operator.queued();
  const made = here.emulator.journal.length;

  await operator.pass('logi', async () => {
    expect(operator.find().type).toBe('warming-up');
    await expect(before.reserveCreate({ ...CLAIMANT, asked: 'once' }, here.signal)).rejects.toThrow(Postponed);
    await expect(before.get('1', CLAIMANT, here.signal)).rejects.toThrow(Postponed);
    expect(here.emulator.journal).toHaveLength(made);
  });

  expect(operator.find().type).not.toBe('warming-up');
  expect(operator.queued()).toEqual([`${here.namespace}/web`]);
});

test('an edit that leads nowhere else does not keep applications waiting', async () => {
  const here = await world();
  const operator = here.operator();
  await operator.pass();
  await here.patch({ spec: { limits: { createsPerHour: 3 }, access: [{}], resyncInterval: '20m' } });

  await operator.pass('logi', async () => expect(operator.find().type).toBe('ready'));
});
