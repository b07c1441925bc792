import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import { startLogiEmulator } from '../../dev/emulators/logi.ts';
import type { OAuthApplicationStatus } from '../../src/api/application.ts';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { tunnellingProxy } from '../idp/tunnelling-proxy.ts';
import { type ClusterWorld, clusterLogi, createClusterWorld } from '../support/cluster-world.ts';
import { conditionOf } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { web } from '../support/world.ts';

let world: ClusterWorld;

/** The status of what the tenant is after. */
let vault: OAuthApplicationStatus;
let vaultSecret: string;

const OWNER = 'treasury';
const TENANT = 'tenant';
const MAIN = { kind: 'ClusterOAuthProvider', name: 'main' };

/** How every secret of the emulator begins. */
const ISSUED = 'logi_secret_';

const FLOOD = 200;

/** Each time that the provider puts creates off, up to four are spent: enough for a flood that takes minutes to line up. */
const CREATES_PER_HOUR = 60;
const RETRY_AFTER_SECONDS = 20;

/** Of the flood, before whoever came last. */
const MOST_AHEAD = 5;

beforeAll(async () => {
  world = await createClusterWorld();
  await Promise.all([world.namespace(OWNER), world.namespace(TENANT)]);
  // The tenant has one object that is older than its victim, and one that is younger: who is older has a better claim.
  await world.apply(clusterLogi(world.emulator.url, 'main', { access: [{ namespaces: { names: [OWNER, TENANT] } }] }));
  await world.apply(shop('older'), TENANT);
  await world.ready(TENANT, 'older');
  await world.apply(shop('vault', { redirectUris: ['https://vault.example.com/cb'] }), OWNER);
  vault = (await world.ready(OWNER, 'vault')).status ?? {};
  vaultSecret = await secretOf(OWNER, 'vault-oauth');
  await world.apply(shop('younger'), TENANT);
  await world.ready(TENANT, 'younger');
});

afterAll(() => world?.[Symbol.asyncDispose]());

function shop(name: string, spec: Readonly<Record<string, unknown>> = {}) {
  return web(name, { providerRef: MAIN, ...spec });
}

function secretOf(namespace: string, name: string): Promise<string> {
  return world.kubectl('get', 'secret', name, '-n', namespace, '-o', 'json');
}

/** As somebody whom lax rights let write the status. */
async function forge(name: string, status: unknown): Promise<void> {
  const patch = JSON.stringify({ status });
  await world.kubectl('patch', 'oaa', name, '-n', TENANT, '--subresource=status', '--type=merge', '-p', patch);
}

async function annotate(name: string, annotation: string, value: string): Promise<void> {
  await world.kubectl('annotate', '--overwrite', 'oaa', name, '-n', TENANT, `${annotation}=${value}`);
}

function registration(id: string | undefined) {
  return world.emulator.applications().find((application) => String(application.id) === id);
}

/** What was registered for the owner is as it was, and his credentials log in. */
async function vaultIsWhole(): Promise<void> {
  expect((await world.ready(OWNER, 'vault')).status?.applicationId).toBe(vault.applicationId);
  expect(registration(vault.applicationId)).toMatchObject({ name: 'vault', secretsIssued: 1, softDeleted: false });
  expect(await secretOf(OWNER, 'vault-oauth')).toBe(vaultSecret);
  const { data } = z.object({ data: z.record(z.string(), z.string()) }).parse(JSON.parse(vaultSecret));
  const [id = '', secret = ''] = ['client_id', 'client_secret'].map((key) =>
    Buffer.from(data[key] ?? '', 'base64').toString(),
  );
  expect(world.emulator.logsIn(id, secret)).toBe(true);
}

describe("a forged status with the id of another's registration", () => {
  test.for(['older', 'younger'])('changes, rotates and deletes nothing of it: the %s object', async (name, ctx) => {
    const { applicationId, clientId, seal, temporaryName } = vault;
    await forge(name, { applicationId, clientId, seal, temporaryName });
    await annotate(name, ANNOTATIONS.rotateRequestedAt, 'now');
    await world.apply(shop(name, { displayName: 'Mine', redirectUris: ['https://mine.example.com/cb'] }), TENANT);
    const stopped = await until(
      'it is stopped',
      () => world.application(TENANT, name),
      (application) =>
        conditionOf(application, 'Stalled')?.status === 'True' &&
        application?.status?.observedGeneration === application?.metadata.generation,
    );
    ctx.expect(conditionOf(stopped, 'Ready')?.reason).toMatch(/^(NameTaken|SealInvalid)$/);
    await vaultIsWhole();

    await world.kubectl('delete', 'oaa', name, '-n', TENANT, '--wait=false');
    await annotate(name, ANNOTATIONS.abandon, 'true').catch(() => undefined);
    await world.gone(TENANT, name);
    await vaultIsWhole();
    ctx.expect(registration(vault.applicationId)?.redirectUris).toEqual(['https://vault.example.com/cb']);
  });
});

