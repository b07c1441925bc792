import { beforeAll, describe, expect, test } from 'vitest';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import type { RunningPod, Workload, Workloads } from '../../../src/application/ports/workloads.ts';
import { foreignSecret } from '../../support/bench/foreign-secret.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, looksLater, openLogtoWorld, secretNames } from '../../support/bench/logto.ts';
import { type Process, RETIRE, ROTATE, startProcess } from '../../support/bench/process.ts';
import { FIRST, SECOND, THIRD } from '../../support/bench/settled.ts';
import { silentAfterSecret } from '../../support/bench/silent.ts';
import { type App, readyMessage, readyReason, type SpecChange, statusOf } from '../../support/bench/world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** What runs with the Secret, as a test says it. */
interface Cluster {
  running: (secretName: string) => readonly RunningPod[] | 'forbidden';
  readonly using: Workload[];
  /** Marks of the rolls that were asked for. */
  readonly rolls: string[];
}

function workloadsOf(cluster: Cluster): Workloads {
  return {
    using: () => Promise.resolve(cluster.using),
    running(_, secretName) {
      const pods = cluster.running(secretName);
      return pods === 'forbidden'
        ? Promise.reject(new ClusterError('forbidden', 'pods is forbidden'))
        : Promise.resolve(pods);
    },
    roll(_, mark) {
      cluster.rolls.push(mark);
      return Promise.resolve('rolled');
    },
  };
}

interface Case {
  readonly world: LogtoWorld;
  readonly app: App;
  readonly id: string;
  readonly cluster: Cluster;
  /** `offMs`: by how much the API server's clock is ahead of the right time. */
  start(skewMs?: number, offMs?: number): Promise<Process>;
  /** Starts a process that dies once it has written a Secret. */
  doomed(): Promise<Process>;
  /** Passes of a new process; returns it. */
  calm(): Promise<Process>;
  rotate(token: string): Promise<void>;
  names(): readonly string[];
  waitingFor(): Promise<readonly (string | undefined)[]>;
}

async function settled(rotation: SpecChange['rotation'] = {}): Promise<Case> {
  const world = await openLogtoWorld(ground);
  const app = await world.create({ rotation });
  const cluster: Cluster = { running: () => [], using: [], rolls: [] };
  const later = looksLater(world, DAY_MS);
  const portsAt =
    (skewMs: number, offMs: number) =>
    (ports: Ports): Ports => ({
      ...later(ports),
      workloads: workloadsOf(cluster),
      clockSkewMs: () => skewMs,
      clusterTime: () => world.clock.now() + offMs,
    });
  const start = (skewMs = 0, offMs = 0): Promise<Process> => startProcess(world, { ports: portsAt(skewMs, offMs) });
  const calm = async (): Promise<Process> => {
    const process = await start();
    await process.calm(app);
    return process;
  };
  await calm();
  const id = (await statusOf(app)).applicationId ?? '';
  return {
    world,
    app,
    id,
    cluster,
    start,
    doomed: () => startProcess(world, { ports: (ports) => silentAfterSecret(portsAt(0, 0)(ports)) }),
    calm,
    async rotate(token) {
      await app.annotate({ [ROTATE]: token });
      await calm();
    },
    names: () => secretNames(world, id),
    waitingFor: async () => ((await statusOf(app)).rotation?.retiring ?? []).map(({ waitingFor }) => waitingFor),
  };
}

async function rotated(rotation: SpecChange['rotation'] = {}): Promise<Case> {
  const made = await settled(rotation);
  await made.rotate('one');
  return made;
}

const podStarted = (startedAtMs: number, rolledFor?: string): RunningPod => ({
  name: 'shop-0',
  startedAtMs,
  rolledFor,
});

const SHOP: Workload = {
  kind: 'Deployment',
  namespace: 'shop',
  name: 'shop',
  uid: 'u',
  secretName: 's',
  rolledFor: undefined,
};

/** What is superseded, and the Secret of a former name. */
const BOTH: unknown = [[FIRST, SECOND], expect.anything()];

/** In Logto's own words. */
const REFUSAL = JSON.stringify({ code: 'guard.invalid_input', message: 'No.' });

