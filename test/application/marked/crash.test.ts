import { beforeAll, expect, test } from 'vitest';
import type { EmulatedApplication } from '../../../dev/emulators/logto/registry.ts';
import { FINALIZERS } from '../../../src/api/names.ts';
import { deathsIn, everyOf } from '../../support/bench/deaths.ts';
import { Crash, createFuse, type Fuse } from '../../support/bench/fuse.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { createLogtoWorld, type LogtoWorld, letAdopt } from '../../support/bench/logto.ts';
import { CALL_DEADLINE_MS, createProcess, REGISTER_ANEW, ROTATE, startProcess } from '../../support/bench/process.ts';
import type { App, SpecChange } from '../../support/bench/world.ts';

/** What happens to an application, and how it must stand afterwards, wherever the process died on the way. */
interface Flow {
  readonly name: string;
  readonly spec?: SpecChange;
  /** Brings the object to where the flow begins; the process that did it ends before the flow. */
  readonly before: (world: LogtoWorld) => Promise<App>;
  /** Registrations that the provider holds at the end; none of them for an object that is gone. */
  readonly registrations: number;
  /** Names of all secrets of the registration at the end; `undefined`: it is deleted. */
  readonly secrets: readonly string[] | undefined;
  readonly served?: Readonly<Record<string, string>>;
}

const DAY_MS = 86_400_000;
const FIRST = 'Default secret';
const SECOND = 'k8s-installation-2';

