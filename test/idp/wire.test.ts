import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import type { WireRequest } from '../../src/idp/http.ts';
import { undiciWire } from '../../src/idp/wire.ts';
import { wireFailure } from './failure.ts';
import { always, scriptedServer } from './scripted-server.ts';

const LIMIT = 1024 * 1024;
const FOREVER = new AbortController().signal;

/** A port that no server of a test can be given. */
const NOBODYS = 'http://127.0.0.1:1/';

const ANYWHERE = { ca: undefined, proxy: undefined, reach: { type: 'anywhere' } } as const;

const direct = undiciWire(ANYWHERE);
afterAll(() => direct.close());

function get(url: string, headers: Readonly<Record<string, string>> = {}): WireRequest {
  return { method: 'GET', url, headers, body: undefined };
}

test('delivers request and answer whole', async () => {
  await using server = await scriptedServer(always(201, { answer: 'ü' }, { 'X-Told': 'yes' }));
  const request: WireRequest = {
    method: 'POST',
    url: `${server.url}/a/b?c=d%20e`,
    headers: { 'x-said': 'yes' },
    body: '{"question":"ü"}',
  };
  const { status, headers, body } = await direct.wire(request, LIMIT, FOREVER);

  expect({ status, told: headers['x-told'], body: Buffer.from(body).toString() }).toEqual({
    status: 201,
    told: 'yes',
    body: '{"answer":"ü"}',
  });
  expect(server.arrivals).toMatchObject([{ method: 'POST', path: '/a/b?c=d%20e', body: '{"question":"ü"}' }]);
  expect(server.arrivals[0]?.headers['x-said']).toBe('yes');
});

test.each([301, 302, 303, 307, 308])(
  'follows no redirect with %i, so that no credentials go elsewhere',
  async (status) => {
    await using elsewhere = await scriptedServer(always(200, {}));
    await using server = await scriptedServer(always(status, '', { location: `${elsewhere.url}/steal` }));
    const request = {
      ...get(server.url, { authorization: 'Bearer planted-key' }),
      method: 'POST',
      body: '{}',
    } as const;
    expect(await direct.wire(request, LIMIT, FOREVER)).toMatchObject({ status });
    expect(server.arrivals).toHaveLength(1);
    expect(elsewhere.arrivals).toHaveLength(0);
  },
);

test('reads a body of exactly the limit, and gives up one byte later', async () => {
  await using server = await scriptedServer(({ path }, response) => response.end(Buffer.alloc(Number(path.slice(1)))));
  expect((await direct.wire(get(`${server.url}/1000`), 1000, FOREVER)).body).toHaveLength(1000);
  expect(await wireFailure(direct.wire(get(`${server.url}/1001`), 1000, FOREVER))).toMatchObject({ kind: 'too-large' });
});

test('hangs up on a body that never ends', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await scriptedServer((_, response) => {
    const chunk = Buffer.alloc(64 * 1024);
    const pour = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', pour);
    response.on('close', () => closed.resolve());
    pour();
  });
  expect(await wireFailure(direct.wire(get(server.url), LIMIT, FOREVER))).toMatchObject({ kind: 'too-large' });
  await closed.promise;
});

test('gives up at the abort while a body trickles, and hangs up', async () => {
  const closed = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  await using server = await scriptedServer((_, response) => {
    response.on('close', () => closed.resolve());
    response.write('{', () => begun.resolve());
  });
  const deadline = new AbortController();
  const answer = wireFailure(direct.wire(get(server.url), LIMIT, deadline.signal));
  await begun.promise;
  deadline.abort();
  expect(await answer).toMatchObject({ kind: 'timeout' });
  await closed.promise;
});

/** A server that takes connections and says nothing. */
async function mute(): Promise<AsyncDisposable & { readonly url: string; readonly connected: Promise<unknown> }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return {
    url: `https://127.0.0.1:${address.port}/`,
    connected: once(server, 'connection'),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

test('gives up at the abort while a TLS handshake gets no answer', async () => {
  await using server = await mute();
  const deadline = new AbortController();
  const answer = wireFailure(direct.wire(get(server.url), LIMIT, deadline.signal));
  await server.connected;
  deadline.abort();
  expect(await answer).toMatchObject({ kind: 'timeout' });
});

test('sends nothing when the signal has aborted already', async () => {
  await using server = await scriptedServer(always(200, {}));
  expect(await wireFailure(direct.wire(get(server.url), LIMIT, AbortSignal.abort()))).toMatchObject({
    kind: 'timeout',
  });
  expect(server.arrivals).toHaveLength(0);
});

test.each(['GET', 'POST'] as const)('sends a %s once when the connection is reset', async (method) => {
  await using server = await scriptedServer((_, response) => response.socket?.resetAndDestroy());
  const failure = await wireFailure(direct.wire({ ...get(server.url), method }, LIMIT, FOREVER));
  expect(failure).toMatchObject({ kind: 'reset' });
  expect(server.arrivals).toHaveLength(1);
});

test('does not take a body that ends early for a whole one', async () => {
  await using server = await scriptedServer((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"id":1}', () => response.socket?.destroy());
  });
  expect(await wireFailure(direct.wire(get(server.url), LIMIT, FOREVER))).toMatchObject({ kind: 'reset' });
});

test('says that no connection came about, and why', async () => {
  const failure = await wireFailure(direct.wire(get(NOBODYS), LIMIT, FOREVER));
  expect(failure).toMatchObject({ kind: 'connect', code: 'ECONNREFUSED' });
});

test('puts neither headers nor bodies into an error', async () => {
  await using server = await scriptedServer((_, response) => {
    response.writeHead(200, { 'x-planted': 'planted-header' });
    response.end('planted-body'.repeat(100));
  });
  const planted: WireRequest = {
    method: 'POST',
    url: server.url,
    headers: { authorization: 'planted-key' },
    body: 'planted-secret',
  };
  const failures = [
    await wireFailure(direct.wire(planted, 10, FOREVER)),
    await wireFailure(direct.wire({ ...planted, url: NOBODYS }, 10, FOREVER)),
    await wireFailure(direct.wire({ ...planted, headers: { authorization: 'planted-key\n' } }, 10, FOREVER)),
  ];
  for (const failure of failures) {
    expect(inspect(failure, { depth: 10, showHidden: true }) + JSON.stringify(failure)).not.toContain('planted-');
  }
});
