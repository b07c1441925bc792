import { describe, expect, test } from 'vitest';
import { temporaryName } from '../../src/application/naming.ts';
import { Redacted } from '../../src/credentials.ts';
import { createSeals } from '../../src/seals.ts';
import { MINUTE, world } from './world.ts';

function nameOf(uid: string, { cluster = 'c', counter = 0 } = {}): string {
  return temporaryName('Shop', uid, counter, createSeals({ id: 'i', cluster, key: new Redacted('0f'.repeat(32)) }));
}

describe('B4: a registration under a temporary name', () => {
  test('that no application can have is counted, and the oldest is named', async () => {
    const here = await world();
    const ids = ['gone', 'gone too'].map((uid) => here.emulator.createByHand(nameOf(uid)).application.id);

    const { provider, ready } = await here.operator().pass();

    expect([ready, provider.status?.orphans]).toEqual(['True', { count: 2, first: String(ids[0]) }]);
    expect(here.emulator.applications.filter(({ softDeleted }) => !softDeleted)).toHaveLength(2);
  });

  test('is no orphan any more once somebody has deleted it', async () => {
    const here = await world();
    const { application } = here.emulator.createByHand(nameOf('gone'));
    const operator = here.operator();
    await operator.pass();
    here.emulator.vanish(application.id);
    await here.clock.advance(10 * MINUTE);

    expect((await operator.pass()).provider.status).not.toHaveProperty('orphans');
  });

  test.each<[why: string, name: string]>([
    ['of another cluster', nameOf('gone', { cluster: 'elsewhere' })],
    ['that a person made up', 'Shop [k8s 0123456789abcdef]'],
    ['that a person gave', 'Shop'],
  ])('%s is not ours to count', async (_, name) => {
    const here = await world();
    here.emulator.createByHand(name);

    expect((await here.operator().pass()).provider.status).not.toHaveProperty('orphans');
  });

  test('of a live object is its own, of one before a disappearance, too, and in whatever provider object it is', async () => {
    const here = await world();
    const { metadata } = await here.application('shop', { anew: 2 });
    for (const counter of [0, 2]) here.emulator.createByHand(nameOf(metadata.uid, { counter }));
    await here.sibling('second');

    const operator = here.operator();
    const both = [await operator.pass(), await operator.pass('second')];

    for (const { provider } of both) expect(provider.status).not.toHaveProperty('orphans');
  });

  test('is no orphan while an operation is open under it', async () => {
    const here = await world();
    const name = nameOf('restored');
    const operation = {
      v: 1,
      id: 'o',
      type: 'register',
      holder: 'h',
      deadlineSeconds: 1,
      serial: 1,
      secretName: 's',
      temporaryName: name,
    } as const;
    await here.application('shop', { operation });
    here.emulator.createByHand(name);

    expect((await here.operator().pass()).provider.status).not.toHaveProperty('orphans');
  });

  test('is no orphan while an application holds its id', async () => {
    const here = await world();
    const { application } = here.emulator.createByHand(nameOf('restored'));
    const { uid } = (await here.provider()).metadata;
    const identity = here.identity();
    const provider = { kind: 'OAuthProvider', name: 'logi', uid, identity } as const;
    await here.application('shop', { provider, applicationId: String(application.id) });

    expect((await here.operator().pass()).provider.status).not.toHaveProperty('orphans');
  });
});
