import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { CONFIG_MAPS } from '../../dev/config-maps.ts';
import type { ObjectList } from '../../src/kube/client.ts';
import type { ReflectorStatus, ServerFeatures } from '../../src/kube/reflector.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import type { StoreChange, StoreWriter } from '../../src/kube/store.ts';
import { createStore } from '../../src/kube/store.ts';
import type { Transport } from '../../src/kube/transport.ts';
import type { Target } from '../../src/kube/watch.ts';
import type { WatchFailure } from '../../src/kube/watch-failure.ts';
import type { Chance } from '../../src/runtime/chance.ts';
import { manualClock } from '../support/manual-clock.ts';
import type { Answer, HeldWatch, Received, ScriptedApiServer } from '../support/scripted-api-server.ts';
import { heldWatch, json, reset, silence, status, statusOf, until } from '../support/scripted-api-server.ts';
import { configMap, connected, evenChance } from './connected.ts';

const COLLECTION = '/api/v1/namespaces/shop/configmaps';

/** The first delay of the back-off, without jitter. */
const FIRST_WAIT_MS = 800;

interface Reflecting {
  readonly target?: Partial<Target>;
  readonly watchList?: ServerFeatures['watchList'];
  readonly chance?: Chance;
  readonly trim?: StoreWriter['trim'];
}

/** A running reflector of ConfigMaps in virtual time, before a server that the test directs. */
async function reflecting({ target = {}, watchList = 'assumed', chance = evenChance(), trim }: Reflecting = {}) {
  const clock = manualClock();
  const { server, client, transport, signal } = await connected({ clock });
  const features: ServerFeatures = { watchList };
  const askedAt: number[] = [];
  const answered: number[] = [];
  const timedTransport: Transport = {
    call: transport.call,
    async stream(request, within) {
      askedAt.push(clock.monotonic());
      const stream = await transport.stream(request, within);
      answered.push(stream.status);
      return stream;
    },
  };
  const failures: WatchFailure[] = [];
  const phases: { readonly phase: ReflectorStatus['phase']; readonly at: number }[] = [];
  const changes: StoreChange<string>[] = [];
  const store = createStore({ trim, decode: ({ metadata }) => metadata.resourceVersion });
  store.subscribe((change) => void changes.push(change));
  const reflector = createReflector({
    target: { resource: CONFIG_MAPS, namespace: 'shop', representation: 'full', ...target },
    store,
    client,
    transport: timedTransport,
    clock,
    chance,
    features,
    observer: {
      onFailure: (kind) => void failures.push(kind),
      onPhase: (phase) => void phases.push({ phase, at: clock.monotonic() }),
    },
  });
  const stop = new AbortController();
  const run = () => reflector.run(AbortSignal.any([stop.signal, signal]));
  const backingOff = () => until('it backs off', () => reflector.status().phase === 'backing-off');
  const seen = { failures, phases, changes, askedAt, answered };
  return { ...seen, clock, server, features, store, reflector, stop, run, backingOff };
}

const added = (name: string, resourceVersion: string) => ({ type: 'ADDED', object: configMap(name, resourceVersion) });
const modified = (name: string, version: string) => ({ type: 'MODIFIED', object: configMap(name, version) });
const deleted = (name: string, version: string) => ({ type: 'DELETED', object: configMap(name, version) });
const bookmark = (resourceVersion: string, annotations: object = {}) => ({
  type: 'BOOKMARK',
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { resourceVersion, annotations } },
});
const initialEnd = (resourceVersion: string) => bookmark(resourceVersion, { 'k8s.io/initial-events-end': 'true' });
const errorEvent = (code: number, reason: string, rest: object = {}) => ({
  type: 'ERROR',
  object: statusOf(code, reason, rest),
});
const list = (resourceVersion: string, ...items: readonly object[]) =>
  json(200, { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion }, items });

/** What a server says of where it is. */
const at = (resourceVersion: string) => list(resourceVersion);

/** What kind of request it was, and from where. */
function asked({ query }: Received): string {
  if (query.get('watch') !== 'true') return query.get('limit') === '1' ? 'revision' : 'list';
  return query.get('sendInitialEvents') === 'true' ? 'watch-list' : `watch ${query.get('resourceVersion')}`;
}

