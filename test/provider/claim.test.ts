import { beforeAll, expect, test } from 'vitest';
import { Held } from '../../src/application/ports.ts';
import { sharedControlPlane } from '../support/control-plane.ts';
import { installCrds } from '../support/crds.ts';
import { calls, MINUTE, world } from './world.ts';

beforeAll(() => installCrds(sharedControlPlane()));

const THEIRS = { installation: 'theirs', cluster: 'here', lease: 'elsewhere/oauthapp-operator' };
const CLAIMANT = { key: 'shop/web', namespace: 'shop', urgency: 'new' } as const;

test("respects another installation's claim, calls nothing, and says what a person can do", async () => {
  const here = await world();
  await here.writeStatus({ servedBy: THEIRS });
  const operator = here.operator();

  const { outcome, reason, message, provider } = await operator.pass();

  expect({ outcome, reason }).toEqual({ outcome: { type: 'back-off' }, reason: 'ServedByAnother' });
  expect(message).toBe(
    'Installation theirs of cluster here serves this provider under Lease elsewhere/oauthapp-operator: if it is gone for good, remove status.servedBy',
  );
  expect(provider.status?.servedBy).toEqual(THEIRS);
  expect(here.emulator.journal).toEqual([]);

  const { servedBy: _, ...status } = provider.status ?? {};
  await here.writeStatus(status);
  expect((await operator.pass()).reason).toBe('Reached');
});

test('renews an older claim of its own', async () => {
  const here = await world();
  await here.writeStatus({ servedBy: { installation: 'ours', cluster: 'here', lease: 'oauthapp-system/former' } });

  const { provider } = await here.operator().pass();

  expect(provider.status?.servedBy?.lease).toBe('oauthapp-system/oauthapp-operator');
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

  await expect(ready.get('1', CLAIMANT, new AbortController().signal)).rejects.toThrow(Held);
  await expect(ready.reserveCreate(CLAIMANT, new AbortController().signal)).rejects.toThrow(Held);
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
