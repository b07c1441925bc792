import { beforeAll, expect, test } from 'vitest';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld } from '../../support/bench/logto.ts';
import { startProcess } from '../../support/bench/process.ts';
import { type App, openWorld, readyReason } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** What people say of the application, one after the other. */
async function redirectTo(app: App, host: string): Promise<void> {
  await app.change({ redirectUris: [`https://${host}.example.com/cb`] });
}

test.each([
  ['logi', () => openWorld(ground)],
  ['Logto', () => openLogtoWorld(ground)],
])('I7: what was taken out of the spec is not set at %s again by a replica that lags', async (_, open) => {
  const world = await open();
  const app = await world.create();
  const leader = await startProcess(world);
  await leader.calm(app);
  await redirectTo(app, 'leaked');
  const late = await startProcess(world);
  await late.look();
  await redirectTo(app, 'store');
  await leader.calm(app);
  const before = world.effects();

  expect(await late.passWithoutLooking(app)).toEqual({ type: 'back-off' });
  expect([world.effects(), await readyReason(app)]).toEqual([before, 'InSync']);
});