describe('a forged status', () => {
  const FORGERIES = [
    {
      what: 'an open rotation of it',
      status: () => ({ operation: operation('rotate', { applicationId: vault.applicationId }) }),
    },
    {
      what: 'an open create under its name',
      status: () => ({ operation: operation('register', { temporaryName: 'vault' }) }),
    },
    {
      what: 'an open create under its temporary name',
      status: () => ({ operation: operation('register', { temporaryName: vault.temporaryName }) }),
    },
    { what: 'its temporary name', status: () => ({ temporaryName: vault.temporaryName }) },
    { what: 'its fingerprint', status: () => ({ secret: { fingerprint: vault.secret?.fingerprint } }) },
    { what: 'its Secret', status: () => ({ secret: vault.secret }) },
  ];

  test('with whatever is told of another, costs himself alone', async () => {
    for (const [at, { what, status }] of FORGERIES.entries()) {
      const name = `forger-${at}`;
      await world.apply(shop(name), TENANT);
      await world.ready(TENANT, name);
      await forge(name, status());
      await annotate(name, ANNOTATIONS.reconcileRequestedAt, 'now');
      const settled = await until(
        `it goes on after ${what}`,
        () => world.application(TENANT, name),
        (application) =>
          application?.status?.served?.reconcile === 'now' &&
          application.status.operation === undefined &&
          conditionOf(application, 'Ready')?.status === 'True',
      );
      const own = settled?.status?.applicationId;
      expect(registration(own)?.name, what).toBe(name);
      await world.kubectl('delete', 'oaa', name, '-n', TENANT, '--wait=false');
      await world.gone(TENANT, name);
      expect(registration(own)?.softDeleted, what).toBe(true);
      await vaultIsWhole();
    }
  });

  test('that names another’s registration in an object that never had one brings nothing', async () => {
    const { applicationId, clientId, seal, provider } = vault;
    await world.apply(shop('empty', { suspend: true }), TENANT);
    await forge('empty', { applicationId, clientId, seal, provider });
    await world.apply(shop('empty', { suspend: false }), TENANT);
    await world.reason(TENANT, 'empty', 'NameTaken');
    await expect(secretOf(TENANT, 'empty-oauth')).rejects.toThrow('not found');
    await world.kubectl('delete', 'oaa', 'empty', '-n', TENANT, '--wait=false');
    await world.reason(TENANT, 'empty', 'DeletionBlocked');
    await world.kubectl('annotate', 'oaa', 'empty', '-n', TENANT, 'oauthapp.dev/abandon=true');
    await world.gone(TENANT, 'empty');
    await vaultIsWhole();
  });
});

test("a registration of another namespace is neither adopted nor shown, and its owner's name not told", async () => {
  const grants = [{ namespaces: { names: [OWNER, TENANT] }, adoptable: [vault.applicationId] }];
  for (const [access, reason] of [
    [[{ namespaces: { names: [OWNER, TENANT] } }], 'AccessDenied'],
    [grants, 'NameTaken'],
  ] as const) {
    await world.apply(clusterLogi(world.emulator.url, 'main', { access }));
    for (const management of ['Full', 'Observe']) {
      const name = `thief-${management.toLowerCase()}`;
      const adopt = { applicationId: vault.applicationId, secret: 'Rotate' };
      await world.apply(shop(name, { management, deletionPolicy: 'Retain', adopt }), TENANT);
      await world.reason(TENANT, name, reason);
      expect((await world.application(TENANT, name))?.status?.plan).toBeUndefined();
    }
  }
  await vaultIsWhole();
});

