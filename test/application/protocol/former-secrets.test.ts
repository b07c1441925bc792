import { beforeAll, describe, expect, test } from 'vitest';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import type { Secrets } from '../../../src/application/ports/secrets.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type Process, REGISTER_ANEW, ROTATE, startProcess } from '../../support/bench/process.ts';
import { silentAfterSecret } from '../../support/bench/silent.ts';
import {
  type App,
  logsIn,
  openWorld,
  readyReason,
  type SpecChange,
  statusOf,
  type World,
} from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** Which writes of Secrets the API server refuses at present. */
interface Policy {
  refuses: 'nothing' | 'commit' | 'rehearse';
}

interface Case {
  readonly world: World;
  readonly app: App;
  readonly process: Process;
  readonly policy: Policy;
}

async function settled(spec: SpecChange = {}): Promise<Case> {
  const world = await openWorld(ground);
  const app = await world.create(spec);
  const policy: Policy = { refuses: 'nothing' };
  const ports = (real: Ports): Ports => {
    const write: Secrets['write'] = (...call) =>
      policy.refuses === call[3] ? Promise.reject(new ClusterError('refused', 'policy')) : real.secrets.write(...call);
    return { ...real, secrets: { ...real.secrets, write } };
  };
  const process = await startProcess(world, { ports });
  await process.settle(app);
  await world.clock.advance(60_000);
  return { world, app, process, policy };
}

/** Gives the Secret another name, and returns that. */
async function rename(app: App): Promise<string> {
  const name = `${app.name}-new`;
  await app.change({ secret: { name } });
  app.alsoUses(name);
  return name;
}

/** Gives the Secret another name in a process that dies between Secret and status, and its own again. Returns the other. */
async function renameInVain({ world, app }: Case): Promise<string> {
  const name = await rename(app);
  await (await startProcess(world, { ports: (ports) => silentAfterSecret(ports) })).pass(app).catch(() => undefined);
  await app.change({ secret: { name: app.secretName } });
  return name;
}

/** Whether there is a Secret of the first name. */
async function isThere(world: World, { secretName }: App): Promise<boolean> {
  return (await world.secret(secretName)) !== undefined;
}

/** Lets the time of former Secrets pass, and expects the new one alone. */
async function expectMoved({ world, app, process }: Case, name: string): Promise<void> {
  await process.settle(app);
  expect([await readyReason(app), await logsIn(world, name)]).toEqual(['InSync', true]);
  expect([await isThere(world, app), (await statusOf(app)).formerSecrets]).toEqual([false, undefined]);
}

describe('a rename beside register-anew', () => {
  test.each(['Delete', 'Retain'] as const)('S8: in one go leaves no former Secret behind under %s', async (policy) => {
    const given = await settled({ deletionPolicy: policy });
    const { world, app, process } = given;
    const name = await rename(app);
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await process.calm(app);
    expect([await readyReason(app), await isThere(world, app)]).toEqual(['InSync', true]);
    await expectMoved(given, name);
  });

  test('S8: that comes before the next registration gives the former Secret its time from the new one on', async () => {
    const given = await settled();
    const { world, app, process, policy } = given;
    policy.refuses = 'rehearse';
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await process.pass(app);
    expect((await statusOf(app)).applicationId).toBeUndefined();
    const name = await rename(app);
    await world.clock.advance(3 * 3_600_000);
    policy.refuses = 'nothing';
    await process.calm(app);
    expect([await readyReason(app), await isThere(world, app)]).toEqual(['InSync', true]);
    await expectMoved(given, name);
  });

  test('S8: that comes once the next registration is found, and before its secret, leaves no former Secret behind', async () => {
    const given = await settled();
    const { world, app, process, policy } = given;
    world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await process.pass(app);
    policy.refuses = 'rehearse';
    await process.calm(app);
    expect(await statusOf(app)).toMatchObject({ applicationId: '2', secret: { delivered: false } });
    const name = await rename(app);
    policy.refuses = 'nothing';
    await expectMoved(given, name);
  });

  test('S8: without one the Secret is written over, and counts as none of a former name', async () => {
    const { world, app, process } = await settled();
    await app.annotate({ [REGISTER_ANEW]: 'now' });
    await process.settle(app);
    expect([await readyReason(app), await logsIn(world, app.secretName)]).toEqual(['InSync', true]);
    expect((await statusOf(app)).formerSecrets).toBeUndefined();
  });
});

