import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import type { Health } from '../../src/runtime/health.ts';
import { createHealth } from '../../src/runtime/health.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import { serveTelemetry } from '../../src/telemetry/server.ts';
import { manualClock } from '../support/manual-clock.ts';

async function serving(
  health: Health = createHealth(),
  page?: Metrics['page'],
  clock: Pick<Clock, 'monotonic'> = systemClock,
): Promise<{ url: string; port: number }> {
  const metrics = page === undefined ? createMetrics({ version: '1.2.3', revision: 'abc' }, 'with-process') : { page };
  const server = await serveTelemetry({ host: '127.0.0.1', port: 0 }, health, metrics, clock);
  onTestFinished(() => server.close());
  return { url: `http://127.0.0.1:${server.port}`, port: server.port };
}

describe('probes', () => {
  test('with no checks are well', async () => {
    const { url } = await serving();
    for (const path of ['/livez', '/readyz', '/readyz?verbose']) {
      const answer = await fetch(`${url}${path}`);
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, 'ok\n']);
    }
  });

  test('fail with 503 and name what failed, each probe by its own checks, and recover', async () => {
    const health = createHealth();
    let problem: string | undefined = 'the caches are not synced yet';
    health.add('ready', 'leader', () => undefined);
    health.add('ready', 'caches', () => problem);
    const { url } = await serving(health);

    const failed = await fetch(`${url}/readyz`);
    expect(failed.status).toBe(503);
    expect(await failed.text()).toBe('[+]leader ok\n[-]caches failed: the caches are not synced yet\nfailed\n');
    expect((await fetch(`${url}/livez`)).status).toBe(200);

    problem = undefined;
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});

test('metrics are served with their content type', async () => {
  const { url } = await serving();
  const answer = await fetch(`${url}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=/);
  expect(await answer.text()).toContain('oauthapp_build_info');
});

test('a page that cannot be made is 500, and says nothing of why', async () => {
  const { url } = await serving(createHealth(), () => Promise.reject(new Error('hunter2')));
  const answer = await fetch(`${url}/metrics`);
  expect([answer.status, await answer.text()]).toEqual([500, 'internal error\n']);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
});

/** Pages that tell how many were made before. */
function counted(): { readonly page: Metrics['page']; made(): number } {
  let made = 0;
  const page: Metrics['page'] = async () => {
    made += 1;
    return { contentType: 'text/plain', body: `page ${made} ${'x'.repeat(100_000)}` };
  };
  return { page, made: () => made };
}

test('all who ask for the metrics within a second get one page, and whoever comes then a new one', async () => {
  const clock = manualClock();
  const { page } = counted();
  const { url } = await serving(createHealth(), page, clock);
  const numbers = async (askers: number): Promise<readonly (string | undefined)[]> => {
    const texts = Array.from({ length: askers }, async () => (await fetch(`${url}/metrics`)).text());
    return (await Promise.all(texts)).map((text) => text.split(' ')[1]);
  };

  expect(await numbers(3)).toEqual(['1', '1', '1']);
  await clock.advance(999);
  expect(await numbers(2)).toEqual(['1', '1']);
  await clock.advance(1);
  expect(await numbers(2)).toEqual(['2', '2']);
});

test('what a probe says is never that of a moment ago', async () => {
  const health = createHealth();
  let problem: string | undefined;
  health.add('ready', 'caches', () => problem);
  const { url } = await serving(health, undefined, manualClock());
  const statuses: number[] = [];
  for (const each of ['late', undefined, 'late again']) {
    problem = each;
    statuses.push((await fetch(`${url}/readyz`)).status);
  }
  expect(statuses).toEqual([503, 200, 503]);
});

test.each<[what: string, request: string]>([
  ['', 'GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n'],
  [', of the HTTP that knows no such thing', 'GET /metrics HTTP/1.0\r\nconnection: keep-alive\r\n\r\n'],
  [', which expect something unheard-of', 'GET /livez HTTP/1.1\r\nhost: a\r\nexpect: more\r\n\r\n'],
  [', which are refused', 'POST /metrics HTTP/1.1\r\nhost: a\r\n\r\n'],
])('of two thousand requests sent at once on one connection%s no more than one is answered', async (_, request) => {
  const { page, made } = counted();
  // A clock under which every page is old at once.
  let elapsed = 0;
  const monotonic = (): number => {
    elapsed += 10_000;
    return elapsed;
  };
  const { url, port } = await serving(createHealth(), page, { monotonic });
  const socket = connect(port, '127.0.0.1', () => socket.write(request.repeat(2_000)));

  expect((await textOf(socket)).split('HTTP/1.1 ').length - 1).toBeLessThanOrEqual(1);
  expect(made()).toBeLessThanOrEqual(1);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
});

test.each([
  { method: 'GET', path: '/', status: 404 },
  { method: 'GET', path: '/metrics/../etc', status: 404 },
  { method: 'POST', path: '/metrics', status: 405 },
  { method: 'DELETE', path: '/livez', status: 405 },
  { method: 'HEAD', path: '/livez', status: 200 },
])('$method $path is $status', async ({ method, path, status }) => {
  const { port } = await serving();
  expect(await statusLine(port, `${method} ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)).toBe(status);
});

test('what is not HTTP is refused, and others are served on', async () => {
  const { url, port } = await serving();
  expect(await statusLine(port, '\u0000\u0001 nonsense\r\n\r\n')).toBe(400);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
});

describe('of connections on which nothing is asked', () => {
  test('a hundred and fifty keep no probe out, and are cut within seconds', { timeout: 15_000 }, async () => {
    const { url, port } = await serving();
    const idle = await idling(port, 150);

    expect((await fetch(`${url}/livez`)).status).toBe(200);
    for (const text of await Promise.all(idle)) expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  test('the oldest make room where there are too many, so that whoever comes is served', async () => {
    const { url, port } = await serving();
    const idle = await idling(port, 600);

    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(new Set(await Promise.all(idle.slice(0, 88))), 'nothing is said to them').toEqual(new Set(['']));
  });
});

test('an address in use is said at once', async () => {
  const { port } = await serving();
  const second = serveTelemetry(
    { host: '127.0.0.1', port },
    createHealth(),
    createMetrics({ version: '', revision: '' }, 'with-process'),
    systemClock,
  );
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('close ends the server even while a request is unanswered', async () => {
  let asked: () => void = () => undefined;
  const inHand = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const page = (): Promise<never> => {
    asked();
    return new Promise(() => undefined);
  };
  const server = await serveTelemetry({ host: '127.0.0.1', port: 0 }, createHealth(), { page }, systemClock);
  const unanswered = fetch(`http://127.0.0.1:${server.port}/metrics`).catch((error: unknown) => error);
  await inHand;

  await server.close();
  expect(await unanswered).toBeInstanceOf(Error);
  await expect(fetch(`http://127.0.0.1:${server.port}/livez`)).rejects.toThrow();
});

/** Opens connections one after the other, and asks nothing on them. What comes on each until it is cut. */
async function idling(port: number, count: number): Promise<readonly Promise<string>[]> {
  const texts: Promise<string>[] = [];
  while (texts.length < count) {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    texts.push(textOf(socket));
    await once(socket, 'connect');
  }
  return texts;
}

function textOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

/** The status of the answer to `request`, sent as it is. */
function statusLine(port: number, request: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.on('end', () => resolve(Number(text.split(' ')[1])));
    socket.on('error', reject);
  });
}
