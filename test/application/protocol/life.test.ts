import { beforeAll, describe, expect, test } from 'vitest';
import { ANNOTATIONS, FINALIZERS, SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import type { Workload, Workloads } from '../../../src/application/ports/workloads.ts';
import { Redacted } from '../../../src/credentials.ts';
import { OAUTH_APPLICATIONS, SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld } from '../../support/bench/logto.ts';
import { CALL_DEADLINE_MS, REGISTER_ANEW, ROTATE, SETTLING_MS, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi } from '../../support/bench/settled.ts';
import { silentAfterSecret } from '../../support/bench/silent.ts';
import { type App, logsIn, openWorld, readyReason, remove, statusOf, type World } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const NOT_FOUND = { type: 'status', status: 404, body: '{"error":"not_found"}' } as const;

/** A world whose provider object lets these registrations be adopted. */
async function openTo(...ids: readonly string[]): Promise<World> {
  const world = await openWorld(ground);
  await world.changeProvider({ spec: { access: [{ adoptable: ids }] } });
  return world;
}

const secretRef = (name: string) => ({ resource: SECRETS, namespace: ground.namespace, name });

async function putSecret(name: string, stringData: Readonly<Record<string, string>>): Promise<string> {
  await ground.client.create(
    SECRETS,
    { metadata: { name, namespace: ground.namespace }, stringData },
    {},
    ground.signal,
  );
  return name;
}

async function messageOf(app: App): Promise<string | undefined> {
  return (await statusOf(app)).conditions?.find(({ type }) => type === 'Ready')?.message;
}

const OLD_SITE = { redirectUris: ['https://shop.example.com/cb'] };
const ADOPTED = { displayName: 'Shop', deletionPolicy: 'Retain' } as const;

/** An application that is to adopt a registration together with the user's own Secret. */
async function takingOver() {
  const world = await openTo('1');
  const { application, clientSecret = '' } = world.emulator.createByHand('Shop', OLD_SITE);
  const data = { client_id: application.clientId, client_secret: clientSecret };
  const name = await putSecret(`${world.provider}-taken`, data);
  const adopt = { applicationId: '1', secretRef: { name } };
  const app = await world.create({ ...ADOPTED, secret: { name }, adopt });
  return { world, app, name, data };
}

describe('adoption', () => {
  test('A1: keeps the secret in use, proved by a login, and registers nothing', async () => {
    const world = await openTo('1');
    const { application, clientSecret = '' } = world.emulator.createByHand('Old shop', OLD_SITE);
    const name = await putSecret(`${world.provider}-used`, {
      client_id: application.clientId,
      client_secret: clientSecret,
    });
    const app = await world.create({ ...ADOPTED, adopt: { applicationId: '1', secretRef: { name } } });
    await (await startProcess(world)).settle(app);

    expect([await readyReason(app), world.effects()]).toEqual(['InSync', ['update']]);
    expect((await world.secret(app.secretName))?.data).toEqual({
      client_id: application.clientId,
      client_secret: clientSecret,
    });
    expect(await world.secret(name)).toBeDefined();
  });

  test('A1: Rotate issues a new secret once', async () => {
    const world = await openTo('1');
    world.emulator.createByHand('Shop', OLD_SITE);
    const app = await world.create({ ...ADOPTED, adopt: { applicationId: '1', secret: 'Rotate' } });
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), world.effects(), await logsIn(world, app.secretName)]).toEqual([
      'InSync',
      ['rotate'],
      true,
    ]);
  });

  test('A1, R10: register-anew waits while the block names what is held, which would be adopted once more', async () => {
    const world = await openTo('1');
    world.emulator.createByHand('Shop', OLD_SITE);
    const app = await world.create({ ...ADOPTED, adopt: { applicationId: '1', secret: 'Rotate' } });
    const process = await startProcess(world);
    await process.settle(app);
    await world.clock.advance(60_000);
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await process.settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['AdoptionConflict', ['rotate']]);

    await app.change({ adopt: null });
    await process.settle(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', '2']);
    expect([world.live().length, await logsIn(world, app.secretName)]).toEqual([2, true]);
  });

  test('A1: a Secret of the wanted name is taken over when it holds nothing else', async () => {
    const { world, app, name, data } = await takingOver();
    await (await startProcess(world)).settle(app);
    const secret = await world.secret(name);
    expect([await readyReason(app), secret?.data]).toEqual(['InSync', data]);
    expect(secret?.object.metadata.annotations).toHaveProperty([SECRET_ANNOTATIONS.seal]);
  });

  test('A1, S1: one that was taken over goes on after a crash, though the block is taken away before the next look', async () => {
    const { world, app, name, data } = await takingOver();
    const doomed = await startProcess(world, { ports: (ports) => silentAfterSecret(ports) });
    await expect(doomed.pass(app)).rejects.toMatchObject({ code: 'unavailable' });
    await app.change({ adopt: null });

    await (await startProcess(world)).settle(app);

    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', '1']);
    expect([(await world.secret(name))?.data, world.live().length]).toEqual([data, 1]);
  });

  test.each([
    { why: 'the provider object does not list it', adoptable: '2', data: {}, reason: 'AccessDenied' },
    { why: 'the value does not log in', adoptable: '1', data: { client_secret: 'another' }, reason: 'AdoptionRefused' },
    { why: 'the client id is another', adoptable: '1', data: { client_id: 'another' }, reason: 'AdoptionRefused' },
    { why: 'a key of somebody’s would be lost', adoptable: '1', data: { cookie: 'x' }, reason: 'AdoptionRefused' },
  ])('A1: is refused where $why', async ({ adoptable, data, reason }) => {
    const world = await openTo(adoptable);
    const { application, clientSecret = '' } = world.emulator.createByHand('Shop', OLD_SITE);
    const whole = { client_id: application.clientId, client_secret: clientSecret, ...data };
    const name = await putSecret(`${world.provider}-used`, whole);
    const app = await world.create({
      ...ADOPTED,
      secret: { name },
      adopt: { applicationId: '1', secretRef: { name } },
    });
    await (await startProcess(world)).pass(app);
    expect([await readyReason(app), world.effects(), (await world.secret(name))?.data]).toEqual([reason, [], whole]);
    expect((await app.get()).metadata.finalizers).toBeUndefined();
  });

  test('A1: what another application holds is not adopted', async () => {
    const world = await openTo('1');
    const process = await startProcess(world);
    const owner = await world.create({}, 'owner');
    await process.settle(owner);
    const thief = await world.create({ ...ADOPTED, adopt: { applicationId: '1', secret: 'Rotate' } }, 'thief');
    await process.pass(thief);
    expect([await readyReason(thief), world.effects()]).toEqual(['NameTaken', ['create', 'update']]);
  });

  test('A1: once registered, another id in the block is a conflict, and taking the block away is free', async () => {
    const { world, app } = await openSettledAtLogi(ground, { deletionPolicy: 'Retain' });
    await app.change({ adopt: { applicationId: '9', secret: 'Rotate' } });
    const process = await startProcess(world);
    await process.pass(app);
    expect(await readyReason(app)).toBe('AdoptionConflict');
    await app.change({ adopt: null });
    await process.settle(app);
    expect(await readyReason(app)).toBe('InSync');
  });
});

