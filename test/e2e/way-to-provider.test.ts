import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startLogiEmulator } from '../../dev/emulators/logi.ts';
import type { OAuthProvider } from '../../src/api/provider.ts';
import { always, type ScriptedServer, scriptedServer } from '../idp/scripted-server.ts';
import type { Manifest } from '../support/admin-api.ts';
import { selfSigned } from '../support/certificates.ts';
import { conditionOf } from '../support/namespace-world.ts';
import { type Operator, operatorKubeconfig, startOperator } from '../support/operator.ts';
import { until } from '../support/until.ts';
import { createWorld, credentials, logi, type World, web } from '../support/world.ts';

/** A provider object of this name that leads to `apiUrl`. */
function provider(name: string, apiUrl: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
  return { ...logi(apiUrl, spec), metadata: { name } };
}

function caSecret(name: string, stringData: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData };
}

/** Resolves when the provider object says this of its present spec. */
function told(world: World, name: string, reason: string): Promise<OAuthProvider | undefined> {
  return until(
    `${name} is ${reason}`,
    () => world.provider(name),
    (shown) =>
      conditionOf(shown, 'Ready')?.reason === reason &&
      shown?.status?.observedGeneration === shown?.metadata.generation,
  );
}

async function world(): Promise<World> {
  const made = await createWorld({ provider: 'absent' });
  await made.apply(credentials());
  return made;
}

describe('a tenant who sends the credentials to a host of his', () => {
  let here: World;
  let operator: Operator;
  let victim: ScriptedServer;

  beforeAll(async () => {
    here = await world();
    victim = await scriptedServer(always(200, []));
    const { plane, namespace } = here;
    const kubeconfig = await operatorKubeconfig(plane, namespace);
    operator = await startOperator({ namespace, kubeconfig, hosts: 'unsaid' });
  });

  afterAll(async () => {
    await operator.kill();
    await victim[Symbol.asyncDispose]();
    await here[Symbol.asyncDispose]();
  });

  /** `at` with the port of a server that must not be called. */
  function aim(at: string): string {
    return at.replace('PORT', new URL(victim.url).port);
  }

  test.each([
    ['loopback', 'http://127.0.0.1:PORT', '127.0.0.1 has an address that is not public (loopback)'],
    ['localhost', 'http://localhost:PORT', 'localhost has an address that is not public (loopback)'],
    ['spelt', 'http://0x7f.1:PORT', '127.0.0.1 has an address that is not public (loopback)'],
    ['mapped', 'http://[::ffff:127.0.0.1]:PORT', 'has an address that is not public (loopback)'],
    ['metadata', 'http://169.254.169.254', '169.254.169.254 has an address that is not public (link-local)'],
    ['service', 'https://10.96.0.1', '10.96.0.1 has an address that is not public (private)'],
  ])('is told that the address of %s may not be called: %s', async (name, url, why) => {
    await here.apply(provider(name, aim(url)));
    const shown = await told(here, name, 'HostNotAllowed');
    expect(conditionOf(shown, 'Ready')).toMatchObject({ status: 'False', message: expect.stringContaining(why) });
    expect(conditionOf(shown, 'Ready')?.message).toContain('--provider-hosts');
    expect(conditionOf(shown, 'Stalled')).toMatchObject({ status: 'True', reason: 'HostNotAllowed' });
    expect(victim.connections()).toBe(0);
  });

  test('is told the same of a proxy on the way', async () => {
    await here.apply(provider('proxied', 'https://id.example.com', { proxy: { url: victim.url } }));
    const shown = await told(here, 'proxied', 'HostNotAllowed');
    expect(conditionOf(shown, 'Ready')?.message).toContain('The address of the proxy');
    expect(victim.connections()).toBe(0);
  });

  test('gets nothing registered', async () => {
    await here.apply(provider('logi', victim.url));
    await here.apply(web('shop'));
    await told(here, 'logi', 'HostNotAllowed');
    const { message } = await here.reason('shop', 'ProviderNotReady');
    expect(message).toContain('--provider-hosts');
    expect(victim.connections()).toBe(0);
  });
});

describe('where the hosts of providers are listed', () => {
  let here: World;

  beforeAll(async () => {
    here = await world();
    await here.startOperator();
  });

  afterAll(() => here[Symbol.asyncDispose]());

  test('no other may be called', async () => {
    await here.apply(provider('unlisted', 'https://api.1pass.dev'));
    const shown = await told(here, 'unlisted', 'HostNotAllowed');
    expect(conditionOf(shown, 'Ready')?.message).toContain('api.1pass.dev is not among its --provider-hosts');
  });

  test('a redirect leads nowhere, and the condition says that the address is another', async () => {
    await using elsewhere = await scriptedServer(always(200, []));
    await using server = await scriptedServer(always(302, {}, { location: `${elsewhere.url}/steal` }));
    await here.apply(provider('redirecting', server.url));
    const message = conditionOf(await told(here, 'redirecting', 'InvalidSpec'), 'Ready')?.message;
    expect(message).toContain(`spec.logi.apiUrl of the provider object names redirects to ${elsewhere.url},`);
    expect(message).not.toContain('steal');
    expect(server.arrivals.length).toBeGreaterThan(0);
    expect(elsewhere.connections()).toBe(0);
    await here.remove('OAuthProvider', 'redirecting');
  });

  test('a provider with an authority of its own is trusted by its certificate, and by a new one in its place', async () => {
    const tls = selfSigned('127.0.0.1');
    const emulator = await startLogiEmulator({ tls, switches: { limits: 'off', riskFlags: 'never' } });
    onTestFinished(() => emulator.close());
    await here.apply(caSecret('logi-ca', { 'ca.crt': selfSigned('127.0.0.1').cert }));
    await here.apply(provider('logi', emulator.url, { tls: { caSecretRef: { name: 'logi-ca' } } }));
    const distrusted = await told(here, 'logi', 'ProviderUnavailable');
    expect(conditionOf(distrusted, 'Ready')?.message).toMatch(
      /^The certificate of the provider is not trusted: .*spec\.tls\.caSecretRef.* \([A-Z_]*SIGN[A-Z_]*\)$/,
    );
    expect(emulator.journal).toEqual([]);

    await here.apply(caSecret('logi-ca', { 'ca.crt': tls.cert }));
    await told(here, 'logi', 'Reached');
    await here.apply(web('shop'));
    await here.ready('shop');
    expect(emulator.applications()).toHaveLength(1);
  });

  test.each([
    ['no Secret', undefined, 'CredentialsNotFound', 'there is no Secret '],
    ['no key', { other: 'planted' }, 'CredentialsKeyMissing', 'has no value under ca.crt'],
    ['no certificate', { 'ca.crt': 'planted' }, 'InvalidSpec', 'is not certificates in PEM'],
  ])('says by name that there is %s to trust, and heals', async (why, data, reason, message) => {
    const name = why.replaceAll(' ', '-').toLowerCase();
    if (data !== undefined) await here.apply(caSecret(name, data));
    await here.apply(provider(name, here.emulator.url, { tls: { caSecretRef: { name } } }));
    const shown = await told(here, name, reason);
    expect(conditionOf(shown, 'Stalled')?.message).toContain('spec.tls.caSecretRef: ');
    expect(conditionOf(shown, 'Stalled')?.message).toContain(message);
    expect(JSON.stringify(shown?.status)).not.toContain('planted');

    await here.apply(caSecret(name, { 'ca.crt': selfSigned('127.0.0.1').cert }));
    await told(here, name, 'Reached');
  });
});
