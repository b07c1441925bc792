import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { manualClock } from '../../../support/manual-clock.ts';
import { APPLICATIONS, bench, credentialsIn, tokenRequest } from './client.ts';

test('the journal says who called what, when, and whether anything changed', async () => {
  const clock = manualClock(Date.UTC(2026, 0, 1));
  const { logi, create, patch, call } = await bench({ clock, keys: [{ token: 'lpa_pat_ci', label: 'ci' }] });
  await create();
  await clock.advance(1000);
  await patch(1, { name: 'Store' }, { key: 'lpa_pat_ci' });
  await call('GET', APPLICATIONS, { key: 'lpa_pat_nobody' });
  await call('DELETE', `${APPLICATIONS}/1?force=yes`);

  const at = Date.UTC(2026, 0, 1);
  const path = `${APPLICATIONS}/1`;
  expect(logi.journal).toEqual([
    {
      at,
      method: 'POST',
      path: APPLICATIONS,
      operation: 'create',
      status: 201,
      effect: 'done',
      applicationId: 1,
      name: 'Shop',
      key: 'default',
    },
    {
      at: at + 1000,
      method: 'PATCH',
      path,
      operation: 'update',
      status: 200,
      effect: 'done',
      applicationId: 1,
      name: 'Store',
      key: 'ci',
    },
    {
      at: at + 1000,
      method: 'GET',
      path: APPLICATIONS,
      operation: 'list',
      status: 401,
      effect: 'none',
      applicationId: undefined,
      name: undefined,
      key: undefined,
    },
    {
      at: at + 1000,
      method: 'DELETE',
      path,
      operation: 'delete',
      status: 204,
      effect: 'done',
      applicationId: 1,
      name: 'Store',
      key: 'default',
    },
  ]);
});

test('neither the journal nor the applications nor the emulator itself shows a secret', async () => {
  const { logi, create, call, login } = await bench({ keys: [{ token: 'lpa_pat_ci' }] });
  const first = credentialsIn(await create({}, { key: 'lpa_pat_ci' }));
  const second = credentialsIn(await call('POST', `${APPLICATIONS}/1/rotate_secret`, { key: 'lpa_pat_ci' }));
  await login(second.clientId, second.clientSecret);
  await tokenRequest(logi, {
    grant_type: 'authorization_code',
    client_id: first.clientId,
    client_secret: first.clientSecret,
  });
  await call('GET', `${APPLICATIONS}/1?client_secret=${second.clientSecret}`);

  const printed = [JSON.stringify(logi), inspect(logi, { depth: null, showHidden: true, getters: true })].join();
  expect(printed, 'the journal is printed').toContain('rotate_secret');
  for (const secret of [first.clientSecret, second.clientSecret, 'lpa_pat_ci', 'lpa_pat_test']) {
    expect(printed).not.toContain(secret);
  }
});

test('a snapshot of the applications does not change afterwards', async () => {
  const { logi, create } = await bench();
  await create();
  const snapshot = logi.applications();
  logi.rename(1, 'Store');
  expect(snapshot).toMatchObject([{ name: 'Shop' }]);
  expect(logi.applications()).toMatchObject([{ name: 'Store' }]);
});

test('switches are turned one by one while the emulator runs', async () => {
  const { logi, create } = await bench({ switches: { ids: 'text' } });
  logi.set({ initialStatus: 'approved' });
  expect((await create()).json).toMatchObject({ id: '1', status: 'approved' });
  expect(logi.switches()).toMatchObject({ ids: 'text', initialStatus: 'approved', limits: 'on' });
});
