import { beforeAll, describe, expect, test } from 'vitest';
import { ANNOTATIONS, FINALIZERS } from '../../../src/api/names.ts';
import { Redacted } from '../../../src/credentials.ts';
import { findInstallation, InstallationError } from '../../../src/kube/installation.ts';
import { systemChance } from '../../../src/runtime/chance.ts';
import { createSeals } from '../../../src/seals.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { createProcess, ROTATE, startProcess } from '../../support/bench/process.ts';
import { openWorld, readyMessage, readyReason, statusOf, type World } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const ofProvider = async (world: World): Promise<string | undefined> =>
  (await world.getProvider()).status?.conditions?.find(({ type }) => type === 'Ready')?.reason;

describe('identity', () => {
  test('I1: an installation keeps its id, its key and its cluster', async () => {
    const find = (cluster: string | undefined) =>
      findInstallation(ground.client, ground.namespace, cluster, systemChance, ground.signal);
    const made = await find('cluster-1');
    const found = await find(undefined);
    expect([found.id, found.cluster, found.key.reveal()]).toEqual([made.id, 'cluster-1', made.key.reveal()]);
    await expect(find('cluster-2')).rejects.toBeInstanceOf(InstallationError);
  });

  const CLAIMS = {
    namespaceUid: 'u',
    namespace: 'store',
    name: 'shop',
    identity: 'logi|https://a',
    applicationId: '7',
  };
  const OTHERS = {
    namespaceUid: 'v',
    namespace: 'shop',
    name: 'store',
    identity: 'logi|https://b',
    applicationId: '8',
  };

  test.each(Object.entries(OTHERS))('I2: a seal for another %s is none', (claim, value) => {
    const seals = createSeals({ id: 'i', cluster: 'c', key: new Redacted('ab'.repeat(32)) });
    const seal = seals.seal(CLAIMS);
    expect(seals.verify(seal, CLAIMS)).toBe('valid');
    expect(seals.verify(seal, { ...CLAIMS, [claim]: value })).toBe('invalid');
  });

  test('I2: a seal of another cluster, or under another key, is none', () => {
    const seal = createSeals({ id: 'i', cluster: 'c', key: new Redacted('ab'.repeat(32)) }).seal(CLAIMS);
    const elsewhere = createSeals({ id: 'i', cluster: 'd', key: new Redacted('ab'.repeat(32)) });
    const stranger = createSeals({ id: 'i', cluster: 'c', key: new Redacted('cd'.repeat(32)) });
    expect([elsewhere.verify(seal, CLAIMS), stranger.verify(seal, CLAIMS)]).toEqual(['invalid', 'invalid']);
  });

  test('I2: an id that a tenant wrote into the status is neither changed, rotated nor deleted', async () => {
    const world = await openWorld(ground);
    const theirs = world.emulator.createByHand('Bank').application;
    const app = await world.create();
    await (await startProcess(world)).settle(app);
    await app.forge({ applicationId: String(theirs.id), clientId: theirs.clientId });
    await app.annotate({ [ROTATE]: 'now' });
    await (await startProcess(world)).settle(app);
    await app.delete();
    await (await startProcess(world)).settle(app);

    expect(world.emulator.applications().find(({ id }) => id === theirs.id)).toEqual(theirs);
    expect(await readyReason(app)).toBe('DeletionBlocked');
  });

  test('I2, R1: once a forged status was taken off, what was registered for the object is found again', async () => {
    const world = await openWorld(ground);
    const theirs = world.emulator.createByHand('Bank').application;
    const app = await world.create();
    await (await startProcess(world)).settle(app);
    const { applicationId } = await statusOf(app);
    await app.forge({ applicationId: String(theirs.id), clientId: theirs.clientId });
    await app.change({ displayName: 'Store' });
    const process = await startProcess(world);
    await process.settle(app);
    expect(await readyReason(app)).toBe('SealInvalid');

    await app.loseStatus();
    await process.settle(app);
    expect([await readyReason(app), (await statusOf(app)).applicationId]).toEqual(['InSync', applicationId]);
    expect(world.emulator.applications().find(({ id }) => id === theirs.id)).toEqual(theirs);
  });

  test('I2: an id in a status that does not say where it was registered is neither changed, rotated nor deleted', async () => {
    const world = await openWorld(ground);
    const theirs = world.emulator.createByHand('Bank').application;
    const app = await world.create();
    await app.forge({ applicationId: String(theirs.id), clientId: theirs.clientId });
    const process = await startProcess(world);
    await process.settle(app);
    expect([await readyReason(app), await world.secret(app.secretName)]).toEqual(['SealInvalid', undefined]);

    await app.delete();
    await process.settle(app);
    expect([await readyReason(app), world.effects()]).toEqual(['DeletionBlocked', []]);
    expect(world.emulator.applications()).toEqual([theirs]);
  });

  test('I3: the identity in the status is sticky: another endpoint gets neither calls nor registrations', async () => {
    const world = await openWorld(ground);
    const elsewhere = await openWorld(ground);
    const app = await world.create();
    await (await startProcess(world)).settle(app);
    const { provider } = await statusOf(app);
    await world.changeProvider({ spec: { logi: { apiUrl: elsewhere.emulator.url } } });
    const process = await startProcess(world);
    await process.settle(app);
    await app.delete();
    await process.settle(app);

    expect(elsewhere.effects()).toEqual([]);
    expect((await statusOf(app)).provider).toEqual(provider);
    expect((await app.get()).metadata.finalizers).toContain(FINALIZERS.registration);
    expect(world.live()).toHaveLength(1);
  });

  test('I4: a provider whose address leads elsewhere is not used', async () => {
    const world = await openWorld(ground);
    const elsewhere = await openWorld(ground);
    await (await startProcess(world)).settle(await world.create());
    await world.changeProvider({ spec: { logi: { apiUrl: elsewhere.emulator.url } } });
    await startProcess(world);
    expect([await ofProvider(world), elsewhere.effects()]).toEqual(['IdentityChanged', []]);
  });

  test('I4: what comes along with an edit of the address is registered at the new one, once that was looked at', async () => {
    const world = await openWorld(ground);
    const elsewhere = await openWorld(ground);
    const process = await startProcess(world);
    await world.changeProvider({ spec: { logi: { apiUrl: elsewhere.emulator.url } } });
    const app = await world.create();
    await process.pass(app);
    expect([world.effects(), (await app.get()).status]).toEqual([[], undefined]);

    await process.serve();
    await process.settle(app);

    expect([world.live().length, elsewhere.live().length, await readyReason(app)]).toEqual([0, 1, 'InSync']);
  });

  const REFUSAL = { when: 'before', type: 'status', status: 422, body: '{"error":"invalid"}' } as const;

  /** An application whose create was refused, at a provider object that leads elsewhere since. */
  async function refused() {
    const [world, elsewhere] = await Promise.all([openWorld(ground), openWorld(ground)]);
    const app = await world.create();
    world.emulator.fault({ ...REFUSAL, operation: 'create' });
    await (await startProcess(world)).pass(app);
    expect([await readyReason(app), (await app.get()).metadata.finalizers]).toEqual([
      'Rejected',
      [FINALIZERS.registration],
    ]);
    await world.changeProvider({ spec: { logi: { apiUrl: elsewhere.emulator.url } } });
    return { world, elsewhere, app };
  }

  test('I4: what was refused where the provider led before is registered where it leads now', async () => {
    const { world, elsewhere, app } = await refused();
    const former = (await statusOf(app)).provider?.identity;
    await app.change({ displayName: 'Store' });
    const process = await startProcess(world);
    await process.settle(app);

    expect([await readyReason(app), elsewhere.live().length, world.live()]).toEqual(['InSync', 1, []]);
    const { provider } = await statusOf(app);
    expect(provider?.identity).not.toBe(former);
    expect(provider?.identity).toBe((await world.getProvider()).status?.identity);
    expect(process.happenings.map(({ reason }) => reason)).toEqual(['Moved', 'Registered']);
  });

  test('I4: what was refused where the provider led before is let go when it is deleted', async () => {
    const { world, elsewhere, app } = await refused();
    await app.delete();
    await (await startProcess(world)).settle(app);

    expect([await app.find(), elsewhere.effects()]).toEqual([undefined, []]);
  });

  test('I4: what may have been registered where the provider led before stays with it until a person lets it go', async () => {
    const [world, elsewhere] = await Promise.all([openWorld(ground), openWorld(ground)]);
    const app = await world.create();
    world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    await (await startProcess(world)).pass(app);
    await world.changeProvider({ spec: { logi: { apiUrl: elsewhere.emulator.url } } });
    await app.delete();
    const process = await startProcess(world);
    await process.settle(app);
    expect([await readyReason(app), elsewhere.effects(), world.live().length]).toEqual(['ProviderMismatch', [], 1]);
    expect(await readyMessage(app)).toContain(ANNOTATIONS.abandon);

    await app.annotate({ [ANNOTATIONS.abandon]: 'true' });
    await process.settle(app);
    expect(await app.find()).toBeUndefined();
  });

  test('I4: a create whose answer was lost is looked for at the new address once a person has confirmed that', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    await (await startProcess(world)).pass(app);
    const apiUrl = world.emulator.url.replace('127.0.0.1', 'localhost');
    const identity = `logi|${apiUrl}|namespace/${ground.namespace}`;
    await world.changeProvider({ spec: { logi: { apiUrl } } });
    const process = await startProcess(world);
    await process.settle(app);
    expect(await readyReason(app)).toBe('ProviderMismatch');

    await world.changeProvider({ metadata: { annotations: { [ANNOTATIONS.confirmIdentity]: identity } } });
    await process.serve();
    await process.settle(app);

    const { provider } = await statusOf(app);
    expect([await readyReason(app), provider?.identity, world.live().length]).toEqual(['InSync', identity, 1]);
    await process.serve();
    expect((await world.getProvider()).status?.served?.['confirm-identity']).toBe(identity);
  });

  test('I5: an operation of a later release is looked at and never touched', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    await process.pass(app);
    await app.forge({ operation: { v: 2 } });
    const before = (await statusOf(app)).operation;
    await process.settle(app);
    expect([await readyReason(app), (await statusOf(app)).operation]).toEqual(['ForeignVersion', before]);
    expect(world.effects()).toEqual(['create']);
  });

  test('I6: no call is made at a provider that another installation serves', async () => {
    const world = await openWorld(ground);
    await startProcess(world);
    const calls = world.emulator.journal.length;
    const app = await world.create();
    const other = await startProcess(world, { installationId: 'another' });
    await other.settle(app);
    expect([await ofProvider(world), world.emulator.journal.length]).toEqual(['ServedByAnother', calls]);
  });

  test('I6: the claim stands in the status before the first call', async () => {
    const world = await openWorld(ground);
    world.emulator.fault({ operation: 'list', when: 'before', type: 'reset' });
    await createProcess(world).serve();
    expect((await world.getProvider()).status?.servedBy?.installation).toBe(world.installation.id);
  });

  test('I7: a pass on a stale cache fails before any call', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world);
    await process.look();
    await app.annotate({ note: 'newer' });
    expect(await process.passWithoutLooking(app)).toEqual({ type: 'back-off' });
    expect([world.effects(), (await app.get()).status]).toEqual([[], undefined]);
  });

  test('I7: a pass for a deleted object never touches its namesake', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world);
    await process.look();
    await app.delete();
    const namesake = await world.create();
    expect(namesake.name).toBe(app.name);
    await process.passWithoutLooking(app);
    expect([world.effects(), (await namesake.get()).status, (await namesake.get()).metadata.finalizers]).toEqual([
      [],
      undefined,
      undefined,
    ]);
  });
});
