import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { CONFIG_MAPS } from '../../dev/config-maps.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { ApiError } from '../../src/kube/errors.ts';
import { isConflict, isDefinite, isGone, isNotFound } from '../../src/kube/errors.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import { createClient } from '../../src/kube/rest-client.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { manualClock } from '../support/manual-clock.ts';
import type { Answer } from '../support/scripted-api-server.ts';
import { json, reset, silence, status, until } from '../support/scripted-api-server.ts';
import { configMap, connected } from './connected.ts';

const COLLECTION = '/api/v1/namespaces/shop/configmaps';
const PLANTED = 'hunter2-planted-secret';
const REF = { resource: CONFIG_MAPS, namespace: 'shop', name: 'a' };
const A = configMap('a', '7');

test('fills in the type that a list leaves out of its items, and follows its pages', async () => {
  const { server, client, signal } = await connected();
  const { apiVersion: _, kind: __, ...untyped } = configMap('a', '1');
  server.on('GET', COLLECTION, json(200, { metadata: { resourceVersion: '9', continue: 'page-2' }, items: [untyped] }));
  server.on('GET', COLLECTION, json(200, { metadata: { resourceVersion: '9' }, items: [configMap('b', '2')] }));

  const { items, resourceVersion } = await client.list(CONFIG_MAPS, { namespace: 'shop' }, signal);

  expect(items.map(({ kind, apiVersion, metadata }) => [kind, apiVersion, metadata.name])).toEqual([
    ['ConfigMap', 'v1', 'a'],
    ['ConfigMap', 'v1', 'b'],
  ]);
  expect(resourceVersion).toBe('9');
  expect(server.requests.map(({ query }) => [query.get('limit'), query.get('continue')])).toEqual([
    ['500', null],
    ['500', 'page-2'],
  ]);
});

