import { afterAll, beforeAll, expect, test } from 'vitest';
import { conditionOf } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { createWorld, logi, type World, web } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.startOperator();
});

afterAll(() => world[Symbol.asyncDispose]());

const MACHINE = { type: 'MachineToMachine', redirectUris: undefined };

/** What cannot be had: how the spec differs from a good one. */
const REFUSED = [
  { field: 'spec.description', spec: { description: 'A shop' }, reason: 'UnsupportedByProvider' },
  {
    field: 'spec.postLogoutRedirectUris',
    spec: { postLogoutRedirectUris: ['https://shop.example.com/'] },
    reason: 'UnsupportedByProvider',
  },
  { field: 'spec.grantTypes', spec: { grantTypes: ['authorization_code'] }, reason: 'UnsupportedByProvider' },
  {
    field: 'spec.tokenEndpointAuthMethod',
    spec: { tokenEndpointAuthMethod: 'client_secret_post' },
    reason: 'UnsupportedByProvider',
  },
  { field: 'spec.logoUri', spec: { logoUri: 'https://shop.example.com/logo.png' }, reason: 'UnsupportedByProvider' },
  {
    field: 'spec.backchannelLogout.uri',
    spec: { backchannelLogout: { uri: 'https://shop.example.com/logout' } },
    reason: 'UnsupportedByProvider',
  },
  {
    field: 'spec.corsAllowedOrigins',
    spec: { corsAllowedOrigins: ['https://shop.example.com'] },
    reason: 'UnsupportedByProvider',
  },
  { field: 'spec.tokens.idTokenTtl', spec: { tokens: { idTokenTtl: '1h' } }, reason: 'UnsupportedByProvider' },
  { field: 'spec.logto.tokenExchange', spec: { logto: { tokenExchange: true } }, reason: 'UnsupportedByProvider' },
  { field: 'spec.type', spec: MACHINE, reason: 'UnsupportedByProvider' },
  { field: 'spec.providerRef', spec: { providerRef: undefined }, reason: 'ProviderNotFound' },
  {
    field: 'spec.secret.template.data[a.json]',
    spec: { secret: { template: { data: { 'a.json': '${process.env}' } } } },
    reason: 'InvalidSpec',
  },
  {
    field: 'spec.secret.keys.previousClientSecret',
    spec: { secret: { keys: { previousClientSecret: 'OLD' } } },
    reason: 'UnsupportedByProvider',
  },
  {
    field: 'spec.rotation.window.timeZone',
    spec: { rotation: { interval: '2160h', window: { from: '02:00', to: '04:00', timeZone: 'Europe/Atlantis' } } },
    reason: 'InvalidSpec',
  },
  {
    field: 'spec.adopt.applicationId',
    spec: { adopt: { applicationId: '42', secret: 'Rotate' }, deletionPolicy: 'Delete' },
    reason: 'AccessDenied',
  },
  {
    field: 'spec.scopes[1]',
    spec: { scopes: ['openid', 'admin'] },
    reason: 'InvalidSpec',
  },
] as const;

test.for(REFUSED)(
  '$field is refused by name as $reason, and nothing is registered',
  async ({ field, spec, reason }, ctx) => {
    const name = `refused-${REFUSED.findIndex((other) => other.field === field)}`;
    await world.apply(web(name, spec));
    const ready = await world.reason(name, reason);
    ctx.expect(ready.status).toBe('False');
    ctx.expect(ready.message.split(/[: ]/)[0]).toBe(field);
    const application = await world.application(name);
    ctx.expect(conditionOf(application, 'Stalled')?.reason).toBe(reason);
    ctx.expect(application?.metadata.finalizers).toBeUndefined();
    ctx.expect(world.emulator.applications()).toEqual([]);
  },
);

test('a field that is taken back lets the application become ready', async () => {
  await world.apply(web('sobered', { description: 'A shop' }));
  await world.reason('sobered', 'UnsupportedByProvider');
  await world.apply(web('sobered'));
  await world.ready('sobered');
});

test('a working application keeps its registration and its Secret while a field is refused', async () => {
  await world.apply(web('kept'));
  await world.ready('kept');
  const before = await world.secret('kept-oauth');
  await world.apply(web('kept', { description: 'A shop' }));
  await world.reason('kept', 'UnsupportedByProvider');
  expect(await world.secret('kept-oauth')).toEqual(before);
  expect(world.emulator.applications().find(({ name }) => name === 'kept')).toMatchObject({
    softDeleted: false,
    secretsIssued: 1,
  });
});

test.for([
  {
    field: 'spec.dynamicRegistration',
    spec: { logi: undefined, dynamicRegistration: { issuer: 'https://a.example.com' } },
  },
])('on a provider, $field is refused by name', async ({ field, spec }, ctx) => {
  const name = `other-${field.split('.')[1]?.toLowerCase()}`;
  const manifest = logi(world.emulator.url, spec);
  await world.apply({ ...manifest, metadata: { name } });
  const provider = await until(
    'it is refused',
    () => world.provider(name),
    (shown) => conditionOf(shown, 'Stalled') !== undefined,
  );
  ctx.expect(conditionOf(provider, 'Stalled')?.reason).toBe('NotYetSupported');
  ctx.expect(conditionOf(provider, 'Ready')?.message.split(':')[0]).toBe(field);
});

test('on a provider, a namespace selector is refused by an operator that cannot read the labels of namespaces', async () => {
  const access = [{ namespaces: { selector: { matchLabels: { tier: 'gold' } } } }];
  await world.apply({ ...logi(world.emulator.url, { access }), metadata: { name: 'selective' } });
  const provider = await until(
    'it is refused',
    () => world.provider('selective'),
    (shown) => conditionOf(shown, 'Stalled') !== undefined,
  );
  expect(conditionOf(provider, 'Stalled')?.reason).toBe('UnsupportedByInstall');
  expect(conditionOf(provider, 'Ready')?.message.split(':')[0]).toBe('spec.access[0].namespaces.selector');
});
