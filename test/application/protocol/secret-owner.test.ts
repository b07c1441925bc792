import { beforeAll, describe, expect, test } from 'vitest';
import { SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld } from '../../support/bench/logto.ts';
import { ROTATE, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi, settledIn } from '../../support/bench/settled.ts';
import { silentAfterSecret } from '../../support/bench/silent.ts';
import { type AnyWorld, type App, openWorld, readyReason, statusOf, type World } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const RETAIN = { deletionPolicy: 'Retain' } as const;
const DELETE = { deletionPolicy: 'Delete' } as const;

async function has(world: AnyWorld, name: string): Promise<'yes' | 'no'> {
  return (await world.secret(name)) === undefined ? 'no' : 'yes';
}

const secretRef = (name: string) => ({ resource: SECRETS, namespace: ground.namespace, name });

describe('a Secret that was written under Retain', () => {
  test.each([
    ['logi', async () => openWorld(ground)],
    ['Logto', async () => openLogtoWorld(ground)],
  ])('D1, S9: goes with its object when that is to be deleted by now, at %s', async (_, open) => {
    const { world, app, process } = await settledIn(await open(), RETAIN);
    await app.change(DELETE);
    await app.delete();
    await process.settle(app);
    expect([await app.find(), world.live(), await has(world, app.secretName)]).toEqual([undefined, [], 'no']);
  });

  test('D1, S9: goes when the policy changed while the object was suspended', async () => {
    const { world, app, process } = await openSettledAtLogi(ground, RETAIN);
    await app.change({ suspend: true });
    await process.settle(app);
    await app.change(DELETE);
    await process.settle(app);
    await app.delete();
    await process.settle(app);
    expect([await app.find(), await has(world, app.secretName)]).toEqual([undefined, 'no']);
  });

  test('D1, S9: goes when the policy changes in the moment in which the object was to be let go', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.change(RETAIN);
    const process = await startProcess(world, { ports: (real) => editedBeforeItGoes(app, real) });
    await app.delete();
    expect(await process.pass(app)).toEqual({ type: 'back-off' });
    await process.settle(app);
    expect([await app.find(), world.live(), await has(world, app.secretName)]).toEqual([undefined, [], 'no']);
  });

  test('D1, S8, S9: goes under its former name, too, though the policy was seen to change', async () => {
    const { world, app, process } = await openSettledAtLogi(ground, RETAIN);
    const name = `${app.name}-new`;
    app.alsoUses(name);
    await app.change({ secret: { name } });
    await process.calm(app);
    await app.change(DELETE);
    await process.calm(app);
    expect(await has(world, app.secretName)).toBe('yes');
    await app.delete();
    await process.settle(app);
    expect([await app.find(), await has(world, app.secretName)]).toEqual([undefined, 'no']);
  });

  test('D1: goes though the process died when the registration was gone and the Secret was not', async () => {
    const { world, app } = await openSettledAtLogi(ground, RETAIN);
    await app.change(DELETE);
    await app.delete();
    const doomed = await startProcess(world, { ports: dyingBeforeTheSecret });
    await doomed.pass(app).catch(() => undefined);
    expect([world.live(), await has(world, app.secretName)]).toEqual([[], 'yes']);
    await (await startProcess(world)).settle(app);
    expect([await app.find(), await has(world, app.secretName)]).toEqual([undefined, 'no']);
  });

  test('A1, S9: stays where the user had put it there for the adoption', async () => {
    const world = await openWorld(ground);
    await world.changeProvider({ spec: { access: [{ adoptable: ['1'] }] } });
    const { application, clientSecret = '' } = world.emulator.createByHand('Shop', {
      redirectUris: ['https://shop.example.com/cb'],
    });
    const name = `${world.provider}-own`;
    const stringData = { client_id: application.clientId, client_secret: clientSecret };
    await ground.client.create(
      SECRETS,
      { metadata: { name, namespace: ground.namespace }, stringData },
      {},
      ground.signal,
    );
    const adopt = { applicationId: '1', secretRef: { name } };
    const { app, process } = await settledIn(world, { ...RETAIN, secret: { name }, adopt });
    await app.change(DELETE);
    await app.delete();
    await process.settle(app);
    expect([await app.find(), world.live(), (await world.secret(name))?.data]).toEqual([undefined, [], stringData]);
  });

  test('S1, S9: stays where it does not prove to be ours any more', async () => {
    const { world, app, process } = await openSettledAtLogi(ground, RETAIN);
    const body = { metadata: { annotations: { [SECRET_ANNOTATIONS.seal]: null } } };
    await ground.rival.patch(secretRef(app.secretName), { type: 'merge', body }, {}, ground.signal);
    await app.change(DELETE);
    await app.delete();
    await process.settle(app);
    expect([await app.find(), await has(world, app.secretName)]).toEqual([undefined, 'yes']);
  });
});

