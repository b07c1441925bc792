import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { createWorld, logi, type World } from '../support/world.ts';

const SAMPLES = resolve(import.meta.dirname, '../../deploy/samples');

const Sample = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
});

let world: World;

beforeAll(async () => {
  world = await createWorld();
  const provider = logi(world.emulator.url);
  const annotations = { 'oauthapp.dev/is-default': 'true' };
  await world.apply({ ...provider, metadata: { ...provider.metadata, annotations } });
  await world.startOperator();
});

afterAll(() => world[Symbol.asyncDispose]());

/** Applies the first object of a sample, in the namespace of this test. */
async function applied(file: string): Promise<string> {
  const [manifest] = parseAllDocuments(readFileSync(join(SAMPLES, file), 'utf8')).map((each): unknown => each.toJS());
  const { metadata, ...rest } = Sample.parse(manifest);
  const { namespace: _, ...own } = metadata;
  await world.apply({ ...rest, metadata: own });
  return metadata.name;
}

/** Adopted ones are in the guide on adoption. Keys are those of the Secret. */
const SAMPLES_AT_LOGI = [
  { file: 'web.yaml', secret: 'web-shop-oauth', keys: ['client_id', 'client_secret'] },
  { file: 'native.yaml', secret: 'native-shop-oauth', keys: ['client_id', 'issuer'] },
  { file: 'features/app-links.yaml', secret: 'linked-shop-oauth', keys: ['client_id', 'issuer'] },
  {
    file: 'features/automatic-rotation.yaml',
    secret: 'rotating-shop-oauth',
    keys: ['client_id', 'client_secret'],
  },
  { file: 'features/default-provider.yaml', secret: 'plain-shop-oauth', keys: ['client_id', 'client_secret'] },
  { file: 'features/protected.yaml', secret: 'protected-shop-oauth', keys: ['client_id', 'client_secret'] },
  { file: 'features/retained.yaml', secret: 'retained-shop-oauth', keys: ['client_id', 'client_secret'] },
  {
    file: 'features/secret-format.yaml',
    secret: 'oauth2-proxy',
    keys: ['OAUTH2_PROXY_CLIENT_ID', 'OAUTH2_PROXY_OIDC_ISSUER_URL', 'PROXY_SECRET'],
  },
  {
    file: 'features/secret-template.yaml',
    secret: 'templated-shop',
    keys: ['client_id', 'client_secret', 'config.json'],
  },
  { file: 'features/single-page.yaml', secret: 'browser-shop-oauth', keys: ['client_id', 'issuer'] },
];

test.each(SAMPLES_AT_LOGI)('logi takes $file, and its Secret has the keys that it asks for', async (sample) => {
  await world.ready(await applied(sample.file));
  expect(Object.keys((await world.secret(sample.secret))?.data ?? {}).toSorted()).toEqual(sample.keys);
});

test('a configuration file in a Secret can be read as what it is', async () => {
  const { status } = await world.ready('templated-shop');
  const secret = await world.secret('templated-shop');
  const config: unknown = JSON.parse(secret?.data['config.json'] ?? '');
  expect(config).toEqual({
    issuer: world.emulator.url,
    id: status?.clientId,
    secret: expect.stringMatching(/^logi_secret_/),
  });
  expect(secret?.metadata.labels).toMatchObject({ team: 'storefront' });
  expect(secret?.metadata.annotations).toMatchObject({ 'example.com/owner': 'storefront@example.com' });
});

test('links are set at logi', async () => {
  const { status } = await world.ready('linked-shop');
  expect(world.emulator.applications()).toContainEqual(
    expect.objectContaining({
      clientId: status?.clientId,
      webhookUrl: 'https://hooks.example.com/logi',
      appLinkUrl: 'https://shop.example.com/app',
    }),
  );
});

test('the one that is paused is not registered', async () => {
  const { message } = await world.reason(await applied('features/paused.yaml'), 'Suspended');
  expect(message).toContain('spec.suspend');
  expect(world.emulator.applications().map(({ name }) => name)).not.toContain('paused-shop');
});
