import { beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/runtime/outcome.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, looksLater, openLogtoWorld, secretNames } from '../../support/bench/logto.ts';
import { type Process, RECHECK, startProcess } from '../../support/bench/process.ts';
import { dataOf, FIRST, SECOND } from '../../support/bench/settled.ts';
import { type App, readyReason, type SpecChange, statusOf } from '../../support/bench/world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** An application whose first secret was given an end, of which it knows. */
interface Ending {
  readonly app: App;
  readonly endsAtMs: number;
  names(): readonly string[];
  logsIn(): Promise<boolean>;
  lateness(): Promise<string | undefined>;
}

async function openWorld(automaticRotationsPerHour: number): Promise<LogtoWorld> {
  return openLogtoWorld(ground, { spec: { limits: { automaticRotationsPerHour } } });
}

/** One process for a whole test; what it looks at deeply comes in a day. */
function start(world: LogtoWorld): Promise<Process> {
  return startProcess(world, { ports: looksLater(world, DAY_MS) });
}

async function openEnding(
  world: LogtoWorld,
  process: Process,
  name: string,
  inMs: number,
  spec: SpecChange = {},
): Promise<Ending> {
  const app = await world.create(spec, name);
  await process.calm(app);
  const id = (await statusOf(app)).applicationId ?? '';
  const endsAtMs = world.clock.now() + inMs;
  setEnd(world, id, endsAtMs);
  await app.annotate({ [RECHECK]: 'an end was set' });
  return {
    app,
    endsAtMs,
    names: () => secretNames(world, id),
    async logsIn() {
      const { client_id: clientId = '', client_secret: value = '' } = await dataOf(world, app);
      return world.emulator.logsIn(clientId, value);
    },
    async lateness() {
      const { conditions = [] } = await statusOf(app);
      return conditions.find(({ type }) => type === 'RotationOverdue')?.message;
    },
  };
}

/** Of the very value that is in use. */
function setEnd({ emulator }: LogtoWorld, id: string, expiresAt: number): void {
  const { secrets = [] } = emulator.applications().find((application) => application.id === id) ?? {};
  emulator.edit(id, { secrets: secrets.map((secret) => ({ ...secret, expiresAt })) });
}

function restOf(outcome: Outcome): number {
  if (outcome.type !== 'again') throw new Error(`asks for ${outcome.type}`);
  return outcome.afterMs;
}

test('T1, A1: of a secret that was adopted with it is known though the rest of the spec is refused', async () => {
  const world = await openWorld(20);
  const { id } = world.emulator.createByHand({ name: 'Theirs', type: 'MachineToMachine' });
  const endsAtMs = world.clock.now() + 3 * DAY_MS;
  setEnd(world, id, endsAtMs);
  await world.changeProvider({ spec: { access: [{ adoptable: [id], allow: ['Roles'] }] } });
  const app = await world.create({
    type: 'MachineToMachine',
    redirectUris: undefined,
    deletionPolicy: 'Retain',
    adopt: { applicationId: id },
    logto: { roles: ['none of this name'] },
  });
  const process = await start(world);
  await process.calm(app);
  expect([await readyReason(app), (await statusOf(app)).secret?.expiresAt]).toEqual([
    'Rejected',
    new Date(endsAtMs).toISOString(),
  ]);

  await world.clock.advance(2 * DAY_MS + HOUR_MS);
  await process.calm(app);
  expect(secretNames(world, id)).toEqual([FIRST, SECOND]);
});

describe('ends that come near each other', () => {
  test('T5: all have their successors at once, whatever the pace of scheduled rotations', async () => {
    const world = await openWorld(20);
    const process = await start(world);
    for (const [name, minutes] of [['one', 30] as const, ['two', 30] as const, ['three', 1] as const]) {
      const { app, names, logsIn } = await openEnding(world, process, name, minutes * MINUTE_MS);
      await process.calm(app);
      expect([names(), await logsIn(), await readyReason(app)]).toEqual([[FIRST, SECOND], true, 'InSync']);
      const { rotation, secret } = await statusOf(app);
      expect(rotation?.lastEndingAt).toBe(rotation?.lastRotatedAt);
      expect([rotation?.unasked, rotation?.lastScheduledAt, secret?.expiresAt]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
    expect(process.happenings.filter(({ reason }) => reason === 'Rotated').map(({ note }) => note)).toEqual(
      Array(3).fill('Issued a new secret, ahead of the end of the former one'),
    );
  });

  test('T5: those that the limit keeps back are late, then not ready, and go as soon as there is room', async () => {
    const world = await openWorld(1);
    const process = await start(world);
    const first = await openEnding(world, process, 'first', 30 * MINUTE_MS);
    await process.calm(first.app);
    expect(first.names()).toEqual([FIRST, SECOND]);

    const second = await openEnding(world, process, 'second', 30 * MINUTE_MS, {
      rotation: { onSecretLoss: 'Wait' },
    });
    const held = await process.calm(second.app);
    expect([second.names(), await second.logsIn(), await readyReason(second.app)]).toEqual([[FIRST], true, 'InSync']);
    expect(await second.lateness()).toContain('comes to an end');
    const room = Date.parse((await statusOf(first.app)).rotation?.lastEndingAt ?? '') + HOUR_MS;
    expect(Date.parse((await statusOf(second.app)).rotation?.nextRotationAt ?? '')).toBe(
      Math.ceil(room / MINUTE_MS) * MINUTE_MS,
    );
    expect(restOf(held)).toBe(15 * MINUTE_MS);

    await world.clock.advance(second.endsAtMs - world.clock.now() - 1);
    expect([restOf(await process.pass(second.app)), await readyReason(second.app)]).toEqual([1, 'InSync']);
    await world.clock.advance(1);
    await process.pass(second.app);
    expect([await second.logsIn(), await readyReason(second.app)]).toEqual([false, 'RotationOverdue']);
    expect(await second.lateness()).toContain('has come to its end');

    await second.app.annotate({ [RECHECK]: 'what is this?' });
    await process.calm(second.app);
    expect([second.names(), await readyReason(second.app)]).toEqual([[FIRST], 'RotationOverdue']);

    await world.clock.advance(room - world.clock.now());
    await process.calm(second.app);
    expect([second.names(), await second.logsIn(), await readyReason(second.app)]).toEqual([
      [FIRST, SECOND],
      true,
      'InSync',
    ]);
    expect([await second.lateness(), process.happenings.at(-1)?.note]).toEqual([
      undefined,
      'Issued a new secret, as the former one had come to its end',
    ]);
  });
});

test('T1: an end that comes while the provider is away is told, and the successor comes when it is back', async () => {
  const world = await openWorld(20);
  const process = await start(world);
  const { app, endsAtMs, names } = await openEnding(world, process, 'shop', 3 * DAY_MS);
  await process.calm(app);
  const outage = world.emulator.fault({ when: 'before', type: 'status', status: 503, times: 'always' });
  await world.clock.advance(DAY_MS);
  await process.serve();
  expect([restOf(await process.pass(app)), await readyReason(app)]).toEqual([endsAtMs - world.clock.now(), 'InSync']);
  await world.clock.advance(endsAtMs - world.clock.now());
  expect([(await process.pass(app)).type, await readyReason(app)]).toEqual(['back-off', 'ProviderNotReady']);
  outage.remove();
  await process.serve();
  await process.calm(app);
  expect([names(), await readyReason(app)]).toEqual([[FIRST, SECOND], 'InSync']);
});