test('begins a list anew when its continue token has expired, and gives no object twice', async () => {
  const { server, client, signal } = await connected();
  const first = json(200, { metadata: { resourceVersion: '9', continue: 'old' }, items: [configMap('a', '1')] });
  const whole = json(200, { metadata: { resourceVersion: '12' }, items: [configMap('a', '1'), configMap('b', '2')] });
  server.on('GET', COLLECTION, first, status(410, 'Expired'), whole);

  const { items, resourceVersion } = await client.list(CONFIG_MAPS, { namespace: 'shop' }, signal);

  expect(items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  expect(resourceVersion).toBe('12');
  expect(server.requests.map(({ query }) => query.get('continue'))).toEqual([null, 'old', null]);
});

test('gives up on a list whose continue token expires twice', async () => {
  const { server, client, signal } = await connected();
  const first = json(200, { metadata: { resourceVersion: '9', continue: 'old' }, items: [] });
  server.on('GET', COLLECTION, first, status(410, 'Expired'), first, status(410, 'Expired'));

  const error = await client.list(CONFIG_MAPS, { namespace: 'shop' }, signal).catch((thrown: unknown) => thrown);

  expect(isGone(error)).toBe(true);
  expect(server.requests).toHaveLength(4);
});

test('collects of each page what is kept of it, before it asks for the next', async () => {
  const { server, client, signal } = await connected();
  const steps: string[] = [];
  const page = (next: string | undefined, ...names: readonly string[]): Answer => {
    const items = names.map((name) => configMap(name, '1'));
    const answer = json(200, { metadata: { resourceVersion: '9', continue: next }, items });
    return (response, request) => {
      steps.push(`page of ${names}`);
      answer(response, request);
    };
  };
  server.on('GET', COLLECTION, page('2', 'a', 'b'), page(undefined, 'c'));

  const keep = ({ metadata: { name } }: KubeObject): readonly string[] => {
    steps.push(name);
    return name === 'b' ? [] : [name.toUpperCase()];
  };
  const kept = await client.collect(CONFIG_MAPS, { namespace: 'shop' }, keep, signal);

  expect(kept).toEqual(['A', 'C']);
  expect(steps).toEqual(['page of a,b', 'a', 'b', 'page of c', 'c']);
});

test('trims the objects of a list page by page', async () => {
  const { server, client, signal } = await connected();
  const steps: string[] = [];
  const page = (name: string, next?: string): Answer => {
    const answer = json(200, { metadata: { resourceVersion: '9', continue: next }, items: [configMap(name, '1')] });
    return (response, request) => {
      steps.push(`page of ${name}`);
      answer(response, request);
    };
  };
  server.on('GET', COLLECTION, page('a', '2'), page('b'));

  const trim = (object: KubeObject): KubeObject => {
    steps.push(object.metadata.name);
    return { ...object, kind: 'Trimmed' };
  };
  const { items } = await client.list(CONFIG_MAPS, { namespace: 'shop', trim }, signal);

  expect(items.map(({ kind }) => kind)).toEqual(['Trimmed', 'Trimmed']);
  expect(steps).toEqual(['page of a', 'a', 'page of b', 'b']);
});

test('collects anew when its continue token has expired, and gives nothing twice', async () => {
  const { server, client, signal } = await connected();
  const first = json(200, { metadata: { resourceVersion: '9', continue: 'old' }, items: [configMap('a', '1')] });
  const whole = json(200, { metadata: { resourceVersion: '12' }, items: [configMap('a', '1'), configMap('b', '2')] });
  server.on('GET', COLLECTION, first, status(410, 'Expired'), whole);

  const keep = ({ metadata }: KubeObject) => [metadata.name];

  expect(await client.collect(CONFIG_MAPS, { namespace: 'shop' }, keep, signal)).toEqual(['a', 'b']);
});

test('reads a collection of large objects in pages that fit', async () => {
  const { server, client, signal } = await connected();
  const items = Array.from({ length: 13 }, (_, index) =>
    configMap(`cm-${index}`, '1', { data: { text: 'x'.repeat(1_400_000) } }),
  );
  server.always('GET', COLLECTION, (response, request) => {
    const from = Number(request.query.get('continue') ?? 0);
    const page = items.slice(from, from + Number(request.query.get('limit')));
    const end = from + page.length;
    const next = end < items.length ? { continue: String(end) } : {};
    json(200, { metadata: { resourceVersion: '9', ...next }, items: page })(response, request);
  });

  const keep = ({ metadata }: KubeObject) => [metadata.name];
  const kept = await client.collect(CONFIG_MAPS, { namespace: 'shop' }, keep, signal);

  expect(kept).toEqual(items.map(({ metadata }) => metadata.name));
  expect(server.requests.slice(0, 2).map(({ query }) => query.get('limit'))).toEqual(['500', '50']);
});

test('keeps fields that it has never heard of', async () => {
  const { server, client, signal } = await connected();
  const found = { ...A, futureField: { deep: [1] }, metadata: { ...A.metadata, futureMeta: 'x' } };
  server.on('GET', `${COLLECTION}/a`, json(200, found));
  server.on('PUT', `${COLLECTION}/a`, json(200, found));

  await client.replace(REF, await client.get(REF, signal), {}, signal);

  expect(JSON.parse(server.requests[1]?.body ?? '')).toEqual(found);
});

interface WriteCase {
  readonly name: string;
  readonly write: (client: KubeClient, signal: AbortSignal) => Promise<unknown>;
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly contentType: string;
  readonly body: unknown;
}

const WRITING = { fieldManager: 'oauthapp-operator', fieldValidation: 'Strict' };

test.each<WriteCase>([
  {
    name: 'creates with the type and the namespace of the object',
    write: (client, signal) => client.create(CONFIG_MAPS, { metadata: { name: 'a', namespace: 'shop' } }, {}, signal),
    method: 'POST',
    path: COLLECTION,
    query: WRITING,
    contentType: 'application/json',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } },
  },
  {
    name: 'asks for a dry run',
    write: (client, signal) =>
      client.create(CONFIG_MAPS, { metadata: { name: 'a', namespace: 'shop' } }, { dryRun: 'All' }, signal),
    method: 'POST',
    path: COLLECTION,
    query: { ...WRITING, dryRun: 'All' },
    contentType: 'application/json',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } },
  },
  {
    name: 'replaces the status subresource',
    write: (client, signal) => client.replace(REF, A, { subresource: 'status' }, signal),
    method: 'PUT',
    path: `${COLLECTION}/a/status`,
    query: WRITING,
    contentType: 'application/json',
    body: A,
  },
  {
    name: 'applies with force and as JSON',
    write: (client, signal) => client.patch(REF, { type: 'apply', body: { metadata: { name: 'a' } } }, {}, signal),
    method: 'PATCH',
    path: `${COLLECTION}/a`,
    query: { ...WRITING, force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
  },
  {
    name: 'sends a merge patch as it is',
    write: (client, signal) => client.patch(REF, { type: 'merge', body: { data: { a: null } } }, {}, signal),
    method: 'PATCH',
    path: `${COLLECTION}/a`,
    query: WRITING,
    contentType: 'application/merge-patch+json',
    body: { data: { a: null } },
  },
  {
    name: 'deletes one uid and no other',
    write: (client, signal) => client.delete(REF, { uid: 'u', resourceVersion: '7' }, signal),
    method: 'DELETE',
    path: `${COLLECTION}/a`,
    query: {},
    contentType: 'application/json',
    body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u', resourceVersion: '7' } },
  },
])('$name', async ({ write, method, path, query, contentType, body }) => {
  const { server, client, signal } = await connected();
  server.on(method, path, json(200, A));

  await write(client, signal);

  const [request] = server.requests;
  expect(Object.fromEntries(request?.query ?? [])).toEqual(query);
  expect(request?.headers['content-type']).toBe(contentType);
  expect(JSON.parse(request?.body ?? '')).toEqual(body);
});

