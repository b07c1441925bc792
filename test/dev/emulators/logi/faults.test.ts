import { expect, test } from 'vitest';
import type { Distortion } from '../../../../dev/emulators/faults.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { APPLICATIONS, bench, CALLBACK, credentialsIn } from './client.ts';

const WHENS = ['before', 'after'] as const;

/** What a client can tell of the answer. */
type Sight = 'no-answer' | 'cut' | 'html' | 'no-json' | number;

interface Case {
  readonly fault: Distortion;
  readonly sight: { readonly before: Sight; readonly after: Sight };
  /** What the journal says was sent. */
  readonly status: { readonly before: number | undefined; readonly after: number | undefined };
}

const CASES: readonly Case[] = [
  { fault: { type: 'reset' }, sight: both('no-answer'), status: both(undefined) },
  { fault: { type: 'status', status: 503 }, sight: both(503), status: both(503) },
  { fault: { type: 'status', status: 204, body: '' }, sight: both('no-json'), status: both(204) },
  { fault: { type: 'html' }, sight: both('html'), status: both(502) },
  { fault: { type: 'html', status: 200 }, sight: both('html'), status: both(200) },
  { fault: { type: 'truncate' }, sight: both('cut'), status: { before: 200, after: 201 } },
  { fault: { type: 'garbage' }, sight: both('no-json'), status: { before: 200, after: 201 } },
  {
    fault: { type: 'oversize', bytes: 3_000_000 },
    sight: { before: 200, after: 201 },
    status: { before: 200, after: 201 },
  },
  { fault: { type: 'slow-body', everyMs: 0 }, sight: { before: 200, after: 201 }, status: { before: 200, after: 201 } },
];

function both<T>(value: T): { readonly before: T; readonly after: T } {
  return { before: value, after: value };
}

const TABLE = CASES.flatMap((each) => WHENS.map((when) => ({ ...each, when, type: each.fault.type })));

test.each(TABLE)('$type $when the effect of a create shows as $sight', async ({ fault, when, sight, status }) => {
  const { logi } = await bench();
  const handle = logi.fault({ ...fault, when, operation: 'create' });

  expect(await look(logi.url)).toBe(sight[when]);

  const effect = when === 'after' ? 'done' : 'none';
  expect(logi.journal).toMatchObject([{ operation: 'create', effect, status: status[when] }]);
  expect(logi.applications()).toHaveLength(when === 'after' ? 1 : 0);
  expect(handle.hits).toBe(1);

  expect(await look(logi.url), 'the fault is spent').toBe(201);
});

async function look(url: string): Promise<Sight> {
  const body = JSON.stringify({ application: { name: 'Shop', redirect_uris: [CALLBACK] } });
  const headers = { authorization: 'Bearer lpa_pat_test', 'content-type': 'application/json' };
  const response = await fetch(url + APPLICATIONS, { method: 'POST', headers, body }).catch(() => undefined);
  if (response === undefined) return 'no-answer';
  const text = await response.text().catch(() => undefined);
  if (text === undefined) return 'cut';
  if (response.headers.get('content-type')?.startsWith('text/html') === true) return 'html';
  try {
    JSON.parse(text);
    return response.status;
  } catch {
    return 'no-json';
  }
}

test.each(WHENS)('a call that times out %s its effect is never answered', async (when) => {
  const { logi, create } = await bench();
  const fault = logi.fault({ type: 'timeout', when });
  const controller = new AbortController();
  const answer = fetchCreate(logi.url, controller.signal);
  await fault.hit;

  expect(await create({ name: 'Another' }), 'others are served meanwhile').toMatchObject({ status: 201 });
  expect(logi.applications()).toHaveLength(when === 'after' ? 2 : 1);
  expect(logi.journal[0]).toMatchObject({ status: undefined, effect: when === 'after' ? 'done' : 'none' });

  controller.abort();
  await expect(answer).rejects.toThrow('aborted');
});

test('a call that is held before its effect has it later, even if nobody waits any more', async () => {
  const { logi, call } = await bench();
  const hold = logi.fault({ type: 'hold', when: 'before', operation: 'create' });
  const controller = new AbortController();
  const answer = fetchCreate(logi.url, controller.signal);
  await hold.hit;
  controller.abort();
  await expect(answer).rejects.toThrow('aborted');
  expect((await call('GET', APPLICATIONS)).json).toEqual([]);

  hold.release();

  expect((await call('GET', APPLICATIONS)).json).toMatchObject([{ name: 'Shop' }]);
  expect(logi.journal).toMatchObject([
    { operation: 'list' },
    { operation: 'create', effect: 'done' },
    { operation: 'list' },
  ]);
});

test('a call that is held after its effect shows the effect at once', async () => {
  const { logi, call, create } = await bench();
  const hold = logi.fault({ type: 'hold', when: 'after', operation: 'create' });
  const created = create();
  await hold.hit;
  expect((await call('GET', APPLICATIONS)).json).toHaveLength(1);
  hold.release();
  expect(await created).toMatchObject({ status: 201 });
});

