import { beforeAll, describe, expect, test } from 'vitest';
import { SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, letAdopt, openLogtoWorld } from '../../support/bench/logto.ts';
import { markAt, remark } from '../../support/bench/marks.ts';
import {
  CALL_DEADLINE_MS,
  type ProcessOptions,
  REGISTER_ANEW,
  ROTATE,
  SETTLING_MS,
  startProcess,
} from '../../support/bench/process.ts';
import { calm, openSettled, type Settled } from '../../support/bench/settled.ts';
import { readyMessage, readyReason, statusOf } from '../../support/bench/world.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});

/** A create, and one more that something in between made of it. */
const ONE_CREATE_MS = 2 * (CALL_DEADLINE_MS + SETTLING_MS);

/** Copies it, mark and all, as a person may at the console. Returns the id of the copy. */
function copyOf(id: string, { emulator }: LogtoWorld, createdAt?: number): string {
  const { customData = {} } = emulator.applications().find((application) => application.id === id) ?? {};
  const age = createdAt === undefined ? {} : { createdAt };
  return emulator.createByHand({ name: 'Copy', type: 'Traditional', customData, ...age }).id;
}

async function copied(): Promise<Settled & { readonly copy: string }> {
  const made = await openSettled(ground);
  await made.world.clock.advance(ONE_CREATE_MS + 1_000);
  return { ...made, copy: copyOf(made.id, made.world) };
}

const ids = (world: LogtoWorld): readonly string[] => world.live().map(({ id }) => id);

test.each([
  ['none', ''],
  ['too long a one', 'x'.repeat(200)],
])('a birth that somebody wrote on the Secret is not noted where it is %s', async (_, birth) => {
  const { world, app, id: original } = await openSettled(ground);
  const ref = { resource: SECRETS, namespace: ground.namespace, name: app.secretName };
  const body = { metadata: { annotations: { [SECRET_ANNOTATIONS.birth]: birth } } };
  await ground.rival.patch(ref, { type: 'merge', body }, {}, ground.signal);
  await app.loseStatus();
  world.emulator.deleteByHand(original);
  await calm(world, app);
  expect(await readyReason(app)).toBe('InSync');
});

/** What the object has in the end, and that the copy is there, told of and left alone, by a deletion, too. */
async function expectLeftAlone(copy: string, { world, app }: Pick<Settled, 'world' | 'app'>): Promise<void> {
  const { applicationId = '' } = await statusOf(app);
  expect([await readyReason(app), ids(world)]).toEqual(['InSync', expect.arrayContaining([copy, applicationId])]);
  expect(applicationId).not.toBe(copy);
  expect(await readyMessage(app)).toContain(`registration ${copy} bears a copy of an owner mark`);
  await app.delete();
  await calm(world, app);
  expect([await app.find(), ids(world).includes(copy), ids(world).includes(applicationId)]).toEqual([
    undefined,
    true,
    false,
  ]);
}

