import { beforeAll, describe, expect, test } from 'vitest';
import type { OAuthApplicationSpec } from '../../../src/api/application.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, openLogtoWorld } from '../../support/bench/logto.ts';
import { calm } from '../../support/bench/settled.ts';
import { readyMessage, readyReason, type SpecChange, statusOf } from '../../support/bench/world.ts';

/** The role that every tenant has from the start. */
const MANAGEMENT_ROLE = 'Logto Management API access';

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