/** The watches that were asked for. */
function watched({ requests }: Pick<ScriptedApiServer, 'requests'>): readonly string[] {
  return requests.map(asked).filter((each) => each !== 'revision');
}

/** Runs a reflector that has synced at resourceVersion 5 with `a`, by WatchList. */
async function synced(...following: readonly Answer[]) {
  const reflection = await reflecting();
  const first = heldWatch();
  reflection.server.on('GET', COLLECTION, first.answer, ...following);
  const done = reflection.run();
  await first.opened;
  first.send(added('a', '3'), initialEnd('5'));
  await until('it has synced', () => reflection.reflector.status().synced);
  return { ...reflection, first, done };
}

test('fills the store at the bookmark that ends the initial events, and goes on with the same watch', async () => {
  const { server, store, reflector, changes, run } = await reflecting({ target: { labelSelector: 'app=x' } });
  const held = heldWatch();
  server.on('GET', COLLECTION, held.answer);
  void run();

  const request = await held.opened;
  held.send(added('b', '4'), added('a', '3'));
  await until('the events have come', () => reflector.status().lastContact !== undefined);
  expect([reflector.status().synced, changes]).toEqual([false, []]);
  held.send(initialEnd('5'), modified('a', '6'), deleted('b', '7'));
  await until('the deletion is there', () => store.get('shop/b') === undefined && reflector.status().synced);

  expect(store.list()).toEqual(['6']);
  expect(reflector.status()).toMatchObject({ phase: 'watching', synced: true, failure: undefined });
  expect(Object.fromEntries(request.query)).toMatchObject({
    watch: 'true',
    sendInitialEvents: 'true',
    resourceVersionMatch: 'NotOlderThan',
    allowWatchBookmarks: 'true',
    timeoutSeconds: '300',
    labelSelector: 'app=x',
  });
  expect(server.requests).toHaveLength(1);
});

test('holds nothing of what it filled the store with while the same watch goes on', async () => {
  const sent: WeakRef<object>[] = [];
  const trim: StoreWriter['trim'] = ({ ...object }) => {
    sent.push(new WeakRef(object));
    return object;
  };
  const { server, store, reflector, run } = await reflecting({ trim });
  const held = heldWatch();
  server.on('GET', COLLECTION, held.answer);
  void run();
  await held.opened;
  held.send(...Array.from({ length: 1_000 }, (_, i) => added(`a${i}`, '3')), initialEnd('5'));
  await until('it has synced', () => reflector.status().synced);
  held.send(modified('a0', '6'));
  await until('the change is there', () => store.get('shop/a0') === '6');

  await collectGarbage();
  expect(sent.length).toBeGreaterThan(1_000);
  expect(sent.filter((each) => each.deref() !== undefined).length).toBeLessThan(10);
  expect(watched(server)).toEqual(['watch-list']);
});