/** An object that looks at registration 1, in a world that lets this one be adopted. */
async function observing(adoptable: string) {
  const world = await openTo(adoptable);
  world.emulator.createByHand('Old shop', OLD_SITE);
  const adopt = { applicationId: '1', secret: 'Rotate' } as const;
  return { world, app: await world.create({ ...ADOPTED, management: 'Observe', adopt }) };
}

describe('observing', () => {
  test('A3: says what would change, and writes nothing but the status', async () => {
    const { world, app } = await observing('1');
    await (await startProcess(world)).pass(app);
    const { plan, applicationId } = await statusOf(app);
    expect([await readyReason(app), plan, applicationId]).toEqual([
      'Observed',
      [{ path: 'displayName', from: '"Old shop"', to: '"Shop"' }],
      undefined,
    ]);
    expect([world.effects(), await world.secret(app.secretName)]).toEqual([[], undefined]);
    expect((await app.get()).metadata.finalizers).toBeUndefined();
  });

  test('A3, D3: whoever put our finalizer on it, it goes', async () => {
    const { world, app } = await observing('1');
    const ref = { resource: OAUTH_APPLICATIONS, namespace: ground.namespace, name: app.name };
    const body = { metadata: { finalizers: [FINALIZERS.registration] } };
    await ground.client.patch(ref, { type: 'merge', body }, {}, ground.signal);
    await app.delete();
    await (await startProcess(world)).settle(app);
    expect([await app.find(), world.effects(), world.live().length]).toEqual([undefined, [], 1]);
  });

  test('A3: what cannot be adopted is not shown either', async () => {
    const { world, app } = await observing('2');
    await (await startProcess(world)).pass(app);
    expect([await readyReason(app), (await statusOf(app)).plan]).toEqual(['AccessDenied', undefined]);
  });
});

