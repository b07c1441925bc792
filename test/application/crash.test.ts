import { beforeAll, expect, test } from 'vitest';
import type { EmulatedApplication } from '../../dev/emulators/logi/registry.ts';
import { FINALIZERS } from '../../src/api/names.ts';
import { deathsIn, everyOf } from '../support/bench/deaths.ts';
import { Crash, createFuse, type Fuse } from '../support/bench/fuse.ts';
import { type Ground, openGround } from '../support/bench/ground.ts';
import { CALL_DEADLINE_MS, createProcess, REGISTER_ANEW, ROTATE, startProcess } from '../support/bench/process.ts';
import { type App, createWorld, type SpecChange, type World } from '../support/bench/world.ts';

/** What happens to an application, and how it must stand afterwards, wherever the process died on the way. */
interface Flow {
  readonly name: string;
  /** Brings the object to where the flow begins; the process that did it ends before the flow. */
  readonly before: (world: World, app: App) => Promise<void>;
  readonly end: 'registered' | 'registered-anew' | 'deleted';
  /** Registrations that the provider holds at the end, and ever held: a twin that was removed counts, too. */
  readonly registrations: readonly [live: number, ever: number];
  /** Secrets that the provider may have issued for it: what was asked for, and one for a lost answer. */
  readonly secrets: number;
  /** Public clients take the same way as others where nothing is said. */
  readonly kinds?: readonly ['confidential'];
  /** What it is about, where other flows do not call it. */
  readonly calls?: readonly string[];
}

const KINDS = [
  { kind: 'confidential', spec: {} },
  { kind: 'public', spec: { type: 'SinglePage' } },
] as const satisfies readonly { kind: string; spec: SpecChange }[];

const FLOWS: readonly Flow[] = [
  { name: 'register', before: () => Promise.resolve(), end: 'registered', registrations: [1, 1], secrets: 2 },
  {
    name: 'register after a lost answer',
    before: async (world, app) => {
      world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
      await (await startProcess(world)).pass(app);
      expect(world.live()).toHaveLength(1);
    },
    end: 'registered',
    registrations: [1, 1],
    secrets: 3,
  },
  {
    name: 'rotate',
    before: async (world, app) => {
      await (await startProcess(world)).settle(app);
      await app.annotate({ [ROTATE]: 'now' });
    },
    end: 'registered',
    registrations: [1, 1],
    kinds: ['confidential'],
    secrets: 3,
  },
  {
    name: 'update',
    before: async (world, app) => {
      await (await startProcess(world)).settle(app);
      await app.change({ displayName: 'Store', redirectUris: ['https://store.example.com/cb'] });
    },
    end: 'registered',
    registrations: [1, 1],
    secrets: 1,
  },
  {
    name: 'another layout',
    before: async (world, app) => {
      await (await startProcess(world)).settle(app);
      await app.change({ secret: { keys: { clientId: 'ID', issuer: 'ISSUER' } } });
    },
    end: 'registered',
    registrations: [1, 1],
    kinds: ['confidential'],
    secrets: 1,
  },
  {
    name: 'the loss of the Secret',
    before: async (world, app) => {
      await (await startProcess(world)).settle(app);
      await app.loseSecret();
    },
    end: 'registered',
    registrations: [1, 1],
    secrets: 3,
  },
  {
    name: 'the loss of the registration',
    before: async (world, app) => {
      await (await startProcess(world)).settle(app);
      for (const { id } of world.live()) world.emulator.edit(id, { softDeleted: true });
    },
    end: 'registered-anew',
    registrations: [1, 2],
    kinds: ['confidential'],
    secrets: 3,
  },
  {
    name: 'register-anew',
    before: async (world, app) => {
      await (await startProcess(world)).settle(app);
      await app.annotate({ [REGISTER_ANEW]: 'please' });
    },
    end: 'registered-anew',
    registrations: [2, 2],
    kinds: ['confidential'],
    secrets: 3,
  },
  {
    name: 'delete',
    before: async (world, app) => {
      await (await startProcess(world)).settle(app);
      await app.delete();
    },
    end: 'deleted',
    registrations: [0, 1],
    secrets: 1,
  },
  {
    name: 'delete what was to be retained',
    // Its Secret has no owner by then with which it would be collected (protocol S9).
    before: async (world, app) => {
      await app.change({ deletionPolicy: 'Retain' });
      await (await startProcess(world)).settle(app);
      await app.change({ deletionPolicy: 'Delete' });
      await app.delete();
    },
    end: 'deleted',
    registrations: [0, 1],
    kinds: ['confidential'],
    secrets: 1,
    calls: ['delete secrets'],
  },
  {
    name: 'delete after a lost answer to the registration',
    before: async (world, app) => {
      world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
      await (await startProcess(world)).pass(app);
      await app.delete();
    },
    end: 'deleted',
    registrations: [0, 1],
    secrets: 1,
  },
];

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const CASES = KINDS.flatMap(({ kind, spec }) =>
  FLOWS.filter(({ kinds }) => kinds === undefined || kind === 'confidential').map((flow) => ({
    kind,
    spec,
    flow,
    name: flow.name,
  })),
);

