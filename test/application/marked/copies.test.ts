import { beforeAll, expect, test } from 'vitest';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld } from '../../support/bench/logto.ts';
import { startProcess } from '../../support/bench/process.ts';
import { statusOf } from '../../support/bench/world.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});

const TWENTY_MINUTES_MS = 1_200_000;

test('R4: a registration that somebody made as a copy, mark and all, is told of and left alone', async () => {
  const world = await openLogtoWorld(ground);
  const app = await world.create();
  await (await startProcess(world)).calm(app);
  const [held] = world.live();
  await world.clock.advance(TWENTY_MINUTES_MS);
  const copy = world.emulator.createByHand({ name: 'Copy', type: 'Traditional', customData: held?.customData ?? {} });

  const process = await startProcess(world);
  await process.calm(app);
  const { conditions, applicationId } = await statusOf(app);
  const ready = conditions?.find(({ type }) => type === 'Ready');
  expect(ready).toMatchObject({ status: 'True', message: expect.stringContaining(copy.id) });

  await app.delete();
  await process.calm(app);
  expect(applicationId).toBe(held?.id);
  expect(world.live().map(({ id }) => id)).toEqual([copy.id]);
});

test('R4: one that the same create made a moment later is a twin, and goes', async () => {
  const world = await openLogtoWorld(ground);
  const app = await world.create();
  await (await startProcess(world)).calm(app);
  const [held] = world.live();
  world.emulator.createByHand({ name: 'Shop', type: 'Traditional', customData: held?.customData ?? {} });

  await (await startProcess(world)).calm(app);
  expect(world.live().map(({ id }) => id)).toEqual([held?.id]);
});
