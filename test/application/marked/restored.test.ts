import { beforeAll, expect, test } from 'vitest';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld } from '../../support/bench/logto.ts';
import { markedObject, markOn, registeredElsewhere } from '../../support/bench/marks.ts';
import { startProcess } from '../../support/bench/process.ts';
import { openSettled } from '../../support/bench/settled.ts';
import { readyReason, statusOf } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

test('R4, I3: what is found by its mark is bound to its provider, finalizer or not, and can be deleted', async () => {
  const { world, app } = await openSettled(ground);
  const { applicationId, provider } = await statusOf(app);

  const restored = await world.restore(app, 'without-secret');
  const process = await startProcess(world);
  await process.calm(restored);
  expect(await readyReason(restored)).toBe('InSync');
  expect(await statusOf(restored)).toMatchObject({ applicationId, provider });

  await restored.delete();
  await process.calm(restored);
  expect(world.live()).toEqual([]);
});

test('O2, O4, R3: what was under way when the status was lost is found, and nothing is made beside it', async () => {
  const world = await openLogtoWorld(ground);
  const app = await world.create();
  const process = await startProcess(world);
  world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
  await process.pass(app);
  await app.loseStatus();
  await process.pass(app);
  expect([await readyReason(app), world.live().length]).toEqual(['Settling', 1]);

  await process.calm(app);

  const [only, ...others] = world.live();
  expect([(await statusOf(app)).applicationId, others]).toEqual([only?.id, []]);
});

test('D1, O4: what was under way when the status was lost goes with its object, however late it comes', async () => {
  const world = await openLogtoWorld(ground);
  const app = await world.create();
  const mark = markOn(world, await markedObject(world, app));
  const process = await startProcess(world);
  world.emulator.fault({ operation: 'create', when: 'before', type: 'reset' });
  await process.pass(app);
  await app.loseStatus();
  await app.delete();
  await process.pass(app);
  registeredElsewhere(world, mark);

  await process.calm(app);

  expect([await app.find(), world.live()]).toEqual([undefined, []]);
});