describe('retaining and taking back', () => {
  test('D4, S9: registration and Secret stay, and the same object takes both back with its id and value', async () => {
    const { world, app } = await openSettledAtLogi(ground, { deletionPolicy: 'Retain' });
    const before = await world.secret(app.secretName);
    expect(before?.object.metadata.ownerReferences ?? []).toEqual([]);
    const process = await startProcess(world);
    await app.delete();
    await process.settle(app);
    expect([await app.find(), world.live().length]).toEqual([undefined, 1]);

    const again = await world.createAgain(app);
    await process.settle(again);
    expect([await readyReason(again), world.effects()]).toEqual(['InSync', ['create', 'update']]);
    expect((await world.secret(app.secretName))?.data).toEqual(before?.data);
  });

  test.each([
    ['logi', 'Reissue', async () => openWorld(ground), 'InSync'],
    ['logi', 'Wait', async () => openWorld(ground), 'SecretLost'],
    ['Logto', 'Wait', async () => openLogtoWorld(ground), 'InSync'],
  ] as const)(
    'R9, S7: what %s retained is taken back though its value was taken out of the Secret, with onSecretLoss: %s',
    async (_, onSecretLoss, open, reason) => {
      const world = await open();
      const app = await world.create({ deletionPolicy: 'Retain', rotation: { onSecretLoss } });
      const process = await startProcess(world);
      await process.settle(app);
      const { applicationId } = await statusOf(app);
      await app.delete();
      await process.settle(app);
      await ground.client.patch(
        secretRef(app.secretName),
        { type: 'merge', body: { data: { client_secret: null } } },
        {},
        ground.signal,
      );

      const again = await world.createAgain(app);
      await process.settle(again);
      expect([await readyReason(again), (await statusOf(again)).applicationId]).toEqual([reason, applicationId]);
      expect(world.live()).toHaveLength(1);
    },
  );

  test('S9: a policy that changes takes the owner off the Secret before anything is deleted, and puts it back', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    const owners = async () => (await world.secret(app.secretName))?.object.metadata.ownerReferences?.length ?? 0;
    expect(await owners()).toBe(1);
    await app.change({ deletionPolicy: 'Retain' });
    await process.settle(app);
    expect(await owners()).toBe(0);
    await app.change({ deletionPolicy: 'Delete' });
    await process.settle(app);
    expect([await owners(), world.effects()]).toEqual([1, ['create', 'update']]);
  });

  test('S9: takes the owner off while the object is suspended, too, and wakes up with everything in step', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    const owners = async () => (await world.secret(app.secretName))?.object.metadata.ownerReferences?.length ?? 0;
    await app.change({ deletionPolicy: 'Retain', suspend: true });
    const calls = world.emulator.journal.length;
    await process.pass(app);
    await process.pass(app);
    expect([await owners(), await readyReason(app)]).toEqual([0, 'Suspended']);
    expect(world.emulator.journal).toHaveLength(calls);

    await app.change({ suspend: false });
    await process.settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['InSync', ['create', 'update']]);
  });

  test('D2: a retained registration that is gone meanwhile is registered anew', async () => {
    const { world, app } = await openSettledAtLogi(ground, { deletionPolicy: 'Retain' });
    await app.delete();
    await (await startProcess(world)).settle(app);
    world.emulator.edit(1, { softDeleted: true });
    const again = await world.createAgain(app);
    await (await startProcess(world)).settle(again);
    expect([await readyReason(again), (await statusOf(again)).applicationId]).toEqual(['InSync', '2']);
    expect(await logsIn(world, app.secretName)).toBe(true);
  });

  const MUTATIONS: readonly [what: string, ask: (app: App) => Promise<void>][] = [
    ['an edit', (app) => app.change({ displayName: 'Store' })],
    ['a request to rotate', (app) => app.annotate({ [ROTATE]: 'now' })],
  ];

  test.each(MUTATIONS)('D2: what %s finds missing is registered anew before the next inventory', async (_, ask) => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    world.emulator.deleteByHand(1);
    await world.clock.advance(61_000);
    await ask(app);
    await process.settle(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', '2']);
    expect(await logsIn(world, app.secretName)).toBe(true);
  });

  test.each(MUTATIONS)('D2: what %s finds missing and the listing shows is not registered anew', async (_, ask) => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    await world.clock.advance(61_000);
    for (const operation of ['update', 'rotate', 'show'] as const) {
      world.emulator.fault({ operation, when: 'before', ...NOT_FOUND });
    }
    await ask(app);
    await process.pass(app);
    expect(await readyReason(app)).toBe('RegistrationGone');
    await process.settle(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', '1']);
    expect(world.live()).toHaveLength(1);
  });

  test('R9: a backup that kept finalizer and Secret, and lost status, uid and owners, goes on as before', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const before = await world.secret(app.secretName);
    const restored = await world.restore(app, 'with-secret');
    await (await startProcess(world)).settle(restored);
    expect([await readyReason(restored), world.effects()]).toEqual(['InSync', ['create', 'update']]);
    expect((await world.secret(app.secretName))?.data).toEqual(before?.data);
  });

  test('S10: a value that was replaced since the backup is found out at once, and issued anew', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    world.emulator.rotateByHand(1);
    const restored = await world.restore(app, 'with-secret');
    await (await startProcess(world)).settle(restored);
    expect([await readyReason(restored), await logsIn(world, app.secretName), world.effects()]).toEqual([
      'InSync',
      true,
      ['create', 'update', 'rotate'],
    ]);
  });

  test('S10: so is one whose first try at the provider had no answer', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    world.emulator.rotateByHand(1);
    const restored = await world.restore(app, 'with-secret');
    world.emulator.fault({ operation: 'token', when: 'before', type: 'status', status: 429 });
    const process = await startProcess(world);
    await process.pass(restored);
    await world.clock.advance(SETTLING_MS + CALL_DEADLINE_MS);
    await process.pass(restored);
    expect(await readyReason(restored)).toBe('ProviderUnavailable');
    await process.settle(restored);
    expect([await readyReason(restored), await logsIn(world, app.secretName), world.effects()]).toEqual([
      'InSync',
      true,
      ['create', 'update', 'rotate'],
    ]);
  });

  test('S10: a value of which the provider can never say whether it works is as good as before', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    world.emulator.set({ tokenCheck: 'grant-first' });
    const restored = await world.restore(app, 'with-secret');
    await (await startProcess(world)).settle(restored);
    expect([await readyReason(restored), world.effects()]).toEqual(['InSync', ['create', 'update']]);
  });

  test('S10: so is one that was replaced before a status was lost, though its Secret is as it was written', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    world.emulator.rotateByHand(1);
    await app.loseStatus();
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), await logsIn(world, app.secretName), world.effects()]).toEqual([
      'InSync',
      true,
      ['create', 'update', 'rotate'],
    ]);
  });

  test('R9: a backup without the Secret creates nothing on a guess, and adoption is a way out', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const restored = await world.restore(app, 'without-secret');
    const process = await startProcess(world);
    await process.pass(restored);
    expect([await readyReason(restored), world.live().length]).toEqual(['StatusLost', 1]);

    await world.changeProvider({ spec: { access: [{ adoptable: ['1'] }] } });
    await process.serve();
    await restored.change({ deletionPolicy: 'Delete', adopt: { applicationId: '1', secret: 'Rotate' } });
    await process.settle(restored);
    expect([await readyReason(restored), world.effects()]).toEqual(['InSync', ['create', 'update', 'rotate']]);
  });

  test('R9: a backup in another cluster is not taken back by a seal that nobody there can check, and adoption is', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const before = await world.secret(app.secretName);
    const restored = await world.restore(app, 'with-secret');
    const elsewhere = { ...world, installation: { ...world.installation, key: new Redacted('0ff5'.repeat(16)) } };
    await world.changeProvider({ spec: { access: [{ adoptable: ['1'] }] } });
    const process = await startProcess(elsewhere);
    await process.pass(restored);
    expect(await readyReason(restored)).toBe('StatusLost');

    const adopt = { applicationId: '1', secretRef: { name: app.secretName } };
    await restored.change({ deletionPolicy: 'Delete', adopt });
    await process.settle(restored);
    expect([await readyReason(restored), world.effects()]).toEqual(['InSync', ['create', 'update']]);
    expect((await world.secret(app.secretName))?.data).toEqual(before?.data);
  });

  test('R9: a Secret of another installation in the way is said to be one', async () => {
    const { world, app } = await openSettledAtLogi(ground, { deletionPolicy: 'Retain' });
    await app.delete();
    await (await startProcess(world)).settle(app);
    const again = await world.createAgain(app);
    const elsewhere = { ...world, installation: { ...world.installation, key: new Redacted('0ff5'.repeat(16)) } };
    await (await startProcess(elsewhere)).pass(again);
    expect([await readyReason(again), await messageOf(again)]).toEqual([
      'SecretNotOurs',
      expect.stringContaining('another installation'),
    ]);
  });

  test('R4, R10: what an earlier namespace of the name retained waits for a person', async () => {
    const { world, app } = await openSettledAtLogi(ground, { deletionPolicy: 'Retain' });
    await app.delete();
    await (await startProcess(world)).settle(app);
    const again = await world.createAgain(app);
    const elsewhere = { namespaces: { uid: () => Promise.resolve('another-namespace') } };
    const process = await startProcess(world, { ports: (ports) => ({ ...ports, ...elsewhere }) });
    await process.pass(again);
    expect([await readyReason(again), world.effects()]).toEqual(['RetainedRegistrationFound', ['create', 'update']]);

    const uid = (await world.secret(app.secretName))?.object.metadata.annotations?.[SECRET_ANNOTATIONS.namespaceUid];
    expect(await messageOf(again)).toContain(uid);
    const release = { [ANNOTATIONS.releaseRetained]: `${ground.namespace}=${uid}` };
    await world.changeProvider({ metadata: { annotations: release } });
    await process.settle(again);
    expect([await readyReason(again), world.effects()]).toEqual(['InSync', ['create', 'update']]);
  });

  test('R10: register-anew leaves the retained one alone', async () => {
    const { world, app } = await openSettledAtLogi(ground, { deletionPolicy: 'Retain' });
    await app.delete();
    await (await startProcess(world)).settle(app);
    const again = await world.createAgain(app, { [REGISTER_ANEW]: 'yes' });
    await (await startProcess(world)).settle(again);
    expect([await readyReason(again), (await statusOf(again)).applicationId, world.live().length]).toEqual([
      'InSync',
      '2',
      2,
    ]);
  });
});

