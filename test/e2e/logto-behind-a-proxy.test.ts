import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Authority, privateAuthority } from '../support/certificates.ts';
import {
  createLogtoWorld,
  credentialsOf,
  type LogtoWorld,
  login,
  logto,
  logtoCredentials,
  machine,
  registrationOf,
  site,
} from '../support/logto-world.ts';
import { conditionOf } from '../support/namespace-world.ts';
import { ask, served } from '../support/requests.ts';
import { until } from '../support/until.ts';

let world: LogtoWorld;
let authority: Authority;
/** Of an application that trusts the authority. */
let dispatcher: Agent;
/** How many calls were made before the provider was reached. */
let astray = 0;

beforeAll(async () => {
  authority = privateAuthority();
  dispatcher = new Agent({ connect: { ca: authority.cert } });
  const server = { tls: authority.issue('127.0.0.1'), basePath: '/auth' };
  world = await createLogtoWorld({ provider: 'absent', server });
  await world.apply(logtoCredentials());
  await world.startOperator();
});

afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await dispatcher?.close();
});

/** The Secret that says whom to trust. */
function bundle({ cert }: Authority) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'logto-ca' }, stringData: { 'ca.crt': cert } };
}

const TRUSTED = { tls: { caSecretRef: { name: 'logto-ca' } } };

/** Resolves when the provider object says who may be trusted. */
async function untrusted(): Promise<void> {
  const { message } = await world.providerReason('ProviderUnavailable');
  expect(message).toContain('is not trusted');
  expect(message).toContain('spec.tls.caSecretRef');
  expect(message).toContain('(UNABLE_TO_VERIFY_LEAF_SIGNATURE)');
}

/** Resolves when the provider object of this name says that somebody has to mend its address. */
async function misdirected(name?: string): Promise<void> {
  expect((await world.providerReason('InvalidSpec', name)).message).toContain('spec.logto.endpoint');
  expect(conditionOf(await world.provider(name), 'Stalled')?.status).toBe('True');
}

/** Resolves when the application says that its provider is not ready, for a cause that has these words in it. */
async function waitsFor(name: string, words: string): Promise<void> {
  await until(
    `${name} names ${words}`,
    () => world.reason(name, 'ProviderNotReady'),
    ({ message }) => message.includes(words),
  );
}

describe('a Logto behind a proxy, below a path and with a certificate that no system trusts,', () => {
  test('is not talked to without its authority, which the condition of the provider says', async () => {
    await world.apply(logto(world.emulator));
    await world.apply(site('shop', { secret: { keys: { issuer: 'issuer' } } }));
    await untrusted();
    await waitsFor('shop', 'spec.tls.caSecretRef');

    await world.apply(bundle(privateAuthority()));
    await world.apply(logto(world.emulator, TRUSTED));
    await untrusted();
    await world.reason('shop', 'ProviderNotReady');
    expect(world.emulator.journal).toEqual([]);
  });

  test('is not found without the path, which the condition says by the name of the field', async () => {
    await world.apply(logto(world.emulator, TRUSTED, { endpoint: new URL(world.emulator.url).origin }));
    await untrusted();
    await world.apply(bundle(authority));
    await misdirected();
    await waitsFor('shop', 'spec.logto.endpoint');
  });

  test('registers an application as soon as the path leads there, with credentials that log in below it', async () => {
    await world.apply(logto(world.emulator, TRUSTED));
    await world.providerReason('Reached');
    astray = world.emulator.journal.length;
    const shop = await world.ready('shop');
    expect(registrationOf(world, shop).name).toBe('shop');
    expect(shop.status?.provider?.identity).toContain(`logto|${world.emulator.url}|`);
    expect((await world.secret('shop-oauth'))?.data['issuer']).toBe(`${world.emulator.url}/oidc`);
    expect(world.emulator.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/auth$/);
    await world.apply(machine('worker'));
    await world.ready('worker');
    for (const name of ['shop', 'worker']) {
      const { id, secret } = await credentialsOf(world, name);
      expect(await login(world, id, secret, dispatcher)).toBe('in');
      expect(await login(world, id, 'wrong', dispatcher)).toBe('refused');
    }
  });

  test('rotates, changes and deletes there as anywhere', async () => {
    const former = await credentialsOf(world, 'worker');
    await ask(world, 'worker', 'rotate');
    await served(world, 'worker', 'rotate');
    await world.ready('worker');
    const current = await credentialsOf(world, 'worker');
    expect(current.secret).not.toBe(former.secret);
    expect(await login(world, former.id, former.secret, dispatcher)).toBe('in');
    expect(await login(world, current.id, current.secret, dispatcher)).toBe('in');
    await world.apply(machine('worker', { displayName: 'Worker' }));
    expect(registrationOf(world, await world.ready('worker')).name).toBe('Worker');
    await world.remove('OAuthApplication', 'worker');
    await world.gone('worker');
    expect(world.emulator.applications().map(({ id }) => id)).not.toContain(current.id);
    expect(world.emulator.journal.slice(astray).filter(({ path }) => !path.startsWith('/auth/'))).toEqual([]);
  });

  test('a wrong authority in the place of the right one is told, costs no application anything, and heals', async () => {
    const before = await world.secret('shop-oauth');
    await world.apply(bundle(privateAuthority()));
    await untrusted();
    await world.ready('shop');
    await world.apply(bundle(authority));
    await world.providerReason('Reached');
    await world.ready('shop');
    expect(await world.secret('shop-oauth')).toEqual(before);
  });

  test('is looked for again, and found as soon as the proxy leads there, though nobody changes the object', async () => {
    const proxy = world.emulator.fault({
      operation: 'token',
      when: 'before',
      type: 'status',
      status: 404,
      times: 'always',
    });
    await world.apply({ ...logto(world.emulator, TRUSTED), metadata: { name: 'late' } });
    await misdirected('late');
    proxy.remove();
    await world.providerReason('Reached', 'late');
  });
});
