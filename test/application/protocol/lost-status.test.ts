import { beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../src/application/ports/ports.ts';
import type { Secrets } from '../../../src/application/ports/secrets.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld } from '../../support/bench/logto.ts';
import { REGISTER_ANEW, ROTATE, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi } from '../../support/bench/settled.ts';
import {
  type App,
  elderAndYounger,
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

const BOTH = [
  ['logi', async () => openWorld(ground)],
  ['Logto', async () => openLogtoWorld(ground)],
] as const;

/** A second registration was asked for, and is still on its way when the status is lost. */
async function registeringAnew() {
  const { world, app } = await openSettledAtLogi(ground);
  const { temporaryName: first = '' } = await statusOf(app);
  await app.annotate({ [REGISTER_ANEW]: 'now' });
  world.emulator.fault({ operation: 'create', when: 'before', type: 'reset' });
  await (await startProcess(world)).pass(app);
  const { temporaryName = '' } = await statusOf(app);
  await app.loseStatus();
  const arrive = (): void => void world.emulator.createByHand(temporaryName, {});
  return { world, app, first, arrive };
}

/** A person copies the Secret, labels and annotations along with it; returns the name of the copy. */
async function copySecret(world: Pick<World, 'secret'>, app: App): Promise<string> {
  const { object } = (await world.secret(app.secretName)) ?? {};
  const { labels, annotations } = object?.metadata ?? {};
  const name = `${app.name}-copy`;
  const metadata = { name, namespace: ground.namespace, labels, annotations };
  await ground.rival.create(SECRETS, { metadata, data: object?.['data'] }, {}, ground.signal);
  app.alsoUses(name);
  return name;
}

async function ownersOf(world: Pick<World, 'secret'>, name: string): Promise<number | undefined> {
  const secret = await world.secret(name);
  return secret && (secret.object.metadata.ownerReferences ?? []).length;
}

describe('a status that is lost while a call is on its way at logi', () => {
  test('O4, R9: is taken back by its Secret once the call has settled, and a rotation that came late counts', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.annotate({ [ROTATE]: 'now' });
    world.emulator.fault({ operation: 'rotate', when: 'before', type: 'reset' });
    await (await startProcess(world)).pass(app);
    await app.loseStatus();
    const next = await startProcess(world);

    expect(await next.pass(app)).toMatchObject({ type: 'again', afterMs: 40_000 });
    world.emulator.rotateByHand(1);
    await next.settle(app);

    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
  });

  test('O4, R5: a second registration that came late is removed as the twin of what the Secret proves', async () => {
    const { world, app, arrive } = await registeringAnew();
    const next = await startProcess(world);
    await next.pass(app);
    arrive();

    await next.settle(app);

    expect([await readyReason(app), world.live().map(({ id }) => id)]).toEqual(['InSync', [1]]);
  });

  test('O4, R5: such a twin is removed also where what the Secret proves has never got its name', async () => {
    const { world, app, first, arrive } = await registeringAnew();
    world.emulator.rename(1, first);
    const next = await startProcess(world);
    await next.pass(app);
    arrive();

    await next.settle(app);

    expect([await readyReason(app), world.live().map(({ id }) => id)]).toEqual(['InSync', [1]]);
  });

  test('O4, R5, R10: gives the second registration where nothing but their temporary names tells of either', async () => {
    const { world, app, first, arrive } = await registeringAnew();
    world.emulator.rename(1, first);
    await app.loseSecret();
    const next = await startProcess(world);
    await next.pass(app);
    arrive();

    await next.settle(app);
    expect(await readyReason(app)).toBe('StatusLost');
    await app.annotate({ [REGISTER_ANEW]: 'once more' });
    await next.settle(app);

    const { applicationId } = await statusOf(app);
    expect([await readyReason(app), applicationId, await logsIn(world, app.secretName)]).toEqual(['InSync', '2', true]);
  });

  test('O4, D1: is deleted with what came late', async () => {
    const { world, app, arrive } = await registeringAnew();
    await app.delete();
    const next = await startProcess(world);
    await next.pass(app);
    arrive();

    await next.settle(app);

    expect([await app.find(), world.live()]).toEqual([undefined, []]);
  });
});

describe('a status that is put back', () => {
  /** To the record of the first create; the object was registered, and had its secret rotated, since. */
  async function toFirstCreate(spec: SpecChange = {}) {
    const world = await openWorld(ground);
    const app = await world.create(spec);
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'create', when: 'before', type: 'reset' });
    await process.pass(app);
    const early = await statusOf(app);
    expect(early.operation?.type).toBe('register');
    await process.settle(app);
    const { applicationId } = await statusOf(app);
    await app.annotate({ [ROTATE]: 'now' });
    await process.settle(app);
    await app.loseStatus();
    await app.forge({ ...early });
    return { world, app, applicationId, next: await startProcess(world) };
  }

  test('R1: to its first create is no reason to register again what its Secret proves', async () => {
    const { world, app, applicationId, next } = await toFirstCreate();
    await next.settle(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', applicationId]);
    expect([world.live().length, await logsIn(world, app.secretName)]).toEqual([1, true]);
  });

  test('R1, B1: to its first create is none either while the registrations of many are missing', async () => {
    const { world, app, applicationId } = await toFirstCreate();
    const others = [];
    for (const name of ['one', 'two', 'three']) others.push(await world.create({}, name));
    const process = await startProcess(world);
    for (const other of others) await process.settle(other);
    for (const { id } of world.live()) world.emulator.edit(id, { softDeleted: true });
    const next = await startProcess(world);
    await next.settle(app);
    expect([await readyReason(app), world.live()]).toEqual(['MassDisappearance', []]);
    world.emulator.edit(Number(applicationId), { softDeleted: false });
    await next.serve();
    await next.settle(app);
    expect([(await statusOf(app)).applicationId, world.live().length]).toEqual([applicationId, 1]);
  });

  test.each(['Delete', 'Retain'] as const)(
    'D1: to its first create lets what its Secret proves go with the object under %s',
    async (deletionPolicy) => {
      const { world, app, next } = await toFirstCreate({ deletionPolicy });
      await app.delete();
      await next.settle(app);
      expect([await app.find(), world.live().length]).toEqual([undefined, deletionPolicy === 'Delete' ? 0 : 1]);
    },
  );

  test('R10: to its first create takes back nothing that a person gives up', async () => {
    const { world, app, applicationId, next } = await toFirstCreate();
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await next.settle(app);
    expect([await readyReason(app), world.live().length]).toEqual(['InSync', 2]);
    expect((await statusOf(app)).applicationId).not.toBe(applicationId);
  });

  test('D1: to before there was an id asks the Secret, too, what is to go with the object', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.forge({ applicationId: null, clientId: null, seal: null, secret: null });
    await app.delete();
    await (await startProcess(world)).settle(app);
    expect([await app.find(), world.live()]).toEqual([undefined, []]);
  });

  test('D1, D4: what an earlier object of the name retained does not go with one that has registered nothing', async () => {
    const { world, app } = await openSettledAtLogi(ground, { deletionPolicy: 'Retain' });
    await app.delete();
    const process = await startProcess(world);
    await process.settle(app);
    const [retained] = world.live();

    const next = await world.create({ deletionPolicy: 'Delete' });
    await next.annotate({ [REGISTER_ANEW]: 'now' });
    const refusal = { type: 'status', status: 422, body: '{"error":"no"}' } as const;
    world.emulator.fault({ operation: 'create', when: 'before', times: 'always', ...refusal });
    await process.pass(next);
    expect(await readyReason(next)).toBe('Rejected');
    await next.annotate({ [REGISTER_ANEW]: null });
    await next.delete();
    await process.settle(next);
    expect([await next.find(), world.live()]).toEqual([undefined, [retained]]);
  });
});

