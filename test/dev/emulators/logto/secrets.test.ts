import { expect, test } from 'vitest';
import type { ApplicationType } from '../../../../dev/emulators/logto/registry.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { APPLICATIONS, basic, bench, introspection, tokenRequest } from './client.ts';

test('secrets are listed in clear, expired ones included', async () => {
  const clock = manualClock();
  const { made, call, logto } = await bench({ clock });
  const { id } = made();
  const { value } = logto.addSecret(id, 'short', clock.now() + 1000);
  await clock.advance(1000);
  expect((await call('GET', `${APPLICATIONS}/${id}/secrets`)).json).toMatchObject([
    { name: 'Default secret', applicationId: id, tenantId: 'default', expiresAt: null },
    { name: 'short', value, expiresAt: clock.now() },
  ]);
});

test.each([
  ['in the future', 1, 201],
  ['at this moment', 0, 400],
  ['in the past', -1, 400],
])('a secret that expires %s is answered with %3$i', async (_, offset, status) => {
  const clock = manualClock();
  const { made, call } = await bench({ clock });
  const body = { name: 'short', expiresAt: clock.now() + offset };
  expect(await call('POST', `${APPLICATIONS}/${made().id}/secrets`, { body })).toMatchObject({ status });
});

test('of creates of one name at once exactly one passes', async () => {
  const { made, call } = await bench();
  const path = `${APPLICATIONS}/${made().id}/secrets`;
  await call('GET', path);
  const answers = await Promise.all([1, 2, 3, 4].map(() => call('POST', path, { body: { name: 'same' } })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 422, 422, 422]);
});

test.each<[ApplicationType | undefined]>([['SPA'], ['Native'], [undefined]])(
  'the database has no secret for an application of type %s',
  async (type) => {
    const { made, call } = await bench();
    const id = type === undefined ? 'nobody' : made({ type }).id;
    const answer = await call('POST', `${APPLICATIONS}/${id}/secrets`, { body: { name: 'one' } });
    expect(answer).toMatchObject({ status: 422, json: { code: 'entity.db_constraint_violated' } });
  },
);

test('a rename keeps value and expiry, whatever it says of them', async () => {
  const { made, call } = await bench();
  const { id, secrets } = made();
  const body = { name: 'a/b c', expiresAt: 1, value: 'mine' };
  const { json } = await call('PATCH', `${APPLICATIONS}/${id}/secrets/Default%20secret`, { body });
  expect(json).toMatchObject({ name: 'a/b c', value: secrets[0]?.value, expiresAt: null });
  expect(await call('DELETE', `${APPLICATIONS}/${id}/secrets/a%2Fb%20c`)).toMatchObject({ status: 204 });
});

test('a secret may be renamed to the name that it has', async () => {
  const { made, call } = await bench();
  const path = `${APPLICATIONS}/${made().id}/secrets/Default%20secret`;
  expect(await call('PATCH', path, { body: { name: 'Default secret' } })).toMatchObject({ status: 200 });
});

test('the last secret can be deleted, at once for every request, and its name used again', async () => {
  const { made, call, logto } = await bench();
  const { id, secrets } = made();
  await call('DELETE', `${APPLICATIONS}/${id}/secrets/Default%20secret`);
  expect(await introspection(logto, id, secrets[0]?.value ?? '')).toMatchObject({ status: 401 });
  const again = await call('POST', `${APPLICATIONS}/${id}/secrets`, { body: { name: 'Default secret' } });
  expect(again).toMatchObject({ status: 201 });
});

test('a secret of an application that is not there cannot be deleted', async () => {
  const { call } = await bench();
  expect(await call('DELETE', `${APPLICATIONS}/nobody/secrets/one`)).toMatchObject({
    status: 404,
    json: { code: 'entity.not_exists_with_id' },
  });
});

test('the internal secret authenticates, whatever becomes of the others', async () => {
  const { made, logto } = await bench();
  const { id, secret } = made({ type: 'MachineToMachine', secrets: [] });
  expect(secret).toMatch(/^#internal:[0-9A-Za-z]{32}$/);
  expect(await tokenRequest(logto, {}, basic(id, secret))).toMatchObject({ status: 200 });
  expect(await tokenRequest(logto, { client_id: id, client_secret: secret }, {})).toMatchObject({ status: 200 });
});

test('a legacy secret is shown and authenticates until it is deleted', async () => {
  const { made, call, logto } = await bench();
  const { id } = made();
  logto.setLegacySecret(id, 'from-before-1.19');
  expect((await call('GET', `${APPLICATIONS}/${id}`)).json).toMatchObject({ secret: 'from-before-1.19' });
  expect(logto.logsIn(id, 'from-before-1.19')).toBe(true);

  const deleted = await call('DELETE', `${APPLICATIONS}/${id}/legacy-secret`);
  expect(deleted).toMatchObject({ status: 200, json: { id } });
  expect(deleted.json).not.toHaveProperty('secret');
  expect(logto.logsIn(id, 'from-before-1.19')).toBe(false);
  expect((await call('GET', `${APPLICATIONS}/${id}`)).json).not.toHaveProperty('secret');
});
