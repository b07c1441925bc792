import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cost, type Counts, costOf } from '../support/costs.ts';
import { type CountedOperator, startCountedOperator } from '../support/counted-operator.ts';
import { ask, served } from '../support/requests.ts';
import { grantRestart, workload } from '../support/workloads.ts';
import { createWorld, logi, type World, web } from '../support/world.ts';

/** Live, before a Secret is written, once in a pass for each name; and in later ones until the cache has seen the write. */
const MOST_SECRET_READS = 4;

const LONG_AGO = '2020-01-01T00:00:00Z';

interface Change extends Omit<Cost, 'reads'> {
  readonly what: string;
  /** Why nobody could do with fewer calls to the provider. */
  readonly why: string;
  /** What the application says before; `undefined`: there is none. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** What else there is before. */
  readonly before?: (name: string) => Promise<void>;
  /** Of workloads; nothing else is listed. */
  readonly lists?: Counts;
  /** Resolves when the change is done as users see it. */
  readonly change: (name: string) => Promise<void>;
}

let world: World;
let counted: CountedOperator;

beforeAll(async () => {
  world = await createWorld();
  await grantRestart(world.plane, world.namespace);
  counted = await startCountedOperator(world);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await counted[Symbol.asyncDispose]();
});

const REGISTERED: Counts = {
  'POST secrets (dry run)': 1,
  'POST secrets': 1,
  'PATCH oauthapplications': 1,
  // The operation; what it came to; how it stands.
  'PUT oauthapplications/status': 3,
  'POST events': 1,
};

const ROTATED: Counts = {
  'PUT secrets (dry run)': 1,
  'PUT secrets': 1,
  // The operation; what it came to, which is how it stands.
  'PUT oauthapplications/status': 2,
  'POST events': 1,
};

const ADOPTED: Counts = {
  'PATCH oauthapplications': 1,
  // What is held; how it stands.
  'PUT oauthapplications/status': 2,
  'POST events': 1,
};

/** Whether another object holds the registration, and then whether one adopts it at this moment. */
const NOBODY_ELSE: Counts = { 'LIST oauthapplications': 2 };

