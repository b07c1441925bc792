import { expect, test } from 'vitest';
import { effectiveSecretName, OAuthApplication } from '../../src/api/application.ts';
import { OAuthProvider } from '../../src/api/provider.ts';

const METADATA = {
  name: 'shop',
  namespace: 'store',
  uid: 'u1',
  resourceVersion: '7',
  generation: 1,
  creationTimestamp: '2026-11-22T12:00:00Z',
};
const OBJECT = {
  apiVersion: 'oauthapp.dev/v1alpha1',
  kind: 'OAuthApplication',
  metadata: METADATA,
  spec: { type: 'Web', redirectUris: ['https://shop.example.com/'] },
};
const OPERATION = {
  v: 1,
  id: 'op-1',
  type: 'register',
  holder: 'pod-1',
  deadlineSeconds: 20,
  serial: 1,
  secretName: 'shop-oauth',
};

test('an application is decoded without the fields that this release does not know', () => {
  const newer = { ...OBJECT, spec: { ...OBJECT.spec, fromTheFuture: true }, status: { clientId: 'c1', alsoNew: {} } };
  expect(OAuthApplication.parse(newer)).toEqual({ ...OBJECT, status: { clientId: 'c1' } });
});

test.each([
  ['conditions', 'none'],
  ['registration', { approval: 'sort of' }],
  ['waiting', []],
  ['plan', {}],
  ['inspected', { at: 7 }],
  ['registration', { customDomains: ['shop.example.com'] }],
  ['observedGeneration', '1'],
])('an unreadable status.%s, which only people read, is left out', (field, value) => {
  const decoded = OAuthApplication.parse({ ...OBJECT, status: { clientId: 'c1', [field]: value } });
  expect(decoded.status).toEqual({ clientId: 'c1', [field]: undefined });
});

test.each([
  ['operation', { ...OPERATION, type: 'from-the-future' }],
  ['operation', { ...OPERATION, id: undefined }],
  ['applicationId', 42],
  ['provider', { name: 'logi' }],
  ['secret', { name: 'shop-oauth' }],
  ['served', 'all'],
  ['rotation', { retiring: [{ name: 'k8s-1', notBefore: '2026-11-22T12:00:00Z' }] }],
])('an unreadable status.%s makes the object unreadable: without it a call could be made twice', (field, value) => {
  expect(OAuthApplication.safeParse({ ...OBJECT, status: { [field]: value } }).success).toBe(false);
});

test('an operation of a later version is decoded, so that it can be recognised and left alone', () => {
  const decoded = OAuthApplication.parse({ ...OBJECT, status: { operation: { ...OPERATION, v: 2 } } });
  expect(decoded.status?.operation?.v).toBe(2);
});

test('an object that was stored before a bound was tightened stays readable', () => {
  const displayName = 'x'.repeat(5000);
  expect(OAuthApplication.parse({ ...OBJECT, spec: { ...OBJECT.spec, displayName } }).spec.displayName).toBe(
    displayName,
  );
});

test('the Secret is named after the application unless the spec says otherwise', () => {
  expect(effectiveSecretName(OAuthApplication.parse(OBJECT))).toBe('shop-oauth');
  const named = { ...OBJECT, spec: { ...OBJECT.spec, secret: { name: 'login' } } };
  expect(effectiveSecretName(OAuthApplication.parse(named))).toBe('login');
});

test('a cluster-wide provider is decoded by the same schema, without a namespace', () => {
  const { namespace: _, ...metadata } = METADATA;
  const apiKeySecretRef = { name: 'logi', namespace: 'oauthapp-system' };
  const object = { ...OBJECT, kind: 'ClusterOAuthProvider', metadata, spec: { logi: { apiKeySecretRef } } };
  expect(OAuthProvider.parse(object).spec.logi).toEqual({
    apiUrl: 'https://api.1pass.dev',
    apiKeySecretRef: { ...apiKeySecretRef, key: 'apiKey' },
    registrationName: 'Temporary',
    wrapperKey: 'application',
  });
});
