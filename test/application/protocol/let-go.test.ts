import { beforeAll, describe, expect, test } from 'vitest';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld } from '../../support/bench/logto.ts';
import { type Process, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi } from '../../support/bench/settled.ts';
import {
  type AnyWorld,
  type App,
  openWorld,
  readyReason,
  type SpecChange,
  type World,
} from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const WORLDS = [
  { provider: 'logi', open: () => openWorld(ground) },
  { provider: 'Logto', open: () => openLogtoWorld(ground) },
] as const;

/** An API server that answers with success when the finalizer is added, and lets the object go all the same. */
function lettingGo(app: App, then: () => Promise<unknown> = () => Promise.resolve()): (ports: Ports) => Ports {
  return (ports) => ({
    ...ports,
    applications: {
      ...ports.applications,
      async addFinalizer(application, signal) {
        const held = await ports.applications.addFinalizer(application, signal);
        await letGo(app);
        await then();
        return held;
      },
    },
  });
}

/** The object goes once the Secret of its registration is written. */
function lettingGoLate(app: App, then: () => Promise<unknown>): (ports: Ports) => Ports {
  return (ports) => ({
    ...ports,
    secrets: {
      ...ports.secrets,
      async write(owner, draft, over, mode, signal) {
        const head = await ports.secrets.write(owner, draft, over, mode, signal);
        if (mode === 'rehearse') return head;
        await letGo(app);
        await then();
        return head;
      },
    },
  });
}

async function letGo(app: App): Promise<void> {
  await app.delete();
  await app.stripFinalizers();
}

async function begun(world: AnyWorld, spec: SpecChange, ports: (app: App) => (ports: Ports) => Ports) {
  const app = await world.create(spec);
  const process: Process = await startProcess(world, { ports: ports(app) });
  await process.pass(app);
  return { app, process };
}

describe.each(WORLDS)('at $provider an object that is let go while its finalizer is added', ({ open }) => {
  test('O8: leaves no registration behind, and it is told', async () => {
    const world = await open();
    const { app, process } = await begun(world, {}, (each) => lettingGo(each));
    expect([await app.find(), world.live()]).toEqual([undefined, []]);
    expect(process.happenings.map(({ reason }) => reason)).toEqual(['Deregistered']);
  });

  test('O8: leaves none to another object that has its name by then', async () => {
    const world = await open();
    const { app } = await begun(world, {}, (each) => lettingGo(each, () => world.createAgain(each)));
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), world.live().length, world.effects().includes('delete')]).toEqual([
      'InSync',
      1,
      true,
    ]);
  });

  test('O8: leaves what its policy retains', async () => {
    const world = await open();
    const { app } = await begun(world, { deletionPolicy: 'Retain' }, (each) => lettingGo(each));
    expect([await app.find(), world.live().length]).toEqual([undefined, 1]);
  });

  test('O8: leaves none behind where its namespace is gone as well, and does not try to write its Secret for long', async () => {
    const world = await open();
    let commits = 0;
    const { app } = await begun(world, {}, (each) => (ports) => ({
      ...lettingGo(each)(ports),
      secrets: {
        ...ports.secrets,
        async write(owner, draft, over, mode, signal) {
          if (mode === 'rehearse') return ports.secrets.write(owner, draft, over, mode, signal);
          commits += 1;
          throw new ClusterError('gone', 'there is no such namespace');
        },
      },
    }));
    expect([await app.find(), world.live(), commits]).toEqual([undefined, [], 1]);
  });

  test('O8: whose registration cannot be deleted is told of', async () => {
    const world = await open();
    const { process } = await begun(world, {}, (each) =>
      lettingGo(each, async () => world.emulator.fault({ operation: 'delete', when: 'before', type: 'reset' })),
    );
    expect(process.happenings.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['Warning LeftBehind']);
    expect(world.live()).toHaveLength(1);
  });
});

test('O8: what is retained at Logto says so', async () => {
  const world = await openLogtoWorld(ground);
  await begun(world, { deletionPolicy: 'Retain' }, (each) => lettingGo(each));
  expect(world.live().map(({ customData }) => customData['oauthapp.dev/owner'])).toMatchObject([{ retained: true }]);
});

test('R7, O8: what a person had registered before is not deleted, however the provider answers', async () => {
  const world = await openWorld(ground, { registrationName: 'Final', switches: { sameName: 'found' } });
  world.emulator.createByHand('Shop');
  const { process } = await begun(world, {}, (each) => lettingGo(each));
  expect(world.live()).toHaveLength(1);
  expect(process.happenings).toEqual([]);
});

test('O8: what the next object of the name has taken is not deleted', async () => {
  const world = await openLogtoWorld(ground);
  const { app } = await begun(world, {}, (each) =>
    lettingGoLate(each, async () => {
      await world.createAgain(each);
      await (await startProcess(world)).settle(each);
    }),
  );
  await (await startProcess(world)).settle(app);
  expect([await readyReason(app), world.live().length]).toEqual(['InSync', 1]);
  expect(world.effects()).not.toContain('delete');
});

describe('O8: no owner that is gone takes along', () => {
  const ownersOf = async (world: World, name: string) =>
    (await world.secret(name))?.object.metadata.ownerReferences ?? [];

  test('a Secret of the user from which a registration was adopted', async () => {
    const world = await openWorld(ground);
    await world.changeProvider({ spec: { access: [{ adoptable: ['1'] }] } });
    const { application, clientSecret = '' } = world.emulator.createByHand('Shop');
    const name = `${world.provider}-used`;
    const { client, namespace, signal } = ground;
    const stringData = { client_id: application.clientId, client_secret: clientSecret };
    await client.create(SECRETS, { metadata: { name, namespace }, stringData }, {}, signal);
    const adopt = { applicationId: '1', secretRef: { name } };
    const { app } = await begun(world, { secret: { name }, adopt, deletionPolicy: 'Delete' }, (each) =>
      lettingGo(each),
    );
    expect([await app.find(), await ownersOf(world, name)]).toEqual([undefined, []]);
  });

  test('a Secret that was retained, and whose registration was taken back', async () => {
    const { world, app } = await openSettledAtLogi(ground, { deletionPolicy: 'Retain' });
    await app.delete();
    await (await startProcess(world)).settle(app);
    await world.createAgain(app);
    await app.change({ deletionPolicy: 'Delete' });
    await (await startProcess(world, { ports: lettingGo(app) })).pass(app);
    expect([await app.find(), await ownersOf(world, app.secretName)]).toEqual([undefined, []]);
  });
});
