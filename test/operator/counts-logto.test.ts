import type { Counts } from '../support/costs.ts';
import {
  type Change,
  countedChanges,
  deployUser,
  remove,
  respecified,
  rotate,
  writeRotation,
} from '../support/counted-changes.ts';
import { createLogtoWorld, type LogtoWorld, machine, site } from '../support/logto-world.ts';
import { ask } from '../support/requests.ts';
import { until } from '../support/until.ts';
import { grant } from '../support/workloads.ts';

const LONG_AGO = '2020-01-01T00:00:00Z';

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

const CHANGES: readonly Change<LogtoWorld>[] = [
  {
    what: 'a registration',
    why: 'the create makes the secret and does not show it',
    change: async (world, name) => {
      await world.apply(site(name));
      await world.ready(name);
    },
    calls: { create: 1, 'list-secrets': 1 },
    writes: REGISTERED,
  },
  {
    what: 'a registration of a service',
    why: 'as for any other, when it has no roles',
    change: async (world, name) => {
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
    change: (world, name) => respecified(world, name, { displayName: 'Another' }),
    calls: { show: 1, update: 1 },
    writes: { 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'another name with other redirect URIs',
    why: 'as for another name: one PATCH says both',
    spec: {},
    change: (world, name) =>
      respecified(world, name, { displayName: 'Both', redirectUris: ['https://both.example.com/callback'] }),
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
    before: deployUser,
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
    change: async (world, name) => {
      const [old] = (await world.application(name))?.status?.rotation?.retiring ?? [];
      const retiring = [{ ...old, supersededAt: LONG_AGO, notBefore: LONG_AGO }];
      await writeRotation(world, name, { retiring });
      await retired(world, name);
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
    change: async (world, name) => {
      await ask(world, name, 'retire');
      await retired(world, name);
    },
    calls: { show: 1, 'list-secrets': 1, 'delete-secret': 1 },
    writes: RETIRED,
  },
  {
    what: 'a deletion',
    why: 'the last listing shows all that there is; the mark is read before, and one DELETE',
    spec: {},
    before: (world) => world.relist(),
    change: remove,
    calls: { show: 1, delete: 1 },
    writes: { 'PATCH oauthapplications': 1, 'POST events': 1 },
  },
];

countedChanges(
  {
    async open() {
      const world = await createLogtoWorld();
      await grant(world.plane, world.namespace, ['restart', 'retire']);
      return world;
    },
    make: site,
    start: { token: 1, list: 1 },
    credentials: 'logto-m2m',
    mostSecretReads: 3,
  },
  CHANGES,
);

async function retired(world: LogtoWorld, name: string): Promise<void> {
  await until(
    'the old secret is gone',
    () => world.application(name),
    (shown) => shown?.status?.rotation?.retiring === undefined,
  );
}
