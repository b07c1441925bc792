import { expect, test } from 'vitest';
import { OAuthApplication } from '../../src/api/application.ts';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { customDataProblem } from '../../src/idp/logto/custom-data.ts';
import { applicationStore } from '../../src/kube/application-store.ts';
import type { KubeObject, OwnerReference } from '../../src/kube/object.ts';
import { secretStore } from '../../src/kube/secrets.ts';
import { createStore } from '../../src/kube/store.ts';
import { initialEvents } from '../../src/kube/watch-event.ts';
import { configMap } from './connected.ts';

/** Of what the API server sends for an object, as much as a store keeps of it. */
const sizeOf = (object: unknown): number => JSON.stringify(object).length;

const store = createStore<KubeObject>({ decode: (object) => object });
const { metadata, ...rest } = configMap('a', '1');

test('of any object neither the managed fields are kept nor the annotations of others', () => {
  const ours = { [ANNOTATIONS.reconcileRequestedAt]: 'now' };
  const others = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'x'.repeat(250_000) };
  const annotations = { ...others, ...ours };
  const sent = { ...rest, metadata: { ...metadata, annotations, ...{ managedFields: [{ manager: 'kubectl' }] } } };
  expect(store.trim(sent)).toEqual({ ...rest, metadata: { ...metadata, annotations: ours } });
  expect(store.trim({ ...rest, metadata })).toEqual({ ...rest, metadata });
});

function application(logto: object | undefined): KubeObject {
  return {
    apiVersion: 'oauthapp.dev/v1alpha1',
    kind: 'OAuthApplication',
    metadata: { ...metadata, generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { type: 'Web', redirectUris: ['https://a.example.com/cb'], ...(logto === undefined ? {} : { logto }) },
  };
}

const applications = applicationStore(({ error }) => {
  throw error;
});

/** Nested so deep that no recursion reaches its end. */
const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);

test.each<[what: string, customData: object]>([
  ['a long text', { note: 'x'.repeat(1_400_000), roles: ['a'] }],
  ['many small values', { values: new Array(500_000).fill({}) }],
  ['letters of many bytes', { note: 'ü'.repeat(9000) }],
  ['what is nested too deep', { deep }],
])('in the place of customData that is over its limit stands what is little over it: %s', (_, customData) => {
  const kept = applications.trim(application({ customData, tenantId: 'a' }));
  expect(kept).toMatchObject(application({ tenantId: 'a' }));
  expect(sizeOf(kept)).toBeGreaterThan(16 * 1024);
  expect(sizeOf(kept)).toBeLessThan(18 * 1024);
});

test('of many applications with too much customData one stand-in is held for all', () => {
  const customData = (object: KubeObject) => OAuthApplication.parse(applications.trim(object)).spec.logto?.customData;
  const one = customData(application({ customData: { a: 'x'.repeat(20_000) } }));
  const other = customData(application({ customData: { b: 'y'.repeat(30_000) } }));
  expect(other).toEqual(one);
  expect(customDataProblem(one ?? {})).toBe('is larger than 16 KiB as JSON');
});

test.each<[what: string, logto: object | undefined]>([
  ['within its limit', { customData: { note: 'x'.repeat(16_000) } }],
  ['of another shape', { customData: 'text' }],
  ['that is not there', { tenantId: 'a' }],
  ['of no block at all', undefined],
])('customData %s is kept as it is', (_, logto) => {
  expect(applications.trim(application(logto))).toEqual(application(logto));
});

test('a store holds what it was told of as trimmed as what it was filled with', () => {
  const told = application({ customData: { note: 'x'.repeat(1_400_000) } });
  applications.set(told);
  const [set] = applications.list();
  applications.replace([applications.trim({ ...told, metadata: { ...told.metadata, resourceVersion: '2' } })]);
  const [filled] = applications.list();
  expect(sizeOf(set)).toBeLessThan(18 * 1024);
  expect(set?.spec).toEqual(filled?.spec);
});

test('what is told while a cache fills is trimmed as it comes, and not when all is there', () => {
  const trimmed: string[] = [];
  const initial = initialEvents((object) => {
    trimmed.push(object.metadata.name);
    return store.trim(object);
  });
  const annotations = { note: 'x' };

  initial.set({ ...rest, metadata: { ...metadata, annotations } });

  expect(trimmed).toEqual(['a']);
  expect([...initial.handOver()]).toEqual([{ ...rest, metadata }]);
});

