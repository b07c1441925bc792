import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryName } from '../../../src/application/naming.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { createSeals } from '../../../src/seals.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { REGISTER_ANEW, ROTATE, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi } from '../../support/bench/settled.ts';
import {
  type App,
  logsIn,
  openWorld,
  readyReason,
  type SpecChange,
  statusOf,
  type World,
} from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const secretRef = (name: string) => ({ resource: SECRETS, namespace: ground.namespace, name });

async function putSecret(name: string, stringData: Readonly<Record<string, string>>, rest: object = {}) {
  const { client, namespace, signal } = ground;
  return client.create(SECRETS, { metadata: { name, namespace }, stringData, ...rest }, {}, signal);
}

async function ownersOf(world: World, name: string): Promise<number> {
  return (await world.secret(name))?.object.metadata.ownerReferences?.length ?? 0;
}

const USED = { redirectUris: ['https://shop.example.com/cb'] };

describe('a status that a tenant wrote', () => {
  test('I2: gets no seal for the registration that it names', async () => {
    const { world, app, process } = await openSettledAtLogi(ground);
    const { application } = world.emulator.createByHand('Payroll');
    const before = await world.secret(app.secretName);
    await app.forge({ applicationId: String(application.id), clientId: application.clientId });
    await app.change({ secret: { format: 'Env' } });
    await process.settle(app);
    expect([await readyReason(app), (await world.secret(app.secretName))?.data]).toEqual(['SealInvalid', before?.data]);
  });

  test('I2: is no word that the registration is gone, where it names one that there never was', async () => {
    const { world, app, process } = await openSettledAtLogi(ground);
    await app.forge({ applicationId: '424242', clientId: 'logi_none' });
    await process.settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['SealInvalid', ['create', 'update']]);
  });

  test('D1: does not let an object go whose registration it does not name', async () => {
    const { world, app, process } = await openSettledAtLogi(ground);
    await app.forge({ applicationId: '424242', clientId: 'logi_none' });
    await app.delete();
    await process.settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['DeletionBlocked', ['create', 'update']]);
  });

  test('R10: on a new object is given up when a person asks for that, once, and the object registered', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    await app.forge({ applicationId: '424242', clientId: 'logi_none' });
    const process = await startProcess(world);
    await process.calm(app);
    expect([await readyReason(app), world.effects()]).toEqual(['SealInvalid', []]);
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await process.settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['InSync', ['create', 'update']]);
  });

  test('S8: has no Secret deleted that was not made for the object', async () => {
    const { world, app, process } = await openSettledAtLogi(ground);
    const name = `${app.name}-database`;
    const { metadata } = await putSecret(name, { password: 'x' });
    await app.forge({ formerSecrets: [{ name, uid: metadata.uid, removeAfter: '2020-01-01T00:00:00Z' }] });
    await process.settle(app);
    expect([(await world.secret(name))?.data, (await statusOf(app)).formerSecrets]).toEqual([
      { password: 'x' },
      undefined,
    ]);
  });

  test('has no secret issued after access was withdrawn, however many operations it claims', async () => {
    const { world, app, process } = await openSettledAtLogi(ground);
    await world.changeProvider({ spec: { access: [{ namespaces: { names: ['another-namespace'] } }] } });
    await process.serve();
    await world.clock.advance(60_000);
    for (const id of ['one', 'two']) {
      const forged = {
        v: 1,
        id,
        type: 'rotate',
        holder: 'x',
        deadlineSeconds: 1,
        serial: 7,
        secretName: app.secretName,
      };
      await app.forge({ operation: forged });
      await process.settle(app);
      await world.clock.advance(60_000);
    }
    expect([await readyReason(app), world.effects()]).toEqual(['AccessDenied', ['create', 'update']]);
  });
});

describe('temporary names', () => {
  test('R5: cannot be made without the key of the installation', async () => {
    const world = await openWorld(ground);
    const ours = createSeals(world.installation);
    const { uid } = (await (await world.create()).get()).metadata;
    const guess = temporaryName('Shop', uid, 0, { ...ours, keyed: (_, text) => ours.digest(text) });
    expect(guess).not.toBe(temporaryName('Shop', uid, 0, ours));
  });

  test('R5: are refused as a display name', async () => {
    const { world, app } = await openSettledAtLogi(ground, { displayName: 'Shop [k8s 0123456789abcdef]' });
    expect([await readyReason(app), world.effects()]).toEqual(['InvalidSpec', []]);
  });
});