describe('an object that goes and has lost its status', () => {
  test.each(BOTH)('D4, S9: leaves at %s the Secret that it was to retain', async (_, open) => {
    const world = await open();
    const app = await world.create();
    await (await startProcess(world)).settle(app);
    await app.change({ suspend: true });
    await app.loseStatus();
    await app.change({ deletionPolicy: 'Retain' });
    await app.delete();

    await (await startProcess(world)).settle(app);

    expect([await app.find(), await ownersOf(world, app.secretName)]).toEqual([undefined, 0]);
  });

  test.each(BOTH)('D1, S9: takes along at %s the Secret that nobody owned under Retain', async (_, open) => {
    const world = await open();
    const app = await world.create({ deletionPolicy: 'Retain' });
    await (await startProcess(world)).settle(app);
    await app.change({ suspend: true });
    await app.loseStatus();
    await app.change({ deletionPolicy: 'Delete' });
    await app.delete();

    await (await startProcess(world)).settle(app);

    expect([await app.find(), await world.secret(app.secretName), world.live()]).toEqual([undefined, undefined, []]);
  });

  test('D1, S9: takes along the Secret of a registration that is gone, which nobody owned under Retain', async () => {
    const world = await openLogtoWorld(ground);
    const app = await world.create({ deletionPolicy: 'Retain' });
    await (await startProcess(world)).settle(app);
    world.emulator.deleteByHand((await statusOf(app)).applicationId ?? '');
    await app.loseStatus();
    await app.change({ deletionPolicy: 'Delete' });
    await app.delete();

    await (await startProcess(world)).settle(app);

    expect([await app.find(), await world.secret(app.secretName)]).toEqual([undefined, undefined]);
  });
});

