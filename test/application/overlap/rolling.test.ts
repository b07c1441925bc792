import { beforeAll, describe, expect, test } from 'vitest';
import { ClusterError, type ClusterErrorCode } from '../../../src/application/ports/endings.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import type { RunningPod, Workload, Workloads } from '../../../src/application/ports/workloads.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, letAdopt, openLogtoWorld, secretNames } from '../../support/bench/logto.ts';
import { type Process, RETIRE, ROTATE, startProcess } from '../../support/bench/process.ts';
import { FIRST, openSettled, SECOND, type Settled } from '../../support/bench/settled.ts';
import { type AnyWorld, type App, openWorld, readyMessage, readyReason, statusOf } from '../../support/bench/world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const REFERENCING = { restart: 'Referencing', overlap: '1h', retireAfter: '6h' } as const;

/** From a roll to the Pods that it brings. One that was not rolled for counts as older than the write so soon after it. */
const POD_START_MS = 4_000;

const AGAIN: unknown = { type: 'back-off' };

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** Two workloads that use the Secret, and what the API server says to rolling them. */
interface Cluster {
  readonly workloads: Workloads;
  /** What rolling `front`, the first of them, is answered with; `undefined`: it is rolled. */
  front: ClusterErrorCode | undefined;
  /** What listing them is answered with; `undefined`: it shows them. */
  list: ClusterErrorCode | undefined;
  running: readonly RunningPod[];
  /** Those that were rolled, in their order. */
  readonly rolled: readonly string[];
}

function clusterWith(front?: ClusterErrorCode): Cluster {
  const rolledFor = new Map<string, string>();
  const rolled: string[] = [];
  const cluster: Cluster = {
    front,
    list: undefined,
    running: [],
    rolled,
    workloads: {
      using: () => answered(cluster.list, ['front', 'rear'].map(workloadNamed)),
      running: () => Promise.resolve(cluster.running),
      roll({ name }, mark) {
        if (name === 'front' && cluster.front !== undefined) return answered(cluster.front, 'gone');
        if (rolledFor.get(name) === mark) return Promise.resolve('already');
        rolledFor.set(name, mark);
        rolled.push(name);
        return Promise.resolve('rolled');
      },
    },
  };
  return cluster;
}

function answered<T>(code: ClusterErrorCode | undefined, value: T): Promise<T> {
  return code === undefined ? Promise.resolve(value) : Promise.reject(new ClusterError(code, `cannot: ${code}`));
}

function workloadNamed(name: string): Workload {
  return { kind: 'Deployment', namespace: 'shop', name, uid: name, secretName: 's', rolledFor: undefined };
}

function start(world: AnyWorld, { workloads }: Cluster): Promise<Process> {
  return startProcess(world, { ports: (ports) => ({ ...ports, workloads }) });
}

/** A rotation at Logto, and the process of which one pass has served it. */
async function rotated(cluster: Cluster): Promise<Settled & { readonly process: Process }> {
  const settled = await openSettled(ground, { rotation: REFERENCING });
  await settled.app.annotate({ [ROTATE]: 'one' });
  const process = await start(settled.world, cluster);
  await process.pass(settled.app).catch(() => undefined);
  return { ...settled, process };
}

function registeredUris({ emulator }: LogtoWorld, id: string): readonly string[] | undefined {
  return emulator.applications().find((application) => application.id === id)?.oidcClientMetadata.redirectUris;
}

async function conditionsOf(app: App): Promise<Readonly<Record<string, string>>> {
  const { conditions = [] } = await statusOf(app);
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
}

