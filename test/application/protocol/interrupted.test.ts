import { beforeAll, describe, expect, test } from 'vitest';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { ROTATE, startProcess } from '../../support/bench/process.ts';
import { silentAfterSecret } from '../../support/bench/silent.ts';
import { openWorld, readyReason, type SpecChange, statusOf } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** A process died when it had written the Secret. */
async function died(type: 'register' | 'rotate', spec: SpecChange = {}) {
  const world = await openWorld(ground);
  const app = await world.create(spec);
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

test.each(['register', 'rotate'] as const)(
  'R2, S7: a %s that the Secret would finish is not finished with a value that somebody put there',
  async (type) => {
    const { world, app } = await died(type);
    const stringData = { client_secret: 'nonsense-that-nobody-issued' };
    const ref = { resource: SECRETS, namespace: ground.namespace, name: app.secretName };
    await ground.rival.patch(ref, { type: 'merge', body: { stringData } }, {}, ground.signal);

    await (await startProcess(world)).settle(app);
    const { client_id: id = '', client_secret: value = '' } = (await world.secret(app.secretName))?.data ?? {};
    expect([await readyReason(app), world.emulator.logsIn(id, value)]).toEqual(['InSync', true]);
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
  const { client_id: id = '', client_secret: value = '' } = (await world.secret(app.secretName))?.data ?? {};
  expect([await readyReason(app), world.emulator.logsIn(id, value)]).toEqual(['InSync', true]);
  expect(world.live()).toHaveLength(1);
});

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
