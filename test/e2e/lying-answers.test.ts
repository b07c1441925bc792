import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Switches } from '../../dev/emulators/logi/switches.ts';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { conditionOf, eventsAbout } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { createWorld, idOf, keptUnder, logi, logsIn, type World, web } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.startOperator();
});

afterAll(() => world[Symbol.asyncDispose]());

/** How every secret of the emulator begins. */
const ISSUED = 'logi_secret_';

const NOT_FOUND = {
  type: 'status',
  status: 404,
  body: '{"error":"not_found","error_description":"No such thing"}',
} as const;
const UNTIL_REMOVED = { when: 'before', times: 'always' } as const;

/** Runs `work` while the emulator behaves so. */
async function whileLogi(switches: Partial<Switches>, work: () => Promise<void>): Promise<void> {
  const before = world.emulator.switches();
  world.emulator.set(switches);
  try {
    await work();
  } finally {
    world.emulator.set(before);
  }
}

async function annotate(name: string, annotations: Readonly<Record<string, string>>): Promise<void> {
  await world.patch('OAuthApplication', name, { metadata: { annotations } });
}

async function served(name: string, token: string): Promise<void> {
  await until(
    `${name} has served ${token}`,
    () => world.application(name),
    (application) => application?.status?.served?.rotate === token,
  );
}

async function gone(name: string): Promise<void> {
  await until(
    `${name} is gone`,
    () => world.application(name),
    (application) => application === undefined,
  );
}

function registration(id: number) {
  return world.emulator.applications().find((application) => application.id === id);
}

function callsOf(operation: string): number {
  return world.emulator.journal.filter((call) => call.operation === operation).length;
}

/** Deleted ones included. */
function everUnder(name: string) {
  return world.emulator.applications().filter((application) => application.name.startsWith(name));
}

describe('a secret that is not in the answer', () => {
  test.for(['missing', 'empty', 'null'] as const)(
    'to a create, but %s, is issued once more before anybody sees a Secret',
    async (emptySecret, ctx) => {
      const name = `unborn-${emptySecret}`;
      await whileLogi({ createSecret: 'withheld', emptySecret }, async () => {
        await world.apply(web(name));
        await world.ready(name);
      });
      ctx.expect(everUnder(name)).toMatchObject([{ secretsIssued: 2 }]);
      ctx.expect(await logsIn(world, `${name}-oauth`)).toBe(true);
    },
  );

  test('to a rotation leaves the Secret as it is, asks for a token, and another one heals it', async () => {
    const lacking = { missing: {}, empty: { client_secret: '' }, null: { client_secret: null } };
    const names = Object.keys(lacking).map((how) => `unrotated-${how}`);
    for (const [how, field] of Object.entries(lacking)) {
      const name = `unrotated-${how}`;
      await world.apply(web(name));
      const id = idOf(await world.ready(name));
      const before = await world.secret(`${name}-oauth`);
      const body = JSON.stringify({ id, client_id: before?.data['client_id'], ...field });
      world.emulator.fault({ operation: 'rotate', when: 'after', type: 'status', status: 200, body });
      await annotate(name, { [ANNOTATIONS.rotateRequestedAt]: 'first' });
      const { message } = await world.reason(name, 'ProviderReturnedNoSecret');
      expect(message).toContain(ANNOTATIONS.rotateRequestedAt);
      expect(conditionOf(await world.application(name), 'SecretSynced')?.status).toBe('False');
      expect((await world.secret(`${name}-oauth`))?.data, how).toEqual(before?.data);
      expect(registration(id)?.secretsIssued, how).toBe(2);
    }
    for (const name of names) await annotate(name, { [ANNOTATIONS.rotateRequestedAt]: 'second' });
    for (const name of names) {
      await served(name, 'second');
      await world.ready(name);
      expect(await logsIn(world, `${name}-oauth`)).toBe(true);
      expect(everUnder(name)).toMatchObject([{ secretsIssued: 3 }]);
    }
  });
});

describe('a not-found that is not true', () => {
  test.for(['show', 'list'] as const)('from %s alone registers nothing anew', async (place, ctx) => {
    const name = `hidden-from-${place}`;
    await world.apply(web(name));
    const before = await world.ready(name);
    const secret = await world.secret(`${name}-oauth`);
    world.emulator.vanish(idOf(before), place);
    await world.relist();
    const shows = callsOf('show');
    await annotate(name, { [ANNOTATIONS.reconcileRequestedAt]: 'now' });
    await until(
      'the provider was asked for it',
      () => callsOf('show'),
      (calls) => calls > shows,
    );
    world.emulator.reappear(idOf(before));
    await until(
      'it was looked at',
      () => world.application(name),
      (application) => application?.status?.served?.reconcile === 'now',
    );
    const after = await world.ready(name);
    ctx.expect(after.status?.applicationId).toBe(before.status?.applicationId);
    ctx.expect(everUnder(name)).toMatchObject([{ secretsIssued: 1, softDeleted: false }]);
    ctx.expect(await world.secret(`${name}-oauth`)).toEqual(secret);
  });

  test.for([
    { what: 'of its own', answer: NOT_FOUND },
    { what: 'of a proxy', answer: { type: 'html', status: 404 } as const },
  ])('$what to a deletion lets the object go no sooner than the registration', async ({ answer }, ctx) => {
    const name = `undeleted-${answer.type}`;
    await world.apply(web(name));
    const id = idOf(await world.ready(name));
    const fault = world.emulator.fault({ operation: 'delete', ...UNTIL_REMOVED, ...answer });
    await world.remove('OAuthApplication', name);
    const stuck = await until(
      'it says why it stays',
      () => world.application(name),
      (application) => fault.hits > 0 && conditionOf(application, 'Ready')?.status === 'False',
    );
    ctx.expect(stuck?.metadata.finalizers).toContain('oauthapp.dev/registration');
    ctx.expect(registration(id)?.softDeleted).toBe(false);
    fault.remove();
    await gone(name);
    ctx.expect(registration(id)?.softDeleted).toBe(true);
  });
});

