import { describe, expect, test } from 'vitest';
import { OPERATOR_ID } from '../../../dev/emulators/logto/console.ts';
import { Redacted } from '../../../src/credentials.ts';
import { failureOf, verdictOf } from '../failure.ts';
import { applicationBody, wired } from './fake-wire.ts';
import { JOB, NEVER, SHOP, startLogto } from './logto.ts';

describe('the secret of a new application', () => {
  test('is left to be read later when it cannot be read at once: the create is done', async () => {
    await using logto = await startLogto();
    logto.emulator.fault({ operation: 'list-secrets', when: 'before', type: 'reset' });
    const registered = await logto.provider.register({ name: 'Shop', mark: undefined }, SHOP, NEVER);
    expect(registered).toMatchObject({ registration: { name: 'Shop' }, secret: undefined });
    expect((await logto.provider.inspect(registered.registration.id, NEVER)).secrets).toHaveLength(1);
  });

  test('is missing where Logto stopped between making the one and the other', async () => {
    await using logto = await startLogto({ defaultSecret: 'left-out' });
    const { registration, secret } = await logto.provider.register({ name: 'Job', mark: undefined }, JOB, NEVER);
    expect(secret).toBeUndefined();
    expect(await logto.provider.inspect(registration.id, NEVER)).toMatchObject({ secrets: [] });
  });

  test('is none for a public client, which is not asked for any', async () => {
    await using logto = await startLogto();
    const { id } = await logto.made({ ...SHOP, type: 'SinglePage' });
    expect((await logto.provider.inspect(id, NEVER)).secrets).toEqual([]);
    expect(logto.emulator.journal.filter(({ operation }) => operation === 'list-secrets')).toEqual([]);
    expect(await verdictOf(logto.provider.issueSecret(id, 'k8s-1', NEVER))).toBe('rejected, refused');
  });
});

describe('the legacy secret', () => {
  test('is listed under a name of its own, and retired by it', async () => {
    await using logto = await startLogto();
    const { provider, emulator } = logto;
    const { id } = await logto.made();
    emulator.setLegacySecret(id, 'LegacySecretOfAnOldApplication01');
    const legacy = (await provider.inspect(id, NEVER)).secrets.filter(({ name }) => name !== 'Default secret');
    expect(legacy.map(({ value }) => value.reveal())).toEqual(['LegacySecretOfAnOldApplication01']);
    const name = legacy[0]?.name ?? '';
    expect(provider.firstSecretNames).toContain(name);

    expect(await provider.retireSecret(id, name, NEVER)).toBe('deleted');
    expect((await provider.inspect(id, NEVER)).secrets).toHaveLength(1);
    expect(await provider.retireSecret(id, name, NEVER)).toBe('missing');
  });

  test.each(['1.41', '1.19'] as const)('is never the internal one, which %s still shows', async (version) => {
    await using logto = await startLogto({ version });
    const { provider } = logto;
    const { id } = await logto.made();
    const inspection = await provider.inspect(id, NEVER);
    expect(inspection.secrets.map(({ name }) => name)).toEqual(['Default secret']);
    const everything = JSON.stringify([inspection, await provider.inventory(NEVER), await provider.get(id, NEVER)]);
    expect(everything).not.toContain('#internal:');
  });
});

test.each([
  { why: 'somebody in front of Logto', said: { status: 200, body: { status: 'ok' } }, want: 'malformed, unknown' },
  {
    why: 'another application',
    said: { status: 200, body: applicationBody({ id: 'a2' }) },
    want: 'malformed, unknown',
  },
  {
    why: 'one that has it still',
    said: { status: 200, body: applicationBody({ secret: 'SecretOfAnApplicationFromBefore1' }) },
    want: 'malformed, unknown',
  },
  { why: 'one that has it no longer', said: { status: 200, body: applicationBody() }, want: 'deleted' },
  { why: 'a Logto before 1.42', said: { status: 204 }, want: 'deleted' },
])('the end of a legacy secret is believed of Logto alone: $why', async ({ said, want }) => {
  const { provider } = wired(() => said);
  const retired = provider.retireSecret('a1', '(legacy secret)', NEVER);
  expect(want === 'deleted' ? await retired : await verdictOf(retired)).toBe(want);
});

test('a secret with an end says when, and one in an unknown form is nobody’s', async () => {
  const secret = { name: 'a', value: 'v', createdAt: 1, expiresAt: 2 };
  const { provider } = wired(({ url }) =>
    url.endsWith('/secrets') ? { status: 200, body: [secret] } : { status: 200, body: applicationBody() },
  );
  expect((await provider.inspect('a1', NEVER)).secrets).toMatchObject([{ name: 'a', createdAtMs: 1, expiresAtMs: 2 }]);

  const broken = wired(({ url }) =>
    url.endsWith('/secrets') ? { status: 200, body: [{ name: 'a' }] } : { status: 200, body: applicationBody() },
  );
  expect(await verdictOf(broken.provider.inspect('a1', NEVER))).toBe('malformed, unknown');
});

describe('verify', () => {
  test('tells good credentials from expired, wrong and unknown ones', async () => {
    await using logto = await startLogto();
    const { provider, emulator } = logto;
    const { id } = await logto.made();
    const clientSecret = await provider.issueSecret(id, 'k8s-1', NEVER);
    expect(await provider.verify({ clientId: id, clientSecret }, NEVER)).toBe('good');
    const wrong = new Redacted('WrongSecretOfThatApplication0001');
    expect(await provider.verify({ clientId: id, clientSecret: wrong }, NEVER)).toBe('bad');
    expect(await provider.verify({ clientId: 'nobody', clientSecret: wrong }, NEVER)).toBe('bad');
    emulator.expireSecret(id, 'k8s-1');
    expect(await provider.verify({ clientId: id, clientSecret }, NEVER)).toBe('bad');
  });

  test('knows nothing of a public client, nor of one whose URIs Logto chokes on', async () => {
    await using logto = await startLogto();
    const { provider, emulator } = logto;
    const { id } = await logto.made();
    expect(await provider.verify({ clientId: id, clientSecret: undefined }, NEVER)).toBe('unknown');
    const clientSecret = await provider.issueSecret(id, 'k8s-1', NEVER);
    emulator.edit(id, {
      oidcClientMetadata: { redirectUris: ['https://a.example.com/#x'], postLogoutRedirectUris: [] },
    });
    expect(await provider.verify({ clientId: id, clientSecret }, NEVER)).toBe('unknown');
    emulator.fault({ operation: 'introspect', when: 'before', type: 'html' });
    const tried = () => provider.verify({ clientId: OPERATOR_ID, clientSecret }, NEVER);
    expect(await verdictOf(tried())).toBe('unavailable, unknown');
  });

  test.each([
    { status: 429, said: { code: 'throttled', details: { retryAfterMs: 300_000 } } },
    { status: 503, said: { code: 'unavailable', details: { retryAfterMs: 300_000 } } },
    { status: 307, said: { code: 'misdirected', details: { retryAfterMs: 300_000 } } },
  ] as const)('fails with a $status, which says nothing of them', async ({ status, said }) => {
    const { provider } = wired(() => ({ status, body: { error: 'server_error' }, headers: { 'retry-after': '300' } }));
    const clientSecret = new Redacted('SecretOfThatApplication000000001');
    expect(await failureOf(provider.verify({ clientId: 'a1', clientSecret }, NEVER))).toMatchObject(said);
  });
});
