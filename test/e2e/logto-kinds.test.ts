import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ALL_ALLOWED,
  client,
  createLogtoWorld,
  type LogtoWorld,
  login,
  logto,
  machine,
  registeredAs,
  registrationOf,
  site,
} from '../support/logto-world.ts';
import { conditionOf } from '../support/namespace-world.ts';
import { ask } from '../support/requests.ts';
import { until } from '../support/until.ts';

let world: LogtoWorld;

beforeAll(async () => {
  world = await createLogtoWorld({ switches: { protectedApps: 'configured' } });
  await world.startOperator();
});

afterAll(() => world?.[Symbol.asyncDispose]());

/** Asks for a look at everything, and resolves when it was taken. */
async function lookAt(name: string, token: string): Promise<void> {
  await ask(world, name, 'reconcile', token);
  await until(
    `${name} was looked at`,
    () => world.application(name),
    (shown) => shown?.status?.served?.reconcile === token && shown.status.inspected !== undefined,
  );
  await world.ready(name);
}

test('SAML is refused by name, with the reason', async () => {
  expect(await world.refusal(site('saml', { type: 'SAML' }))).toContain(
    'SAML is not supported: this operator registers OAuth and OpenID Connect clients alone',
  );
});

describe('the roles of a machine', () => {
  const roles = (name: string) => async () => {
    const { roleIds } = registrationOf(world, await world.ready(name));
    return roleIds.map((id) => world.emulator.roles().find((role) => role.id === id)?.name).toSorted();
  };

  beforeAll(async () => {
    for (const name of ['reader', 'writer', 'other']) world.emulator.addRole({ name });
    await world.apply(machine('worker', { logto: { roles: ['reader', 'writer'] } }));
  });

  test('are given by name, and follow the spec', async () => {
    expect(await roles('worker')()).toEqual(['reader', 'writer']);
    await world.apply(machine('worker', { logto: { roles: ['reader', 'other'] } }));
    expect(await roles('worker')()).toEqual(['other', 'reader']);
  });

  test('are put right when they were changed at the console, once somebody asks for a look', async () => {
    const { id, roleIds } = registrationOf(world, await world.ready('worker'));
    const writer = world.emulator.roles().find(({ name }) => name === 'writer')?.id ?? '';
    world.emulator.revoke(id, roleIds[0] ?? '');
    world.emulator.grant(id, writer);
    await lookAt('worker', 'roles');
    expect(await roles('worker')()).toEqual(['other', 'reader']);
  });

  test('are taken away when they are left out, once', async () => {
    await world.apply(machine('worker'));
    const { id } = await registeredAs(world, 'worker', 'it has no roles', ({ roleIds }) => roleIds.length === 0);
    const writer = world.emulator.addRole({ name: 'by hand' });
    world.emulator.grant(id, writer.id);
    await lookAt('worker', 'by-hand');
    expect(await roles('worker')()).toEqual(['by hand']);
  });
});

describe('access to the Management API', () => {
  const admin = ({ roleIds }: { readonly roleIds: readonly string[] }) => roleIds.includes('admin-role');

  test('is given and taken with the spec, and put right when it was taken by hand', async () => {
    await world.apply(machine('steward', { logto: { managementApiAccess: true } }));
    const { id } = await registeredAs(world, 'steward', 'it has access', admin);
    world.emulator.revoke(id, 'admin-role');
    await lookAt('steward', 'access');
    expect(admin(registrationOf(world, await world.ready('steward')))).toBe(true);

    await world.apply(machine('steward', { logto: { managementApiAccess: false } }));
    await registeredAs(world, 'steward', 'it has no access', (now) => !admin(now));
    await world.apply(machine('steward', { logto: { managementApiAccess: true } }));
    await registeredAs(world, 'steward', 'it has access again', admin);
    await world.apply(machine('steward'));
    await registeredAs(world, 'steward', 'it has no access any more', (now) => !admin(now));
  });
});

