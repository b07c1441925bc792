import { beforeAll, describe, expect, test } from 'vitest';
import { ANNOTATIONS, FINALIZERS } from '../../../src/api/names.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld } from '../../support/bench/logto.ts';
import { ROTATE, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi } from '../../support/bench/settled.ts';
import { type App, openWorld, readyReason, statusOf } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const NOT_FOUND = { type: 'status', status: 404, body: '{"error":"not_found"}' } as const;

describe('deletion', () => {
  test('D1: without a valid seal nothing is deleted', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.forge({ seal: `v1:${'0'.repeat(64)}` });
    await app.delete();
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), world.live().length]).toEqual(['DeletionBlocked', 1]);
  });

  test('D1, D2: a registration that is said to be gone is given up on the word of a valid seal alone', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.forge({ applicationId: '424242', seal: 'v2:sealed' });
    await app.delete();
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), world.live().length]).toEqual(['DeletionBlocked', 1]);
  });

  test('D1, R1: a deletion that finds the id taken out of the status asks the Secret what there is to delete', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.forge({ applicationId: null });
    await app.delete();
    await (await startProcess(world)).settle(app);
    expect([await app.find(), world.live()]).toEqual([undefined, []]);
  });

  test('D1: a deletion whose status is lost goes by the seal on the Secret, whatever was taken out of it', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const ref = { resource: SECRETS, namespace: ground.namespace, name: app.secretName };
    await ground.rival.patch(ref, { type: 'merge', body: { data: { client_secret: null } } }, {}, ground.signal);
    await app.loseStatus();
    await app.delete();
    await (await startProcess(world)).settle(app);
    expect([await app.find(), world.live()]).toEqual([undefined, []]);
  });

  test.each([
    ['the status', (app: App) => app.loseStatus()],
    ['the id in it', (app: App) => app.forge({ applicationId: null })],
  ])('D4: what is to be retained stays when %s is lost', async (_, lose) => {
    const world = await openLogtoWorld(ground);
    const app = await world.create({ deletionPolicy: 'Retain' });
    await (await startProcess(world)).settle(app);
    const before = world.live().map(({ id }) => id);
    await lose(app);
    await app.delete();
    await (await startProcess(world)).settle(app);
    expect([await app.find(), world.live().map(({ id }) => id)]).toEqual([undefined, before]);
  });

  test('D1, D4: one that is to be retained by now stays, though the deletion was seen and the edit was not yet', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    await app.delete();
    await process.look();
    await app.change({ deletionPolicy: 'Retain' });

    expect(await process.passWithoutLooking(app)).toEqual({ type: 'back-off' });
    await process.settle(app);

    expect([await app.find(), world.live().length]).toEqual([undefined, 1]);
  });

  test.each([
    ['logi', async () => openWorld(ground)],
    ['Logto', async () => openLogtoWorld(ground)],
  ])('D4: what is to be retained at %s goes though its Secret can no longer be what the spec says', async (_, open) => {
    const world = await open();
    const app = await world.create({ deletionPolicy: 'Retain' });
    const process = await startProcess(world);
    await process.settle(app);
    const { data } = (await world.secret(app.secretName)) ?? {};
    await app.change({ secret: { template: { data: { 'x.json': '${clientSecrt}' } } } });
    await app.delete();

    await process.settle(app);

    expect([await app.find(), (await world.secret(app.secretName))?.data, world.live().length]).toEqual([
      undefined,
      data,
      1,
    ]);
  });

  test('D4: what is to be retained goes though a lost rotation cannot be repeated, for a Secret that cannot be written', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.change({ deletionPolicy: 'Retain' });
    await app.annotate({ [ROTATE]: 'now' });
    world.emulator.fault({ operation: 'rotate', when: 'after', type: 'reset' });
    await (await startProcess(world)).pass(app);
    await app.change({ secret: { template: { data: { 'x.json': '${clientSecrt}' } } } });
    await app.delete();

    await (await startProcess(world)).settle(app);

    expect([await app.find(), world.live().length]).toEqual([undefined, 1]);
  });

  test('D1: what another object holds is not deleted', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const other = await world.create({}, 'other');
    const process = await startProcess(world);
    await process.settle(other);
    const { applicationId, clientId, seal } = await statusOf(app);
    await other.forge({ applicationId, clientId, seal });
    await other.delete();
    await process.settle(other);
    expect(world.live().map(({ id }) => String(id))).toContain(applicationId);
  });

  test.each([
    ['logi', async () => openWorld(ground)],
    ['Logto', async () => openLogtoWorld(ground)],
  ])('D1, R3: the twin of a create that %s was asked for twice goes with its object, too', async (_, open) => {
    const world = await open();
    const app = await world.create();
    const process = await startProcess(world);
    await world.clock.advance(1);
    world.emulator.fault({ operation: 'create', when: 'before', type: 'repeat' });
    await process.settle(app);
    expect(world.live()).toHaveLength(2);

    await app.delete();
    await process.settle(app);

    expect([await app.find(), world.live()]).toEqual([undefined, []]);
  });

  test('R3: an object that a listing has shown goes without another one', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    await world.clock.advance(1);
    await process.serve();
    const before = world.emulator.journal.length;

    await app.delete();
    await process.settle(app);

    expect(world.emulator.journal.slice(before).map(({ operation }) => operation)).toEqual(['delete']);
  });

  test('D1: an error never removes the finalizer', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.delete();
    world.emulator.fault({ operation: 'delete', when: 'before', type: 'status', status: 500, times: 'always' });
    await (await startProcess(world)).settle(app);
    expect((await app.get()).metadata.finalizers).toContain(FINALIZERS.registration);
  });

  test('D2: a not-found that the listing denies does not end a deletion', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.delete();
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'delete', when: 'before', ...NOT_FOUND });
    await process.pass(app);
    expect([await readyReason(app), world.live().length]).toEqual(['DeletionBlocked', 1]);
    await process.settle(app);
    expect([await app.find(), world.live().length]).toEqual([undefined, 0]);
  });

  test('D2: a registration that is in no listing and still answers is not gone', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    world.emulator.vanish(1, 'list');
    await (await startProcess(world)).settle(app);
    expect([(await statusOf(app)).applicationId, world.effects()]).toEqual(['1', ['create', 'update']]);
  });

  test('D2: a registration that answers not-found and is listed is not gone', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    world.emulator.vanish(1, 'list');
    const process = await startProcess(world);
    world.emulator.reappear(1);
    world.emulator.fault({ operation: 'show', when: 'before', ...NOT_FOUND });
    await world.clock.advance(61_000);
    await process.settle(app);
    expect([(await statusOf(app)).applicationId, world.effects()]).toEqual(['1', ['create', 'update']]);
  });

  test('D5: a provider stays until the last application that needs it is gone', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await world.deleteProvider();
    const process = await startProcess(world);
    expect((await world.getProvider()).metadata.finalizers).toContain(FINALIZERS.inUse);
    await app.delete();
    await process.settle(app);
    await process.serve();
    await expect(world.getProvider()).rejects.toMatchObject({ status: 404 });
    expect(world.live()).toEqual([]);
  });

  test('D5: a provider that is being deleted takes no new application', async () => {
    const { world } = await openSettledAtLogi(ground);
    await world.deleteProvider();
    const late = await world.create({}, 'late');
    await (await startProcess(world)).settle(late);
    expect([await readyReason(late), world.live().length]).toEqual(['ProviderNotReady', 1]);
  });
});