interface RepeatCase {
  readonly name: string;
  readonly why: string;
  readonly call: (client: KubeClient, signal: AbortSignal) => Promise<unknown>;
  readonly path: string;
  readonly method: string;
  readonly trouble: Answer;
  readonly sent: number;
}

const CREATE: RepeatCase['call'] = (client, signal) =>
  client.create(CONFIG_MAPS, { metadata: { name: 'a', namespace: 'shop' } }, {}, signal);
const GET: RepeatCase['call'] = (client, signal) => client.get(REF, signal);
const THROTTLED = status(429, 'TooManyRequests', { headers: { 'retry-after': '1' } });

test.each<RepeatCase>([
  {
    name: 'repeats a GET whose connection was reset',
    why: 'reading twice does no harm',
    call: GET,
    method: 'GET',
    path: `${COLLECTION}/a`,
    trouble: reset,
    sent: 2,
  },
  {
    name: 'never repeats a create whose connection was reset',
    why: 'the object may be there already',
    call: CREATE,
    method: 'POST',
    path: COLLECTION,
    trouble: reset,
    sent: 1,
  },
  {
    name: 'repeats a create that was refused with 429',
    why: 'the server did nothing',
    call: CREATE,
    method: 'POST',
    path: COLLECTION,
    trouble: THROTTLED,
    sent: 2,
  },
  {
    name: 'repeats a create that was refused with 503 and a time',
    why: 'the server did nothing',
    call: CREATE,
    method: 'POST',
    path: COLLECTION,
    trouble: status(503, 'ServiceUnavailable', { headers: { 'retry-after': '1' } }),
    sent: 2,
  },
  {
    name: 'hands a 503 without a time to the caller',
    why: 'anything may have answered, and anything may have happened',
    call: CREATE,
    method: 'POST',
    path: COLLECTION,
    trouble: status(503, 'ServiceUnavailable'),
    sent: 1,
  },
  {
    name: 'hands a 500 to the caller',
    why: 'the queue knows how long to wait',
    call: GET,
    method: 'GET',
    path: `${COLLECTION}/a`,
    trouble: status(500, 'InternalError'),
    sent: 1,
  },
  {
    name: 'hands a conflict to the caller',
    why: 'the same write would meet the same conflict',
    call: (client, signal) => client.replace(REF, A, {}, signal),
    method: 'PUT',
    path: `${COLLECTION}/a`,
    trouble: status(409, 'Conflict'),
    sent: 1,
  },
  {
    name: 'does not hold a worker for a long Retry-After',
    why: 'the caller plans with retryAfterMs',
    call: GET,
    method: 'GET',
    path: `${COLLECTION}/a`,
    trouble: status(429, 'TooManyRequests', { headers: { 'retry-after': '3600' } }),
    sent: 1,
  },
  {
    name: 'never repeats a patch without a precondition after a reset',
    why: 'somebody may have written in between',
    call: (client, signal) => client.patch(REF, { type: 'merge', body: { data: {} } }, {}, signal),
    method: 'PATCH',
    path: `${COLLECTION}/a`,
    trouble: reset,
    sent: 1,
  },
  {
    name: 'repeats a patch with a precondition after a reset',
    why: 'a second one can only meet its own conflict',
    call: (client, signal) =>
      client.patch(REF, { type: 'merge', body: { metadata: { resourceVersion: '7' } } }, {}, signal),
    method: 'PATCH',
    path: `${COLLECTION}/a`,
    trouble: reset,
    sent: 2,
  },
])('$name', async ({ why, call, method, path, trouble, sent }) => {
  const { server, client, signal } = await connected();
  server.on(method, path, trouble);
  server.always(method, path, json(200, A));

  await call(client, signal).catch(() => undefined);

  expect(server.requests.length, why).toBe(sent);
});

