import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MANAGEMENT_ROLE } from '../../dev/emulators/logto/catalogue.ts';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../dev/emulators/logto/console.ts';
import {
  callsOn,
  client,
  createLogtoWorld,
  type LogtoWorld,
  logto,
  logtoCredentials,
  machine,
  registeredAs,
  registrationOf,
  site,
} from '../support/logto-world.ts';
import { conditionOf } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { logsIn } from '../support/world.ts';

describe('the way to a Logto of one’s own', () => {
  let world: LogtoWorld;
  let before: Awaited<ReturnType<LogtoWorld['secret']>>;

  beforeAll(async () => {
    world = await createLogtoWorld({ provider: 'absent' });
    await world.startOperator();
    await world.apply(site('shop'));
  });

  afterAll(() => world?.[Symbol.asyncDispose]());

  test('credentials that are not there, not whole or wrong are told apart, and it heals when they are right', async () => {
    await world.apply(logto(world.emulator));
    expect((await world.providerReason('CredentialsNotFound')).message).toBe(
      'spec.logto.credentialsSecretRef: there is no Secret logto-m2m with clientId and clientSecret',
    );
    await world.reason('shop', 'ProviderNotReady');
    await world.apply({ ...logtoCredentials(), stringData: { clientId: OPERATOR_ID } });
    expect((await world.providerReason('CredentialsKeyMissing')).message).toContain('no value under clientSecret');
    await world.apply(logtoCredentials({ clientSecret: 'wrong' }));
    const wrong = (await world.providerReason('Unauthorized')).message;
    expect(wrong).toContain("spec.logto.credentialsSecretRef: Logto does not accept the operator's credentials");
    await world.apply(logtoCredentials({ clientId: 'nobody0000000000000000' }));
    await until(
      'the client is unknown',
      () => world.provider(),
      (shown) => conditionOf(shown, 'Ready')?.message.includes('nobody0000000000000000') === true,
    );
    expect(world.emulator.applications().map(({ name }) => name)).toEqual(['oauthapp-operator']);

    await world.apply(logtoCredentials());
    const shop = await world.ready('shop');
    expect(registrationOf(world, shop).name).toBe('shop');
    before = await world.secret('shop-oauth');
  });

  test('a resource that Logto does not know is told with its path', async () => {
    await world.apply(logto(world.emulator, {}, { managementApiResource: 'https://other.example.com/api' }));
    await world.providerReason('IdentityChanged');
    await world.ready('shop');
    await world.apply({
      ...logto(world.emulator, {}, { managementApiResource: 'https://other.example.com/api' }),
      metadata: { name: 'astray' },
    });
    const astray = await until(
      'the resource is refused',
      () => world.provider('astray'),
      (shown) => conditionOf(shown, 'Ready')?.reason === 'InvalidSpec',
    );
    expect(conditionOf(astray, 'Ready')?.message).toContain('spec.logto.managementApiResource: ');
    await world.apply(logto(world.emulator));
    await world.providerReason('Reached');
    await world.ready('shop');
  });

  test('an operator without the role is told which, and goes on when it has it again', async () => {
    world.emulator.revokeManagementAccess();
    await world.apply(logto(world.emulator, { resyncInterval: '11m' }));
    expect((await world.providerReason('Forbidden')).message).toBe(
      "The operator's application at Logto lacks the role 'Logto Management API access'.",
    );
    await world.ready('shop');
    await world.apply(site('late'));
    await world.reason('late', 'ProviderNotReady');
    world.emulator.grant(OPERATOR_ID, MANAGEMENT_ROLE);
    await world.providerReason('Reached');
    await world.ready('late');
  });

  test('a secret of the operator that was replaced is told, and works as soon as its Secret holds it', async () => {
    const changed = world.emulator.changeOperatorSecret();
    await world.apply(logto(world.emulator, { resyncInterval: '12m' }));
    await world.providerReason('Unauthorized');
    await world.ready('shop');
    await world.apply(logtoCredentials({ clientSecret: changed }));
    await world.providerReason('Reached');
    await world.ready('shop');
  });

  test('a server that is away is waited for', async () => {
    const fault = world.emulator.fault({ when: 'before', type: 'html', times: 'always' });
    await world.apply(logto(world.emulator, { resyncInterval: '13m' }));
    await world.providerReason('ProviderUnavailable');
    await world.ready('shop');
    fault.remove();
    await world.providerReason('Reached');
  });

  test('none of this cost the application anything', async () => {
    const { id } = registrationOf(world, await world.ready('shop'));
    expect(await world.secret('shop-oauth')).toEqual(before);
    expect(await logsIn(world, 'shop-oauth')).toBe(true);
    expect(callsOn(world, id, 'create-secret', 'delete-secret', 'update')).toBe(0);
    expect(world.emulator.applications().filter(({ name }) => name === 'shop')).toHaveLength(1);
  });

  test('no log of the operator, and no status, holds a secret', async () => {
    const secret = before?.data['client_secret'] ?? '';
    const { stdout } = await world.kubectl('get', 'oaa,oap,events', '-o', 'yaml');
    expect(stdout).not.toContain(secret);
    expect(stdout).not.toContain(OPERATOR_SECRET);
  });
});

