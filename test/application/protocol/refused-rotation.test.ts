import { beforeAll, describe, expect, test } from 'vitest';
import type { Switches } from '../../../dev/emulators/logi/switches.ts';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { openLogtoWorld } from '../../support/bench/logto.ts';
import { ROTATE, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi, settledIn } from '../../support/bench/settled.ts';
import { type App, logsIn, openWorld, readyReason, statusOf } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const MOVED = { redirectUris: ['https://store.example.com/cb'] };

describe('where a rotation is refused, the spec is still brought to the provider', () => {
  test.each(['json', 'html'] as const)('that logi has no route for, as its 404 in %s says', async (notFoundForm) => {
    const { world, app, process } = await openWithoutRoute({ notFoundForm });
    await app.change(MOVED);
    await app.annotate({ [ROTATE]: 'now' });
    await process.pass(app);
    expect(world.emulator.applications()).toMatchObject([MOVED]);
    expect([await readyReason(app), await served(app)]).toEqual(['UnsupportedByProvider', undefined]);

    const calls = world.emulator.journal.length;
    await process.pass(app);
    expect(world.emulator.journal.slice(calls).map(({ operation }) => operation)).toEqual(['unknown', 'show']);
  });
});

test("a value of logi's console counts once nobody asks any more for a rotation that logi has no route for", async () => {
  const { world, app, process } = await openWithoutRoute();
  await app.annotate({ [ROTATE]: 'now' });
  await process.pass(app);
  await putSecret(app, world.emulator.rotateByHand(1));
  await process.pass(app);
  const { conditions } = await statusOf(app);
  expect(conditions?.find(({ type }) => type === 'Ready')?.message).toContain(ROTATE);

  await app.annotate({ [ROTATE]: null });
  await process.settle(app);
  expect([await readyReason(app), world.emulator.applications()]).toMatchObject(['InSync', [{ secretsIssued: 2 }]]);
});

function openWithoutRoute(switches: Partial<Switches> = {}) {
  return openSettledAtLogi(ground, {}, { switches: { rotateRoute: 'absent', ...switches } });
}

/** A rotation whose answer is lost has settled, and is about to be made again. */
async function settledAfterLoss<S extends Awaited<ReturnType<typeof openWithoutRoute>>>(settled: S): Promise<S> {
  const { world, app, process } = settled;
  await app.annotate({ [ROTATE]: 'now' });
  await process.pass(app);
  await process.pass(app);
  await world.clock.advance(60_000);
  return settled;
}

/** The same of one that was done, and is refused when it is made again. */
async function openRefusedAgain() {
  const settled = await openSettledAtLogi(ground);
  const { emulator } = settled.world;
  emulator.fault({ operation: 'rotate', when: 'after', type: 'reset' });
  await settledAfterLoss(settled);
  const body = JSON.stringify({ error: 'not now' });
  emulator.fault({ operation: 'rotate', when: 'before', type: 'status', status: 422, body });
  return settled;
}

test('where one is refused whose answer was lost before, the spec is still brought to the provider', async () => {
  const { world, app, process } = await openRefusedAgain();
  await app.change(MOVED);
  await process.pass(app);
  expect([await readyReason(app), world.emulator.applications()]).toMatchObject(['Rejected', [MOVED]]);
});

/** An API server that lets no Secret be written, as a quota or a policy does. */
function withoutWrites({ secrets, ...ports }: Ports): Ports {
  return { ...ports, secrets: { ...secrets, write: () => Promise.reject(new ClusterError('refused', 'policy')) } };
}

const PROVIDERS = [
  ['logi', () => openWorld(ground)],
  ['Logto', () => openLogtoWorld(ground)],
] as const;

