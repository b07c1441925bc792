import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ANNOTATIONS } from '../../src/api/names.ts';
import {
  CALLBACK,
  callsOn,
  client,
  createLogtoWorld,
  type LogtoWorld,
  machine,
  registeredAs,
  registrationOf,
  SECRET_CALLS,
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

/** Resolves with the message of the Ready condition, once it has this reason for the present spec. */
async function refused(name: string, reason: string): Promise<string> {
  return (await world.reason(name, reason)).message;
}

/** Asks for a look at everything, and resolves when the request was taken up. */
async function lookAt(name: string): Promise<void> {
  await ask(world, name, 'reconcile');
  await served(world, name, 'reconcile');
}

/** Registered under this name, whatever the status says. */
function named(name: string) {
  return world.emulator.applications().filter((one) => one.name === name);
}

describe.concurrent('a spec that Logto cannot honour is refused before a call, with its path', () => {
  test.for([
    {
      name: 'native-https-loopback',
      spec: { type: 'Native', redirectUris: ['https://localhost/callback'] },
      path: 'spec.redirectUris[0] must use plain http for localhost',
    },
    {
      name: 'days',
      spec: { tokens: { refreshTokenTtl: '36h' } },
      path: 'spec.tokens.refreshTokenTtl must be a whole number of days from 1 to 180',
    },
    {
      name: 'long',
      spec: { tokens: { refreshTokenTtl: '8736h' } },
      path: 'spec.tokens.refreshTokenTtl must be a whole number of days from 1 to 180',
    },
    {
      name: 'huge',
      spec: { logto: { customData: { text: 'x'.repeat(17_000) } } },
      path: 'spec.logto.customData is larger than 16 KiB as JSON',
    },
    {
      name: 'forger',
      spec: { logto: { customData: { 'oauthapp.dev/owner': { v: 1 } } } },
      path: 'spec.logto.customData must not have keys that begin with oauthapp.dev/',
    },
  ])('$name', async ({ name, spec, path }, { expect }) => {
    await world.apply(site(name, spec));
    expect(await refused(name, 'InvalidSpec')).toContain(path);
    expect(named(name)).toEqual([]);
    await world.apply(site(name, { type: 'Web', ...(name.startsWith('native') ? { type: 'Native' } : {}) }));
    await world.ready(name);
    expect(named(name)).toHaveLength(1);
  });

  test.for([
    {
      what: 'a scheme of its own',
      spec: { redirectUris: ['com.example:/'] },
      path: 'a scheme of its own is for type Native',
    },
    {
      what: 'plain http',
      spec: { type: 'Native', redirectUris: ['http://shop.example.com/'] },
      path: 'spec.redirectUris[0]',
    },
    { what: 'a URI for a machine', spec: { type: 'MachineToMachine' }, path: 'redirectUris must be left out' },
    {
      what: 'roles of a site',
      spec: { logto: { roles: ['reader'] } },
      path: 'logto.roles and logto.managementApiAccess',
    },
    {
      what: 'the device flow of a site',
      spec: { logto: { deviceFlow: true } },
      path: 'logto.deviceFlow is for type Native',
    },
    {
      what: 'token exchange of a third party',
      spec: { logto: { thirdParty: {}, tokenExchange: true } },
      path: 'tokenExchange cannot be had by a third-party application',
    },
  ])('$what, at admission', async ({ spec, path }, { expect }) => {
    expect(await world.refusal(site('refused', spec))).toContain(path);
  });
});

test.concurrent('what Logto fixes when it registers an application cannot be changed in the spec', async ({
  expect,
}) => {
  const tv = { type: 'Native', redirectUris: ['com.example.tv:/'], logto: { deviceFlow: true } };
  await world.apply(client('fixed', tv));
  await world.ready('fixed');
  const refusal = (spec: Readonly<Record<string, unknown>>) => world.refusal(client('fixed', { ...tv, ...spec }));
  expect(await refusal({ logto: { deviceFlow: false } })).toContain('logto.deviceFlow is immutable');
  expect(await refusal({ type: 'SinglePage', redirectUris: [CALLBACK] })).toContain('type is immutable');
  expect(await refusal({ logto: { deviceFlow: true, thirdParty: {} } })).toContain('logto.thirdParty is immutable');
});

test.concurrent('a device flow that the console took away is said, and nothing is registered anew', async ({
  expect,
}) => {
  await world.apply(client('box', { type: 'Native', redirectUris: ['com.example.tv:/'], logto: { deviceFlow: true } }));
  const { id, customClientMetadata } = registrationOf(world, await world.ready('box'));
  world.emulator.edit(id, { customClientMetadata: {} });
  await world.askForListing();
  expect(await refused('box', 'Rejected')).toContain('spec.logto.deviceFlow');
  expect(named('box')).toHaveLength(1);
  world.emulator.edit(id, { customClientMetadata });
  await world.ready('box');
  expect(registrationOf(world, await world.ready('box')).id).toBe(id);
});

test.concurrent('a role that there is not is named, and given as soon as there is one', async ({ expect }) => {
  world.emulator.addRole({ name: 'known' });
  await world.apply(machine('roles', { logto: { roles: ['known', 'unknown'] } }));
  expect(await refused('roles', 'Rejected')).toBe(
    'spec.logto.roles[1]: Logto has no machine-to-machine role of this name.',
  );
  expect(conditionOf(await world.application('roles'), 'SecretSynced')?.status).toBe('True');
  expect(await logsIn(world, 'roles-oauth')).toBe(true);
  world.emulator.addRole({ name: 'unknown' });
  const { roleIds, id } = registrationOf(world, await world.ready('roles'));
  expect(roleIds).toHaveLength(2);
  expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);
});

