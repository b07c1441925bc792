import { afterAll, beforeAll, expect, test } from 'vitest';
import { healthOf } from '../support/kstatus.ts';
import { conditionOf } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { createWorld, credentials, logi, logsIn, type World, web } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld({ provider: 'absent' });
  await world.startOperator();
});

afterAll(() => world[Symbol.asyncDispose]());

const URI = 'https://shop.example.com/';

/** What the API server refuses before anything is stored: how the spec differs, and what the refusal names. */
const REFUSED = [
  {
    what: 'plain http outside the loopback',
    spec: { redirectUris: ['http://shop.example.com/'] },
    field: 'spec.redirectUris[0]',
  },
  { what: 'a fragment', spec: { redirectUris: [URI, `${URI}#top`] }, field: 'spec.redirectUris[1]' },
  {
    what: 'a user name in a URI',
    spec: { redirectUris: ['https://me:pw@shop.example.com/'] },
    field: 'spec.redirectUris[0]',
  },
  { what: 'a wildcard host', spec: { redirectUris: ['https://*.example.com/'] }, field: 'spec.redirectUris[0]' },
  {
    what: '300 URIs',
    spec: { redirectUris: Array.from({ length: 300 }, (_, at) => `${URI}${at}`) },
    field: 'spec.redirectUris',
  },
  { what: 'a scope with two colons', spec: { scopes: ['openid', 'blog:post:write'] }, field: 'spec.scopes[1]' },
  { what: 'a display name of 1,000 characters', spec: { displayName: 'x'.repeat(1_000) }, field: 'spec.displayName' },
  {
    what: 'a Secret name of 1,000 characters',
    spec: { secret: { name: 'x'.repeat(1_000) } },
    field: 'spec.secret.name',
  },
];

test.for(REFUSED)('$what is refused at admission, and $field is named', async ({ spec, field }, ctx) => {
  ctx.expect(await world.refusal(web('refused', spec))).toContain(`${field}:`);
  ctx.expect(await world.application('refused')).toBeUndefined();
});

test('an object name of 1,000 characters is refused at admission', async () => {
  expect(await world.refusal(web('x'.repeat(1_000)))).toContain('metadata.name');
});

test('a provider that is not there is named, and the application is registered once it is there and reached', async () => {
  await world.apply(web('early'));
  const ready = await world.reason('early', 'ProviderNotFound');
  expect(ready.message).toBe('spec.providerRef: there is no OAuthProvider logi');
  expect(healthOf(await world.read('OAuthApplication', 'early'))).toBe('Failed');

  await world.apply(logi(world.emulator.url));
  await providerBecomes('CredentialsNotFound', 'spec.logi.apiKeySecretRef', 'logi-key');
  await world.reason('early', 'ProviderNotReady');

  await world.apply({ ...credentials(), stringData: { key: 'lpa_pat_test' } });
  await providerBecomes('CredentialsKeyMissing', 'spec.logi.apiKeySecretRef', 'apiKey');

  await world.apply(credentials('lpa_pat_wrong'));
  await providerBecomes('Unauthorized', 'API key');
  expect(world.emulator.applications()).toEqual([]);

  await world.apply(credentials());
  await world.ready('early');
  expect(await logsIn(world, 'early-oauth')).toBe(true);
});

test('a key that stops working is told, heals when it is replaced, and costs no credentials', async () => {
  const before = await world.secret('early-oauth');
  await world.apply(credentials('lpa_pat_revoked'));
  await providerBecomes('Unauthorized', 'API key');
  await world.ready('early');
  await world.apply(credentials());
  await until(
    'the provider is reached',
    () => world.provider(),
    (provider) => conditionOf(provider, 'Ready')?.status === 'True',
  );
  expect(await world.secret('early-oauth')).toEqual(before);
});

test('a type that changes is refused at admission', async () => {
  await world.ready('early');
  const change = world.patch('OAuthApplication', 'early', { spec: { type: 'SinglePage' } });
  await expect(change).rejects.toThrow('type is immutable');
});

test('a Secret that somebody else made is left alone, nothing is registered, and it goes on when the name is free', async () => {
  await world.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'taken' }, stringData: { mine: 'yes' } });
  const before = await world.secret('taken');
  const registered = world.emulator.applications().length;
  await world.apply(web('guest', { secret: { name: 'taken' } }));
  const ready = await world.reason('guest', 'SecretNotOurs');
  expect(ready.message).toContain('spec.secret.name');
  expect(await world.secret('taken')).toEqual(before);
  expect(world.emulator.applications()).toHaveLength(registered);

  await world.remove('Secret', 'taken');
  await world.ready('guest');
  expect(await logsIn(world, 'taken')).toBe(true);
});

test('of two objects that name one Secret the first keeps it, and the other is told who has it', async () => {
  await world.apply(web('first', { secret: { name: 'shared' } }));
  await world.ready('first');
  const before = await world.secret('shared');
  const registered = world.emulator.applications().length;
  await world.apply(web('second', { secret: { name: 'shared' } }));
  const ready = await world.reason('second', 'SecretNameConflict');
  expect(ready.message).toBe('spec.secret.name: OAuthApplication first writes the Secret of this name');
  expect(world.emulator.applications()).toHaveLength(registered);
  expect(await world.secret('shared')).toEqual(before);

  await world.apply(web('second', { secret: { name: 'own' } }));
  await world.ready('second');
  expect(await logsIn(world, 'own')).toBe(true);
  expect(await world.secret('shared')).toEqual(before);
});

test('two objects with one display name have a registration each', async () => {
  await Promise.all(['one', 'two'].map((name) => world.apply(web(name, { displayName: 'Twins' }))));
  const [one, two] = await Promise.all(['one', 'two'].map((name) => world.ready(name)));
  expect(one?.status?.clientId).not.toBe(two?.status?.clientId);
  expect(await Promise.all(['one-oauth', 'two-oauth'].map((name) => logsIn(world, name)))).toEqual([true, true]);
  await world.relist();
  const twins = world.emulator.applications().filter(({ name }) => name === 'Twins');
  expect(twins.map(({ softDeleted }) => softDeleted)).toEqual([false, false]);
});

async function providerBecomes(reason: string, ...named: readonly string[]): Promise<void> {
  const provider = await until(
    `the provider is ${reason}`,
    () => world.provider(),
    (shown) => conditionOf(shown, 'Ready')?.reason === reason,
  );
  for (const word of named) expect(conditionOf(provider, 'Ready')?.message).toContain(word);
}