const CHANGES: readonly Change[] = [
  {
    what: 'a registration',
    why: 'it is created under a name that nobody else gives, so that it is found again when the answer is lost',
    change: async (name) => {
      await world.apply(web(name));
      await world.ready(name);
    },
    calls: { create: 1, update: 1 },
    writes: REGISTERED,
  },
  {
    what: 'a rotation that is asked for',
    why: 'logi issues the new secret and ends the old one in one call',
    spec: {},
    change: rotate,
    calls: { rotate: 1 },
    writes: ROTATED,
  },
  {
    what: 'a scheduled rotation',
    why: 'as for one that is asked for',
    spec: {},
    before: async (name) => {
      const rotation = JSON.stringify({ status: { rotation: { lastRotatedAt: LONG_AGO } } });
      const patch = ['patch', 'oaa', name, '--subresource=status', '--type=merge', `--patch=${rotation}`];
      expect(await world.kubectl(...patch)).toMatchObject({ code: 0 });
    },
    change: async (name) => {
      await respecified(name, { rotation: { interval: '1h' } });
      expect((await world.application(name))?.status?.secret?.serial).toBe(2);
    },
    calls: { rotate: 1 },
    // When the next one is due is written down, too.
    writes: { ...ROTATED, 'PUT oauthapplications/status': 3 },
  },
  {
    what: 'a rotation that restarts a Deployment',
    why: 'as for any rotation',
    spec: { rotation: { restart: 'Referencing' } },
    before: async (name) => {
      const envFrom = [{ secretRef: { name: `${name}-oauth` } }];
      await world.apply({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        ...workload(world.namespace, name, { container: { envFrom } }),
      });
    },
    change: rotate,
    calls: { rotate: 1 },
    // That the workloads were rolled is written down, too.
    writes: { ...ROTATED, 'PUT oauthapplications/status': 3, 'PATCH deployments': 1, 'POST events': 2 },
    lists: { 'LIST deployments': 1, 'LIST statefulsets': 1, 'LIST daemonsets': 1 },
  },
  {
    what: 'another name',
    why: 'one PATCH says it and shows the outcome',
    spec: {},
    change: (name) => respecified(name, { displayName: 'Another' }),
    calls: { update: 1 },
    writes: { 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'other redirect URIs',
    why: 'one PATCH says it and shows the outcome, where logi takes the whole list',
    spec: {},
    change: (name) => respecified(name, { redirectUris: ['https://other.example.com/callback'] }),
    calls: { update: 1 },
    writes: { 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'another name with other redirect URIs',
    why: 'whether logi takes the list of URIs is not documented, and where it does not, the name is said all the same',
    spec: {},
    change: (name) => respecified(name, { displayName: 'Both', redirectUris: ['https://both.example.com/callback'] }),
    calls: { update: 2 },
    writes: { 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'another name of the Secret',
    why: 'the value is copied',
    spec: {},
    change: (name) => respecified(name, { secret: { name: `${name}-renamed` } }),
    calls: {},
    writes: { 'POST secrets': 1, 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'another format of the Secret',
    why: 'the value is written once more',
    spec: {},
    change: (name) => respecified(name, { secret: { format: 'Env' } }),
    calls: {},
    writes: { 'PUT secrets': 1, 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'a deletion',
    why: 'the last listing shows all that there is, and one DELETE',
    spec: {},
    before: () => world.relist(),
    change: remove,
    calls: { delete: 1 },
    writes: { 'PATCH oauthapplications': 1, 'POST events': 1 },
  },
  {
    what: 'a deletion that leaves the registration',
    why: 'the last listing shows all that there is, and the seal on the Secret is there already',
    spec: { deletionPolicy: 'Retain' },
    before: () => world.relist(),
    change: remove,
    calls: {},
    writes: { 'PATCH oauthapplications': 1, 'POST events': 1 },
  },
  {
    what: 'a registration that is taken back',
    why: 'the seal proves whose it is, the last listing shows that it is there, and a login that its value is in use',
    spec: { deletionPolicy: 'Retain' },
    before: async (name) => {
      await remove(name);
      await world.relist();
    },
    change: async (name) => {
      await world.apply(web(name, { deletionPolicy: 'Retain' }));
      await world.ready(name);
    },
    calls: { token: 2 },
    writes: ADOPTED,
  },
  {
    what: 'an adoption that keeps the secret',
    why: 'the last listing shows it; the secret logs in, and one that cannot be right does not',
    before: async (name) => {
      const { application, clientSecret } = await adoptable(name);
      const stringData = { client_id: application.clientId, client_secret: clientSecret };
      await world.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });
    },
    change: (name) => adopt(name, { secret: 'Keep', secretRef: { name } }),
    calls: { token: 2 },
    lists: NOBODY_ELSE,
    // Where it is held comes first, so that the finalizer stands before the Secret is written.
    writes: { ...ADOPTED, 'PUT oauthapplications/status': 3, 'POST secrets': 1 },
  },
  {
    what: 'an adoption that issues another secret',
    why: 'the last listing shows it, and the secret is issued in one call',
    before: async (name) => void (await adoptable(name)),
    change: (name) => adopt(name, { secret: 'Rotate' }),
    calls: { rotate: 1 },
    lists: NOBODY_ELSE,
    writes: {
      'POST secrets (dry run)': 1,
      'POST secrets': 1,
      'PATCH oauthapplications': 1,
      // Where it is held; what is held; the operation; what it came to; how it stands.
      'PUT oauthapplications/status': 5,
      'POST events': 2,
    },
  },
];

test('a start among settled applications costs one listing, writes nothing and reads none of their Secrets', async () => {
  await world.apply(web('settled'));
  await world.ready('settled');
  await counted.operator().stop();
  const { calls, writes, reads } = await costOf(counted, () => counted.startAgain(), 'stopped');
  expect(calls).toEqual({ list: 1 });
  expect(writes).toEqual({});
  expect(Object.keys(reads)).toContain('GET secrets/logi-key');
  expect(Object.keys(reads)).not.toContain('GET secrets/settled-oauth');
});

test.each(CHANGES.map((change, index) => ({ ...change, name: `counted-${index}` })))(
  '$what makes no call too many: $why',
  async ({ name, spec, before, change, calls, writes, lists = {} }) => {
    if (spec !== undefined) {
      await world.apply(web(name, spec));
      await world.ready(name);
    }
    await before?.(name);
    const cost = await costOf(counted, () => change(name));
    expect({ calls: cost.calls, writes: cost.writes }).toEqual({ calls, writes });
    const read = Object.entries(cost.reads);
    expect(Object.fromEntries(read.filter(([what]) => what.startsWith('LIST')))).toEqual(lists);
    const secrets = read.filter(([what]) => what.startsWith(`GET secrets/${name}`)).map(([, count]) => count);
    expect(secrets.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(MOST_SECRET_READS);
  },
);

async function rotate(name: string): Promise<void> {
  await ask(world, name, 'rotate');
  await served(world, name, 'rotate');
}

async function respecified(name: string, spec: Readonly<Record<string, unknown>>): Promise<void> {
  await world.patch('OAuthApplication', name, { spec });
  await world.ready(name);
}

async function remove(name: string): Promise<void> {
  await world.remove('OAuthApplication', name);
  await world.gone(name);
}

/** A registration that was made by hand and may be adopted. */
async function adoptable(name: string) {
  const byHand = world.emulator.createByHand(name, { redirectUris: ['https://shop.example.com/callback'] });
  await world.apply(logi(world.emulator.url, { access: [{ adoptable: [String(byHand.application.id)] }] }));
  await world.providerReason('Reached');
  return byHand;
}

async function adopt(name: string, how: Readonly<Record<string, unknown>>): Promise<void> {
  const [byHand] = world.emulator.applications().filter((application) => application.name === name);
  const adoption = { applicationId: String(byHand?.id), ...how };
  await world.apply(web(name, { deletionPolicy: 'Delete', adopt: adoption }));
  await world.ready(name);
}