describe('leaving', () => {
  test('D1: with status and Secret lost a deletion says so instead of leaving the registration silently', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await remove(ground, secretRef(app.secretName));
    await app.loseStatus();
    await app.delete();
    const process = await startProcess(world);
    await process.pass(app);
    expect(await readyReason(app)).toBe('DeletionBlocked');

    await app.annotate({ [ANNOTATIONS.abandon]: 'true' });
    await process.settle(app);
    expect([await app.find(), process.happenings.at(-1)?.reason]).toEqual([undefined, 'Abandoned']);
  });

  test('D3: abandon lets a deletion end after a failed try, and is ignored while the provider answers', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.annotate({ [ANNOTATIONS.abandon]: 'true' });
    const other = await world.create({}, 'other');
    const process = await startProcess(world);
    await process.settle(other);
    await app.delete();
    await process.settle(app);
    expect(world.live()).toHaveLength(1);

    await other.delete();
    world.emulator.fault({ operation: 'delete', when: 'before', type: 'status', status: 503, times: 'always' });
    await process.pass(other);
    expect((await other.find())?.metadata.finalizers).toContain(FINALIZERS.registration);
    await other.annotate({ [ANNOTATIONS.abandon]: 'true' });
    await process.settle(other);
    expect([await other.find(), world.live().length]).toEqual([undefined, 1]);
  });
});

