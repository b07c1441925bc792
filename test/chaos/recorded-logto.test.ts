import { expect, onTestFinished, test } from 'vitest';
import { startRecordedLogto } from '../../dev/chaos/recorded-logto.ts';
import { APPLICATIONS, send, tokenIn, tokenRequest, URIS } from '../dev/emulators/logto/client.ts';

test('a secret that was deleted, and one that went with its application, are among those that were issued', async () => {
  const logto = await startRecordedLogto({});
  onTestFinished(() => logto.close());
  const headers = { authorization: `Bearer ${tokenIn(await tokenRequest(logto))}` };
  const call = (method: string, path: string, body?: unknown) =>
    send(`${logto.url}${APPLICATIONS}${path}`, method, { body, headers });

  await call('POST', '', { name: 'Shop', type: 'Traditional', oidcClientMetadata: URIS });
  const id = logto.applications().find(({ name }) => name === 'Shop')?.id;
  await call('POST', `/${id}/secrets`, { name: 'another' });
  const values = logto
    .applications()
    .filter(({ name }) => name === 'Shop')
    .flatMap(({ secrets }) => secrets.map(({ value }) => value));
  await call('DELETE', `/${id}/secrets/another`);
  await call('DELETE', `/${id}`);

  expect(values).toHaveLength(2);
  expect(logto.applications().map(({ name }) => name)).not.toContain('Shop');
  expect(logto.issued()).toEqual(expect.arrayContaining(values));
});
