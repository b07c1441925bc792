import { describe, expect, test } from 'vitest';
import type { EmulatedApplication } from '../../../dev/emulators/logto/registry.ts';
import type { ClientMetadata, Registration } from '../../../src/idp/provider.ts';
import { failureOf, verdictOf } from '../failure.ts';
import { applicationBody, wired } from './fake-wire.ts';
import { JOB, NEVER, type RunningLogto, SHOP, startLogto, withOptions } from './logto.ts';

function stored({ emulator }: RunningLogto, id: string): EmulatedApplication {
  const application = emulator.applications().find((candidate) => candidate.id === id);
  if (application === undefined) throw new Error(`there is no ${id}`);
  return application;
}

/** What the adapter sends to bring `found` in step. */
async function sent(
  found: Readonly<Record<string, unknown>>,
  wanted: ClientMetadata,
  fields: Parameters<RunningLogto['updated']>[2],
) {
  const { provider, requests } = wired(() => ({ status: 200, body: applicationBody(found) }));
  const registration = await provider.get('a1', NEVER);
  await provider.update(registration, wanted, fields ?? [], NEVER);
  return requests.slice(1).map(({ method, body }) => ({ method, body: JSON.parse(body ?? 'null') }));
}

describe('an update of whole columns', () => {
  const URIS = { redirectUris: ['https://old.example.com/'], postLogoutRedirectUris: ['https://old.example.com/bye'] };

  test('keeps what the console set and what later versions have', async () => {
    const found = {
      oidcClientMetadata: { ...URIS, logoUri: 'https://old.example.com/logo', later: { a: 1 } },
      customClientMetadata: { idTokenTtl: 60, later: [1] },
      customData: { theirs: { a: null }, 'oauthapp.dev/owner': { v: 9 } },
    };
    const wanted = withOptions({ 'tokens.rotateRefreshToken': false, 'logto.customData': { mine: 1 } });
    const fields = ['redirectUris', 'tokens.rotateRefreshToken', 'logto.customData'] as const;
    expect(await sent(found, wanted, fields)).toEqual([
      {
        method: 'PATCH',
        body: {
          oidcClientMetadata: { ...found.oidcClientMetadata, redirectUris: SHOP.redirectUris },
          customClientMetadata: { ...found.customClientMetadata, rotateRefreshToken: false },
          customData: { ...found.customData, mine: 1, 'oauthapp.dev/managed': ['mine'] },
        },
      },
    ]);
  });

  test.each<{
    readonly why: string;
    readonly found: object;
    readonly data: object | undefined;
    readonly after: object;
  }>([
    {
      why: 'a key left out is taken away, the rest stays',
      found: { a: 1, b: 2, theirs: 3, 'oauthapp.dev/managed': ['a', 'b'] },
      data: { b: 4 },
      after: { b: 4, theirs: 3, 'oauthapp.dev/managed': ['b'] },
    },
    {
      why: 'all left out',
      found: { a: 1, theirs: 3, 'oauthapp.dev/managed': ['a'], 'oauthapp.dev/owner': 1 },
      data: undefined,
      after: { theirs: 3, 'oauthapp.dev/owner': 1 },
    },
    {
      why: 'a list that somebody forged does not take the mark away',
      found: { 'oauthapp.dev/managed': ['oauthapp.dev/owner', 5], 'oauthapp.dev/owner': 1 },
      data: {},
      after: { 'oauthapp.dev/owner': 1 },
    },
    {
      why: 'a list with the mark in it',
      found: { 'oauthapp.dev/managed': ['oauthapp.dev/owner', 'a'], 'oauthapp.dev/owner': 1, a: 1 },
      data: {},
      after: { 'oauthapp.dev/owner': 1 },
    },
    {
      why: 'a key of somebody else is taken over',
      found: { a: 1 },
      data: { a: { x: 1 } },
      after: { a: { x: 1 }, 'oauthapp.dev/managed': ['a'] },
    },
  ])('brings custom data in step: $why', async ({ found, data, after }) => {
    const wanted = withOptions(data === undefined ? {} : { 'logto.customData': { ...data } });
    expect(await sent({ customData: found }, wanted, ['logto.customData'])).toEqual([
      { method: 'PATCH', body: { customData: after } },
    ]);
  });

  test('repeats that an application is for devices', async () => {
    const found = { type: 'Native', customClientMetadata: { isDeviceFlow: true } };
    const wanted: ClientMetadata = {
      ...withOptions({ 'logto.deviceFlow': true, 'tokens.idTokenTtl': '1h' }),
      type: 'Native',
    };
    expect(await sent(found, wanted, ['tokens.idTokenTtl', 'logto.deviceFlow'])).toEqual([
      { method: 'PATCH', body: { customClientMetadata: { isDeviceFlow: true, idTokenTtl: 3600 } } },
    ]);
  });

  test('sends nothing that was not asked for, and nothing at all where nothing can be changed', async () => {
    expect(await sent({}, SHOP, ['displayName'])).toEqual([{ method: 'PATCH', body: { name: 'Shop' } }]);
    expect(await sent({}, withOptions({ 'logto.thirdParty': true }), ['logto.thirdParty'])).toEqual([]);
  });

  test('is not made where it would overwrite what is not shown', async () => {
    const { provider, requests } = wired(() => ({ status: 200, body: applicationBody({ customData: 'broken' }) }));
    const found = await provider.get('a1', NEVER);
    const wanted = withOptions({ 'logto.customData': { a: 1 } });
    expect(await verdictOf(provider.update(found, wanted, ['logto.customData'], NEVER))).toBe('malformed, refused');
    expect(requests).toHaveLength(1);
  });

  test.each(['SAML', 'Robot', undefined])('never touches an application of type %s', async (type) => {
    const { provider, requests } = wired(() => ({ status: 200, body: applicationBody({ type }) }));
    const found = await provider.get('a1', NEVER);
    expect(found.clientType).toBeUndefined();
    expect(await verdictOf(provider.update(found, SHOP, ['displayName'], NEVER))).toBe('rejected, refused');
    expect(requests).toHaveLength(1);
  });
});

