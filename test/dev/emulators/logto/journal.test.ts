import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../../../dev/emulators/logto/console.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { APPLICATIONS, basic, bench, send, tokenRequest } from './client.ts';

test('the journal says who called what, when, and whether anything changed', async () => {
  const clock = manualClock(Date.UTC(2026, 0, 1));
  const { create, call, logto } = await bench({ clock });
  await create({});
  const id = logto.applications().at(-1)?.id;
  await clock.advance(1000);
  await call('PATCH', `${APPLICATIONS}/${id}`, { body: { name: 'Store' } });
  await send(`${logto.url}${APPLICATIONS}/${id}?secret=x`, 'GET', {});
  await call('DELETE', `${APPLICATIONS}/${id}`);
  await tokenRequest(logto, {}, basic('nobody', 'x'));

  const at = Date.UTC(2026, 0, 1);
  const path = `${APPLICATIONS}/${id}`;
  const about = { applicationId: id, clientId: OPERATOR_ID };
  const nothing = { effect: 'none', applicationId: undefined, name: undefined } as const;
  const token = { method: 'POST', path: '/oidc/token', operation: 'token', ...nothing };
  expect(logto.journal).toEqual([
    { at, ...token, status: 200, clientId: OPERATOR_ID },
    {
      at,
      method: 'POST',
      path: APPLICATIONS,
      operation: 'create',
      status: 200,
      effect: 'done',
      name: 'Shop',
      ...about,
    },
    { at: at + 1000, method: 'PATCH', path, operation: 'update', status: 200, effect: 'done', name: 'Store', ...about },
    {
      at: at + 1000,
      method: 'GET',
      path,
      operation: 'show',
      status: 401,
      effect: 'none',
      name: 'Store',
      ...about,
      clientId: undefined,
    },
    {
      at: at + 1000,
      method: 'DELETE',
      path,
      operation: 'delete',
      status: 204,
      effect: 'done',
      name: 'Store',
      ...about,
    },
    { at: at + 1000, ...token, status: 400, clientId: 'nobody' },
  ]);
});

test('the journal shows no secret and no token', async () => {
  const { create, call, logto } = await bench();
  await create({});
  const id = logto.applications().at(-1)?.id;
  await call('POST', `${APPLICATIONS}/${id}/secrets`, { body: { name: 'two' } });
  const printed = JSON.stringify(logto.journal) + inspect(logto.journal, { depth: null });
  expect(printed).toContain('create-secret');
  for (const { value } of logto.applications().at(-1)?.secrets ?? []) expect(printed).not.toContain(value);
  expect(printed).not.toContain(OPERATOR_SECRET);
});

test('every answer has an id for the log', async () => {
  const { call, logto } = await bench();
  const answers = [await call('GET', APPLICATIONS), await call('GET', '/api/nothing'), await tokenRequest(logto)];
  const ids = answers.map(({ headers }) => headers.get('logto-core-request-id'));
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[0-9a-z]{16}$/);
});

test('the operator is in the list like any other application', async () => {
  const { call } = await bench();
  expect((await call('GET', APPLICATIONS)).json).toMatchObject([{ id: OPERATOR_ID, type: 'MachineToMachine' }]);
});

test('a secret of the operator that was changed logs in no more', async () => {
  const { logto } = await bench();
  const fresh = logto.changeOperatorSecret();
  expect(await tokenRequest(logto)).toMatchObject({ status: 401 });
  expect(await tokenRequest(logto, {}, basic(OPERATOR_ID, fresh))).toMatchObject({ status: 200 });
});

test('what people do by hand shows at once', async () => {
  const { made, call, logto } = await bench();
  const { id } = made();
  logto.edit(id, { description: 'a shop' });
  logto.rename(id, 'Store');
  logto.setCustomData(id, { by: 'hand' });
  logto.renameSecretByHand(id, 'Default secret', 'first');
  logto.addSecret(id, 'second');
  logto.removeSecret(id, 'first');
  expect((await call('GET', `${APPLICATIONS}/${id}`)).json).toMatchObject({
    name: 'Store',
    customData: { by: 'hand' },
  });
  expect((await call('GET', `${APPLICATIONS}/${id}/secrets`)).json).toMatchObject([{ name: 'second' }]);
  logto.deleteByHand(id);
  expect(await call('GET', `${APPLICATIONS}/${id}`)).toMatchObject({ status: 404 });
});

test.each([
  ['list', false, 200, 200],
  ['show', true, 404, 200],
  ['everywhere', false, 404, 404],
] as const)('an application that vanished from %s', async (from, isListed, shown, secrets) => {
  const { made, call, logto } = await bench();
  const { id } = made();
  logto.vanish(id, from);
  expect((await call('GET', APPLICATIONS)).text.includes(id)).toBe(isListed);
  expect(await call('GET', `${APPLICATIONS}/${id}`)).toMatchObject({ status: shown });
  expect(await call('GET', `${APPLICATIONS}/${id}/secrets`)).toMatchObject({ status: secrets });
  logto.reappear(id);
  expect(await call('GET', `${APPLICATIONS}/${id}`)).toMatchObject({ status: 200 });
});

test('the same chance makes the same ids', async () => {
  const chance = { fraction: () => 0, bytes: (count: number) => new Uint8Array(count).fill(7) };
  const { made } = await bench({ chance });
  expect(made()).toMatchObject({ id: '7'.repeat(21), secret: `#internal:${'7'.repeat(32)}` });
});