test('waits as long as Retry-After says before it asks again', async () => {
  const clock = manualClock();
  const { server, client, signal } = await connected({ clock });
  server.on(
    'GET',
    `${COLLECTION}/a`,
    status(429, 'TooManyRequests', { headers: { 'retry-after': '7' } }),
    json(200, A),
  );

  const found = client.get(REF, signal);
  await until(
    'the refusal is there and the wait has begun',
    () => server.requests.length === 1 && clock.pending() === 1,
  );
  await clock.advance(6_999);
  expect(server.requests).toHaveLength(1);
  await clock.advance(1);

  expect((await found).metadata.name).toBe('a');
  expect(server.requests).toHaveLength(2);
});

test('believes a server that refuses ten times', async () => {
  const clock = manualClock();
  const { server, client, signal } = await connected({ clock });
  server.always('GET', `${COLLECTION}/a`, THROTTLED);

  const outcome = client.get(REF, signal).catch((thrown: ApiError) => thrown.retryAfterMs);
  for (let sent = 1; sent < 10; sent += 1) {
    await until(`refusal ${sent}`, () => server.requests.length === sent && clock.pending() === 1);
    await clock.advance(1000);
  }

  expect(await outcome).toBe(1000);
  expect(server.requests).toHaveLength(10);
});

test('tells a refusal from a write that may have happened', async () => {
  const { server, client, signal } = await connected();
  const verdicts: Record<string, boolean> = {};
  const troubles = {
    422: status(422, 'Invalid'),
    403: status(403, 'Forbidden'),
    500: status(500, 'InternalError'),
    reset,
  };
  for (const [name, trouble] of Object.entries(troubles)) {
    server.on('POST', COLLECTION, trouble);
    verdicts[name] = await CREATE(client, signal).then(Boolean, isDefinite);
  }
  await server.close();
  verdicts['nobody there'] = await CREATE(client, signal).then(Boolean, isDefinite);

  expect(verdicts).toEqual({ 422: true, 403: true, 500: false, reset: false, 'nobody there': true });
});

test('ends a call at its deadline although the server is silent', async () => {
  const clock = manualClock();
  const { server, client, signal } = await connected({ clock });
  server.always('GET', `${COLLECTION}/a`, silence);

  const outcome = client.get(REF, signal).catch((thrown: unknown) => thrown);
  await until('the request is there', () => server.requests.length === 1);
  await clock.advance(30_000);

  expect(await outcome).toMatchObject({ name: 'TransportError', failure: 'timeout' });
});

test('ends a call at once when told to, also while it waits for a connection', async () => {
  const { server, client, signal } = await connected({ connections: 1 });
  server.always('GET', `${COLLECTION}/a`, silence);
  const stop = new AbortController();

  const first = client.get(REF, stop.signal).catch((thrown: unknown) => thrown);
  await until('the first request is there', () => server.requests.length === 1);
  const queued = client.get(REF, stop.signal).catch((thrown: unknown) => thrown);
  const reason = new Error('stop');
  stop.abort(reason);

  expect(await Promise.all([first, queued])).toEqual([reason, reason]);
  server.always('GET', `${COLLECTION}/a`, json(200, A));
  await expect(client.get(REF, signal), 'the place of the one that never got a turn is free').resolves.toBeDefined();
  expect(server.requests).toHaveLength(2);
});