const FOREIGN_SECRET = foreignSecret(() => ground);

const REFUSED_SPEC = {
  async begin(app: App): Promise<void> {
    await app.change({ rotation: { window: { from: '02:00', to: '04:00', timeZone: 'Nowhere/Land' } } });
  },
  async end(app: App): Promise<void> {
    await app.change({ rotation: null });
  },
};

describe('a superseded secret', () => {
  test('T3: is retired when the overlap is over, and not a moment before', async () => {
    const { world, calm, names, waitingFor, app } = await rotated();
    await world.clock.advance(DAY_MS - MINUTE_MS);
    await calm();
    expect([names(), await waitingFor()]).toEqual([[FIRST, SECOND], ['the overlap']]);
    expect(await readyMessage(app)).toContain(`${FIRST} goes on working and waits for the overlap`);
    await world.clock.advance(MINUTE_MS);
    const { happenings } = await calm();
    expect([names(), await waitingFor()]).toEqual([[SECOND], []]);
    expect(happenings).toMatchObject([{ type: 'Normal', reason: 'SecretRetired' }]);
  });

  test('T3: the queue is asked for it in time', async () => {
    const { app, start } = await rotated({ overlap: '1m' });
    const outcome = await (await start()).calm(app);
    expect(outcome).toEqual({ type: 'again', afterMs: 60_000 });
  });

  test('T3: is kept while a Pod runs that started before the write', async () => {
    const { world, calm, names, waitingFor, cluster } = await rotated();
    const written = world.clock.now();
    cluster.running = () => [podStarted(written)];
    await world.clock.advance(2 * DAY_MS);
    await calm();
    expect([names(), await waitingFor()]).toEqual([[FIRST, SECOND], ['Pods that still run with a superseded secret']]);
    cluster.running = () => [podStarted(written + 11_000)];
    await calm();
    expect(names()).toEqual([SECOND]);
  });

  test('T3: whether such a Pod runs is asked again soon', async () => {
    const { world, app, start, cluster } = await rotated();
    const written = world.clock.now();
    cluster.running = () => [podStarted(written)];
    await world.clock.advance(DAY_MS + HOUR_MS);
    expect(await (await start()).calm(app)).toEqual({ type: 'again', afterMs: 5 * MINUTE_MS });
  });

  test('S8, T3: is kept for a Pod that uses the Secret under its former name', async () => {
    const { world, app, calm, names, cluster } = await rotated({ overlap: '1h' });
    const written = world.clock.now();
    const name = `${app.secretName}-new`;
    app.alsoUses(name);
    cluster.running = (secretName) => (secretName === app.secretName ? [podStarted(written)] : []);
    await world.clock.advance(HOUR_MS / 2);
    await app.change({ secret: { name } });
    await calm();
    await world.clock.advance(HOUR_MS / 2);
    await calm();
    expect(names()).toEqual([FIRST, SECOND]);
  });

  test('T3: goes after retireAfter all the same, with a warning', async () => {
    const { world, calm, names, cluster } = await rotated({ overlap: '1h', retireAfter: '6h' });
    const written = world.clock.now();
    cluster.running = () => [podStarted(written)];
    await world.clock.advance(6 * HOUR_MS - MINUTE_MS);
    await calm();
    expect(names()).toEqual([FIRST, SECOND]);
    await world.clock.advance(MINUTE_MS);
    const { happenings } = await calm();
    expect(names()).toEqual([SECOND]);
    expect(happenings).toMatchObject([{ type: 'Warning', reason: 'SecretRetired' }]);
  });

  test('T3: goes after retireAfter alone where the operator may not see Pods, and the condition says so', async () => {
    const { world, app, calm, names, cluster } = await rotated({ overlap: '1h', retireAfter: '6h' });
    cluster.running = () => 'forbidden';
    await world.clock.advance(6 * HOUR_MS - MINUTE_MS);
    await calm();
    expect([names(), await readyReason(app)]).toEqual([[FIRST, SECOND], 'InSync']);
    expect(await readyMessage(app)).toContain('spec.rotation.retireAfter, since the operator may not see which Pods');
    await world.clock.advance(MINUTE_MS);
    await calm();
    expect(names()).toEqual([SECOND]);
  });

  test('T3: whether the operator may see Pods is asked again within the hour', async () => {
    const { world, app, start, calm, names, cluster } = await rotated();
    cluster.running = () => 'forbidden';
    await world.clock.advance(DAY_MS);
    expect(await (await start()).calm(app)).toEqual({ type: 'again', afterMs: HOUR_MS });
    cluster.running = () => [];
    await world.clock.advance(HOUR_MS);
    await calm();
    expect(names()).toEqual([SECOND]);
  });

  test('T3: goes at once when a person asks for it, all of them, and the token is served', async () => {
    const { world, app, calm, rotate, names, waitingFor } = await rotated();
    await world.clock.advance(MINUTE_MS);
    await rotate('two');
    await app.annotate({ [RETIRE]: 'leaked' });
    await calm();
    expect([names(), await waitingFor(), (await statusOf(app)).served?.retire]).toEqual([
      ['k8s-installation-3'],
      [],
      'leaked',
    ]);
    await world.clock.advance(MINUTE_MS);
    await rotate('three');
    expect(names()).toEqual(['k8s-installation-3', 'k8s-installation-4']);
  });

  test('T3: a request to retire waits for the rotation that was asked for along with it', async () => {
    const { app, calm, names } = await settled();
    await app.annotate({ [ROTATE]: 'leaked', [RETIRE]: 'leaked' });
    await calm();
    expect([names(), (await statusOf(app)).served]).toMatchObject([[SECOND], { rotate: 'leaked', retire: 'leaked' }]);
  });

  test('T3: so does one where another superseded secret was waiting already', async () => {
    const { app, calm, names } = await rotated();
    await app.annotate({ [ROTATE]: 'leaked', [RETIRE]: 'leaked' });
    await calm();
    expect([names(), (await statusOf(app)).served]).toMatchObject([
      ['k8s-installation-3'],
      { rotate: 'leaked', retire: 'leaked' },
    ]);
  });

  test.each([
    { what: 'a Secret of somebody else is in the way', ...FOREIGN_SECRET },
    { what: 'the spec is refused', ...REFUSED_SPEC },
  ])('T3: so does one that was asked for while $what', async ({ begin, end }) => {
    const { app, calm, names } = await settled();
    await begin(app);
    await app.annotate({ [ROTATE]: 'leaked', [RETIRE]: 'leaked' });
    await calm();
    expect(names()).toEqual([FIRST]);
    await end(app);
    await calm();
    expect([names(), (await statusOf(app)).served]).toMatchObject([[SECOND], { rotate: 'leaked', retire: 'leaked' }]);
  });

  test('T3: a request with nothing to retire is served', async () => {
    const { world, app, calm } = await settled();
    await app.annotate({ [RETIRE]: 'now' });
    await calm();
    expect([(await statusOf(app)).served?.retire, world.effects()]).toEqual(['now', ['create']]);
  });

  test('T3: one that somebody deleted already is let go', async () => {
    const { world, app, id, calm, names, waitingFor } = await rotated();
    world.emulator.removeSecret(id, FIRST);
    await world.clock.advance(DAY_MS);
    const { happenings } = await calm();
    expect([names(), await waitingFor(), await readyReason(app)]).toEqual([[SECOND], [], 'InSync']);
    expect(happenings).toMatchObject([
      { type: 'Normal', reason: 'SecretRetired', note: expect.not.stringContaining('Deleted') },
    ]);
  });

  test('T3: a Secret that has its former name again gives whoever read it there the whole overlap', async () => {
    const made = await settled({ overlap: '1h' });
    const { world, app, rotate } = made;
    await app.change({ secret: { name: `${app.name}-new` } });
    await rotate('one');
    await world.clock.advance(HOUR_MS / 2);
    await app.change({ secret: { name: app.secretName } });
    await overlapsForAnHour(made);
  });

  test('T3: so does one that was written before the status could say so', async () => {
    const made = await settled({ overlap: '1h' });
    const { world, app, rotate } = made;
    await app.change({ secret: { name: `${app.name}-new` } });
    await diesBeforeStatus(world, app);
    await app.change({ secret: { name: app.secretName } });
    await rotate('one');
    await world.clock.advance(HOUR_MS / 2);
    await app.change({ secret: { name: `${app.name}-new` } });
    await overlapsForAnHour(made);
  });

  test('T2, T3: one that somebody renamed is left alone, and said to go on working', async () => {
    const { world, app, id, calm, names, waitingFor } = await rotated();
    world.emulator.renameSecretByHand(id, FIRST, 'theirs now');
    await world.clock.advance(DAY_MS);
    const { happenings } = await calm();
    expect([names(), await waitingFor(), await readyReason(app)]).toEqual([['theirs now', SECOND], [], 'InSync']);
    expect(happenings).toMatchObject([{ type: 'Warning', reason: 'SecretRenamed' }]);
    expect(happenings[0]?.note).toContain('theirs now');
    expect(happenings[0]?.note).not.toContain('Deleted');
  });

  describe('that a status claims to be one, as somebody forged it,', () => {
    const times = { supersededAt: '2020-01-01T00:00:00Z', notBefore: '2020-01-01T00:00:00Z' };

    test.each([
      { which: 'made by a person', entry: () => ({ name: 'theirs' }) },
      {
        which: 'that is in use',
        entry: ({ secret }: Awaited<ReturnType<typeof statusOf>>) => ({
          name: FIRST,
          fingerprint: secret?.fingerprint,
        }),
      },
    ])('T2: is not deleted where it is one $which', async ({ entry }) => {
      const { world, app, id, calm, names } = await settled();
      world.emulator.addSecret(id, 'theirs');
      await app.forge({ rotation: { retiring: [{ ...entry(await statusOf(app)), ...times }] } });
      const { happenings } = await calm();
      expect([names(), happenings, (await statusOf(app)).rotation?.retiring]).toEqual([
        [FIRST, 'theirs'],
        [],
        undefined,
      ]);
    });

    test.each([
      { how: 'by its name', claim: () => ({}) },
      {
        how: 'by its value',
        claim: ({ secret }: Awaited<ReturnType<typeof statusOf>>) => ({ fingerprint: secret?.fingerprint }),
      },
    ])('T3: has its whole overlap where it is in use, named $how, and a rotation is asked for beside', async (each) => {
      const made = await settled({ overlap: '1h' });
      const { app, rotate } = made;
      const claimed = each.claim(await statusOf(app));
      await app.forge({ rotation: { retiring: [{ name: FIRST, ...claimed, ...times }] } });
      await rotate('one');
      await overlapsForAnHour(made);
    });
  });

  test('I7: is left alone by whoever does not know yet that the application was suspended', async () => {
    const { world, app, start, names } = await rotated();
    await world.clock.advance(DAY_MS);
    const late = await start();
    await late.look();
    await app.change({ suspend: true });
    expect(await late.passWithoutLooking(app)).toEqual({ type: 'back-off' });
    expect(names()).toEqual([FIRST, SECOND]);
  });

  test('T3, O5: a lost answer to its deletion is made good', async () => {
    const { world, calm, names, waitingFor } = await rotated();
    world.emulator.fault({ operation: 'delete-secret', when: 'after', type: 'reset' });
    await world.clock.advance(DAY_MS);
    await calm();
    expect([names(), await waitingFor()]).toEqual([[SECOND], []]);
  });

  describe.each([
    { how: 'is refused', reason: 'Rejected', fault: { type: 'status', status: 422, body: REFUSAL } },
    { how: 'cannot be read', reason: 'MalformedAnswer', fault: { type: 'html', status: 200 } },
    { how: 'something in front refuses', reason: 'ProviderUnavailable', fault: { type: 'html', status: 403 } },
    { how: 'has no answer', reason: 'AnswerLost', fault: { type: 'reset' } },
  ] as const)('the deletion of which $how', ({ reason, fault }) => {
    const redirectUris = ['https://store.example.com/cb'];

    /** Two are superseded, and of each pass to come the first call to delete one fails. */
    async function stubborn(): Promise<Case & { pass(): Promise<readonly string[]> }> {
      const made = await rotated();
      const { world, app, start, rotate } = made;
      await world.clock.advance(MINUTE_MS);
      await rotate('two');
      const process = await start();
      const pass = async (): Promise<readonly string[]> => {
        const { journal } = world.emulator;
        const before = journal.length;
        const one = world.emulator.fault({ operation: 'delete-secret', when: 'before', ...fault });
        const outcome = await process.pass(app);
        one.remove();
        expect(outcome).toEqual({ type: 'back-off' });
        const made = journal.slice(before).map(({ operation }) => operation);
        return made.filter((operation) => operation === 'delete-secret' || operation === 'update');
      };
      return { ...made, pass };
    }

    const uris = ({ world, id }: Case): unknown =>
      world.emulator.applications().find((application) => application.id === id)?.oidcClientMetadata.redirectUris;

    test('T3: keeps no other one that has leaked, and no edit from the provider, and is told of until it is done', async () => {
      const made = await stubborn();
      const { app, calm, names, pass } = made;
      await app.change({ redirectUris });
      await app.annotate({ [RETIRE]: 'leaked' });
      expect(await pass()).toEqual(['delete-secret', 'delete-secret', 'update']);
      expect([names(), uris(made)]).toEqual([[FIRST, THIRD], redirectUris]);
      const { served, rotation } = await statusOf(app);
      expect([served?.retire, rotation?.retiring]).toMatchObject([undefined, [{ name: FIRST }]]);
      expect([await readyReason(app), await readyMessage(app)]).toEqual([reason, expect.stringContaining(FIRST)]);

      expect(await pass()).toEqual(['delete-secret']);
      await calm();
      expect([names(), (await statusOf(app)).served?.retire, await readyReason(app)]).toEqual([
        [THIRD],
        'leaked',
        'InSync',
      ]);
    });

    test('T3: leaves to what a scheduled rotation supersedes the whole overlap', async () => {
      const { world, app, start, names, calm } = await rotated({ interval: '720h' });
      await app.annotate({ [RETIRE]: 'leaked' });
      const always = world.emulator.fault({ operation: 'delete-secret', when: 'before', times: 'always', ...fault });
      await (await start()).pass(app);
      await world.clock.advance(31 * DAY_MS);
      await (await start()).pass(app);
      expect(names()).toEqual([FIRST, SECOND, THIRD]);
      always.remove();
      await calm();
      expect(names()).toEqual([SECOND, THIRD]);
    });

    test.each([
      { when: 'before that', retire: 'leaked', want: [SECOND, THIRD] },
      { when: 'before, and once more since', retire: 'leaked-too', want: [THIRD] },
    ])('R2, T3: so it does where that is finished after an interruption, as asked $when', async ({ retire, want }) => {
      const { world, app, start, doomed, names, calm } = await rotated({ interval: '720h' });
      await app.annotate({ [RETIRE]: 'leaked' });
      const always = world.emulator.fault({ operation: 'delete-secret', when: 'before', times: 'always', ...fault });
      await (await start()).pass(app);
      await world.clock.advance(31 * DAY_MS);
      await (await doomed()).pass(app).catch(() => undefined);
      expect([names(), (await statusOf(app)).operation?.type]).toEqual([[FIRST, SECOND, THIRD], 'rotate']);
      always.remove();
      await app.annotate({ [RETIRE]: retire });
      await calm();
      expect([names(), (await statusOf(app)).served?.retire]).toEqual([want, retire]);
    });

    test('T3: is tried on the request all the same once a scheduled rotation has come, whoever runs with it', async () => {
      const { world, app, cluster, start, names, calm } = await rotated({ interval: '12h' });
      cluster.running = () => [podStarted(0)];
      await app.annotate({ [RETIRE]: 'leaked' });
      const always = world.emulator.fault({ operation: 'delete-secret', when: 'before', times: 'always', ...fault });
      await (await start()).pass(app);
      await world.clock.advance(14 * HOUR_MS);
      await (await start()).pass(app);
      await calm();
      expect([names(), await readyReason(app)]).toEqual([[FIRST, SECOND, THIRD], reason]);
      always.remove();
      await calm();
      expect([names(), await readyReason(app)]).toEqual([[SECOND, THIRD], 'InSync']);
    });

    test('T3: nor one whose time has passed', async () => {
      const made = await stubborn();
      const { world, app, calm, names, waitingFor, pass } = made;
      await app.change({ redirectUris });
      await world.clock.advance(2 * DAY_MS);
      expect(await pass()).toEqual(['delete-secret', 'delete-secret', 'update']);
      expect([names(), uris(made), await waitingFor()]).toEqual([
        [FIRST, THIRD],
        redirectUris,
        ['the next try to delete it'],
      ]);
      expect(await readyReason(app)).toBe(reason);
      await calm();
      expect([names(), await readyReason(app)]).toEqual([[THIRD], 'InSync']);
    });

    test('T3: nor one that has leaked where the spec is refused', async () => {
      const { app, calm, names, pass } = await stubborn();
      await REFUSED_SPEC.begin(app);
      await app.annotate({ [RETIRE]: 'leaked' });
      expect([await pass(), names()]).toEqual([
        ['delete-secret', 'delete-secret'],
        [FIRST, THIRD],
      ]);
      expect([await readyReason(app), await readyMessage(app)]).toEqual([
        'InvalidSpec',
        expect.stringContaining(FIRST),
      ]);
      await calm();
      expect([names(), (await statusOf(app)).served?.retire]).toEqual([[THIRD], 'leaked']);
    });
  });

  test('T3: is tried no further than once more in a pass that finds the provider away', async () => {
    const { world, app, start, rotate, names } = await rotated();
    await world.clock.advance(MINUTE_MS);
    await rotate('two');
    const process = await start();
    world.emulator.fault({ operation: 'delete-secret', when: 'before', type: 'status', status: 503, times: 2 });
    await app.annotate({ [RETIRE]: 'leaked' });
    await process.pass(app);
    expect([names(), await readyReason(app)]).toEqual([[FIRST, SECOND, THIRD], 'ProviderUnavailable']);
  });

  test('T6: stays while the clocks are minutes apart, and goes when a person asks for it', async () => {
    const { world, app, start, names, waitingFor } = await rotated();
    await world.clock.advance(8 * DAY_MS);
    await (await start(-301_000)).calm(app);
    expect([names(), await waitingFor()]).toEqual([
      [FIRST, SECOND],
      ['the clocks of operator and API server to agree'],
    ]);
    await app.annotate({ [RETIRE]: 'now' });
    await (await start(301_000)).calm(app);
    expect(names()).toEqual([SECOND]);
  });

  test('T6: one that was superseded while the API server was a year ahead has its overlap once that is set right', async () => {
    const { world, app, calm, names } = await rotated();
    const { rotation } = await statusOf(app);
    const [entry] = rotation?.retiring ?? [];
    const ahead = new Date(world.clock.now() + 365 * DAY_MS).toISOString();
    await app.forge({
      rotation: { ...rotation, retiring: [{ ...entry, supersededAt: ahead, rolledAt: ahead, notBefore: ahead }] },
    });
    await calm();
    await world.clock.advance(DAY_MS - MINUTE_MS);
    await calm();
    expect(names()).toEqual([FIRST, SECOND]);
    await world.clock.advance(MINUTE_MS);
    await calm();
    expect(names()).toEqual([SECOND]);
  });

  test('T6: one that was superseded while the API server was days behind has its overlap once that is set right', async () => {
    const { world, app, start, calm, names } = await settled();
    const behind = await start(2 * DAY_MS, -2 * DAY_MS);
    await app.annotate({ [ROTATE]: 'one' });
    await behind.calm(app);
    await calm();
    await world.clock.advance(DAY_MS - MINUTE_MS);
    await calm();
    expect(names()).toEqual([FIRST, SECOND]);
    await world.clock.advance(MINUTE_MS);
    await calm();
    expect(names()).toEqual([SECOND]);
  });

  test.each([
    { clock: 'the operator’s clock is hours ahead', skewMs: 2 * HOUR_MS, offMs: 0, forMs: 90 * MINUTE_MS },
    { clock: 'the API server’s clock is days behind', skewMs: 2 * DAY_MS, offMs: -2 * DAY_MS, forMs: MINUTE_MS },
  ])(
    'S8, T6: of before a rename while $clock stays as long as a Pod needs it, and the former Secret with it',
    async ({ skewMs, offMs, forMs }) => {
      const { world, app, cluster, start, calm, names } = await settled({ overlap: '1h' });
      const pod = podStarted(world.clock.now());
      cluster.running = (secretName) => (secretName === app.secretName ? [pod] : []);
      const wrong = await start(skewMs, offMs);
      await app.annotate({ [ROTATE]: 'one' });
      await wrong.calm(app);
      const name = `${app.secretName}-new`;
      app.alsoUses(name);
      await app.change({ secret: { name } });
      await wrong.calm(app);

      await world.clock.advance(forMs);
      await calm();
      expect([names(), await world.secret(app.secretName)], 'once the clock is right').toEqual(BOTH);
      await world.clock.advance(3 * HOUR_MS);
      await calm();
      expect([names(), await world.secret(app.secretName)], 'after both their times').toEqual(BOTH);
      cluster.running = () => [];
      await calm();
      expect([names(), await world.secret(app.secretName)]).toEqual([[SECOND], undefined]);
    },
  );

  test('B2: stays while the application is suspended', async () => {
    const { world, app, calm, names } = await rotated();
    await app.change({ suspend: true });
    await app.annotate({ [RETIRE]: 'now' });
    const calls = world.emulator.journal.length;
    await world.clock.advance(8 * DAY_MS);
    await (await calm()).calm(app);
    const made = world.emulator.journal.slice(calls).map(({ operation }) => operation);
    expect([names(), made]).toEqual([
      [FIRST, SECOND],
      ['token', 'list'],
    ]);
    await app.change({ suspend: null });
    await calm();
    expect(names()).toEqual([SECOND]);
  });

  test('B2: stays while access is withdrawn', async () => {
    const { world, app, calm, names } = await rotated();
    await world.changeProvider({ spec: { access: [{ namespaces: { names: ['elsewhere'] } }] } });
    await world.clock.advance(8 * DAY_MS);
    await calm();
    expect([names(), await readyReason(app)]).toEqual([[FIRST, SECOND], 'AccessDenied']);
  });
});

