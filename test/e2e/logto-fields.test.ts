import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EmulatedApplication } from '../../dev/emulators/logto/registry.ts';
import {
  CALLBACK,
  callsOn,
  createLogtoWorld,
  type LogtoWorld,
  registeredAs,
  registrationOf,
  secretNames,
  site,
} from '../support/logto-world.ts';
import { conditionOf, eventsAbout } from '../support/namespace-world.ts';
import { ask, served } from '../support/requests.ts';
import { until } from '../support/until.ts';
import { logsIn } from '../support/world.ts';

let world: LogtoWorld;

beforeAll(async () => {
  world = await createLogtoWorld();
  await world.startOperator();
});

afterAll(() => world?.[Symbol.asyncDispose]());

/** Every field that a web application can have, and what Logto has to hold for it. */
const BEFORE = {
  displayName: 'The Shop',
  description: 'Sells things',
  redirectUris: [CALLBACK, 'https://shop.example.com/silent'],
  postLogoutRedirectUris: ['https://shop.example.com/bye'],
  logoUri: 'https://shop.example.com/logo.png',
  backchannelLogout: { uri: 'https://shop.example.com/logout', sessionRequired: true },
  corsAllowedOrigins: ['https://shop.example.com'],
  tokens: { idTokenTtl: '2h', refreshTokenTtl: '336h', alwaysIssueRefreshToken: true, rotateRefreshToken: false },
  logto: {
    customData: { team: 'shop', cost: { centre: 7 } },
    tenantId: 'tenant-a',
    tokenExchange: true,
    maxAllowedGrants: 5,
  },
};
const HELD_BEFORE = {
  name: 'The Shop',
  description: 'Sells things',
  oidcClientMetadata: {
    redirectUris: [CALLBACK, 'https://shop.example.com/silent'],
    postLogoutRedirectUris: ['https://shop.example.com/bye'],
    logoUri: 'https://shop.example.com/logo.png',
    backchannelLogoutUri: 'https://shop.example.com/logout',
    backchannelLogoutSessionRequired: true,
  },
  customClientMetadata: {
    corsAllowedOrigins: ['https://shop.example.com'],
    idTokenTtl: 7200,
    refreshTokenTtl: 1_209_600,
    refreshTokenTtlInDays: 14,
    alwaysIssueRefreshToken: true,
    rotateRefreshToken: false,
    tenantId: 'tenant-a',
    allowTokenExchange: true,
    maxAllowedGrants: 5,
  },
};

const AFTER = {
  displayName: 'The New Shop',
  description: 'Sells more',
  redirectUris: ['http://localhost:3000/callback'],
  postLogoutRedirectUris: ['https://shop.example.com/out', 'https://shop.example.com/gone'],
  logoUri: 'https://shop.example.com/new.png',
  backchannelLogout: { uri: 'https://shop.example.com/logouts', sessionRequired: false },
  corsAllowedOrigins: ['https://a.example.com', 'https://b.example.com'],
  tokens: { idTokenTtl: '30m', refreshTokenTtl: '24h', alwaysIssueRefreshToken: false, rotateRefreshToken: true },
  logto: { customData: { cost: 'none' }, tenantId: 'tenant-b', tokenExchange: false, maxAllowedGrants: 6 },
};
const HELD_AFTER = {
  name: 'The New Shop',
  description: 'Sells more',
  oidcClientMetadata: {
    redirectUris: ['http://localhost:3000/callback'],
    postLogoutRedirectUris: ['https://shop.example.com/out', 'https://shop.example.com/gone'],
    logoUri: 'https://shop.example.com/new.png',
    backchannelLogoutUri: 'https://shop.example.com/logouts',
    backchannelLogoutSessionRequired: false,
  },
  customClientMetadata: {
    corsAllowedOrigins: ['https://a.example.com', 'https://b.example.com'],
    idTokenTtl: 1800,
    refreshTokenTtl: 86_400,
    refreshTokenTtlInDays: 1,
    alwaysIssueRefreshToken: false,
    rotateRefreshToken: true,
    tenantId: 'tenant-b',
    allowTokenExchange: false,
    maxAllowedGrants: 6,
  },
};

/** What a spec that says nothing of them leaves. */
const BARE = { displayName: 'Bare', redirectUris: [CALLBACK] };

/** What of a registration the fields decide, but for custom data. */
function shown({ name, description, oidcClientMetadata, customClientMetadata }: EmulatedApplication) {
  return { name, description, oidcClientMetadata, customClientMetadata };
}