describe('a registration that somebody made as a copy, mark and all', () => {
  test('R4: is told of and left alone', async () => {
    const { world, app, id: original, copy } = await copied();
    await calm(world, app);
    expect((await statusOf(app)).applicationId).toBe(original);
    await expectLeftAlone(copy, { world, app });
  });

  test('R4: is not taken, and goes on being left alone, once the original is gone', async () => {
    const { world, app, id: original, copy } = await copied();
    world.emulator.deleteByHand(original);
    await calm(world, app);
    expect((await statusOf(app)).applicationId).not.toBe(original);
    await expectLeftAlone(copy, { world, app });
  });

  test('R4, R10: is left alone once the original was given up', async () => {
    const { world, app, id: original, copy } = await copied();
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await calm(world, app);
    expect(ids(world)).toEqual(expect.arrayContaining([original]));
    await expectLeftAlone(copy, { world, app });
  });

  test('R4, R10: is told from the original by its mark, where that was given up and the status is lost', async () => {
    const { world, app, id: original, copy } = await copied();
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await calm(world, app);
    await app.loseStatus();
    await calm(world, app);
    expect(ids(world)).toEqual(expect.arrayContaining([original]));
    await expectLeftAlone(copy, { world, app });
  });

  test('R4: is left alone where the answer that told of the original was lost', async () => {
    const world = await openLogtoWorld(ground);
    const app = await world.create();
    world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    await (await startProcess(world)).pass(app);
    const [original = ''] = ids(world);
    await world.clock.advance(ONE_CREATE_MS + 1_000);
    const copy = copyOf(original, world);
    await calm(world, app);
    expect((await statusOf(app)).births).toMatchObject([{ applicationId: original }]);
    world.emulator.deleteByHand(original);
    await calm(world, app);
    await expectLeftAlone(copy, { world, app });
  });

  test('R4: is told from the original by the Secret, where the status is lost and the original is gone', async () => {
    const { world, app, id: original } = await openSettled(ground);
    await app.annotate({ [ROTATE]: 'now' });
    await calm(world, app);
    const { births } = await statusOf(app);
    const annotations = (await world.secret(app.secretName))?.object.metadata.annotations;
    expect(births).toMatchObject([{ applicationId: original, operation: annotations?.[SECRET_ANNOTATIONS.birth] }]);
    await world.clock.advance(ONE_CREATE_MS + 1_000);
    const copy = copyOf(original, world);
    world.emulator.deleteByHand(original);
    await app.loseStatus();
    await calm(world, app);
    await expectLeftAlone(copy, { world, app });
  });

  test('R4, D1: is left alone by a deletion whose status is lost', async () => {
    const { world, app, copy } = await copied();
    await app.loseStatus();
    await app.delete();
    await calm(world, app);
    expect([await app.find(), ids(world)]).toEqual([undefined, [copy]]);
  });

  test('R4: is left alone though it is older than the original', async () => {
    const { world, app, id: original } = await openSettled(ground);
    const copy = copyOf(original, world, 1);
    world.emulator.deleteByHand(original);
    await calm(world, app);
    await expectLeftAlone(copy, { world, app });
  });

  test('R4, A1: of an adopted one is left alone however soon it was made', async () => {
    const world = await openLogtoWorld(ground);
    const { id: original } = world.emulator.createByHand({ name: 'Theirs', type: 'Traditional' });
    await letAdopt(world, [original]);
    const app = await world.create({ adopt: { applicationId: original }, deletionPolicy: 'Delete' });
    await calm(world, app);
    const copy = copyOf(original, world);
    await calm(world, app);
    expect(ids(world)).toEqual(expect.arrayContaining([original, copy]));
    await app.change({ adopt: null });
    world.emulator.deleteByHand(original);
    await calm(world, app);
    await expectLeftAlone(copy, { world, app });
  });
});

test('R4: one that the same create made as late as it can is a twin, and goes', async () => {
  const { world, app, id: original } = await openSettled(ground);
  await world.clock.advance(ONE_CREATE_MS);
  copyOf(original, world);
  await calm(world, app);
  expect(ids(world)).toEqual([original]);
});

/** Ports of a process whose cache does not show yet what another object holds. */
const behind: ProcessOptions['ports'] = ({ applications, ...ports }) => ({
  ...ports,
  applications: { ...applications, withApplicationId: () => [] },
});

test.each([
  ['another object holds', 'stays', 'NameTaken'],
  ['another object holds, for one that goes,', 'goes', 'DeletionBlocked'],
] as const)('R12: what $0 is no twin, though the cache does not show that yet', async (_, object, reason) => {
  const { world, app, id: original } = await openSettled(ground);
  const other = await world.create({}, 'other');
  await calm(world, other);
  const { applicationId: theirs = '' } = await statusOf(other);
  remark(world, theirs, markAt(world, original));
  if (object === 'goes') await app.delete();

  await (await startProcess(world, { ports: behind })).pass(app);

  expect(ids(world)).toEqual(expect.arrayContaining([theirs]));
  expect(await readyReason(app)).toBe(reason);
});

test('R4: the registration that comes back with a backup of the provider is no copy of itself', async () => {
  const { world, app, id: original } = await openSettled(ground);
  world.emulator.vanish(original);
  await calm(world, app);
  const { applicationId: second = '', births } = await statusOf(app);
  expect([second === original, births?.map(({ applicationId }) => applicationId)]).toEqual([false, [original, second]]);

  world.emulator.deleteByHand(second);
  world.emulator.reappear(original);
  await calm(world, app);
  expect([await readyReason(app), (await statusOf(app)).applicationId, ids(world)]).toEqual([
    'InSync',
    original,
    [original],
  ]);
});

test('R4: births of an object without end are not kept without end', async () => {
  const { world, app, id: original } = await openSettled(ground);
  for (let time = 0; time < 11; time++) {
    world.emulator.deleteByHand((await statusOf(app)).applicationId ?? '');
    await calm(world, app);
  }
  const { births = [], applicationId } = await statusOf(app);
  expect([births.length, births.at(-1)?.applicationId]).toEqual([10, applicationId]);
  expect(births.map((birth) => birth.applicationId)).not.toContain(original);
});