describe.each(PROVIDERS)('where the API server refuses the Secret, the spec is still brought to %s', (_, open) => {
  test.each([
    ['with a rotation', (app: App) => app.annotate({ [ROTATE]: 'now' })],
    ['with another layout', (app: App) => app.change({ secret: { keys: { clientSecret: 'OAUTH_SECRET' } } })],
    ['with another name', (app: App) => app.change({ secret: { name: `${app.name}-moved` } })],
    ['that was lost', (app: App) => app.loseSecret()],
  ])('%s', async (_, ask) => {
    const { world, app } = await settledIn(await open());
    await ask(app);
    await app.change(MOVED);
    const before = world.effects().length;
    const process = await startProcess(world, { ports: withoutWrites });
    await process.pass(app);
    expect([await readyReason(app), world.effects().slice(before)]).toEqual(['SecretRefused', ['update']]);

    await process.pass(app);
    expect(world.effects().slice(before), 'once').toEqual(['update']);
    await (await startProcess(world)).settle(app);
    expect(await readyReason(app)).toBe('InSync');
  });
});

test('what was looked at before a refusal is not looked at again', async () => {
  const { world, app } = await openSettledAtLogi(ground);
  await putSecret(app, 'of-another-hand');
  const process = await startProcess(world, { ports: withoutWrites });
  const before = world.emulator.journal.length;
  await process.pass(app);
  expect(await readyReason(app)).toBe('SecretRefused');
  expect(world.emulator.journal.slice(before).map(({ operation }) => operation)).toEqual(['token']);
});

test.each(PROVIDERS)('a Secret of another name that is refused is told of before %s that is away', async (_, open) => {
  const { world, app } = await settledIn(await open());
  await app.change({ ...MOVED, secret: { name: `${app.name}-moved` } });
  world.emulator.fault({ operation: 'update', when: 'before', type: 'status', status: 503 });
  await (await startProcess(world, { ports: withoutWrites })).pass(app);
  const { conditions } = await statusOf(app);
  expect(world.emulator.journal.at(-1)).toMatchObject({ operation: 'update', status: 503 });
  expect(conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual(
    expect.arrayContaining(['Ready False SecretRefused', 'SecretSynced False SecretRefused']),
  );
});

test('R5: what never was delivered keeps its temporary name as long as the Secret is refused', async () => {
  const world = await openWorld(ground);
  const app = await world.create();
  await (await startProcess(world, { ports: withoutCommits })).pass(app);
  const { applicationId, temporaryName, secret } = await statusOf(app);
  expect([applicationId, secret?.delivered]).toEqual(['1', false]);
  await world.clock.advance(60_000);
  await (await startProcess(world, { ports: withoutWrites })).pass(app);
  expect([await readyReason(app), world.live()]).toMatchObject(['SecretRefused', [{ name: temporaryName }]]);

  await (await startProcess(world)).settle(app);
  expect([await readyReason(app), world.live()]).toMatchObject(['InSync', [{ name: 'Shop' }]]);
});

/** One that lets them be rehearsed all the same. */
function withoutCommits({ secrets, ...ports }: Ports): Ports {
  const write: Ports['secrets']['write'] = (...call) =>
    call[3] === 'commit' ? Promise.reject(new ClusterError('refused', 'policy')) : secrets.write(...call);
  return { ...ports, secrets: { ...secrets, write } };
}

test('O5: what the provider refuses to do again may have been done, so that the Secret gets a value that works', async () => {
  const { world, app, process } = await openRefusedAgain();
  await process.pass(app);
  expect([await readyReason(app), (await statusOf(app)).operation]).toMatchObject(['Rejected', { type: 'rotate' }]);

  await app.annotate({ [ROTATE]: null });
  await process.settle(app);
  expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
});

test('O5: what the provider cannot do at all was not done before either, and the value in the Secret goes on', async () => {
  const settled = await openWithoutRoute();
  settled.world.emulator.fault({ operation: 'unknown', when: 'before', type: 'reset' });
  const { app, process } = await settledAfterLoss(settled);
  await process.pass(app);
  expect([await readyReason(app), (await statusOf(app)).secret?.delivered]).toEqual(['UnsupportedByProvider', true]);
});

/** Somebody puts a value into the Secret. */
async function putSecret({ secretName: name }: App, clientSecret: string): Promise<void> {
  const data = { client_secret: Buffer.from(clientSecret).toString('base64') };
  const target = { resource: SECRETS, namespace: ground.namespace, name };
  await ground.client.patch(target, { type: 'merge', body: { data } }, {}, ground.signal);
}

async function served(app: App): Promise<string | undefined> {
  return (await statusOf(app)).served?.rotate;
}
