import { afterAll, beforeAll, expect, test } from 'vitest';
import { OAuthApplication } from '../../src/api/application.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import { installCrds } from '../support/crds.ts';
import type { Admission, OurManifest } from './admission.ts';
import { openAdmission } from './admission.ts';
import { WEB } from './cases/good.ts';

const AT = '2026-11-22T12:00:00Z';
const RECORD = { name: 'shop.example.com', type: 'CNAME', value: 'edge.example.net' };
const DOMAIN = { domain: 'shop.example.com', status: 'PendingVerification', dnsRecords: [RECORD] };
const SECRET = { name: 'shop-oauth', serial: 2, delivered: true };
const SUPERSEDED = { name: 'k8s-1', notBefore: AT, supersededAt: AT };

const plane = sharedControlPlane();
let api: Admission;
let manifest: OurManifest;

beforeAll(async () => {
  await installCrds(plane);
  const namespace = await freshNamespace();
  api = await openAdmission(plane);
  manifest = {
    apiVersion: 'oauthapp.dev/v1alpha1',
    kind: 'OAuthApplication',
    metadata: { name: 'shop', namespace },
    spec: WEB,
  };
  expect(await api.create(manifest)).toMatchObject({ type: 'accepted' });
});

afterAll(() => api.close());

test.each<[what: string, status: object]>([
  ['when the client secret ends', { secret: { ...SECRET, expiresAt: AT } }],
  ['a superseded secret', { rotation: { retiring: [SUPERSEDED] } }],
  [
    'a superseded secret whose workloads are rolled',
    { rotation: { retiring: [{ ...SUPERSEDED, rolledAt: AT, waitingFor: 'Deployment shop' }] } },
  ],
  [
    'a Secret of a former name, and until when it held a superseded secret',
    {
      formerSecrets: [{ name: 'shop', uid: 'u', fingerprint: 'f'.repeat(32), removeAfter: AT }],
      rotation: { retiring: [{ ...SUPERSEDED, heldUntil: AT }] },
    },
  ],
  ['when it was inspected', { inspected: { at: AT, wanted: 'f'.repeat(128) } }],
  [
    'twenty custom domains of fifty records each',
    {
      registration: {
        host: 'shop.protected.app',
        customDomains: many(20, { ...DOMAIN, error: 'no such record', dnsRecords: many(50, RECORD) }),
      },
    },
  ],
])('stores %s, and reads it back', async (_, status) => {
  const verdict = await api.changeStatus(manifest, { status });

  expect(verdict).toMatchObject({ type: 'accepted', object: { status } });
  expect(verdict.type === 'accepted' && OAuthApplication.parse(verdict.object).status).toMatchObject(status);
});

test.each<[what: string, status: object, field: string]>([
  ['an end that is no time', { secret: { ...SECRET, expiresAt: 'never' } }, 'status.secret.expiresAt'],
  [
    'a superseded secret of no time',
    { rotation: { retiring: [{ name: 'k8s-1', notBefore: AT }] } },
    'status.rotation.retiring[0].supersededAt',
  ],
  ['a digest without a time', { inspected: { at: null, wanted: 'f' } }, 'status.inspected.at'],
  ['a long digest', { inspected: { at: AT, wanted: 'f'.repeat(129) } }, 'status.inspected.wanted'],
  ['a bare host', { registration: { customDomains: ['shop.example.com'] } }, 'status.registration.customDomains[0]'],
  ['21 custom domains', { registration: { customDomains: many(21, DOMAIN) } }, 'status.registration.customDomains'],
  [
    '51 records',
    { registration: { customDomains: [{ ...DOMAIN, dnsRecords: many(51, RECORD) }] } },
    'status.registration.customDomains[0].dnsRecords',
  ],
])('refuses %s', async (_, status, field) => {
  const verdict = await api.changeStatus(manifest, { status });

  expect(verdict).toMatchObject({ type: 'refused', code: 422 });
  expect(verdict.type === 'refused' && verdict.causes.map((cause) => cause.field)).toContain(field);
});

function many<Item>(count: number, item: Item): readonly Item[] {
  return Array.from({ length: count }, () => item);
}
