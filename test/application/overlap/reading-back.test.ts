import { beforeAll, describe, expect, test } from 'vitest';
import { ANNOTATIONS } from '../../../src/api/names.ts';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld, secretNames } from '../../support/bench/logto.ts';
import { RECHECK, startProcess } from '../../support/bench/process.ts';
import { calm, dataOf, FIRST, openSettled, rotate, SECOND, type Settled } from '../../support/bench/settled.ts';
import { logsIn, readyMessage, readyReason, type SpecChange, statusOf } from '../../support/bench/world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const settled = (spec?: SpecChange, provider: Readonly<Record<string, unknown>> = {}): Promise<Settled> =>
  openSettled(ground, spec, { spec: provider });

/** As somebody with the right to write Secrets. */
async function write({ app }: Settled, body: Readonly<Record<string, unknown>>): Promise<void> {
  const ref = { resource: SECRETS, namespace: ground.namespace, name: app.secretName };
  await ground.rival.patch(ref, { type: 'merge', body }, {}, ground.signal);
}

const LOSSES = [
  { how: 'was deleted', lose: ({ app }: Settled) => app.loseSecret() },
  { how: 'lost its data', lose: (made: Settled) => write(made, { data: null }) },
  { how: 'holds another value', lose: (made: Settled) => write(made, { stringData: { client_secret: 'theirs' } }) },
  { how: 'holds another client', lose: (made: Settled) => write(made, { stringData: { client_id: 'theirs' } }) },
  {
    how: 'was deleted and made again by hand, with a value of its own',
    async lose(made: Settled): Promise<void> {
      const secret = await made.world.secret(made.app.secretName);
      await made.app.loseSecret();
      const { labels, annotations } = secret?.object.metadata ?? {};
      const metadata = { name: made.app.secretName, namespace: ground.namespace, labels, annotations };
      await ground.rival.create(
        SECRETS,
        { metadata, stringData: { client_id: 'theirs', client_secret: 'theirs' } },
        {},
        ground.signal,
      );
    },
  },
] as const;