/** A full collection, after the turn of the event loop until which a WeakRef keeps what it was made with. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  await turn();
  if (typeof collect === 'function') collect();
}

test('watches again at once from its last bookmark when the server ends the watch in its time', async () => {
  const second = heldWatch();
  const { server, first, clock, reflector } = await synced(second.answer);

  for (const ms of [150_000, 300_000]) {
    await clock.advance(150_000);
    first.send(bookmark(String(ms)));
    await until('the bookmark is there', () => reflector.status().lastContact === ms);
  }
  first.end();
  await second.opened;

  expect(server.requests.map(asked)).toEqual(['watch-list', 'watch 300000']);
});

test('takes an end for early that comes before the time of this very watch, however late', async () => {
  const chance = { ...evenChance(), fraction: () => 0.5 };
  const { server, clock, reflector, run } = await reflecting({ chance });
  const [first, second] = [heldWatch(), heldWatch()];
  server.on('GET', COLLECTION, first.answer, at('89'), second.answer);
  void run();
  await first.opened;
  first.send(initialEnd('5'));
  await until('it has synced', () => reflector.status().synced);

  for (const ms of [150_000, 300_000, 449_000]) {
    await clock.advance(ms - clock.monotonic());
    first.send(bookmark(String(ms)));
    await until('the bookmark is there', () => reflector.status().lastContact === ms);
  }
  first.end();
  await second.opened;

  expect(server.requests.map(asked)).toEqual(['watch-list', 'revision', 'watch-list']);
});

test('watches on from where it was after an early end, once it knows that the server is that far', async () => {
  const second = heldWatch();
  const { server, first } = await synced(at('90'), second.answer);

  first.send(bookmark('90'));
  first.end();
  await second.opened;

  expect(server.requests.map(asked)).toEqual(['watch-list', 'revision', 'watch 90']);
});

test('reads everything again after an early end where the server was set back to before what it had told', async () => {
  const second = heldWatch();
  const { server, first, store } = await synced(at('89'), second.answer);

  first.send(added('b', '90'));
  await until('b is there', () => store.get('shop/b') === '90');
  first.end();
  await second.opened;
  second.send(added('a', '3'), initialEnd('89'));
  await until('b is gone', () => store.get('shop/b') === undefined);

  expect(server.requests.map(asked)).toEqual(['watch-list', 'revision', 'watch-list']);
});

test('reads everything again after an early end where the server does not say at once how far it is', async () => {
  const second = heldWatch();
  const { server, first, clock, backingOff } = await synced(status(500, 'InternalError'), second.answer);

  first.send(bookmark('90'));
  first.end();
  await backingOff();
  await clock.advance(FIRST_WAIT_MS);
  await second.opened;

  expect(server.requests.map(asked), 'it may be past 90 by now').toEqual(['watch-list', 'revision', 'watch-list']);
});

test('takes no resourceVersion of an initial event for a place to go on from', async () => {
  const { server, backingOff, clock, reflector, run } = await reflecting();
  const [one, two] = [heldWatch(), heldWatch()];
  server.on('GET', COLLECTION, one.answer, two.answer);
  void run();

  await one.opened;
  one.send(added('a', '3'), bookmark('4'));
  one.end();
  await backingOff();
  await clock.advance(FIRST_WAIT_MS);
  await two.opened;

  expect(server.requests.map(asked)).toEqual(['watch-list', 'watch-list']);
  expect(reflector.status().synced).toBe(false);
});

test('lists in pages, then watches, where the server refuses to stream initial events', async () => {
  const { server, features, store, run } = await reflecting();
  const held = heldWatch();
  const forbidden = { details: { causes: [{ field: 'sendInitialEvents', reason: 'FieldValueForbidden' }] } };
  server.on('GET', COLLECTION, status(422, 'Invalid', forbidden), list('9', configMap('a', '3')), held.answer);
  void run();

  await held.opened;

  expect(server.requests.map(asked)).toEqual(['watch-list', 'list', 'watch 9']);
  expect(server.requests[1]?.query.get('limit')).toBe('500');
  expect([store.list(), features.watchList]).toEqual([['3'], 'missing']);
});

test('lists where the server knows nothing of initial events and sends no bookmark to end them', async () => {
  const { server, features, clock, store, reflector, backingOff, run } = await reflecting();
  const [old, held] = [heldWatch(), heldWatch()];
  server.on('GET', COLLECTION, old.answer, list('9', configMap('a', '3')), held.answer);
  void run();

  await old.opened;
  await until('the headers are there', () => reflector.status().lastContact !== undefined);
  await clock.advance(60_000);
  await backingOff();
  await clock.advance(FIRST_WAIT_MS);
  await held.opened;

  expect(server.requests.map(asked)).toEqual(['watch-list', 'list', 'watch 9']);
  expect([store.list(), features.watchList]).toEqual([['3'], 'missing']);
});

test.each<[where: string, before: readonly object[]]>([
  ['in a watch', [initialEnd('5')]],
  ['among the initial events', []],
])('lists after an event %s that is too large to read, and streams the filling after that again', async (_, before) => {
  const { server, features, clock, failures, store, backingOff, run } = await reflecting();
  const [streamed, held, again] = [heldWatch(), heldWatch(), heldWatch()];
  server.on('GET', COLLECTION, streamed.answer, list('9', configMap('a', '3')), held.answer, again.answer);
  void run();

  await streamed.opened;
  streamed.send(added('a', '3'), ...before);
  streamed.sendRaw('x'.repeat(17 * 1024 * 1024));
  await backingOff();
  await clock.advance(FIRST_WAIT_MS);
  await held.opened;
  expect([store.list(), features.watchList, failures]).toEqual([['3'], 'assumed', ['unavailable']]);

  held.send(errorEvent(410, 'Expired'));
  await backingOff();
  await clock.advance(60_000);
  await again.opened;
  expect(watched(server)).toEqual(['watch-list', 'list', 'watch 9', 'watch-list']);
});

test('goes on after a list that failed', async () => {
  const { server, clock, failures, backingOff, run } = await reflecting({ watchList: 'missing' });
  const held = heldWatch();
  server.on('GET', COLLECTION, status(500, 'InternalError'), list('9'), held.answer);
  void run();

  await backingOff();
  await clock.advance(FIRST_WAIT_MS);
  await held.opened;

  expect(server.requests.map(asked)).toEqual(['list', 'list', 'watch 9']);
  expect(failures).toEqual(['unavailable']);
});

interface Interruption {
  readonly name: string;
  readonly why: string;
  readonly interrupt: (watch: HeldWatch) => void;
  readonly failure: WatchFailure;
  readonly next: 'watch-list' | 'watch 6';
}

test.each<Interruption>([
  {
    name: 'reads everything again after 410 in the stream',
    why: 'what happened in between is not told any more',
    interrupt: (watch) => watch.send(errorEvent(410, 'Expired')),
    failure: 'expired',
    next: 'watch-list',
  },
  {
    name: 'reads everything again when the server was set back',
    why: 'our resourceVersion may never come',
    interrupt: (watch) =>
      watch.send(errorEvent(504, 'Timeout', { details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } })),
    failure: 'expired',
    next: 'watch-list',
  },
  {
    name: 'watches on from where it was after 500 in the stream',
    why: 'nothing was lost',
    interrupt: (watch) => watch.send(errorEvent(500, 'InternalError')),
    failure: 'unavailable',
    next: 'watch 6',
  },
  {
    name: 'watches on from where it was after a reset in the middle of a line',
    why: 'a half event is no event',
    interrupt: (watch) => {
      watch.sendRaw(JSON.stringify(modified('a', '7')).slice(0, 40));
      watch.reset();
    },
    failure: 'unavailable',
    next: 'watch 6',
  },
  {
    name: 'watches on from where it was after a line that is no event',
    why: 'the next watch tells it again',
    interrupt: (watch) => watch.sendRaw('{"type":"MODIF\n'),
    failure: 'unavailable',
    next: 'watch 6',
  },
])('$name', async ({ why, interrupt, failure, next }) => {
  const second = heldWatch();
  const before = next === 'watch-list' ? [] : [at('6')];
  const { server, first, clock, failures, store, reflector, backingOff } = await synced(...before, second.answer);
  first.send(modified('a', '6'));
  await until('the change is there', () => store.get('shop/a') === '6');

  interrupt(first);
  await backingOff();
  expect([reflector.status().failure?.kind, store.get('shop/a')], 'the store keeps what it has').toEqual([
    failure,
    '6',
  ]);
  await first.closed;
  await clock.advance(FIRST_WAIT_MS);
  await second.opened;

  expect(watched(server), why).toEqual(['watch-list', next]);
  expect(failures).toEqual([failure]);
});

interface Refusal {
  readonly name: string;
  readonly refusal: Answer;
  readonly failure: WatchFailure;
  readonly waitMs: number;
  readonly next: 'watch-list' | 'watch 5';
}

test.each<Refusal>([
  {
    name: 'reads everything again after 410 as a status',
    refusal: status(410, 'Expired'),
    failure: 'expired',
    waitMs: FIRST_WAIT_MS,
    next: 'watch-list',
  },
  {
    name: 'waits as long as a 429 asks',
    refusal: status(429, 'TooManyRequests', { headers: { 'retry-after': '17' } }),
    failure: 'throttled',
    waitMs: 17_000,
    next: 'watch 5',
  },
  {
    name: 'waits no longer than half a minute for a 429 that asks for more, since the server may be back in a second',
    refusal: status(429, 'TooManyRequests', { headers: { 'retry-after': '300' } }),
    failure: 'throttled',
    waitMs: 30_000,
    next: 'watch 5',
  },
  {
    name: 'waits no longer than half a minute for a 503 until a day that its own clock puts far off',
    refusal: status(503, 'ServiceUnavailable', { headers: { 'retry-after': 'Fri, 31 Dec 2027 23:59:59 GMT' } }),
    failure: 'unavailable',
    waitMs: 30_000,
    next: 'watch 5',
  },
  {
    name: 'says that a permission is missing, and looks again later',
    refusal: status(403, 'Forbidden'),
    failure: 'forbidden',
    waitMs: 30_000,
    next: 'watch-list',
  },
  {
    name: 'says that the resource is not served, and looks again later',
    refusal: status(404, 'NotFound'),
    failure: 'not-installed',
    waitMs: 30_000,
    next: 'watch-list',
  },
  {
    name: 'goes on after a 500',
    refusal: status(500, 'InternalError'),
    failure: 'unavailable',
    waitMs: FIRST_WAIT_MS,
    next: 'watch 5',
  },
  {
    name: 'goes on after a connection that was cut before an answer',
    refusal: reset,
    failure: 'unavailable',
    waitMs: FIRST_WAIT_MS,
    next: 'watch 5',
  },
  {
    name: 'goes on after an error that is no Status',
    refusal: (response) => void response.writeHead(502).end('<html>'),
    failure: 'unavailable',
    waitMs: FIRST_WAIT_MS,
    next: 'watch 5',
  },
])('$name', async ({ refusal, failure, waitMs, next }) => {
  const third = heldWatch();
  const before = next === 'watch-list' ? [] : [at('5')];
  const { server, first, clock, reflector, backingOff, store, askedAt } = await synced(
    at('5'),
    refusal,
    ...before,
    third.answer,
  );

  first.end();
  await backingOff();
  expect(reflector.status()).toMatchObject({ synced: true, failure: { kind: failure } });
  await clock.advance(waitMs);
  await third.opened;
  expect(askedAt).toEqual([0, 0, waitMs]);
  expect(watched(server)).toEqual(['watch-list', 'watch 5', next]);

  if (next === 'watch-list') third.send(added('a', '8'), initialEnd('9'));
  else third.send(modified('a', '8'));
  await until('it heals', () => store.get('shop/a') === '8');
  expect(reflector.status()).toMatchObject({ phase: 'watching', failure: undefined });
});

test('ends a watch that was silent for three minutes, and reads everything again', async () => {
  const second = heldWatch();
  const { server, first, clock, failures, backingOff, reflector } = await synced(second.answer);

  await clock.advance(100_000);
  first.send(bookmark('70'));
  await until('the bookmark is there', () => reflector.status().lastContact === 100_000);
  await clock.advance(179_999);
  expect(reflector.status().phase).toBe('watching');
  await clock.advance(1);
  await backingOff();
  await first.closed;
  await clock.advance(FIRST_WAIT_MS);
  await second.opened;

  expect(failures).toEqual(['silent']);
  expect(server.requests.map(asked), 'it may have waited for what a server set back is to tell later').toEqual([
    'watch-list',
    'watch-list',
  ]);
});

test('reads everything again when writes on what it was told are refused', async () => {
  const second = heldWatch();
  const { server, first, clock, failures, backingOff, store } = await synced(second.answer);
  first.send(modified('a', '8'));
  await until('the change is there', () => store.get('shop/a') === '8');
  for (let each = 0; each < 5; each += 1) store.refused('shop/a', '8');

  first.send(bookmark('9'));
  await backingOff();
  await clock.advance(FIRST_WAIT_MS);
  await second.opened;

  expect(failures).toEqual(['expired']);
  expect(server.requests.map(asked)).toEqual(['watch-list', 'watch-list']);
});

test('ends a watch whose headers never come', async () => {
  const third = heldWatch();
  const { server, first, clock, backingOff } = await synced(at('5'), silence, at('5'), third.answer);

  first.end();
  await until('the watch was asked for', () => watched(server).length === 2);
  await clock.advance(90_000);
  await backingOff();
  await clock.advance(FIRST_WAIT_MS);

  await expect(third.opened).resolves.toBeDefined();
});

test('judges a refusal whose body never ends by its status, and ends it', async () => {
  const { server, clock, reflector, answered, backingOff, run } = await reflecting();
  const [cut, second] = [Promise.withResolvers<void>(), heldWatch()];
  const stalled: Answer = (response) => {
    response.once('close', () => cut.resolve());
    response.writeHead(403).write('{"kind":"Status","reason":"Forb');
  };
  server.on('GET', COLLECTION, stalled, second.answer);
  void run();

  await until('the headers are there', () => answered.length === 1);
  await clock.advance(10_000);
  await backingOff();
  await cut.promise;
  expect(reflector.status().failure?.kind).toBe('forbidden');
  await clock.advance(30_000);

  await expect(second.opened).resolves.toBeDefined();
});

test('counts a watch that ends at once without an event as a failure', async () => {
  const third = heldWatch();
  const closing: Answer = (response) => void response.writeHead(200).end();
  const { server, first, backingOff, clock } = await synced(at('5'), closing, at('5'), third.answer);

  first.end();
  await backingOff();
  expect(watched(server)).toHaveLength(2);
  await clock.advance(FIRST_WAIT_MS);

  expect(asked(await third.opened)).toBe('watch 5');
});

test.each<'cut' | 'reset'>(['cut', 'reset'])(
  'watches on at once each time that a quiet watch is %s on the way',
  async (broken) => {
    const watches = Array.from({ length: 4 }, heldWatch);
    const { first, askedAt, answered, server, failures, clock } = await synced(
      ...watches.flatMap(({ answer }) => [at('5'), answer]),
    );

    for (const [before, watch] of [first, ...watches.slice(0, -1)].entries()) {
      await until('its headers are there', () => answered.length === before + 1);
      await clock.advance(35_000);
      watch[broken]();
      await watches[before]?.opened;
    }

    expect(askedAt).toEqual([0, 35_000, 70_000, 105_000, 140_000]);
    expect(failures).toEqual([]);
    const onceMore = ['revision', 'watch 5'];
    expect(server.requests.map(asked)).toEqual(['watch-list', ...watches.flatMap(() => onceMore)]);
  },
);

test('looks back after a watch that broke off, even where that comes after its time', async () => {
  const second = heldWatch();
  const { server, first, clock, reflector } = await synced(at('5'), second.answer);

  for (const ms of [150_000, 300_000]) {
    await clock.advance(150_000);
    first.send(bookmark('5'));
    await until('the bookmark is there', () => reflector.status().lastContact === ms);
  }
  first.cut();
  await second.opened;

  expect(server.requests.map(asked)).toEqual(['watch-list', 'revision', 'watch 5']);
});

test('backs off after a watch that is reset within a second', async () => {
  const third = heldWatch();
  const second = heldWatch();
  const { first, clock, askedAt, answered, failures, backingOff } = await synced(
    at('5'),
    second.answer,
    at('5'),
    third.answer,
  );

  first.end();
  await until('the headers are there', () => answered.length === 2);
  await clock.advance(999);
  second.reset();
  await backingOff();
  await clock.advance(FIRST_WAIT_MS);
  await third.opened;

  expect(askedAt).toEqual([0, 0, 999 + FIRST_WAIT_MS]);
  expect(failures).toEqual(['unavailable']);
});

test('backs off after a reset within the initial events, however late: they are many, and all to be sent again', async () => {
  const { server, clock, answered, failures, backingOff, run } = await reflecting();
  const [first, second] = [heldWatch(), heldWatch()];
  server.on('GET', COLLECTION, first.answer, second.answer);
  void run();

  await until('the headers are there', () => answered.length === 1);
  await clock.advance(35_000);
  first.reset();
  await backingOff();
  await clock.advance(FIRST_WAIT_MS);
  await second.opened;

  expect(failures).toEqual(['unavailable']);
});

test('waits longer with each failure in a row, and not for ever', async () => {
  const { server, clock, phases, backingOff, run } = await reflecting();
  server.always('GET', COLLECTION, status(500, 'InternalError'));
  void run();

  for (let failure = 1; failure <= 8; failure += 1) {
    await until(`failure ${failure}`, () => server.requests.length === failure);
    await backingOff();
    await clock.advance(30_000);
  }

  const waits = phases.flatMap(({ phase, at }, i) => (phase === 'backing-off' ? [(phases[i + 1]?.at ?? at) - at] : []));
  expect(waits).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
});

test('tells what was deleted while it was away', async () => {
  const second = heldWatch();
  const { first, clock, changes, backingOff, store } = await synced(second.answer);

  first.send(added('b', '6'), errorEvent(410, 'Expired'));
  await backingOff();
  await clock.advance(FIRST_WAIT_MS);
  await second.opened;
  second.send(added('b', '6'), initialEnd('20'));
  await until('a is gone', () => store.get('shop/a') === undefined);

  expect(changes.map(({ type, key }) => `${type} ${key}`)).toEqual(['set shop/a', 'set shop/b', 'gone shop/a']);
});

test('tells a namesake that came as one change as gone and new', async () => {
  const { first, changes, store } = await synced();

  first.send({ type: 'MODIFIED', object: configMap('a', '8', { uid: 'another' }) });
  await until('the namesake is there', () => store.get('shop/a') === '8');

  expect(changes.map(({ type, key }) => `${type} ${key}`)).toEqual(['set shop/a', 'gone shop/a', 'set shop/a']);
});

interface Stopping {
  readonly name: string;
  readonly answers: readonly Answer[];
  readonly watchList: ServerFeatures['watchList'];
  readonly reached: (reflection: Awaited<ReturnType<typeof reflecting>>) => boolean;
}

test.each<Stopping>([
  {
    name: 'while it lists',
    answers: [silence],
    watchList: 'missing',
    reached: ({ server }) => server.requests.length === 1,
  },
  {
    name: 'while it waits for the headers of a watch',
    answers: [silence],
    watchList: 'assumed',
    reached: ({ server }) => server.requests.length === 1,
  },
  {
    name: 'while it reads a refusal',
    answers: [(response) => void response.writeHead(403).write('{')],
    watchList: 'assumed',
    reached: ({ answered }) => answered.length === 1,
  },
  {
    name: 'while it backs off',
    answers: [status(500, 'InternalError')],
    watchList: 'assumed',
    reached: ({ reflector, clock }) => reflector.status().phase === 'backing-off' && clock.pending() === 1,
  },
  {
    name: 'while it watches',
    answers: [list('9'), heldWatch().answer],
    watchList: 'missing',
    reached: ({ server }) => server.requests.length === 2,
  },
])('stays stopped when it is stopped $name', async ({ answers, watchList, reached }) => {
  const reflection = await reflecting({ watchList });
  const { server, clock, stop, run, reflector, failures } = reflection;
  server.on('GET', COLLECTION, ...answers);
  const done = run();
  await until('it is there', () => reached(reflection));
  const before = [server.requests.length, failures.length];

  stop.abort();
  await done;
  await clock.advance(3_600_000);

  expect([server.requests.length, failures.length], 'no request, and to be stopped is no failure').toEqual(before);
  expect(reflector.status().phase).toBe('stopped');
  expect(clock.pending()).toBe(0);
});

test('takes no list that comes after it was stopped', async () => {
  const clock = manualClock();
  const { transport, client, signal } = await connected({ clock });
  const store = createStore({ decode: () => 'decoded' });
  const late = Promise.withResolvers<ObjectList>();
  const stop = new AbortController();
  const reflector = createReflector({
    target: { resource: CONFIG_MAPS, namespace: 'shop', representation: 'full' },
    store,
    client: { ...client, list: () => late.promise },
    transport,
    clock,
    chance: evenChance(),
    features: { watchList: 'missing' },
  });
  const done = reflector.run(AbortSignal.any([stop.signal, signal]));

  stop.abort();
  late.resolve({ items: [configMap('a', '1')], resourceVersion: '1' });
  await done;

  expect([reflector.status().synced, store.list()]).toEqual([false, []]);
});

test('takes nothing from a stream after it was stopped', async () => {
  const { first, stop, done, store } = await synced();

  first.send(modified('a', '6'));
  stop.abort();
  await done;
  await first.closed;

  expect(store.get('shop/a')).toBe('3');
});

test('asks for metadata alone where that is enough', async () => {
  const { server, run } = await reflecting({ target: { representation: 'metadata' } });
  const held = heldWatch();
  server.on('GET', COLLECTION, status(422, 'Invalid'), list('9'), held.answer);
  void run();
  await held.opened;

  expect(server.requests.map(({ headers }) => headers.accept)).toEqual([
    'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  ]);
});

test('takes many events in one burst, in order', async () => {
  const { first, store } = await synced();

  const burst = Array.from({ length: 20_000 }, (_, i) => JSON.stringify(modified('a', String(100 + i))));
  first.sendRaw(`${burst.join('\n')}\n`);
  await until('the last is there', () => store.get('shop/a') === '20099');

  expect(store.list()).toEqual(['20099']);
});