test.concurrent('a role for users is none for a machine', async ({ expect }) => {
  world.emulator.addRole({ name: 'person', type: 'User' });
  await world.apply(machine('user-role', { logto: { roles: ['person'] } }));
  expect(await refused('user-role', 'Rejected')).toContain('spec.logto.roles[0]');
  await world.apply(machine('user-role', { logto: { roles: [] } }));
  await world.ready('user-role');
});

test.concurrent.for([
  { name: 'scope-r', scopes: { resource: ['nothing'] }, path: 'spec.logto.thirdParty.consentScopes.resource' },
  { name: 'scope-o', scopes: { organization: ['nothing'] }, path: 'spec.logto.thirdParty.consentScopes.organization' },
  { name: 'scope-u', scopes: { user: ['profile', 'nothing'] }, path: 'spec.logto.thirdParty.consentScopes.user[1]' },
])('a consent scope that there is not is named: $path', async ({ name, scopes, path }, { expect }) => {
  await world.apply(site(name, { logto: { thirdParty: { consentScopes: scopes } } }));
  expect(await refused(name, 'Rejected')).toContain(path);
  expect(await logsIn(world, `${name}-oauth`)).toBe(true);
  await world.apply(site(name, { logto: { thirdParty: { consentScopes: { user: ['profile'] } } } }));
  await registeredAs(world, name, 'users are asked', ({ consent }) => consent.userScopes.join() === 'profile');
  expect(named(name)).toHaveLength(1);
});

/** Sooner than the pause of a create that was refused. */
async function askAgain(name: string): Promise<void> {
  await world.patch('OAuthApplication', name, {
    metadata: { annotations: { [ANNOTATIONS.reconcileRequestedAt]: 'now' } },
  });
}

test.concurrent('a server without protected applications is told by that, and it heals where it gets them', async ({
  expect,
}) => {
  const protectedApp = { subDomain: 'guarded', origin: 'https://origin.example.com' };
  await world.apply(client('guarded', { type: 'Web', logto: { protectedApp } }));
  expect(await refused('guarded', 'UnsupportedByProvider')).toBe(
    'spec.logto.protectedApp: This Logto has no protected applications: they need Logto Cloud.',
  );
  // It is tried again now and then, and each try is cleared by its refusal.
  await until(
    'no operation is left open',
    () => world.application('guarded'),
    (shown) => shown?.status?.operation === undefined,
  );
  world.emulator.set({ protectedApps: 'configured' });
  await askAgain('guarded');
  const { protectedAppMetadata } = registrationOf(world, await world.ready('guarded'));
  expect(protectedAppMetadata?.host).toBe('guarded.protected.app');

  await world.apply(client('double', { type: 'Web', logto: { protectedApp } }));
  expect(await refused('double', 'Rejected')).toContain('spec.logto.protectedApp.subDomain');
  expect(named('double')).toEqual([]);
  await world.remove('OAuthApplication', 'guarded');
  await world.gone('guarded');
  await askAgain('double');
  await world.ready('double');
  expect(named('double')).toHaveLength(1);
});

test.concurrent('data of others that makes an update too large is no registration that is gone', async ({ expect }) => {
  await world.apply(site('heavy', { logto: { customData: { mine: 1 } } }));
  const { id, customData } = registrationOf(world, await world.ready('heavy'));
  world.emulator.setCustomData(id, { ...customData, theirs: 'x'.repeat(1_100_000) });
  await world.apply(site('heavy', { logto: { customData: { mine: 2 } } }));
  expect(await refused('heavy', 'Rejected')).toContain('spec.logto.customData');
  expect(named('heavy').map((one) => one.id)).toEqual([id]);
  expect(await logsIn(world, 'heavy-oauth')).toBe(true);
  world.emulator.setCustomData(id, customData);
  await registeredAs(world, 'heavy', 'the data is there', (now) => now.customData['mine'] === 2);
  expect(named('heavy').map((one) => one.id)).toEqual([id]);
});

