import type { LookupFunction } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import { Redacted } from '../../src/credentials.ts';
import { hostPattern, type Reach } from '../../src/idp/hosts.ts';
import { jsonCall, type WireRequest } from '../../src/idp/http.ts';
import { type OpenWire, undiciWire, type WireOptions } from '../../src/idp/wire.ts';
import { selfSigned } from '../support/certificates.ts';
import { manualClock } from '../support/manual-clock.ts';
import { birthOf } from '../support/registrations.ts';
import { failureOf, verdictOf, wireFailure } from './failure.ts';
import { openLogi, SHOP } from './logi/logi.ts';
import { always, type ScriptedServer, scriptedServer } from './scripted-server.ts';
import { tunnellingProxy } from './tunnelling-proxy.ts';

const LIMIT = 1024 * 1024;
const FOREVER = new AbortController().signal;
const PUBLIC: Reach = { type: 'public' };

/** Within what may be given out, given to nobody, and routed nowhere. */
const PUBLIC_NOWHERE = '2fff::1';

const LOOPBACK = ['127.0.0.1'];

/** A wire that ends with the test; `options` are what it has otherwise than the plainest. */
function opened(options: Partial<WireOptions>): OpenWire {
  const wire = undiciWire({ ca: undefined, proxy: undefined, reach: { type: 'anywhere' }, ...options });
  onTestFinished(() => wire.close());
  return wire;
}

function listed(...hosts: readonly string[]): Reach {
  return { type: 'listed', hosts: hosts.map((host) => hostPattern(host) ?? expect.unreachable(host)) };
}

/** With a key, whatever it asks for. */
function get(url: string): WireRequest {
  return { method: 'GET', url, headers: { authorization: 'Bearer planted-key' }, body: undefined };
}

function send({ wire }: OpenWire, url: string) {
  return wire(get(url), LIMIT, FOREVER);
}

function failed(wire: OpenWire, url: string) {
  return wireFailure(send(wire, url));
}

/** A resolver that gives one answer after the other, and the names that it was asked for. */
function resolver(...answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, _, callback) => {
    const addresses = answers[asked.length] ?? [];
    asked.push(hostname);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { asked, lookup };
}

/** The address of the server under another name. */
function named(name: string, { url }: ScriptedServer): string {
  return url.replace('127.0.0.1', name);
}

test.each([
  ['by its address', '127.0.0.1', 'loopback'],
  ['by its address in another spelling', '0x7f.1', 'loopback'],
  ['by its IPv6 address, mapped', '[::ffff:127.0.0.1]', 'loopback'],
  ['by the name that every machine knows', 'localhost', 'loopback'],
  ['as any address', '0.0.0.0', 'unspecified'],
])('a server of our own machine named %s is not called, unless listed', async (_, name, is) => {
  await using server = await scriptedServer(always(200, {}));
  const failure = await failed(opened({ reach: PUBLIC }), named(name, server));
  expect(failure).toMatchObject({ kind: 'not-allowed', refusal: expect.stringContaining(`not public (${is})`) });
  expect(server.connections()).toBe(0);

  await failed(opened({ reach: listed('id.example.com') }), named(name, server));
  expect(server.connections()).toBe(0);
});

test('a server of our own machine is called where it is listed', async () => {
  await using server = await scriptedServer(always(200, {}));
  expect(await send(opened({ reach: listed('127.0.0.1') }), server.url)).toMatchObject({ status: 200 });
});

test.each([
  ['the metadata of a cloud', ['169.254.169.254'], 'link-local'],
  ['a cluster service', ['10.96.0.1'], 'private'],
  ['a cluster service with IPv6', ['fd00:10:96::1'], 'private'],
  ['our own machine', LOOPBACK, 'loopback'],
  ['our own machine beside the internet', [PUBLIC_NOWHERE, '127.0.0.1'], 'loopback'],
])('a name that leads to %s is not called', async (_, addresses, is) => {
  const { lookup, asked } = resolver(addresses);
  const failure = await failed(opened({ reach: PUBLIC, lookup }), 'https://id.example.com/');
  expect(failure).toMatchObject({ kind: 'not-allowed', code: undefined });
  expect(failure.refusal).toContain(`id.example.com has an address that is not public (${is})`);
  expect(asked).toEqual(['id.example.com']);
});

