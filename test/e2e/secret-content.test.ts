import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { createWorld, type World, web } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.startOperator();
});

afterAll(() => world[Symbol.asyncDispose]());

const CONTENT = {
  format: 'Env',
  keys: { clientId: 'ID' },
  template: {
    metadata: { labels: { team: 'shop' }, annotations: { 'example.com/note': 'ours' } },
    data: {
      'config.json': '{"id": ${clientId|json}, "secret": ${clientSecret|json}}',
      auth: '${clientSecret|base64|url} $${clientSecret}',
    },
  },
};

test('a Secret is written as the spec says it, and written anew with the same value when the spec says otherwise', async () => {
  await world.apply(web('shop', { secret: CONTENT }));
  const { clientId } = (await world.ready('shop')).status ?? {};
  const first = await world.secret('shop-oauth');
  const secret = first?.data['CLIENT_SECRET'] ?? '';
  expect(secret).not.toBe('');
  expect(first?.data).toEqual({
    ID: clientId,
    CLIENT_SECRET: secret,
    ISSUER: new URL(world.emulator.url).origin,
    'config.json': JSON.stringify({ id: clientId, secret }).replaceAll(':"', ': "').replaceAll(',"', ', "'),
    auth: `${encodeURIComponent(Buffer.from(secret).toString('base64'))} \${clientSecret}`,
  });
  expect(first?.metadata.labels).toMatchObject({ team: 'shop' });
  expect(first?.metadata.annotations).toMatchObject({ 'example.com/note': 'ours' });

  await world.apply(web('shop', { secret: { format: 'Logi' } }));
  const second = await until(
    'it is written anew',
    () => world.secret('shop-oauth'),
    (shown) => shown?.data['LOGI_CLIENT_SECRET'] !== undefined,
  );
  expect(second?.data).toEqual({
    LOGI_CLIENT_ID: clientId,
    LOGI_CLIENT_SECRET: secret,
    LOGI_API_URL: new URL(world.emulator.url).origin,
  });
  expect(second?.metadata.labels).not.toHaveProperty('team');
  expect(second?.metadata.annotations).not.toHaveProperty('example.com/note');
  expect(world.emulator.applications()).toMatchObject([{ name: 'shop', secretsIssued: 1 }]);
});

test('a template that cannot be filled leaves the Secret as it is, and heals when it is taken back', async () => {
  await world.apply(web('mended'));
  await world.ready('mended');
  const before = await world.secret('mended-oauth');
  await world.apply(web('mended', { secret: { template: { data: { a: '${__proto__}' } } } }));
  await world.reason('mended', 'InvalidSpec');
  expect(await world.secret('mended-oauth')).toEqual(before);

  await world.apply(web('mended', { secret: { template: { data: { a: '${clientId}' } } } }));
  const after = await until(
    'it is filled',
    () => world.secret('mended-oauth'),
    (shown) => shown?.data['a'] !== undefined,
  );
  expect(after?.data).toEqual({ ...before?.data, a: before?.data['client_id'] });
});

test('what somebody changes by hand beside the credentials is put right, and what he adds is left to him', async () => {
  const template = { metadata: { labels: { team: 'shop' } }, data: { 'config.json': '{"id": ${clientId|json}}' } };
  await world.apply(web('tended', { secret: { template } }));
  await world.ready('tended');
  const before = await world.secret('tended-oauth');
  const config = before?.data['config.json'];

  await world.patch('Secret', 'tended-oauth', {
    metadata: { labels: { team: 'other', added: 'by-hand' } },
    stringData: { 'config.json': '{"id": "none"}' },
  });
  const after = await until(
    'it is put right',
    () => world.secret('tended-oauth'),
    (shown) => shown?.data['config.json'] === config && shown?.metadata.labels['team'] === 'shop',
  );
  expect(after?.metadata.uid).toBe(before?.metadata.uid);
  expect(after?.metadata.labels).toMatchObject({ added: 'by-hand' });
  expect(after?.data).toEqual(before?.data);
  expect(world.emulator.applications().find(({ name }) => name === 'tended')?.secretsIssued).toBe(1);
});

test('a Secret of another name takes the value along, and the former one is removed', async () => {
  await world.apply(web('renamed', { rotation: { overlap: '1s' } }));
  await world.ready('renamed');
  const before = await world.secret('renamed-oauth');
  await world.apply(web('renamed', { rotation: { overlap: '1s' }, secret: { name: 'renamed-anew' } }));
  const after = await until(
    'it stands under its new name',
    () => world.secret('renamed-anew'),
    (shown) => shown !== undefined,
  );
  expect(after?.data).toEqual(before?.data);
  await until(
    'the former one is gone',
    () => world.secret('renamed-oauth'),
    (shown) => shown === undefined,
  );
  const settled = await until(
    'nothing is left of the former one',
    () => world.ready('renamed'),
    ({ status }) => status?.formerSecrets === undefined,
  );
  expect(settled?.status?.secret?.name).toBe('renamed-anew');
  expect(world.emulator.applications().find(({ name }) => name === 'renamed')?.secretsIssued).toBe(1);
});