test.concurrent('an application deleted by hand is registered once more, with credentials that log in', async ({
  expect,
}) => {
  await world.apply(site('razed'));
  const { id } = registrationOf(world, await world.ready('razed'));
  world.emulator.deleteByHand(id);
  await world.askForListing();
  await until(
    'it is registered anew',
    () => world.application('razed'),
    (shown) => shown?.status?.applicationId !== undefined && shown.status.applicationId !== id,
  );
  await world.ready('razed');
  expect(named('razed')).toHaveLength(1);
  expect(await logsIn(world, 'razed-oauth')).toBe(true);
  const told = await until(
    'its end is told',
    () => eventsAbout(world, 'razed'),
    (all) => all.some(({ reason }) => reason === 'RegistrationGone'),
  );
  expect(told.find(({ reason }) => reason === 'RegistrationGone')?.note).toContain(id);
});

describe.concurrent('secrets that a person has a hand in', () => {
  async function made(name: string, spec: Readonly<Record<string, unknown>> = {}) {
    await world.apply(site(name, spec));
    const { id } = registrationOf(world, await world.ready(name));
    return { id, data: (await world.secret(`${name}-oauth`))?.data };
  }

  test('a Secret of the cluster that was deleted is written with the value that Logto shows', async ({ expect }) => {
    const { id, data } = await made('unwritten');
    await world.remove('Secret', 'unwritten-oauth');
    await until(
      'it is written again',
      () => world.secret('unwritten-oauth'),
      (secret) => secret !== undefined,
    );
    await world.ready('unwritten');
    expect((await world.secret('unwritten-oauth'))?.data).toEqual(data);
    expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);
  });

  test('a value that was overwritten in the cluster is put back', async ({ expect }) => {
    const { id, data } = await made('scrawled');
    await world.patch('Secret', 'scrawled-oauth', { stringData: { client_secret: 'nonsense' } });
    await until(
      'it is put back',
      () => world.secret('scrawled-oauth'),
      (secret) => secret?.data['client_secret'] !== 'nonsense',
    );
    await world.ready('scrawled');
    expect((await world.secret('scrawled-oauth'))?.data).toEqual(data);
    expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);
  });

  test('one that was renamed at the console is the same', async ({ expect }) => {
    const { id, data } = await made('renamed');
    world.emulator.renameSecretByHand(id, 'Default secret', 'Mine');
    await lookAt('renamed');
    expect(secretNames(world, await world.ready('renamed'))).toEqual(['Mine']);
    expect((await world.secret('renamed-oauth'))?.data).toEqual(data);
    expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);
  });

  test('one that was added at the console stays, and is used for nothing', async ({ expect }) => {
    const { id, data } = await made('added');
    world.emulator.addSecret(id, 'By hand');
    await lookAt('added');
    expect(secretNames(world, await world.ready('added'))).toEqual(['Default secret', 'By hand']);
    expect((await world.secret('added-oauth'))?.data).toEqual(data);
    expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);
  });

  test('where all are gone, another is issued', async ({ expect }) => {
    const { id, data } = await made('bereft');
    world.emulator.removeSecret(id, 'Default secret');
    await lookAt('bereft');
    await until(
      'another is issued',
      () => world.secret('bereft-oauth'),
      (secret) => secret?.data['client_secret'] !== data?.['client_secret'],
    );
    const names = secretNames(world, await world.ready('bereft'));
    expect(names).toEqual([expect.stringMatching(/^k8s-[0-9a-f]+-2$/)]);
    expect(await logsIn(world, 'bereft-oauth')).toBe(true);
    expect(callsOn(world, id, 'create-secret')).toBe(1);
  });

  test('where all are gone, a person is asked first if the spec says so', async ({ expect }) => {
    const { id } = await made('patient', { rotation: { onSecretLoss: 'Wait' } });
    world.emulator.removeSecret(id, 'Default secret');
    await lookAt('patient');
    expect(await refused('patient', 'SecretLost')).toContain('oauthapp.dev/rotate-requested-at');
    expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);
    await ask(world, 'patient', 'rotate');
    await served(world, 'patient', 'rotate');
    await world.ready('patient');
    expect(await logsIn(world, 'patient-oauth')).toBe(true);
  });

  test('one that expired at the console is replaced', async ({ expect }) => {
    const { id, data } = await made('expired');
    world.emulator.expireSecret(id, 'Default secret');
    await lookAt('expired');
    await until(
      'another is issued',
      () => world.secret('expired-oauth'),
      (secret) => secret?.data['client_secret'] !== data?.['client_secret'],
    );
    await world.ready('expired');
    expect(await logsIn(world, 'expired-oauth')).toBe(true);
    expect(secretNames(world, await world.application('expired'))).toContain('Default secret');
  });
});

