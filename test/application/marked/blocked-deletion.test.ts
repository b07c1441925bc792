import { beforeAll, expect, test } from 'vitest';
import { ANNOTATIONS } from '../../../src/api/names.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld } from '../../support/bench/logto.ts';
import { markAt, remark } from '../../support/bench/marks.ts';
import { startProcess } from '../../support/bench/process.ts';
import { readyMessage, readyReason, statusOf } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

test('I5, D3: a deletion of what bears the mark of another object is blocked, and its message names the way out', async () => {
  const world = await openLogtoWorld(ground);
  const app = await world.create();
  const other = await world.create({}, 'other');
  const process = await startProcess(world);
  await process.calm(app);
  await process.calm(other);
  const { applicationId: id = '' } = await statusOf(app);
  const { applicationId: otherId = '' } = await statusOf(other);
  remark(world, id, markAt(world, otherId));

  await app.delete();
  await (await startProcess(world)).calm(app);
  expect([await readyReason(app), world.live().length]).toEqual(['DeletionBlocked', 2]);
  expect(await readyMessage(app)).toContain(id);
  expect(await readyMessage(app)).toContain(ANNOTATIONS.abandon);

  await app.annotate({ [ANNOTATIONS.abandon]: 'true' });
  await (await startProcess(world)).calm(app);
  expect([await app.find(), world.live().map((left) => left.id)]).toEqual([undefined, [id, otherId]]);
});
