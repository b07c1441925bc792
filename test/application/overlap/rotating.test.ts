import { beforeAll, describe, expect, test } from 'vitest';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, letAdopt, openLogtoWorld, secretNames } from '../../support/bench/logto.ts';
import { CALL_DEADLINE_MS, ROTATE, startProcess } from '../../support/bench/process.ts';
import { calm, dataOf, FIRST, openSettled, rotate, SECOND, type Settled, THIRD } from '../../support/bench/settled.ts';
import { type App, readyMessage, readyReason, type SpecChange, statusOf } from '../../support/bench/world.ts';

const LEGACY = '(legacy secret)';
const LEGACY_VALUE = 'LegacySecretOfTheShop0123456789';
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const settled = (spec?: SpecChange): Promise<Settled> => openSettled(ground, spec);

const clientSecretIn = async (world: LogtoWorld, app: App): Promise<string> =>
  (await dataOf(world, app))['client_secret'] ?? '';

const retiring = async (app: App): Promise<readonly string[]> =>
  ((await statusOf(app)).rotation?.retiring ?? []).map(({ name }) => name);

const PREVIOUS = { secret: { keys: { previousClientSecret: 'OLD' } } } as const;

describe('issuing another secret', () => {
  test('T2: its name says whose it is and which, and the former one goes on working', async () => {
    const { world, app, id } = await settled();
    const before = await clientSecretIn(world, app);
    await rotate(world, app, 'one');
    const after = await clientSecretIn(world, app);
    expect(secretNames(world, id)).toEqual([FIRST, SECOND]);
    expect([before === after, world.emulator.logsIn(id, before), world.emulator.logsIn(id, after)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('T1: a token is served once, by whichever process', async () => {
    const { world, app, id } = await settled();
    await rotate(world, app, 'one');
    await world.clock.advance(MINUTE_MS);
    await calm(world, app);
    expect([secretNames(world, id), (await statusOf(app)).served?.rotate]).toEqual([[FIRST, SECOND], 'one']);
  });

  test.each(['before', 'after'] as const)(
    'T2: one whose answer was lost %s its effect is issued once',
    async (when) => {
      const { world, app, id } = await settled();
      world.emulator.fault({ operation: 'create-secret', when, type: 'reset' });
      await rotate(world, app, 'one');
      expect([secretNames(world, id), await readyReason(app), (await statusOf(app)).served?.rotate]).toEqual([
        [FIRST, SECOND],
        'InSync',
        'one',
      ]);
      expect(world.emulator.logsIn(id, await clientSecretIn(world, app))).toBe(true);
      expect(await retiring(app)).toEqual([FIRST]);
    },
  );

  test.each([
    { key: 'client_id', next: 'it is asked for again' },
    { key: 'client_secret', next: 'it is asked for again' },
    { key: 'client_secret', next: 'the answer to that is lost' },
  ] as const)(
    'S7, T2: one that a process died after is issued once, though its Secret lost the key $key since and $next',
    async ({ key, next }) => {
      const { world, app, id } = await settled();
      await app.annotate({ [ROTATE]: 'one' });
      const process = await startProcess(world, { ports: dyingAfterDelivery });
      await process.pass(app).catch(() => undefined);
      const written = await dataOf(world, app);
      const ref = { resource: SECRETS, namespace: ground.namespace, name: app.secretName };
      await ground.rival.patch(ref, { type: 'merge', body: { data: { [key]: null } } }, {}, ground.signal);
      world.clock.pause(CALL_DEADLINE_MS);
      if (next === 'the answer to that is lost') {
        world.emulator.fault({ operation: 'create-secret', when: 'before', type: 'reset' });
      }
      await calm(world, app);
      expect([secretNames(world, id), await readyReason(app), (await statusOf(app)).served?.rotate]).toEqual([
        [FIRST, SECOND],
        'InSync',
        'one',
      ]);
      expect([await dataOf(world, app), await retiring(app)]).toEqual([written, [FIRST]]);
    },
  );

  test('T1, T2: what is repeated serves the request that it was begun for, and no later one', async () => {
    const { world, app, id } = await settled();
    world.emulator.fault({ operation: 'create-secret', when: 'after', type: 'reset' });
    await app.annotate({ [ROTATE]: 'one' });
    await (await startProcess(world)).pass(app);
    await app.annotate({ [ROTATE]: 'two' });
    await world.clock.advance(MINUTE_MS);
    await calm(world, app);
    expect([secretNames(world, id), (await statusOf(app)).served?.rotate]).toEqual([[FIRST, SECOND, THIRD], 'two']);
  });

  test('T2: one that a proxy asked for twice is issued once', async () => {
    const { world, app, id } = await settled();
    world.emulator.fault({ operation: 'create-secret', when: 'before', type: 'repeat' });
    await rotate(world, app, 'one');
    expect([secretNames(world, id), world.emulator.logsIn(id, await clientSecretIn(world, app))]).toEqual([
      [FIRST, SECOND],
      true,
    ]);
  });

  test('T2: it comes after the highest that the provider holds', async () => {
    const { world, app, id } = await settled();
    world.emulator.addSecret(id, 'k8s-installation-7');
    world.emulator.addSecret(id, 'k8s-another-installation-90');
    world.emulator.addSecret(id, 'by-hand');
    await rotate(world, app, 'one');
    expect(secretNames(world, id).at(-1)).toBe('k8s-installation-8');
    expect(await retiring(app)).toEqual([FIRST, 'k8s-installation-7']);
  });

  test('S3: what the Secret cannot take is deleted again, since nobody has seen it', async () => {
    const { world, app, id } = await settled();
    const before = await clientSecretIn(world, app);
    await app.annotate({ [ROTATE]: 'one' });
    const process = await startProcess(world, { ports: refusingWrites });
    for (const _ of [1, 2, 3]) {
      await process.pass(app);
      await world.clock.advance(MINUTE_MS);
    }
    expect([secretNames(world, id), await readyReason(app)]).toEqual([[FIRST], 'SecretRefused']);
    expect([await clientSecretIn(world, app), world.emulator.logsIn(id, before)]).toEqual([before, true]);

    await calm(world, app);
    expect([secretNames(world, id), await readyReason(app)]).toEqual([[FIRST, 'k8s-installation-5'], 'InSync']);
    expect([(await statusOf(app)).served?.rotate, await retiring(app)]).toEqual(['one', [FIRST]]);
  });

  test('T2, S3: none bears the name of one that was deleted so, as that deletion may arrive once more', async () => {
    const { world, app, id } = await settled();
    await app.annotate({ [ROTATE]: 'one' });
    await (await startProcess(world, { ports: refusingWrites })).pass(app);
    expect([secretNames(world, id), (await statusOf(app)).rotation?.takenBack]).toEqual([[FIRST], 2]);

    await world.clock.advance(MINUTE_MS);
    await calm(world, app);
    expect([secretNames(world, id), await readyReason(app)]).toEqual([[FIRST, THIRD], 'InSync']);
    await rotate(world, app, 'too soon');
    await world.clock.advance(MINUTE_MS);
    await calm(world, app);
    expect(secretNames(world, id)).toEqual([FIRST, THIRD, 'k8s-installation-4']);
  });

  test('T3: what is superseded counts from the moment in which its Secret was written', async () => {
    const { world, app } = await settled();
    await app.annotate({ [ROTATE]: 'one' });
    const began = world.clock.now();
    await calm(world, app, { ports: writingLate });
    const [entry] = (await statusOf(app)).rotation?.retiring ?? [];
    const written = world.clock.now();
    expect(written).toBeGreaterThan(began);
    expect(entry).toMatchObject({
      supersededAt: new Date(written).toISOString(),
      notBefore: new Date(written + DAY_MS).toISOString(),
    });
  });

  test('T3: several within one overlap all go on working, each until its own time', async () => {
    const { world, app, id } = await settled();
    await rotate(world, app, 'one');
    await world.clock.advance(DAY_MS / 2);
    await rotate(world, app, 'two');
    expect([secretNames(world, id), await retiring(app)]).toEqual([
      [FIRST, SECOND, THIRD],
      [FIRST, SECOND],
    ]);
    await world.clock.advance(DAY_MS / 2);
    await calm(world, app);
    expect([secretNames(world, id), await retiring(app)]).toEqual([[SECOND, THIRD], [SECOND]]);
    await world.clock.advance(DAY_MS / 2);
    await calm(world, app);
    expect([secretNames(world, id), await retiring(app)]).toEqual([[THIRD], []]);
  });

  test('T3: a shorter overlap said later lets nothing wait that an earlier rotation left', async () => {
    const { world, app, id } = await settled({ rotation: { overlap: '48h' } });
    await rotate(world, app, 'one');
    await app.change({ rotation: { overlap: '1h' } });
    await world.clock.advance(MINUTE_MS);
    await rotate(world, app, 'two');
    await world.clock.advance(DAY_MS / 24);
    await calm(world, app);
    expect([secretNames(world, id), await retiring(app)]).toEqual([[FIRST, THIRD], [FIRST]]);
  });

  test('T3: a longer overlap said meanwhile keeps what a rotation left, and the status says until when', async () => {
    const { world, app, id } = await settled();
    await rotate(world, app, 'one');
    await app.change({ rotation: { overlap: '48h' } });
    await world.clock.advance(DAY_MS);
    await calm(world, app);
    const [{ supersededAt = '', notBefore = '' } = {}] = (await statusOf(app)).rotation?.retiring ?? [];
    expect([secretNames(world, id), Date.parse(notBefore) - Date.parse(supersededAt)]).toEqual([
      [FIRST, SECOND],
      2 * DAY_MS,
    ]);
    await world.clock.advance(DAY_MS);
    await calm(world, app);
    expect([secretNames(world, id), await retiring(app)]).toEqual([[SECOND], []]);
  });

  test.each([
    { kind: 'SinglePage', redirectUris: ['https://shop.example.com/cb'] },
    { kind: 'Native', redirectUris: ['https://shop.example.com/cb'] },
  ] as const)('S5: a $kind client has none', async ({ kind, redirectUris }) => {
    const { world, app, id } = await settled({ type: kind, redirectUris });
    await rotate(world, app, 'one');
    await world.clock.advance(2 * DAY_MS);
    await calm(world, app);
    expect([secretNames(world, id), await readyReason(app), world.effects()]).toEqual([[], 'InSync', ['create']]);
    expect(world.emulator.journal.some(({ operation }) => operation === 'list-secrets')).toBe(false);
  });
});

describe('the superseded value beside the new one', () => {
  test('S4, T3: it is there during the overlap and gone after', async () => {
    const { world, app } = await settled(PREVIOUS);
    const before = await clientSecretIn(world, app);
    expect(Object.keys(await dataOf(world, app))).not.toContain('OLD');
    await rotate(world, app, 'one');
    expect((await dataOf(world, app))['OLD']).toBe(before);
    await world.clock.advance(DAY_MS);
    await calm(world, app);
    expect(Object.keys(await dataOf(world, app))).not.toContain('OLD');
    expect(await readyReason(app)).toBe('InSync');
  });

  test('R2, T3: it stays where a process died before it had written down what it wrote', async () => {
    const { world, app } = await settled(PREVIOUS);
    const before = await clientSecretIn(world, app);
    await app.annotate({ [ROTATE]: 'one' });
    const process = await startProcess(world, { ports: dyingAfterDelivery });
    await process.pass(app).catch(() => undefined);
    expect((await statusOf(app)).operation).toMatchObject({ type: 'rotate', serial: 2, supersedes: [FIRST] });
    world.clock.pause(CALL_DEADLINE_MS);
    await calm(world, app);
    expect([await readyReason(app), (await dataOf(world, app))['OLD'], await retiring(app)]).toEqual([
      'InSync',
      before,
      [FIRST],
    ]);
  });

  test('S7, T3: it comes back with a Secret that was deleted', async () => {
    const { world, app } = await settled(PREVIOUS);
    await rotate(world, app, 'one');
    const data = await dataOf(world, app);
    await app.loseSecret();
    await calm(world, app);
    expect([await dataOf(world, app), await readyReason(app)]).toEqual([data, 'InSync']);
  });

  test('R4, T3: it stays where the status was lost', async () => {
    const { world, app } = await settled(PREVIOUS);
    await rotate(world, app, 'one');
    const data = await dataOf(world, app);
    await app.loseStatus();
    await calm(world, app);
    expect([await dataOf(world, app), await readyReason(app)]).toEqual([data, 'InSync']);
    await world.clock.advance(DAY_MS);
    await calm(world, app);
    expect(Object.keys(await dataOf(world, app))).not.toContain('OLD');
  });

  test('S8, T3: it goes along to a new name', async () => {
    const { world, app } = await settled(PREVIOUS);
    await rotate(world, app, 'one');
    const data = await dataOf(world, app);
    const name = `${app.secretName}-new`;
    app.alsoUses(name);
    await app.change({ secret: { name } });
    await calm(world, app);
    expect((await world.secret(name))?.data).toEqual(data);
  });
});

describe('the superseded value whose key the spec names during the overlap', () => {
  test('S4, T3: is read at the provider in the next pass, nothing is issued, and it goes with the overlap', async () => {
    const { world, app, id } = await settled();
    const before = await clientSecretIn(world, app);
    await rotate(world, app, 'one');
    await app.change(PREVIOUS);
    const { happenings } = await calm(world, app);
    expect([(await dataOf(world, app))['OLD'], await readyReason(app)]).toEqual([before, 'InSync']);
    expect(happenings).toMatchObject([{ type: 'Normal', reason: 'SecretWritten' }]);
    await world.clock.advance(DAY_MS);
    await calm(world, app);
    expect(Object.keys(await dataOf(world, app))).not.toContain('OLD');
    expect([secretNames(world, id), await readyReason(app)]).toEqual([[SECOND], 'InSync']);
  });

  test('T3: is that of the secret before, though older ones work still', async () => {
    const { world, app } = await settled();
    await rotate(world, app, 'one');
    const before = await clientSecretIn(world, app);
    await world.clock.advance(MINUTE_MS);
    await rotate(world, app, 'two');
    await app.change(PREVIOUS);
    await calm(world, app);
    expect((await dataOf(world, app))['OLD']).toBe(before);
  });

  test('S8: comes along with another name of the Secret', async () => {
    const { world, app } = await settled();
    const before = await clientSecretIn(world, app);
    await rotate(world, app, 'one');
    const name = `${app.secretName}-new`;
    app.alsoUses(name);
    await app.change({ secret: { name, ...PREVIOUS.secret } });
    await calm(world, app);
    expect([(await world.secret(name))?.data['OLD'], await readyReason(app)]).toEqual([before, 'InSync']);
  });

  test('S7: comes with the value that a lost Secret gets back', async () => {
    const { world, app } = await settled();
    const before = await clientSecretIn(world, app);
    await rotate(world, app, 'one');
    await app.change(PREVIOUS);
    await app.loseSecret();
    await calm(world, app);
    expect([(await dataOf(world, app))['OLD'], await readyReason(app)]).toEqual([before, 'InSync']);
  });

  test('S4: is written once more where somebody took it off', async () => {
    const { world, app } = await settled(PREVIOUS);
    await rotate(world, app, 'one');
    const data = await dataOf(world, app);
    const ref = { resource: SECRETS, namespace: ground.namespace, name: app.secretName };
    await ground.rival.patch(ref, { type: 'merge', body: { data: { OLD: null } } }, {}, ground.signal);
    await calm(world, app);
    expect([await dataOf(world, app), await readyReason(app)]).toEqual([data, 'InSync']);
  });

  test('T3: is not there where somebody deleted that secret, which is asked for once', async () => {
    const { world, app, id } = await settled();
    await rotate(world, app, 'one');
    world.emulator.removeSecret(id, FIRST);
    const process = await startProcess(world);
    const before = world.emulator.journal.length;
    await app.change(PREVIOUS);
    await process.calm(app);
    expect([Object.keys(await dataOf(world, app)).includes('OLD'), await readyReason(app)]).toEqual([false, 'InSync']);
    expect(world.emulator.journal.slice(before).map(({ operation }) => operation)).toEqual(['show', 'list-secrets']);
  });

  test('S4: is not asked for when there is none', async () => {
    const { world, app } = await settled();
    const process = await startProcess(world);
    const calls = world.emulator.journal.length;
    await app.change(PREVIOUS);
    await process.calm(app);
    expect([world.emulator.journal.length, await readyReason(app)]).toEqual([calls, 'InSync']);
  });
});

describe('at adoption', () => {
  async function adopted(
    secret: 'Keep' | 'Rotate',
    prepare: (world: LogtoWorld, id: string) => void = () => undefined,
  ): Promise<{ readonly world: LogtoWorld; readonly app: App; readonly id: string }> {
    const world = await openLogtoWorld(ground);
    const { id } = world.emulator.createByHand({ name: 'Theirs', type: 'Traditional' });
    prepare(world, id);
    await letAdopt(world, [id]);
    const app = await world.create({ deletionPolicy: 'Delete', adopt: { applicationId: id, secret } });
    await calm(world, app);
    return { world, app, id };
  }

  test('A1: Keep needs no Secret where the provider shows the value', async () => {
    const { world, app, id } = await adopted('Keep');
    expect([await readyReason(app), secretNames(world, id)]).toEqual(['InSync', [FIRST]]);
    expect(world.emulator.logsIn(id, await clientSecretIn(world, app))).toBe(true);
  });

  test('T2: the Default secret is retired once another was delivered', async () => {
    const { world, app, id } = await adopted('Keep');
    await rotate(world, app, 'one');
    await world.clock.advance(DAY_MS);
    await calm(world, app);
    expect(secretNames(world, id)).toEqual([SECOND]);
  });

  test('T2: a secret from before 1.19 is kept, and is retired like the Default secret', async () => {
    const { world, app, id } = await adopted('Keep', ({ emulator }, adoptedId) => {
      emulator.removeSecret(adoptedId, FIRST);
      emulator.setLegacySecret(adoptedId, LEGACY_VALUE);
    });
    expect(await clientSecretIn(world, app)).toBe(LEGACY_VALUE);
    await rotate(world, app, 'one');
    expect(world.emulator.logsIn(id, LEGACY_VALUE)).toBe(true);
    await world.clock.advance(DAY_MS);
    await calm(world, app);
    expect(world.emulator.logsIn(id, LEGACY_VALUE)).toBe(false);
    expect([secretNames(world, id), world.effects()]).toEqual([
      [SECOND],
      ['merge-custom-data', 'update', 'create-secret', 'delete-legacy-secret'],
    ]);
  });

  test('T2: a secret from before 1.19 goes along with the Default secret that was in use', async () => {
    const { world, app, id } = await adopted('Keep', ({ emulator }, adoptedId) =>
      emulator.setLegacySecret(adoptedId, LEGACY_VALUE),
    );
    expect(await clientSecretIn(world, app)).not.toBe(LEGACY_VALUE);
    await rotate(world, app, 'one');
    expect([await retiring(app), world.emulator.logsIn(id, LEGACY_VALUE)]).toEqual([[FIRST, LEGACY], true]);
    expect(await readyMessage(app)).toContain(LEGACY);
    await world.clock.advance(DAY_MS);
    await calm(world, app);
    expect([secretNames(world, id), world.emulator.logsIn(id, LEGACY_VALUE)]).toEqual([[SECOND], false]);
  });

  test('A1: a lost answer to the first rotation leaves nothing behind that was there before', async () => {
    const { world, app, id } = await adopted('Rotate', ({ emulator }, adoptedId) => {
      emulator.setLegacySecret(adoptedId, LEGACY_VALUE);
      emulator.fault({ operation: 'create-secret', when: 'after', type: 'reset' });
    });
    expect([await readyReason(app), secretNames(world, id), await retiring(app)]).toEqual([
      'InSync',
      [FIRST, SECOND],
      [FIRST, LEGACY],
    ]);
    await world.clock.advance(DAY_MS);
    await calm(world, app);
    expect([secretNames(world, id), world.emulator.logsIn(id, LEGACY_VALUE)]).toEqual([[SECOND], false]);
  });

  test('T2: what goes on working beside a new secret is told of', async () => {
    const { world, app } = await adopted('Keep', ({ emulator, clock }, adoptedId) => {
      emulator.setLegacySecret(adoptedId, LEGACY_VALUE);
      clock.pause(1000);
      emulator.addSecret(adoptedId, 'in use');
    });
    const { happenings } = await rotate(world, app, 'one');
    const [note] = happenings.filter(({ reason }) => reason === 'Rotated').map((happening) => happening.note);
    for (const name of [FIRST, LEGACY, 'in use']) expect(note).toContain(name);
  });

  test('T2: what a person made is left alone, whether it was the one in use or not', async () => {
    const { world, app, id } = await adopted('Keep', ({ emulator, clock }, adoptedId) => {
      emulator.addSecret(adoptedId, 'beside');
      clock.pause(1000);
      emulator.addSecret(adoptedId, 'in use');
    });
    const kept = await clientSecretIn(world, app);
    await rotate(world, app, 'one');
    await world.clock.advance(DAY_MS);
    await calm(world, app);
    await world.clock.advance(8 * DAY_MS);
    await calm(world, app);
    expect(secretNames(world, id)).toEqual([FIRST, 'beside', 'in use', SECOND]);
    expect([world.emulator.logsIn(id, kept), await retiring(app)]).toEqual([true, []]);
  });

  test('A1: Rotate issues another, and what was there goes on working for the overlap', async () => {
    const { world, app, id } = await adopted('Rotate');
    expect([await readyReason(app), secretNames(world, id), await retiring(app)]).toEqual([
      'InSync',
      [FIRST, SECOND],
      [FIRST],
    ]);
  });

  test('A1: Rotate is done once, whatever becomes of the Secret', async () => {
    const { world, app, id } = await adopted('Rotate');
    await app.loseSecret();
    await calm(world, app);
    expect([await readyReason(app), secretNames(world, id)]).toEqual(['InSync', [FIRST, SECOND]]);
  });
});

function refusingWrites(ports: Ports): Ports {
  const write: Ports['secrets']['write'] = (owner, draft, over, mode, signal) =>
    mode === 'rehearse'
      ? ports.secrets.write(owner, draft, over, mode, signal)
      : Promise.reject(new ClusterError('refused', 'quota'));
  return { ...ports, secrets: { ...ports.secrets, write } };
}

/** The first try is lost on the way, and the next comes after a pause. */
function writingLate(ports: Ports): Ports {
  let tries = 0;
  const write: Ports['secrets']['write'] = (owner, draft, over, mode, signal) =>
    mode === 'commit' && ++tries < 4
      ? Promise.reject(new ClusterError('unavailable', 'no answer'))
      : ports.secrets.write(owner, draft, over, mode, signal);
  return { ...ports, secrets: { ...ports.secrets, write } };
}

function dyingAfterDelivery(ports: Ports): Ports {
  let dead = false;
  const write: Ports['secrets']['write'] = async (owner, draft, over, mode, signal) => {
    const head = await ports.secrets.write(owner, draft, over, mode, signal);
    if (mode === 'commit') dead = true;
    return head;
  };
  const writeStatus: Ports['applications']['writeStatus'] = (application, status, signal) =>
    dead ? Promise.reject(new Error('dead')) : ports.applications.writeStatus(application, status, signal);
  return {
    ...ports,
    secrets: { ...ports.secrets, write },
    applications: { ...ports.applications, writeStatus },
  };
}