/** Custom data without what is the operator's. */
function ownData({ customData }: EmulatedApplication) {
  return Object.fromEntries(Object.entries(customData).filter(([key]) => !key.startsWith('oauthapp.dev/')));
}

describe('the fields of an application', () => {
  beforeAll(() => world.apply(site('shop', BEFORE)));

  test('are registered as they stand at its creation', async () => {
    const shop = await world.ready('shop');
    const registration = registrationOf(world, shop);
    expect(shown(registration)).toEqual(HELD_BEFORE);
    expect(ownData(registration)).toEqual(BEFORE.logto.customData);
    expect(shop.status?.enforced).toEqual([
      'description',
      'postLogoutRedirectUris',
      'logoUri',
      'backchannelLogout.uri',
      'backchannelLogout.sessionRequired',
      'corsAllowedOrigins',
      'tokens.idTokenTtl',
      'tokens.refreshTokenTtl',
      'tokens.alwaysIssueRefreshToken',
      'tokens.rotateRefreshToken',
      'logto.customData',
      'logto.tenantId',
      'logto.tokenExchange',
      'logto.maxAllowedGrants',
    ]);
    expect(shop.status?.registration?.createdAt).toBe(new Date(registration.createdAt).toISOString());
  });

  test('are changed with the spec, which is told once and costs no credentials', async () => {
    const before = await world.secret('shop-oauth');
    await world.apply(site('shop', AFTER));
    const shop = await world.ready('shop');
    const registration = registrationOf(world, shop);
    expect(shown(registration)).toEqual(HELD_AFTER);
    expect(ownData(registration)).toEqual({ cost: 'none' });
    expect(await world.secret('shop-oauth')).toEqual(before);
    expect(secretNames(world, shop)).toEqual(['Default secret']);
    const events = await until(
      'the update is told',
      () => eventsAbout(world, 'shop'),
      (all) => all.some(({ reason }) => reason === 'Updated'),
    );
    expect(events.filter(({ reason }) => reason === 'Updated')).toHaveLength(1);
    expect(callsOn(world, registration.id, 'update')).toBe(1);
  });

  test.for<{ field: string; edit: (now: EmulatedApplication) => Partial<EmulatedApplication> }>([
    { field: 'displayName', edit: () => ({ name: 'Mine' }) },
    { field: 'description', edit: () => ({ description: null }) },
    { field: 'redirectUris', edit: oidc({ redirectUris: [CALLBACK] }) },
    { field: 'postLogoutRedirectUris', edit: oidc({ postLogoutRedirectUris: [] }) },
    { field: 'logoUri', edit: oidc({ logoUri: 'https://evil.example.com/' }) },
    { field: 'backchannelLogout.uri', edit: oidc({ backchannelLogoutUri: 'https://evil.example.com/' }) },
    { field: 'backchannelLogout.sessionRequired', edit: oidc({ backchannelLogoutSessionRequired: true }) },
    { field: 'corsAllowedOrigins', edit: custom({ corsAllowedOrigins: ['https://evil.example.com'] }) },
    { field: 'tokens.idTokenTtl', edit: custom({ idTokenTtl: 60 }) },
    { field: 'tokens.refreshTokenTtl in days', edit: custom({ refreshTokenTtlInDays: 9 }) },
    { field: 'tokens.refreshTokenTtl in seconds', edit: custom({ refreshTokenTtl: 61 }) },
    { field: 'tokens.alwaysIssueRefreshToken', edit: custom({ alwaysIssueRefreshToken: true }) },
    { field: 'tokens.rotateRefreshToken', edit: custom({ rotateRefreshToken: false }) },
    { field: 'logto.tenantId', edit: custom({ tenantId: 'evil' }) },
    { field: 'logto.tokenExchange', edit: custom({ allowTokenExchange: true }) },
    { field: 'logto.maxAllowedGrants', edit: custom({ maxAllowedGrants: 100 }) },
    { field: 'logto.customData', edit: ({ customData }) => ({ customData: { ...customData, cost: 'all' } }) },
  ])('$field is put right by the listing when it was changed at the console', async ({ edit }, ctx) => {
    const registration = registrationOf(world, await world.ready('shop'));
    world.emulator.edit(registration.id, edit(registration));
    await world.askForListing();
    await registeredAs(world, 'shop', 'it is as the spec says', (now) =>
      isDeepStrictEqual([shown(now), ownData(now)], [HELD_AFTER, { cost: 'none' }]),
    );
    ctx.expect(await logsIn(world, 'shop-oauth')).toBe(true);
  });

  test('what others keep in the same columns outlives each of these', async () => {
    const registration = registrationOf(world, await world.ready('shop'));
    world.emulator.setCustomData(registration.id, { ...registration.customData, theirs: { kept: [1, 2] } });
    await world.apply(site('shop', { ...AFTER, displayName: 'Renamed', logto: { customData: { cost: 'new' } } }));
    const after = await registeredAs(world, 'shop', 'it is renamed', ({ name }) => name === 'Renamed');
    expect(ownData(after)).toEqual({ cost: 'new', theirs: { kept: [1, 2] } });
    expect(after.customData['oauthapp.dev/owner']).toEqual(registration.customData['oauthapp.dev/owner']);
  });

  test('are cleared when they are left out', async () => {
    await world.apply(site('shop', BARE));
    const shop = await world.ready('shop');
    const registration = registrationOf(world, shop);
    expect(shown(registration)).toEqual({
      name: 'Bare',
      description: null,
      oidcClientMetadata: { redirectUris: [CALLBACK], postLogoutRedirectUris: [] },
      customClientMetadata: {},
    });
    expect(ownData(registration)).toEqual({ theirs: { kept: [1, 2] } });
    expect(shop.status?.enforced ?? []).toEqual([]);
  });

  test('are cleared once: what is set by hand afterwards is left as it is, by the listing and by a request', async () => {
    const { id, customData } = registrationOf(world, await world.ready('shop'));
    const byHand = {
      description: 'By hand',
      oidcClientMetadata: { ...HELD_BEFORE.oidcClientMetadata, redirectUris: [CALLBACK] },
      customClientMetadata: HELD_BEFORE.customClientMetadata,
      customData: { ...customData, team: 'by hand' },
    };
    world.emulator.edit(id, byHand);
    await world.relist();
    await ask(world, 'shop', 'reconcile', 'look');
    await served(world, 'shop', 'reconcile', 'look');
    expect(registrationOf(world, await world.ready('shop'))).toMatchObject({ name: 'Bare', ...byHand });

    await world.apply(site('shop', { ...BARE, logoUri: 'https://shop.example.com/logo.png', description: '' }));
    const after = registrationOf(world, await world.ready('shop'));
    expect(after.customClientMetadata).toEqual(byHand.customClientMetadata);
    expect(after.oidcClientMetadata).toEqual(byHand.oidcClientMetadata);
    expect(after.description ?? '').toBe('');
  });
});