const FLOWS: readonly Flow[] = [
  { name: 'register', before: (world) => world.create(), registrations: 1, secrets: [FIRST] },
  {
    name: 'register with what a listing does not show',
    before(world) {
      world.emulator.addRole({ name: 'reader' });
      return world.create({ type: 'MachineToMachine', redirectUris: [], logto: { roles: ['reader'] } });
    },
    registrations: 1,
    secrets: [FIRST],
  },
  {
    name: 'register after a lost answer',
    async before(world) {
      const app = await world.create();
      world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
      await (await startProcess(world)).pass(app);
      expect(world.live()).toHaveLength(1);
      return app;
    },
    registrations: 1,
    secrets: [FIRST],
  },
  {
    name: 'rotate',
    async before(world) {
      const app = await settled(world);
      await app.annotate({ [ROTATE]: 'now' });
      return app;
    },
    registrations: 1,
    secrets: [FIRST, SECOND],
    served: { rotate: 'now' },
  },
  {
    name: 'rotate after a lost answer',
    async before(world) {
      const app = await settled(world);
      await app.annotate({ [ROTATE]: 'now' });
      world.emulator.fault({ operation: 'create-secret', when: 'after', type: 'reset' });
      await (await startProcess(world)).pass(app);
      return app;
    },
    registrations: 1,
    secrets: [FIRST, SECOND],
    served: { rotate: 'now' },
  },
  {
    name: 'retire',
    async before(world) {
      const app = await rotated(world);
      await world.clock.advance(DAY_MS);
      return app;
    },
    registrations: 1,
    secrets: [SECOND],
  },
  {
    name: 'update',
    async before(world) {
      const app = await settled(world);
      await app.change({ displayName: 'Store', redirectUris: ['https://store.example.com/cb'] });
      return app;
    },
    registrations: 1,
    secrets: [FIRST],
  },
  {
    name: 'another layout',
    async before(world) {
      const app = await settled(world);
      await app.change({ secret: { keys: { clientId: 'ID', issuer: 'ISSUER' } } });
      return app;
    },
    registrations: 1,
    secrets: [FIRST],
  },
  {
    name: 'the loss of the Secret',
    async before(world) {
      const app = await settled(world);
      await app.loseSecret();
      return app;
    },
    registrations: 1,
    secrets: [FIRST],
  },
  {
    name: 'the loss of the registration',
    async before(world) {
      const app = await settled(world);
      for (const { id } of world.live()) world.emulator.deleteByHand(id);
      return app;
    },
    registrations: 1,
    secrets: [FIRST],
  },
  {
    name: 'the loss of status and Secret',
    async before(world) {
      const app = await settled(world);
      await app.loseSecret();
      await app.loseStatus();
      return app;
    },
    registrations: 1,
    secrets: [FIRST],
  },
  {
    name: 'restore without the Secret',
    before: async (world) => world.restore(await settled(world), 'without-secret'),
    registrations: 1,
    secrets: [FIRST],
  },
  {
    name: 'restore with the Secret',
    before: async (world) => world.restore(await settled(world), 'with-secret'),
    registrations: 1,
    secrets: [FIRST],
  },
  {
    name: 'a twin',
    async before(world) {
      const app = await world.create();
      const process = await startProcess(world);
      world.emulator.fault({ operation: 'create', when: 'before', type: 'repeat' });
      await process.calm(app);
      expect(world.live()).toHaveLength(2);
      return app;
    },
    registrations: 1,
    secrets: [FIRST],
  },
  {
    name: 'take back',
    async before(world) {
      const app = await settled(world, { deletionPolicy: 'Retain' });
      await app.delete();
      await (await startProcess(world)).calm(app);
      expect([await app.find(), world.live().length]).toEqual([undefined, 1]);
      return world.createAgain(app);
    },
    registrations: 1,
    secrets: [FIRST],
  },
  {
    name: 'register-anew',
    async before(world) {
      const app = await settled(world);
      await app.annotate({ [REGISTER_ANEW]: 'please' });
      return app;
    },
    registrations: 2,
    secrets: [FIRST],
    served: { anew: 'please' },
  },
  {
    name: 'adopt with the secret in use',
    before: (world) => adopting(world, 'Keep'),
    registrations: 1,
    secrets: [FIRST],
  },
  {
    name: 'adopt with another secret',
    before: (world) => adopting(world, 'Rotate'),
    registrations: 1,
    secrets: [FIRST, SECOND],
  },
  {
    name: 'retain',
    async before(world) {
      const app = await settled(world, { deletionPolicy: 'Retain' });
      await app.delete();
      return app;
    },
    registrations: 1,
    secrets: undefined,
  },
  {
    name: 'delete',
    async before(world) {
      const app = await settled(world);
      await app.delete();
      return app;
    },
    registrations: 0,
    secrets: undefined,
  },
  {
    name: 'delete after a lost answer to the registration',
    async before(world) {
      const app = await world.create();
      world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
      await (await startProcess(world)).pass(app);
      await app.delete();
      return app;
    },
    registrations: 0,
    secrets: undefined,
  },
];

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

async function settled(world: LogtoWorld, spec?: SpecChange): Promise<App> {
  const app = await world.create(spec);
  await (await startProcess(world)).calm(app);
  return app;
}

async function rotated(world: LogtoWorld): Promise<App> {
  const app = await settled(world);
  await app.annotate({ [ROTATE]: 'now' });
  await (await startProcess(world)).calm(app);
  return app;
}

async function adopting(world: LogtoWorld, secret: 'Keep' | 'Rotate'): Promise<App> {
  const { id } = world.emulator.createByHand({ name: 'Theirs', type: 'Traditional' });
  await letAdopt(world, [id]);
  return world.create({ adopt: { applicationId: id, secret }, deletionPolicy: 'Delete' });
}

test.each(FLOWS)('$name: a process may die before and after any call, and the next one converges', async (flow) => {
  const calls = await countCalls(flow);
  expect(calls.length).toBeGreaterThan(2);
  const failures = await everyOf(deathsIn(calls), async ({ call, at, side }) => {
    const left = await dieAndRecover(flow, createFuse(at, side));
    return left === undefined ? [] : [`${side} call ${at}, ${call}: ${left}`];
  });
  expect(failures).toEqual([]);
});

