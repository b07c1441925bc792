import { beforeAll, expect, test } from 'vitest';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld } from '../../support/bench/logto.ts';
import { startProcess } from '../../support/bench/process.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

test('a look at what a listing does not show is taken once, at the moment for which it was announced', async () => {
  const world = await openLogtoWorld(ground);
  const app = await world.create();
  const process = await startProcess(world);
  const outcome = await process.calm(app);
  const looks = (): number => world.emulator.journal.filter(({ operation }) => operation === 'list-secrets').length;
  const before = looks();

  await world.clock.advance(outcome.type === 'again' ? outcome.afterMs : 0);
  await process.pass(app);

  expect(looks()).toBe(before + 1);
});
