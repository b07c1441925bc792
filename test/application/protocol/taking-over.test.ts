import { beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../src/application/ports/ports.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { startProcess } from '../../support/bench/process.ts';
import { silentAfterSecret } from '../../support/bench/silent.ts';
import { type App, openWorld, readyReason, type SpecChange, statusOf, type World } from '../../support/bench/world.ts';

const USED = { redirectUris: ['https://shop.example.com/cb'] };

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const LAYOUTS = [
  {
    why: 'under keys of its own',
    keys: { clientId: 'ID', clientSecret: 'PW' },
    secret: {},
    becomes: ['client_id', 'client_secret'],
  },
  {
    why: 'with a key more',
    keys: { clientId: 'client_id', clientSecret: 'client_secret' },
    secret: { keys: { issuer: 'issuer' } },
    becomes: ['client_id', 'client_secret', 'issuer'],
  },
  {
    why: 'as environment variables',
    keys: { clientId: 'ID', clientSecret: 'PW' },
    secret: { format: 'Env' },
    becomes: ['CLIENT_ID', 'CLIENT_SECRET', 'ISSUER'],
  },
] as const;

interface Case {
  readonly world: World;
  readonly app: App;
  /** Of the Secret that is taken over. */
  readonly name: string;
  readonly value: string;
}

/** An application that is to take over the user's own Secret, and write it in another layout. */
async function takingOver({ keys, secret }: Pick<(typeof LAYOUTS)[number], 'keys' | 'secret'>): Promise<Case> {
  const world = await openWorld(ground);
  await world.changeProvider({ spec: { access: [{ adoptable: ['1'] }] } });
  const { application, clientSecret: value = '' } = world.emulator.createByHand('Shop', USED);
  const name = `${world.provider}-taken`;
  await putSecret(name, { [keys.clientId]: application.clientId, [keys.clientSecret]: value });
  const adopt = { applicationId: '1', secretRef: { name, keys } };
  const app = await world.create({
    displayName: 'Shop',
    deletionPolicy: 'Retain',
    secret: { name, ...secret },
    adopt,
  } as SpecChange);
  return { world, app, name, value };
}

async function putSecret(name: string, stringData: Readonly<Record<string, string>>): Promise<void> {
  await ground.rival.create(
    SECRETS,
    { metadata: { name, namespace: ground.namespace }, stringData },
    {},
    ground.signal,
  );
}

/** The process dies between the Secret and the status. */
async function dieHalfway({ world, app }: Pick<Case, 'world' | 'app'>): Promise<void> {
  const doomed = await startProcess(world, { ports: (ports) => silentAfterSecret(ports) });
  await expect(doomed.pass(app)).rejects.toMatchObject({ code: 'unavailable' });
  expect((await statusOf(app)).applicationId).toBeUndefined();
}

/** Once the Secret is written the object is changed by somebody else, so that the status meets another version. */
function overtaken(app: App): (ports: Ports) => Ports {
  let times = 0;
  return (ports) => ({
    ...ports,
    secrets: {
      ...ports.secrets,
      async write(...args) {
        const head = await ports.secrets.write(...args);
        if (args[3] === 'commit' && times++ === 0) await app.annotate({ 'example.com/tracking': 'x' });
        return head;
      },
    },
  });
}

describe('an adoption that takes a Secret over', () => {
  test.each(LAYOUTS)('A1, S1: goes on after a crash where that is written $why', async ({ becomes, ...layout }) => {
    const made = await takingOver(layout);
    const { world, app, name, value } = made;
    await dieHalfway(made);
    await (await startProcess(world)).settle(app);
    const { data = {} } = (await world.secret(name)) ?? {};
    expect([await readyReason(app), Object.keys(data).toSorted()]).toEqual(['InSync', becomes]);
    expect([Object.values(data).includes(value), world.live().length]).toEqual([true, 1]);
  });

  test.each(['Delete', 'Retain'] as const)(
    'A1, D1: gives the object nothing to take along where that is deleted halfway under %s',
    async (deletionPolicy) => {
      const made = await takingOver(LAYOUTS[0]);
      const { world, app, name } = made;
      await dieHalfway(made);
      await app.change({ deletionPolicy });
      await app.delete();
      await (await startProcess(world)).settle(app);
      expect([await app.find(), world.live().length, world.effects()]).toEqual([undefined, 1, []]);
      expect(await world.secret(name)).toBeDefined();
    },
  );

  test('A1, S1: goes on where somebody changes the object between Secret and status', async () => {
    const { world, app } = await takingOver(LAYOUTS[0]);
    await (await startProcess(world, { ports: overtaken(app) })).settle(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', '1']);
  });

  test('A1: is refused where somebody put another key into it meanwhile', async () => {
    const made = await takingOver(LAYOUTS[1]);
    const { world, app, name } = made;
    await dieHalfway(made);
    const ref = { resource: SECRETS, namespace: ground.namespace, name };
    await ground.rival.patch(ref, { type: 'merge', body: { stringData: { cookie: 'x' } } }, {}, ground.signal);
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), (await world.secret(name))?.data['cookie']]).toEqual(['AdoptionRefused', 'x']);
  });
});
