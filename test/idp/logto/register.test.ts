import { expect, test } from 'vitest';
import type { ClientMetadata } from '../../../src/idp/provider.ts';
import { MARK } from '../../support/registrations.ts';
import { verdictOf } from '../failure.ts';
import { applicationBody, wired } from './fake-wire.ts';
import { JOB, NEVER, SHOP, startLogto, withOptions } from './logto.ts';

/** The body of the create of this. */
async function sent(wanted: ClientMetadata): Promise<unknown> {
  const { provider, requests } = wired(() => ({ status: 200, body: applicationBody({ type: 'SPA' }) }));
  await provider.register({ name: 'Born so', mark: MARK }, wanted, NEVER);
  expect(requests).toMatchObject([{ method: 'POST' }]);
  return JSON.parse(requests[0]?.body ?? '');
}

const BARE = { name: 'Born so', customClientMetadata: {}, customData: { 'oauthapp.dev/owner': MARK } };
const NO_URIS = { redirectUris: [], postLogoutRedirectUris: [] };
const URIS = { ...NO_URIS, redirectUris: SHOP.redirectUris };

test.each<{ readonly name: string; readonly wanted: ClientMetadata; readonly body: object }>([
  {
    name: 'a web client',
    wanted: SHOP,
    body: { ...BARE, type: 'Traditional', oidcClientMetadata: URIS },
  },
  {
    name: 'a machine, whose roles and access need it to be there first',
    wanted: withOptions({ 'logto.roles': ['x'], 'logto.managementApiAccess': true }, JOB),
    body: { ...BARE, type: 'MachineToMachine', oidcClientMetadata: NO_URIS },
  },
  {
    name: 'a third party for devices',
    wanted: { ...withOptions({ 'logto.thirdParty': true, 'logto.deviceFlow': true }), type: 'Native' },
    body: {
      ...BARE,
      type: 'Native',
      oidcClientMetadata: URIS,
      customClientMetadata: { isDeviceFlow: true },
      isThirdParty: true,
    },
  },
  {
    name: 'a protected application, which gets its URIs and most of its settings afterwards',
    wanted: {
      ...withOptions({
        'logto.protectedApp': { subDomain: 'shop', origin: 'https://a.example.com', sessionDuration: '1h' },
      }),
      redirectUris: [],
    },
    body: {
      ...BARE,
      type: 'Protected',
      protectedAppMetadata: { subDomain: 'shop', origin: 'https://a.example.com' },
    },
  },
  {
    name: 'one with everything else',
    wanted: withOptions(
      {
        description: 'Sells',
        postLogoutRedirectUris: ['https://a.example.com/', 'https://a.example.com/'],
        'backchannelLogout.uri': 'https://a.example.com/logout',
        corsAllowedOrigins: ['https://a.example.com'],
        'tokens.refreshTokenTtl': '48h',
        'tokens.rotateRefreshToken': false,
        'logto.customData': { mine: [1] },
      },
      { ...SHOP, type: 'SinglePage' },
    ),
    body: {
      name: 'Born so',
      type: 'SPA',
      description: 'Sells',
      oidcClientMetadata: {
        redirectUris: SHOP.redirectUris,
        postLogoutRedirectUris: ['https://a.example.com/'],
        backchannelLogoutUri: 'https://a.example.com/logout',
      },
      customClientMetadata: {
        corsAllowedOrigins: ['https://a.example.com'],
        refreshTokenTtl: 172_800,
        refreshTokenTtlInDays: 2,
        rotateRefreshToken: false,
      },
      customData: { mine: [1], 'oauthapp.dev/managed': ['mine'], 'oauthapp.dev/owner': MARK },
    },
  },
])('$name is born in one call', async ({ wanted, body }) => {
  expect(await sent(wanted)).toEqual(body);
});

test.each([
  { fault: { type: 'html', status: 502 }, verdict: 'unavailable, unknown' },
  { fault: { type: 'truncate' }, verdict: 'lost, unknown' },
  { fault: { type: 'garbage' }, verdict: 'malformed, unknown' },
  { fault: { type: 'status', status: 500 }, verdict: 'unavailable, unknown' },
  { fault: { type: 'oversize', bytes: 33 * 1024 * 1024 }, verdict: 'malformed, unknown' },
] as const)('a create whose answer is $fault is not forgotten: it is found by its mark', async ({ fault, verdict }) => {
  await using logto = await startLogto();
  logto.emulator.fault({ operation: 'create', when: 'after', ...fault });
  expect(await verdictOf(logto.provider.register({ name: 'Shop', mark: MARK }, SHOP, NEVER))).toBe(verdict);
  const { registrations } = await logto.provider.inventory(NEVER);
  expect(registrations.filter(({ mark }) => mark.type === 'mark')).toHaveLength(1);
});

test('a quota, a rate limit and a suspended tenant of the cloud are told apart', async () => {
  await using logto = await startLogto({ hosting: 'cloud' });
  await using cloud = await startLogto(
    { hosting: 'cloud', quotas: { applicationsLimit: 0, machineToMachineLimit: 0, thirdPartyApplicationsLimit: 0 } },
    { managementApiResource: 'https://abc123.logto.app/api' },
  );
  expect(await verdictOf(logto.provider.inventory(NEVER))).toBe('rejected, refused');
  expect(await verdictOf(cloud.made())).toBe('quota, refused');
  cloud.emulator.set({ subscription: 'suspended' });
  expect(await verdictOf(cloud.made())).toBe('needs-person, refused');
});
