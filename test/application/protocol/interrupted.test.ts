import { beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../src/application/ports/ports.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, openLogtoWorld, secretNames } from '../../support/bench/logto.ts';
import { REGISTER_ANEW, RETIRE, ROTATE, startProcess } from '../../support/bench/process.ts';
import { FIRST, openSettled, SECOND } from '../../support/bench/settled.ts';
import { silentAfterSecret } from '../../support/bench/silent.ts';
import { logsIn, openWorld, readyReason, type SpecChange, statusOf } from '../../support/bench/world.ts';

const HOUR_MS = 3_600_000;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** A process died when it had written the Secret. */
async function died(
  type: 'register' | 'rotate',
  spec: SpecChange = {},
  annotations: Readonly<Record<string, string>> = {},
) {
  const world = await openWorld(ground);
  const app = await world.create(spec);
  await app.annotate(annotations);
  if (type === 'rotate') {
    await (await startProcess(world)).settle(app);
    await app.annotate({ [ROTATE]: 'now' });
  }
  const doomed = await startProcess(world, { ports: (ports) => silentAfterSecret(ports) });
  await expect(doomed.pass(app)).rejects.toMatchObject({ code: 'unavailable' });
  expect((await statusOf(app)).operation?.type).toBe(type);
  return { world, app };
}

/** It did, and somebody deleted the registration at the provider. */
async function interrupted(type: 'register' | 'rotate', spec: SpecChange = {}) {
  const { world, app } = await died(type, spec);
  world.emulator.edit(1, { softDeleted: true });
  return { world, app, next: await startProcess(world) };
}

test('D2: a register that the Secret would finish is given up where that is gone, whatever id a status was given', async () => {
  const { world, app, next } = await interrupted('register');
  const other = await world.create({}, 'other');
  await next.settle(other);
  await app.forge({ applicationId: (await statusOf(other)).applicationId });

  await next.settle(app);
  expect((await statusOf(app)).operation).toBeUndefined();
  expect(await readyReason(app)).toBe('NameTaken');
});

test.each(['register', 'rotate'] as const)(
  'R2, S7: a %s that the Secret would finish is not finished with a value that somebody put there',
  async (type) => {
    const { world, app } = await died(type);
    const stringData = { client_secret: 'nonsense-that-nobody-issued' };
    const ref = { resource: SECRETS, namespace: ground.namespace, name: app.secretName };
    await ground.rival.patch(ref, { type: 'merge', body: { stringData } }, {}, ground.signal);

    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
  },
);

test.each(
  (['register', 'rotate'] as const).flatMap((type) => [
    { type, what: 'the value', data: { client_secret: null } },
    { type, what: 'the client id', data: { client_id: btoa('another') } },
  ]),
)('R2, S7: a $type is not finished by a Secret out of which somebody took $what', async ({ type, data }) => {
  const { world, app } = await died(type);
  const ref = { resource: SECRETS, namespace: ground.namespace, name: app.secretName };
  await ground.rival.patch(ref, { type: 'merge', body: { data } }, {}, ground.signal);

  await (await startProcess(world)).settle(app);
  expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
  expect(world.live()).toHaveLength(1);
});

test('R2, R10: a rotation that is asked for once the value of a registration is in the Secret is carried out, whoever finishes it', async () => {
  const { world, app } = await died('register');
  const former = (await world.secret(app.secretName))?.data['client_secret'];
  await app.annotate({ [ROTATE]: 'leaked' });

  await (await startProcess(world)).settle(app);

  expect([await readyReason(app), (await statusOf(app)).served?.rotate]).toEqual(['InSync', 'leaked']);
  expect(world.effects()).toEqual(['create', 'rotate', 'update']);
  expect((await world.secret(app.secretName))?.data['client_secret']).not.toBe(former);
});

test('R2, R10: a token that was there before the registration is served by that, whoever finishes it', async () => {
  const { world, app } = await died('register', {}, { [ROTATE]: 'early', [REGISTER_ANEW]: 'early' });

  await (await startProcess(world)).settle(app);

  expect([await readyReason(app), (await statusOf(app)).served]).toMatchObject([
    'InSync',
    { rotate: 'early', anew: 'early' },
  ]);
  expect(world.effects()).toEqual(['create', 'update']);
});

