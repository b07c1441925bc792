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
import { ask, served } from '../support/requests.ts';

let world: LogtoWorld;
let authority: Authority;
/** Of an application that trusts the authority. */
let dispatcher: Agent;

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

describe('a Logto behind a proxy, below a path and with a certificate that no system trusts,', () => {
  test('is not talked to without its authority, which the condition of the provider says', async () => {
    await world.apply(logto(world.emulator));
    await world.apply(site('shop', { secret: { keys: { issuer: 'issuer' } } }));
    expect((await world.providerReason('ProviderUnavailable')).message).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    await world.reason('shop', 'ProviderNotReady');

    await world.apply(bundle(privateAuthority()));
    await world.apply(logto(world.emulator, { tls: { caSecretRef: { name: 'logto-ca' } } }));
    expect((await world.providerReason('ProviderUnavailable')).message).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    await world.reason('shop', 'ProviderNotReady');
    expect(world.emulator.journal).toEqual([]);
  });

  test('registers an application as soon as its authority is the right one, with credentials that log in below the path', async () => {
    await world.apply(bundle(authority));
    await world.providerReason('Reached');
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
    expect(world.emulator.applications.map(({ id }) => id)).not.toContain(current.id);
    expect(world.emulator.journal.filter(({ path }) => !path.startsWith('/auth/'))).toEqual([]);
  });

  test('a wrong authority in the place of the right one is told, costs no application anything, and heals', async () => {
    const before = await world.secret('shop-oauth');
    await world.apply(bundle(privateAuthority()));
    expect((await world.providerReason('ProviderUnavailable')).message).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    await world.ready('shop');
    await world.apply(bundle(authority));
    await world.providerReason('Reached');
    await world.ready('shop');
    expect(await world.secret('shop-oauth')).toEqual(before);
  });
});