async function countCalls(flow: Flow): Promise<readonly string[]> {
  const fuse = createFuse(Number.POSITIVE_INFINITY, 'after');
  await inWorld(flow, async (world, app) => {
    await liveThrough(world, app, fuse);
    expect(await complaint(flow, world, app)).toBeUndefined();
  });
  return fuse.calls;
}

/**
 * A run that needed fewer calls than the one that was counted got through alive; it has to stand right all the same.
 *
 * @returns what is wrong afterwards, if anything is
 */
async function dieAndRecover(flow: Flow, fuse: Fuse): Promise<string | undefined> {
  return inWorld(flow, async (world, app) => {
    const death = await liveThrough(world, app, fuse).catch((error: unknown) => error);
    if (death === undefined) return complaint(flow, world, app);
    if (!(death instanceof Crash)) return `it did not die there but ended with ${death}`;
    world.clock.pause(CALL_DEADLINE_MS);
    await (await startProcess(world)).calm(app);
    return complaint(flow, world, app);
  });
}

async function liveThrough(world: LogtoWorld, app: App, fuse: Fuse): Promise<void> {
  const process = createProcess(world, { fuse });
  fuse.arm();
  await process.serve();
  await process.calm(app);
}

async function inWorld<T>(flow: Flow, work: (world: LogtoWorld, app: App) => Promise<T>): Promise<T> {
  const world = await createLogtoWorld(ground);
  try {
    return await work(world, await flow.before(world));
  } finally {
    await world.close();
  }
}

async function complaint(flow: Flow, world: LogtoWorld, app: App): Promise<string | undefined> {
  const object = await app.find();
  const live = world.live();
  if (live.length !== flow.registrations) return `${live.length} registrations`;
  if (flow.secrets === undefined) return object === undefined ? undefined : 'the object is still there';
  if (object === undefined) return 'the object is gone';

  const { status, spec, metadata } = object;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True') return `it is not ready: ${ready?.reason} ${ready?.message}`;
  if (status?.operation !== undefined) return 'an operation is open';
  if (!metadata.finalizers?.includes(FINALIZERS.registration)) return 'the finalizer is missing';
  const wrong = Object.entries(flow.served ?? {}).find(([what, token]) => !served(status?.served, what, token));
  if (wrong !== undefined) return `${wrong} was not served`;

  const registration = live.find(({ id }) => id === status?.applicationId);
  if (registration === undefined) return 'the registration is not the one in the status';
  if (registration.name !== spec.displayName) return `it is called ${registration.name}`;
  if (registration.oidcClientMetadata.redirectUris.join() !== spec.redirectUris?.join()) return 'other redirect URIs';
  if (registration.roleIds.length !== (spec.logto?.roles?.length ?? 0)) return 'other roles';
  if (ownerIn(registration) !== metadata.uid) return 'it does not bear the owner mark of the object';
  return complaintOfSecrets(flow, world, app, registration);
}

function served(by: object | undefined, what: string, token: string): boolean {
  return Object.entries(by ?? {}).some(([name, value]) => name === what && value === token);
}

function ownerIn({ customData }: EmulatedApplication): unknown {
  const mark = customData['oauthapp.dev/owner'];
  return typeof mark === 'object' && mark !== null && 'uid' in mark ? mark.uid : undefined;
}

/** Exactly those that were asked for; what is superseded works until its time. */
async function complaintOfSecrets(
  { secrets }: Flow,
  world: LogtoWorld,
  app: App,
  { id, secrets: issued }: EmulatedApplication,
): Promise<string | undefined> {
  const names = issued.map(({ name }) => name);
  if (names.join() !== secrets?.join()) return `it has the secrets ${names.join()}`;
  const { client_id: usual, ID: chosen, client_secret: value = '' } = (await world.secret(app.secretName))?.data ?? {};
  if ((usual ?? chosen) !== id) return 'the Secret speaks of another client';
  if (value !== issued.at(-1)?.value) return 'the Secret does not hold the newest secret';
  return world.emulator.logsIn(id, value) ? undefined : 'the credentials do not log in';
}
