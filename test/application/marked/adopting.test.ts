import { beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../src/application/ports/ports.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, letAdopt, openLogtoWorld } from '../../support/bench/logto.ts';
import { anotherCluster, markAt, markOn, remark } from '../../support/bench/marks.ts';
import { startProcess } from '../../support/bench/process.ts';
import { type App, logsIn, readyMessage, readyReason, statusOf } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** A registration that a person made, which two applications are to adopt with the secret in use. */
async function wanted(): Promise<{ readonly world: LogtoWorld; readonly id: string; readonly value: string }> {
  const world = await openLogtoWorld(ground);
  const { id } = world.emulator.createByHand({
    name: 'Theirs',
    type: 'Traditional',
    oidcClientMetadata: { redirectUris: ['https://shop.example.com/cb'], postLogoutRedirectUris: [] },
  });
  const { secrets = [] } = world.live().find((registration) => registration.id === id) ?? {};
  await letAdopt(world, [id]);
  return { world, id, value: secrets[0]?.value ?? '' };
}

/** Ports of a process that sees nothing yet of what others hold, as right after their writes. */
function blind({ applications, ...ports }: Ports): Ports {
  return {
    ...ports,
    applications: { ...applications, withApplicationId: () => [], holding: () => Promise.resolve([]) },
  };
}

/** The application has the registration in its status, and its process dies before it writes the mark. */
async function adoptUnmarked(world: LogtoWorld, app: App): Promise<void> {
  world.emulator.fault({ operation: 'merge-custom-data', when: 'before', type: 'reset' });
  await (await startProcess(world, { ports: blind })).pass(app);
}

const KEEPING = { deletionPolicy: 'Retain' } as const;

/** An object of another cluster has adopted the registration as well, and marks it now. */
function markElsewhere(world: LogtoWorld, id: string): void {
  const theirs = { namespaceUid: 'n2', uid: 'u2', namespace: 'default', name: 'shop' };
  remark(world, id, markOn(world, theirs, {}, anotherCluster(world)));
}

/** What the application has of a registration. */
async function havings(world: LogtoWorld, app: App): Promise<readonly unknown[]> {
  const { applicationId } = await statusOf(app);
  return [await readyReason(app), applicationId, await world.secret(app.secretName)];
}

test('A1, I5: one whose mark is damaged is not adopted, and is once a person has taken the mark off it', async () => {
  const { world, id } = await wanted();
  remark(world, id, { v: 1, name: 'shop' });
  const app = await world.create({ ...KEEPING, adopt: { applicationId: id } });
  await (await startProcess(world)).calm(app);
  expect([await readyReason(app), world.effects()]).toEqual(['MarkDamaged', []]);
  expect(await readyMessage(app)).toContain('take oauthapp.dev/owner off it at the provider');

  remark(world, id, undefined);
  await (await startProcess(world)).calm(app);
  expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', id]);
});

describe('of two that adopt one registration', () => {
  test('R12: at the same moment, the one that gives way keeps no Secret of it', async () => {
    const { world, id } = await wanted();
    const adopt = { applicationId: id };
    const apps = [await world.create({ ...KEEPING, adopt }, 'one'), await world.create({ ...KEEPING, adopt }, 'two')];
    const process = await startProcess(world);
    await process.look();
    await Promise.all(apps.map((app) => process.passWithoutLooking(app)));
    for (const app of apps) await process.calm(app);
    for (const app of apps) await process.calm(app);

    const standing = [];
    for (const app of apps) {
      const { applicationId } = await statusOf(app);
      standing.push([await readyReason(app), applicationId, (await world.secret(app.secretName)) !== undefined]);
    }
    expect(standing.toSorted()).toEqual([
      ['InSync', id, true],
      ['NameTaken', undefined, false],
    ]);
    const [winner] = standing[0]?.[0] === 'InSync' ? apps : apps.toReversed();
    expect(winner && (await logsIn(world, winner.secretName))).toBe(true);
  });

  test.each(['the first', 'the second'] as const)(
    'R12: $0 keeps it whose mark it bears, and the other holds nothing once it learns of that, whichever is older',
    async (which) => {
      const { world, id } = await wanted();
      const adopt = { applicationId: id };
      const apps = [await world.create({ ...KEEPING, adopt }, 'one'), await world.create({ ...KEEPING, adopt }, 'two')];
      const [holder, late] = which === 'the first' ? apps : apps.toReversed();
      if (holder === undefined || late === undefined) throw new Error('there are two');
      await adoptUnmarked(world, late);
      await (await startProcess(world, { ports: blind })).calm(holder);
      expect([(await statusOf(late)).applicationId, await logsIn(world, late.secretName)]).toEqual([id, true]);

      const process = await startProcess(world);
      await process.calm(holder);
      await process.calm(late);
      expect([await readyReason(holder), await logsIn(world, holder.secretName)]).toEqual(['InSync', true]);
      expect(markAt(world, id)).toMatchObject({ uid: (await holder.get()).metadata.uid });
      expect([await readyReason(late), (await statusOf(late)).applicationId]).toEqual(['NameTaken', undefined]);
      expect(await world.secret(late.secretName)).toBeUndefined();
      expect(process.happenings.map(({ reason }) => reason)).toContain('GaveWay');
    },
  );

  test('R12: the one that dies between Secret and status keeps nothing either', async () => {
    const { world, id } = await wanted();
    const adopt = { applicationId: id };
    const holder = await world.create({ ...KEEPING, adopt }, 'one');
    const late = await world.create({ ...KEEPING, adopt }, 'two');
    await adoptUnmarked(world, late);
    const { provider } = await statusOf(late);
    await late.loseStatus();
    await late.forge({ provider });
    await (await startProcess(world)).calm(holder);
    expect([await logsIn(world, late.secretName), (await statusOf(holder)).applicationId]).toEqual([true, id]);

    await (await startProcess(world)).calm(late);
    expect([await readyReason(late), await world.secret(late.secretName)]).toEqual(['NameTaken', undefined]);
    expect(await logsIn(world, holder.secretName)).toBe(true);
  });

  test('R12: the one that gives way keeps the Secret that it was told to take over', async () => {
    const { world, id, value } = await wanted();
    const name = `${world.provider}-in-use`;
    const data = { client_id: id, client_secret: value };
    const metadata = { name, namespace: ground.namespace };
    await ground.rival.create(SECRETS, { metadata, stringData: data }, {}, ground.signal);
    const holder = await world.create({ ...KEEPING, adopt: { applicationId: id } }, 'one');
    const late = await world.create(
      { deletionPolicy: 'Delete', secret: { name }, adopt: { applicationId: id, secretRef: { name } } },
      'two',
    );
    await adoptUnmarked(world, late);
    await (await startProcess(world, { ports: blind })).calm(holder);

    await (await startProcess(world)).calm(late);
    const kept = await world.secret(name);
    expect([await readyReason(late), kept?.data, kept?.object.metadata.ownerReferences ?? []]).toEqual([
      'NameTaken',
      data,
      [],
    ]);

    await late.change({ adopt: null });
    await (await startProcess(world)).calm(late);
    expect([await readyReason(late), (await statusOf(holder)).applicationId]).toEqual(['InSync', id]);
    expect((await statusOf(late)).applicationId).not.toBe(id);
  });
});

