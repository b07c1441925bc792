import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cost, type Counts, costOf } from '../support/costs.ts';
import { type CountedOperator, startCountedOperator } from '../support/counted-operator.ts';
import { createLogtoWorld, type LogtoWorld, machine, site } from '../support/logto-world.ts';
import { ask, served } from '../support/requests.ts';
import { until } from '../support/until.ts';
import { grant, workload } from '../support/workloads.ts';

/** Live, before a Secret is written, once in a pass; and in later ones until the cache has seen the write. */
const MOST_SECRET_READS = 3;

const LONG_AGO = '2020-01-01T00:00:00Z';

type Spec = Readonly<Record<string, unknown>>;

interface Change extends Omit<Cost, 'reads'> {
  readonly what: string;
  /** Why nobody could do with fewer calls to the provider. */
  readonly why: string;
  /** What the application says before; `undefined`: there is none. */
  readonly spec?: Spec;
  /** A web application where nothing is said. */
  readonly make?: typeof site;
  /** What else there is before. */
  readonly before?: (name: string) => Promise<void>;
  /** Nothing else is listed. */
  readonly lists?: Counts;
  /** Resolves when the change is done as users see it. */
  readonly change: (name: string) => Promise<void>;
}

let world: LogtoWorld;
let counted: CountedOperator;

beforeAll(async () => {
  world = await createLogtoWorld();
  await grant(world.plane, world.namespace, ['restart', 'retire']);
  counted = await startCountedOperator(world);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await counted[Symbol.asyncDispose]();
});

const REGISTERED: Counts = {
  // The value can be read again, so that nothing is lost where it cannot be written.
  'POST secrets': 1,
  'PATCH oauthapplications': 1,
  // The operation; what it came to; how it stands.
  'PUT oauthapplications/status': 3,
  'POST events': 1,
};

const ROTATED: Counts = {
  'PUT secrets (dry run)': 1,
  'PUT secrets': 1,
  // The operation; what it came to; until when the old secret stays.
  'PUT oauthapplications/status': 3,
  'POST events': 1,
};

const RETIRED: Counts = {
  // What is left, and how it stands.
  'PUT oauthapplications/status': 1,
  'POST events': 1,
};