describe('the Secret under another name', () => {
  test('S8: takes the value along, and the former one goes after its time', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const before = await world.secret(app.secretName);
    const name = `${app.name}-renamed`;
    await app.change({ secret: { name } });
    app.alsoUses(name);
    const process = await startProcess(world);
    await process.pass(app);
    expect([await readyReason(app), (await world.secret(name))?.data]).toEqual(['InSync', before?.data]);
    expect(await world.secret(app.secretName)).toBeDefined();

    await process.settle(app);
    expect([await world.secret(app.secretName), (await statusOf(app)).formerSecrets]).toEqual([undefined, undefined]);
    expect(world.effects()).toEqual(['create', 'update']);
  });

  test.each([
    { rotation: {}, hours: 1 },
    { rotation: { overlap: '3h' }, hours: 3 },
  ])('S8: the former one stays for $hours h under rotation $rotation', async ({ rotation, hours }) => {
    const { world, app } = await openSettledAtLogi(ground, { rotation });
    const name = `${app.name}-renamed`;
    await app.change({ secret: { name } });
    app.alsoUses(name);
    await (await startProcess(world)).pass(app);
    const [former] = (await statusOf(app)).formerSecrets ?? [];
    expect(Date.parse(former?.removeAfter ?? '') - world.clock.now()).toBe(hours * 3_600_000);
  });

  test('S8: under Referencing the former one goes before its time, once no workload uses it any more', async () => {
    const { world, app } = await openSettledAtLogi(ground, { rotation: { restart: 'Referencing', overlap: '48h' } });
    const name = `${app.name}-renamed`;
    const user: Workload = {
      kind: 'Deployment',
      namespace: ground.namespace,
      name: 'shop',
      uid: 'shop',
      secretName: app.secretName,
      rolledFor: undefined,
    };
    let users: readonly Workload[] = [user];
    const using: Workloads['using'] = (_, secretName) =>
      Promise.resolve(users.filter((each) => each.secretName === secretName));
    const process = await startProcess(world, {
      ports: (ports) => ({ ...ports, workloads: { ...ports.workloads, using } }),
    });
    await app.change({ secret: { name } });
    app.alsoUses(name);
    await process.calm(app);
    expect([await readyReason(app), await world.secret(app.secretName)]).toEqual(['InSync', expect.anything()]);

    users = [{ ...user, secretName: name }];
    await process.calm(app);
    expect([await world.secret(app.secretName), (await statusOf(app)).formerSecrets]).toEqual([undefined, undefined]);
    expect(await logsIn(world, name)).toBe(true);
  });

  test('S8: with the former one gone the value is lost, and issued once under the new name', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await remove(ground, secretRef(app.secretName));
    const name = `${app.name}-renamed`;
    await app.change({ secret: { name } });
    app.alsoUses(name);
    await (await startProcess(world)).settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['InSync', ['create', 'update', 'rotate']]);
    expect(await logsIn(world, name)).toBe(true);
  });

  test('S1: is not written over somebody’s Secret', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const name = await putSecret(`${app.name}-theirs`, { theirs: 'value' });
    await app.change({ secret: { name } });
    app.alsoUses(name);
    const process = await startProcess(world);
    await process.pass(app);
    expect([await readyReason(app), (await world.secret(name))?.data]).toEqual(['SecretNotOurs', { theirs: 'value' }]);
    expect(await logsIn(world, app.secretName)).toBe(true);
  });
});

