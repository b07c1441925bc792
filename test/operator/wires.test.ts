import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { hostPattern } from '../../src/idp/hosts.ts';
import type { Wire } from '../../src/idp/http.ts';
import { undiciWire } from '../../src/idp/wire.ts';
import { createWires, type WiresOptions } from '../../src/operator/wires.ts';
import type { ProviderKey } from '../../src/provider/key.ts';
import { wireFailure } from '../idp/failure.ts';
import { always, scriptedServer } from '../idp/scripted-server.ts';
import { selfSigned } from '../support/certificates.ts';
import { manualClock } from '../support/manual-clock.ts';

const LINGER_MS = 120_000;
const TENANTS: ProviderKey = { kind: 'OAuthProvider', namespace: 'store', name: 'logi' };
const ADMINS: ProviderKey = { kind: 'ClusterOAuthProvider', namespace: undefined, name: 'logi' };
const DIRECT = { ca: undefined, proxy: undefined };

function wiresWith(hosts: WiresOptions['hosts'], leaseRemainingMs = () => 1) {
  const clock = manualClock();
  const wires = createWires({ open: undiciWire, clock, hosts, leaseRemainingMs, lingerMs: LINGER_MS });
  onTestFinished(() => wires.close());
  return { wires, clock };
}

function list(host: string): WiresOptions['hosts'] {
  return [hostPattern(host) ?? expect.unreachable(host)];
}

function get(wire: Wire, url: string) {
  return wire({ method: 'GET', url, headers: {}, body: undefined }, 1024, new AbortController().signal);
}

test('a tenant is not served on our own network, and an admin is', async () => {
  await using server = await scriptedServer(always(200, {}));
  const { wires } = wiresWith(undefined);
  expect(await wireFailure(get(wires.open(TENANTS, DIRECT), server.url))).toMatchObject({ kind: 'not-allowed' });
  expect(server.connections()).toBe(0);
  expect(await get(wires.open(ADMINS, DIRECT), server.url)).toMatchObject({ status: 200 });
});

test('a list counts for both', async () => {
  await using server = await scriptedServer(always(200, {}));
  const { wires } = wiresWith(list('127.0.0.1'));
  expect(await get(wires.open(TENANTS, DIRECT), server.url)).toMatchObject({ status: 200 });
  const others = wiresWith(list('id.example.com')).wires;
  expect(await wireFailure(get(others.open(ADMINS, DIRECT), server.url))).toMatchObject({ kind: 'not-allowed' });
});

test('O3: a process that stood still in the middle of a call sends no more of it once the lease is over', async () => {
  await using server = await scriptedServer(always(200, {}));
  let leftMs = 1;
  const { wires } = wiresWith(undefined, () => leftMs);
  const wire = wires.open(ADMINS, DIRECT);
  expect(await get(wire, server.url)).toMatchObject({ status: 200 });
  leftMs = 0;
  expect(await wireFailure(get(wire, server.url))).toMatchObject({ kind: 'timeout' });
  expect(server.arrivals).toHaveLength(1);
});

test('a wire lives as long as the way stays as it is, and each object has one of its own', () => {
  const { wires } = wiresWith(undefined);
  const { cert: ca } = selfSigned('127.0.0.1');
  const first = wires.open(TENANTS, DIRECT);
  expect(wires.open(TENANTS, { ...DIRECT })).toBe(first);
  expect(wires.open({ ...TENANTS, namespace: 'other' }, DIRECT)).not.toBe(first);
  const trusting = wires.open(TENANTS, { ...DIRECT, ca });
  expect(trusting).not.toBe(first);
  expect(wires.open(TENANTS, { ca, proxy: 'http://127.0.0.1:1' })).not.toBe(trusting);
  wires.drop(TENANTS);
  expect(wires.open(TENANTS, DIRECT)).not.toBe(first);
});

test.each(['changes', 'goes'])(
  'a call under way is let end when its object %s, and nothing stays open after',
  async (how) => {
    const asked = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    await using server = await scriptedServer((_, response) => {
      response.on('close', () => closed.resolve());
      asked.resolve();
      void answer.promise.then(() => response.end('{}'));
    });
    const { wires, clock } = wiresWith(list('127.0.0.1'));
    const call = get(wires.open(TENANTS, DIRECT), server.url);
    await asked.promise;
    if (how === 'goes') wires.drop(TENANTS);
    else wires.open(TENANTS, { ...DIRECT, ca: selfSigned('127.0.0.1').cert });

    await clock.advance(LINGER_MS - 1);
    answer.resolve();
    expect(await call).toMatchObject({ status: 200 });

    await clock.advance(1);
    expect(clock.pending()).toBe(0);
    await closed.promise;
  },
);

test('hangs up on what lingers too long', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const { wires, clock } = wiresWith(list('127.0.0.1'));
  const port = typeof address === 'object' ? address?.port : undefined;
  const call = wireFailure(get(wires.open(TENANTS, DIRECT), `http://127.0.0.1:${port}/`));
  await once(server, 'connection');
  wires.drop(TENANTS);
  await clock.advance(LINGER_MS);
  expect((await call).kind).not.toBe('timeout');
});

test('closing hangs up on all of them, those that linger as well', async () => {
  const asked: (() => void)[] = [];
  await using server = await scriptedServer(() => asked.shift()?.());
  const { wires, clock } = wiresWith(list('127.0.0.1'));
  const calls = [];
  for (const namespace of ['first', 'second']) {
    const arrived = new Promise<void>((resolve) => asked.push(resolve));
    calls.push(wireFailure(get(wires.open({ ...TENANTS, namespace }, DIRECT), server.url)));
    await arrived;
  }
  wires.drop({ ...TENANTS, namespace: 'first' });
  await wires.close();
  expect((await Promise.all(calls)).map(({ kind }) => kind)).toEqual(['reset', 'reset']);
  expect(clock.pending()).toBe(0);
});
