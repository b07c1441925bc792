import { expect, test } from 'vitest';
import type { Occurrence } from '../../src/kube/event-correlator.ts';
import type { EventLoss } from '../../src/kube/events.ts';
import { eventRecorder } from '../../src/kube/events.ts';
import { manualClock } from '../support/manual-clock.ts';
import type { Answer, ScriptedApiServer } from '../support/scripted-api-server.ts';
import { json, reset, silence, status, until } from '../support/scripted-api-server.ts';
import { connected, evenChance } from './connected.ts';

const COLLECTION = '/apis/events.k8s.io/v1/namespaces/shop/events';
const OCCURRENCE: Occurrence = {
  regarding: {
    apiVersion: 'oauthapp.dev/v1alpha1',
    kind: 'OAuthApplication',
    namespace: 'shop',
    name: 'web',
    uid: 'u1',
  },
  type: 'Normal',
  reason: 'Registered',
  action: 'Register',
  note: 'Registered with the provider',
};

/** Takes what is created, and hands it back as the server would. */
const accept: Answer = (response, request) => {
  const sent = JSON.parse(request.body) as { metadata: object }; // what the recorder sent
  const metadata = { ...sent.metadata, uid: 'e', resourceVersion: '1' };
  json(201, { ...sent, metadata })(response, request);
};
const patched: Answer = json(200, {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'x', namespace: 'shop', uid: 'e', resourceVersion: '2' },
});

async function recording(instance = 'pod-1') {
  const clock = manualClock();
  const { server, direct, signal } = await connected({ clock });
  const losses: EventLoss[] = [];
  const recorder = eventRecorder({
    client: direct,
    clock,
    chance: evenChance(),
    controller: 'oauthapp.dev/operator',
    instance,
    onDropped: (loss) => void losses.push(loss),
  });
  return { clock, server, recorder, losses, signal };
}

function bodies(server: ScriptedApiServer): readonly Record<string, unknown>[] {
  return server.requests.map(({ method, body }) => ({ method, ...JSON.parse(body) }));
}

test('tells an occurrence as an Event of the object', async () => {
  const { server, recorder, signal } = await recording();
  server.always('POST', COLLECTION, accept);

  recorder.record(OCCURRENCE);
  await recorder.flush(signal);

  expect(bodies(server)).toEqual([
    {
      method: 'POST',
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'web.0001020304050607', namespace: 'shop' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'oauthapp.dev/operator',
      reportingInstance: 'pod-1',
      ...OCCURRENCE,
    },
  ]);
});

test('prolongs the series when the same happens again, and begins anew after a pause', async () => {
  const { clock, server, recorder } = await recording();
  server.always('POST', COLLECTION, accept);
  server.always('PATCH', `${COLLECTION}/web.0001020304050607`, patched);

  recorder.record(OCCURRENCE);
  await until('the first is told', () => server.requests.length === 1);
  await until('nothing is under way', () => clock.pending() === 0);
  await clock.advance(60_000);
  recorder.record(OCCURRENCE);
  await until('the second is told', () => server.requests.length === 2);
  await until('nothing is under way', () => clock.pending() === 0);
  await clock.advance(360_001);
  recorder.record(OCCURRENCE);
  await until('the third is told', () => server.requests.length === 3);

  const [, second, third] = bodies(server);
  expect(second).toMatchObject({ method: 'PATCH', series: { count: 2 } });
  expect(third).toMatchObject({ method: 'POST' });
  expect(third?.['series']).toBeUndefined();
});

test('begins anew when the server has forgotten the Event', async () => {
  const { clock, server, recorder, signal } = await recording();
  server.always('POST', COLLECTION, accept);
  server.always('PATCH', `${COLLECTION}/web.0001020304050607`, status(404, 'NotFound'));

  recorder.record(OCCURRENCE);
  await until('the first is told', () => server.requests.length === 1 && clock.pending() === 0);
  recorder.record(OCCURRENCE);
  await recorder.flush(signal);

  expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'POST']);
});

test('prolongs a series by as much once more after an answer that was lost', async () => {
  const { clock, server, recorder, losses, signal } = await recording();
  server.always('POST', COLLECTION, accept);
  server.on('PATCH', `${COLLECTION}/web.0001020304050607`, reset, patched);

  recorder.record(OCCURRENCE);
  await until('the first is told', () => server.requests.length === 1 && clock.pending() === 0);
  recorder.record(OCCURRENCE);
  await until('it waits', () => server.requests.length === 2 && clock.pending() === 1);
  await clock.settle();
  await clock.advance(2_000);
  await recorder.flush(signal);

  const again = { method: 'PATCH', series: { count: 2 } };
  expect(bodies(server)).toMatchObject([{ method: 'POST' }, again, again]);
  expect(losses).toEqual([]);
});

test('counts what happens while it waits, and sends it once', async () => {
  const { server, recorder, signal } = await recording();
  server.always('POST', COLLECTION, accept);
  server.always('PATCH', `${COLLECTION}/web.0001020304050607`, patched);

  for (let i = 0; i < 5; i += 1) recorder.record(OCCURRENCE);
  await recorder.flush(signal);

  expect(bodies(server)).toMatchObject([{ method: 'POST' }, { method: 'PATCH', series: { count: 5 } }]);
});

