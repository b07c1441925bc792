import { beforeAll, expect, test } from 'vitest';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { calm, openSettled, rotate } from '../../support/bench/settled.ts';
import { readyReason, statusOf } from '../../support/bench/world.ts';

const HALF_A_DAY_MS = 43_200_000;
/** Longer than the overlap, in half days: no superseded secret is left that the former Secret may have held. */
const ROTATIONS = 6;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

test('S8, T3: a Secret of a former name goes though a secret that came later is always on its way out', async () => {
  const { world, app } = await openSettled(ground);
  await app.change({ secret: { name: `${app.name}-new` } });
  app.alsoUses(`${app.name}-new`);
  await calm(world, app);
  for (let i = 1; i <= ROTATIONS; i++) {
    await rotate(world, app, `rotation ${i}`);
    await world.clock.advance(HALF_A_DAY_MS);
    await calm(world, app);
  }
  const { rotation, formerSecrets } = await statusOf(app);
  expect([await readyReason(app), rotation?.retiring?.length]).toEqual(['InSync', 1]);
  expect([await world.secret(app.secretName), formerSecrets]).toEqual([undefined, undefined]);
});
