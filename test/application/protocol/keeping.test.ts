import { beforeAll, describe, expect, test } from 'vitest';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, openLogtoWorld } from '../../support/bench/logto.ts';
import { REGISTER_ANEW, startProcess } from '../../support/bench/process.ts';
import { type App, elderAndYounger, readyReason, statusOf } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** Passes over each in turn, until neither waits for what the other did. */
async function calm(world: LogtoWorld, apps: readonly App[]): Promise<void> {
  const process = await startProcess(world);
  for (const app of [...apps, ...apps]) await process.calm(app);
}

async function reasons(apps: readonly App[]): Promise<readonly unknown[]> {
  return Promise.all(apps.map(readyReason));
}

async function nameSecret(app: App, name: string): Promise<void> {
  await app.change({ secret: { name } });
  app.alsoUses(name);
}

/** Ways to lose a registration, or what tells of it. */
const LOSSES = [
  ['that is registered anew', (_: LogtoWorld, app: App) => app.annotate({ [REGISTER_ANEW]: 'now' })],
  ['whose status is lost', (_: LogtoWorld, app: App) => app.loseStatus()],
  [
    'whose registration is deleted at the console',
    async (world: LogtoWorld, app: App) => world.emulator.deleteByHand((await statusOf(app)).applicationId ?? ''),
  ],
] as const;

describe('an object that an older one of its namespace waits for', () => {
  /** The younger has the Secret `name`, for which the older has asked as well. */
  async function contended() {
    const world = await openLogtoWorld(ground);
    const [elder, younger] = await elderAndYounger(world);
    const name = `${world.provider}-shared`;
    await nameSecret(younger, name);
    await calm(world, [younger, elder]);
    await nameSecret(elder, name);
    await calm(world, [younger, elder]);
    expect(await reasons([younger, elder])).toEqual(['InSync', 'SecretNameConflict']);
    return { world, elder, younger, name };
  }

  test.each(LOSSES)('R12: %s keeps the name of its Secret', async (_, lose) => {
    const { world, elder, younger } = await contended();
    await lose(world, younger);
    await calm(world, [younger, elder]);
    expect(await reasons([younger, elder])).toEqual(['InSync', 'SecretNameConflict']);
  });

  test('R12: whose Secret is named back while it is there still keeps that name', async () => {
    const { world, elder, younger, name } = await contended();
    await nameSecret(younger, `${name}-2`);
    await calm(world, [younger, elder]);
    await nameSecret(younger, name);
    await calm(world, [elder, younger]);
    expect(await reasons([younger, elder])).toEqual(['InSync', 'SecretNameConflict']);
  });

  test('R12: whose Secret is named back when the older has got that name does not take it away', async () => {
    const { world, elder, younger, name } = await contended();
    await nameSecret(younger, `${name}-2`);
    await calm(world, [younger]);
    const { formerSecrets } = await statusOf(younger);
    await world.clock.advance(3_600_000);
    await calm(world, [younger, elder]);
    await younger.forge({ formerSecrets });
    await nameSecret(younger, name);
    await calm(world, [younger, elder]);
    expect(await reasons([younger, elder])).toEqual(['SecretNameConflict', 'InSync']);
  });

  test.each(LOSSES)('R12: %s keeps its place among those that the provider object grants', async (_, lose) => {
    const world = await openLogtoWorld(ground);
    const [elder, younger] = await elderAndYounger(world, { suspend: true });
    await younger.change({ suspend: null });
    await calm(world, [younger]);
    await world.changeProvider({ spec: { access: [{ maxApplications: 1 }] } });
    await elder.change({ suspend: null });
    await calm(world, [elder, younger]);
    expect(await reasons([younger, elder])).toEqual(['InSync', 'AccessDenied']);
    await lose(world, younger);
    await calm(world, [younger, elder]);
    expect(await reasons([younger, elder])).toEqual(['InSync', 'AccessDenied']);
  });
});