test('R2, S10: a value that somebody put there is found out later, where the provider did not say that it does not log in', async () => {
  const { world, app } = await openSettled(ground);
  await app.annotate({ [ROTATE]: 'now' });
  await (await startProcess(world, { ports: silentAfterSecret })).pass(app).catch(() => undefined);
  const stringData = { client_secret: 'nonsense-that-nobody-issued' };
  await ground.rival.patch(
    { resource: SECRETS, namespace: ground.namespace, name: app.secretName },
    { type: 'merge', body: { stringData } },
    {},
    ground.signal,
  );
  world.emulator.fault({ operation: 'introspect', when: 'before', type: 'status', status: 503, body: 'away' });
  await (await startProcess(world)).calm(app);
  expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
});

test('R2, T3: what is asked to be retired together with that rotation goes with it', async () => {
  const world = await openLogtoWorld(ground);
  const app = await world.create();
  await (await startProcess(world, { ports: (ports) => silentAfterSecret(ports) })).pass(app).catch(() => undefined);
  await app.annotate({ [ROTATE]: 'leaked', [RETIRE]: 'leaked' });

  await (await startProcess(world)).calm(app);

  const { applicationId = '', served } = await statusOf(app);
  expect([await readyReason(app), served]).toMatchObject(['InSync', { rotate: 'leaked', retire: 'leaked' }]);
  expect(secretNames(world, applicationId)).toEqual([SECOND]);
});

const DEATHS: readonly { readonly of: string; readonly die: (world: LogtoWorld) => (ports: Ports) => Ports }[] = [
  { of: 'finished by its Secret', die: () => silentAfterSecret },
  {
    of: 'found by its owner mark',
    die({ emulator }) {
      emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
      return (ports) => ports;
    },
  },
];

test.each(DEATHS)(
  'R2, R4, T1: a registration that is $of has a new secret, however old the object is',
  async ({ die }) => {
    const { world, app } = await openSettled(ground, { rotation: { interval: '24h' } });
    await world.clock.advance(23 * HOUR_MS);
    await app.annotate({ [REGISTER_ANEW]: 'please' });
    const doomed = await startProcess(world, { ports: die(world) });
    await doomed.pass(app).catch(() => undefined);
    expect((await statusOf(app)).operation?.type).toBe('register');

    await world.clock.advance(2 * HOUR_MS);
    await (await startProcess(world)).calm(app);
    const { applicationId = '' } = await statusOf(app);
    expect([await readyReason(app), secretNames(world, applicationId)]).toEqual(['InSync', [FIRST]]);
  },
);

describe.each(['register', 'rotate'] as const)(
  'R2, D2: a %s that the Secret would finish, of what is gone,',
  (type) => {
    test('is closed, and the object is registered anew', async () => {
      const { world, app, next } = await interrupted(type);
      await next.settle(app);
      const { operation, applicationId } = await statusOf(app);
      expect([await readyReason(app), operation, applicationId]).toEqual(['InSync', undefined, '2']);
      const clientId = (await world.secret(app.secretName))?.data['client_id'];
      expect(world.live().map((registration) => registration.clientId)).toEqual([clientId]);
    });

    test.each(['Delete', 'Retain'] as const)(
      'keeps no object that is being deleted under %s',
      async (deletionPolicy) => {
        const { world, app, next } = await interrupted(type, { deletionPolicy });
        await app.delete();
        await next.settle(app);
        expect([await app.find(), world.live()]).toEqual([undefined, []]);
      },
    );

    test('is closed while the object is suspended, which is registered anew when it goes on', async () => {
      const { app, next } = await interrupted(type);
      await app.change({ suspend: true });
      await next.settle(app);
      expect([await readyReason(app), (await statusOf(app)).operation]).toEqual(['Suspended', undefined]);
      await app.change({ suspend: false });
      await next.settle(app);
      expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', '2']);
    });
  },
);
