import { beforeAll, expect, test } from 'vitest';
import { SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { secretNames } from '../../support/bench/logto.ts';
import { RETIRE } from '../../support/bench/process.ts';
import { calm, dataOf, FIRST, openSettled, rotate } from '../../support/bench/settled.ts';
import { type App, readyReason, statusOf } from '../../support/bench/world.ts';

const MINUTE_MS = 60_000;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** As somebody with the right to write Secrets. */
async function claimSerial({ secretName: name }: App, serial: string): Promise<void> {
  const body = { metadata: { annotations: { [SECRET_ANNOTATIONS.serial]: serial } } };
  await ground.rival.patch(
    { resource: SECRETS, namespace: ground.namespace, name },
    { type: 'merge', body },
    {},
    ground.signal,
  );
}

test.each(['9007199254740991', '999999999', '100000000', '99999999', '99999998', '-1', '1e3', 'many'])(
  'T2: a serial that somebody wrote on the Secret (%s) holds up no rotation, and what is issued is ours',
  async (serial) => {
    const { world, app, id } = await openSettled(ground);
    await claimSerial(app, serial);
    await calm(world, app);
    expect([await readyReason(app), secretNames(world, id)]).toEqual(['InSync', [FIRST]]);

    for (const token of ['one', 'two', 'three']) {
      await rotate(world, app, token);
      await world.clock.advance(MINUTE_MS);
    }
    await app.annotate({ [RETIRE]: 'leaked' });
    await calm(world, app);
    const { secret, served } = await statusOf(app);
    expect([await readyReason(app), served]).toMatchObject(['InSync', { rotate: 'three', retire: 'leaked' }]);
    expect(secretNames(world, id)).toEqual([`k8s-installation-${secret?.serial}`]);
    const { client_secret: value = '' } = await dataOf(world, app);
    expect(world.emulator.logsIn(id, value)).toBe(true);
  },
);
