import { describe, expect, test } from 'vitest';
import { Redacted } from '../../src/credentials.ts';
import type { ApiRequest } from '../../src/kube/transport.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { manualClock } from '../support/manual-clock.ts';
import { json, status } from '../support/scripted-api-server.ts';
import { connected } from './connected.ts';

const PATH = '/api/v1/namespaces/shop/configmaps/a';
const NO_TLS = { ca: undefined, cert: undefined, key: undefined };

function request(deadlineMs: number): ApiRequest {
  return { method: 'GET', path: PATH, headers: {}, body: undefined, repeat: 'safe', deadlineMs };
}

/** A plugin that answers until it is told to hang. */
function plugin<T>(value: T) {
  const state = { hangs: false };
  return { state, read: () => (state.hangs ? new Promise<T>(() => undefined) : Promise.resolve(value)) };
}

/** A server behind a plugin, which gives the one of the two that is asked for. */
async function behind(what: 'token' | 'TLS files', clock: Clock = systemClock) {
  const [token, tls] = [plugin(new Redacted('t')), plugin(NO_TLS)];
  const config = { readToken: token.read, readTls: tls.read };
  const { server, connection, signal } = await connected({ clock, config });
  server.always('GET', PATH, json(200, {}));
  return { server, connection, signal, state: (what === 'token' ? token : tls).state };
}

describe.each(['token', 'TLS files'] as const)('while the plugin that gives the %s hangs', (what) => {
  test('a call ends with its deadline, and with its signal', async () => {
    const { connection, signal, state } = await behind(what);
    state.hangs = true;
    const stopped = AbortSignal.abort('stopped');
    for (const call of [connection.api.call, connection.lease.call, connection.api.stream]) {
      await expect(call(request(50), signal)).rejects.toMatchObject({ failure: 'timeout' });
      await expect(call(request(60_000), stopped)).rejects.toBe('stopped');
    }
  });

  test('calls go with what was read before, after a second at most', async () => {
    const clock = manualClock();
    const { connection, signal, state } = await behind(what, clock);
    await connection.lease.call(request(5_000), signal);
    state.hangs = true;
    await clock.advance(60_000);

    const late = connection.lease.call(request(5_000), signal);
    await clock.advance(1_000);
    expect((await late).status).toBe(200);
    const next = await connection.lease.call(request(5_000), signal);
    expect(next.status, 'nobody waits for the same reading again').toBe(200);
  });

  test('it is asked again after a minute', async () => {
    const clock = manualClock();
    const { server, connection, signal, state } = await behind(what, clock);
    await connection.lease.call(request(5_000), signal);
    state.hangs = true;
    await clock.advance(60_000);
    const late = connection.lease.call(request(30_000), signal);
    await clock.advance(10_000);
    await late;

    state.hangs = false;
    await clock.advance(60_000);
    await connection.lease.call(request(5_000), signal);
    expect(server.requests).toHaveLength(3);
  });
});

test('a call that was refused ends with its deadline while the plugin gives no other token', async () => {
  const token = plugin(new Redacted('t'));
  const { server, connection, signal } = await connected({ config: { readToken: token.read } });
  server.on('GET', PATH, json(200, {}));
  server.always('GET', PATH, status(401, 'Unauthorized'));
  await connection.api.call(request(5_000), signal);
  token.state.hangs = true;

  await expect(connection.api.call(request(200), signal)).rejects.toMatchObject({ failure: 'timeout' });
});
