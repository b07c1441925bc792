import { beforeAll, describe, expect, test } from 'vitest';
import { startLogiEmulator } from '../../../dev/emulators/logi.ts';
import { ANNOTATIONS } from '../../../src/api/names.ts';
import { createSeals } from '../../../src/seals.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { ROTATE, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi } from '../../support/bench/settled.ts';
import { openWorld, readyReason, statusOf } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** An application whose create had its effect and no answer. */
async function withLostCreate() {
  const world = await openWorld(ground);
  const app = await world.create();
  const process = await startProcess(world);
  world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
  await process.pass(app);
  return { world, app, process };
}

const DENIED = { spec: { access: [{ namespaces: { names: ['another-namespace'] } }] } };
const SUSPENDED = { spec: { suspend: true } };

describe('access that is withdrawn', () => {
  test('lets an open operation come to its end, and nothing new begin', async () => {
    const { world, app, process } = await withLostCreate();
    await world.changeProvider(DENIED);
    await process.serve();
    await app.annotate({ [ROTATE]: 'now' });
    await process.settle(app);
    const { operation, applicationId } = await statusOf(app);
    expect([await readyReason(app), operation, applicationId]).toEqual(['AccessDenied', undefined, '1']);
    expect(world.effects()).toEqual(['create']);
  });

  test('lets what is there be deleted', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await world.changeProvider(DENIED);
    await app.delete();
    await (await startProcess(world)).settle(app);
    expect([await app.find(), world.live()]).toEqual([undefined, []]);
  });
});

describe('a suspended provider', () => {
  test('B2: what works stays ready, what is new waits, and neither makes a call', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await world.changeProvider(SUSPENDED);
    const late = await world.create({}, 'late');
    const process = await startProcess(world);
    const calls = world.emulator.journal.length;
    await process.pass(app);
    await process.pass(late);
    expect([await readyReason(app), await readyReason(late)]).toEqual(['InSync', 'Suspended']);
    expect(world.emulator.journal).toHaveLength(calls);

    await world.changeProvider({ spec: { suspend: false } });
    await process.serve();
    await process.settle(late);
    expect(await readyReason(late)).toBe('InSync');
  });

  test('B2: the end of an open operation and a deletion go on', async () => {
    const { world, app, process } = await withLostCreate();
    await world.changeProvider(SUSPENDED);
    await process.serve();
    await process.settle(app);
    expect([(await statusOf(app)).applicationId, (await statusOf(app)).operation]).toEqual(['1', undefined]);
    await app.delete();
    await process.settle(app);
    expect([await app.find(), world.live()]).toEqual([undefined, []]);
  });
});

describe('what is not seen', () => {
  test('a Secret that is gone is told while the provider is away, and issued when it is back', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.loseSecret();
    await world.changeProvider({ spec: { logi: { apiUrl: 'http://127.0.0.1:9' } } });
    const away = await startProcess(world);
    await away.pass(app);
    const shown = (await statusOf(app)).conditions?.find(({ type }) => type === 'SecretSynced');
    expect([await readyReason(app), shown?.status, shown?.reason]).toEqual(['ProviderNotReady', 'False', 'SecretLost']);

    await world.changeProvider({ spec: { logi: { apiUrl: world.emulator.url } } });
    await (await startProcess(world)).settle(app);
    expect(await readyReason(app)).toBe('InSync');
  });
});

describe('another address of the same provider', () => {
  test('I4, R12: what an application has at the new address moves to no other one', async () => {
    const { world, app: owner } = await openSettledAtLogi(ground);
    const { provider, applicationId = '', clientId = '' } = await statusOf(owner);
    const elsewhere = await startLogiEmulator({ clock: world.clock, switches: { limits: 'off', riskFlags: 'never' } });
    const { application } = elsewhere.createByHand('Shop', { redirectUris: ['https://shop.example.com/cb'] });
    elsewhere.edit(application.id, { clientId });
    const identity = `logi|${elsewhere.url}|namespace/${ground.namespace}`;
    await world.changeProvider({
      metadata: { annotations: { [ANNOTATIONS.confirmIdentity]: identity } },
      spec: { logi: { apiUrl: elsewhere.url } },
    });
    const process = await startProcess(world);
    await process.settle(owner);

    const other = await world.create({}, 'other');
    const namespaceUid = await process.ports.namespaces.uid(ground.namespace, ground.signal);
    const claims = { namespaceUid, namespace: ground.namespace, name: other.name, applicationId, clientId };
    const seal = createSeals(world.installation).seal({ ...claims, identity: provider?.identity ?? '' });
    await other.forge({ provider, applicationId, clientId, seal });
    await process.serve();
    await process.settle(other);
    expect([await readyReason(other), (await statusOf(other)).provider]).toEqual(['NameTaken', provider]);
    expect([await readyReason(owner), (await statusOf(owner)).provider?.identity]).toEqual(['InSync', identity]);
    await elsewhere.close();
  });

  test('I4: an application moves when a person confirms it and its registration is there', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    const [{ clientId } = { clientId: '' }] = world.live();
    const elsewhere = await startLogiEmulator({ clock: world.clock, switches: { limits: 'off', riskFlags: 'never' } });
    const { application } = elsewhere.createByHand('Shop', { redirectUris: ['https://shop.example.com/cb'] });
    elsewhere.edit(application.id, { clientId });
    await world.changeProvider({ spec: { logi: { apiUrl: elsewhere.url } } });
    const process = await startProcess(world);
    await process.pass(app);
    expect([(await statusOf(app)).provider?.identity, elsewhere.journal]).toEqual([
      `logi|${world.emulator.url}|namespace/${ground.namespace}`,
      [],
    ]);

    const identity = `logi|${elsewhere.url}|namespace/${ground.namespace}`;
    await world.changeProvider({ metadata: { annotations: { [ANNOTATIONS.confirmIdentity]: identity } } });
    await process.serve();
    await process.settle(app);
    expect([await readyReason(app), (await statusOf(app)).provider?.identity]).toEqual(['InSync', identity]);

    await app.delete();
    await process.settle(app);
    expect([await app.find(), elsewhere.applications().map(({ softDeleted }) => softDeleted)]).toEqual([
      undefined,
      [true],
    ]);
    await elsewhere.close();
  });
});
