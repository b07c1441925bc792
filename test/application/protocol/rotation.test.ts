import { beforeAll, describe, expect, test } from 'vitest';
import { SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { ROTATE, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi } from '../../support/bench/settled.ts';
import { type App, logsIn, openWorld, readyReason, statusOf, type World } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const rotations = (world: World): number => world.effects().filter((operation) => operation === 'rotate').length;

const reasonsOf = (apps: readonly App[]): Promise<readonly (string | undefined)[]> =>
  Promise.all(apps.map(readyReason));

const refusingRehearsals = (ports: Ports): Ports => ({
  ...ports,
  secrets: {
    ...ports.secrets,
    write: (...call) =>
      call[3] === 'rehearse' ? Promise.reject(new ClusterError('refused', 'quota')) : ports.secrets.write(...call),
  },
});

describe('rotation', () => {
  test('T1: a token is served once, by whichever process', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.annotate({ [ROTATE]: 'one' });
    await (await startProcess(world)).settle(app);
    await world.clock.advance(60_000);
    await (await startProcess(world)).settle(app);
    expect([rotations(world), (await statusOf(app)).served?.rotate]).toEqual([1, 'one']);
  });

  test('T1: a token that was served is not served again when it is put back after another one', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    for (const token of ['git', 'by-hand', 'git', 'by-hand', 'git']) {
      await app.annotate({ [ROTATE]: token });
      await process.settle(app);
      await world.clock.advance(60_000);
    }
    expect([rotations(world), await readyReason(app)]).toEqual([2, 'InSync']);
  });

  test('T1: a token on a public client, which has no secret, is served at once, and an Event says so', async () => {
    const { world, app, process } = await openSettledAtLogi(ground, { type: 'Native' });
    await app.annotate({ [ROTATE]: 'one' });
    await process.settle(app);
    const served = (await statusOf(app)).served?.rotate;
    expect([rotations(world), served, await readyReason(app)]).toEqual([0, 'one', 'InSync']);
    expect(process.happenings.at(-1)).toMatchObject({ type: 'Warning', reason: 'NothingToRotate' });
  });

  test('T2: serials count up, in the status and in the Secret', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const serials = async () => [
      (await statusOf(app)).secret?.serial,
      (await world.secret(app.secretName))?.object.metadata.annotations?.[SECRET_ANNOTATIONS.serial],
    ];
    const first = await serials();
    await app.annotate({ [ROTATE]: 'one' });
    await (await startProcess(world)).settle(app);
    expect([first, await serials()]).toEqual([
      [1, '1'],
      [2, '2'],
    ]);
  });

  test('O4, D4: a Secret that is retained logs in, though the answer to a rotation was lost before', async () => {
    const { world, app } = await openSettledAtLogi(ground, { deletionPolicy: 'Retain' });
    world.emulator.fault({ operation: 'rotate', when: 'after', type: 'reset' });
    await app.annotate({ [ROTATE]: 'one' });
    const process = await startProcess(world);
    await process.pass(app);
    await app.delete();
    await process.settle(app);
    expect(await app.find()).toBeUndefined();
    expect(await logsIn(world, app.secretName)).toBe(true);
  });

  test('T4, O5: one that is answered with the JSON of an error is made again', async () => {
    const { world, app, process } = await openSettledAtLogi(ground);
    const body = '{"error":"internal_error"}';
    world.emulator.fault({ operation: 'rotate', when: 'after', type: 'status', status: 200, body });
    await app.annotate({ [ROTATE]: 'one' });
    await process.pass(app);
    expect([await readyReason(app), (await statusOf(app)).served?.rotate]).toEqual(['MalformedAnswer', undefined]);
    await process.settle(app);
    expect([rotations(world), await readyReason(app), (await statusOf(app)).served?.rotate]).toEqual([
      2,
      'InSync',
      'one',
    ]);
    expect(await logsIn(world, app.secretName)).toBe(true);
  });

  test('T4: an immediate rotation is done in one pass', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const before = (await world.secret(app.secretName))?.data ?? {};
    await app.annotate({ [ROTATE]: 'one' });
    await (await startProcess(world)).pass(app);
    const { client_id: id = '', client_secret: value = '' } = (await world.secret(app.secretName))?.data ?? {};
    expect([id, value === before['client_secret'], world.emulator.logsIn(id, value)]).toEqual([
      before['client_id'],
      false,
      true,
    ]);
    expect((await statusOf(app)).rotation?.lastRotatedAt).toBeDefined();
  });

  test('T5: two rotations of one object are 30 s apart', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    await app.annotate({ [ROTATE]: 'one' });
    await process.settle(app);
    await world.clock.advance(5_000);
    await app.annotate({ [ROTATE]: 'two' });
    expect(await process.pass(app)).toEqual({ type: 'again', afterMs: 25_000 });
    expect(rotations(world)).toBe(1);
    await world.clock.advance(25_000);
    await process.settle(app);
    expect(rotations(world)).toBe(2);
  });

  test('T5: rotations that nobody asked for are limited, and those that somebody asks for are not', async () => {
    const { world, app } = await openSettledAtLogi(ground, {}, { limits: { automaticRotationsPerHour: 1 } });
    const other = await world.create({}, 'other');
    const process = await startProcess(world);
    await process.settle(other);
    await app.loseSecret();
    await other.loseSecret();
    await process.settle(app);
    expect(await process.pass(other)).toMatchObject({ type: 'again' });
    expect([rotations(world), await readyReason(other)]).toEqual([1, 'WaitingForBudget']);

    await other.annotate({ [ROTATE]: 'now' });
    await process.settle(other);
    expect([rotations(world), await readyReason(other)]).toEqual([2, 'InSync']);
  });

  test('T5: those of passes that run side by side keep to that limit, and one that is refused before it begins takes no place', async () => {
    const { world, app, process } = await openSettledAtLogi(ground, {}, { limits: { automaticRotationsPerHour: 1 } });
    const apps = [app, await world.create({}, 'one'), await world.create({}, 'two'), await world.create({}, 'three')];
    for (const each of apps.slice(1)) await process.settle(each);
    for (const each of apps) await each.loseSecret();
    const unwilling = await startProcess(world, { ports: refusingRehearsals });
    for (const each of apps) await unwilling.pass(each);
    expect([rotations(world), await reasonsOf(apps)]).toEqual([0, apps.map(() => 'SecretRefused')]);

    await process.look();
    await Promise.all(apps.map((each) => process.passWithoutLooking(each)));
    expect([rotations(world), (await reasonsOf(apps)).filter((reason) => reason === 'WaitingForBudget')]).toMatchObject(
      [1, { length: 3 }],
    );
  });

  test('T5: those whose answers are lost keep to that limit, repeated as they are', async () => {
    const { world, app } = await openSettledAtLogi(ground, {}, { limits: { automaticRotationsPerHour: 1 } });
    const others = [await world.create({}, 'one'), await world.create({}, 'two')];
    const process = await startProcess(world);
    for (const other of others) await process.settle(other);
    for (const each of [app, ...others]) await each.loseSecret();
    world.emulator.fault({ operation: 'rotate', when: 'after', type: 'status', status: 502, body: 'bad', times: 3 });
    for (const each of [app, ...others]) await process.pass(each);
    expect([rotations(world), await Promise.all(others.map(readyReason))]).toEqual([
      1,
      ['WaitingForBudget', 'WaitingForBudget'],
    ]);
  });

  test('T1, T5: where passes side by side find the schedule due, the one that comes late looks again at once', async () => {
    const world = await openWorld(ground);
    const apps = [
      await world.create({ rotation: { interval: '24h' } }),
      await world.create({ rotation: { interval: '24h' } }, 'other'),
    ];
    const process = await startProcess(world);
    for (const each of apps) await process.pass(each);
    await world.clock.advance(25 * 3_600_000);
    await process.serve();
    await process.look();
    const outcomes = await Promise.all(apps.map((each) => process.passWithoutLooking(each)));
    expect(rotations(world)).toBe(1);
    expect(outcomes).toContainEqual({ type: 'again', afterMs: 0 });
  });

  test('T5: rotations that somebody asks for take no place from the scheduled ones of others', async () => {
    const world = await openWorld(ground);
    const asking = await world.create();
    const app = await world.create({ rotation: { interval: '24h' } }, 'scheduled');
    const process = await startProcess(world);
    await process.settle(asking);
    await process.pass(app);
    await world.clock.advance(24 * 3_600_000);
    await process.serve();
    await asking.annotate({ [ROTATE]: 'now' });
    await process.settle(asking);
    expect([rotations(world), (await statusOf(asking)).rotation?.lastScheduledAt]).toEqual([1, undefined]);

    await process.pass(app);
    expect(rotations(world)).toBe(2);
    const { lastScheduledAt, lastRotatedAt } = (await statusOf(app)).rotation ?? {};
    expect(lastRotatedAt).toBeDefined();
    expect(lastScheduledAt).toBe(lastRotatedAt);
    await world.clock.advance(60_000);
    await app.annotate({ [ROTATE]: 'now' });
    await process.pass(app);
    const after = (await statusOf(app)).rotation;
    expect([rotations(world), after?.lastScheduledAt]).toEqual([3, lastScheduledAt]);
    expect(after?.lastRotatedAt).not.toBe(lastRotatedAt);
  });

  test('T6: with clocks minutes apart nothing is rotated unasked', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.loseSecret();
    const process = await startProcess(world, { ports: (ports) => ({ ...ports, clockSkewMs: () => -301_000 }) });
    await process.pass(app);
    expect([rotations(world), await readyReason(app)]).toEqual([0, 'SecretLost']);
    await app.annotate({ [ROTATE]: 'now' });
    await process.settle(app);
    expect([rotations(world), await readyReason(app)]).toEqual([1, 'InSync']);
  });

  test('T6: one that is due while clocks are minutes apart names no time and writes nothing, and comes once they agree', async () => {
    const world = await openWorld(ground);
    const app = await world.create({ rotation: { interval: '24h' } });
    let skewMs = 0;
    const process = await startProcess(world, { ports: (ports) => ({ ...ports, clockSkewMs: () => skewMs }) });
    await process.pass(app);
    skewMs = 301_000;
    await world.clock.advance(27 * 3_600_000);
    await process.serve();
    await process.pass(app);
    const told = await statusOf(app);
    expect([rotations(world), told.rotation?.nextRotationAt]).toEqual([0, undefined]);
    expect(told.conditions?.find(({ type }) => type === 'RotationOverdue')?.message).toContain(
      'the clocks of operator',
    );

    for (const _ of [1, 2, 3]) {
      await world.clock.advance(900_000);
      await process.pass(app);
    }
    expect(await statusOf(app)).toEqual(told);
    skewMs = 0;
    await process.pass(app);
    expect(rotations(world)).toBe(1);
  });
});