/** As a third-party application has them. */
const CONSENT = {
  userScopes: ['email'],
  resourceScopes: [{ resource: { id: 'x', name: 'Orders' }, scopes: [{ id: 's1', name: 'read' }] }],
  organizationScopes: [],
  organizationResourceScopes: [],
};

describe('what a listing does not show', () => {
  test('is shown by inspect alone, where the type has it', async () => {
    await using logto = await startLogto();
    const { provider, made, emulator } = logto;
    const job = await made(JOB);
    const shop = await made();
    emulator.grant(job.id, emulator.addRole({ name: 'reader' }).id);
    for (const field of provider.unlisted) {
      expect((await provider.get(job.id, NEVER)).options).not.toHaveProperty([field]);
      expect((await provider.inspect(shop.id, NEVER)).registration.options).not.toHaveProperty([field]);
    }
    expect((await provider.inspect(job.id, NEVER)).registration.options).toMatchObject({
      'logto.managementApiAccess': null,
      'logto.roles': ['reader'],
    });
  });

  test('as roles follow the spec, many or none', async () => {
    await using logto = await startLogto();
    const { provider, made, updated, emulator } = logto;
    const { id } = await made(JOB);
    const names = Array.from({ length: 130 }, (_, at) => `role ${at}`);
    for (const name of names) emulator.addRole({ name });
    const wanted = withOptions({ 'logto.roles': names }, JOB);
    const after = await updated(id, wanted);
    expect(provider.differences(wanted, after)).toEqual([]);
    expect(stored(logto, id).roleIds).toHaveLength(130);

    const fewer = withOptions({ 'logto.roles': ['role 129'] }, JOB);
    expect((await updated(id, fewer)).options['logto.roles']).toEqual(['role 129']);
    expect((await updated(id, JOB, ['logto.roles'])).options['logto.roles']).toBeNull();
    expect(stored(logto, id).roleIds).toEqual([]);
  });

  test('is brought in step although somebody does the same meanwhile', async () => {
    const roles = [{ id: 'r1', name: 'surplus' }];
    const { provider } = wired(({ method, url }) => {
      const path = url.slice(url.indexOf('/api/')).split('?')[0];
      if (method === 'DELETE') return { status: 404, body: { code: 'entity.not_found', message: 'x' } };
      if (method === 'POST') return { status: 422, body: { code: 'application.role_exists', message: 'x' } };
      if (path === '/api/roles') return { status: 200, body: [{ id: 'r2', name: 'missing' }] };
      if (path?.endsWith('/roles')) return { status: 200, body: roles };
      if (path?.endsWith('/user-consent-scopes')) return { status: 200, body: CONSENT };
      if (path?.endsWith('/secrets')) return { status: 200, body: [] };
      return { status: 200, body: applicationBody({ type: 'MachineToMachine', isThirdParty: true }) };
    });
    const found = await provider.get('a1', NEVER);
    const wanted = withOptions({ 'logto.roles': ['missing'] }, JOB);
    const fields = ['logto.roles', 'logto.thirdParty.consentScopes'] as const;
    const after = await provider.update(found, wanted, fields, NEVER);
    expect(provider.differences(wanted, after)).toContain('logto.roles');
    expect(after.options['logto.thirdParty.consentScopes']).toEqual({ user: ['email'], resource: ['s1'] });
  });

  test('as a role that there is not is refused by its place', async () => {
    await using logto = await startLogto();
    const { id } = await logto.made(JOB);
    logto.emulator.addRole({ name: 'there' });
    logto.emulator.addRole({ name: 'users', type: 'User' });
    const wanted = withOptions({ 'logto.roles': ['there', 'users'] }, JOB);
    const failure = await failureOf(logto.updated(id, wanted));
    expect(failure).toMatchObject({ code: 'rejected', details: { effect: 'refused', field: 'spec.logto.roles[1]' } });
    expect(stored(logto, id).roleIds).toEqual([]);
  });

  test('as the access to the Management API is given and taken', async () => {
    await using logto = await startLogto();
    const { provider, made, updated } = logto;
    const { id } = await made(JOB);
    const wanted = withOptions({ 'logto.managementApiAccess': true }, JOB);
    expect((await updated(id, wanted)).options).toMatchObject({
      'logto.managementApiAccess': true,
      'logto.roles': null,
    });
    expect((await updated(id, JOB, ['logto.managementApiAccess'])).options['logto.managementApiAccess']).toBeNull();
    const off = withOptions({ 'logto.managementApiAccess': false }, JOB);
    expect(provider.differences(off, (await provider.inspect(id, NEVER)).registration)).toEqual([]);
  });

  test('as consent scopes follow the spec', async () => {
    await using logto = await startLogto();
    const { provider, made, updated, emulator } = logto;
    const [read = '', write = ''] = emulator
      .addResource({ name: 'Orders', indicator: 'https://orders.example.com', scopes: ['read', 'write'] })
      .scopes.map(({ id }) => id);
    const invite = emulator.addOrganizationScope('invite').id;
    const thirdParty = withOptions({ 'logto.thirdParty': true });
    const { id } = await made(thirdParty);
    const all = {
      user: ['profile', 'email'],
      resource: [read, write],
      organization: [invite],
      organizationResource: [read],
    };
    const wanted = withOptions({ 'logto.thirdParty.consentScopes': all }, thirdParty);
    const after = await updated(id, wanted);
    expect(provider.differences(wanted, after)).toEqual([]);
    expect(stored(logto, id).consent).toMatchObject({ userScopes: all.user, organizationResourceScopes: [read] });

    const fewer = withOptions({ 'logto.thirdParty.consentScopes': { user: ['phone'], resource: [write] } }, thirdParty);
    const less = await updated(id, fewer);
    expect(less.options['logto.thirdParty.consentScopes']).toEqual({ user: ['phone'], resource: [write] });

    const none = await updated(id, thirdParty, ['logto.thirdParty.consentScopes']);
    expect(none.options['logto.thirdParty.consentScopes']).toBeNull();
  });

  test.each([
    { scopes: { resource: ['nope'] }, field: 'spec.logto.thirdParty.consentScopes.resource' },
    { scopes: { organization: ['nope'] }, field: 'spec.logto.thirdParty.consentScopes.organization' },
    { scopes: { user: ['profile', 'nope'] }, field: 'spec.logto.thirdParty.consentScopes.user[1]' },
  ])('as $scopes is refused at $field', async ({ scopes, field }) => {
    await using logto = await startLogto();
    const thirdParty = withOptions({ 'logto.thirdParty': true });
    const { id } = await logto.made(thirdParty);
    const wanted = withOptions({ 'logto.thirdParty.consentScopes': scopes }, thirdParty);
    expect(await failureOf(logto.updated(id, wanted))).toMatchObject({ code: 'rejected', details: { field } });
  });
});

