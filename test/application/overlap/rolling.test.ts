import { beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../../dev/emulators/faults.ts';
import { ClusterError, type ClusterErrorCode } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import type { RunningPod, Workload, Workloads } from '../../../src/application/ports/workloads.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, letAdopt, openLogtoWorld, secretNames } from '../../support/bench/logto.ts';
import { type Process, RECHECK, REGISTER_ANEW, RETIRE, ROTATE, startProcess } from '../../support/bench/process.ts';
import { FIRST, openSettled, SECOND, type Settled } from '../../support/bench/settled.ts';
import { silentAfterSecret } from '../../support/bench/silent.ts';
import {
  type AnyWorld,
  type App,
  logsIn,
  openWorld,
  readyMessage,
  readyReason,
  statusOf,
  type World,
} from '../../support/bench/world.ts';

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
  /** Which of them use this Secret. */
  using: (secretName: string) => readonly string[];
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
    using: () => ['front', 'rear'],
    list: undefined,
    running: [],
    rolled,
    workloads: {
      using: (_, secretName) => answered(cluster.list, cluster.using(secretName).map(workloadNamed)),
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

describe('a value that is read back at the provider', () => {
  const NEW_PODS = ['front', 'rear'];

  const tamper = ({ secretName }: App): Promise<unknown> =>
    ground.rival.patch(
      { resource: SECRETS, namespace: ground.namespace, name: secretName },
      { type: 'merge', body: { stringData: { client_secret: 'theirs' } } },
      {},
      ground.signal,
    );

  test('T4, S7: gives what runs with a former one new Pods, where the cluster was put back to before its rotation', async () => {
    const cluster = clusterWith();
    const { world, app, id } = await openSettled(ground, { rotation: REFERENCING });
    // What the status says nothing of: the rotation, and that what it superseded was retired.
    world.emulator.addSecret(id, SECOND);
    world.emulator.removeSecret(id, FIRST);
    await app.annotate({ [RECHECK]: 'now' });
    const process = await start(world, cluster);
    await process.calm(app);
    expect([secretNames(world, id), await logsIn(world, app.secretName), await readyReason(app)]).toEqual([
      [SECOND],
      true,
      'InSync',
    ]);
    expect([cluster.rolled, (await statusOf(app)).rotation?.rolling]).toEqual([NEW_PODS, undefined]);
  });

  test('T4, R9: gives what found another one in the Secret new Pods, where the status is lost', async () => {
    const cluster = clusterWith();
    const { world, app } = await openSettled(ground, { rotation: REFERENCING });
    await tamper(app);
    await world.restore(app, 'with-secret');
    const process = await start(world, cluster);
    await process.calm(app);
    expect([cluster.rolled, await logsIn(world, app.secretName), await readyReason(app)]).toEqual([
      NEW_PODS,
      true,
      'InSync',
    ]);
  });

  test('T4, S7: gives nothing new Pods where it is the one that was in use', async () => {
    const cluster = clusterWith();
    const { world, app } = await openSettled(ground, { rotation: REFERENCING });
    await tamper(app);
    const process = await start(world, cluster);
    await process.calm(app);
    expect([cluster.rolled, await logsIn(world, app.secretName), await readyReason(app)]).toEqual([[], true, 'InSync']);
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

/** A spec that contradicts itself. */
const REFUSED_SPEC = { displayName: 'Shop [k8s 0123456789abcdef]' };

describe('where one secret works at a time, a roll that a rotation still owes', () => {
  interface Owing {
    readonly world: World;
    readonly app: App;
    readonly cluster: Cluster;
    readonly process: Process;
  }

  /** At logi, with a process that sees `cluster`. */
  async function settled(cluster: Cluster): Promise<Owing> {
    const world = await openWorld(ground);
    const app = await world.create({ rotation: { restart: 'Referencing' } });
    const process = await start(world, cluster);
    await process.settle(app);
    return { world, app, cluster, process };
  }

  /** The workloads could not be listed once, right after the rotation. */
  async function owing(): Promise<Owing> {
    const made = await settled(clusterWith());
    const { app, cluster, process } = made;
    cluster.list = 'unavailable';
    await app.annotate({ [ROTATE]: 'one' });
    await expect(process.pass(app)).rejects.toThrow('cannot: unavailable');
    expect((await statusOf(app)).rotation?.rolling).toBe(2);
    cluster.list = undefined;
    return made;
  }

  const EDITS = [
    { what: 'the object is suspended', reason: 'Suspended', arise: ({ app }: Owing) => app.change({ suspend: true }) },
    { what: 'the spec is refused', reason: 'InvalidSpec', arise: ({ app }: Owing) => app.change(REFUSED_SPEC) },
    {
      what: 'it names another registration to adopt',
      reason: 'AdoptionConflict',
      arise: ({ app }: Owing) => app.change({ adopt: { applicationId: '77' }, deletionPolicy: 'Delete' }),
    },
  ] as const;

  test.each(EDITS)('T4: is done in that pass, though $what while the call is out', async ({ arise, reason }) => {
    const made = await settled(clusterWith());
    const { world, app, cluster, process } = made;
    const call = world.emulator.fault({ operation: 'rotate', when: 'after', type: 'hold' });
    await app.annotate({ [ROTATE]: 'one' });
    const pass = process.pass(app);
    await call.hit;
    await arise(made);
    call.release();
    await pass;
    expect([cluster.rolled, (await statusOf(app)).rotation?.rolling, await readyReason(app)]).toEqual([
      ['front', 'rear'],
      undefined,
      reason,
    ]);
    const { length } = world.emulator.journal;
    await process.pass(app);
    expect([cluster.rolled.length, world.emulator.journal.length], 'once').toEqual([2, length]);
  });

  test.each([
    ...EDITS,
    {
      what: 'the provider is suspended, and what works is in sync',
      reason: 'InSync',
      arise: ({ world }: Owing) => world.changeProvider({ spec: { suspend: true } }),
    },
    {
      what: 'access is withdrawn and what has leaked is to be retired',
      reason: 'AccessDenied',
      async arise({ world, app }: Owing) {
        await app.annotate({ [RETIRE]: 'leaked' });
        await world.changeProvider({ spec: { access: [{ namespaces: { names: ['elsewhere'] } }] } });
      },
    },
  ])('T4, B2: is done without a call at the provider, though $what', async ({ arise, reason }) => {
    const made = await owing();
    const { world, app, cluster } = made;
    await arise(made);
    const process = await start(world, cluster);
    const { length } = world.emulator.journal;
    await process.pass(app);
    expect([cluster.rolled, (await statusOf(app)).rotation?.rolling, await readyReason(app)]).toEqual([
      ['front', 'rear'],
      undefined,
      reason,
    ]);
    expect(world.emulator.journal.length).toBe(length);
  });

  test.each([
    { where: 'on its former name', uses: { former: ['front'], new: ['rear'] }, want: ['rear', 'front'] },
    {
      where: 'on both names, and that once',
      uses: { former: ['front', 'rear'], new: ['front', 'rear'] },
      want: ['front', 'rear'],
    },
  ])('T4, S8: is done though the Secret is renamed meanwhile, for what is $where', async ({ uses, want }) => {
    const { app, cluster, process } = await owing();
    const name = `${app.name}-new`;
    cluster.using = (secretName) => uses[secretName === name ? 'new' : 'former'];
    app.alsoUses(name);
    await app.change({ secret: { name } });
    await process.calm(app);
    expect([cluster.rolled, (await statusOf(app)).rotation?.rolling, await readyReason(app)]).toEqual([
      want,
      undefined,
      'InSync',
    ]);
  });

  test('T4, S8: comes about where a former name, which held another value, is that of the Secret again', async () => {
    const { app, cluster, process } = await settled(clusterWith());
    const name = `${app.name}-new`;
    app.alsoUses(name);
    await app.change({ secret: { name } });
    await process.calm(app);
    cluster.using = (secretName) => (secretName === name ? [] : ['front']);
    await app.annotate({ [ROTATE]: 'one' });
    await process.calm(app);
    expect(cluster.rolled).toEqual([]);
    await app.change({ secret: { name: app.secretName } });
    await process.calm(app);
    expect([cluster.rolled, (await statusOf(app)).rotation?.rolling, await readyReason(app)]).toEqual([
      ['front'],
      undefined,
      'InSync',
    ]);
  });

  test('T4, S8: is done for nobody on a former name that holds another value', async () => {
    const { app, cluster, process } = await settled(clusterWith());
    const name = `${app.name}-new`;
    app.alsoUses(name);
    await app.change({ secret: { name } });
    await process.calm(app);
    cluster.using = (secretName) => [secretName === name ? 'rear' : 'front'];
    await app.annotate({ [ROTATE]: 'one' });
    await process.calm(app);
    expect([cluster.rolled, await readyReason(app)]).toEqual([['rear'], 'InSync']);
  });

  test('T4, D4: is done before the object goes and its Secret stays', async () => {
    const { app, world, cluster, process } = await owing();
    await app.change({ deletionPolicy: 'Retain' });
    await app.delete();
    await process.settle(app);
    expect([await app.find(), cluster.rolled, await logsIn(world, app.secretName)]).toEqual([
      undefined,
      ['front', 'rear'],
      true,
    ]);
  });

  test.each([
    ['the object is suspended', 'Suspended', ({ app }: Owing) => app.change({ suspend: true })],
    ['the provider is', 'Suspended', ({ world }: Owing) => world.changeProvider({ spec: { suspend: true } })],
    ['the spec is refused', 'InvalidSpec', ({ app }: Owing) => app.change(REFUSED_SPEC)],
  ] as const)('T4: is told of and tried again where it is refused while %s', async (_, reason, arise) => {
    const made = await owing();
    const { world, app, cluster } = made;
    await arise(made);
    cluster.front = 'refused';
    const process = await start(world, cluster);
    expect([await process.pass(app), await process.pass(app)]).toEqual([AGAIN, AGAIN]);
    expect([cluster.rolled, await readyReason(app), await readyMessage(app)]).toEqual([
      ['rear'],
      reason,
      expect.stringContaining('Deployment front'),
    ]);
    cluster.front = undefined;
    await process.settle(app);
    expect([cluster.rolled, await readyReason(app)]).toEqual([['rear', 'front'], reason]);
  });

  test('T4: that is out of reach keeps it from nobody that the object is suspended', async () => {
    const { world, app, cluster } = await owing();
    await app.change({ suspend: true });
    cluster.front = 'unavailable';
    const process = await start(world, cluster);
    expect(await process.pass(app)).toEqual(AGAIN);
    expect([cluster.rolled, await readyReason(app), await readyMessage(app)]).toEqual([
      ['rear'],
      'Suspended',
      expect.stringContaining('got no new Pods with the new secret'),
    ]);
    cluster.front = undefined;
    await process.settle(app);
    expect([cluster.rolled, await readyReason(app)]).toEqual([['rear', 'front'], 'Suspended']);
  });

  test('T4, D3, D4: that is out of reach keeps a retained object, which says so and can be abandoned', async () => {
    const { world, app, cluster } = await owing();
    await app.change({ deletionPolicy: 'Retain' });
    cluster.front = 'unavailable';
    await app.delete();
    const process = await start(world, cluster);
    await process.pass(app);
    expect([await readyReason(app), await readyMessage(app)]).toEqual([
      'DeletionBlocked',
      expect.stringContaining('got no new Pods with the new secret'),
    ]);
    await app.annotate({ 'oauthapp.dev/abandon': 'true' });
    await process.pass(app);
    expect(await app.find()).toBeUndefined();
  });

  test.each([
    ['is not there', (app: App) => app.loseSecret()],
    [
      'holds another value',
      (app: App) =>
        ground.client.patch(
          { resource: SECRETS, namespace: ground.namespace, name: app.secretName },
          { type: 'merge', body: { data: { client_secret: Buffer.from('of-another-hand').toString('base64') } } },
          {},
          ground.signal,
        ),
    ],
  ])('T4: waits where the Secret %s, since no Pod would have what was issued', async (_, lose) => {
    const { app, cluster, process } = await owing();
    await lose(app);
    await app.change({ suspend: true });
    await process.settle(app);
    expect([cluster.rolled, (await statusOf(app)).rotation?.rolling]).toEqual([[], 2]);
    await app.change({ suspend: null });
    await process.settle(app);
    expect([cluster.rolled, await readyReason(app)]).toEqual([['front', 'rear'], 'InSync']);
  });

  test('T4: does not wait for a Secret that is to be written anew and is refused', async () => {
    const { world, app, cluster } = await owing();
    await app.change({ displayName: 'Store', secret: { keys: { clientSecret: 'OAUTH_SECRET' } } });
    const ports = (real: Ports): Ports => ({ ...withoutWrites(real), workloads: cluster.workloads });
    await (await startProcess(world, { ports })).pass(app);
    expect([cluster.rolled, (await statusOf(app)).rotation?.rolling, await readyReason(app)]).toEqual([
      ['front', 'rear'],
      undefined,
      'SecretRefused',
    ]);
    expect(world.live()).toMatchObject([{ name: 'Store' }]);
  });

  test('T4, R9: is done though the status was lost meanwhile', async () => {
    const { world, app, cluster, process } = await owing();
    await world.restore(app, 'with-secret');
    await process.settle(app);
    expect([cluster.rolled, (await statusOf(app)).rotation?.rolling, await readyReason(app)]).toEqual([
      ['front', 'rear'],
      undefined,
      'InSync',
    ]);
  });

  test('T4: does not wait for the turn of the next rotation', async () => {
    const { app, cluster, process } = await owing();
    await app.annotate({ [ROTATE]: 'two' });
    expect(await process.pass(app)).toMatchObject({ type: 'again' });
    expect([cluster.rolled, (await statusOf(app)).rotation?.rolling]).toEqual([['front', 'rear'], undefined]);
  });
});

describe('a registration that takes the place of another', () => {
  test.each([
    ['that was given up', (app: App) => app.annotate({ [REGISTER_ANEW]: 'one' })],
    [
      'that was given up with the name of its Secret',
      async (app: App) => {
        await app.change({ secret: { name: 'another' } });
        await app.annotate({ [REGISTER_ANEW]: 'one' });
      },
    ],
    ['that is gone', async (_: App, world: World) => world.emulator.deleteByHand(1)],
    [
      'that is gone with the status, and has left a Secret,',
      async (app: App, world: World) => {
        world.emulator.deleteByHand(1);
        await world.restore(app, 'with-secret');
      },
    ],
  ])('T4: %s gives them new Pods', async (_, part) => {
    const world = await openWorld(ground);
    const app = await world.create({ rotation: { restart: 'Referencing' } });
    const cluster = clusterWith();
    const process = await start(world, cluster);
    await process.settle(app);
    expect(cluster.rolled).toEqual([]);
    await part(app, world);
    await app.annotate({ [RECHECK]: 'one' });
    await process.settle(app);
    const { applicationId, rotation } = await statusOf(app);
    expect([applicationId, rotation?.rolling, await readyReason(app)]).toEqual(['2', undefined, 'InSync']);
    expect(cluster.rolled).toEqual(['front', 'rear']);
  });
});

describe('a first secret that is written over the Secret of a former registration, of which no status tells,', () => {
  const OTHER_WAYS: readonly {
    readonly what: string;
    readonly fault?: Fault<'create' | 'list-secrets'>;
    readonly ports?: (real: Ports) => Ports;
  }[] = [
    {
      what: 'and could not be read with the create',
      fault: { operation: 'list-secrets', when: 'before', type: 'status', status: 500 },
    },
    { what: 'of a create that was not answered', fault: { operation: 'create', when: 'after', type: 'reset' } },
    { what: 'by a process that died then', ports: silentAfterSecret },
  ];

  test.each(OTHER_WAYS)('T4: $what gives them new Pods', async ({ fault, ports = (real) => real }) => {
    const { world, app, id } = await openSettled(ground, { rotation: REFERENCING });
    const cluster = clusterWith();
    world.emulator.deleteByHand(id);
    await world.restore(app, 'with-secret');
    if (fault !== undefined) world.emulator.fault(fault);
    const process = await startProcess(world, { ports: (real) => ports({ ...real, workloads: cluster.workloads }) });
    await app.annotate({ [RECHECK]: 'one' });
    for (const _ of [1, 2, 3, 4, 5, 6]) {
      await process.pass(app).catch(() => undefined);
      await world.clock.advance(MINUTE_MS);
    }
    await (await start(world, cluster)).settle(app);
    const { applicationId, rotation } = await statusOf(app);
    expect([applicationId === id, rotation?.rolling, await readyReason(app)]).toEqual([false, undefined, 'InSync']);
    expect(cluster.rolled).toEqual(['front', 'rear']);
  });
});

/** An API server that lets no Secret be written, as a quota or a policy does. */
function withoutWrites({ secrets, ...ports }: Ports): Ports {
  return { ...ports, secrets: { ...secrets, write: () => Promise.reject(new ClusterError('refused', 'policy')) } };
}