describe('a third-party application', () => {
  let scopes: { readonly read: string; readonly write: string; readonly org: string };

  beforeAll(async () => {
    const resource = { name: 'Shop', indicator: 'https://api.shop.example.com', scopes: ['read', 'write'] };
    const [read, write] = world.emulator.addResource(resource).scopes.map(({ id }) => id);
    scopes = { read: read ?? '', write: write ?? '', org: world.emulator.addOrganizationScope('org:read').id };
  });

  const third = (consentScopes: Readonly<Record<string, readonly string[]>>) =>
    site('partner', { logto: { thirdParty: { consentScopes } } });

  test('asks for the consent scopes of the spec', async () => {
    await world.apply(
      third({ user: ['profile', 'email'], resource: [scopes.read], organizationResource: [scopes.write] }),
    );
    const registration = registrationOf(world, await world.ready('partner'));
    expect(registration.isThirdParty).toBe(true);
    expect(registration.consent).toEqual({
      userScopes: ['profile', 'email'],
      resourceScopes: [scopes.read],
      organizationScopes: [],
      organizationResourceScopes: [scopes.write],
    });
  });

  test('asks for others when the spec says so, and for the same again when they were changed by hand', async () => {
    await world.apply(third({ user: ['email'], resource: [scopes.write], organization: [scopes.org] }));
    const wanted = {
      userScopes: ['email'],
      resourceScopes: [scopes.write],
      organizationScopes: [scopes.org],
      organizationResourceScopes: [],
    };
    const { id, consent } = registrationOf(world, await world.ready('partner'));
    expect(consent).toEqual(wanted);
    world.emulator.edit(id, { consent: { ...consent, userScopes: ['email', 'phone'], organizationScopes: [] } });
    await lookAt('partner', 'scopes');
    expect(registrationOf(world, await world.ready('partner')).consent).toEqual(wanted);
  });

  test('asks for nothing when they are left out', async () => {
    await world.patch('OAuthApplication', 'partner', { spec: { logto: { thirdParty: { consentScopes: null } } } });
    const { consent } = registrationOf(world, await world.ready('partner'));
    expect(Object.values(consent).flat()).toEqual([]);
  });
});

describe('a protected application', () => {
  const shop = (protectedApp: Readonly<Record<string, unknown>> = {}) =>
    client('guarded', {
      type: 'Web',
      logto: { protectedApp: { subDomain: 'shop', origin: 'https://origin.example.com', ...protectedApp } },
    });

  test('is born with its subdomain, gets redirect URIs of its own, and says its host', async () => {
    await world.apply(shop());
    const application = await world.ready('guarded');
    const registration = registrationOf(world, application);
    expect(registration).toMatchObject({
      type: 'Protected',
      protectedAppMetadata: { host: 'shop.protected.app', origin: 'https://origin.example.com' },
      oidcClientMetadata: { redirectUris: ['https://shop.protected.app/sign-in-callback'] },
    });
    expect(application.status?.registration?.host).toBe('shop.protected.app');
    const { client_id, client_secret } = (await world.secret('guarded-oauth'))?.data ?? {};
    expect(await login(world, client_id, client_secret)).toBe('in');
  });

  test('has the origin, session and page rules of the spec, and again when they were changed by hand', async () => {
    const wanted = { origin: 'https://new.example.com', sessionDuration: '1h', pageRules: [{ path: '^/admin' }] };
    const held = { origin: 'https://new.example.com', sessionDuration: 3600, pageRules: [{ path: '^/admin' }] };
    await world.apply(shop(wanted));
    const registration = registrationOf(world, await world.ready('guarded'));
    expect(registration.protectedAppMetadata).toMatchObject({ host: 'shop.protected.app', ...held });
    const { protectedAppMetadata } = registration;
    if (protectedAppMetadata === null) throw new Error('it is protected');
    world.emulator.edit(registration.id, {
      protectedAppMetadata: { ...protectedAppMetadata, origin: 'https://evil.example.com', sessionDuration: 1 },
    });
    await world.askForListing();
    await registeredAs(
      world,
      'guarded',
      'it is as the spec says',
      (now) => now.protectedAppMetadata?.origin === held.origin && now.protectedAppMetadata.sessionDuration === 3600,
    );
  });

  test('shows its custom domains with status, error and DNS records', async () => {
    const { id } = registrationOf(world, await world.ready('guarded'));
    world.emulator.addCustomDomain(id, 'www.example.com');
    await world.askForListing();
    const shown = async () => (await world.application('guarded'))?.status?.registration?.customDomains;
    const pending = await until('the domain is shown', shown, (domains) => domains?.length === 1);
    expect(pending).toEqual([
      {
        domain: 'www.example.com',
        status: 'PendingVerification',
        dnsRecords: [{ name: 'www.example.com', type: 'CNAME', value: 'domains.protected.app' }],
      },
    ]);
    world.emulator.editCustomDomain(id, 'www.example.com', { status: 'Error', errorMessage: 'CNAME is missing' });
    await world.askForListing();
    await until('the error is shown', shown, (domains) => domains?.[0]?.error === 'CNAME is missing');
    world.emulator.editCustomDomain(id, 'www.example.com', { status: 'Active', errorMessage: null, dnsRecords: [] });
    await world.askForListing();
    const active = await until('it is active', shown, (domains) => domains?.[0]?.status === 'Active');
    expect(active).toEqual([{ domain: 'www.example.com', status: 'Active', dnsRecords: [] }]);
    expect(conditionOf(await world.ready('guarded'), 'Ready')?.status).toBe('True');
  });

  test('that has custom domains blocks its deletion until a person has taken them away', async () => {
    const { id } = registrationOf(world, await world.ready('guarded'));
    await world.remove('OAuthApplication', 'guarded');
    const blocked = await until(
      'the deletion is blocked',
      () => world.application('guarded'),
      (shown) => conditionOf(shown, 'Ready')?.reason === 'NeedsPerson',
    );
    expect(conditionOf(blocked, 'Ready')?.message).toContain(
      "custom domains, which a person has to delete in Logto's console",
    );
    const registration = world.emulator.applications().find((one) => one.id === id);
    expect(registration?.secrets).toHaveLength(1);
    if (registration?.protectedAppMetadata == null) throw new Error('it is gone');
    world.emulator.edit(id, { protectedAppMetadata: { ...registration.protectedAppMetadata, customDomains: [] } });
    await world.gone('guarded');
    expect(world.emulator.applications().map((one) => one.id)).not.toContain(id);
  });
});

