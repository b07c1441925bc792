import { beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../../dev/emulators/faults.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { type Process, RECHECK, startProcess } from '../../support/bench/process.ts';
import { type App, openWorld, readyMessage, readyReason, statusOf, type World } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const LIMITS = { createsPerHour: 10, createsPerDay: 30 };

const VERIFY_URL = 'https://start.1pass.dev/account';

const refusing = (status: number, body: object): Fault<'create'> => ({
  operation: 'create',
  when: 'before',
  type: 'status',
  times: 'always',
  status,
  body: JSON.stringify(body),
});

const UNVERIFIED = refusing(403, { error: 'identity_verification_required', verify_url: VERIFY_URL });
const UNFIT = refusing(422, { error: 'invalid_webhook_url', error_description: 'The host does not resolve' });

const creates = (world: World): number =>
  world.emulator.journal.filter(({ operation }) => operation === 'create').length;

/** Lets so much time pass, with a pass over every application whenever it asked for one. */
async function live(world: World, process: Process, ms: number): Promise<void> {
  const { clock, apps } = world;
  const endMs = clock.monotonic() + ms;
  const dueMs = new Map<App, number>(apps.map((app) => [app, clock.monotonic()]));
  for (;;) {
    const [app, atMs] = [...dueMs].toSorted(([, one], [, other]) => one - other)[0] ?? [];
    if (app === undefined || atMs === undefined || atMs > endMs) break;
    await clock.advance(Math.max(0, atMs - clock.monotonic()));
    const outcome = await process.pass(app);
    const afterMs = outcome.type === 'again' ? Math.max(1, outcome.afterMs) : MINUTE_MS;
    dueMs.set(app, outcome.type === 'await-change' ? Number.POSITIVE_INFINITY : clock.monotonic() + afterMs);
  }
  await clock.advance(endMs - clock.monotonic());
}

describe('a create that is refused', () => {
  test('O5: for what a person has to do is not tried again and again, and says so all the time', async () => {
    const world = await openWorld(ground, { limits: LIMITS });
    const app = await world.create();
    const fault = world.emulator.fault(UNVERIFIED);
    const process = await startProcess(world);

    await live(world, process, 3 * HOUR_MS);

    expect(creates(world)).toBeLessThanOrEqual(7);
    expect([await readyReason(app), (await statusOf(app)).operation]).toEqual(['NeedsPerson', undefined]);
    expect(await readyMessage(app)).toContain(VERIFY_URL);

    fault.remove();
    await app.annotate({ [RECHECK]: 'verified' });
    const before = world.clock.monotonic();
    await process.pass(app);
    expect([await readyReason(app), world.clock.monotonic()]).toEqual(['InSync', before]);
  });

  test('O5: for what a person has to do is not tried for every other application', async () => {
    const world = await openWorld(ground, { limits: LIMITS });
    const names = ['one', 'two', 'three'];
    const asking = await world.create({ displayName: 'Asking' }, 'asking');
    const others = await Promise.all(names.map((name) => world.create({ displayName: name }, name)));
    const fault = world.emulator.fault(UNVERIFIED);
    const process = await startProcess(world);

    await live(world, process, HOUR_MS);

    expect(creates(world)).toBeLessThanOrEqual(5);
    for (const app of world.apps) expect(await readyMessage(app)).toContain(VERIFY_URL);

    fault.remove();
    await asking.annotate({ [RECHECK]: 'verified' });
    await process.pass(asking);
    for (const app of others) await process.pass(app);
    expect(await Promise.all(world.apps.map(readyReason))).toEqual(Array.from(world.apps, () => 'InSync'));
  });

  test('O5: for its spec keeps nobody else waiting, and is tried at once when its spec is another', async () => {
    const world = await openWorld(ground, { limits: LIMITS });
    const unfit = await world.create({}, 'unfit');
    const process = await startProcess(world);
    const fault = world.emulator.fault(UNFIT);
    await process.pass(unfit);
    await process.pass(unfit);
    expect([await readyReason(unfit), creates(world)]).toEqual(['Rejected', 1]);

    fault.remove();
    const other = await world.create({ displayName: 'Other' }, 'other');
    const before = world.clock.monotonic();
    await process.pass(other);
    await process.pass(unfit);
    expect([await readyReason(other), await readyReason(unfit), creates(world)]).toEqual(['InSync', 'Rejected', 2]);

    await unfit.change({ displayName: 'Fit' });
    await process.pass(unfit);
    expect([await readyReason(unfit), world.clock.monotonic()]).toEqual(['InSync', before]);
  });

  test('O5: is tried again by itself, and before long where it was not refused for long', async () => {
    const world = await openWorld(ground, { limits: LIMITS });
    const app = await world.create();
    const process = await startProcess(world);
    const fault = world.emulator.fault(UNFIT);
    await process.pass(app);
    fault.remove();
    await live(world, process, 6 * MINUTE_MS);
    expect([await readyReason(app), creates(world)]).toEqual(['InSync', 2]);
  });

  test.each([
    { sameName: 'refused', reason: 'Rejected' },
    { sameName: 'found', reason: 'NameTaken' },
  ] as const)('O5: since its name is taken ($sameName) leaves creates for others, and says so', async (names) => {
    const { sameName, reason } = names;
    const world = await openWorld(ground, { registrationName: 'Final', switches: { sameName }, limits: LIMITS });
    const first = await world.create({}, 'first');
    const process = await startProcess(world);
    await process.pass(first);
    const second = await world.create({}, 'second');

    await live(world, process, 3 * HOUR_MS);

    expect([creates(world) <= 8, await readyReason(second)]).toEqual([true, reason]);
    const other = await world.create({ displayName: 'Other' }, 'other');
    await process.pass(other);
    expect(await readyReason(other)).toBe('InSync');

    await second.change({ displayName: 'Second' });
    const before = world.clock.monotonic();
    await process.pass(second);
    expect([await readyReason(second), world.clock.monotonic()]).toEqual(['InSync', before]);
  });

  test('O5: since its temporary name is taken by what was made and is gone is not tried again and again', async () => {
    const world = await openWorld(ground, {
      switches: { sameName: 'refused', deletedNames: 'reserved' },
      limits: LIMITS,
    });
    const app = await world.create();
    const process = await startProcess(world);
    world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    await process.pass(app);
    for (const { id } of world.live()) world.emulator.edit(id, { softDeleted: true });

    await live(world, process, 3 * HOUR_MS);

    expect([creates(world) <= 8, await readyReason(app)]).toEqual([true, 'Rejected']);
  });

  test.each<{ readonly fault: Fault<'create'>; readonly reason: string }>([
    {
      fault: { operation: 'create', when: 'before', type: 'html', status: 413, times: 'always' },
      reason: 'ProviderUnavailable',
    },
    { fault: { operation: 'create', when: 'before', type: 'reset', times: 'always' }, reason: 'AnswerLost' },
  ])('O5: without a word of the provider ($fault.type) leaves creates for others, and says so', async (silence) => {
    const world = await openWorld(ground, { limits: LIMITS });
    const app = await world.create();
    const process = await startProcess(world);
    const fault = world.emulator.fault(silence.fault);

    await live(world, process, 3 * HOUR_MS);

    expect([creates(world) <= 8, await readyReason(app)]).toEqual([true, silence.reason]);
    fault.remove();
    const other = await world.create({ displayName: 'Other' }, 'other');
    const before = world.clock.monotonic();
    await process.pass(other);
    await process.pass(app);
    expect([await readyReason(other), await readyReason(app), world.clock.monotonic()]).toEqual([
      'InSync',
      'InSync',
      before,
    ]);
  });

  test('O5: is told also while the limit on creates is used up', async () => {
    const world = await openWorld(ground, { limits: { createsPerHour: 2 } });
    const app = await world.create();
    world.emulator.fault(UNVERIFIED);
    await live(world, await startProcess(world), 50 * MINUTE_MS);
    expect([await readyReason(app), creates(world)]).toEqual(['NeedsPerson', 2]);
  });

  test('O5: is tried once by a process that knows nothing of it', async () => {
    const world = await openWorld(ground, { limits: LIMITS });
    const app = await world.create();
    const fault = world.emulator.fault(UNVERIFIED);
    await live(world, await startProcess(world), HOUR_MS);
    fault.remove();
    await (await startProcess(world)).pass(app);
    expect(await readyReason(app)).toBe('InSync');
  });
});