test('combines what differs in its note alone', async () => {
  const { server, recorder, signal } = await recording();
  server.always('POST', COLLECTION, accept);

  for (let i = 1; i <= 12; i += 1) recorder.record({ ...OCCURRENCE, note: `try ${i}` });
  await recorder.flush(signal);

  const told = bodies(server);
  const single = Array.from({ length: 10 }, (_, i) => `try ${i + 1}`);
  expect(told.map(({ note }) => note).toSorted()).toEqual(
    [...single, '(combined from similar events): try 12'].toSorted(),
  );
  expect(told.filter(({ series }) => series !== undefined)).toMatchObject([{ series: { count: 2 } }]);
});

test('lets one object have its share, refilled slowly, and others theirs', async () => {
  const { clock, server, recorder, losses, signal } = await recording();
  server.always('POST', COLLECTION, accept);
  const other = { ...OCCURRENCE, regarding: { ...OCCURRENCE.regarding, name: 'other', uid: 'u2' } };

  for (let i = 0; i < 30; i += 1) recorder.record({ ...OCCURRENCE, reason: `Reason${'x'.repeat(i)}` });
  recorder.record(other);
  expect(losses).toEqual(Array.from({ length: 5 }, () => 'spam'));
  await until('all are told', () => server.requests.length === 26 && clock.pending() === 0);
  await clock.advance(300_000);
  recorder.record(OCCURRENCE);
  recorder.record(OCCURRENCE);
  await recorder.flush(signal);

  expect(losses).toHaveLength(6);
});

test('never has more than two under way, and drops what does not fit into its queue', async () => {
  const { server, recorder, losses } = await recording();
  server.always('POST', COLLECTION, silence);

  for (let i = 0; i < 1100; i += 1) {
    recorder.record({ ...OCCURRENCE, regarding: { ...OCCURRENCE.regarding, uid: `u${i}` } });
  }
  await until('two are under way', () => server.requests.length === 2);
  await recorder.flush(AbortSignal.abort());

  expect(server.requests).toHaveLength(2);
  expect(losses.filter((loss) => loss === 'queue-full')).toHaveLength(98);
  expect(losses.filter((loss) => loss === 'closed')).toHaveLength(1000);
});

test('recognises its own create after an answer that was lost', async () => {
  const { clock, server, recorder, losses, signal } = await recording();
  server.on('POST', COLLECTION, reset, status(409, 'AlreadyExists'));

  recorder.record(OCCURRENCE);
  await until('it waits', () => server.requests.length === 1 && clock.pending() === 1);
  await clock.settle();
  await clock.advance(2_000);
  await recorder.flush(signal);

  const names = bodies(server).map(({ metadata }) => (metadata as { name: string }).name); // as the recorder sends it
  expect(names).toEqual(['web.0001020304050607', 'web.0001020304050607']);
  expect(losses).toEqual([]);
});

test.each([
  ['refused', status(403, 'Forbidden'), 1],
  ['lost each time', reset, 3],
])('drops an Event that is %s, and goes on', async (_, trouble, sent) => {
  const { clock, server, recorder, losses, signal } = await recording();
  server.always('POST', COLLECTION, trouble);

  recorder.record(OCCURRENCE);
  for (let i = 1; i < sent; i += 1) {
    await until(`try ${i}`, () => server.requests.length === i);
    await until('it waits', () => clock.pending() === 1);
    await clock.settle();
    await clock.advance(10_000);
  }
  await until('it is given up', () => losses.length === 1);
  server.always('POST', COLLECTION, accept);
  recorder.record({ ...OCCURRENCE, reason: 'Updated' });
  await recorder.flush(signal);

  expect(losses).toEqual(['failed']);
  expect(server.requests).toHaveLength(sent + 1);
});

test('does not outlive its flush', async () => {
  const { server, recorder, losses } = await recording();
  server.always('POST', COLLECTION, silence);
  recorder.record(OCCURRENCE);
  const stop = new AbortController();
  await until('it is under way', () => server.requests.length === 1);

  const flushed = recorder.flush(stop.signal);
  stop.abort();
  await flushed;
  recorder.record({ ...OCCURRENCE, reason: 'Late' });
  await until('both are counted', () => losses.length === 2);

  expect(losses.toSorted()).toEqual(['closed', 'failed']);
  expect(server.requests).toHaveLength(1);
});

test('clips a note to 1024 bytes and cuts no character', async () => {
  const { server, recorder, signal } = await recording();
  server.always('POST', COLLECTION, accept);

  recorder.record({ ...OCCURRENCE, note: `${'x'.repeat(1023)}ü and more` });
  await recorder.flush(signal);

  expect(bodies(server)[0]?.['note']).toBe('x'.repeat(1023));
});

test('tells of cluster-scoped objects in the namespace default', async () => {
  const { server, recorder, signal } = await recording();
  server.always('POST', COLLECTION.replace('shop', 'default'), accept);

  recorder.record({ ...OCCURRENCE, regarding: { ...OCCURRENCE.regarding, namespace: undefined } });
  await recorder.flush(signal);

  expect(bodies(server)).toMatchObject([{ metadata: { namespace: 'default' } }]);
});