describe('fields that come and go', () => {
  const LINKS = { webhookUrl: 'https://hooks.example.com/logi', appLinkUrl: 'https://app.example.com/open' };

  test('what was set and is left out later is cleared once, and what was never set is the provider’s', async () => {
    const { world, app } = await openSettledAtLogi(ground, { logi: LINKS });
    expect(world.live()).toMatchObject([LINKS]);
    expect((await statusOf(app)).enforced).toEqual(['logi.webhookUrl', 'logi.appLinkUrl']);
    await app.change({ logi: { appLinkUrl: null } });
    const process = await startProcess(world);
    await process.settle(app);
    expect(world.live()).toMatchObject([{ webhookUrl: LINKS.webhookUrl, appLinkUrl: undefined }]);

    world.emulator.edit(1, { appLinkUrl: 'https://console.example.com/' });
    await (await startProcess(world)).settle(app);
    expect(world.live()).toMatchObject([{ appLinkUrl: 'https://console.example.com/' }]);
  });

  test('a webhook’s signing secret is said not to be delivered, and where it is', async () => {
    const { app } = await openSettledAtLogi(ground, { logi: { webhookUrl: LINKS.webhookUrl } });
    expect(await messageOf(app)).toMatch(/signing secret of spec\.logi\.webhookUrl is not delivered.*console/);
  });

  test.each([
    { field: 'overlap', rotation: { overlap: '24h' } },
    { field: 'retireAfter', rotation: { retireAfter: '24h' } },
  ])('$field cannot be had for superseded secrets, which is said and refuses nothing', async ({ field, rotation }) => {
    const { app } = await openSettledAtLogi(ground, { rotation });
    expect([await readyReason(app), await messageOf(app)]).toEqual([
      'InSync',
      expect.stringContaining(`spec.rotation.${field} keeps no superseded secret working`),
    ]);
  });
});

