import { beforeAll, expect, test } from 'vitest';
import { SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import { unlessNotFound } from '../../../src/kube/errors.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { RECHECK, ROTATE, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi } from '../../support/bench/settled.ts';
import { type App, elderAndYounger, openWorld, readyReason, statusOf, type World } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

interface Case {
  readonly world: World;
  readonly app: App;
  /** Client id of the registration that is gone. */
  readonly former: string;
  /** Client id and secret of the one that has its id now. */
  readonly theirs: { readonly clientId: string; readonly secret: string };
}

/** A provider is put back to before the registration, and a person registers something that gets its id. */
async function putBack(): Promise<Case> {
  const world = await openWorld(ground);
  const backup = world.emulator.backup();
  const app = await world.create();
  await (await startProcess(world)).settle(app);
  const { applicationId, clientId: former = '' } = await statusOf(app);
  world.emulator.restore(backup);
  const { application, clientSecret = '' } = world.emulator.createByHand('Theirs');
  expect(String(application.id)).toBe(applicationId);
  return { world, app, former, theirs: { clientId: application.clientId, secret: clientSecret } };
}

const MUTATIONS = [
  { what: 'nothing', ask: () => Promise.resolve() },
  { what: 'an update', ask: ({ app }: Case) => app.change({ displayName: 'Store' }) },
  { what: 'a rotation', ask: ({ app }: Case) => app.annotate({ [ROTATE]: 'now' }) },
  { what: 'a look', ask: ({ app }: Case) => app.annotate({ [RECHECK]: 'now' }) },
] as const;

test.each(MUTATIONS)('D2: what has the id of a registration that is gone is left alone by $what', async ({ ask }) => {
  const made = await putBack();
  const { world, app, former, theirs } = made;
  await ask(made);
  await (await startProcess(world)).settle(app);

  const untouched = world.live().find(({ clientId }) => clientId === theirs.clientId);
  expect(untouched).toMatchObject({ name: 'Theirs', redirectUris: ['https://app.example.com/auth/callback'] });
  expect(world.emulator.logsIn(theirs.clientId, theirs.secret)).toBe(true);
  const { clientId } = await statusOf(app);
  expect(await readyReason(app)).toBe('InSync');
  expect([theirs.clientId, former]).not.toContain(clientId);
  expect(world.live()).toHaveLength(2);
});

test('D2: what has the id of a registration that is gone is left alone by a deletion', async () => {
  const { world, app, theirs } = await putBack();
  await app.delete();
  await (await startProcess(world)).settle(app);
  expect(await app.find()).toBeUndefined();
  expect(world.live().map(({ clientId }) => clientId)).toEqual([theirs.clientId]);
});

test('D2: and by one whose own listing is the first to show it', async () => {
  const world = await openWorld(ground);
  const backup = world.emulator.backup();
  const app = await world.create();
  const process = await startProcess(world);
  await world.clock.advance(1_000);
  await process.pass(app);
  world.emulator.restore(backup);
  const { application } = world.emulator.createByHand('Theirs');
  await world.clock.advance(60_000);
  await app.delete();
  await process.settle(app);
  expect(await app.find()).toBeUndefined();
  expect(world.live().map(({ clientId }) => clientId)).toEqual([application.clientId]);
});

test('D2: nor does one delete what its listing shows to have the id of a twin by now', async () => {
  const world = await openWorld(ground);
  const backup = world.emulator.backup();
  const app = await world.create();
  const process = await startProcess(world);
  await process.settle(app);
  const { temporaryName = '' } = await statusOf(app);
  await app.change({ suspend: true });
  world.emulator.createByHand(temporaryName);
  await world.clock.advance(600_000);
  await process.serve();
  world.emulator.restore(backup);
  world.emulator.deleteByHand(world.emulator.createByHand('Gone again').application.id);
  const { application } = world.emulator.createByHand('Theirs');
  await app.delete();
  await process.settle(app);
  expect([await app.find(), world.live().map(({ clientId }) => clientId)]).toEqual([undefined, [application.clientId]]);
});

/** A provider is put back to before the registration of `former`, and `heir`, another object of ours, gets its id. */
async function givenToHeir() {
  const world = await openWorld(ground);
  const backup = world.emulator.backup();
  const [heir, former] = await elderAndYounger(world, { suspend: true });
  await former.change({ suspend: false });
  await (await startProcess(world)).settle(former);
  world.emulator.restore(backup);
  await heir.change({ suspend: false });
  const process = await startProcess(world);
  await process.settle(heir);
  return { world, process, heir, former };
}

test('D2: what has the id of a registration that is gone may be another object’s, and nobody is asked', async () => {
  const { world, process, heir, former } = await givenToHeir();
  expect((await statusOf(heir)).applicationId).toBe((await statusOf(former)).applicationId);

  await process.settle(former);
  const ids = [(await statusOf(former)).clientId, (await statusOf(heir)).clientId];
  expect([await readyReason(former), await readyReason(heir)]).toEqual(['InSync', 'InSync']);
  expect(new Set(ids)).toEqual(new Set(world.live().map(({ clientId }) => clientId)));
});

test('I2: a status without its client id proves nothing, and nothing is done on its word', async () => {
  const made = await putBack();
  const { world, app, theirs } = made;
  const sealOnSecret = (await world.secret(app.secretName))?.object.metadata.annotations?.[SECRET_ANNOTATIONS.seal];
  await app.forge({ clientId: null, seal: sealOnSecret });
  await app.change({ displayName: 'Store' });
  await (await startProcess(world)).settle(app);
  expect(await readyReason(app)).toBe('SealInvalid');
  expect(world.live().map(({ clientId, name }) => [clientId, name])).toEqual([[theirs.clientId, 'Theirs']]);
});

test('R9: an old Secret does not take what has the id of a registration that is gone', async () => {
  const { world, app, theirs } = await putBack();
  const old = (await world.secret(app.secretName))?.object;
  await app.delete();
  await (await startProcess(world)).settle(app);
  // The garbage collector may have been quicker.
  await app.loseSecret().catch(unlessNotFound);
  const metadata = { name: app.secretName, namespace: ground.namespace, annotations: old?.metadata.annotations };
  const stringData = { client_id: theirs.clientId, client_secret: 'guessed' };
  await ground.rival.create(SECRETS, { metadata, stringData }, {}, ground.signal);
  const again = await world.createAgain(app);
  await (await startProcess(world)).settle(again);

  expect(world.emulator.logsIn(theirs.clientId, theirs.secret)).toBe(true);
  expect((await statusOf(again)).clientId).not.toBe(theirs.clientId);
});

test('R9: what has the id that a Secret from a backup names is left alone, and the object is registered anew', async () => {
  const { world, app, former, theirs } = await putBack();
  const restored = await world.restore(app, 'with-secret');
  await (await startProcess(world)).settle(restored);
  expect(await readyReason(restored)).toBe('InSync');
  const { clientId } = await statusOf(restored);
  expect([theirs.clientId, former]).not.toContain(clientId);
  expect(world.emulator.logsIn(theirs.clientId, theirs.secret)).toBe(true);
  expect(world.live()).toHaveLength(2);
});

test('R9: what has the id that a Secret from a backup names may be another object’s, and nobody is asked', async () => {
  const { world, process, heir, former } = await givenToHeir();

  const restored = await world.restore(former, 'with-secret');
  await process.settle(restored);
  const ids = [(await statusOf(restored)).clientId, (await statusOf(heir)).clientId];
  expect([await readyReason(restored), await readyReason(heir)]).toEqual(['InSync', 'InSync']);
  expect(new Set(ids)).toEqual(new Set(world.live().map(({ clientId }) => clientId)));
});

test('I2: another client id in the status proves nothing, and nothing is done on its word', async () => {
  const { world, app } = await openSettledAtLogi(ground);
  const before = world.live();
  await app.forge({ clientId: 'theirs' });
  await app.change({ displayName: 'Store' });
  await (await startProcess(world)).settle(app);
  expect(await readyReason(app)).toBe('SealInvalid');
  expect(world.live()).toEqual(before);
});