test.each(CASES)(
  '$kind, $name: a process may die before and after any call, and the next one converges',
  async ({ spec, flow }) => {
    const calls = await countCalls(flow, spec);
    expect(calls.length).toBeGreaterThan(2);
    expect(calls).toEqual(expect.arrayContaining([...(flow.calls ?? [])]));

    const failures = await everyOf(deathsIn(calls), async ({ call, at, side }) => {
      const left = await dieAndRecover(flow, spec, createFuse(at, side));
      return left === undefined ? [] : [`${side} call ${at}, ${call}: ${left}`];
    });
    expect(failures).toEqual([]);
  },
);

async function countCalls(flow: Flow, spec: SpecChange): Promise<readonly string[]> {
  const fuse = createFuse(Number.POSITIVE_INFINITY, 'after');
  await inWorld(flow, spec, async (world, app) => {
    await liveThrough(world, app, fuse);
    expect(await complaint(flow, world, app, undefined)).toBeUndefined();
  });
  return fuse.calls;
}

/**
 * A run that needed fewer calls than the one that was counted got through alive; it has to stand right all the same.
 *
 * @returns what is wrong afterwards, if anything is
 */
async function dieAndRecover(flow: Flow, spec: SpecChange, fuse: Fuse): Promise<string | undefined> {
  return inWorld(flow, spec, async (world, app) => {
    const before = await clientIdIn(world, app);
    const death = await liveThrough(world, app, fuse).catch((error: unknown) => error);
    if (death === undefined) return complaint(flow, world, app, before);
    if (!(death instanceof Crash)) return `it did not die there but ended with ${death}`;
    const first = before ?? (await clientIdIn(world, app));

    world.clock.pause(CALL_DEADLINE_MS);
    const survivor = await startProcess(world);
    const outcome = await survivor.settle(app);
    if (outcome.type !== 'await-change') return `it does not settle: ${JSON.stringify(outcome)}`;
    return complaint(flow, world, app, first);
  });
}

async function liveThrough(world: World, app: App, fuse: Fuse): Promise<void> {
  const process = createProcess(world, { fuse });
  fuse.arm();
  await process.serve();
  await process.settle(app);
}

async function inWorld<T>(flow: Flow, spec: SpecChange, work: (world: World, app: App) => Promise<T>): Promise<T> {
  const world = await createWorld(ground);
  try {
    const app = await world.create(spec);
    await flow.before(world, app);
    return await work(world, app);
  } finally {
    await world.close();
  }
}

async function complaint(
  flow: Flow,
  world: World,
  app: App,
  firstClientId: string | undefined,
): Promise<string | undefined> {
  const object = await app.find();
  const live = world.live();
  const [expected, ever] = flow.registrations;
  if (live.length !== expected || world.emulator.applications().length !== ever) {
    return `${live.length} registrations, of ${world.emulator.applications().length} ever`;
  }
  if (flow.end === 'deleted' && object !== undefined) return 'the object is still there';
  if (flow.calls?.includes('delete secrets') === true && (await world.secret(app.secretName)) !== undefined)
    return 'its Secret is left';
  if (flow.end === 'deleted') return undefined;
  if (object === undefined) return 'the object is gone';

  const { status, spec, metadata } = object;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True') return `it is not ready: ${ready?.reason} ${ready?.message}`;
  if (status?.operation !== undefined) return 'an operation is open';
  if (!metadata.finalizers?.includes(FINALIZERS.registration)) return 'the finalizer is missing';

  const registration = live.find(({ id }) => String(id) === status?.applicationId);
  if (registration === undefined) return 'the registration is not the one in the status';
  if (registration.name !== spec.displayName) return `it is called ${registration.name}`;
  if (registration.redirectUris.join() !== spec.redirectUris?.join()) return 'the redirect URIs are not as in the spec';
  if (registration.secretsIssued > flow.secrets) return `${registration.secretsIssued} secrets were issued`;
  const secret = (await world.secret(app.secretName))?.data ?? {};
  return complaintOfSecret(secret, registration, world, flow.end === 'registered' ? firstClientId : undefined);
}

function complaintOfSecret(
  secret: Readonly<Record<string, string>>,
  { clientId, clientType }: EmulatedApplication,
  { emulator }: World,
  firstClientId: string | undefined,
): string | undefined {
  const { client_id: usual, ID: chosen, client_secret: clientSecret } = secret;
  if ((usual ?? chosen) !== clientId) return 'the Secret speaks of another client';
  if (firstClientId !== undefined && clientId !== firstClientId) return 'the client id changed';
  if (clientType === 'public') return clientSecret === undefined ? undefined : 'a public client has a secret';
  return emulator.logsIn(clientId, clientSecret ?? '') ? undefined : 'the credentials do not log in';
}

async function clientIdIn(world: World, app: App): Promise<string | undefined> {
  return (await world.secret(app.secretName))?.data['client_id'];
}
