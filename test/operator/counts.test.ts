import { expect } from 'vitest';
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
import { grantRestart } from '../support/workloads.ts';
import { createWorld, logi, type World, web } from '../support/world.ts';

const LONG_AGO = '2020-01-01T00:00:00Z';

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

const CHANGES: readonly Change<World>[] = [
  {
    what: 'a registration',
    why: 'it is created under a name that nobody else gives, so that it is found again when the answer is lost',
    change: async (world, name) => {
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
    before: (world, name) => writeRotation(world, name, { lastRotatedAt: LONG_AGO }),
    change: async (world, name) => {
      await respecified(world, name, { rotation: { interval: '1h' } });
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
    before: deployUser,
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
    change: (world, name) => respecified(world, name, { displayName: 'Another' }),
    calls: { update: 1 },
    writes: { 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'other redirect URIs',
    why: 'one PATCH says it and shows the outcome, where logi takes the whole list',
    spec: {},
    change: (world, name) => respecified(world, name, { redirectUris: ['https://other.example.com/callback'] }),
    calls: { update: 1 },
    writes: { 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'another name with other redirect URIs',
    why: 'whether logi takes the list of URIs is not documented, and where it does not, the name is said all the same',
    spec: {},
    change: (world, name) =>
      respecified(world, name, { displayName: 'Both', redirectUris: ['https://both.example.com/callback'] }),
    calls: { update: 2 },
    writes: { 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'another name of the Secret',
    why: 'the value is copied',
    spec: {},
    change: (world, name) => respecified(world, name, { secret: { name: `${name}-renamed` } }),
    calls: {},
    writes: { 'POST secrets': 1, 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'another format of the Secret',
    why: 'the value is written once more',
    spec: {},
    change: (world, name) => respecified(world, name, { secret: { format: 'Env' } }),
    calls: {},
    writes: { 'PUT secrets': 1, 'PUT oauthapplications/status': 1, 'POST events': 1 },
  },
  {
    what: 'a deletion',
    why: 'the last listing shows all that there is, and one DELETE',
    spec: {},
    before: (world) => world.relist(),
    change: remove,
    calls: { delete: 1 },
    writes: { 'PATCH oauthapplications': 1, 'POST events': 1 },
  },
  {
    what: 'a deletion that leaves the registration',
    why: 'the last listing shows all that there is, and the seal on the Secret is there already',
    spec: { deletionPolicy: 'Retain' },
    before: (world) => world.relist(),
    change: remove,
    calls: {},
    writes: { 'PATCH oauthapplications': 1, 'POST events': 1 },
  },
  {
    what: 'a registration that is taken back',
    why: 'the seal proves whose it is, the last listing shows that it is there, and a login that its value is in use',
    spec: { deletionPolicy: 'Retain' },
    before: async (world, name) => {
      await remove(world, name);
      await world.relist();
    },
    change: async (world, name) => {
      await world.apply(web(name, { deletionPolicy: 'Retain' }));
      await world.ready(name);
    },
    calls: { token: 2 },
    writes: ADOPTED,
  },
  {
    what: 'an adoption that keeps the secret',
    why: 'the last listing shows it; the secret logs in, and one that cannot be right does not',
    before: async (world, name) => {
      const { application, clientSecret } = await adoptable(world, name);
      const stringData = { client_id: application.clientId, client_secret: clientSecret };
      await world.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });
    },
    change: (world, name) => adopt(world, name, { secret: 'Keep', secretRef: { name } }),
    calls: { token: 2 },
    lists: NOBODY_ELSE,
    // Where it is held comes first, so that the finalizer stands before the Secret is written.
    writes: { ...ADOPTED, 'PUT oauthapplications/status': 3, 'POST secrets': 1 },
  },
  {
    what: 'an adoption that issues another secret',
    why: 'the last listing shows it, and the secret is issued in one call',
    before: async (world, name) => void (await adoptable(world, name)),
    change: (world, name) => adopt(world, name, { secret: 'Rotate' }),
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

countedChanges(
  {
    async open() {
      const world = await createWorld();
      await grantRestart(world.plane, world.namespace);
      return world;
    },
    make: web,
    start: { list: 1 },
    credentials: 'logi-key',
    mostSecretReads: 4,
  },
  CHANGES,
);

/** A registration that was made by hand and may be adopted. */
async function adoptable(world: World, name: string) {
  const byHand = world.emulator.createByHand(name, { redirectUris: ['https://shop.example.com/callback'] });
  await world.apply(logi(world.emulator.url, { access: [{ adoptable: [String(byHand.application.id)] }] }));
  await world.providerReason('Reached');
  return byHand;
}

async function adopt(world: World, name: string, how: Readonly<Record<string, unknown>>): Promise<void> {
  const [byHand] = world.emulator.applications().filter((application) => application.name === name);
  const adoption = { applicationId: String(byHand?.id), ...how };
  await world.apply(web(name, { deletionPolicy: 'Delete', adopt: adoption }));
  await world.ready(name);
}