test('a name that leads to our own machine is called for an admin, and where it is listed', async () => {
  await using server = await scriptedServer(always(200, {}));
  for (const reach of [{ type: 'anywhere' } as const, listed('*.example.com')]) {
    const { lookup } = resolver(LOOPBACK);
    expect(await send(opened({ reach, lookup }), named('id.example.com', server))).toMatchObject({ status: 200 });
  }
});

test('a name that led to the internet and then to our own machine is judged at each connection', async () => {
  await using server = await scriptedServer(always(200, {}));
  const { lookup, asked } = resolver([PUBLIC_NOWHERE], LOOPBACK);
  const wire = opened({ reach: PUBLIC, lookup });

  expect(await failed(wire, named('id.example.com', server))).toMatchObject({ kind: 'connect' });
  expect(await failed(wire, named('id.example.com', server))).toMatchObject({ kind: 'not-allowed' });

  expect(asked).toHaveLength(2);
  expect(server.connections()).toBe(0);
});

test('says that a name is unknown as the system does', async () => {
  const lookup: LookupFunction = (_, __, callback) =>
    callback(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }), '');
  const failure = await failed(opened({ reach: PUBLIC, lookup }), 'https://id.example.com/');
  expect(failure).toMatchObject({ kind: 'connect', code: 'ENOTFOUND' });
});

test('goes through a tunnel of the proxy, which sees host and port and nothing else', async () => {
  await using server = await scriptedServer(always(200, { from: 'the provider' }));
  await using proxy = await tunnellingProxy(server);
  const { lookup, asked } = resolver();
  const wire = opened({ proxy: proxy.url, lookup });

  const { body } = await send(wire, 'http://id.example.com/up');

  expect(JSON.parse(Buffer.from(body).toString())).toEqual({ from: 'the provider' });
  expect(proxy.asked.map(({ target }) => target)).toEqual(['id.example.com:80']);
  expect(JSON.stringify(proxy.asked)).not.toContain('planted-key');
  expect(server.arrivals).toMatchObject([{ path: '/up', headers: { host: 'id.example.com' } }]);
  expect(asked).toEqual([]);
});

test.each([403, 407, 502])('does not take the %i of a proxy for the word of the provider', async (status) => {
  await using server = await scriptedServer(always(200, {}));
  await using proxy = await tunnellingProxy(server, status);
  expect(await failed(opened({ proxy: proxy.url }), 'http://id.example.com/')).toMatchObject({
    kind: 'proxy',
    code: `HTTP ${status}`,
  });
  expect(proxy.asked).toHaveLength(1);
  expect(server.connections()).toBe(0);
});

test('says that the proxy makes no tunnel, and by which field of the spec it is known', async () => {
  await using server = await scriptedServer(always(200, {}));
  await using proxy = await tunnellingProxy(server, 407);
  const call = jsonCall(opened({ proxy: proxy.url }).wire, manualClock());
  const request = { ...get('http://id.example.com/'), method: 'GET', body: undefined, secrets: [] } as const;
  expect(await failureOf(call(request, FOREVER))).toMatchObject({
    code: 'lost',
    message: 'The proxy that spec.proxy.url of the provider object names makes no tunnel to the provider (HTTP 407)',
    details: { effect: 'unknown' },
  });
});

test.each<[why: string, reach: Reach, url: string, refusal: string]>([
  ['of our own machine', PUBLIC, 'http://id.example.com/', 'address of the proxy'],
  ['that is not listed', listed('id.example.com'), 'http://id.example.com/', 'address of the proxy'],
  ['that is listed, to a host that is not', listed('127.0.0.1'), 'http://id.example.com/', 'address of the provider'],
])('opens no tunnel through a proxy %s', async (_, reach, url, refusal) => {
  await using server = await scriptedServer(always(200, {}));
  await using proxy = await tunnellingProxy(server);
  const failure = await failed(opened({ proxy: proxy.url, reach }), url);
  expect(failure).toMatchObject({ kind: 'not-allowed', refusal: expect.stringContaining(refusal) });
  expect(proxy.asked).toEqual([]);
});