test('B2: a rotation whose answer was lost leaves the former secret in use where access was withdrawn', async () => {
  const { world, app, id, calm, names } = await settled();
  world.emulator.fault({ operation: 'create-secret', when: 'after', type: 'reset' });
  await app.annotate({ [ROTATE]: 'one' });
  const process = await startProcess(world);
  await process.pass(app);
  await world.changeProvider({ spec: { access: [{ namespaces: { names: ['elsewhere'] } }] } });
  await calm();
  const { secret, operation } = await statusOf(app);
  expect([operation, secret?.delivered, secret?.serial, names()]).toEqual([undefined, true, 1, [FIRST, SECOND]]);

  await world.changeProvider({ spec: { access: [{}] } });
  await calm();
  const { client_secret: value = '' } = (await world.secret(app.secretName))?.data ?? {};
  expect([world.emulator.logsIn(id, value), (await statusOf(app)).served?.rotate]).toEqual([true, 'one']);
  await world.clock.advance(DAY_MS);
  await calm();
  expect(names()).toEqual(['k8s-installation-3']);
});

describe('workloads that are to be rolled', () => {
  const REFERENCING = { restart: 'Referencing', overlap: '1h', retireAfter: '6h' } as const;

  test('T3: get new Pods at once, and those hold the superseded secret up no more', async () => {
    const { world, app, calm, rotate, names, cluster } = await settled(REFERENCING);
    cluster.using.push(SHOP);
    await rotate('one');
    const { secret, rotation } = await statusOf(app);
    expect([cluster.rolls, rotation?.rolling]).toEqual([[secret?.fingerprint], undefined]);
    // A rolled Pod counts as new whatever its clock says.
    cluster.running = () => [podStarted(0, secret?.fingerprint)];
    await world.clock.advance(HOUR_MS);
    await calm();
    expect(names()).toEqual([SECOND]);
  });

  test('T3: after a pause are rolled first, and have an hour to take the new secret', async () => {
    const { world, app, calm, names, cluster } = await settled(REFERENCING);
    cluster.using.push(SHOP);
    await app.annotate({ [ROTATE]: 'one' });
    await diesBeforeItRolls(world, app);
    expect([names(), cluster.rolls]).toEqual([[FIRST, SECOND], []]);

    await world.clock.advance(2 * DAY_MS);
    await calm();
    expect([names(), cluster.rolls.length]).toEqual([[FIRST, SECOND], 1]);
    await world.clock.advance(HOUR_MS - MINUTE_MS);
    await calm();
    expect(names()).toEqual([FIRST, SECOND]);
    await world.clock.advance(MINUTE_MS);
    await calm();
    expect([names(), cluster.rolls.length]).toEqual([[SECOND], 1]);
  });

  test('T3: retireAfter counts from the end of the roll', async () => {
    const { world, app, calm, names, cluster } = await settled(REFERENCING);
    cluster.using.push(SHOP);
    const written = world.clock.now();
    cluster.running = () => [podStarted(written - 1000)];
    await app.annotate({ [ROTATE]: 'one' });
    await diesBeforeItRolls(world, app);
    await world.clock.advance(4 * HOUR_MS);
    await calm();
    await world.clock.advance(6 * HOUR_MS - MINUTE_MS);
    await calm();
    expect(names()).toEqual([FIRST, SECOND]);
    await world.clock.advance(MINUTE_MS);
    await calm();
    expect(names()).toEqual([SECOND]);
  });
});