describe('a Secret', () => {
  test.each(LOSSES)('S7: that $how gets its value back, and nothing is issued', async ({ lose }) => {
    const made = await settled();
    const { world, app, id } = made;
    const data = await dataOf(world, app);
    await lose(made);
    const { happenings } = await calm(world, app);
    expect([await dataOf(world, app), await readyReason(app), secretNames(world, id)]).toEqual([
      data,
      'InSync',
      [FIRST],
    ]);
    expect(happenings).toMatchObject([{ type: 'Normal', reason: 'SecretRestored' }]);
    expect((await statusOf(app)).rotation?.unasked).toBeUndefined();
  });

  test('S7: that is lost for the second time within a day is contested, and only a token goes on', async () => {
    const made = await settled();
    const { world, app, id } = made;
    await made.app.loseSecret();
    await calm(world, app);
    expect(await readyReason(app)).toBe('InSync');
    await made.app.loseSecret();
    await calm(world, app);
    expect([await readyReason(app), await world.secret(app.secretName)]).toEqual(['SecretContested', undefined]);
    expect(await readyMessage(app)).toContain(ANNOTATIONS.rotateRequestedAt);
    await rotate(world, app, 'one');
    expect([await readyReason(app), await logsIn(world, app.secretName), secretNames(world, id)]).toEqual([
      'InSync',
      true,
      [FIRST, SECOND],
    ]);
  });

  test('S7: that somebody writes again and again is written once a day, and his name is told', async () => {
    const made = await settled();
    const { world, app } = made;
    const process = await startProcess(world);
    const theirs = { stringData: { client_secret: 'theirs' } };
    for (const _ of [1, 2]) {
      await write(made, theirs);
      await process.calm(app);
    }
    const calls = world.emulator.journal.length;
    const left = await world.secret(app.secretName);
    for (const _ of [1, 2]) {
      await world.clock.advance(MINUTE_MS);
      await process.calm(app);
    }
    expect([left?.data['client_secret'], await readyReason(app)]).toEqual(['theirs', 'SecretContested']);
    expect(await readyMessage(app)).toContain('somebody-else');
    expect((await world.secret(app.secretName))?.object.metadata.resourceVersion).toBe(
      left?.object.metadata.resourceVersion,
    );
    expect(world.emulator.journal.length).toBe(calls);
  });

  test('S7: that is contested is in order again when the right value is put back by hand', async () => {
    const made = await settled();
    const { world, app } = made;
    const { client_secret: value = '' } = await dataOf(world, app);
    for (const _ of [1, 2]) {
      await write(made, { stringData: { client_secret: 'theirs' } });
      await calm(world, app);
    }
    expect(await readyReason(app)).toBe('SecretContested');
    await write(made, { stringData: { client_secret: value } });
    await calm(world, app);
    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
  });

  test('S7, I7: is left as it is by whoever has not seen yet that the cluster was put back to before a rotation', async () => {
    const made = await settled();
    const { world, app } = made;
    const [status, secret] = [await statusOf(app), await world.secret(app.secretName)];
    const { ports } = await rotate(world, app, 'one');
    const behind = ports.applications.get({ namespace: ground.namespace, name: app.name });
    await app.forge({ secret: status.secret, rotation: status.rotation ?? null, served: status.served ?? null });
    const { annotations } = secret?.object.metadata ?? {};
    await write(made, { metadata: { annotations }, data: null, stringData: secret?.data ?? {} });
    const late = await startProcess(world, {
      ports: (real) => ({ ...real, applications: { ...real.applications, get: () => behind } }),
    });
    expect(await late.pass(app)).toEqual({ type: 'back-off' });
    expect([await dataOf(world, app), late.happenings]).toEqual([secret?.data, []]);
  });

  test('S7: that is lost once a day gets its value back each time, and no rotation is counted', async () => {
    const made = await settled();
    const { world, app, id } = made;
    for (const _ of [1, 2, 3]) {
      await made.app.loseSecret();
      await calm(world, app);
      expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
      await world.clock.advance(DAY_MS);
    }
    expect([secretNames(world, id), (await statusOf(app)).rotation?.unasked]).toEqual([[FIRST], undefined]);
  });

  test('S7: gets the value back that was issued last, with its serial', async () => {
    const made = await settled();
    const { world, app } = made;
    await rotate(world, app, 'one');
    const data = await dataOf(world, app);
    await made.app.loseSecret();
    await calm(world, app);
    const { secret, rotation } = await statusOf(app);
    expect([await dataOf(world, app), secret?.serial, rotation?.retiring?.map(({ name }) => name)]).toEqual([
      data,
      2,
      [FIRST],
    ]);
  });

  test('S7: gets it back though losses are to wait for a person', async () => {
    const made = await settled({ rotation: { onSecretLoss: 'Wait' } });
    await made.app.loseSecret();
    await calm(made.world, made.app);
    expect([await readyReason(made.app), await logsIn(made.world, made.app.secretName)]).toEqual(['InSync', true]);
  });

  test('S7: that is lost as a rotation was asked for gets the new value', async () => {
    const made = await settled();
    const { world, app, id } = made;
    await made.app.loseSecret();
    await rotate(world, app, 'one');
    expect([await logsIn(world, app.secretName), secretNames(world, id)]).toEqual([true, [FIRST, SECOND]]);
  });

  test.each([
    { what: 'keys', secret: { keys: { clientId: 'ID', clientSecret: 'SECRET' } } },
    { what: 'labels', secret: { template: { metadata: { labels: { team: 'shop' } } } } },
  ])('S4: in another form ($what) holds the same value, without a call', async ({ secret }) => {
    const { world, app } = await settled();
    const { client_secret: value = '' } = await dataOf(world, app);
    const process = await startProcess(world);
    const calls = world.emulator.journal.length;
    await app.change({ secret });
    await process.calm(app);
    expect([
      await readyReason(app),
      Object.values(await dataOf(world, app))
        .join()
        .includes(value),
    ]).toEqual(['InSync', true]);
    expect(world.emulator.journal.length).toBe(calls);
  });

  test('S8: of another name holds the same value, and is read back though the former is gone', async () => {
    const made = await settled();
    const { world, app, id } = made;
    const data = await dataOf(world, app);
    const name = `${app.secretName}-new`;
    app.alsoUses(name);
    await made.app.loseSecret();
    await app.change({ secret: { name } });
    await calm(world, app);
    expect([(await world.secret(name))?.data, await readyReason(app), secretNames(world, id)]).toEqual([
      data,
      'InSync',
      [FIRST],
    ]);
  });

  test('S3: that is refused at first is written later, and nothing is registered or issued twice', async () => {
    const world = await openLogtoWorld(ground);
    const app = await world.create();
    const process = await startProcess(world, { ports: refusingWrites });
    await process.pass(app);
    expect([await readyReason(app), world.effects()]).toEqual(['SecretRefused', ['create']]);
    await calm(world, app);
    expect([await readyReason(app), await logsIn(world, app.secretName), world.effects()]).toEqual([
      'InSync',
      true,
      ['create'],
    ]);
    expect((await statusOf(app)).rotation?.restored).toBeUndefined();
  });

  test('R8: of a registration that came without one is filled by issuing one', async () => {
    const world = await openLogtoWorld(ground, { switches: { defaultSecret: 'left-out' } });
    const app = await world.create();
    await calm(world, app);
    const { applicationId = '' } = await statusOf(app);
    expect([await readyReason(app), await logsIn(world, app.secretName), secretNames(world, applicationId)]).toEqual([
      'InSync',
      true,
      ['k8s-installation-1'],
    ]);
  });

  test('R8: whose first value could not be read at once is read a moment later', async () => {
    const world = await openLogtoWorld(ground);
    world.emulator.fault({ operation: 'list-secrets', when: 'before', type: 'reset' });
    const app = await world.create();
    await calm(world, app);
    const { applicationId = '' } = await statusOf(app);
    expect([await readyReason(app), await logsIn(world, app.secretName), secretNames(world, applicationId)]).toEqual([
      'InSync',
      true,
      [FIRST],
    ]);
  });
});

