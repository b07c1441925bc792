import { beforeAll, describe, expect, test } from 'vitest';
import { ANNOTATIONS, FINALIZERS, SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import { OAUTH_APPLICATIONS, SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, letAdopt, openLogtoWorld } from '../../support/bench/logto.ts';
import {
  anotherCluster,
  anotherInstallation,
  markAt,
  markedObject,
  markOn,
  registeredElsewhere,
  remark,
} from '../../support/bench/marks.ts';
import { REGISTER_ANEW, startProcess } from '../../support/bench/process.ts';
import { calm, openSettled } from '../../support/bench/settled.ts';
import { type App, logsIn, readyMessage, readyReason, type SpecChange, statusOf } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** Reason, and id in the status. */
async function standing(app: App): Promise<readonly unknown[]> {
  return [await readyReason(app), (await statusOf(app)).applicationId];
}

const ids = (world: LogtoWorld): readonly string[] => world.live().map(({ id }) => id);

describe('found by its mark', () => {
  test('R3: one listing serves all creates', async () => {
    const world = await openLogtoWorld(ground);
    const [one, other] = [await world.create(), await world.create({}, 'other')];
    const process = await startProcess(world);
    await process.calm(one);
    await process.calm(other);
    expect(world.emulator.journal.filter(({ operation }) => operation === 'list')).toHaveLength(1);
  });

  test.each(['with-secret', 'without-secret'] as const)(
    'R4: a registration whose status is lost is taken, $0, and nothing is issued',
    async (extent) => {
      const { world, app, id } = await openSettled(ground);
      if (extent === 'without-secret') await app.loseSecret();
      await app.loseStatus();
      await calm(world, app);
      expect([await standing(app), ids(world), await logsIn(world, app.secretName)]).toEqual([
        ['InSync', id],
        [id],
        true,
      ]);
      expect(world.effects()).toEqual(['create']);
    },
  );

  test('R4: of several the oldest is taken, and the others are removed', async () => {
    const world = await openLogtoWorld(ground);
    const app = await world.create();
    const mark = markOn(world, await markedObject(world, app));
    const now = world.clock.now();
    registeredElsewhere(world, mark, now - 1000);
    const oldest = registeredElsewhere(world, mark, now - 3000);
    registeredElsewhere(world, mark, now - 2000);
    await calm(world, app);
    expect([await standing(app), ids(world)]).toEqual([['InSync', oldest], [oldest]]);
  });

  test('R4: of several the one that was delivered is kept, though another is older', async () => {
    const { world, app, id } = await openSettled(ground);
    registeredElsewhere(world, markOn(world, await markedObject(world, app)), 1);
    await app.loseStatus();
    await calm(world, app);
    expect([await standing(app), ids(world)]).toEqual([['InSync', id], [id]]);
  });

  test('R4: a twin is removed only while it says itself that it is one', async () => {
    const { world, app, id } = await openSettled(ground);
    const twin = registeredElsewhere(world, markOn(world, await markedObject(world, app)));
    const process = await startProcess(world);
    remark(world, twin, undefined);
    await process.calm(app);
    expect([await standing(app), ids(world)]).toEqual([
      ['InSync', id],
      [id, twin],
    ]);
  });

  test('R4: a twin that is gone by the time it is to be removed holds up nothing', async () => {
    const { world, app, id } = await openSettled(ground);
    const twin = registeredElsewhere(world, markOn(world, await markedObject(world, app)));
    const process = await startProcess(world);
    world.emulator.deleteByHand(twin);
    await process.calm(app);
    expect([await standing(app), ids(world)]).toEqual([['InSync', id], [id]]);
  });

  test('R7: what another application holds is not taken, whatever its mark says', async () => {
    const { world, app, id } = await openSettled(ground);
    const other = await world.create({}, 'other');
    remark(world, id, markOn(world, await markedObject(world, other)));
    await calm(world, other);
    expect((await statusOf(other)).applicationId).not.toBe(id);
    expect([await readyReason(other), (await statusOf(app)).applicationId, ids(world).length]).toEqual([
      'InSync',
      id,
      2,
    ]);
  });

  test('D1: a deletion whose status and Secret are lost deletes what bears the mark, and nothing else', async () => {
    const { world, app } = await openSettled(ground);
    const theirs = registeredElsewhere(world, undefined);
    await app.loseSecret();
    await app.loseStatus();
    await app.delete();
    await calm(world, app);
    expect([await app.find(), ids(world)]).toEqual([undefined, [theirs]]);
  });
});

describe('left by an earlier object', () => {
  test.each(['with-secret', 'without-secret'] as const)(
    'R4: one that a backup brings back $0 takes its registration and its secret',
    async (extent) => {
      const { world, app, id } = await openSettled(ground);
      await world.restore(app, extent);
      await calm(world, app);
      expect([await standing(app), ids(world), await logsIn(world, app.secretName)]).toEqual([
        ['InSync', id],
        [id],
        true,
      ]);
      expect(world.effects()).toEqual(['create', 'merge-custom-data']);
      const { uid } = (await app.get()).metadata;
      expect(markAt(world, id)).toMatchObject({ uid, retained: false });
    },
  );

  test('D4: what was retained is taken back without its Secret, too, and says that it is held again', async () => {
    const { world, app, id } = await openSettled(ground, { deletionPolicy: 'Retain' });
    await app.delete();
    await calm(world, app);
    expect(markAt(world, id)).toMatchObject({ retained: true });
    await app.loseSecret();
    await world.createAgain(app);
    await calm(world, app);
    expect([await standing(app), ids(world), await logsIn(world, app.secretName)]).toEqual([
      ['InSync', id],
      [id],
      true,
    ]);
    expect(markAt(world, id)).toMatchObject({ retained: false });
  });

  test.each(['its Secret', 'its mark alone'] as const)(
    'D4: what was retained as another type is not said to agree with the spec, found by $0',
    async (how) => {
      const { world, app, id } = await openSettled(ground, { deletionPolicy: 'Retain' });
      await app.delete();
      await calm(world, app);
      if (how === 'its mark alone') await app.loseSecret();
      const another = await world.create({ type: 'SinglePage' });
      await calm(world, another);
      expect([await readyReason(another), ids(world)]).toEqual(['RetainedRegistrationFound', [id]]);
      expect(await readyMessage(another)).toMatch(/^spec\.type: .* Traditional .*register-anew/);
      await another.annotate({ [REGISTER_ANEW]: 'now' });
      await calm(world, another);
      expect([await readyReason(another), ids(world).length]).toEqual(['InSync', 2]);
    },
  );

  test('R10: one of an earlier namespace of the same name is withheld until a person releases it', async () => {
    const world = await openLogtoWorld(ground);
    const app = await world.create();
    const former = { ...(await markedObject(world, app)), namespaceUid: 'former-uid', uid: 'former' };
    const id = registeredElsewhere(world, markOn(world, former));
    await calm(world, app);
    expect([await standing(app), ids(world)]).toEqual([['RetainedRegistrationFound', undefined], [id]]);
    expect(await readyMessage(app)).toContain('<namespace>=former-uid');

    await release(world, 'former-uid');
    await calm(world, app);
    expect([await standing(app), ids(world), await logsIn(world, app.secretName)]).toEqual([
      ['InSync', id],
      [id],
      true,
    ]);
    expect(markAt(world, id)).toMatchObject({ uid: (await app.get()).metadata.uid });
  });

  test('R10: what a person gave up is nobody’s where Logto is put back to before its mark said so', async () => {
    const { world, app, id: left } = await openSettled(ground);
    const before = markAt(world, left);
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await calm(world, app);
    const { applicationId } = await statusOf(app);
    remark(world, left, before);
    await calm(world, app);
    expect([await readyReason(app), ids(world).toSorted()]).toEqual(['InSync', [left, applicationId].toSorted()]);
    expect(markAt(world, left)).toMatchObject({ uid: '' });

    await app.delete();
    await calm(world, app);
    expect(ids(world)).toEqual([left]);
  });

  test('R10: what somebody writes on its former Secret does not undo that it was given up', async () => {
    const { world, app, id: left } = await openSettled(ground);
    const before = markAt(world, left);
    const ref = { resource: SECRETS, namespace: ground.namespace, name: app.secretName };
    const body = { metadata: { annotations: { [SECRET_ANNOTATIONS.birth]: 'made-up' } } };
    await ground.rival.patch(ref, { type: 'merge', body }, {}, ground.signal);
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await calm(world, app);
    remark(world, left, before);
    await calm(world, app);
    expect([ids(world).length, markAt(world, left)]).toMatchObject([2, { uid: '' }]);
  });

  test('R5, I7: whoever knows only what was given up removes nothing', async () => {
    const { world, app } = await openSettled(ground);
    const process = await startProcess(world);
    await process.look();
    const former = process.ports.applications.get({ namespace: ground.namespace, name: app.name });
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await calm(world, app);
    const before = [...world.live()];
    const late = await startProcess(world, {
      ports: (real) => ({ ...real, applications: { ...real.applications, get: () => former } }),
    });
    expect(await late.passWithoutLooking(app)).toEqual({ type: 'back-off' });
    expect(world.live()).toEqual(before);
    expect(before).toHaveLength(2);
  });

  test('R4, R10: a request to register anew from before a restore gives no other registration', async () => {
    const { world, app, id } = await openSettled(ground);
    await app.annotate({ [REGISTER_ANEW]: 'long ago' });
    await calm(world, app);
    const { applicationId } = await statusOf(app);
    expect(applicationId).not.toBe(id);
    const restored = await world.restore(app, 'without-secret');
    await calm(world, restored);
    expect([await readyReason(restored), (await statusOf(restored)).applicationId]).toEqual(['InSync', applicationId]);
    expect(ids(world)).toEqual([id, applicationId]);
  });

  test('R10: it is left to its fate where a person asks for another one', async () => {
    const world = await openLogtoWorld(ground);
    const app = await world.create();
    const former = { ...(await markedObject(world, app)), namespaceUid: 'former-uid', uid: 'former' };
    const left = registeredElsewhere(world, markOn(world, former, { retained: true }));
    await calm(world, app);
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await calm(world, app);
    await calm(world, app);
    const { applicationId, served } = await statusOf(app);
    expect([await readyReason(app), ids(world), served?.anew]).toEqual(['InSync', [left, applicationId], 'now']);
    expect(world.effects()).toEqual(['create']);
  });
});

const OTHERS = [
  { who: 'another cluster', of: anotherCluster },
  { who: 'another installation', of: anotherInstallation },
] as const;

/** A new application, and a registration that others have under its name. */
async function besideAnother(of: (typeof OTHERS)[number]['of'], rest: Parameters<typeof markOn>[2] = {}) {
  const world = await openLogtoWorld(ground);
  const app = await world.create();
  const object = { ...(await markedObject(world, app)), uid: 'theirs' };
  return { world, app, theirs: registeredElsewhere(world, markOn(world, object, rest, of(world))) };
}

describe.each(OTHERS)('of $who', ({ of }) => {
  test('R4: a live registration under the same name is left alone, and holds up nobody', async () => {
    const world = await openLogtoWorld(ground);
    const app = await world.create();
    const mark = markOn(world, { ...(await markedObject(world, app)), uid: 'theirs' }, {}, of(world));
    const theirs = registeredElsewhere(world, mark);
    await calm(world, app);
    const { applicationId } = await statusOf(app);
    expect([await readyReason(app), ids(world), applicationId === theirs]).toEqual([
      'InSync',
      [theirs, applicationId],
      false,
    ]);
    await app.delete();
    await calm(world, app);
    expect([await app.find(), ids(world), markAt(world, theirs)]).toEqual([undefined, [theirs], mark]);
  });

  test.each([
    { what: 'create was refused', fault: { type: 'status', status: 429 } },
    { what: 'create had no effect', fault: { type: 'reset' } },
  ] as const)('R4: it holds up nobody whose first $what', async ({ fault }) => {
    const { world, app, theirs } = await besideAnother(of);
    world.emulator.fault({ operation: 'create', when: 'before', ...fault });

    await calm(world, app);

    const { applicationId } = await statusOf(app);
    expect([await readyReason(app), ids(world)]).toEqual(['InSync', [theirs, applicationId]]);
  });

  test('R4: it holds up nobody whose own one is gone, or given up for another', async () => {
    const { world, app, theirs } = await besideAnother(of);
    await calm(world, app);
    world.emulator.deleteByHand((await statusOf(app)).applicationId ?? '');
    await calm(world, app);
    const second = (await statusOf(app)).applicationId;
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await calm(world, app);
    const third = (await statusOf(app)).applicationId;
    expect([await readyReason(app), ids(world)]).toEqual(['InSync', [theirs, second, third]]);
  });

  test('R10: nor does one that was retained hold up whoever is to have another one', async () => {
    const { world, app, theirs } = await besideAnother(of, { retained: true });
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await calm(world, app);
    world.emulator.deleteByHand((await statusOf(app)).applicationId ?? '');
    await calm(world, app);
    expect([await readyReason(app), ids(world)]).toEqual(['InSync', [theirs, (await statusOf(app)).applicationId]]);
  });

  test('R4: one that was retained is offered, and taken when a person releases it', async () => {
    const world = await openLogtoWorld(ground);
    const app = await world.create();
    const object = { ...(await markedObject(world, app)), uid: 'theirs', namespaceUid: 'their-namespace' };
    const id = registeredElsewhere(world, markOn(world, object, { retained: true }, of(world)));
    await calm(world, app);
    expect([await standing(app), ids(world)]).toEqual([['RetainedRegistrationFound', undefined], [id]]);

    await release(world, 'their-namespace');
    await calm(world, app);
    expect([await standing(app), ids(world), await logsIn(world, app.secretName)]).toEqual([
      ['InSync', id],
      [id],
      true,
    ]);
  });

  test('I1, R4: a live one is withheld from a copy of its object', async () => {
    const world = await openLogtoWorld(ground);
    const app = await world.create();
    const object = { ...(await markedObject(world, app)), namespaceUid: 'their-namespace' };
    const id = registeredElsewhere(world, markOn(world, object, {}, of(world)));
    const ref = { resource: OAUTH_APPLICATIONS, namespace: ground.namespace, name: app.name };
    const body = { metadata: { finalizers: [FINALIZERS.registration] } };
    await ground.client.patch(ref, { type: 'merge', body }, {}, ground.signal);
    await calm(world, app);
    expect([await standing(app), ids(world), world.effects()]).toEqual([
      ['RetainedRegistrationFound', undefined],
      [id],
      [],
    ]);
  });

  test('A1: a live one is not adopted, and one that was retained is', async () => {
    const world = await openLogtoWorld(ground);
    const object = { namespaceUid: 'n', uid: 'u', namespace: 'their', name: 'theirs' };
    const live = registeredElsewhere(world, markOn(world, object, {}, of(world)));
    const retained = registeredElsewhere(world, markOn(world, object, { retained: true }, of(world)));
    await letAdopt(world, [live, retained]);
    const adopting = (applicationId: string): SpecChange => ({
      deletionPolicy: 'Delete',
      adopt: { applicationId, secret: 'Keep' },
    });
    const refused = await world.create(adopting(live), 'refused');
    const app = await world.create(adopting(retained), 'adopting');
    await calm(world, refused);
    await calm(world, app);
    expect([await standing(refused), await standing(app)]).toEqual([
      ['NameTaken', undefined],
      ['InSync', retained],
    ]);
    expect(markAt(world, retained)).toMatchObject({ uid: (await app.get()).metadata.uid });
  });
});

test('R10: a registration that was given up is nobody’s: an orphan, not taken again, and free to be adopted', async () => {
  const { world, app, id } = await openSettled(ground);
  await app.annotate({ [REGISTER_ANEW]: 'now' });
  await calm(world, app);
  const second = (await statusOf(app)).applicationId;
  expect([await readyReason(app), ids(world), (await world.getProvider()).status?.orphans]).toEqual([
    'InSync',
    [id, second],
    undefined,
  ]);
  await app.loseSecret();
  await app.loseStatus();
  await calm(world, app);
  expect(await standing(app)).toEqual(['InSync', second]);
  expect((await world.getProvider()).status?.orphans).toEqual({ count: 1, first: id });

  await letAdopt(world, [id]);
  const adopting = await world.create({ deletionPolicy: 'Delete', adopt: { applicationId: id } }, 'adopting');
  await calm(world, adopting);
  expect(await standing(adopting)).toEqual(['InSync', id]);
});

const NOBODYS = expect.objectContaining({ uid: '', name: '' });

/** An object whose registration was given up; its Secret from before can be put back without an owner. */
async function withSavedSecret() {
  const { world, app, id } = await openSettled(ground);
  const secret = (await world.secret(app.secretName))?.object;
  const { annotations, labels } = secret?.metadata ?? {};
  await app.annotate({ [REGISTER_ANEW]: 'now' });
  await calm(world, app);
  await app.loseSecret();
  const putBack = async (): Promise<void> => {
    const saved = {
      metadata: { name: app.secretName, namespace: ground.namespace, annotations, labels },
      data: secret?.['data'],
    };
    await ground.rival.create(SECRETS, saved, {}, ground.signal);
  };
  return { world, app, id, putBack };
}

test('R9, R10: what was given up is not taken back by a Secret from before, by an object that is made again', async () => {
  const { world, app, id, putBack } = await withSavedSecret();
  const { uid } = (await app.get()).metadata;
  await app.delete();
  await calm(world, app);
  await putBack();
  await world.createAgain(app);
  await calm(world, app);
  expect(await readyReason(app)).toBe('InSync');
  expect((await app.get()).metadata.uid).not.toBe(uid);
  expect((await statusOf(app)).applicationId).not.toBe(id);
  expect([markAt(world, id), await logsIn(world, app.secretName)]).toEqual([NOBODYS, true]);
});

test('R2, R10: what was given up is not taken back by an operation that a Secret from before would end', async () => {
  const { world, app, id, putBack } = await withSavedSecret();
  const { provider, applicationId } = await statusOf(app);
  await putBack();
  const saved = (await world.secret(app.secretName))?.object.metadata.annotations?.[SECRET_ANNOTATIONS.operation];
  await app.loseStatus();
  const record = { v: 1, id: saved, type: 'register', holder: 'dead', deadlineSeconds: 10, serial: 1 };
  await app.forge({ provider, operation: { ...record, secretName: app.secretName } });
  await calm(world, app);
  expect([await standing(app), markAt(world, id)]).toEqual([['InSync', applicationId], NOBODYS]);
});

test('D1, R10: what was given up does not go with an object whose Secret from before names it', async () => {
  const { world, app, id, putBack } = await withSavedSecret();
  await putBack();
  world.emulator.deleteByHand((await statusOf(app)).applicationId ?? '');
  await app.loseStatus();
  await app.delete();
  await calm(world, app);
  expect([await app.find(), ids(world)]).toEqual([undefined, [id]]);
});

async function release(world: LogtoWorld, uid: string): Promise<void> {
  const annotations = { [ANNOTATIONS.releaseRetained]: `${ground.namespace}=${uid}` };
  await world.changeProvider({ metadata: { annotations } });
}