const CHANGES: readonly Change[] = [
  {
    what: 'a registration',
    why: 'the create makes the secret and does not show it',
    change: async (name) => {
      await world.apply(site(name));
      await world.ready(name);
    },
    calls: { create: 1, 'list-secrets': 1 },
    writes: REGISTERED,
  },
  {
    what: 'a registration of a service',
    why: 'as for any other, when it has no roles',
    change: async (name) => {
      await world.apply(machine(name));
      await world.ready(name);
    },
    calls: { create: 1, 'list-secrets': 1 },
    writes: REGISTERED,
  },
  {
    what: 'another name',
    why: 'what is there is read, with its mark, as a column is replaced whole; one PATCH says it and shows the outcome',
    spec: {},
    change: (name) => respecified(name, { displayName: 'Another' }),
    calls: { show: 1, update: 1 },
    writes: { 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'another name with other redirect URIs',
    why: 'as for another name: one PATCH says both',
    spec: {},
    change: (name) => respecified(name, { displayName: 'Both', redirectUris: ['https://both.example.com/callback'] }),
    calls: { show: 1, update: 1 },
    writes: { 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'a rotation that is asked for',
    why: 'mark and secrets are read before, so that the new one has a name and a number of its own',
    spec: {},
    change: rotate,
    calls: { show: 1, 'list-secrets': 1, 'create-secret': 1 },
    writes: ROTATED,
  },
  {
    what: 'a rotation of a service',
    why: 'as for any other: its roles are nothing to it',
    make: machine,
    spec: {},
    change: rotate,
    calls: { show: 1, 'list-secrets': 1, 'create-secret': 1 },
    writes: ROTATED,
  },
  {
    what: 'a rotation that restarts a Deployment',
    why: 'as for any rotation',
    spec: { rotation: { restart: 'Referencing' } },
    before: async (name) => {
      const envFrom = [{ secretRef: { name: `${name}-oauth` } }];
      const shape = workload(world.namespace, name, { container: { envFrom } });
      await world.apply({ apiVersion: 'apps/v1', kind: 'Deployment', ...shape });
    },
    change: rotate,
    calls: { show: 1, 'list-secrets': 1, 'create-secret': 1 },
    // That the workloads were rolled is written down with until when the old secret stays.
    writes: { ...ROTATED, 'PATCH deployments': 1, 'POST events': 2 },
    lists: { 'LIST deployments': 1, 'LIST statefulsets': 1, 'LIST daemonsets': 1 },
  },
  {
    what: 'the end of an old secret when its time has come',
    why: 'mark and secrets are read before, as somebody may have given its name to another one, and one DELETE',
    spec: {},
    before: rotate,
    change: async (name) => {
      const [old] = (await world.application(name))?.status?.rotation?.retiring ?? [];
      const retiring = [{ ...old, supersededAt: LONG_AGO, notBefore: LONG_AGO }];
      const change = JSON.stringify({ status: { rotation: { retiring } } });
      const patch = ['patch', 'oaa', name, '--subresource=status', '--type=merge', `--patch=${change}`];
      expect(await world.kubectl(...patch)).toMatchObject({ code: 0 });
      await retired(name);
    },
    calls: { show: 1, 'list-secrets': 1, 'delete-secret': 1 },
    writes: RETIRED,
    lists: { 'LIST pods': 1 },
  },
  {
    what: 'the end of an old secret that is asked for',
    why: 'as when its time has come',
    spec: {},
    before: rotate,
    change: async (name) => {
      await ask(world, name, 'retire');
      await retired(name);
    },
    calls: { show: 1, 'list-secrets': 1, 'delete-secret': 1 },
    writes: RETIRED,
  },
  {
    what: 'a deletion',
    why: 'the last listing shows all that there is; the mark is read before, and one DELETE',
    spec: {},
    before: () => world.relist(),
    change: remove,
    calls: { show: 1, delete: 1 },
    writes: { 'PATCH oauthapplications': 1, 'POST events': 1 },
  },
];

test('a start among settled applications costs a token and one listing, writes nothing and reads none of their Secrets', async () => {
  await world.apply(site('settled'));
  await world.ready('settled');
  await counted.operator().stop();
  const { calls, writes, reads } = await costOf(counted, () => counted.startAgain(), 'stopped');
  expect(calls).toEqual({ token: 1, list: 1 });
  expect(writes).toEqual({});
  expect(Object.keys(reads)).not.toContain('GET secrets/settled-oauth');
});

test.each(CHANGES.map((change, index) => ({ ...change, name: `counted-${index}` })))(
  '$what makes no call too many: $why',
  async ({ name, make = site, spec, before, change, calls, writes, lists = {} }) => {
    if (spec !== undefined) {
      await world.apply(make(name, spec));
      await world.ready(name);
    }
    await before?.(name);
    const cost = await costOf(counted, () => change(name));
    expect({ calls: cost.calls, writes: cost.writes }).toEqual({ calls, writes });
    const read = Object.entries(cost.reads);
    expect(Object.fromEntries(read.filter(([what]) => what.startsWith('LIST')))).toEqual(lists);
    expect(cost.reads[`GET secrets/${name}-oauth`] ?? 0).toBeLessThanOrEqual(MOST_SECRET_READS);
  },
);

async function rotate(name: string): Promise<void> {
  await ask(world, name, 'rotate');
  await served(world, name, 'rotate');
}

async function retired(name: string): Promise<void> {
  await until(
    'the old secret is gone',
    () => world.application(name),
    (shown) => shown?.status?.rotation?.retiring === undefined,
  );
}

async function respecified(name: string, spec: Spec): Promise<void> {
  await world.patch('OAuthApplication', name, { spec });
  await world.ready(name);
}

async function remove(name: string): Promise<void> {
  await world.remove('OAuthApplication', name);
  await world.gone(name);
}