test.concurrent('a logout that leads into a private network is remarked upon, since later servers send none', async ({
  expect,
}) => {
  await world.apply(site('inner', { backchannelLogout: { uri: 'https://inner.shop.svc/logout' } }));
  const ready = conditionOf(await world.ready('inner'), 'Ready');
  expect(ready?.message).toMatch(/spec\.backchannelLogout\.uri leads into a private network/);
});

test.concurrent('the fields that only another provider has are refused by name', async ({ expect }) => {
  await world.apply(site('stranger', { logi: { webhookUrl: 'https://hooks.example.com/' } }));
  expect((await world.reason('stranger', 'UnsupportedByProvider')).message).toContain('spec.logi.webhookUrl');
  await world.apply(site('scoped', { scopes: ['openid'] }));
  expect((await world.reason('scoped', 'UnsupportedByProvider')).message).toContain('spec.scopes');
  await world.apply(site('scoped'));
  await world.patch('OAuthApplication', 'scoped', { spec: { scopes: null } });
  await world.ready('scoped');
});

test.concurrent('a suspended object is left as it is until it goes on', async ({ expect }) => {
  await world.apply(site('resting'));
  const { id } = registrationOf(world, await world.ready('resting'));
  await world.apply(site('resting', { suspend: true, displayName: 'Later' }));
  await world.reason('resting', 'Suspended');
  expect(callsOn(world, id, 'update')).toBe(0);
  await world.apply(site('resting', { suspend: false, displayName: 'Later' }));
  await registeredAs(world, 'resting', 'it goes on', ({ name }) => name === 'Later');
});

function oidc(change: Partial<EmulatedApplication['oidcClientMetadata']>) {
  return ({ oidcClientMetadata }: EmulatedApplication) => ({
    oidcClientMetadata: { ...oidcClientMetadata, ...change },
  });
}

function custom(change: EmulatedApplication['customClientMetadata']) {
  return ({ customClientMetadata }: EmulatedApplication) => ({
    customClientMetadata: { ...customClientMetadata, ...change },
  });
}