describe('a protected application', () => {
  const app = { subDomain: 'shop', origin: 'https://shop.example.com' };
  const wanted: ClientMetadata = { ...withOptions({ 'logto.protectedApp': app }), redirectUris: [] };

  test('gets what is said of it, and shows its host and domains', async () => {
    await using logto = await startLogto({ protectedApps: 'configured' });
    const { provider, made, updated, emulator } = logto;
    const registration: Registration = await made(wanted);
    expect(registration).toMatchObject({ clientType: 'confidential', facts: { host: 'shop.protected.app' } });
    expect(provider.conflicts(wanted, registration)).toEqual([]);
    expect(provider.differences(wanted, registration)).toEqual([]);

    const pageRules = [{ path: '^/admin' }];
    const more = {
      ...withOptions({ 'logto.protectedApp': { ...app, sessionDuration: '30m', pageRules } }),
      redirectUris: [],
    };
    const before = stored(logto, registration.id).oidcClientMetadata;
    expect(provider.differences(more, await updated(registration.id, more))).toEqual([]);
    expect(stored(logto, registration.id)).toMatchObject({
      oidcClientMetadata: before,
      protectedAppMetadata: { host: 'shop.protected.app', sessionDuration: 1800, pageRules },
    });
    // Without rules every page needs a login.
    expect(provider.differences(wanted, await updated(registration.id, wanted))).toEqual([]);
    expect(stored(logto, registration.id).protectedAppMetadata).toMatchObject({ sessionDuration: 1800, pageRules: [] });

    emulator.addCustomDomain(registration.id, 'www.example.com', { status: 'Error', errorMessage: 'no CNAME' });
    const { facts } = await provider.get(registration.id, NEVER);
    expect(facts.customDomains).toMatchObject([{ domain: 'www.example.com', status: 'Error', error: 'no CNAME' }]);
    expect(facts.customDomains?.[0]?.dnsRecords.length).toBeGreaterThan(0);
    expect(await verdictOf(provider.remove(registration.id, NEVER))).toBe('needs-person, refused');
  });

  test('cannot be had where Logto is not set up for it, nor under a name that is taken', async () => {
    await using logto = await startLogto();
    const { made, emulator } = logto;
    expect(await failureOf(made(wanted))).toMatchObject({
      code: 'unsupported',
      details: { effect: 'refused', field: 'spec.logto.protectedApp' },
    });
    emulator.set({ protectedApps: 'configured' });
    await made(wanted);
    // A proxy may have sent the create twice: what is in the way could be what it made (protocol O5).
    expect(await failureOf(made(wanted))).toMatchObject({
      code: 'rejected',
      details: { effect: 'unknown', field: 'spec.logto.protectedApp.subDomain' },
    });
  });
});