describe('adoption', () => {
  async function openTo(id: string): Promise<World> {
    const world = await openWorld(ground);
    await world.changeProvider({ spec: { access: [{ adoptable: [id] }] } });
    return world;
  }

  async function adopter(world: World, name: string, spec: SpecChange): Promise<App> {
    return world.create({ displayName: 'Shop', deletionPolicy: 'Retain', ...spec }, name);
  }

  test('R7: of two objects that adopt one registration at once, at most one goes on', async () => {
    const world = await openTo('1');
    world.emulator.createByHand('Shop', USED);
    const adopt = { applicationId: '1', secret: 'Rotate' } as const;
    const apps = [await adopter(world, 'one', { adopt }), await adopter(world, 'two', { adopt })];
    const process = await startProcess(world);
    await process.look();
    await Promise.all(apps.map((app) => process.passWithoutLooking(app)));
    for (const app of apps) await process.settle(app);
    const ready = [];
    for (const app of apps) if ((await readyReason(app)) === 'InSync') ready.push(app);
    expect(ready).toHaveLength(1);
    expect(await logsIn(world, ready[0]?.secretName ?? '')).toBe(true);
  });

  test('R12: of two that keep the secret in use, the one that gives way keeps no copy of it', async () => {
    const world = await openTo('1');
    const { application, clientSecret = '' } = world.emulator.createByHand('Shop', USED);
    const name = `${world.provider}-in-use`;
    const inUse = { client_id: application.clientId, client_secret: clientSecret };
    await putSecret(name, inUse);
    const adopt = { applicationId: '1', secretRef: { name } };
    const apps = [await adopter(world, 'one', { adopt }), await adopter(world, 'two', { adopt })];
    const process = await startProcess(world);
    await process.look();
    await Promise.all(apps.map((app) => process.passWithoutLooking(app)));
    for (const app of apps) await process.settle(app);
    const standing = [];
    for (const app of apps) standing.push([await readyReason(app), (await world.secret(app.secretName))?.data]);
    expect(standing).toHaveLength(2);
    expect(standing).toContainEqual(['InSync', inUse]);
    expect(standing).toContainEqual(['NameTaken', undefined]);
    expect((await world.secret(name))?.data).toEqual(inUse);
  });

  test('S3: a Secret that cannot be written is told, and taken over by nobody', async () => {
    const world = await openTo('1');
    const { application, clientSecret = '' } = world.emulator.createByHand('Shop', USED);
    const name = `${world.provider}-immutable`;
    await putSecret(name, { client_id: application.clientId, client_secret: clientSecret }, { immutable: true });
    const adopt = { applicationId: '1', secretRef: { name } };
    const app = await adopter(world, 'one', { secret: { name, format: 'Env' }, adopt });
    await (await startProcess(world)).pass(app);
    expect(await readyReason(app)).toBe('SecretRefused');
  });

  test('S1: a Secret that belongs to another object is not taken over', async () => {
    const world = await openTo('1');
    const { application, clientSecret = '' } = world.emulator.createByHand('Shop', USED);
    const name = `${world.provider}-owned`;
    const owner = await putSecret(`${name}-owner`, {});
    const { uid } = owner.metadata;
    const { client, namespace, signal } = ground;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Secret', name: `${name}-owner`, uid, controller: true }];
    const stringData = { client_id: application.clientId, client_secret: clientSecret };
    await client.create(SECRETS, { metadata: { name, namespace, ownerReferences }, stringData }, {}, signal);
    const app = await adopter(world, 'one', { secret: { name }, adopt: { applicationId: '1', secretRef: { name } } });
    await (await startProcess(world)).pass(app);
    expect([await readyReason(app), (await world.secret(name))?.data]).toEqual(['AdoptionRefused', stringData]);
  });
});

describe('what is retained', () => {
  test('S9: stays when its value was changed by hand', async () => {
    const { world, app, process } = await openSettledAtLogi(ground, { rotation: { onSecretLoss: 'Wait' } });
    const data = { client_secret: Buffer.from('another').toString('base64') };
    await ground.rival.patch(secretRef(app.secretName), { type: 'merge', body: { data } }, {}, ground.signal);
    await process.pass(app);
    await app.change({ deletionPolicy: 'Retain' });
    await app.delete();
    await process.settle(app);
    expect([await app.find(), await ownersOf(world, app.secretName)]).toEqual([undefined, 0]);
  });

  test('S9: is taken back from the new name when the object was renamed and deleted in one go', async () => {
    const { world, app, process } = await openSettledAtLogi(ground);
    const name = `${app.name}-new`;
    await app.change({ deletionPolicy: 'Retain', secret: { name } });
    app.alsoUses(name);
    await app.delete();
    await process.settle(app);
    expect([await app.find(), await ownersOf(world, name), world.live().length]).toEqual([undefined, 0, 1]);
    expect((await world.secret(name))?.data).toHaveProperty('client_secret');
  });
});

describe('what the provider does not do', () => {
  test('a field that it does not clear is not said to be cleared', async () => {
    const { world, app, process } = await openSettledAtLogi(ground, {
      logi: { webhookUrl: 'https://hooks.example.com/' },
    });
    await app.change({ logi: null });
    const fault = { operation: 'update', when: 'before', type: 'status', status: 200, times: 'always' } as const;
    const [shown] = world.live();
    const body = JSON.stringify({ id: 1, client_id: shown?.clientId, webhook_url: 'https://hooks.example.com/' });
    world.emulator.fault({ ...fault, body });
    await process.settle(app);
    expect([await readyReason(app), (await statusOf(app)).enforced]).toEqual(['Rejected', ['logi.webhookUrl']]);
  });

  test('scopes that are left out stay, and that is said', async () => {
    const { app, process } = await openSettledAtLogi(ground, { scopes: ['openid', 'phone'] });
    await app.change({ scopes: null });
    await process.settle(app);
    const ready = (await statusOf(app)).conditions?.find(({ type }) => type === 'Ready');
    expect([ready?.status, ready?.message]).toEqual([
      'True',
      expect.stringContaining('spec.scopes is left out and stays as it was'),
    ]);
  });
});

test('S8: a rename and a rotation in one go leave no former Secret behind', async () => {
  const { world, app, process } = await openSettledAtLogi(ground);
  await world.clock.advance(60_000);
  const name = `${app.name}-new`;
  await app.change({ secret: { name } });
  app.alsoUses(name);
  await app.annotate({ [ROTATE]: 'now' });
  await process.settle(app);
  expect([await readyReason(app), await world.secret(app.secretName)]).toEqual(['InSync', undefined]);
});
