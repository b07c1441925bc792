import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import type { Admission, OurManifest } from './admission.ts';
import { openAdmission } from './admission.ts';

const SPEC = { type: 'Web', redirectUris: ['https://shop.example.com/'] };

let api: Admission;
let namespace: string;

beforeAll(async () => {
  const plane = sharedControlPlane();
  namespace = await freshNamespace();
  api = await openAdmission(plane);
});

afterAll(() => api.close());

function part(name: string, fields: { readonly spec?: unknown; readonly status?: unknown }): OurManifest {
  return { apiVersion: 'oauthapp.dev/v1alpha1', kind: 'OAuthApplication', metadata: { name, namespace }, ...fields };
}

test('a list of URIs belongs to one manager as a whole', async () => {
  await api.apply(part('uris', { spec: SPEC }), 'team');

  const added = part('uris', { spec: { redirectUris: ['https://preview.example.com/'] } });
  expect(await api.apply(added, 'preview')).toMatchObject({
    type: 'refused',
    code: 409,
    causes: [{ field: '.spec.redirectUris', message: expect.stringContaining('"team"') }],
  });
});

test('a manager that drops a URI from its list takes it away', async () => {
  const uris = ['https://a.example.com/', 'https://b.example.com/'];
  await api.apply(part('drop', { spec: { ...SPEC, redirectUris: uris } }), 'team');

  const fewer = part('drop', { spec: { ...SPEC, redirectUris: uris.slice(1) } });
  expect(await api.apply(fewer, 'team')).toMatchObject({ object: { spec: { redirectUris: uris.slice(1) } } });
});

test('two managers add scopes side by side, and each takes away its own alone', async () => {
  await api.apply(part('scopes', { spec: { ...SPEC, scopes: ['openid'] } }), 'team');

  expect(await api.apply(part('scopes', { spec: { scopes: ['email'] } }), 'platform')).toMatchObject({
    object: { spec: { scopes: ['openid', 'email'] } },
  });
  expect(await api.apply(part('scopes', { spec: {} }), 'platform')).toMatchObject({
    object: { spec: { scopes: ['openid'] } },
  });
});

test('the labels of the Secret are shared by name', async () => {
  const labelled = (labels: unknown) => ({ secret: { template: { metadata: { labels } } } });
  await api.apply(part('labels', { spec: { ...SPEC, ...labelled({ app: 'shop' }) } }), 'team');

  expect(await api.apply(part('labels', { spec: labelled({ tier: 'web' }) }), 'platform')).toMatchObject({
    object: { spec: labelled({ app: 'shop', tier: 'web' }) },
  });
});

test('two writers of the status keep their own conditions, one of each type', async () => {
  await api.apply(part('conditions', { spec: SPEC }), 'team');
  const condition = (type: string, status: string) => ({
    type,
    status,
    reason: 'InSync',
    message: '',
    observedGeneration: 1,
    lastTransitionTime: '2026-11-22T12:00:00Z',
  });
  const report = (...conditions: readonly unknown[]) => part('conditions', { status: { conditions } });
  await api.applyStatus(report(condition('Ready', 'False')), 'operator');
  await api.applyStatus(report(condition('Audited', 'True')), 'auditor');

  expect(await api.applyStatus(report(condition('Ready', 'True')), 'operator')).toMatchObject({
    object: {
      status: {
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'Audited', status: 'True' },
        ],
      },
    },
  });
});

test('whoever applies the spec cannot touch the status', async () => {
  await api.apply(part('status', { spec: SPEC, status: { clientId: 'forged' } }), 'team');

  expect(await api.apply(part('status', { spec: SPEC }), 'team')).toMatchObject({
    object: expect.not.objectContaining({ status: expect.anything() }),
  });
});