test('opens no tunnel through a proxy whose name leads to our own network', async () => {
  const { lookup } = resolver(['10.96.0.7']);
  const wire = opened({ proxy: 'http://proxy.example.com:3128', reach: PUBLIC, lookup });
  const { kind, refusal } = await failed(wire, 'https://id.example.com/');
  expect(kind).toBe('not-allowed');
  expect(refusal).toContain('The address of the proxy');
  expect(refusal).toContain('proxy.example.com has an address that is not public (private)');
});

test('asks no proxy for an address of our own network', async () => {
  const { lookup, asked } = resolver(LOOPBACK);
  const wire = opened({ proxy: 'http://proxy.example.com:3128', reach: PUBLIC, lookup });
  const { kind, refusal } = await failed(wire, 'http://169.254.169.254/');
  expect(kind).toBe('not-allowed');
  expect(refusal).toContain('address of the provider');
  expect(asked).toEqual([]);
});

test('trusts the authorities that it is given, and names what is wrong with others', async () => {
  const own = selfSigned('127.0.0.1');
  await using server = await scriptedServer(always(200, {}), own);
  expect(await send(opened({ ca: own.cert }), server.url)).toMatchObject({ status: 200 });
  expect(await send(opened({ ca: `${selfSigned('a.test').cert}\n${own.cert}` }), server.url)).toMatchObject({
    status: 200,
  });
  expect(await failed(opened({}), server.url)).toMatchObject({
    kind: 'connect',
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });
  expect(await failed(opened({ ca: selfSigned('127.0.0.1').cert }), server.url)).toMatchObject({ kind: 'connect' });
  expect(server.arrivals).toHaveLength(2);
});

test('trusts the authorities of the system beside those that it is given', async () => {
  const system = selfSigned('127.0.0.1');
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, system.cert]);
  onTestFinished(() => setDefaultCACertificates(before));
  await using server = await scriptedServer(always(200, {}), system);
  expect(await send(opened({ ca: selfSigned('127.0.0.1').cert }), server.url)).toMatchObject({ status: 200 });
});

test('trusts an authority for the hosts alone that its certificate names', async () => {
  const other = selfSigned('id.example.com');
  await using server = await scriptedServer(always(200, {}), other);
  expect(await failed(opened({ ca: other.cert }), server.url)).toMatchObject({
    kind: 'connect',
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
  expect(server.arrivals).toHaveLength(0);
});

test('checks the certificate of the provider behind a proxy, too', async () => {
  const own = selfSigned('id.example.com');
  await using server = await scriptedServer(always(200, {}), own);
  await using proxy = await tunnellingProxy(server);
  const url = 'https://id.example.com/up';
  expect(await send(opened({ proxy: proxy.url, ca: own.cert }), url)).toMatchObject({ status: 200 });
  expect(await failed(opened({ proxy: proxy.url }), url)).toMatchObject({
    kind: 'connect',
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });
  expect(await failed(opened({ proxy: proxy.url, ca: own.cert }), 'https://other.example.com/')).toMatchObject({
    kind: 'connect',
  });
  expect(server.arrivals).toHaveLength(1);
});

test('an operation whose address may no longer be called was not sent, and says so', async () => {
  await using server = await scriptedServer(always(200, []));
  await using logi = openLogi(server.url, { wire: opened({ reach: PUBLIC }).wire });
  const failure = await failureOf(logi.provider.register(birthOf('shop-x'), SHOP, FOREVER));
  expect(failure).toMatchObject({ code: 'not-allowed', details: { effect: 'refused' } });
  expect(failure.message).toMatch(
    /^The address of the provider is not one that this installation may call: 127\.0\.0\.1/,
  );
  expect(JSON.stringify(failure)).not.toContain(DEFAULT_KEY);
  expect(server.connections()).toBe(0);
});

test('credentials that could not be tried are neither good nor bad', async () => {
  await using server = await scriptedServer(always(200, []));
  await using logi = openLogi(server.url, { wire: opened({ reach: PUBLIC }).wire });
  const credentials = { clientId: 'shop', clientSecret: new Redacted('planted-secret') };
  expect(await verdictOf(logi.provider.verify(credentials, FOREVER))).toBe('not-allowed, refused');
  expect(server.connections()).toBe(0);
});
