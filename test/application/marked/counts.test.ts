import { beforeAll, describe, expect, test } from 'vitest';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type LogtoWorld, looksLater, openLogtoWorld } from '../../support/bench/logto.ts';
import { type Process, RECHECK, ROTATE, startProcess } from '../../support/bench/process.ts';
import { type App, readyReason, type SpecChange, statusOf } from '../../support/bench/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

interface Case {
  readonly world: LogtoWorld;
  readonly app: App;
  readonly process: Process;
  /** Calls since it was asked last, without those for a token. */
  calls(): readonly string[];
}

async function served(spec: SpecChange = {}, provider: Readonly<Record<string, unknown>> = {}): Promise<Case> {
  const world = await openLogtoWorld(ground, { spec: provider });
  world.emulator.addRole({ name: 'reader' });
  world.emulator.addRole({ name: 'writer' });
  const app = await world.create(spec);
  const process = await startProcess(world);
  let seen = world.emulator.journal.length;
  return {
    world,
    app,
    process,
    calls() {
      const since = world.emulator.journal.slice(seen).map(({ operation }) => operation);
      seen = world.emulator.journal.length;
      return since.filter((operation) => operation !== 'token');
    },
  };
}

async function settled(spec: SpecChange = {}, provider: Readonly<Record<string, unknown>> = {}): Promise<Case> {
  const made = await served(spec, provider);
  await made.process.calm(made.app);
  made.calls();
  return made;
}

describe('an application costs', () => {
  test('two calls to register', async () => {
    const { process, app, calls } = await served();
    await process.calm(app);
    expect(calls()).toEqual(['create', 'list-secrets']);
  });

  test('one to register a public client', async () => {
    const { process, app, calls } = await served({ type: 'SinglePage' });
    await process.calm(app);
    expect(calls()).toEqual(['create']);
  });

  test('none while it is settled, for a new process neither', async () => {
    const { world, process, app, calls } = await settled();
    await process.calm(app);
    expect(calls()).toEqual([]);
    await (await startProcess(world)).calm(app);
    expect(calls()).toEqual(['list']);
  });

  test('two to update', async () => {
    const { process, app, calls } = await settled();
    await app.change({ displayName: 'Store' });
    await process.calm(app);
    expect(calls()).toEqual(['show', 'update']);
  });

  test('three to rotate, and three when the superseded secret is retired', async () => {
    const { world, app, calls } = await settled({}, { deepResyncInterval: '720h' });
    const process = await startProcess(world, { ports: looksLater(world, 30 * DAY_MS) });
    calls();
    await app.annotate({ [ROTATE]: 'now' });
    await process.calm(app);
    expect(calls()).toEqual(['show', 'list-secrets', 'create-secret']);
    await world.clock.advance(DAY_MS - HOUR_MS);
    await process.calm(app);
    expect(calls()).toEqual([]);
    await world.clock.advance(HOUR_MS);
    await process.calm(app);
    expect(calls()).toEqual(['show', 'list-secrets', 'delete-secret']);
  });

  test('two to have its Secret back', async () => {
    const { process, app, calls } = await settled();
    await app.loseSecret();
    await process.calm(app);
    expect(calls()).toEqual(['show', 'list-secrets']);
  });

  test('two to delete', async () => {
    const { process, app, calls } = await settled();
    await app.delete();
    await process.calm(app);
    expect(calls()).toEqual(['show', 'delete']);
  });

  test('two to retain', async () => {
    const { process, app, calls } = await settled({ deletionPolicy: 'Retain' });
    await app.delete();
    await process.calm(app);
    expect(calls()).toEqual(['show', 'merge-custom-data']);
  });

  test('two for a deep look, and that once in an interval', async () => {
    const { world, process, app, calls } = await settled({}, { deepResyncInterval: '6h' });
    const looks: string[] = [];
    for (let hour = 0; hour < 24; hour++) {
      await world.clock.advance(HOUR_MS);
      await process.calm(app);
      looks.push(...calls());
    }
    expect(looks).toEqual(Array.from({ length: 4 }, () => ['show', 'list-secrets']).flat());
  });
});