test.each(WHENS)("latency %s the effect is counted on the emulator's clock", async (when) => {
  const clock = manualClock();
  const { logi, create } = await bench({ clock });
  const latency = logi.fault({ type: 'latency', ms: 5000, when });
  const created = create();
  await latency.hit;
  await clock.advance(4999);
  expect(logi.applications()).toHaveLength(when === 'after' ? 1 : 0);
  expect(clock.pending(), 'still waiting').toBe(1);
  await clock.advance(1);
  expect(await created).toMatchObject({ status: 201 });
  expect(logi.applications()).toHaveLength(1);
});

test("a slow body comes byte by byte on the emulator's clock", async () => {
  const clock = manualClock();
  const { logi } = await bench({ clock });
  logi.fault({ type: 'slow-body', everyMs: 1000, when: 'before' });
  const response = await fetch(`${logi.url}/up`);
  expect(response.status, 'the headers are there').toBe(200);
  const body = response.text();
  for (let byte = 0; byte < Number(response.headers.get('content-length')); byte += 1) await clock.advance(1000);
  expect(JSON.parse(await body)).toEqual({ status: 'ok' });
});

test('an oversized body has at least the size that was asked for and is valid JSON', async () => {
  const { logi, create } = await bench();
  logi.fault({ type: 'oversize', bytes: 5_000_000, when: 'after' });
  const { text, json } = await create();
  expect(text.length).toBeGreaterThanOrEqual(5_000_000);
  expect(json).toMatchObject({ name: 'Shop' });
});

test('a client that leaves an oversized body alone hurts nobody', async () => {
  const { logi, call } = await bench();
  logi.fault({ type: 'oversize', bytes: 50_000_000, when: 'before' });
  const response = await fetch(`${logi.url}/up`);
  await response.body?.cancel();
  expect(await call('GET', '/up')).toMatchObject({ status: 200 });
});

test('a lost answer to a rotation leaves the new secret in force', async () => {
  const { logi, create, call } = await bench();
  const { clientId, clientSecret } = credentialsIn(await create());
  logi.fault({ type: 'reset', when: 'after', operation: 'rotate' });
  await expect(call('POST', `${APPLICATIONS}/1/rotate_secret`)).rejects.toThrow();
  expect(logi.logsIn(clientId, clientSecret)).toBe(false);
  expect(logi.applications()).toMatchObject([{ secretsIssued: 2 }]);
});

test('a repeated create is served twice, and only the second answer arrives', async () => {
  const { logi, create } = await bench();
  logi.fault({ type: 'repeat', when: 'before', operation: 'create' });
  expect((await create()).json).toMatchObject({ id: 2 });
  expect(logi.journal).toMatchObject([
    { operation: 'create', effect: 'done', applicationId: 1, status: undefined },
    { operation: 'create', effect: 'done', applicationId: 2, status: 201 },
  ]);
});

test('a repeated create is refused where names are unique, although the first one happened', async () => {
  const { logi, create } = await bench({ switches: { sameName: 'refused' } });
  logi.fault({ type: 'repeat', when: 'before', operation: 'create' });
  expect(await create()).toMatchObject({ status: 422 });
  expect(logi.applications()).toHaveLength(1);
});

test('a fault strikes its operation only, as often as it was told, after those that it lets pass', async () => {
  const { logi, create, call } = await bench();
  const fault = logi.fault({ type: 'status', status: 500, when: 'before', operation: 'create', skip: 1, times: 2 });
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 200 });
  const statuses = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await create()).status);
  expect(statuses).toEqual([201, 500, 500, 201]);
  expect(fault.hits).toBe(2);
});

test('a fault that strikes always does so until it is removed', async () => {
  const { logi, call } = await bench();
  const fault = logi.fault({ type: 'status', status: 502, when: 'before', times: 'always' });
  for (let n = 0; n < 3; n += 1) expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 502 });
  fault.remove();
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 200 });
  expect(fault.hits).toBe(3);
});

test('the first of two faults strikes first, and the second is kept for the next call', async () => {
  const { logi, call } = await bench();
  logi.fault({ type: 'status', status: 500, when: 'before' });
  logi.fault({ type: 'status', status: 503, when: 'before' });
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 500 });
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 503 });
});

test('a status comes with the headers and the body that were asked for', async () => {
  const { logi, call } = await bench();
  logi.fault({ type: 'status', status: 429, when: 'before', headers: { 'retry-after': '7' } });
  const throttled = await call('GET', APPLICATIONS);
  expect(throttled).toMatchObject({ status: 429, json: { error: 'rate_limited' } });
  expect(throttled.headers.get('retry-after')).toBe('7');

  logi.fault({ type: 'status', status: 403, when: 'before', body: '{"error":"blocked"}' });
  expect(await call('GET', APPLICATIONS)).toMatchObject({ status: 403, json: { error: 'blocked' } });
});

test('an emulator that closes lets nobody wait and does nothing more', async () => {
  const { logi, create } = await bench();
  const hold = logi.fault({ type: 'hold', when: 'before' });
  const created = create();
  await hold.hit;
  const refused = expect(created).rejects.toThrow();
  await logi.close();
  await refused;
  expect(logi.applications()).toEqual([]);
});

function fetchCreate(url: string, signal: AbortSignal): Promise<Response> {
  return fetch(url + APPLICATIONS, {
    method: 'POST',
    signal,
    headers: { authorization: 'Bearer lpa_pat_test', 'content-type': 'application/json' },
    body: JSON.stringify({ application: { name: 'Shop', redirect_uris: [CALLBACK] } }),
  });
}