test('I2, I3: what a provider behind a proxy of the tenant was made to seal proves nothing at the real one', async () => {
  const { application: victim } = world.emulator.createByHand('payroll');
  const mimic = await startLogiEmulator({ switches: { limits: 'off', riskFlags: 'never' } });
  onTestFinished(() => mimic.close());
  while (mimic.applications().length < victim.id) mimic.createByHand('payroll');
  mimic.edit(victim.id, { clientId: victim.clientId });
  await using proxy = await tunnellingProxy(mimic);
  const key = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mine' }, stringData: { apiKey: DEFAULT_KEY } };
  await world.apply(key, TENANT);
  const own = {
    apiVersion: 'oauthapp.dev/v1alpha1',
    kind: 'OAuthProvider',
    metadata: { name: 'mine' },
    spec: {
      logi: { apiUrl: world.emulator.url, apiKeySecretRef: { name: 'mine' } },
      proxy: { url: proxy.url },
      access: [{ adoptable: [String(victim.id)] }],
    },
  };
  await world.apply(own, TENANT);
  const redirectUris = ['https://mine.example.com/cb'];
  const adopt = { applicationId: String(victim.id), secret: 'Rotate' };
  const providerRef = { kind: 'OAuthProvider', name: 'mine' };
  await world.apply(web('sealed', { providerRef, redirectUris, adopt, deletionPolicy: 'Retain' }), TENANT);
  expect((await world.ready(TENANT, 'sealed')).status).toMatchObject({
    applicationId: String(victim.id),
    clientId: victim.clientId,
  });
  expect(proxy.asked.length).toBeGreaterThan(0);
  await world.kubectl('delete', 'oaa', 'sealed', '-n', TENANT, '--wait=false');
  await world.gone(TENANT, 'sealed');

  await world.apply(shop('sealed', { redirectUris, deletionPolicy: 'Retain' }), TENANT);
  await world.reason(TENANT, 'sealed', 'RetainedRegistrationFound');
  expect(registration(String(victim.id))).toEqual(victim);
});

test('a flood of applications in one namespace leaves another its turn', async () => {
  const limits = { createsPerHour: CREATES_PER_HOUR, requestsPerMinute: 10_000 };
  await world.apply(
    clusterLogi(world.emulator.url, 'narrow', { limits, access: [{ namespaces: { names: [OWNER, TENANT] } }] }),
  );
  const providerRef = { kind: 'ClusterOAuthProvider', name: 'narrow' };
  const busy = world.emulator.fault({
    operation: 'create',
    when: 'before',
    times: 'always',
    type: 'status',
    status: 429,
    headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
  });
  const flood = Array.from({ length: FLOOD }, (_, at) => web(`flood-${at}`, { providerRef }));
  await Promise.all(flood.map((each) => world.apply(each, TENANT)));
  await allWait(flood.map(({ metadata: { name } }) => `${TENANT}/${name}`));
  await world.apply(web('patient', { providerRef }), OWNER);
  await allWait([`${OWNER}/patient`]);
  busy.remove();
  await world.ready(OWNER, 'patient');
  const order = world.emulator
    .applications()
    .filter(({ name }) => /^(flood-|patient)/.test(name))
    .map(({ name }) => name);
  expect(order.findIndex((name) => name.startsWith('patient'))).toBeLessThan(MOST_AHEAD);
  expect(order.length).toBeLessThanOrEqual(CREATES_PER_HOUR);
});

test('nothing of another namespace, and no secret, stands in what a tenant can read', async () => {
  const statuses = await world.kubectl('get', 'oaa', '-n', TENANT, '-o', 'jsonpath={.items[*].status}');
  const events = await until(
    'what was refused is told',
    () => world.kubectl('get', 'events.events.k8s.io', '-n', TENANT, '-o', 'json'),
    (told) => told.includes('NameTaken'),
  );
  expect(statuses).toContain('an application of another namespace');
  for (const text of [statuses, events]) expect(text).not.toMatch(new RegExp(`${OWNER}|vault|${ISSUED}`));
});

function operation(type: 'register' | 'rotate', rest: Readonly<Record<string, unknown>>) {
  const record = { v: 1, id: 'f0f0f0f0f0f0f0f0', type, holder: 'forger', deadlineSeconds: 1, serial: 1 };
  return { ...record, secretName: 'vault-oauth', ...rest };
}

/** Resolves when the operator has looked at each of these and put it off. A short wait is told in no status. */
async function allWait(keys: readonly string[]): Promise<void> {
  await until(
    'they wait',
    async () => {
      const ends = (await world.operator.logs()).matchAll(/"key":"([^"]*)","end":"again"/g);
      const waiting = new Set([...ends].map(([, key]) => key));
      return keys.filter((key) => !waiting.has(key));
    },
    (others) => others.length === 0,
  );
}
