import { beforeAll, describe, expect, test } from 'vitest';
import type { OAuthApplicationSpec } from '../../../src/api/application.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, openLogtoWorld } from '../../support/bench/logto.ts';
import { CALL_DEADLINE_MS, type Process, SETTLING_MS, startProcess } from '../../support/bench/process.ts';
import { calm } from '../../support/bench/settled.ts';
import { type App, readyMessage, readyReason, type SpecChange, statusOf } from '../../support/bench/world.ts';

/** The role that every tenant has from the start. */
const MANAGEMENT_ROLE = 'Logto Management API access';

const MINUTE_MS = 60_000;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

function machine(logto: OAuthApplicationSpec['logto'], rest: SpecChange = {}): SpecChange {
  return { type: 'MachineToMachine', redirectUris: [], logto, ...rest };
}

/** How many roles the registrations of this world have. */
const roleCounts = (world: LogtoWorld): readonly number[] => world.live().map(({ roleIds }) => roleIds.length);

describe('a privilege that was withdrawn', () => {
  const FIELDS = [
    { field: 'managementApiAccess', logto: { managementApiAccess: true } },
    { field: 'roles', logto: { roles: ['reader'] } },
  ] as const;

  const RETURNS = FIELDS.flatMap((field) =>
    (['its Secret', 'its mark'] as const).map((way) => ({ ...field, way }) as const),
  );

  test.each(RETURNS)('A3: $field is cleared when what was retained is taken back by $way without it', async (row) => {
    const world = await openLogtoWorld(ground);
    world.emulator.addRole({ name: 'reader' });
    const app = await world.create(machine(row.logto, { deletionPolicy: 'Retain' }));
    await calm(world, app);
    const { applicationId } = await statusOf(app);
    expect([await readyReason(app), roleCounts(world)]).toEqual(['InSync', [1]]);

    await world.changeProvider({ spec: { access: [{}] } });
    await calm(world, app);
    expect(await readyReason(app)).toBe('AccessDenied');
    await app.delete();
    await calm(world, app);
    expect([await app.find(), roleCounts(world)]).toEqual([undefined, [1]]);

    if (row.way === 'its mark') await app.loseSecret();
    await world.createAgain(app);
    await app.change({ logto: null });
    await calm(world, app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', applicationId]);
    expect(roleCounts(world)).toEqual([0]);
  });
});

test.each(['its Secret', 'its mark'] as const)(
  'A3: what people gave a registration at the provider stays when its status is lost and it is taken back by %s',
  async (way) => {
    const world = await openLogtoWorld(ground, { spec: { access: [{}] } });
    const role = world.emulator.addRole({ name: 'reader' });
    const app = await world.create({ type: 'MachineToMachine', redirectUris: [] });
    await calm(world, app);
    const { applicationId = '' } = await statusOf(app);
    world.emulator.grant(applicationId, role.id);
    if (way === 'its mark') await app.loseSecret();
    await app.loseStatus();
    await calm(world, app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', applicationId]);
    expect(roleCounts(world)).toEqual([1]);
  },
);

describe('the role with access to the Management API', () => {
  const asking = (allow: readonly string[]) => openLogtoWorld(ground, { spec: { access: [{ allow }] } });

  test('A3: is not given where Roles alone is allowed', async () => {
    const world = await asking(['Roles']);
    const app = await world.create(machine({ roles: [MANAGEMENT_ROLE] }));
    await calm(world, app);
    expect([await readyReason(app), world.effects()]).toEqual(['AccessDenied', []]);
    expect(await readyMessage(app)).toContain('logto.roles');
    expect(await readyMessage(app)).toContain('ManagementApiAccess');
  });

  test('A3: is not added where Roles alone is allowed', async () => {
    const world = await asking(['Roles']);
    world.emulator.addRole({ name: 'reader' });
    const app = await world.create(machine({ roles: ['reader'] }));
    await calm(world, app);
    expect([await readyReason(app), roleCounts(world)]).toEqual(['InSync', [1]]);
    await app.change({ logto: { roles: ['reader', MANAGEMENT_ROLE] } });
    await calm(world, app);
    expect([await readyReason(app), roleCounts(world)]).toEqual(['AccessDenied', [1]]);
  });

  test('A3: is given where both are allowed', async () => {
    const world = await asking(['Roles', 'ManagementApiAccess']);
    const app = await world.create(machine({ roles: [MANAGEMENT_ROLE] }));
    await calm(world, app);
    expect([await readyReason(app), roleCounts(world)]).toEqual(['InSync', [1]]);
  });
});

describe('a change that broke off', () => {
  /** Until nothing can take effect any more that was begun before; long before a look is due without that. */
  async function outlast(world: LogtoWorld, app: App, process?: Process): Promise<void> {
    const next = process ?? (await startProcess(world));
    await next.calm(app);
    await world.clock.advance(MINUTE_MS);
    await next.calm(app);
  }

  /** The role `writer` is asked for, and its call goes on its way when its caller has given up: once it is released. */
  async function begunLate(world: LogtoWorld, app: App, process: Process) {
    const late = world.emulator.fault({ operation: 'add-roles', type: 'hold', when: 'before' });
    void late.hit.then(() => world.clock.advance(CALL_DEADLINE_MS));
    await app.change({ logto: { roles: ['reader', 'writer'] } });
    await process.pass(app);
    expect(await readyReason(app)).toBe('AnswerLost');
    return late;
  }

  test('O4: is undone where the spec says again what it said before', async () => {
    const world = await openLogtoWorld(ground);
    for (const name of ['reader', 'writer']) world.emulator.addRole({ name });
    const app = await world.create(machine({ roles: ['reader'] }));
    await calm(world, app);
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'add-roles', type: 'reset', when: 'after' });
    await app.change({ logto: { roles: ['reader', 'writer'] } });
    await process.pass(app);
    expect([await readyReason(app), roleCounts(world)]).toEqual(['AnswerLost', [2]]);

    await app.change({ logto: { roles: ['reader'] } });
    await outlast(world, app);
    expect([await readyReason(app), roleCounts(world)]).toEqual(['InSync', [1]]);
  });

  test('O4: is undone where the spec says no more of it', async () => {
    const world = await openLogtoWorld(ground);
    world.emulator.addRole({ name: 'reader' });
    const app = await world.create(machine({ roles: ['reader'] }));
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'add-roles', type: 'reset', when: 'after' });
    await process.pass(app);
    expect(roleCounts(world)).toEqual([1]);

    await app.change({ logto: null });
    await outlast(world, app);
    expect([await readyReason(app), roleCounts(world)]).toEqual(['InSync', [0]]);
  });

  test('O4: is undone where it takes effect after the spec has said again what it said before', async () => {
    const world = await openLogtoWorld(ground);
    for (const name of ['reader', 'writer']) world.emulator.addRole({ name });
    const app = await world.create(machine({ roles: ['reader'] }));
    await calm(world, app);
    const process = await startProcess(world);
    const late = await begunLate(world, app, process);

    await app.change({ logto: { roles: ['reader'] } });
    await process.pass(app);
    expect([await readyReason(app), roleCounts(world)]).toEqual(['Settling', [1]]);
    late.release();
    await expect.poll(() => roleCounts(world)).toEqual([2]);
    await outlast(world, app, process);
    expect([await readyReason(app), roleCounts(world)]).toEqual(['InSync', [1]]);
  });

  test('O4: is undone where it takes effect after the spec has said no more of it, and others were taken away', async () => {
    const world = await openLogtoWorld(ground);
    for (const name of ['reader', 'writer']) world.emulator.addRole({ name });
    const app = await world.create(machine({ roles: ['reader'] }));
    await calm(world, app);
    const process = await startProcess(world);
    const late = await begunLate(world, app, process);

    await app.change({ logto: null });
    await process.pass(app);
    expect([await readyReason(app), roleCounts(world)]).toEqual(['Settling', [0]]);
    late.release();
    await expect.poll(() => roleCounts(world)).toEqual([1]);
    await outlast(world, app, process);
    expect([await readyReason(app), roleCounts(world)]).toEqual(['InSync', [0]]);
    expect((await statusOf(app)).enforced ?? []).not.toContain('logto.roles');
  });

  test('O4: is waited for anew where it began long after another one that broke off', async () => {
    const world = await openLogtoWorld(ground);
    for (const name of ['reader', 'writer']) world.emulator.addRole({ name });
    const app = await world.create(machine({ roles: ['reader'] }));
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'add-roles', type: 'reset', when: 'after' });
    await process.pass(app);
    await process.pass(app);
    expect(await readyReason(app)).toBe('Settling');
    await world.clock.advance(CALL_DEADLINE_MS + SETTLING_MS - 1_000);

    const late = await begunLate(world, app, process);
    await app.change({ logto: { roles: ['reader'] } });
    await process.pass(app);
    expect(await readyReason(app)).toBe('Settling');
    late.release();
    await expect.poll(() => roleCounts(world)).toEqual([2]);
    await outlast(world, app, process);
    expect([await readyReason(app), roleCounts(world)]).toEqual(['InSync', [1]]);
  });
});

test('A3: the plan of Observe tells of fields that a listing does not show, and nothing is written', async () => {
  const world = await openLogtoWorld(ground);
  const { id } = world.emulator.createByHand({ name: 'Shop', type: 'MachineToMachine' });
  await world.changeProvider({ spec: { access: [{ adoptable: [id], allow: ['ManagementApiAccess'] }] } });
  const app = await world.create(
    machine(
      { managementApiAccess: true },
      { management: 'Observe', deletionPolicy: 'Retain', adopt: { applicationId: id } },
    ),
  );
  await calm(world, app);
  expect(await readyReason(app)).toBe('Observed');
  expect((await statusOf(app)).plan).toEqual([{ path: 'logto.managementApiAccess', from: 'null', to: 'true' }]);
  expect(world.effects()).toEqual([]);
});
