import { beforeAll, expect, test } from 'vitest';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld } from '../../support/bench/logto.ts';
import { ROTATE, startProcess } from '../../support/bench/process.ts';
import { statusOf } from '../../support/bench/world.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});

test('registers, rotates with both secrets working, retires, deletes', async () => {
  const world = await openLogtoWorld(ground);
  const process = await startProcess(world);
  const app = await world.create({ type: 'Web' });
  console.log(await process.calm(app));
  const status = await statusOf(app);
  console.log(JSON.stringify(status, undefined, 1));
  console.log(world.emulator.journal.map(({ operation, status }) => `${operation} ${status}`).join('\n'));
  expect(status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  await app.annotate({ [ROTATE]: 'now' });
  console.log(await process.calm(app));
  console.log(JSON.stringify(await statusOf(app), undefined, 1));
  console.log(world.emulator.journal.map(({ operation, status }) => `${operation} ${status}`).join('\n'));
  await world.clock.advance(86_400_000 + 60_000);
  console.log(await process.calm(app));
  console.log(JSON.stringify(await statusOf(app), undefined, 1));
  await app.delete();
  console.log(await process.calm(app));
  expect(world.live()).toEqual([]);
  console.log(process.happenings);
  console.log(world.emulator.journal.map(({ operation, status }) => `${operation} ${status}`).join('\n'));
});