describe('a 500 that did happen', () => {
  const failing = (operation: 'create' | 'update' | 'rotate' | 'delete') =>
    world.emulator.fault({ operation, when: 'after', type: 'status', status: 500 });

  test('is made good for a create, an update, a rotation and a deletion', async () => {
    const lost = { create: failing('create'), update: failing('update') };
    await world.apply(web('failing'));
    const id = idOf(await world.ready('failing'));
    expect([lost.create.hits, lost.update.hits]).toEqual([1, 1]);
    expect(await logsIn(world, 'failing-oauth')).toBe(true);
    expect(keptUnder(world, 'failing')).toMatchObject([{ id, name: 'failing', secretsIssued: 2 }]);

    const rotation = failing('rotate');
    await annotate('failing', { [ANNOTATIONS.rotateRequestedAt]: 'now' });
    await served('failing', 'now');
    await world.ready('failing');
    expect([rotation.hits, await logsIn(world, 'failing-oauth')]).toEqual([1, true]);

    const deletion = failing('delete');
    await world.remove('OAuthApplication', 'failing');
    await gone('failing');
    expect([deletion.hits, everUnder('failing').map(({ softDeleted }) => softDeleted)]).toEqual([1, [true]]);
  });
});

describe('a name that is taken', () => {
  test.for(['refused', 'found'] as const)(
    'by the first of two creates that a proxy made of one, and then %s, is our own',
    async (sameName, ctx) => {
      const name = `repeated-${sameName}`;
      await whileLogi({ sameName }, async () => {
        const repetition = world.emulator.fault({ operation: 'create', when: 'before', type: 'repeat' });
        await world.apply(web(name));
        await world.ready(name);
        ctx.expect(repetition.hits).toBe(1);
      });
      ctx.expect(everUnder(name)).toMatchObject([{ softDeleted: false }]);
      ctx.expect(await logsIn(world, `${name}-oauth`)).toBe(true);
    },
  );

  test('by a 409 after a create that did happen is our own', async () => {
    world.emulator.fault({
      operation: 'create',
      when: 'after',
      type: 'status',
      status: 409,
      body: '{"error":"conflict"}',
    });
    await world.apply(web('conflicting'));
    await world.ready('conflicting');
    expect(everUnder('conflicting')).toMatchObject([{ softDeleted: false }]);
    expect(await logsIn(world, 'conflicting-oauth')).toBe(true);
  });

  test("by somebody's registration, which a provider finds by name, is told and left alone", async () => {
    const { limits, ...rest } = spread(logi(world.emulator.url)['spec']);
    const final = { ...spread(rest['logi']), registrationName: 'Final' };
    await world.apply({ ...logi(world.emulator.url), metadata: { name: 'final' }, spec: { logi: final, limits } });
    const theirs = world.emulator.createByHand('Bank').application;
    await whileLogi({ sameName: 'found' }, async () => {
      await world.apply(web('bank', { displayName: 'Bank', providerRef: { name: 'final' } }));
      const { message } = await world.reason('bank', 'NameTaken');
      expect(message).toContain(`${theirs.id}`);
    });
    expect(await world.secret('bank-oauth')).toBeUndefined();
    await world.remove('OAuthApplication', 'bank');
    await gone('bank');
    expect(registration(theirs.id)).toEqual(theirs);
  });

  test.for([
    { how: 'named', said: { name: 'Treasury' } },
    { how: 'nameless', said: {} },
  ])("by a lie about somebody's registration, $how, secret and all, is not believed", async ({ how, said }, ctx) => {
    const name = `lied-to-${how}`;
    const theirs = world.emulator.createByHand('Treasury').application;
    await world.relist();
    const answer = { id: theirs.id, client_id: theirs.clientId, ...said };
    const body = JSON.stringify({ ...answer, client_secret: `${ISSUED}${'ab'.repeat(32)}` });
    const lie = world.emulator.fault({ operation: 'create', when: 'before', type: 'status', status: 201, body });
    await world.apply(web(name));
    const application = await world.ready(name);
    ctx.expect([lie.hits, await logsIn(world, `${name}-oauth`)]).toEqual([1, true]);
    ctx.expect(application.status?.clientId).not.toBe(theirs.clientId);
    await world.remove('OAuthApplication', name);
    await gone(name);
    ctx.expect(registration(theirs.id)).toEqual(theirs);
  });
});