describe.concurrent('marks that are not what they say', () => {
  const Mark = z.record(z.string(), z.unknown());
  const KEY = 'oauthapp.dev/owner';

  test('the mark of another object, copied onto a registration, takes it from nobody', async ({ expect }) => {
    await world.apply(site('victim', { displayName: 'Victim' }));
    await world.apply(site('thief', { displayName: 'Thief' }));
    const victim = registrationOf(world, await world.ready('victim'));
    const thief = registrationOf(world, await world.ready('thief'));
    // Whose the registration is, the operator knows from what it has seen of its own writes.
    await lookAt('victim');
    world.emulator.setCustomData(victim.id, { ...victim.customData, [KEY]: thief.customData[KEY] });
    await world.askForListing();
    expect(await refused('victim', 'NameTaken')).toContain('bears the owner mark of another object');
    await world.relist();
    expect(named('Victim').map(({ id }) => id)).toEqual([victim.id]);
    await world.ready('thief');

    await world.apply(site('thief', { displayName: 'Robber' }));
    await registeredAs(world, 'thief', 'it is renamed', ({ name }) => name === 'Robber');
    expect(named('Victim')).toHaveLength(1);
    world.emulator.setCustomData(victim.id, victim.customData);
    await world.askForListing();
    await world.ready('victim');
    expect(await logsIn(world, 'victim-oauth')).toBe(true);
  });

  test('a mark that was forged for one of our objects gives it nothing', async ({ expect }) => {
    await world.apply(site('owner', { displayName: 'Owner' }));
    const owner = registrationOf(world, await world.ready('owner'));
    const forged = { ...Mark.parse(owner.customData[KEY]), operation: 'another' };
    const bait = world.emulator.createByHand({ name: 'Bait', type: 'Traditional', customData: { [KEY]: forged } });
    await world.relist();
    await world.remove('OAuthApplication', 'owner');
    await world.gone('owner');
    expect(world.emulator.applications().map(({ id }) => id)).toContain(bait.id);
    expect(world.emulator.applications().map(({ id }) => id)).not.toContain(owner.id);
  });

  test('a mark that cannot be read keeps the registration from being touched, until it is taken away', async ({
    expect,
  }) => {
    await world.apply(site('scarred', { displayName: 'Scarred' }));
    const { id, customData } = registrationOf(world, await world.ready('scarred'));
    await lookAt('scarred');
    world.emulator.setCustomData(id, { ...customData, [KEY]: { v: 1 } });
    await world.apply(site('scarred', { displayName: 'Healed' }));
    expect(await refused('scarred', 'MarkDamaged')).toContain(`The owner mark on registration ${id} is damaged`);
    expect(named('Scarred').map((registration) => registration.id)).toEqual([id]);
    world.emulator.setCustomData(id, { theirs: true });
    await world.askForListing();
    await registeredAs(world, 'scarred', 'it is renamed', ({ name }) => name === 'Healed');
  });

  test('a mark that was taken away is put back', async ({ expect }) => {
    await world.apply(site('bald'));
    const { id, customData } = registrationOf(world, await world.ready('bald'));
    world.emulator.setCustomData(id, { theirs: true });
    await world.askForListing();
    const after = await registeredAs(world, 'bald', 'it is marked', (now) => now.customData[KEY] !== undefined);
    expect(after.customData['theirs']).toBe(true);
    expect(after.customData[KEY]).toMatchObject({ uid: Mark.parse(customData[KEY])['uid'] });
  });
});

test('what an older server drops without a word is noticed and said', async () => {
  world.emulator.set({ version: '1.36' });
  onTestFinished(() => world.emulator.set({ version: '1.42' }));
  await world.apply(site('modern', { logto: { maxAllowedGrants: 3 } }));
  expect(await refused('modern', 'Rejected')).toBe(
    'spec.logto.maxAllowedGrants: the provider accepted the change and did not make it',
  );
  expect(await logsIn(world, 'modern-oauth')).toBe(true);
  const { id } = registrationOf(world, await world.application('modern'));
  world.emulator.set({ version: '1.42' });
  await registeredAs(
    world,
    'modern',
    'it is set',
    ({ customClientMetadata }) => customClientMetadata.maxAllowedGrants === 3,
  );
  expect(registrationOf(world, await world.ready('modern')).id).toBe(id);
  expect(callsOn(world, id, ...SECRET_CALLS)).toBe(0);
});
