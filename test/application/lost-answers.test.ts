import { beforeAll, expect, test } from 'vitest';
import { type Ground, openGround } from '../support/bench/ground.ts';
import { LOST_ANSWERS, type LostAnswer } from '../support/bench/lost-answers.ts';
import { CALL_DEADLINE_MS, ROTATE, startProcess } from '../support/bench/process.ts';
import { type App, createWorld, logsIn, statusOf, type World } from '../support/bench/world.ts';

const CALLS = [
  { operation: 'create', before: async () => undefined },
  {
    operation: 'rotate',
    before: async (world: World, app: App) => {
      await (await startProcess(world)).settle(app);
      await app.annotate({ [ROTATE]: 'now' });
    },
  },
  {
    operation: 'update',
    before: async (world: World, app: App) => {
      await (await startProcess(world)).settle(app);
      await app.change({ displayName: 'Store', redirectUris: ['https://store.example.com/cb'] });
    },
  },
  {
    operation: 'delete',
    before: async (world: World, app: App) => {
      await (await startProcess(world)).settle(app);
      await app.delete();
    },
  },
] as const;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

test.each(CALLS)('a lost answer to $operation, on either side of its effect, is made good', async (call) => {
  const outcomes = await Promise.all(
    LOST_ANSWERS.map(async (fault) => [fault, await loseAndRecover(call, fault)] as const),
  );
  expect(outcomes.filter(([, complaint]) => complaint !== undefined)).toEqual([]);
});

async function loseAndRecover({ operation, before }: (typeof CALLS)[number], fault: LostAnswer) {
  const world = await createWorld(ground);
  try {
    const app = await world.create();
    await before(world, app);
    const process = await startProcess(world);
    const planted = world.emulator.fault({ operation, ...fault });
    if (fault.type === 'timeout') void planted.hit.then(() => world.clock.advance(CALL_DEADLINE_MS));

    const outcome = await process.settle(app);
    if (planted.hits !== 1) return 'the answer was not lost';
    if (outcome.type !== 'await-change') return 'it does not settle';
    return await complaintOf(operation, world, app);
  } finally {
    await world.close();
  }
}

async function complaintOf(operation: (typeof CALLS)[number]['operation'], world: World, app: App) {
  const live = world.live();
  if (world.emulator.applications().length !== 1) return 'it was registered twice';
  if (operation === 'delete') {
    if ((await app.find()) !== undefined) return 'the object is still there';
    return live.length === 0 ? undefined : 'the registration is left';
  }
  const { operation: open, clientId, conditions } = await statusOf(app);
  const [registration] = live;
  if (open !== undefined) return 'an operation is open';
  if (conditions?.find(({ type }) => type === 'Ready')?.status !== 'True') return 'it is not ready';
  if (registration?.clientId !== clientId) return 'the status speaks of another client';
  if (registration?.name !== (operation === 'update' ? 'Store' : 'Shop')) return `it is called ${registration?.name}`;
  return (await logsIn(world, app.secretName)) ? undefined : 'the credentials do not log in';
}
