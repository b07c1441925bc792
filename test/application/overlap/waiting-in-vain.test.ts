import { beforeAll, describe, expect, test } from 'vitest';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import type { RunningPod, Workloads } from '../../../src/application/ports/workloads.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import type { Outcome } from '../../../src/runtime/outcome.ts';
import { Crash } from '../../support/bench/fuse.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, looksLater, openLogtoWorld, secretNames } from '../../support/bench/logto.ts';
import { RETIRE, ROTATE, startProcess } from '../../support/bench/process.ts';
import { FIRST, SECOND, THIRD } from '../../support/bench/settled.ts';
import { silentAfterSecret } from '../../support/bench/silent.ts';
import { type App, readyMessage, readyReason, remove, type SpecChange, statusOf } from '../../support/bench/world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Bound of the list in the schema. */
const MOST_RETIRING = 50;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** Pods that run with the Secret of this name, or why they cannot be told. */
type Sight = (secretName: string) => readonly RunningPod[] | 'forbidden' | 'unavailable';

interface Case {
  readonly world: LogtoWorld;
  readonly app: App;
  see(sight: Sight): void;
  /** Passes of a new process, and what the last of them came to. */
  calm(): Promise<Outcome>;
  rotate(token: string): Promise<void>;
  names(): readonly string[];
  retiring(): Promise<readonly string[]>;
}

async function settled(spec: SpecChange = {}, provider: Readonly<Record<string, unknown>> = {}): Promise<Case> {
  const world = await openLogtoWorld(ground, { spec: provider });
  const app = await world.create(spec);
  let sight: Sight = () => [];
  const workloads: Workloads = {
    using: () => Promise.resolve([]),
    running(_, secretName) {
      const pods = sight(secretName);
      return typeof pods === 'string' ? Promise.reject(new ClusterError(pods, 'no Pods')) : Promise.resolve(pods);
    },
    roll: () => Promise.resolve('rolled'),
  };
  const later = looksLater(world, DAY_MS);
  const calm = async (): Promise<Outcome> => {
    const process = await startProcess(world, { ports: (ports) => ({ ...later(ports), workloads }) });
    return process.calm(app);
  };
  await calm();
  const id = (await statusOf(app)).applicationId ?? '';
  return {
    world,
    app,
    see(other) {
      sight = other;
    },
    calm,
    async rotate(token) {
      await app.annotate({ [ROTATE]: token });
      await calm();
    },
    names: () => secretNames(world, id),
    retiring: async () => ((await statusOf(app)).rotation?.retiring ?? []).map(({ name }) => name),
  };
}

/** As many rotations, and this long from one to the next. */
async function rotateAgainAndAgain({ world, calm, rotate }: Case, times: number, pauseMs: number): Promise<void> {
  for (let count = 1; count <= times; count++) {
    await rotate(`rotation-${count}`);
    await world.clock.advance(pauseMs);
    await calm();
  }
}

async function logsIn({ world, app }: Case, secretName = app.secretName): Promise<boolean> {
  const { client_id: id = '', client_secret: value = '' } = (await world.secret(secretName))?.data ?? {};
  return world.emulator.logsIn(id, value);
}