describe('of two clusters that adopt one registration', () => {
  test.each(['Keep', 'Rotate'] as const)(
    'A1: the one whose listing is from before the other marked it takes nothing of it, under %s',
    async (secret) => {
      const { world, id } = await wanted();
      const app = await world.create({ ...KEEPING, adopt: { applicationId: id, secret } });
      const process = await startProcess(world);
      markElsewhere(world, id);
      const mark = markAt(world, id);
      await process.calm(app);
      expect(await havings(world, app)).toEqual(['NameTaken', undefined, undefined]);
      expect([markAt(world, id), world.effects()]).toEqual([mark, []]);
    },
  );

  test('R12: the one that looked before the other marked it lets go of the id and of the Secret', async () => {
    const { world, id } = await wanted();
    const app = await world.create({ ...KEEPING, adopt: { applicationId: id } });
    await adoptUnmarked(world, app);
    expect([(await statusOf(app)).applicationId, await logsIn(world, app.secretName)]).toEqual([id, true]);
    markElsewhere(world, id);

    const process = await startProcess(world);
    await process.calm(app);
    expect(await havings(world, app)).toEqual(['NameTaken', undefined, undefined]);
    expect(process.happenings.map(({ reason }) => reason)).toContain('GaveWay');
  });

  test('R12: the one that died between Secret and status before the other marked it keeps nothing either', async () => {
    const { world, id } = await wanted();
    const app = await world.create({ ...KEEPING, adopt: { applicationId: id } });
    await adoptUnmarked(world, app);
    const { provider } = await statusOf(app);
    await app.loseStatus();
    await app.forge({ provider });
    markElsewhere(world, id);

    await (await startProcess(world)).calm(app);
    expect(await havings(world, app)).toEqual(['NameTaken', undefined, undefined]);
  });

  test('R12, I7: the one that has it by now keeps its Secret, though a replica that lags knows of the other alone', async () => {
    const { world, id } = await wanted();
    const app = await world.create({ ...KEEPING, adopt: { applicationId: id } });
    await adoptUnmarked(world, app);
    const { provider, births } = await statusOf(app);
    await app.loseStatus();
    await app.forge({ provider, births });
    markElsewhere(world, id);
    const late = await startProcess(world);
    await late.look();
    remark(world, id, undefined);
    await (await startProcess(world)).calm(app);
    const before = await havings(world, app);

    expect(await late.passWithoutLooking(app)).toEqual({ type: 'back-off' });
    expect(await havings(world, app)).toEqual(before);
    expect(before).toEqual(['InSync', id, expect.anything()]);
  });

  test('I5: the one that was in sync with it keeps what it has, and a person decides', async () => {
    const { world, id } = await wanted();
    const app = await world.create({ ...KEEPING, adopt: { applicationId: id } });
    await (await startProcess(world)).calm(app);
    markElsewhere(world, id);

    await (await startProcess(world)).calm(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId, await logsIn(world, app.secretName)]).toEqual([
      'NameTaken',
      id,
      true,
    ]);
  });
});
