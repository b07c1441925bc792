import { beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../../dev/emulators/faults.ts';
import { FINALIZERS } from '../../../src/api/names.ts';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { Ports } from '../../../src/application/ports/ports.ts';
import { Crash, createFuse } from '../../support/bench/fuse.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { CALL_DEADLINE_MS, createProcess, ROTATE, SETTLING_MS, startProcess } from '../../support/bench/process.ts';
import { openSettledAtLogi } from '../../support/bench/settled.ts';
import { type App, openWorld, readyReason, statusOf, type World } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** A process that dies around its first call of this kind; returns what it called. */
async function dieAt(world: World, app: App, call: RegExp, side: 'before' | 'after'): Promise<void> {
  const rehearsal = createFuse(Number.POSITIVE_INFINITY, side);
  const twin = await openWorld(ground);
  const other = await twin.create();
  const healthy = createProcess(twin, { fuse: rehearsal });
  rehearsal.arm();
  await healthy.serve();
  await healthy.settle(other);

  const fuse = createFuse(
    rehearsal.calls.findIndex((made) => call.test(made)),
    side,
  );
  const doomed = createProcess(world, { fuse });
  fuse.arm();
  await expect(doomed.serve().then(() => doomed.settle(app))).rejects.toBeInstanceOf(Crash);
  expect(fuse.calls.at(-1)).toMatch(call);
}

/** Ports through which the first finalizer meets an object that somebody changed a moment ago. */
function refusingFirstFinalizer(ports: Ports): Ports {
  const { applications } = ports;
  let refusals = 1;
  return {
    ...ports,
    applications: {
      ...applications,
      addFinalizer: (application, signal) =>
        refusals-- > 0
          ? Promise.reject(new ClusterError('conflict', 'the object was changed'))
          : applications.addFinalizer(application, signal),
    },
  };
}

const creates = (world: World): number =>
  world.emulator.journal.filter(({ operation }) => operation === 'create').length;

describe('operations', () => {
  test('O1, I3: what is about to be called, where and by whom stands in the status before the call', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    await dieAt(world, app, /^POST .*applications$/, 'before');

    const { metadata, status } = await app.get();
    expect(status?.provider?.identity).toBe(`logi|${world.emulator.url}|namespace/${ground.namespace}`);
    expect(status?.operation).toMatchObject({
      v: 1,
      type: 'register',
      deadlineSeconds: CALL_DEADLINE_MS / 1000,
      serial: 1,
    });
    expect(status?.operation?.temporaryName).toMatch(/^Shop \[k8s [0-9a-f]{16}\]$/);
    expect(metadata.finalizers).toContain(FINALIZERS.registration);
    expect(creates(world)).toBe(0);
  });

  test('O2: budget, operation, finalizer, call, Secret, status: in this order', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const fuse = createFuse(Number.POSITIVE_INFINITY, 'before');
    const process = createProcess(world, { fuse });
    await process.serve();
    fuse.arm();
    await process.settle(app);

    expect(fuse.calls.filter((call) => !/^(get|list|GET|rehearse)/.test(call)).slice(0, 6)).toEqual([
      'replace oauthproviders status',
      'replace oauthapplications status',
      'patch oauthapplications',
      'POST /api/v1/applications',
      'create secrets',
      'replace oauthapplications status',
    ]);
    expect((await world.getProvider()).status?.budget?.spent).toMatchObject([{ creates: 1 }]);
  });

  test('O2: a finalizer that somebody takes off while a lost create settles leads to no second registration', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    await process.pass(app);
    await app.stripFinalizers();

    await process.settle(app);
    expect([await readyReason(app), creates(world), world.live().length]).toEqual(['InSync', 1, 1]);
    expect((await app.get()).metadata.finalizers).toContain(FINALIZERS.registration);
  });

  test('O2: an operation whose finalizer is refused is taken back at once', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world, { ports: refusingFirstFinalizer });
    const before = world.clock.monotonic();
    await process.pass(app);
    expect([(await statusOf(app)).operation, creates(world)]).toEqual([undefined, 0]);

    await process.pass(app);
    expect([await readyReason(app), world.clock.monotonic()]).toEqual(['InSync', before]);
  });

  test('O2: a finalizer with an empty status is a lost status, never a new object', async () => {
    const { world, app } = await openSettledAtLogi(ground);
    await app.loseSecret();
    await app.loseStatus();

    await (await startProcess(world)).pass(app);
    expect(await readyReason(app)).toBe('StatusLost');
    expect(creates(world)).toBe(1);
  });

  test('O3: no call is made on a lease that is about to end', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    let leaseMs = 15_000;
    const process = await startProcess(world, { leaseRemainingMs: () => leaseMs });
    leaseMs = 1_500;

    expect(await process.pass(app)).toMatchObject({ type: 'again' });
    expect(creates(world)).toBe(0);
  });

  test('O3: a call ends before the lease does', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    let leaseMs = 15_000;
    const process = await startProcess(world, { leaseRemainingMs: () => leaseMs });
    leaseMs = 5_000;
    const { hit } = world.emulator.fault({ operation: 'create', when: 'before', type: 'timeout' });

    const pass = process.pass(app);
    await hit;
    await world.clock.advance(leaseMs);
    await pass;
    expect(await readyReason(app)).toBe('AnswerLost');
  });

  test('O4: nobody acts on an open operation before its deadline and the settling time have passed', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'create', when: 'before', type: 'reset' });
    await process.pass(app);

    const waitMs = CALL_DEADLINE_MS + SETTLING_MS;
    expect(await process.pass(app)).toEqual({ type: 'again', afterMs: waitMs });
    await world.clock.advance(waitMs - 1);
    expect(await process.pass(app)).toEqual({ type: 'again', afterMs: 1 });
    expect([await readyReason(app), creates(world)]).toEqual(['Settling', 1]);
    await world.clock.advance(1);
    await process.pass(app);
    expect(creates(world)).toBe(2);
  });

  test('O4: another process counts anew, from when it sees the operation first', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    world.emulator.fault({ operation: 'create', when: 'before', type: 'reset' });
    await (await startProcess(world)).pass(app);
    await world.clock.advance(CALL_DEADLINE_MS + SETTLING_MS);

    const next = await startProcess(world);
    expect(await next.pass(app)).toEqual({ type: 'again', afterMs: CALL_DEADLINE_MS + SETTLING_MS });
  });

  test('O4, R3: a call that has its effect after its process is gone is found by a listing begun later', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const held = world.emulator.fault({ operation: 'create', when: 'before', type: 'hold' });
    const pass = (await startProcess(world)).pass(app);
    await held.hit;
    await world.clock.advance(CALL_DEADLINE_MS);
    await pass;

    const next = await startProcess(world);
    await next.pass(app);
    held.release();
    await expect.poll(() => world.live(), { timeout: 10_000 }).toHaveLength(1);
    await next.settle(app);
    expect([await readyReason(app), world.emulator.applications().length]).toEqual(['InSync', 1]);
  });

  const REFUSED: readonly (Fault<'create'> & { readonly title: string; readonly reason: string })[] = [
    {
      title: 'a 422 in JSON',
      when: 'before',
      type: 'status',
      status: 422,
      body: '{"error":"invalid","field":"redirect_uris"}',
      reason: 'Rejected',
    },
    {
      title: 'a 429',
      when: 'before',
      type: 'status',
      status: 429,
      headers: { 'retry-after': '60' },
      reason: 'Throttled',
    },
    {
      title: 'a 403 in JSON',
      when: 'before',
      type: 'status',
      status: 403,
      body: '{"error":"forbidden"}',
      reason: 'Forbidden',
    },
  ];

  test.each(REFUSED)('O5: $title refuses a create and clears the operation', async ({ reason, ...fault }) => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world);
    world.emulator.fault({ ...fault, operation: 'create' });

    await process.pass(app);
    const { operation } = await statusOf(app);
    expect([operation, await readyReason(app)]).toEqual([undefined, reason]);
  });

  const LOST: readonly (Fault<'create'> & { readonly title: string })[] = [
    { title: 'an HTML answer', when: 'after', type: 'html' },
    { title: 'an HTML answer of 422', when: 'after', type: 'html', status: 422 },
    { title: 'a 500', when: 'after', type: 'status', status: 500 },
    { title: 'a reset', when: 'after', type: 'reset' },
    { title: 'a truncated answer', when: 'after', type: 'truncate' },
    { title: 'an oversized answer', when: 'after', type: 'oversize', bytes: 9 * 1024 * 1024 },
    { title: 'an undecodable 201', when: 'after', type: 'garbage' },
    { title: 'a conflict', when: 'after', type: 'status', status: 409, body: '{"error":"conflict"}' },
    {
      title: 'a name that is taken',
      when: 'after',
      type: 'status',
      status: 422,
      body: '{"error":"name_taken","field":"name","error_description":"Name has already been taken"}',
    },
  ];

  test.each(LOST)('O5: $title to a create is lost, not refused', async (fault) => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world);
    world.emulator.fault({ ...fault, operation: 'create' });

    await process.pass(app);
    expect((await statusOf(app)).operation?.type).toBe('register');
    await process.settle(app);
    expect([await readyReason(app), world.emulator.applications().length]).toEqual(['InSync', 1]);
  });

  test('O6: a call that fails is made once in a pass', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'create', when: 'before', type: 'reset', times: 'always' });
    await process.pass(app);
    expect(creates(world)).toBe(1);
  });

  test('O7, B2: an open operation is finished before suspend is looked at', async () => {
    const world = await openWorld(ground);
    const app = await world.create();
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    await process.pass(app);
    await app.change({ suspend: true });

    await process.settle(app);
    const { operation, applicationId } = await statusOf(app);
    expect([operation, applicationId, await readyReason(app)]).toEqual([undefined, '1', 'Suspended']);
    expect(world.effects()).toEqual(['create']);
  });

  test('O7: an open operation is finished before a new request is looked at', async () => {
    const { world, app, process } = await openSettledAtLogi(ground);
    await app.annotate({ [ROTATE]: 'one' });
    world.emulator.fault({ operation: 'rotate', when: 'before', type: 'reset' });
    await process.pass(app);
    await app.annotate({ [ROTATE]: 'two' });

    expect(await process.pass(app)).toMatchObject({ type: 'again' });
    expect(await readyReason(app)).toBe('Settling');
    await process.settle(app);
    expect((await statusOf(app)).served?.rotate).toBe('two');
  });
});