describe('a workload that the API server does not let be rolled', () => {
  test('T4: keeps no other one from its new Pods, and the condition names it and leaves the Secret in peace', async () => {
    const cluster = clusterWith('refused');
    const { app } = await rotated(cluster);
    expect([cluster.rolled, (await statusOf(app)).rotation?.rolling]).toEqual([['rear'], 2]);
    expect(await conditionsOf(app)).toMatchObject({
      Ready: 'False RollRefused',
      Stalled: 'True RollRefused',
      SecretSynced: 'True SecretWritten',
      InSync: 'True InSync',
    });
    expect(await readyMessage(app)).toContain('Deployment front');
    expect(await readyMessage(app)).toContain('cannot: refused');
  });

  test('T4: is told of once, is tried again with growing pauses, and is rolled once it may be', async () => {
    const cluster = clusterWith('refused');
    const { world, app, process } = await rotated(cluster);
    const written = (await app.get()).metadata.resourceVersion;
    await world.clock.advance(MINUTE_MS);
    expect(await process.pass(app)).toEqual(AGAIN);
    expect((await app.get()).metadata.resourceVersion).toBe(written);
    const warnings = process.happenings.filter(({ type }) => type === 'Warning');
    expect(warnings).toMatchObject([{ reason: 'RollRefused', note: expect.stringContaining('Deployment front') }]);

    cluster.front = undefined;
    await process.calm(app);
    const { rotation } = await statusOf(app);
    expect([cluster.rolled, rotation?.rolling, await readyReason(app)]).toEqual([
      ['rear', 'front'],
      undefined,
      'InSync',
    ]);
  });

  test('T4: is rolled no more where the spec asks for none to be', async () => {
    const { app, process } = await rotated(clusterWith('refused'));
    await app.change({ rotation: { restart: 'None' } });
    await process.calm(app);
    expect([(await statusOf(app)).rotation?.rolling, await readyReason(app)]).toEqual([undefined, 'InSync']);
  });

  test('T3: keeps no edit from the provider, and no secret alive that has leaked', async () => {
    const { world, app, id, process } = await rotated(clusterWith('refused'));
    const redirectUris = ['https://store.example.com/cb'];
    await app.change({ redirectUris });
    await app.annotate({ [RETIRE]: 'leaked' });
    await process.pass(app);
    expect([registeredUris(world, id), secretNames(world, id), (await statusOf(app)).served?.retire]).toEqual([
      redirectUris,
      [SECOND],
      'leaked',
    ]);
    expect(await readyReason(app)).toBe('RollRefused');
  });

  test('T3: has until retireAfter, counted from the write, as long as the roll has no end', async () => {
    const cluster = clusterWith('refused');
    const { world, app, id, process } = await rotated(cluster);
    cluster.running = [{ name: 'front-0', startedAtMs: 0, rolledFor: undefined }];
    await world.clock.advance(6 * HOUR_MS - MINUTE_MS);
    await process.pass(app);
    expect([secretNames(world, id), await readyReason(app)]).toEqual([[FIRST, SECOND], 'RollRefused']);
    expect(await readyMessage(app)).toContain(
      `${FIRST} goes on working and waits for Pods that still run with a superseded secret`,
    );
    await world.clock.advance(MINUTE_MS);
    await process.pass(app);
    expect([secretNames(world, id), await readyReason(app)]).toEqual([[SECOND], 'RollRefused']);
  });

  test('T3: takes from no other one the hour after a pause in which to take the new secret', async () => {
    const cluster = clusterWith('refused');
    const { app, world, id } = await openSettled(ground, { rotation: REFERENCING });
    await app.annotate({ [ROTATE]: 'one' });
    cluster.list = 'unavailable';
    await (await start(world, cluster)).pass(app).catch(() => undefined);
    cluster.list = undefined;
    await world.clock.advance(2 * DAY_MS);
    const process = await start(world, cluster);
    await process.pass(app);
    await world.clock.advance(HOUR_MS - MINUTE_MS);
    await process.pass(app);
    expect([secretNames(world, id), cluster.rolled]).toEqual([[FIRST, SECOND], ['rear']]);
    await world.clock.advance(MINUTE_MS);
    await process.pass(app);
    expect(secretNames(world, id)).toEqual([SECOND]);
  });

  test('T4: is told of beside what else is wrong', async () => {
    const { world, app, process } = await rotated(clusterWith('refused'));
    world.emulator.fault({ operation: 'update', when: 'before', type: 'status', status: 503 });
    await app.change({ displayName: 'Store' });
    await process.pass(app);
    expect([await readyReason(app), await readyMessage(app)]).toEqual([
      'ProviderUnavailable',
      expect.stringContaining('Deployment front'),
    ]);
  });

  test('T4: is rolled before anything else where it is only out of reach, and the others with it', async () => {
    const cluster = clusterWith('unavailable');
    const { world, app, id, process } = await rotated(cluster);
    await app.change({ displayName: 'Store' });
    await expect(process.pass(app)).rejects.toThrow('cannot: unavailable');
    expect([cluster.rolled, await readyReason(app), secretNames(world, id)]).toEqual([
      ['rear'],
      'InSync',
      [FIRST, SECOND],
    ]);
    cluster.front = undefined;
    await process.calm(app);
    expect([cluster.rolled, await readyReason(app)]).toEqual([['rear', 'front'], 'InSync']);
  });

  test('T3: keeps no secret alive that has leaked where it is only out of reach, and the token is served', async () => {
    const { world, app, id, process } = await rotated(clusterWith('unavailable'));
    await app.annotate({ [RETIRE]: 'leaked' });
    await expect(process.pass(app)).rejects.toThrow('cannot: unavailable');
    const { served, rotation } = await statusOf(app);
    expect([secretNames(world, id), served?.retire, rotation?.rolling]).toEqual([[SECOND], 'leaked', 2]);
  });
});