describe('while one rotation follows the other', () => {
  const REFERENCING = { restart: 'Referencing', overlap: '1h', retireAfter: '48h' } as const;

  test('T3: a superseded secret is retired when its own overlap is over, though later rotations roll', async () => {
    const made = await settled({ rotation: REFERENCING });
    await rotateAgainAndAgain(made, 8, 57 * MINUTE_MS);
    expect(made.names()).toEqual(['k8s-installation-8', 'k8s-installation-9']);
    expect(await made.retiring()).toEqual(['k8s-installation-8']);
  });

  test('T3: one is retired at its own retireAfter where no Pod may be seen, though later rotations roll', async () => {
    const made = await settled({ rotation: REFERENCING });
    made.see(() => 'forbidden');
    await rotateAgainAndAgain(made, 8, DAY_MS);
    expect(made.names()).toEqual(['k8s-installation-8', 'k8s-installation-9']);
    expect([await readyReason(made.app), await logsIn(made)]).toEqual(['InSync', true]);
  });

  test('T3: however many wait, what is told of them fits into a status', async () => {
    const made = await settled({ rotation: { overlap: '1h', retireAfter: '960h' } });
    made.see(() => 'forbidden');
    await rotateAgainAndAgain(made, MOST_RETIRING - 1, 61 * MINUTE_MS);
    expect(await made.retiring()).toHaveLength(MOST_RETIRING - 1);
    const message = await readyMessage(made.app);
    expect([await readyReason(made.app), message.length < 1000]).toEqual(['InSync', true]);
    expect(message).toContain(
      `superseded secrets ${FIRST}, ${SECOND}, k8s-installation-3, k8s-installation-4, k8s-installation-5 and ${MOST_RETIRING - 6} more go on working and wait for`,
    );
  });

  test('T3: more than can be kept track of are not issued, and none is forgotten', async () => {
    const made = await settled({ rotation: { overlap: '240h' } });
    const { world, app, names, retiring } = made;
    await rotateAgainAndAgain(made, MOST_RETIRING + 2, MINUTE_MS);
    expect([names().length, (await retiring()).length]).toEqual([MOST_RETIRING + 1, MOST_RETIRING]);
    expect([names().slice(0, 2), (await retiring()).slice(0, 2)]).toEqual([
      [FIRST, SECOND],
      [FIRST, SECOND],
    ]);
    expect([await readyReason(app), await logsIn(made)]).toEqual(['RotationOverdue', true]);
    expect(await readyMessage(app)).toContain(`${MOST_RETIRING} superseded secrets go on working`);
    expect(await readyMessage(app)).toContain(RETIRE);

    await app.annotate({ [RETIRE]: 'now' });
    await made.calm();
    await world.clock.advance(MINUTE_MS);
    await made.calm();
    const { served } = await statusOf(app);
    expect([await readyReason(app), served]).toMatchObject([
      'InSync',
      { retire: 'now', rotate: `rotation-${MOST_RETIRING + 2}` },
    ]);
    expect([names().includes(FIRST), names().includes(SECOND), await logsIn(made)]).toEqual([false, false, true]);
    expect(names().length).toBeLessThanOrEqual(2);
  });
});

describe('a superseded secret', () => {
  test('T3: goes when a person asks for it, though a field is refused', async () => {
    const made = await settled({ type: 'MachineToMachine', redirectUris: [] });
    await made.rotate('one');
    await made.app.change({ logto: { roles: ['nowhere'] } });
    await made.calm();
    expect([await readyReason(made.app), made.names()]).toEqual(['Rejected', [FIRST, SECOND]]);
    await made.app.annotate({ [RETIRE]: 'leaked' });
    await made.calm();
    expect([await readyReason(made.app), made.names()]).toEqual(['Rejected', [SECOND]]);
    expect((await statusOf(made.app)).served?.retire).toBe('leaked');
  });

  test('T3: is deleted once, though a limit on calls has the others wait', async () => {
    const made = await settled({}, { limits: { requestsPerMinute: 6 } });
    const { world, app, names } = made;
    await rotateAgainAndAgain(made, 4, MINUTE_MS);
    const process = await startProcess(world);
    await world.clock.advance(MINUTE_MS - 5_000);
    await app.annotate({ [RETIRE]: 'now' });
    await process.pass(app);
    expect(names().length).toBe(3);
    for (const _ of [1, 2]) {
      await process.calm(app);
      await world.clock.advance(MINUTE_MS);
    }
    expect([names(), (await statusOf(app)).served?.retire]).toEqual([['k8s-installation-5'], 'now']);
    expect(world.effects().filter((effect) => effect === 'delete-secret')).toHaveLength(4);
  });

  test.each(['with-secret', 'without-secret'] as const)(
    'T3, R4: goes after its overlap though a backup brought its object back $0 meanwhile',
    async (extent) => {
      const made = await settled();
      await made.rotate('one');
      await made.world.restore(made.app, extent);
      await made.calm();
      expect([made.names(), await made.retiring(), await logsIn(made)]).toEqual([[FIRST, SECOND], [FIRST], true]);
      await made.world.clock.advance(DAY_MS);
      await made.calm();
      expect([made.names(), await made.retiring(), await readyReason(made.app)]).toEqual([[SECOND], [], 'InSync']);
      expect(await logsIn(made)).toBe(true);
    },
  );

  test('T3: goes at retireAfter though no look at the Pods succeeds', async () => {
    const made = await settled({ rotation: { overlap: '1h', retireAfter: '24h' } });
    await made.rotate('one');
    made.see(() => 'unavailable');
    await made.world.clock.advance(DAY_MS - MINUTE_MS);
    await made.calm();
    expect(made.names()).toEqual([FIRST, SECOND]);
    await made.world.clock.advance(MINUTE_MS);
    await made.calm();
    expect([made.names(), await readyReason(made.app)]).toEqual([[SECOND], 'InSync']);
  });

  test('S8, T3: is kept for a Pod on the former Secret, which stays as long', async () => {
    const made = await settled({ rotation: { overlap: '1h' } });
    const { world, app, calm, names } = made;
    const pod: RunningPod = { name: 'shop-0', startedAtMs: world.clock.now(), rolledFor: undefined };
    made.see((secretName) => (secretName === app.secretName ? [pod] : []));
    await made.rotate('one');
    const name = `${app.secretName}-new`;
    app.alsoUses(name);
    await app.change({ secret: { name } });
    await calm();
    await world.clock.advance(2 * DAY_MS);
    await calm();
    // What is over and still needed is no reason to look without a pause.
    expect(await calm()).toEqual({ type: 'again', afterMs: 5 * MINUTE_MS });
    expect([names(), await world.secret(app.secretName)]).toEqual([[FIRST, SECOND], expect.anything()]);
    expect((await statusOf(app)).formerSecrets).toMatchObject([{ name: app.secretName }]);

    made.see(() => []);
    await calm();
    expect([names(), await world.secret(app.secretName)]).toEqual([[SECOND], undefined]);
    expect([(await statusOf(app)).formerSecrets, await logsIn(made, name)]).toEqual([undefined, true]);
  });
});

