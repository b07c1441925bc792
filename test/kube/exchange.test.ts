import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { exchange, openStream } from '../../src/kube/exchange.ts';
import type { Answer } from '../support/scripted-api-server.ts';
import { heldWatch, json, scriptedApiServer, until } from '../support/scripted-api-server.ts';

const GET = { path: '/x', method: 'GET' } as const;
const LONG_BYTES = 64 * 1024 * 1024;

async function exchanging(answer: Answer) {
  const server = await scriptedApiServer();
  server.always('GET', '/x', answer);
  const pool = new Pool(server.url, { connections: 1, headersTimeout: 0, bodyTimeout: 0 });
  onTestFinished(async () => {
    await pool.destroy();
    await server.close();
  });
  return { server, pool };
}

test('never sends a request that was given up before it had a connection', async () => {
  const { server, pool } = await exchanging(json(200, {}));
  const stop = new AbortController();

  const given = exchange(pool, { ...GET, path: '/given-up' }, stop.signal).catch((thrown: unknown) => thrown);
  stop.abort('stop');

  expect(await given).toBe('stop');
  await exchange(pool, GET, new AbortController().signal);
  expect(server.requests.map(({ path }) => path)).toEqual(['/x']);
});

test('sends nothing for a signal that has aborted already', async () => {
  const { server, pool } = await exchanging(json(200, {}));

  await expect(exchange(pool, { ...GET, path: '/late' }, AbortSignal.abort('stop'))).rejects.toBe('stop');

  await exchange(pool, GET, new AbortController().signal);
  expect(server.requests.map(({ path }) => path)).toEqual(['/x']);
});

const LARGEST_IN_ETCD_BYTES = 1.5 * 1024 * 1024;

test('reads the largest object that etcd takes, every character of which JSON makes six of', async () => {
  const text = '\u0001'.repeat(LARGEST_IN_ETCD_BYTES);
  const { pool } = await exchanging(json(200, { text }));
  const { body } = await exchange(pool, GET, new AbortController().signal);
  expect(JSON.parse(Buffer.from(body).toString('utf8'))).toEqual({ text });
});

test('reads no more of an answer than 16 MiB', async () => {
  let sent = 0;
  const { pool } = await exchanging((response) => {
    const more = (): void => {
      sent += 1;
      if (!response.destroyed) response.write(Buffer.alloc(1024 * 1024), more);
    };
    more();
  });

  await expect(exchange(pool, GET, new AbortController().signal)).rejects.toMatchObject({ failure: 'too-large' });

  // What the sockets hold in between was sent as well.
  expect(sent).toBeLessThan(32);
});

/** Answers with `LONG_BYTES`, and hands out the response to look at. */
function longAnswer(): { readonly answer: Answer; sent(): ServerResponse } {
  let held: ServerResponse | undefined;
  return {
    answer(response) {
      held = response;
      response.writeHead(200).end(Buffer.alloc(LONG_BYTES));
    },
    sent: () => held ?? expect.fail('not asked yet'),
  };
}

/** Bytes that the server could not get rid of, once that no longer changes. */
async function stuckBytes(response: ServerResponse): Promise<number> {
  for (let before = -1; ; ) {
    const now = response.socket?.writableLength ?? 0;
    if (now === before) return now;
    before = now;
    await delay(300);
  }
}

test('makes the server wait for a slow reader, and loses nothing', async () => {
  const { answer, sent } = longAnswer();
  const { pool } = await exchanging(answer);

  const stream = await openStream(pool, GET, new AbortController().signal);
  expect(await stuckBytes(sent())).toBeGreaterThan(LONG_BYTES / 4);
  let received = 0;
  for await (const chunk of stream.chunks) received += chunk.length;

  expect(received).toBe(LONG_BYTES);
});

test('gives nothing that came before once it is told to stop', async () => {
  const { answer, sent } = longAnswer();
  const { pool } = await exchanging(answer);
  const stop = new AbortController();
  const { chunks } = await openStream(pool, GET, stop.signal);
  await stuckBytes(sent());

  stop.abort('stop');

  await expect(chunks[Symbol.asyncIterator]().next()).rejects.toBe('stop');
});

test('frees the connection of a stream that is closed unread', async () => {
  const endless = heldWatch();
  const { pool } = await exchanging(endless.answer);
  const stream = await openStream(pool, GET, new AbortController().signal);
  endless.sendRaw('unread');

  stream.close();
  stream.close();
  await endless.closed;

  await until('nothing is under way', () => pool.stats.running === 0 && pool.stats.pending === 0);
});