describe('a rename after a secret that did not reach the Secret', () => {
  test('S8: that the API server refused leaves no former Secret behind', async () => {
    const given = await settled();
    const { app, process, policy } = given;
    policy.refuses = 'commit';
    await app.annotate({ [ROTATE]: 'now' });
    await process.pass(app);
    expect(await statusOf(app)).toMatchObject({ secret: { delivered: false } });
    policy.refuses = 'nothing';
    await expectMoved(given, await rename(app));
  });

  test('S8: that the provider did not show leaves no former Secret behind', async () => {
    const given = await settled();
    const { world, app, process } = given;
    world.emulator.fault({ operation: 'rotate', when: 'after', type: 'status', status: 200, body: '{"id":1}' });
    await app.annotate({ [ROTATE]: 'now' });
    await process.settle(app);
    expect(await readyReason(app)).toBe('ProviderReturnedNoSecret');
    const name = await rename(app);
    await world.clock.advance(60_000);
    await app.annotate({ [ROTATE]: 'again' });
    await expectMoved(given, name);
  });

  test('S8: whose answer was lost before access was withdrawn leaves no former Secret behind', async () => {
    const given = await settled();
    const { world, app, process } = given;
    const { spec } = await world.getProvider();
    world.emulator.fault({ operation: 'rotate', when: 'after', type: 'reset' });
    await app.annotate({ [ROTATE]: 'now' });
    await process.pass(app);
    await world.changeProvider({ spec: { access: [{ namespaces: { names: ['another-namespace'] } }] } });
    await process.serve();
    await process.settle(app);
    const { operation, secret } = await statusOf(app);
    expect([operation, secret]).toEqual([undefined, expect.objectContaining({ delivered: false })]);
    const name = await rename(app);
    await world.changeProvider({ spec: { access: spec.access ?? null } });
    await process.serve();
    await expectMoved(given, name);
  });
});

describe('a Secret of a former name whose time is over', () => {
  test('S8, I7: stays where a replica that lags has not seen yet that it is in use again', async () => {
    const { world, app, process } = await settled();
    await rename(app);
    await process.calm(app);
    await world.clock.advance(3_600_000);
    const late = await startProcess(world);
    await late.look();
    await app.change({ secret: { name: app.secretName } });
    await process.pass(app);
    const before = await world.secret(app.secretName);

    expect(await late.passWithoutLooking(app)).toEqual({ type: 'back-off' });
    await process.calm(app);

    expect(await world.secret(app.secretName)).toEqual(before);
    expect([await readyReason(app), world.effects()]).toEqual(['InSync', ['create', 'update']]);
  });
});

describe('a Secret of another name, of which no status tells', () => {
  test('S8: since its process died has its time, and goes then', async () => {
    const given = await settled();
    const { world, app, process } = given;
    const name = await renameInVain(given);
    await process.calm(app);
    expect([await readyReason(app), await logsIn(world, name)]).toEqual(['InSync', true]);
    await process.settle(app);
    expect([await readyReason(app), await world.secret(name)]).toEqual(['InSync', undefined]);
    expect([await logsIn(world, app.secretName), world.effects()]).toEqual([true, ['create', 'update']]);
  });

  test('S1: since a person made it as a copy of ours stays', async () => {
    const { world, app, process } = await settled();
    const { object } = (await world.secret(app.secretName)) ?? {};
    const { labels, annotations, ownerReferences, namespace } = object?.metadata ?? {};
    const metadata = { name: `${app.name}-copy`, namespace: namespace ?? '', labels, annotations, ownerReferences };
    await ground.rival.create(SECRETS, { metadata, data: object?.['data'] }, {}, ground.signal);
    app.alsoUses(metadata.name);
    await process.settle(app);
    expect([await readyReason(app), (await statusOf(app)).formerSecrets]).toEqual(['InSync', undefined]);
    expect(await world.secret(metadata.name)).toBeDefined();
  });
});

test('S8: a former Secret keeps the time that it was given, whatever the overlap is made since', async () => {
  const { world, app, process } = await settled({ rotation: { overlap: '720h' } });
  await rename(app);
  await process.calm(app);
  const { formerSecrets } = await statusOf(app);
  await app.change({ rotation: { overlap: '24h' } });
  await process.calm(app);
  expect([await isThere(world, app), (await statusOf(app)).formerSecrets]).toEqual([true, formerSecrets]);
  await world.clock.advance(2 * 24 * 3_600_000);
  await process.calm(app);
  expect(await isThere(world, app)).toBe(true);
});

test('T6, S8: a former Secret stays while the API server’s clock is hours ahead, and has its time once that is set right', async () => {
  const given = await settled();
  const { world, app } = given;
  const name = await rename(app);
  const process = await startProcess(world);
  await process.calm(app);
  const aheadMs = 2 * 3_600_000;
  const ahead = await startProcess(world, {
    ports: (real) => ({ ...real, clusterTime: () => real.clusterTime() + aheadMs, clockSkewMs: () => -aheadMs }),
  });
  // Its time is over by that clock, and whether the clocks agree is asked without haste.
  expect(await ahead.calm(app)).toMatchObject({ type: 'again', afterMs: 300_000 });
  expect([await readyReason(app), await isThere(world, app)]).toEqual(['InSync', true]);
  await world.clock.advance(aheadMs);
  await expectMoved({ ...given, process: await startProcess(world) }, name);
});

test('T6, S8: one whose time began while the API server’s clock was a year ahead has it once that is set right', async () => {
  const given = await settled();
  const { world, app } = given;
  const name = await rename(app);
  const aheadMs = 365 * 24 * 3_600_000;
  const ahead = await startProcess(world, {
    ports: (real) => ({ ...real, clusterTime: () => real.clusterTime() + aheadMs, clockSkewMs: () => -aheadMs }),
  });
  await ahead.calm(app);
  const process = await startProcess(world);
  await process.calm(app);
  const removeAfter = new Date(world.clock.now() + 3_600_000).toISOString();
  expect([await isThere(world, app), (await statusOf(app)).formerSecrets]).toMatchObject([true, [{ removeAfter }]]);
  await expectMoved({ ...given, process }, name);
});
