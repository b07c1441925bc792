import { expect, test } from 'vitest';
import { OPERATOR_ID } from '../../../../dev/emulators/logto/console.ts';
import type { Switches } from '../../../../dev/emulators/logto/switches.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { APPLICATIONS, bench, tokenRequest } from './client.ts';

const CLOUD = { hosting: 'cloud' } as const;
const PROTECTED = { type: 'Protected', oidcClientMetadata: undefined };
const METADATA = { subDomain: 'shop', origin: 'https://shop.example.com' };

test("on Cloud the resource and the tenant are the tenant's", async () => {
  const { logto, create } = await bench({ switches: { ...CLOUD, tenant: 'xyz789' } });
  expect(await tokenRequest(logto, { resource: 'https://xyz789.logto.app/api' })).toMatchObject({ status: 200 });
  expect(await tokenRequest(logto, { resource: 'https://default.logto.app/api' })).toMatchObject({ status: 400 });
  expect((await create({})).json).toMatchObject({ tenantId: 'xyz789' });
});

interface Quota {
  readonly key: keyof Switches['quotas'];
  readonly fields: Readonly<Record<string, unknown>>;
  readonly usage: number;
}

const QUOTAS: readonly Quota[] = [
  { key: 'applicationsLimit', fields: {}, usage: 2 },
  { key: 'machineToMachineLimit', fields: { type: 'MachineToMachine' }, usage: 1 },
  { key: 'thirdPartyApplicationsLimit', fields: { isThirdParty: true }, usage: 1 },
];

test.each(QUOTAS)('on Cloud $key is kept', async ({ key, fields, usage }) => {
  const { create, made, logto } = await bench({ switches: CLOUD });
  made({ isThirdParty: true });
  logto.set({ quotas: { ...logto.switches().quotas, [key]: usage } });
  expect(await create(fields)).toMatchObject({
    status: 403,
    json: { code: 'subscription.limit_exceeded', data: { key, limit: usage, usage } },
  });
});

test('self-hosted nothing is counted', async () => {
  const quotas = { applicationsLimit: 0, machineToMachineLimit: 0, thirdPartyApplicationsLimit: 0 };
  const { create } = await bench({ switches: { quotas } });
  expect(await create({ type: 'MachineToMachine' })).toMatchObject({ status: 200 });
});

test.each([
  ['said', true],
  ['left-out', false],
] as const)('which quota it was is %s', async (quotaData, want) => {
  const quotas = { applicationsLimit: 0, machineToMachineLimit: 0, thirdPartyApplicationsLimit: 0 };
  const { create } = await bench({
    switches: { ...CLOUD, quotas, quotaData, quotaCode: 'system_limit.limit_exceeded' },
  });
  const { json } = await create({});
  expect(json).toMatchObject({ code: 'system_limit.limit_exceeded' });
  expect(Object.keys({ ...Object(json) }).includes('data')).toBe(want);
});

test.each([
  ['active', 200],
  ['suspended', 403],
] as const)('a tenant whose subscription is %s is answered with %i', async (subscription, status) => {
  const { call } = await bench({ switches: { ...CLOUD, subscription } });
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status });
});

test.each([
  ['cloud', 'issued', 200],
  ['cloud', 'quota-used-up', 429],
  ['self-hosted', 'quota-used-up', 200],
] as const)('on %s with tokens %s a token is answered with %i', async (hosting, tokens, status) => {
  const { logto } = await bench({ switches: { hosting, tokens } });
  const answer = await tokenRequest(logto);
  expect(answer.status).toBe(status);
  if (status === 429) expect(answer.json).toMatchObject({ code: 'auth.exceed_token_limit' });
});

async function burst(switches: Partial<Switches>, count: number) {
  const clock = manualClock();
  const stage = await bench({ clock, switches });
  const statuses = [];
  for (let n = 0; n < count; n += 1) statuses.push((await stage.call('GET', APPLICATIONS)).status);
  return { ...stage, clock, statuses };
}

test('on Cloud the 201st request at once is refused, and one more passes every 50 ms', async () => {
  const { statuses, clock, call } = await burst(CLOUD, 201);
  expect(statuses.slice(0, 200)).not.toContain(429);
  expect(statuses[200]).toBe(429);
  await clock.advance(50);
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 200 });
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 429 });
  await clock.advance(10_000);
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 200 });
});

test.each<Partial<Switches>>([{ ...CLOUD, limits: 'off' }, {}])('with %j nothing is limited', async (switches) => {
  expect((await burst(switches, 201)).statuses).not.toContain(429);
});

test.each([
  ['none', null],
  ['seconds', '1'],
] as const)('a 429 says when to come again: %s', async (retryAfter, want) => {
  const { call } = await burst({ ...CLOUD, retryAfter }, 200);
  expect((await call('GET', APPLICATIONS)).headers.get('retry-after')).toBe(want);
});

