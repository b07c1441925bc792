import { beforeAll, describe, expect, test } from 'vitest';
import { SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { REGISTER_ANEW, ROTATE, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi, settledIn } from '../../support/bench/settled.ts';
import { type App, openWorld, readyReason, remove, statusOf, type World } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

async function loseCreate(world: World, app: App) {
  const process = await startProcess(world);
  world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
  await process.pass(app);
  return process;
}

/** A registration whose create was served twice, after the last listing. */
async function createdTwice() {
  const world = await openWorld(ground);
  const app = await world.create();
  const process = await startProcess(world);
  await world.clock.advance(1);
  world.emulator.fault({ operation: 'create', when: 'before', type: 'repeat' });
  await process.settle(app);
  return { world, app, process };
}

async function clientIdOf(world: World, app: App): Promise<string | undefined> {
  return (await world.secret(app.secretName))?.data['client_id'];
}

describe('registering and recovering', () => {
  test('R1: the live Secret is asked before anything is created', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    await ground.client.create(
      SECRETS,
      { metadata: { name: app.secretName, namespace: ground.namespace }, stringData: { theirs: 'value' } },
      {},
      ground.signal,
    );
    const process = await startProcess(world);
    await process.pass(app);
    expect([await readyReason(app), world.effects()]).toEqual(['SecretNotOurs', []]);
  });

  test('R2: a Secret with the open operation’s id and serial finishes it without a call', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const clientId = await clientIdOf(world, app);
    const { object } = (await world.secret(app.secretName)) ?? {};
    const id = object?.metadata.annotations?.[SECRET_ANNOTATIONS.operation];
    const { provider } = await statusOf(app);
    await app.loseStatus();
    const operation = {
      v: 1,
      id,
      type: 'register',
      holder: 'dead',
      deadlineSeconds: 10,
      serial: 1,
      secretName: app.secretName,
    };
    await app.forge({ provider, operation });

    const before = world.effects().length;
    await (await startProcess(world)).settle(app);
    const status = await statusOf(app);
    expect([status.operation, status.clientId, await readyReason(app)]).toEqual([undefined, clientId, 'InSync']);
    expect(world.effects()).toHaveLength(before);
  });

  test('R2: a rotation whose value is in the Secret is finished, and not made again for the same token', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const annotations = (await world.secret(app.secretName))?.object.metadata.annotations;
    const id = annotations?.[SECRET_ANNOTATIONS.operation];
    await app.annotate({ [ROTATE]: 'now' });
    const rotation = {
      v: 1,
      type: 'rotate',
      holder: 'dead',
      deadlineSeconds: 10,
      serial: 1,
      secretName: app.secretName,
    };
    await app.forge({ operation: { ...rotation, id, applicationId: '1', request: 'now' } });

    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), (await statusOf(app)).served?.rotate]).toEqual(['InSync', 'now']);
    expect(world.effects()).toEqual(['create', 'update']);
  });

  test('R5: a registration is born under a name of its own, and renamed when its id is in the status', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const names = world.emulator.journal.filter(({ effect }) => effect === 'done').map(({ name }) => name);
    expect(names).toEqual([(await statusOf(app)).temporaryName, 'Shop']);
    expect(names[0]).toMatch(/^Shop \[k8s [0-9a-f]{16}\]$/);
  });

  test('R5: what a lost create made is found, taken and rotated once', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    await (await loseCreate(world, app)).settle(app);
    expect(world.effects()).toEqual(['create', 'rotate', 'update']);
    expect(await readyReason(app)).toBe('InSync');
  });

  test('R5: a lost create that made nothing is made again under the same name', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'create', when: 'before', type: 'reset' });
    await process.pass(app);
    const { temporaryName } = await statusOf(app);
    await process.settle(app);
    const names = world.emulator.journal.filter(({ operation }) => operation === 'create').map(({ name }) => name);
    expect(names.at(-1)).toBe(temporaryName);
  });

  test('R1: so is one that was taken out together with what proves it', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const { applicationId } = await statusOf(app);
    await app.forge({ applicationId: null, clientId: null, seal: null });
    await (await startProcess(world)).settle(app);
    expect([(await statusOf(app)).applicationId, world.live().length]).toEqual([applicationId, 1]);

    await app.forge({ applicationId: null, clientId: null, seal: null });
    await app.delete();
    await (await startProcess(world)).settle(app);
    expect([await app.find(), world.live()]).toEqual([undefined, []]);
  });

  test('R1: an id that was taken out of the status is found again by the Secret, and nothing is registered a second time', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const { applicationId } = await statusOf(app);
    await app.forge({ applicationId: null });
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', applicationId]);
    expect(world.live()).toHaveLength(1);
  });

  test('R5: the twin of a create that was served twice is removed', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'create', when: 'before', type: 'repeat' });
    await process.settle(app);
    expect(world.live()).toHaveLength(2);

    const next = await startProcess(world);
    await next.settle(app);
    expect(world.live().map(({ clientId }) => clientId)).toEqual([await clientIdOf(world, app)]);
  });

  test('R5: the twin of a registration that is given up goes before anything is forgotten', async () => {
    const { world, app, process } = await createdTwice();
    const given = await clientIdOf(world, app);

    await app.annotate({ [REGISTER_ANEW]: 'please' });
    await process.settle(app);
    expect(world.live().map(({ clientId }) => clientId)).toEqual([given, await clientIdOf(world, app)]);
  });

  test('R5, R9: the twin of a registration that is taken back is removed, though no listing had shown it', async () => {
    const { world, app, process } = await createdTwice();
    await app.loseStatus();

    await process.settle(app);
    expect(world.live().map(({ clientId }) => clientId)).toEqual([await clientIdOf(world, app)]);
  });

  test('R5, D1: a lost status takes along how often the registration had disappeared, and its name is found all the same', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    world.emulator.edit(1, { softDeleted: true });
    await loseCreate(world, app);
    expect(world.live()).toHaveLength(1);
    await app.loseStatus();
    await app.delete();
    await (await startProcess(world)).settle(app);
    expect([await app.find(), world.live()]).toEqual([undefined, []]);
  });

  test('R5: after a disappearance the next registration bears another temporary name', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const { temporaryName } = await statusOf(app);
    world.emulator.edit(1, { softDeleted: true });
    await (await startProcess(world)).settle(app);
    const status = await statusOf(app);
    expect([status.anew, status.temporaryName === temporaryName, await readyReason(app)]).toEqual([1, false, 'InSync']);
  });

  test('R6: a lost create under a final name is never resolved by name', async () => {
    const world = await openWorld(ground, { registrationName: 'Final' });
    const app = await world.create();
    const process = await loseCreate(world, app);
    await process.settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['RegistrationUncertain', ['create']]);
    const ready = (await statusOf(app)).conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.message).toContain('1');
  });

  test('R6, R10: register-anew is the way out, and leaves the uncertain one alone', async () => {
    const world = await openWorld(ground, { registrationName: 'Final' });
    const app = await world.create();
    await (await loseCreate(world, app)).settle(app);
    await app.annotate({ [REGISTER_ANEW]: 'please' });
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId, world.live().length]).toEqual([
      'InSync',
      '2',
      2,
    ]);
  });

  test.each([
    { from: 'Final', to: 'Temporary', reason: 'RegistrationUncertain' },
    { from: 'Temporary', to: 'Final', reason: 'InSync' },
  ] as const)(
    'R5, R6: a lost create is judged by the name that it gave, $from, though $to ones are given by now',
    async ({ from, to, reason }) => {
      const world = await openWorld(ground, { registrationName: from });
      const app = await world.create();
      await loseCreate(world, app);
      await world.changeProvider({ spec: { logi: { registrationName: to } } });

      await (await startProcess(world)).settle(app);

      expect([await readyReason(app), world.live().length]).toEqual([reason, 1]);
    },
  );

  test('R7: a registration that existed before the call is never taken', async () => {
    const world = await openWorld(ground, { registrationName: 'Final', switches: { sameName: 'found' } });
    const theirs = world.emulator.createByHand('Shop').application;
    const app = await world.create();
    const process = await startProcess(world);
    await process.pass(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['NameTaken', undefined]);
    expect(world.emulator.applications()).toEqual([theirs]);
  });

  test('R7: a registration that another application holds is never taken', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const other = await world.create({}, 'other');
    const { provider, temporaryName } = await statusOf(app);
    await other.forge({ provider, temporaryName });
    world.emulator.rename(1, temporaryName ?? '');

    await (await startProcess(world)).settle(other);
    expect((await statusOf(other)).applicationId).toBe('2');
    expect((await statusOf(app)).applicationId).toBe('1');
  });

  test('R8: a create that shows no secret is rotated once under our temporary name', async () => {
    const { world, app } = await openSettledAtLogi(ground, {}, { switches: { createSecret: 'withheld' } });
    expect([await readyReason(app), world.effects()]).toEqual(['InSync', ['create', 'rotate', 'update']]);
  });

  test('R8: a rotation that shows no secret is not made again until one is asked for', async () => {
    const world = await openWorld(ground, { switches: { createSecret: 'withheld' } });
    world.emulator.fault({
      operation: 'rotate',
      when: 'after',
      type: 'status',
      status: 200,
      body: '{"id":1}',
      times: 'always',
    });
    const app = await world.create();
    const process = await startProcess(world);
    await process.settle(app);
    expect([await readyReason(app), world.effects()]).toEqual([
      'ProviderReturnedNoSecret',
      ['create', 'rotate', 'update'],
    ]);
    await world.clock.advance(60_000);
    await app.annotate({ [ROTATE]: 'now' });
    await process.settle(app);
    expect(world.effects()).toEqual(['create', 'rotate', 'update', 'rotate']);
  });

  test('R8: under a final name it waits until a rotation is asked for', async () => {
    const world = await openWorld(ground, { registrationName: 'Final', switches: { createSecret: 'withheld' } });
    const { app, process } = await settledIn(world);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['ProviderReturnedNoSecret', '1']);
    await app.annotate({ [ROTATE]: 'now' });
    await process.settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['InSync', ['create', 'rotate']]);
  });

  test('R9: a lost status is taken back by the seal on the Secret', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const before = await statusOf(app);
    await app.loseStatus();
    await (await startProcess(world)).settle(app);
    const { applicationId, clientId, seal } = await statusOf(app);
    expect({ applicationId, clientId, seal }).toEqual({
      applicationId: before.applicationId,
      clientId: before.clientId,
      seal: before.seal,
    });
    expect(world.effects()).toEqual(['create', 'update']);
  });

  test('R9, R10: a lost status is taken back though a request to register anew, long served, still stands there', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    await app.annotate({ [REGISTER_ANEW]: 'please' });
    await (await startProcess(world)).settle(app);
    await app.loseStatus();
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), world.live().length]).toEqual(['InSync', 1]);
  });

  test('R1: a lost status is taken back though the Secret was to have another name by then, and the name follows', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const { applicationId } = await statusOf(app);
    const name = `${app.secretName}-new`;
    app.alsoUses(name);
    await app.loseStatus();
    await app.change({ secret: { name } });
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', applicationId]);
    expect((await world.secret(name))?.data).toMatchObject({ client_id: expect.any(String) });
    expect(world.effects()).toEqual(['create', 'update']);
  });

  test('R1: so is one where somebody else has a Secret of the other name, which is said then', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const { applicationId } = await statusOf(app);
    const name = `${app.secretName}-theirs`;
    await ground.client.create(
      SECRETS,
      { metadata: { name, namespace: ground.namespace }, stringData: { password: 'x' } },
      {},
      ground.signal,
    );
    await app.loseStatus();
    await app.change({ secret: { name } });
    await (await startProcess(world)).calm(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['SecretNotOurs', applicationId]);
    expect((await world.secret(name))?.data).toEqual({ password: 'x' });
    expect(world.effects()).toEqual(['create', 'update']);
  });

  test('R9: credentials that log in prove nothing without a seal', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const ref = { resource: SECRETS, namespace: ground.namespace, name: app.secretName };
    const annotations = { [SECRET_ANNOTATIONS.seal]: `v1:${'0'.repeat(64)}` };
    await ground.client.patch(ref, { type: 'merge', body: { metadata: { annotations } } }, {}, ground.signal);
    await app.loseStatus();
    await (await startProcess(world)).pass(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['StatusLost', undefined]);
  });

  test('R10: a request to register anew from before a loss is none, and a new one is, however often the status is lost', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    await app.annotate({ [REGISTER_ANEW]: 'long ago' });
    const process = await startProcess(world);
    await process.settle(app);
    await app.loseSecret();
    for (let times = 0; times < 2; times++) {
      await app.loseStatus();
      await process.settle(app);
      expect([await readyReason(app), world.live().length]).toEqual(['StatusLost', 1]);
    }
    await app.annotate({ [REGISTER_ANEW]: 'after the loss' });
    await process.settle(app);
    expect([await readyReason(app), world.live().length]).toEqual(['InSync', 2]);
  });

  test('R10: the first request to register anew, set once a loss is told of, is one', async () => {
    const { world, app, process } = await openSettledAtLogi(ground);
    await app.loseSecret();
    await app.loseStatus();
    await process.settle(app);
    expect(await readyReason(app)).toBe('StatusLost');
    await app.annotate({ [REGISTER_ANEW]: 'please' });
    await process.settle(app);
    expect([await readyReason(app), world.live().length]).toEqual(['InSync', 2]);
  });

  test('R10: tokens that stand there at the first registration count as served', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    await app.annotate({ [ROTATE]: 'early', [REGISTER_ANEW]: 'early' });
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['InSync', ['create', 'update']]);
    expect((await statusOf(app)).served).toMatchObject({ rotate: 'early', anew: 'early' });
  });

  test('R12: of two applications that want one Secret the holder keeps it, and the other registers nothing', async () => {
    const world = await openWorld(ground);
    const name = `${world.provider}-shared`;
    const first = await world.create({ secret: { name } });
    const process = await startProcess(world);
    await process.settle(first);
    const second = await world.create({ secret: { name } }, 'second');
    await process.pass(second);
    expect([await readyReason(first), await readyReason(second)]).toEqual(['InSync', 'SecretNameConflict']);
    expect(world.live()).toHaveLength(1);

    await first.delete();
    await process.settle(first);
    expect(world.live()).toHaveLength(0);
    await remove(ground, { resource: SECRETS, namespace: ground.namespace, name }).catch(() => undefined);
    await expect.poll(() => world.secret(name), { timeout: 20_000 }).toBeUndefined();
    await process.settle(second);
    expect(await readyReason(second)).toBe('InSync');
  });
});
