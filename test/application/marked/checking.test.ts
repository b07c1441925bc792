import { beforeAll, describe, expect, test } from 'vitest';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { anotherCluster, markAt, markedObject, markOn, remark } from '../../support/bench/marks.ts';
import { type Process, REGISTER_ANEW, RETIRE, ROTATE, startProcess } from '../../support/bench/process.ts';
import { openSettled, type Settled } from '../../support/bench/settled.ts';
import { readyMessage, readyReason, statusOf } from '../../support/bench/world.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

/** What somebody may have written over the mark, and what comes of it. */
const MARKS = [
  {
    mark: 'of another object',
    reason: 'NameTaken',
    of: async ({ world, app }: Settled): Promise<unknown> =>
      markOn(world, { ...(await markedObject(world, app)), uid: 'other', name: 'other' }),
  },
  {
    mark: 'of another cluster',
    reason: 'NameTaken',
    of: async ({ world, app }: Settled): Promise<unknown> =>
      markOn(world, await markedObject(world, app), {}, anotherCluster(world)),
  },
  {
    mark: 'with a forged proof',
    reason: 'NameTaken',
    of: async ({ world, app }: Settled): Promise<unknown> => ({
      ...markOn(world, await markedObject(world, app)),
      proof: '0'.repeat(64),
    }),
  },
  {
    mark: 'of a later version',
    reason: 'ForeignVersion',
    of: async ({ world, app }: Settled): Promise<unknown> => ({
      ...markOn(world, await markedObject(world, app)),
      v: 2,
    }),
  },
  {
    mark: 'that is damaged',
    reason: 'MarkDamaged',
    of: (): Promise<unknown> => Promise.resolve({ v: 1 }),
  },
] as const;

/** What would change something at the provider, or show a secret of it. */
const MUTATIONS = [
  { what: 'an update', ask: ({ app }: Settled) => app.change({ displayName: 'Store' }) },
  { what: 'a rotation', ask: ({ app }: Settled) => app.annotate({ [ROTATE]: 'now' }) },
  {
    what: 'a read of the secret',
    ask: ({ app }: Settled) => app.loseSecret(),
  },
  { what: 'a retirement', ask: ({ app }: Settled) => app.annotate({ [RETIRE]: 'now' }) },
  { what: 'a deletion', ask: ({ app }: Settled) => app.delete() },
  { what: 'giving it up', ask: ({ app }: Settled) => app.annotate({ [REGISTER_ANEW]: 'now' }) },
] as const;

const CASES = MUTATIONS.flatMap((mutation) => MARKS.map((mark) => ({ ...mutation, ...mark })));

/** With a superseded secret, so that there is something to retire. */
async function rotated(): Promise<Settled & { readonly process: Process }> {
  const made = await openSettled(ground);
  await made.app.annotate({ [ROTATE]: 'first' });
  const process = await startProcess(made.world);
  await process.calm(made.app);
  await made.world.clock.advance(60_000);
  return { ...made, process };
}

describe('the mark is read before', () => {
  test.each(CASES)(
    'I5: $what: nothing is done to a registration with a mark $mark',
    async ({ what, ask, of, reason }) => {
      const made = await rotated();
      const { world, app, id, process } = made;
      const before = world.effects();
      const mark = await of(made);
      await ask(made);
      remark(world, id, mark);
      await process.calm(app);

      const isBlocked = what === 'a deletion' && reason === 'NameTaken';
      const said = isBlocked ? 'DeletionBlocked' : reason;
      expect([await readyReason(app), world.effects(), markAt(world, id)]).toEqual([said, before, mark]);
      expect(await readyMessage(app)).toMatch(isBlocked ? /abandon/ : id);
      expect(await readyMessage(app)).toContain(id);
      expect((await statusOf(app)).operation).toBeUndefined();
    },
  );

  test('I4, I5: a deletion that retains says so on no registration of another', async () => {
    const made = await openSettled(ground, { deletionPolicy: 'Retain' });
    const { world, app, id } = made;
    const mark = markOn(world, { ...(await markedObject(world, app)), uid: 'other', name: 'other' });
    const process = await startProcess(world);
    await app.delete();
    remark(world, id, mark);
    await process.calm(app);
    expect([world.effects(), markAt(world, id)]).toEqual([['create'], mark]);
    expect([await readyReason(app), await readyMessage(app)]).toEqual([
      'DeletionBlocked',
      expect.stringContaining('oauthapp.dev/abandon'),
    ]);
  });
});

test.each(MARKS)('I5: what bears a mark $mark is left alone while there is nothing to do', async ({ of, reason }) => {
  const made = await openSettled(ground);
  const { world, app, id } = made;
  const mark = await of(made);
  remark(world, id, mark);
  await (await startProcess(world)).calm(app);
  expect([await readyReason(app), world.effects(), markAt(world, id)]).toEqual([reason, ['create'], mark]);

  remark(world, id, undefined);
  await (await startProcess(world)).calm(app);
  expect([await readyReason(app), markAt(world, id)]).toMatchObject([
    'InSync',
    { uid: (await app.get()).metadata.uid },
  ]);
});

test('I5: a mark that was lost at the console is written again, beside what others keep there', async () => {
  const { world, app, id } = await openSettled(ground);
  world.emulator.setCustomData(id, { theirs: 'kept' });
  await (await startProcess(world)).calm(app);
  const { uid } = (await app.get()).metadata;
  const { customData } = world.emulator.applications().find((application) => application.id === id) ?? {};
  expect([await readyReason(app), customData]).toMatchObject([
    'InSync',
    { theirs: 'kept', 'oauthapp.dev/owner': { uid } },
  ]);
});

test('I5: a mark that was lost a moment ago is written before the next change', async () => {
  const { world, app, id } = await openSettled(ground);
  const process = await startProcess(world);
  remark(world, id, undefined);
  await app.change({ displayName: 'Store' });
  await process.calm(app);
  expect([await readyReason(app), world.effects()]).toEqual(['InSync', ['create', 'merge-custom-data', 'update']]);
});