function refusingWrites(ports: Ports): Ports {
  const write: Ports['secrets']['write'] = () => Promise.reject(new ClusterError('refused', 'quota'));
  return { ...ports, secrets: { ...ports.secrets, write } };
}

describe('a secret at the provider', () => {
  const DEEP = { deepResyncInterval: '6h' };

  test('S7, S10: that somebody deleted is missed by the deep resync, and another is issued', async () => {
    const { world, app, id } = await settled({}, DEEP);
    world.emulator.removeSecret(id, FIRST);
    await calm(world, app);
    expect([await readyReason(app), secretNames(world, id)]).toEqual(['InSync', []]);
    await world.clock.advance(6 * HOUR_MS);
    const { happenings } = await calm(world, app);
    expect([await readyReason(app), secretNames(world, id), await logsIn(world, app.secretName)]).toEqual([
      'InSync',
      [SECOND],
      true,
    ]);
    expect((await statusOf(app)).rotation?.unasked).toHaveLength(1);
    expect(happenings).toMatchObject([{ reason: 'Rotated', note: expect.stringContaining('the provider no longer') }]);
    expect(happenings[0]?.note).not.toContain('Secret ');
  });

  test('S10: that somebody deleted is missed at once when a person asks to look', async () => {
    const { world, app, id } = await settled();
    world.emulator.removeSecret(id, FIRST);
    await app.annotate({ [RECHECK]: 'now' });
    await calm(world, app);
    expect([await readyReason(app), secretNames(world, id), (await statusOf(app)).served?.reconcile]).toEqual([
      'InSync',
      [SECOND],
      'now',
    ]);
    expect(await logsIn(world, app.secretName)).toBe(true);
  });

  test('S7: that somebody deleted waits for a person where losses are to, and says so', async () => {
    const { world, app, id } = await settled({ rotation: { onSecretLoss: 'Wait' } }, DEEP);
    world.emulator.removeSecret(id, FIRST);
    await world.clock.advance(6 * HOUR_MS);
    await calm(world, app);
    expect([await readyReason(app), secretNames(world, id)]).toEqual(['SecretLost', []]);
    expect(await readyMessage(app)).toContain(ANNOTATIONS.rotateRequestedAt);
    expect(await readyMessage(app)).toContain('provider');
    await rotate(world, app, 'now');
    expect([await readyReason(app), secretNames(world, id)]).toEqual(['InSync', [SECOND]]);
  });

  test('S7: that is deleted for the second time within a day is contested', async () => {
    const { world, app, id } = await settled({}, DEEP);
    for (const name of [FIRST, SECOND]) {
      world.emulator.removeSecret(id, name);
      await world.clock.advance(6 * HOUR_MS);
      await calm(world, app);
    }
    expect([await readyReason(app), secretNames(world, id)]).toEqual(['SecretContested', []]);
  });

  test('T2: that somebody renamed works on, and what comes next is named after it', async () => {
    const { world, app, id } = await settled({}, DEEP);
    await rotate(world, app, 'one');
    world.emulator.renameSecretByHand(id, SECOND, 'theirs now');
    await world.clock.advance(6 * HOUR_MS);
    await calm(world, app);
    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
    await rotate(world, app, 'two');
    expect(secretNames(world, id)).toEqual([FIRST, 'theirs now', 'k8s-installation-3']);
  });

  test('T2, T3: that somebody gave the name of a superseded one is not deleted for it', async () => {
    const { world, app, id } = await settled({}, DEEP);
    await rotate(world, app, 'one');
    await world.clock.advance(2 * DAY_MS);
    await calm(world, app);
    expect(secretNames(world, id)).toEqual([SECOND]);
    world.emulator.renameSecretByHand(id, SECOND, FIRST);
    for (let day = 0; day < 9; day += 1) {
      await world.clock.advance(DAY_MS);
      await calm(world, app);
    }
    expect([await readyReason(app), secretNames(world, id), await logsIn(world, app.secretName)]).toEqual([
      'InSync',
      [FIRST],
      true,
    ]);
  });

  test('T2, T3: that somebody gave the name of the one being retired is not deleted in its place', async () => {
    const { world, app, id } = await settled({}, DEEP);
    await rotate(world, app, 'one');
    world.emulator.renameSecretByHand(id, FIRST, 'theirs now');
    world.emulator.renameSecretByHand(id, SECOND, FIRST);
    await world.clock.advance(DAY_MS);
    await calm(world, app);
    expect([await readyReason(app), secretNames(world, id), await logsIn(world, app.secretName)]).toEqual([
      'InSync',
      ['theirs now', FIRST],
      true,
    ]);
  });

  test('T2: that somebody added is left alone', async () => {
    const { world, app, id } = await settled({}, DEEP);
    const data = await dataOf(world, app);
    world.emulator.addSecret(id, 'theirs');
    world.emulator.addSecret(id, 'k8s-another-installation-5');
    await world.clock.advance(6 * HOUR_MS);
    await calm(world, app);
    await world.clock.advance(9 * DAY_MS);
    await calm(world, app);
    expect([await dataOf(world, app), secretNames(world, id)]).toEqual([
      data,
      [FIRST, 'theirs', 'k8s-another-installation-5'],
    ]);
  });

  test('T2: of ours that no status knows of is retired like any that is superseded', async () => {
    const { world, app, id } = await settled({}, DEEP);
    world.emulator.addSecret(id, SECOND);
    await rotate(world, app, 'one');
    await app.loseStatus();
    await calm(world, app);
    expect((await statusOf(app)).rotation?.retiring?.map(({ name }) => name)).toEqual([SECOND, FIRST]);
    await world.clock.advance(DAY_MS + MINUTE_MS);
    await calm(world, app);
    expect([secretNames(world, id), await logsIn(world, app.secretName)]).toEqual([['k8s-installation-3'], true]);
  });
});

/** Ports of a process that may not write any status. */
function withoutStatus({ applications, ...ports }: Ports): Ports {
  const writeStatus = () => Promise.reject(new ClusterError('forbidden', 'cannot update'));
  return { ...ports, applications: { ...applications, writeStatus } };
}

test('S7: a Secret is written once by whoever may not write the status, so that no event of it brings the next pass', async () => {
  const { world, app } = await settled();
  const { fingerprint: _, ...left } = (await statusOf(app)).secret ?? { fingerprint: undefined };
  const nothing = Object.fromEntries(Object.keys(left).map((key) => [key, null]));
  await app.forge({ secret: { ...nothing, fingerprint: null, name: app.secretName, serial: 0, delivered: false } });
  const process = await startProcess(world, { ports: withoutStatus });
  const versions: unknown[] = [];
  for (let passes = 0; passes < 3; passes += 1) {
    await process.pass(app).catch(() => undefined);
    versions.push((await world.secret(app.secretName))?.object.metadata.resourceVersion);
  }
  expect(new Set(versions.slice(1)).size).toBe(1);
});
