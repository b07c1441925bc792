import { expect, test } from 'vitest';
import type { ClientMetadata } from '../../../src/idp/provider.ts';
import { birthOf, registrationNamed } from '../../support/registrations.ts';
import { failureOf } from '../failure.ts';
import { always, type Script, scriptedServer } from '../scripted-server.ts';
import { NEVER, openLogi, SHOP, startLogi } from './logi.ts';

test.each(['ignored', 'refused'] as const)(
  'redirect URIs are never empty on the way where a list is %s',
  async (updateLists) => {
    await using logi = await startLogi({ updateLists, lastRedirectUri: 'refused' });
    const { registration } = await logi.provider.register(birthOf('Shop'), SHOP, NEVER);
    const moved: ClientMetadata = { ...SHOP, redirectUris: ['https://new.example.com/cb'] };
    const updated = await logi.provider.update(registration, moved, ['redirectUris'], NEVER);
    expect(updated.redirectUris).toEqual(['https://new.example.com/cb']);
    const changes = logi.emulator.journal.filter(
      ({ effect, operation }) => effect === 'done' && operation !== 'create',
    );
    expect(changes.map(({ operation }) => operation).filter((operation) => operation !== 'update')).toEqual([
      'add-redirect',
      'remove-redirect',
      'remove-redirect',
    ]);
  },
);

test('redirect URIs are changed with one call where a list is taken', async () => {
  await using logi = await startLogi();
  const { registration } = await logi.provider.register(birthOf('Shop'), SHOP, NEVER);
  const moved: ClientMetadata = { ...SHOP, redirectUris: ['https://new.example.com/cb'] };
  await logi.provider.update(registration, moved, ['redirectUris'], NEVER);
  expect(logi.emulator.journal.map(({ operation }) => operation)).toEqual(['create', 'update']);
});

test.each(['ignored', 'refused'] as const)(
  'redirect URIs are refused by name where a list is %s and there are no routes',
  async (updateLists) => {
    await using logi = await startLogi({ updateLists, redirectRoutes: 'absent' });
    const { registration } = await logi.provider.register(birthOf('Shop'), SHOP, NEVER);
    const moved: ClientMetadata = { ...SHOP, redirectUris: ['https://new.example.com/cb'] };
    const failure = await failureOf(logi.provider.update(registration, moved, ['redirectUris'], NEVER));
    expect(failure).toMatchObject({ code: 'rejected', details: { effect: 'refused', field: 'spec.redirectUris' } });
    expect(failure.details.status, 'the refusal of the list says more than a missing route').toBe(
      updateLists === 'refused' ? 422 : undefined,
    );
    expect((await logi.provider.get(registration.id, NEVER)).redirectUris).toEqual(SHOP.redirectUris);
  },
);

test('redirect URIs are not taken away from a server that spells the new ones its own way', async () => {
  const redirectUris = new Set(['https://shop.example.com/']);
  const server: Script = (arrival, response) => {
    const { method, path, body } = arrival;
    if (method === 'POST') redirectUris.add(new URL(JSON.parse(body).uri).href);
    if (method === 'DELETE') redirectUris.delete(new URL(path, 'http://logi.invalid').searchParams.get('uri') ?? '');
    always(200, { id: 42, client_id: 'logi_1', redirect_uris: [...redirectUris] })(arrival, response);
  };
  await using scripted = await scriptedServer(server);
  await using logi = openLogi(scripted.url);
  const wanted: ClientMetadata = { ...SHOP, redirectUris: ['https://shop.example.com'] };
  const updated = await logi.provider.update(registrationNamed('Shop', { id: '42' }), wanted, ['redirectUris'], NEVER);
  expect(updated.redirectUris).toEqual(['https://shop.example.com/']);
  expect(logi.provider.differences(wanted, updated)).toEqual(['redirectUris']);
});

test('redirect URIs that somebody else takes away meanwhile are gone all the same', async () => {
  await using logi = await startLogi({ updateLists: 'ignored' });
  const { registration } = await logi.provider.register(birthOf('Shop'), SHOP, NEVER);
  logi.emulator.fault({
    operation: 'remove-redirect',
    when: 'after',
    type: 'status',
    status: 404,
    body: '{"error":"redirect_uri_not_found"}',
  });
  const moved: ClientMetadata = { ...SHOP, redirectUris: ['https://new.example.com/cb'] };
  const updated = await logi.provider.update(registration, moved, ['redirectUris'], NEVER);
  expect(updated.redirectUris).toEqual(moved.redirectUris);
});