test('D1: a Secret that has its owner is left to the collector, and is not even looked at', async () => {
  const { world, app } = await openSettledAtLogi(ground);
  const calls: string[] = [];
  const process = await startProcess(world, { ports: (real) => noting(calls, real) });
  await app.delete();
  await process.settle(app);
  expect([await app.find(), calls]).toEqual([undefined, []]);
});

describe('a Secret that is to stay from now on', () => {
  test.each<[why: string, reason: string, hinder: (world: World, app: App) => Promise<unknown>]>([
    [
      'the provider is away',
      'ProviderNotReady',
      (world) => world.changeProvider({ spec: { logi: { apiUrl: 'http://127.0.0.1:9' } } }),
    ],
    [
      'access is withdrawn',
      'AccessDenied',
      (world) => world.changeProvider({ spec: { access: [{ namespaces: { names: ['another-namespace'] } }] } }),
    ],
    ['the spec is wrong', 'InvalidSpec', (_, app) => app.change({ displayName: 'Shop [k8s 0123456789abcdef]' })],
    [
      'it names another registration to adopt',
      'AdoptionConflict',
      (_, app) => app.change({ ...RETAIN, adopt: { applicationId: '9', secret: 'Rotate' } }),
    ],
    ['an answer was lost and settles', 'Settling', losingAnAnswer],
  ])('S9: has no owner as soon as that is seen, though %s', async (_, reason, hinder) => {
    const { world, app } = await openSettledAtLogi(ground);
    await hinder(world, app);
    await app.change(RETAIN);
    await (await startProcess(world)).pass(app);
    expect([await readyReason(app), await ownersOf(world, app)]).toEqual([reason, []]);
  });

  test.each<[why: string, reason: string, hinder: (world: World) => Promise<unknown>]>([
    ['what made it settles', 'Settling', () => Promise.resolve()],
    [
      'the provider is away',
      'ProviderNotReady',
      (world) => world.changeProvider({ spec: { logi: { apiUrl: 'http://127.0.0.1:9' } } }),
    ],
  ])(
    'S9: has no owner either where its process died before the status told of it, though %s',
    async (_, reason, hinder) => {
      const world = await openWorld(ground);
      const app = await world.create();
      await (await startProcess(world, { ports: silentAfterSecret })).pass(app).catch(() => undefined);
      expect([(await statusOf(app)).secret, await ownersOf(world, app)]).toMatchObject([
        undefined,
        [{ name: app.name }],
      ]);

      await hinder(world);
      await app.change(RETAIN);
      await (await startProcess(world)).pass(app);
      expect([await readyReason(app), await ownersOf(world, app)]).toEqual([reason, []]);
    },
  );

  test('D4, S9: has no owner under its former name either', async () => {
    const { world, app, process } = await openSettledAtLogi(ground);
    const name = `${app.name}-new`;
    app.alsoUses(name);
    await app.change({ secret: { name } });
    await process.calm(app);
    await app.change(RETAIN);
    await process.calm(app);
    expect([await has(world, app.secretName), await ownersOf(world, app)]).toEqual(['yes', []]);
  });
});

async function ownersOf(world: World, { secretName }: App): Promise<readonly unknown[]> {
  return (await world.secret(secretName))?.object.metadata.ownerReferences ?? [];
}

async function losingAnAnswer(world: World, app: App): Promise<void> {
  await app.annotate({ [ROTATE]: 'now' });
  const process = await startProcess(world);
  world.emulator.fault({ operation: 'rotate', when: 'after', type: 'reset' });
  await process.pass(app);
}

/** Somebody has the object deleted after all when its finalizer is on its way off for the first time. */
function editedBeforeItGoes(app: App, real: Ports): Ports {
  let isEdited = false;
  return {
    ...real,
    applications: {
      ...real.applications,
      async removeFinalizer(application, signal) {
        if (!isEdited) await app.change(DELETE);
        isEdited = true;
        await real.applications.removeFinalizer(application, signal);
      },
    },
  };
}

function dyingBeforeTheSecret(real: Ports): Ports {
  return { ...real, secrets: { ...real.secrets, remove: () => Promise.reject(new Error('died')) } };
}

function noting(calls: string[], real: Ports): Ports {
  const { read, remove } = real.secrets;
  return {
    ...real,
    secrets: {
      ...real.secrets,
      read(namespace, name, signal) {
        calls.push(`read ${name}`);
        return read(namespace, name, signal);
      },
      remove(namespace, head, signal) {
        calls.push(`remove ${head.name}`);
        return remove(namespace, head, signal);
      },
    },
  };
}