/** From the next pass on, and no longer. */
async function overlapsForAnHour({ world, calm, names }: Case): Promise<void> {
  await calm();
  await world.clock.advance(HOUR_MS - MINUTE_MS);
  await calm();
  expect(names()).toEqual([FIRST, SECOND]);

  await world.clock.advance(2 * MINUTE_MS);
  await calm();
  expect(names()).toEqual([SECOND]);
}

/** A status that cannot be written is as good as one that was never tried. */
async function diesBeforeStatus(world: LogtoWorld, app: App): Promise<void> {
  const process = await startProcess(world, {
    ports: (ports) => ({
      ...ports,
      applications: { ...ports.applications, writeStatus: () => Promise.reject(new Error('dead')) },
    }),
  });
  const before = await statusOf(app);
  await process.pass(app).catch(() => undefined);
  expect(await statusOf(app)).toEqual(before);
}

async function diesBeforeItRolls(world: LogtoWorld, app: App): Promise<void> {
  const process = await startProcess(world, {
    ports: (ports) => ({ ...ports, workloads: { ...ports.workloads, using: () => Promise.reject(new Error('dead')) } }),
  });
  await process.pass(app).catch(() => undefined);
  expect((await statusOf(app)).rotation?.rolling).toBe(2);
}

describe('an end that somebody set at the provider', () => {
  test('T1: is found by the next deep look, and the successor comes one overlap before', async () => {
    const { world, app, id, calm, names } = await settled({ overlap: '4h' });
    const end = world.clock.now() + 10 * DAY_MS;
    const [first] = world.emulator.applications().find((application) => application.id === id)?.secrets ?? [];
    if (first !== undefined) world.emulator.edit(id, { secrets: [{ ...first, expiresAt: end }] });
    await world.clock.advance(2 * DAY_MS);
    await calm();
    expect([(await statusOf(app)).secret?.expiresAt, names()]).toEqual([new Date(end).toISOString(), [FIRST]]);

    await world.clock.advance(8 * DAY_MS - 4 * HOUR_MS - MINUTE_MS);
    await calm();
    expect(names()).toEqual([FIRST]);
    await world.clock.advance(MINUTE_MS);
    await calm();
    expect([names(), (await statusOf(app)).secret?.expiresAt, await readyReason(app)]).toEqual([
      [FIRST, SECOND],
      undefined,
      'InSync',
    ]);
  });

  test('S7: that has passed is a loss', async () => {
    const { world, app, id, calm, names } = await settled();
    world.emulator.expireSecret(id, FIRST);
    await world.clock.advance(2 * DAY_MS);
    await calm();
    const { client_secret: value = '' } = (await world.secret(app.secretName))?.data ?? {};
    expect([names(), world.emulator.logsIn(id, value), await readyReason(app)]).toEqual([
      [FIRST, SECOND],
      true,
      'InSync',
    ]);
  });
});