describe('where the Secret gets another name, a superseded secret', () => {
  const SPAN = { overlap: '1h', retireAfter: '24h' } as const;

  interface Renamed extends Case {
    /** The new one. */
    readonly name: string;
  }

  /** By the edit that asks for a rotation: the Secret of the former name holds the first secret, the new one the second. */
  async function renamed(): Promise<Renamed> {
    const made = await settled({ rotation: SPAN });
    const name = `${made.app.secretName}-new`;
    made.app.alsoUses(name);
    await made.app.change({ secret: { name } });
    await made.rotate('one');
    return { ...made, name };
  }

  /** A Pod that uses the Secret of the former name, and starts now. */
  function starts({ world, app, see }: Case): void {
    const pod: RunningPod = { name: 'shop-0', startedAtMs: world.clock.now(), rolledFor: undefined };
    see((secretName) => (secretName === app.secretName ? [pod] : []));
  }

  test('S8, T3: is kept until retireAfter for a Pod that took it from the former Secret since', async () => {
    const made = await renamed();
    const { world, app, name, calm, names } = made;
    expect([await logsIn(made, app.secretName), await logsIn(made, name)]).toEqual([true, true]);
    await world.clock.advance(HOUR_MS / 2);
    starts(made);
    await world.clock.advance(HOUR_MS);
    await calm();
    expect([names(), await logsIn(made, app.secretName)]).toEqual([[FIRST, SECOND], true]);
    await world.clock.advance(DAY_MS);
    await calm();
    expect([names(), await world.secret(app.secretName)]).toEqual([[SECOND], undefined]);
    expect([(await statusOf(app)).formerSecrets, await logsIn(made, name)]).toEqual([undefined, true]);
  });

  test('S8, T3: goes after its overlap where that Pod has what the former Secret held later', async () => {
    const made = await settled({ rotation: SPAN });
    const { world, app, calm, names } = made;
    await made.rotate('one');
    const name = `${app.secretName}-new`;
    app.alsoUses(name);
    await app.change({ secret: { name } });
    await calm();
    await world.clock.advance(HOUR_MS / 2);
    starts(made);
    await world.clock.advance(HOUR_MS / 2);
    await calm();
    expect([names(), await logsIn(made, name)]).toEqual([[SECOND], true]);
  });

  /** The Secret of the former name is gone before another secret is issued, and a Pod runs on with what it held. */
  async function outlived(restart: 'None' | 'Referencing'): Promise<Case> {
    const made = await settled({ rotation: { ...SPAN, restart } });
    const { world, app, calm } = made;
    starts(made);
    const name = `${app.secretName}-new`;
    app.alsoUses(name);
    await app.change({ secret: { name } });
    await world.clock.advance(HOUR_MS);
    await calm();
    await world.clock.advance(HOUR_MS);
    await calm();
    expect([await world.secret(app.secretName), (await statusOf(app)).formerSecrets]).toEqual([undefined, undefined]);
    await made.rotate('one');
    await world.clock.advance(2 * HOUR_MS);
    await calm();
    expect([made.names(), await logsIn(made, name)]).toEqual([[FIRST, SECOND], true]);
    return made;
  }

  test.each(['None', 'Referencing'] as const)(
    'S8, T3: is kept until retireAfter for a Pod that has it from a Secret that is gone, with restart: %s',
    async (restart) => {
      const { world, app, calm, names } = await outlived(restart);
      await world.clock.advance(DAY_MS);
      await calm();
      expect([names(), (await statusOf(app)).rotation?.goneSecrets]).toEqual([[SECOND], undefined]);
    },
  );

  test('S8, T3: goes once no Pod is left that had it from a Secret that is gone', async () => {
    const made = await outlived('None');
    made.see(() => []);
    await made.calm();
    expect([made.names(), (await statusOf(made.app)).rotation?.goneSecrets]).toEqual([[SECOND], undefined]);
  });

  test('S8, T3: goes after its overlap where the name of the Secret that is gone is in use again, with Pods on it', async () => {
    const made = await settled({ rotation: SPAN });
    const { world, app, calm, names } = made;
    const name = `${app.secretName}-new`;
    app.alsoUses(name);
    for (const secret of [{ name }, { name: app.secretName }]) {
      await app.change({ secret });
      await calm();
      await world.clock.advance(2 * HOUR_MS);
      await calm();
    }
    await made.rotate('one');
    await world.clock.advance(HOUR_MS / 2);
    starts(made);
    await world.clock.advance(HOUR_MS / 2);
    await calm();
    expect([names(), await logsIn(made)]).toEqual([[SECOND], true]);
  });

  /** A process that dies once it has written the Secret, before the status says so. */
  async function die({ world, app }: Case): Promise<void> {
    const process = await startProcess(world, { ports: dyingAfterWrite });
    await expect(process.pass(app)).rejects.toThrow(Crash);
    expect((await statusOf(app)).formerSecrets).toMatchObject([{ name: app.secretName }]);
  }

  const rotated = ({ app }: Case): Promise<void> => app.annotate({ [ROTATE]: 'two' });
  const deleted = ({ name }: Renamed): Promise<void> =>
    remove(ground, { resource: SECRETS, namespace: ground.namespace, name });

  describe.each<{ how: string; others: readonly string[]; acts: readonly ((made: Renamed) => Promise<void>)[] }>([
    { how: '', others: [SECOND], acts: [] },
    { how: ' by a process that dies', others: [SECOND], acts: [die] },
    { how: ' with another rotation', others: [SECOND, THIRD], acts: [rotated] },
    { how: ' with another rotation by a process that dies', others: [SECOND, THIRD], acts: [rotated, die] },
    { how: ' as the Secret of the other was deleted', others: [SECOND], acts: [deleted] },
    { how: ' as that was deleted, by a process that dies', others: [SECOND], acts: [deleted, die] },
  ])('and then the former one again$how,', ({ others, acts }) => {
    async function renamedBack(): Promise<Case> {
      const made = await renamed();
      const { world, app, calm } = made;
      await world.clock.advance(50 * MINUTE_MS);
      starts(made);
      await world.clock.advance(9 * MINUTE_MS);
      await app.change({ secret: { name: app.secretName } });
      for (const act of acts) await act(made);
      await calm();
      expect(await logsIn(made)).toBe(true);
      return made;
    }

    test('S8, T3: has its whole overlap from then on', async () => {
      const made = await renamedBack();
      made.see(() => []);
      await made.world.clock.advance(HOUR_MS - 2 * MINUTE_MS);
      await made.calm();
      expect(made.names()).toEqual([FIRST, ...others]);
      await made.world.clock.advance(2 * MINUTE_MS);
      await made.calm();
      expect([made.names(), await logsIn(made)]).toEqual([others.slice(-1), true]);
    });

    test('S8, T3: is kept until retireAfter for a Pod that took it before', async () => {
      const made = await renamedBack();
      await made.world.clock.advance(2 * HOUR_MS);
      await made.calm();
      expect(made.names()).toContain(FIRST);
      await made.world.clock.advance(DAY_MS);
      await made.calm();
      expect([made.names(), await logsIn(made)]).toEqual([others.slice(-1), true]);
    });
  });
});

/** The Secret is written, and of the status no more. */
function dyingAfterWrite(ports: Ports): Ports {
  return silentAfterSecret(ports, new Crash('died after the Secret was written'));
}