describe('brakes', () => {
  test('B1: when many registrations are gone at once nothing is registered anew until a person confirms it', async () => {
    const world = await openWorld(ground);
    const process = await startProcess(world);
    const apps = await Promise.all(['a', 'b', 'c'].map((name) => world.create({}, name)));
    for (const app of apps) await process.settle(app);
    for (const { id } of world.live()) world.emulator.edit(id, { softDeleted: true });

    const next = await startProcess(world);
    for (const app of apps) await next.settle(app);
    expect(await Promise.all(apps.map(readyReason))).toEqual(Array(3).fill('MassDisappearance'));
    expect(world.live()).toEqual([]);

    await world.changeProvider({ metadata: { annotations: { [ANNOTATIONS.confirmDisappearance]: 'yes' } } });
    await next.serve();
    for (const app of apps) await next.settle(app);
    expect(await Promise.all(apps.map(readyReason))).toEqual(Array(3).fill('InSync'));
    expect(world.live()).toHaveLength(3);
  });

  test('B1, R12: it holds also where a restore has lost all statuses, by what the Secrets prove', async () => {
    const world = await openWorld(ground);
    const process = await startProcess(world);
    const apps = await Promise.all(['a', 'b', 'c'].map((name) => world.create({}, name)));
    for (const app of apps) await process.settle(app);
    for (const app of apps) await world.restore(app, 'with-secret');
    const secrets = () => Promise.all(apps.map(async ({ secretName }) => (await world.secret(secretName))?.data));
    const before = await secrets();
    for (const { id } of world.live()) world.emulator.edit(id, { softDeleted: true });

    const next = await startProcess(world);
    for (const app of apps) await next.settle(app);

    expect(await Promise.all(apps.map(readyReason))).toEqual(Array(3).fill('MassDisappearance'));
    expect([world.live(), await secrets()]).toEqual([[], before]);
  });

  test('B2: a suspended application makes no call, whatever is asked and whatever drifts', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.change({ suspend: true, displayName: 'Store' });
    await app.annotate({ [ROTATE]: 'now' });
    const process = await startProcess(world);
    const calls = world.emulator.journal.length;
    await process.settle(app);
    expect([await readyReason(app), world.emulator.journal.length]).toEqual(['Suspended', calls]);
  });

  test('B2: a suspended application can still be deleted', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.change({ suspend: true });
    await app.delete();
    await (await startProcess(world)).settle(app);
    expect([await app.find(), world.live()]).toEqual([undefined, []]);
  });

  test('B3: a listing removes nothing; a twin goes in its application’s own pass', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const { temporaryName = '' } = await statusOf(app);
    world.emulator.createByHand(temporaryName);
    const process = await startProcess(world);
    expect(world.live()).toHaveLength(2);
    await process.settle(app);
    expect(world.live().map(({ id }) => id)).toEqual([1]);
  });
});