test.each([
  ['of another registration', { seal: `v1:${'0'.repeat(64)}` }, 'SealInvalid'],
  ['without its client id', { clientId: null }, 'SealInvalid'],
  ['that a later release sealed', { seal: `v3:${'0'.repeat(64)}` }, 'ForeignVersion'],
])('I2: a deep look that is due is not made for a status %s, and that is said once', async (_, forged, reason) => {
  const { world, process, app, calls } = await settled({}, { deepResyncInterval: '6h' });
  await app.forge(forged);
  await world.clock.advance(6 * HOUR_MS);
  const outcome = await process.pass(app);
  expect([await readyReason(app), outcome.type, calls()]).toEqual([reason, 'back-off', []]);
});

describe('what a listing does not show', () => {
  const READER = { type: 'MachineToMachine', redirectUris: [], logto: { roles: ['reader'] } } as const;
  const DEEP = { deepResyncInterval: '6h' };

  function rolesIn({ emulator, live }: LogtoWorld): readonly string[] {
    const [registration] = live();
    const held = new Set(registration?.roleIds);
    return emulator
      .roles()
      .filter(({ id }) => held.has(id))
      .map(({ name }) => name);
  }

  test('is set right after the registration', async () => {
    const { world, app, process } = await served(READER);
    await process.calm(app);
    expect([await readyReason(app), rolesIn(world)]).toEqual(['InSync', ['reader']]);
  });

  test('is changed as soon as the spec says something else', async () => {
    const { world, app, process } = await settled(READER);
    await app.change({ logto: { roles: ['writer'] } });
    await process.calm(app);
    expect(rolesIn(world)).toEqual(['writer']);
    await app.change({ logto: null });
    await process.calm(app);
    expect([await readyReason(app), rolesIn(world)]).toEqual(['InSync', []]);
  });

  test('drifts unseen until the deep resync, which brings it in step', async () => {
    const { world, app, process, calls } = await settled(READER, DEEP);
    const [{ id = '' } = {}] = world.live();
    const [reader] = world.emulator.roles().filter(({ name }) => name === 'reader');
    world.emulator.revoke(id, reader?.id ?? '');
    await process.calm(app);
    expect([rolesIn(world), calls()]).toEqual([[], []]);
    await world.clock.advance(6 * HOUR_MS);
    await process.calm(app);
    expect([await readyReason(app), rolesIn(world)]).toEqual(['InSync', ['reader']]);
  });

  test('is looked at when a person asks for it', async () => {
    const { world, app, process } = await settled(READER);
    const [{ id = '' } = {}] = world.live();
    const [reader] = world.emulator.roles().filter(({ name }) => name === 'reader');
    world.emulator.revoke(id, reader?.id ?? '');
    await app.annotate({ [RECHECK]: 'now' });
    await process.calm(app);
    expect([rolesIn(world), (await statusOf(app)).served?.reconcile]).toEqual([['reader'], 'now']);
  });

  test('is granted and withdrawn: the Management API', async () => {
    const { world, app, process } = await settled({ ...READER, logto: { managementApiAccess: true } });
    const access = () => rolesIn(world).length;
    expect(access()).toBe(1);
    await app.change({ logto: { managementApiAccess: null } });
    await process.calm(app);
    expect([access(), await readyReason(app)]).toEqual([0, 'InSync']);
  });

  test('is set for a third party: what it may ask its users for', async () => {
    const { world, app } = await settled({ logto: { thirdParty: { consentScopes: { user: ['email'] } } } });
    const [registration] = world.live();
    expect([await readyReason(app), registration?.consent.userScopes]).toEqual(['InSync', ['email']]);
  });

  test('is looked at in many applications at many times', async () => {
    const world = await openLogtoWorld(ground, { spec: DEEP });
    const process = await startProcess(world);
    const due: number[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const outcome = await process.calm(await world.create({}, name));
      due.push(outcome.type === 'again' ? outcome.afterMs : Number.NaN);
    }
    expect(Math.max(...due)).toBeLessThanOrEqual(6 * HOUR_MS);
    expect(Math.min(...due)).toBeGreaterThan(0);
    expect(Math.max(...due) - Math.min(...due)).toBeGreaterThan(HOUR_MS);
  });
});
