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
