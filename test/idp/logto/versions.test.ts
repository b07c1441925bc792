import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { VERSIONS } from '../../../dev/emulators/logto/switches.ts';
import { registrationOf } from '../../../src/idp/logto/application.ts';
import { MARK } from '../../support/registrations.ts';
import { failureOf } from '../failure.ts';
import { applicationBody, wired } from './fake-wire.ts';
import { JOB, NEVER, openLogto, SHOP, startLogto, withOptions } from './logto.ts';

describe.each(VERSIONS)('Logto %s', (version) => {
  test('serves what every version has', async () => {
    await using logto = await startLogto({ version, extraAnswerFields: 'some' });
    const { provider, updated, emulator } = logto;
    const wanted = withOptions({ description: 'x', 'tokens.refreshTokenTtl': '4320h', 'logto.customData': { a: 1 } });
    const { registration, secret } = await provider.register({ name: 'Shop', mark: MARK }, wanted, NEVER);
    expect(provider.differences(wanted, registration)).toEqual([]);
    expect(registration.mark).toEqual({ type: 'mark', mark: MARK });
    expect(emulator.logsIn(registration.clientId, secret?.reveal() ?? '')).toBe(true);

    const { registration: job } = await provider.register({ name: 'Job', mark: undefined }, JOB, NEVER);
    emulator.addRole({ name: 'reader' });
    const reader = withOptions({ 'logto.roles': ['reader'] }, JOB);
    expect(provider.differences(reader, await updated(job.id, reader))).toEqual([]);
  });
});

test('what an older server drops without a word still differs afterwards', async () => {
  await using logto = await startLogto({ version: '1.35' });
  const { provider, made } = logto;
  const wanted = withOptions({ 'logto.tokenExchange': true, 'logto.maxAllowedGrants': 2 });
  const registration = await made(wanted);
  const dropped = ['logto.tokenExchange', 'logto.maxAllowedGrants'];
  expect(provider.differences(wanted, registration)).toEqual(dropped);
  const updated = await provider.update(registration, wanted, ['logto.tokenExchange', 'logto.maxAllowedGrants'], NEVER);
  expect(provider.differences(wanted, updated)).toEqual(dropped);

  const device = { ...withOptions({ 'logto.deviceFlow': true }), type: 'Native' } as const;
  const made2 = await made(device);
  expect(provider.differences(device, made2)).toEqual(['logto.deviceFlow']);
  const still = await provider.update(made2, device, ['logto.deviceFlow'], NEVER);
  expect(provider.differences(device, still)).toEqual(['logto.deviceFlow']);
});

test.each([
  {
    version: '1.34',
    wanted: withOptions({ 'logto.thirdParty': true }, { ...SHOP, type: 'Native' }),
    field: 'spec.logto.thirdParty',
  },
  {
    version: '1.35',
    wanted: { ...SHOP, redirectUris: ['https://*.preview.example.com/'] },
    field: 'spec.redirectUris[0]',
  },
] as const)('an older server refuses at $field', async ({ version, wanted, field }) => {
  await using logto = await startLogto({ version: version === '1.34' ? '1.23' : version });
  expect(await failureOf(logto.made(wanted))).toMatchObject({
    code: 'rejected',
    details: { effect: 'refused', field },
  });
});

describe('where it is', () => {
  test.each([
    { endpoint: 'https://abc.logto.app', resource: undefined, says: 'https://abc.logto.app|https://abc.logto.app/api' },
    {
      endpoint: 'https://abc.logto.app/',
      resource: undefined,
      says: 'https://abc.logto.app|https://abc.logto.app/api',
    },
    {
      endpoint: 'https://login.example.com',
      resource: undefined,
      says: 'https://login.example.com|https://default.logto.app/api',
    },
    {
      endpoint: 'https://example.com/auth/',
      resource: undefined,
      says: 'https://example.com/auth|https://default.logto.app/api',
    },
    {
      endpoint: 'https://evil-logto.app',
      resource: undefined,
      says: 'https://evil-logto.app|https://default.logto.app/api',
    },
    {
      endpoint: 'https://abc.logto.app',
      resource: 'https://x.example/api',
      says: 'https://abc.logto.app|https://x.example/api',
    },
  ])('$endpoint with $resource is $says', async ({ endpoint, resource, says }) => {
    await using logto = openLogto(endpoint, { managementApiResource: resource });
    const [base] = says.split('|');
    expect(logto.provider).toMatchObject({ identity: `logto|${says}`, issuer: `${base}/oidc` });
    const isCloud = new URL(endpoint).hostname.endsWith('.logto.app');
    expect(logto.provider.limits.requestsPerMinute).toBe(isCloud ? 300 : undefined);
  });

  test('may be below a path', async () => {
    await using logto = await startLogto({}, { emulator: { basePath: '/auth' } });
    const { id } = await logto.made();
    expect(await logto.provider.get(id, NEVER)).toMatchObject({ id });
    await logto.provider.inventory(NEVER);
  });
});

describe('a listing', () => {
  test('shows applications of any type, however little of them can be read', async () => {
    const bodies = [
      applicationBody({ type: 'SAML', oidcClientMetadata: undefined, customClientMetadata: undefined }),
      applicationBody({ id: 'a2', type: 'Robot', createdAt: 'yesterday', name: 7, customData: [] }),
      { id: 'demo-app', oidcClientMetadata: { redirectUris: 'none' }, secret: 'x' },
    ];
    const { provider } = wired(() => ({ status: 200, body: bodies }));
    const { registrations } = await provider.inventory(NEVER);
    expect(registrations).toMatchObject([
      { id: 'a1', clientType: undefined, redirectUris: undefined, facts: { createdAt: '2026-11-22T01:50:25.622Z' } },
      { id: 'a2', clientType: undefined, name: undefined, facts: { createdAt: undefined } },
      { id: 'demo-app', clientType: undefined, redirectUris: undefined },
    ]);
  });
});

const Exchanges = z.object({ exchanges: z.array(z.object({ path: z.string(), response: z.unknown().optional() })) });
const Shown = z.object({ id: z.string(), type: z.string(), oidcClientMetadata: z.unknown() });

test('every application that was recorded of a real server can be read', () => {
  const golden = readFileSync(new URL('../../golden/logto-recorded.json', import.meta.url), 'utf8');
  const { exchanges } = Exchanges.parse(JSON.parse(golden.replaceAll(/<(id\d+)>/g, '$1')));
  const applications = exchanges
    .flatMap(({ response }) => (Array.isArray(response) ? response : [response]))
    .filter((response) => Shown.safeParse(response).success);
  expect(applications.length).toBeGreaterThan(10);
  for (const application of applications) {
    const { type } = Shown.parse(application);
    const registration = registrationOf(application);
    const isPublic = type === 'SPA' || type === 'Native';
    expect(registration).toMatchObject({ clientType: isPublic ? 'public' : 'confidential', mark: { type: 'none' } });
    expect(registration?.redirectUris).toBeDefined();
  }
});
