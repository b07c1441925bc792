import { beforeAll, expect, test } from 'vitest';
import { SECRETS } from '../../../src/kube/resources.ts';
import { type Ground, openGround } from '../../support/bench/ground.ts';
import { looksLater, openLogtoWorld } from '../../support/bench/logto.ts';
import { startProcess } from '../../support/bench/process.ts';
import { readyReason, statusOf } from '../../support/bench/world.ts';

/** Takes off all that says whose the Secret is. */
const NO_NOTES = { labels: null, annotations: null, ownerReferences: null };

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

test('a look at what a listing does not show is taken once, at the moment for which it was announced', async () => {
  const world = await openLogtoWorld(ground);
  const app = await world.create();
  const process = await startProcess(world);
  const outcome = await process.calm(app);
  const looks = (): number => world.emulator.journal.filter(({ operation }) => operation === 'list-secrets').length;
  const before = looks();

  await world.clock.advance(outcome.type === 'again' ? outcome.afterMs : 0);
  await process.pass(app);

  expect(looks()).toBe(before + 1);
});

test('a foreign Secret in the way costs one look that is due, and not one each time that it is looked for', async () => {
  const world = await openLogtoWorld(ground);
  const app = await world.create();
  const process = await startProcess(world);
  const outcome = await process.calm(app);
  const ref = { resource: SECRETS, namespace: ground.namespace, name: app.secretName };
  await ground.client.patch(ref, { type: 'merge', body: { metadata: NO_NOTES } }, {}, ground.signal);
  await world.clock.advance(outcome.type === 'again' ? outcome.afterMs : 0);
  const before = world.emulator.journal.length;

  for (const _ of [1, 2, 3]) await process.calm(app);

  const asked = world.emulator.journal.slice(before).filter(({ operation }) => operation === 'list-secrets');
  expect([await readyReason(app), asked.length]).toEqual(['SecretNotOurs', 1]);
});

test.each([
  ['a year ahead', 'none', 8760 * 3_600_000, 1],
  ['a minute ahead', 'one', 60_000, 0],
])('T6: a look that is said to have been %s counts as %s', async (_, __, aheadMs, looks) => {
  const world = await openLogtoWorld(ground);
  const app = await world.create();
  const process = await startProcess(world, { ports: looksLater(world, 86_400_000) });
  await process.calm(app);
  const before = world.emulator.journal.length;
  await app.forge({ inspected: { at: new Date(world.clock.now() + aheadMs).toISOString() } });
  await process.calm(app);
  await process.calm(app);
  const asked = world.emulator.journal.slice(before).filter(({ operation }) => operation === 'list-secrets');
  expect(asked).toHaveLength(looks);
});

test.each([
  ['that says where', (status: object) => status],
  ['that does not say where', () => ({ provider: null })],
])("I2: nobody's secrets are read on the word of a forged status %s it was registered", async (_, said) => {
  const world = await openLogtoWorld(ground);
  const theirs = world.emulator.createByHand({ name: 'Payroll', type: 'Traditional' });
  const app = await world.create();
  const process = await startProcess(world);
  await process.calm(app);
  await app.forge({ ...said(await statusOf(app)), applicationId: theirs.id, clientId: theirs.id, secret: null });
  const before = world.emulator.journal.length;

  await process.calm(app);

  const asked = world.emulator.journal.slice(before).map(({ operation }) => operation);
  expect(await readyReason(app)).toBe('SealInvalid');
  expect(asked.filter((operation) => operation !== 'list' && operation !== 'show' && operation !== 'token')).toEqual(
    [],
  );
});