test('the device flow of a native application is set when it is registered', async () => {
  await world.apply(client('tv', { type: 'Native', logto: { deviceFlow: true }, redirectUris: ['com.example.tv:/'] }));
  const registration = registrationOf(world, await world.ready('tv'));
  expect(registration.customClientMetadata).toEqual({ isDeviceFlow: true });
  await world.apply(
    client('tv', {
      type: 'Native',
      logto: { deviceFlow: true, maxAllowedGrants: 2 },
      redirectUris: ['com.example.tv:/'],
    }),
  );
  const after = await registeredAs(
    world,
    'tv',
    'its grants are limited',
    ({ customClientMetadata }) => customClientMetadata.maxAllowedGrants === 2,
  );
  expect(after.customClientMetadata.isDeviceFlow).toBe(true);
});

test('privileged fields are for those alone whom the provider object allows them', async () => {
  const PRIVILEGED = [
    { manifest: machine('p-role', { logto: { roles: ['reader'] } }), path: 'spec.logto.roles', need: 'Roles' },
    {
      manifest: machine('p-admin', { logto: { managementApiAccess: true } }),
      path: 'spec.logto.managementApiAccess',
      need: 'ManagementApiAccess',
    },
    { manifest: site('p-third', { logto: { thirdParty: {} } }), path: 'spec.logto.thirdParty', need: 'ThirdParty' },
  ];
  await world.apply(logto(world.emulator, { access: [{}] }));
  await until(
    'the operator has seen it',
    () => world.provider(),
    (provider) => provider?.status?.observedGeneration === provider?.metadata.generation,
  );
  for (const { manifest } of PRIVILEGED) await world.apply(manifest);
  for (const { manifest, path, need } of PRIVILEGED) {
    const ready = await world.reason(manifest.metadata.name, 'AccessDenied');
    expect(ready.message).toBe(`${path}: the provider object does not allow ${need}`);
    expect(world.emulator.applications().some(({ name }) => name === manifest.metadata.name)).toBe(false);
  }
  await world.apply(logto(world.emulator, { access: [ALL_ALLOWED] }));
  for (const { manifest } of PRIVILEGED) await world.ready(manifest.metadata.name);
});
