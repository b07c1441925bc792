import { beforeAll, expect, test } from 'vitest';
import type { Operation } from '../../../dev/emulators/logto/routes.ts';
import { everyOf } from '../../support/bench/deaths.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { createLogtoWorld, type LogtoWorld, openLogtoWorld, secretNames } from '../../support/bench/logto.ts';
import { LOST_ANSWERS, type LostAnswer } from '../../support/bench/lost-answers.ts';
import { CALL_DEADLINE_MS, REGISTER_ANEW, ROTATE, startProcess } from '../../support/bench/process.ts';
import { calm, FIRST, SECOND } from '../../support/bench/settled.ts';
import { type App, logsIn, readyReason, statusOf } from '../../support/bench/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

interface Call {
  readonly operation: Operation;
  readonly during: string;
  readonly before: (world: LogtoWorld, app: App) => Promise<void>;
  /** Names of all secrets afterwards; `undefined`: the registration is deleted. */
  readonly secrets: readonly string[] | undefined;
}

const nothing = (): Promise<void> => Promise.resolve();

async function asked(world: LogtoWorld, app: App): Promise<void> {
  await calm(world, app);
  await app.annotate({ [ROTATE]: 'now' });
}

const CALLS: readonly Call[] = [
  { operation: 'create', during: 'a registration', before: nothing, secrets: [FIRST] },
  { operation: 'list-secrets', during: 'a registration', before: nothing, secrets: [FIRST] },
  { operation: 'show', during: 'a rotation', before: asked, secrets: [FIRST, SECOND] },
  { operation: 'list-secrets', during: 'a rotation', before: asked, secrets: [FIRST, SECOND] },
  { operation: 'create-secret', during: 'a rotation', before: asked, secrets: [FIRST, SECOND] },
  {
    operation: 'delete-secret',
    during: 'a retirement',
    async before(world, app) {
      await asked(world, app);
      await calm(world, app);
      await world.clock.advance(DAY_MS);
    },
    secrets: [SECOND],
  },
  {
    operation: 'update',
    during: 'an update',
    async before(world, app) {
      await calm(world, app);
      await app.change({ displayName: 'Store' });
    },
    secrets: [FIRST],
  },
  {
    operation: 'list-secrets',
    during: 'a read of a lost value',
    async before(world, app) {
      await calm(world, app);
      await app.loseSecret();
    },
    secrets: [FIRST],
  },
  {
    operation: 'merge-custom-data',
    during: 'a taking back',
    async before(world, app) {
      await calm(world, app);
      await world.restore(app, 'with-secret');
    },
    secrets: [FIRST],
  },
  {
    operation: 'delete',
    during: 'a deletion',
    async before(world, app) {
      await calm(world, app);
      await app.delete();
    },
    secrets: undefined,
  },
];

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

test.each(CALLS)(
  'O5: a lost answer to $operation in $during, on either side of its effect, is made good',
  async (call) => {
    const failures = await everyOf(LOST_ANSWERS, async (fault) => {
      const complaint = await loseAndRecover(call, fault);
      return complaint === undefined ? [] : [`${fault.type} ${fault.when}: ${complaint}`];
    });
    expect(failures).toEqual([]);
  },
);

async function loseAndRecover(call: Call, fault: LostAnswer): Promise<string | undefined> {
  const world = await createLogtoWorld(ground);
  try {
    const app = await world.create();
    await call.before(world, app);
    const process = await startProcess(world);
    const planted = world.emulator.fault({ operation: call.operation, ...fault });
    if (fault.type === 'timeout') void planted.hit.then(() => world.clock.advance(CALL_DEADLINE_MS));
    await process.calm(app);
    if (planted.hits !== 1) return `${planted.hits} answers were lost`;
    return await complaintOf(call, world, app);
  } finally {
    await world.close();
  }
}

async function complaintOf({ secrets }: Call, world: LogtoWorld, app: App): Promise<string | undefined> {
  const live = world.live();
  if (secrets === undefined) {
    if ((await app.find()) !== undefined) return 'the object is still there';
    return live.length === 0 ? undefined : 'the registration is left';
  }
  const [registration] = live;
  const { operation, applicationId, conditions } = await statusOf(app);
  if (registration === undefined || live.length !== 1) return `${live.length} registrations`;
  if (registration.id !== applicationId) return 'the registration is not the one in the status';
  if (operation !== undefined) return 'an operation is open';
  const ready = conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True') return `it is not ready: ${ready?.reason} ${ready?.message}`;
  if (registration.name !== (await app.get()).spec.displayName) return `it is called ${registration.name}`;
  const names = secretNames(world, registration.id);
  if (names.join() !== secrets.join()) return `it has the secrets ${names.join()}`;
  return (await logsIn(world, app.secretName)) ? undefined : 'the credentials do not log in';
}

test.each([
  [
    'the next',
    async (world: LogtoWorld, app: App): Promise<void> => {
      await calm(world, app);
      await world.clock.advance(HOUR_MS / 2);
      await app.annotate({ [REGISTER_ANEW]: 'now' });
    },
  ],
  ['its only', nothing],
] as const)(
  'T1: an application as old as its interval keeps the first secret of %s registration, also where that was read in a second try',
  async (_, before) => {
    const world = await openLogtoWorld(ground);
    const app = await world.create({ rotation: { interval: '1h' } });
    await before(world, app);
    await world.clock.advance(HOUR_MS);
    world.emulator.fault({ operation: 'list-secrets', when: 'before', type: 'reset' });
    await calm(world, app);
    const { applicationId = '' } = await statusOf(app);
    expect([await readyReason(app), secretNames(world, applicationId)]).toEqual(['InSync', [FIRST]]);
  },
);