describe('rotations that nobody asks for', () => {
  test('T1: a scheduled one comes in its time, once, and the status says when the next is', async () => {
    const world = await openWorld(ground);
    const app = await world.create({ rotation: { interval: '24h' } });
    const process = await startProcess(world);
    await process.pass(app);
    const next = Date.parse((await statusOf(app)).rotation?.nextRotationAt ?? '');
    expect(next).toBeGreaterThan(world.clock.now() + 21 * 3_600_000);
    expect(next).toBeLessThanOrEqual(world.clock.now() + 24 * 3_600_000 + 60_000);

    await world.clock.advance(24 * 3_600_000);
    await process.serve();
    await process.pass(app);
    await process.pass(app);
    expect(world.effects()).toEqual(['create', 'update', 'rotate']);
    expect(await logsIn(world, app.secretName)).toBe(true);
  });

  test('T6: one comes in its time though the last was written by a clock that was a year ahead', async () => {
    const world = await openWorld(ground);
    const app = await world.create({ rotation: { interval: '24h' } });
    const process = await startProcess(world);
    await process.pass(app);
    await app.forge({ rotation: { lastRotatedAt: new Date(world.clock.now() + 8760 * 3_600_000).toISOString() } });
    await process.pass(app);
    const next = Date.parse((await statusOf(app)).rotation?.nextRotationAt ?? '');
    expect(next).toBeLessThanOrEqual(world.clock.now() + 24 * 3_600_000 + 60_000);

    await world.clock.advance(24 * 3_600_000);
    await process.serve();
    await process.pass(app);
    expect(world.effects().filter((operation) => operation === 'rotate')).toHaveLength(1);
  });

  test('S7: after the second loss within a day only a token goes on, and the rival is named', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const process = await startProcess(world);
    await remove(ground, secretRef(app.secretName));
    await process.settle(app);
    await world.clock.advance(60_000);
    const data = { client_secret: Buffer.from('theirs').toString('base64') };
    await ground.rival.patch(secretRef(app.secretName), { type: 'merge', body: { data } }, {}, ground.signal);
    await process.settle(app);
    expect([await readyReason(app), await messageOf(app)]).toEqual([
      'SecretContested',
      expect.stringContaining('somebody-else'),
    ]);
    expect(world.effects()).toEqual(['create', 'update', 'rotate']);

    await app.annotate({ [ROTATE]: 'now' });
    await process.settle(app);
    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
  });
});