describe('a registration that comes back', () => {
  test('after another took its place is not ours any more, and is left alone', async () => {
    await world.apply(web('replaced'));
    const former = idOf(await world.ready('replaced'));
    world.emulator.edit(former, { softDeleted: true });
    await world.relist();
    const application = await until(
      'it has another registration',
      () => world.application('replaced'),
      (shown) => shown?.status?.applicationId !== undefined && idOf(shown) !== former,
    );
    await world.ready('replaced');
    world.emulator.restoreSoftDeleted(former);
    const returned = registration(former);
    await world.relist();
    await annotate('replaced', { [ANNOTATIONS.reconcileRequestedAt]: 'now' });
    await until(
      'it was looked at',
      () => world.application('replaced'),
      (shown) => shown?.status?.served?.reconcile === 'now',
    );
    expect(idOf(await world.ready('replaced'))).toBe(idOf(application));
    expect(await logsIn(world, 'replaced-oauth')).toBe(true);

    await world.remove('OAuthApplication', 'replaced');
    await gone('replaced');
    expect(registration(former)).toEqual(returned);
    expect(registration(idOf(application))?.softDeleted).toBe(true);
  });

  test('under our temporary name, after the create was made again, is a twin and goes', async () => {
    const hold = world.emulator.fault({ operation: 'create', when: 'after', type: 'reset' });
    await world.apply(web('twice'));
    await hold.hit;
    const [lost] = everUnder('twice');
    if (lost === undefined) throw new Error('nothing was registered');
    world.emulator.edit(lost.id, { softDeleted: true });
    const kept = idOf(await world.ready('twice'));
    expect(kept).not.toBe(lost.id);
    world.emulator.restoreSoftDeleted(lost.id);
    await world.relist();
    await until(
      'the twin is removed',
      () => registration(lost.id)?.softDeleted,
      (softDeleted) => softDeleted === true,
    );
    expect(registration(kept)).toMatchObject({ softDeleted: false, secretsIssued: 1 });
    expect(await logsIn(world, 'twice-oauth')).toBe(true);
    await until(
      'the removal is told',
      () => eventsAbout(world, 'twice'),
      (events) => events.some(({ reason }) => reason === 'TwinRemoved'),
    );
  });
});

describe('many registrations that are missing at once', () => {
  const NAMES = ['mass-a', 'mass-b', 'mass-c'];

  async function massDisappears(): Promise<void> {
    await world.relist();
    const provider = await until(
      'the provider says so',
      () => world.provider(),
      (shown) => conditionOf(shown, 'Ready')?.reason === 'MassDisappearance',
    );
    expect(conditionOf(provider, 'Ready')?.message).toContain(ANNOTATIONS.confirmDisappearance);
    for (const name of NAMES) await world.reason(name, 'MassDisappearance');
  }

  test('are waited for, and cost nothing when they come back', async () => {
    for (const name of NAMES) await world.apply(web(name));
    const before = await Promise.all(NAMES.map((name) => world.ready(name)));
    const secrets = await Promise.all(NAMES.map((name) => world.secret(`${name}-oauth`)));
    // What is missing is counted by what the operator has seen of its own writes.
    await Promise.all(NAMES.map((name) => world.look(name)));
    for (const application of before) world.emulator.vanish(idOf(application));
    await massDisappears();
    expect(everUnder('mass-')).toHaveLength(NAMES.length);

    for (const application of before) world.emulator.reappear(idOf(application));
    await world.relist();
    const after = await Promise.all(NAMES.map((name) => world.ready(name)));
    expect(after.map(idOf)).toEqual(before.map(idOf));
    expect(await Promise.all(NAMES.map((name) => world.secret(`${name}-oauth`)))).toEqual(secrets);
  });

  test('are registered anew when a person has confirmed it', async () => {
    for (const { id } of everUnder('mass-')) world.emulator.edit(id, { softDeleted: true });
    await massDisappears();
    expect(everUnder('mass-')).toHaveLength(NAMES.length);
    await world.patch('OAuthProvider', 'logi', {
      metadata: { annotations: { [ANNOTATIONS.confirmDisappearance]: 'yes' } },
    });
    for (const name of NAMES) {
      await world.ready(name);
      expect(await logsIn(world, `${name}-oauth`)).toBe(true);
      expect(keptUnder(world, name)).toHaveLength(1);
    }
    expect(everUnder('mass-')).toHaveLength(2 * NAMES.length);
  });
});

test('nothing of all this brought a secret into a status, a message or an Event', async () => {
  const applications = JSON.stringify(await world.list('oauthapp.dev/v1alpha1', 'oauthapplications'));
  const events = JSON.stringify(await world.list('events.k8s.io/v1', 'events'));
  expect(applications).toContain('mass-a');
  expect(events).toContain('TwinRemoved');
  expect(`${applications}${events}`).not.toContain(ISSUED);
});

function spread(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
