import { beforeAll, describe, expect, test } from 'vitest';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import type { RunningPod } from '../../../src/application/ports/workloads.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { looksLater, secretNames } from '../../support/bench/logto.ts';
import { type Process, ROTATE, startProcess } from '../../support/bench/process.ts';
import { calm, FIRST, openSettled, SECOND, type Settled } from '../../support/bench/settled.ts';
import { readyReason, type SpecChange, statusOf } from '../../support/bench/world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

interface Case extends Settled {
  pods: readonly RunningPod[];
  /** Whether the API server takes Secrets. */
  secrets: 'accepted' | 'refused';
  /** A new process, which has seen everything as it is now. */
  start(): Promise<Process>;
  /** Passes of a new process. */
  calm(): Promise<void>;
  rotate(token: string): Promise<void>;
  /** As a person who has a backup of it does. */
  putBack(data: unknown): Promise<void>;
  data(): Promise<unknown>;
  names(): readonly string[];
}

async function settled(spec: SpecChange = {}): Promise<Case> {
  const made = await openSettled(ground, spec);
  const { world, app, id } = made;
  const later = looksLater(world, 300 * DAY_MS);
  const ports = (real: Ports): Ports => ({
    ...later(real),
    secrets: { ...real.secrets, write: (...args) => (isCommit(args) ? refusal() : real.secrets.write(...args)) },
    workloads: {
      using: () => Promise.resolve([]),
      running: () => Promise.resolve(standing.pods),
      roll: () => Promise.resolve('rolled'),
    },
  });
  const isCommit = (args: Parameters<Ports['secrets']['write']>): boolean =>
    standing.secrets === 'refused' && args[3] === 'commit';
  const standing: Case = {
    ...made,
    pods: [],
    secrets: 'accepted',
    async start() {
      const process = await startProcess(world, { ports });
      await process.look();
      return process;
    },
    calm: async () => void (await calm(world, app, { ports })),
    async rotate(token) {
      await app.annotate({ [ROTATE]: token });
      await standing.calm();
    },
    async putBack(data) {
      const ref = { resource: SECRETS, namespace: ground.namespace, name: app.secretName };
      await ground.rival.patch(ref, { type: 'merge', body: { data } }, {}, ground.signal);
    },
    data: async () => (await world.secret(app.secretName))?.object['data'],
    names: () => secretNames(world, id),
  };
  return standing;
}

const refusal = (): Promise<never> => Promise.reject(new ClusterError('refused', 'quota'));

const podStarted = (startedAtMs: number, rolledFor?: string): RunningPod => ({
  name: 'shop-0',
  startedAtMs,
  rolledFor,
});

describe('a superseded value that somebody put back into its Secret', () => {
  const LATER = [
    { how: 'is written over', goOn: ({ calm: pass }: Case) => pass() },
    { how: 'makes way for another one', goOn: (made: Case) => made.rotate('two') },
  ];

  test.each(LATER)('T3: works for a Pod that read it there, once it $how', async ({ goOn }) => {
    const made = await settled();
    const { world, app, names } = made;
    const first = await made.data();
    await made.rotate('one');
    await app.change({ suspend: true });
    await made.calm();
    await world.clock.advance(20 * HOUR_MS);
    await made.putBack(first);
    made.pods = [podStarted(world.clock.now() + MINUTE_MS)];
    await world.clock.advance(5 * HOUR_MS);
    await app.change({ suspend: null });
    await goOn(made);
    expect([await readyReason(app), names()]).toMatchObject(['InSync', expect.arrayContaining([FIRST, SECOND])]);

    await world.clock.advance(DAY_MS + MINUTE_MS);
    await made.calm();
    expect(names()).toContain(FIRST);
    made.pods = [];
    await made.calm();
    expect(names()).not.toContain(FIRST);
  });

  test('T3: works also for one whose workload was rolled for the value that came after it', async () => {
    const made = await settled({ rotation: { restart: 'Referencing', overlap: '1h', retireAfter: '12h' } });
    const { world, app, names } = made;
    const first = await made.data();
    await made.rotate('one');
    await world.clock.advance(HOUR_MS / 2);
    await made.putBack(first);
    made.pods = [podStarted(world.clock.now(), (await statusOf(app)).secret?.fingerprint)];
    await world.clock.advance(MINUTE_MS);
    await made.calm();
    await world.clock.advance(2 * HOUR_MS);
    await made.calm();
    expect(names()).toEqual([FIRST, SECOND]);

    await world.clock.advance(10 * HOUR_MS);
    await made.calm();
    expect(names()).toEqual([SECOND]);
  });

  test('T3: is not deleted by a process that has not heard of it, though all Pods started since', async () => {
    const made = await settled({ rotation: { overlap: '1h' } });
    const { world, app, names } = made;
    const first = await made.data();
    made.pods = [podStarted(world.clock.now())];
    await made.rotate('one');
    const second = await made.data();
    await world.clock.advance(2 * HOUR_MS);
    await made.calm();
    const late = await made.start();
    await made.putBack(first);
    await world.clock.advance(MINUTE_MS);
    made.pods = [podStarted(world.clock.now())];

    await late.passWithoutLooking(app);

    expect([names(), await made.data()]).toEqual([[FIRST, SECOND], second]);
    await world.clock.advance(2 * HOUR_MS);
    made.pods = [];
    await made.calm();
    expect([await readyReason(app), names()]).toEqual(['InSync', [SECOND]]);
  });

  test('T3: keeps no other superseded value working for longer', async () => {
    const made = await settled({ rotation: { overlap: '1h' } });
    const { world, names } = made;
    await made.rotate('one');
    const second = await made.data();
    await world.clock.advance(HOUR_MS / 2);
    await made.rotate('two');
    await world.clock.advance(HOUR_MS / 4);
    await made.putBack(second);
    await made.calm();
    await world.clock.advance(HOUR_MS / 4 + MINUTE_MS);
    await made.calm();
    expect(names()).toEqual([SECOND, 'k8s-installation-3']);
    await world.clock.advance(HOUR_MS / 2);
    await made.calm();
    expect(names()).toEqual([SECOND, 'k8s-installation-3']);
    await world.clock.advance(HOUR_MS / 4);
    await made.calm();
    expect(names()).toEqual(['k8s-installation-3']);
  });
});

test('T3: a value goes on working for the whole overlap once the one that was issued without being shown is written', async () => {
  const made = await settled();
  const { world, app, names } = made;
  world.emulator.fault({
    operation: 'create-secret',
    when: 'after',
    type: 'status',
    status: 201,
    body: '{"id":"x"}',
  });
  made.secrets = 'refused';
  await made.rotate('one');
  await world.clock.advance(20 * HOUR_MS);
  made.pods = [podStarted(world.clock.now())];
  await world.clock.advance(5 * HOUR_MS);
  made.secrets = 'accepted';
  await made.calm();
  expect([await readyReason(app), names()]).toEqual(['InSync', [FIRST, SECOND]]);

  await world.clock.advance(DAY_MS - MINUTE_MS);
  made.pods = [];
  await made.calm();
  expect(names()).toEqual([FIRST, SECOND]);
  await world.clock.advance(2 * MINUTE_MS);
  await made.calm();
  expect(names()).toEqual([SECOND]);
});