test.each<[Partial<Switches>, number]>([
  [CLOUD, 200],
  [{ protectedApps: 'configured' }, 200],
  [{ protectedApps: 'not-configured' }, 501],
])('with %j a Protected application is answered with %i', async (switches, status) => {
  const { create, logto } = await bench({ switches });
  const answer = await create({ ...PROTECTED, protectedAppMetadata: METADATA });
  expect(answer.status).toBe(status);
  if (status === 501) return;
  expect(answer.json).toMatchObject({
    oidcClientMetadata: { redirectUris: ['https://shop.protected.app/sign-in-callback'] },
    protectedAppMetadata: {
      host: 'shop.protected.app',
      origin: METADATA.origin,
      sessionDuration: 1_209_600,
      pageRules: [],
    },
  });
  expect(logto.applications().at(-1)?.secrets).toMatchObject([{ name: 'Default secret' }]);
});

test.each([
  ['a subdomain that is taken', METADATA, 422, 'application.protected_application_subdomain_exists'],
  ['a bad subdomain', { ...METADATA, subDomain: '-x' }, 422, 'application.invalid_subdomain'],
  ['no metadata', undefined, 400, 'application.protected_app_metadata_is_required'],
])('a Protected application with %s is refused', async (_, protectedAppMetadata, status, code) => {
  const { create } = await bench({ switches: CLOUD });
  await create({ ...PROTECTED, protectedAppMetadata: METADATA });
  expect(await create({ ...PROTECTED, protectedAppMetadata })).toMatchObject({ status, json: { code } });
});

async function protectedApp(switches: Partial<Switches> = {}) {
  const stage = await bench({ switches: { ...CLOUD, ...switches } });
  await stage.create({ ...PROTECTED, protectedAppMetadata: METADATA });
  const { id } = stage.logto.applications().at(-1) ?? { id: '' };
  return { ...stage, id, path: `${APPLICATIONS}/${id}` };
}

test('protected metadata is merged, and its host cannot change', async () => {
  const { call, path } = await protectedApp();
  const body = {
    protectedAppMetadata: { pageRules: [{ path: '^/shop' }], host: 'mine.example.com', additionalScopes: ['email'] },
  };
  expect((await call('PATCH', path, { body })).json).toMatchObject({
    protectedAppMetadata: {
      host: 'shop.protected.app',
      origin: METADATA.origin,
      pageRules: [{ path: '^/shop' }],
      additionalScopes: ['email'],
    },
  });
});

test('a custom domain brings URIs with it, and takes them when it goes', async () => {
  const { call, path } = await protectedApp();
  const domains = `${path}/protected-app-metadata/custom-domains`;
  const add = (domain: string) => call('POST', domains, { body: { domain } });
  expect(await add(' Shop.example.com ')).toMatchObject({ status: 201, text: 'Created' });
  expect(await add('b.example.com')).toMatchObject({ status: 422, json: { code: 'domain.limit_to_one_domain' } });
  expect((await call('GET', domains)).json).toMatchObject([
    { domain: 'shop.example.com', status: 'PendingVerification' },
  ]);
  expect((await call('GET', path)).json).toMatchObject({
    oidcClientMetadata: { redirectUris: [expect.anything(), 'https://shop.example.com/sign-in-callback'] },
  });
  const stuck = { status: 422, json: { code: 'application.should_delete_custom_domains_first' } };
  expect(await call('DELETE', path)).toMatchObject(stuck);

  expect(await call('DELETE', `${domains}/SHOP.example.com`)).toMatchObject({ status: 204 });
  expect(await call('DELETE', `${domains}/shop.example.com`)).toMatchObject({ status: 404 });
  expect((await call('GET', path)).json).toMatchObject({
    oidcClientMetadata: { redirectUris: ['https://shop.protected.app/sign-in-callback'] },
  });
  expect(await call('DELETE', path)).toMatchObject({ status: 204 });
});

test('a person adds a custom domain, and its state changes by itself', async () => {
  const { call, id, path, logto } = await protectedApp();
  logto.addCustomDomain(id, 'shop.example.com', { status: 'PendingSsl' });
  logto.editCustomDomain(id, 'shop.example.com', { status: 'Error', errorMessage: 'no record' });
  expect((await call('GET', path)).json).toMatchObject({
    protectedAppMetadata: {
      customDomains: [{ status: 'Error', errorMessage: 'no record', dnsRecords: [{ type: 'CNAME' }] }],
    },
  });
  expect(() => logto.addCustomDomain(OPERATOR_ID, 'shop.example.com')).toThrow('no Protected application');
});

test.each([
  ['up', 200, 200, 201],
  ['down', 500, 500, 500],
] as const)(
  'while the edge is %s, creates, updates and secrets are answered with %i, %i and %i',
  async (edge, ...want) => {
    const { call, create, path, logto } = await protectedApp();
    logto.set({ edge });
    const before = JSON.stringify(logto.applications());
    const answers = [
      await create({ ...PROTECTED, protectedAppMetadata: { ...METADATA, subDomain: 'other' } }),
      await call('PATCH', path, { body: { protectedAppMetadata: { sessionDuration: 60 } } }),
      await call('POST', `${path}/secrets`, { body: { name: 'two' } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(want);
    expect(JSON.stringify(logto.applications()) === before, 'undone').toBe(edge === 'down');
  },
);