const ofUs = (name: string, uid: string): OwnerReference => ({
  ...{ apiVersion: 'oauthapp.dev/v1alpha1', kind: 'OAuthApplication' },
  ...{ name, uid, controller: true, blockOwnerDeletion: true },
});
const ofOthers = (name: string, controller: boolean): OwnerReference => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', name, uid: `u-${name}`, controller },
});
const endless = 'x'.repeat(1_000_000);

test.each<
  [why: string, owners: readonly OwnerReference[], ownerUid: string | undefined, soleOwner: string | undefined]
>([
  ['one application', [ofUs('a', 'u')], 'u', 'a'],
  ['an application and somebody else', [ofUs('a', 'u'), ofOthers(endless, false)], 'u', undefined],
  ['somebody else and an application', [ofOthers(endless, true), ofUs('a', 'u')], 'u', undefined],
  ['two applications', [ofUs('a', 'u'), ofUs('b', endless)], 'u', undefined],
  ['another controller', [ofOthers('c', true)], 'u-c', undefined],
  ['another controller and others', [ofOthers(endless, false), ofOthers('c', true)], 'u-c', undefined],
  ['others that do not control it', [ofOthers(endless, false)], undefined, undefined],
  ['ten thousand', Array.from({ length: 10_000 }, (_, i) => ofUs(`a${i}`, `u${i}`)), 'u0', undefined],
  ['nobody', [], undefined, undefined],
])('of the owners of a Secret no more is kept than who owns it, and whether alone: %s', (...row) => {
  const [, ownerReferences, ownerUid, soleOwner] = row;
  const secrets = secretStore();
  const secret: KubeObject = { ...rest, metadata: { ...metadata, ownerReferences } };

  const kept = secrets.trim(secret);
  expect(sizeOf(kept)).toBeLessThan(1_000);
  expect(secrets.trim(kept), 'of a trimmed one nothing more is taken').toEqual(kept);
  for (const form of [kept, secret]) {
    secrets.replace([]);
    secrets.replace([form]);
    expect(secrets.list()).toMatchObject([{ ownerUid, soleOwner }]);
  }
});

test.each<[what: string, owner: Partial<OwnerReference>]>([
  ['name', { name: endless }],
  ['uid', { uid: endless }],
  ['version', { apiVersion: `oauthapp.dev/${endless}` }],
])('an owner with an endless %s stays an owner, and nobody', (_, endlessly) => {
  const secrets = secretStore();
  secrets.set({ ...rest, metadata: { ...metadata, ownerReferences: [{ ...ofUs('a', 'u'), ...endlessly }] } });

  const [head] = secrets.list();
  expect(sizeOf(head)).toBeLessThan(2_000);
  expect(head?.ownerUid).toHaveLength(endlessly.uid === undefined ? 1 : 254);
  expect(head?.soleOwner).toHaveLength(endlessly.name === undefined ? 1 : 254);
});

test('of a Secret that is kept by many finalizers and bears many labels only ours is kept', () => {
  const many = Array.from({ length: 10_000 }, (_, i) => `example.com/${i}`);
  const ours = { 'oauthapp.dev/application-uid': 'u' };
  const labels = { ...Object.fromEntries(many.map((name) => [name, ''])), ...ours };
  const kept = secretStore().trim({ ...rest, metadata: { ...metadata, labels, finalizers: many } });
  expect(kept.metadata).toEqual({ ...metadata, labels: ours });
});

test('of a Secret that bears longer notes than any of ours none are kept', () => {
  const secrets = secretStore();
  const annotations = { 'oauthapp.dev/seal': 's', 'oauthapp.dev/keys': '{}', 'oauthapp.dev/template': '{}' };
  const secret = (more: object): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata, annotations: { ...annotations, ...more } },
  });
  const { 'oauthapp.dev/template': _, ...read } = annotations;
  expect(secrets.trim(secret({})).metadata.annotations).toEqual(read);
  expect(secrets.trim(secret({ 'oauthapp.dev/x': 'x'.repeat(20_000) })).metadata.annotations).toEqual(read);
  expect(secrets.trim(secret({ 'oauthapp.dev/operation': 'x'.repeat(20_000) })).metadata.annotations).toEqual({});
});
