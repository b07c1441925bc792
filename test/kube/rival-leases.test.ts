import { expect, test } from 'vitest';
import { rivalLeases } from '../../src/kube/rival-leases.ts';
import { manualClock } from '../support/manual-clock.ts';
import { type Answer, json, status } from '../support/scripted-api-server.ts';
import { connected } from './connected.ts';

const LEASE = 'there/operator';
const PATH = '/apis/coordination.k8s.io/v1/namespaces/there/leases/operator';
const SETTLING_MS = 30_000;

function lease(spec: object | undefined, resourceVersion = '1', uid = 'u'): Answer {
  const metadata = { name: 'operator', namespace: 'there', uid, resourceVersion };
  return json(200, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec });
}

async function watching(...answers: readonly Answer[]) {
  const { server, client, signal } = await connected();
  server.on('GET', PATH, ...answers);
  const clock = manualClock(0);
  const leases = rivalLeases(client, clock, SETTLING_MS);
  return { clock, server, remaining: (name = LEASE) => leases.remainingMs(name, signal) };
}

const HELD = { holderIdentity: 'a', leaseDurationSeconds: 15 };

test('counts from when the Lease was first seen as it is, and never by the times that stand in it', async () => {
  const old = { ...HELD, renewTime: '2001-01-01T00:00:00.000000Z' };
  const { clock, remaining } = await watching(lease(old), lease(old), lease(old, '2'), lease(old, '2', 'another'));

  expect(await remaining()).toBe(45_000);
  await clock.advance(40_000);
  expect(await remaining()).toBe(5_000);
  expect(await remaining()).toBe(45_000);
  await clock.advance(40_000);
  expect(await remaining()).toBe(45_000);
});

test('never says less than nothing', async () => {
  const { clock, remaining } = await watching(lease(HELD), lease(HELD));
  await remaining();
  await clock.advance(1_000_000);

  expect(await remaining()).toBe(0);
});

test.each<[why: string, answer: Answer, remaining: number | 'unreadable']>([
  ['is gone', status(404, 'NotFound'), SETTLING_MS],
  ['was released', lease({ ...HELD, holderIdentity: '' }), SETTLING_MS],
  ['never had a holder', lease({}), SETTLING_MS],
  ['may not be read', status(403, 'Forbidden'), 'unreadable'],
  ['does not say for how long it is held', lease({ holderIdentity: 'a' }), 'unreadable'],
  ['is held for no time', lease({ ...HELD, leaseDurationSeconds: 0 }), 'unreadable'],
  ['has a spec that nobody can read', lease({ ...HELD, holderIdentity: 7 }), 'unreadable'],
])('a Lease that %s', async (_, answer, expected) => {
  const { remaining } = await watching(answer);

  expect(await remaining()).toBe(expected);
});

test.each(['', 'operator', 'a/b/c', '../x', 'there/../operator', 'There/operator', 'there/operator?watch=1'])(
  'asks for nothing where %j is no Lease',
  async (name) => {
    const { server, remaining } = await watching();

    expect(await remaining(name)).toBe('unreadable');
    expect(server.requests).toEqual([]);
  },
);

test('does not take a silence of the API server for an end of the Lease', async () => {
  const { remaining } = await watching(status(500, 'InternalError'));

  await expect(remaining()).rejects.toMatchObject({ name: 'ClusterError', code: 'unavailable' });
});