describe('a tenant on Logto Cloud', () => {
  let world: LogtoWorld;

  beforeAll(async () => {
    const quotas = { applicationsLimit: 4, machineToMachineLimit: 2, thirdPartyApplicationsLimit: 0 };
    world = await createLogtoWorld({ switches: { hosting: 'cloud', quotas } });
    await world.startOperator();
  });

  afterAll(() => world?.[Symbol.asyncDispose]());

  test('lets no more be registered than its plan has, and says which limit it is', async () => {
    await world.apply(machine('first'));
    await world.ready('first');
    await world.apply(machine('second'));
    const { message } = await world.reason('second', 'QuotaExceeded');
    expect(message).toContain('The Logto tenant may have no more of these');
    expect(message).toContain('machineToMachineLimit: 2');
    await world.apply(site('partner', { logto: { thirdParty: {} } }));
    expect((await world.reason('partner', 'QuotaExceeded')).message).toContain('thirdPartyApplicationsLimit: 0');
    await until(
      'no operation is left open',
      () => world.application('second'),
      (shown) => shown?.status?.operation === undefined,
    );
    world.emulator.set({ quotas: { applicationsLimit: 9, machineToMachineLimit: 9, thirdPartyApplicationsLimit: 9 } });
    await Promise.all([world.look('second'), world.look('partner')]);
    await Promise.all([world.ready('second'), world.ready('partner')]);
    expect(world.emulator.applications().filter(({ name }) => name === 'second')).toHaveLength(1);
    expect(await logsIn(world, 'first-oauth')).toBe(true);
  });

  test('that does not say which limit is reached is believed all the same', async () => {
    world.emulator.set({ quotas: { applicationsLimit: 0, machineToMachineLimit: 0, thirdPartyApplicationsLimit: 0 } });
    world.emulator.set({ quotaData: 'left-out', quotaCode: 'system_limit.limit_exceeded' });
    await world.apply(machine('third'));
    await world.reason('third', 'QuotaExceeded');
    world.emulator.set({
      quotas: { applicationsLimit: 99, machineToMachineLimit: 99, thirdPartyApplicationsLimit: 99 },
    });
    await world.look('third');
    await world.ready('third');
  });

  test('has protected applications, each with a subdomain of its own', async () => {
    const protectedApp = { subDomain: 'site', origin: 'https://origin.example.com' };
    await world.apply(client('site', { type: 'Web', logto: { protectedApp } }));
    expect((await world.ready('site')).status?.registration?.host).toBe('site.protected.app');
  });

  test('that wants fewer calls is left in peace, and nothing is lost over it', async () => {
    const { id } = registrationOf(world, await world.ready('first'));
    world.emulator.set({ limits: 'on' });
    const flood = () =>
      Promise.all(
        Array.from({ length: 250 }, async () => {
          const { body } = await request(`${world.emulator.url}/api/applications`);
          await body.dump();
        }),
      );
    let changes = 0;
    await until(
      'it is throttled',
      async () => {
        changes += 1;
        await flood();
        await world.apply(machine('first', { description: `Change ${changes}` }));
        await flood();
        return world.application('first');
      },
      (shown) => conditionOf(shown, 'Ready')?.reason === 'Throttled',
    );
    await world.apply(machine('first', { description: 'Later' }));
    await registeredAs(world, 'first', 'it is up to date', ({ description }) => description === 'Later');
    world.emulator.set({ limits: 'off' });
    expect(callsOn(world, id, 'create-secret', 'delete-secret')).toBe(0);
    expect(await logsIn(world, 'first-oauth')).toBe(true);
  });

  test('that is suspended waits for a person', async () => {
    world.emulator.set({ subscription: 'suspended' });
    await world.askForListing();
    expect((await world.providerReason('NeedsPerson')).message).toContain('The Logto tenant is suspended.');
    await world.ready('first');
    world.emulator.set({ subscription: 'active' });
    await world.providerReason('Reached');
  });

  test('whose plan lets no more calls be made says so, and goes on when it does', async () => {
    const body = JSON.stringify({ code: 'system_limit.limit_exceeded', message: 'Limit exceeded.' });
    const answer = { type: 'status', status: 403, body, headers: {} } as const;
    const fault = world.emulator.fault({ operation: 'list', when: 'before', times: 'always', ...answer });
    await world.askForListing();
    await world.providerReason('QuotaExceeded');
    await world.ready('first');
    fault.remove();
    await world.askForListing();
    await world.providerReason('Reached');
  });
});
