import { expect, test } from 'vitest';
import { leaseStore } from '../../src/kube/lease.ts';
import type { LeaseRecord } from '../../src/runtime/election.ts';
import { json, reset, status } from '../support/scripted-api-server.ts';
import { connected } from './connected.ts';

const COLLECTION = '/apis/coordination.k8s.io/v1/namespaces/oauth-system/leases';
const PATH = `${COLLECTION}/operator`;
const NAME = { namespace: 'oauth-system', name: 'operator' };
const RECORD: LeaseRecord = {
  holder: 'us',
  durationSeconds: 15,
  acquireTime: '2026-01-01T00:00:00.000001Z',
  renewTime: '2026-01-01T00:00:02.000001Z',
  transitions: 3,
  version: '7',
};
const LEASE = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { ...NAME, uid: 'u', resourceVersion: '7', labels: { theirs: 'x' } },
  spec: {
    holderIdentity: 'us',
    leaseDurationSeconds: 15,
    acquireTime: RECORD.acquireTime,
    renewTime: RECORD.renewTime,
    leaseTransitions: 3,
    preferredHolder: 'somebody',
  },
};

test('reads a Lease, and none', async () => {
  const { server, direct, signal } = await connected();
  server.on('GET', PATH, json(200, LEASE), status(404, 'NotFound'));
  const store = leaseStore(direct, NAME);

  expect([await store.read(signal), await store.read(signal)]).toEqual([RECORD, undefined]);
});

test.each([
  ['no holder', {}],
  ['an empty holder', { holderIdentity: '' }],
  ['null for a holder', { holderIdentity: null }],
])('takes a Lease with %s for released', async (_, holder) => {
  const { server, direct, signal } = await connected();
  const { holderIdentity: __, ...spec } = LEASE.spec;
  server.on('GET', PATH, json(200, { ...LEASE, spec: { ...spec, ...holder } }));

  expect(await leaseStore(direct, NAME).read(signal)).toEqual({ ...RECORD, holder: undefined });
});

test('renews with the version that it was told, and keeps what others put on the Lease', async () => {
  const { server, direct, signal } = await connected();
  server.on('GET', PATH, json(200, LEASE));
  server.on('PUT', PATH, json(200, { ...LEASE, metadata: { ...LEASE.metadata, resourceVersion: '8' } }));
  const store = leaseStore(direct, NAME);
  await store.read(signal);

  const renewed = await store.update({ ...RECORD, holder: undefined, version: '6' }, signal);

  expect(renewed).toMatchObject({ version: '8' });
  const { holderIdentity: _, ...spec } = LEASE.spec;
  const metadata = { ...LEASE.metadata, resourceVersion: '6' };
  expect(JSON.parse(server.requests[1]?.body ?? '')).toEqual({ ...LEASE, metadata, spec });
});

test('says conflict when another was faster, and throws when nobody knows', async () => {
  const { server, direct, signal } = await connected();
  server.on('GET', PATH, json(200, LEASE));
  server.on('POST', COLLECTION, status(409, 'AlreadyExists'), reset);
  server.on('PUT', PATH, status(409, 'Conflict'), status(404, 'NotFound'), status(500, 'InternalError'));
  const store = leaseStore(direct, NAME);

  expect(await store.create(RECORD, signal)).toBe('conflict');
  await expect(store.create(RECORD, signal)).rejects.toMatchObject({ failure: 'reset' });
  await store.read(signal);
  expect(await store.update(RECORD, signal)).toBe('conflict');
  expect(await store.update(RECORD, signal)).toBe('conflict');
  await expect(store.update(RECORD, signal)).rejects.toMatchObject({ status: 500 });
});