describe('without the permission to see workloads', () => {
  test('T3: a superseded secret has retireAfter alone, the condition says so, and edits arrive', async () => {
    const cluster = clusterWith();
    cluster.list = 'forbidden';
    cluster.running = [{ name: 'front-0', startedAtMs: 0, rolledFor: undefined }];
    const { world, app, id, process } = await rotated(cluster);
    const redirectUris = ['https://store.example.com/cb'];
    await app.change({ redirectUris });
    await world.clock.advance(6 * HOUR_MS - MINUTE_MS);
    await process.pass(app);
    expect([registeredUris(world, id), secretNames(world, id)]).toEqual([redirectUris, [FIRST, SECOND]]);
    expect(await conditionsOf(app)).toMatchObject({ Ready: 'False ApiForbidden', SecretSynced: 'True SecretWritten' });
    expect(await readyMessage(app)).toContain('cannot: forbidden');
    expect(await readyMessage(app)).toContain(`${FIRST} goes on working and waits for`);
    await world.clock.advance(MINUTE_MS);
    await process.pass(app);
    expect(secretNames(world, id)).toEqual([SECOND]);
  });
});

/** Every look at the clock is a little later than the one before, by less than a time in a status tells. */
const goingOn = (ports: Ports): Ports => {
  let looks = 0;
  return { ...ports, clusterTime: () => ports.clusterTime() + 0.4 * ++looks };
};

test.each([
  { clock: 'stands still', on: (ports: Ports): Ports => ports },
  { clock: 'goes on', on: goingOn },
])(
  'A1, T3: what an adoption has replaced goes after its overlap, as the Pods of a roll took the new secret, where the clock $clock',
  async ({ on }) => {
    const world = await openLogtoWorld(ground);
    const { id } = world.emulator.createByHand({ name: 'Theirs', type: 'Traditional' });
    await letAdopt(world, [id]);
    const adopt = { applicationId: id, secret: 'Rotate' } as const;
    const app = await world.create({ deletionPolicy: 'Delete', rotation: REFERENCING, adopt });
    const cluster = clusterWith();
    const { workloads } = cluster;
    const process = await startProcess(world, { ports: (ports) => on({ ...ports, workloads }) });
    await process.calm(app);
    const rolledFor = (await statusOf(app)).secret?.fingerprint;
    expect([cluster.rolled, secretNames(world, id)]).toEqual([
      ['front', 'rear'],
      [FIRST, SECOND],
    ]);
    cluster.running = [{ name: 'front-0', startedAtMs: world.clock.now() + POD_START_MS, rolledFor }];
    await world.clock.advance(2 * HOUR_MS);
    await process.calm(app);
    expect([secretNames(world, id), await readyReason(app)]).toEqual([[SECOND], 'InSync']);
  },
);

test('T4: where one secret works at a time, the others get their new Pods in the pass that rotates', async () => {
  const world = await openWorld(ground);
  const app = await world.create({ rotation: { restart: 'Referencing' } });
  const cluster = clusterWith('forbidden');
  const process = await start(world, cluster);
  await process.settle(app);
  await app.annotate({ [ROTATE]: 'one' });
  await process.pass(app);
  expect([cluster.rolled, await readyReason(app)]).toEqual([['rear'], 'ApiForbidden']);
  expect(await readyMessage(app)).toContain('Deployment front');
});