test.each(BOTH)(
  'S8: a Secret of a former name is removed in time also where the status is lost at %s',
  async (_, open) => {
    const world = await open();
    const app = await world.create({ deletionPolicy: 'Retain' });
    const process = await startProcess(world);
    await process.settle(app);
    const name = `${app.name}-new`;
    await app.change({ secret: { name } });
    app.alsoUses(name);
    await process.calm(app);
    await app.loseStatus();

    await process.calm(app);
    expect([await readyReason(app), await world.secret(app.secretName)]).toEqual(['InSync', expect.anything()]);
    await process.settle(app);

    expect([await readyReason(app), await world.secret(app.secretName)]).toEqual(['InSync', undefined]);
    expect(await world.secret(name)).toBeDefined();
  },
);

test.each(BOTH)(
  'S1, S8: a copy that a person made of the Secret stays where the status is lost at %s',
  async (_, open) => {
    const world = await open();
    const app = await world.create();
    const process = await startProcess(world);
    await process.settle(app);
    const copy = await copySecret(world, app);
    await app.loseStatus();

    await process.settle(app);

    expect([await readyReason(app), await world.secret(copy)]).toEqual(['InSync', expect.anything()]);
    expect((await statusOf(app)).formerSecrets).toBeUndefined();
  },
);

test('S1, R1: such a copy stays where the Secret goes along to another name then, and not what we wrote', async () => {
  const { world, app } = await openSettledAtLogi(ground);
  const copy = await copySecret(world, app);
  const name = `${app.name}-new`;
  await app.change({ secret: { name } });
  app.alsoUses(name);
  await app.loseStatus();

  const copyFirst = (real: Ports): Ports => {
    const labelled: Secrets['labelled'] = (owner) => real.secrets.labelled(owner).toReversed();
    return { ...real, secrets: { ...real.secrets, labelled } };
  };
  await (await startProcess(world, { ports: copyFirst })).settle(app);

  expect([await readyReason(app), await logsIn(world, name)]).toEqual(['InSync', true]);
  expect([await world.secret(app.secretName), await world.secret(copy)]).toEqual([undefined, expect.anything()]);
});

test('R1, S8: of two Secrets that a lost status knew the one with the latest value goes along to a third name', async () => {
  const { world, app } = await openSettledAtLogi(ground, { deletionPolicy: 'Retain' });
  const [second, third] = [`${app.name}-a`, `${app.name}-z`];
  const process = await startProcess(world);
  await app.change({ secret: { name: second } });
  app.alsoUses(second);
  await process.calm(app);
  await app.annotate({ [ROTATE]: 'now' });
  await world.clock.advance(60_000);
  await process.calm(app);
  const latest = (await world.secret(second))?.data;
  await app.loseStatus();
  await app.change({ secret: { name: third } });
  app.alsoUses(third);
  await app.delete();

  await (await startProcess(world)).settle(app);

  expect([await app.find(), (await world.secret(third))?.data, await logsIn(world, third)]).toEqual([
    undefined,
    latest,
    true,
  ]);
});

test('R12: a Secret stays with whom it was written for, though an older object asks for its name and the status is lost', async () => {
  const world = await openWorld(ground);
  const [elder, younger] = await elderAndYounger(world);
  const process = await startProcess(world);
  await process.settle(elder);
  await process.settle(younger);
  await elder.change({ secret: { name: younger.secretName } });
  elder.alsoUses(younger.secretName);
  await process.calm(elder);
  expect(await readyReason(elder)).toBe('SecretNameConflict');
  const { applicationId } = await statusOf(younger);
  await younger.loseStatus();

  await process.settle(younger);
  await process.settle(elder);

  expect([await readyReason(younger), (await statusOf(younger)).applicationId]).toEqual(['InSync', applicationId]);
  expect(await readyReason(elder)).toBe('SecretNameConflict');
});