test('lets no value of a request or an answer into an error', async () => {
  const { server, client, signal } = await connected();
  const echoing = {
    details: {
      name: PLANTED,
      causes: [
        { field: `data[${PLANTED}]`, reason: 'FieldValueInvalid', message: `Invalid value: "${PLANTED}"` },
        { field: 'spec.uris[3]', reason: `${PLANTED}` },
      ],
    },
    message: `Secret is invalid: data: "${PLANTED}"`,
  };
  const secret = { metadata: { name: 's', namespace: 'shop' }, stringData: { password: PLANTED } };
  const answers = [
    status(422, 'Invalid', echoing),
    json(500, `a proxy's page with ${PLANTED}`, { 'x-request': PLANTED }),
    json(201, { kind: 'Secret', metadata: { name: PLANTED, uid: 7 } }),
    (response) => void response.writeHead(201).end(`{"broken": "${PLANTED}`),
    reset,
  ] satisfies Answer[];

  const shown: string[] = [];
  for (const answer of answers) {
    server.on('POST', '/api/v1/namespaces/shop/secrets', answer);
    const error = await client.create(SECRETS, secret, {}, signal).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    shown.push(String(error), JSON.stringify(error), inspect(error, { depth: 20, showHidden: true }));
  }

  expect(shown.filter((text) => text.includes(PLANTED))).toEqual([]);
  expect(shown[0]).toContain('spec.uris[3]');
});

test('reads an error that is no Status', async () => {
  const { server, client, signal } = await connected();
  server.on('GET', `${COLLECTION}/a`, (response) => void response.writeHead(404).end('<html>no such page</html>'));

  const error = await client.get(REF, signal).catch((thrown: unknown) => thrown);

  expect(isNotFound(error)).toBe(true);
  expect(error).toMatchObject({ reason: 'Unknown', verb: 'get', resource: 'configmaps' });
});

test('tells a taken name from a conflict', async () => {
  const { server, client, signal } = await connected();
  server.on('POST', COLLECTION, status(409, 'AlreadyExists'));
  server.on('PUT', `${COLLECTION}/a`, status(409, 'Conflict'));
  const update = async (object: KubeObject) => client.replace(REF, object, {}, signal);

  const errors = await Promise.all(
    [CREATE(client, signal), update(A)].map((call) => call.catch((thrown: unknown) => thrown)),
  );

  expect(errors.map(isConflict)).toEqual([false, true]);
});

test('knows the time of the API server, and goes on by the monotonic clock', async () => {
  const clock = manualClock(Date.UTC(2026, 0, 1));
  const { server, client, signal } = await connected({ clock });
  server.always('GET', `${COLLECTION}/a`, json(200, A, { date: 'Thu, 01 Jan 2026 00:10:00 GMT' }));
  expect(client.clockSkewMs()).toBeUndefined();

  await client.get(REF, signal);
  await clock.advance(5_000);
  clock.stepWall(3_600_000);

  expect(new Date(client.serverNow()).toISOString()).toBe('2026-01-01T00:10:05.000Z');
  expect(client.clockSkewMs()).toBe(3_000_000);
});

test('opens no connection per call', async () => {
  const { server, client, signal } = await connected();
  server.always('GET', `${COLLECTION}/a`, json(200, A));

  for (let i = 0; i < 20; i += 1) await client.get(REF, signal);

  // The pool opens a second one when a call follows before the first is marked idle; after that it has enough.
  expect(server.connections()).toBeLessThanOrEqual(2);
});

test('never has more calls under way than it has connections', async () => {
  const { server, client, signal } = await connected({ connections: 3 });
  const held: (() => void)[] = [];
  server.always('GET', `${COLLECTION}/a`, (response, request) => void held.push(() => json(200, A)(response, request)));

  const calls = Array.from({ length: 9 }, () => client.get(REF, signal));
  const seen: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    await until('three are there', () => held.length === 3);
    seen.push(server.requests.length);
    for (const release of held.splice(0)) release();
  }
  await Promise.all(calls);

  expect(seen).toEqual([3, 6, 9]);
  expect(server.connections()).toBe(3);
});

test('renews the Lease while every other connection is busy', async () => {
  const { server, connection, client, signal } = await connected({ connections: 1 });
  server.always('GET', `${COLLECTION}/busy`, silence);
  server.always('GET', `${COLLECTION}/a`, json(200, A));
  void client.get({ ...REF, name: 'busy' }, signal).catch(() => undefined);
  await until('the pool is busy', () => server.requests.length === 1);

  const lease = createClient({ transport: connection.lease, clock: systemClock, fieldManager: 'oauthapp-operator' });

  expect((await lease.get(REF, signal)).metadata.name).toBe('a');
});
