import { expect, test } from 'vitest';
import type { Condition } from '../../src/api/conditions.ts';
import { API_VERSION } from '../../src/api/names.ts';
import { applicationStore } from '../../src/kube/applications.ts';
import { providerStore } from '../../src/kube/providers.ts';
import { censusOf, countObjects } from '../../src/operator/census.ts';
import { shardOf } from '../../src/provider/shard.ts';
import type { Census } from '../../src/telemetry/metrics.ts';

function condition(type: string, status: Condition['status'], reason: string): Condition {
  return {
    type,
    status,
    reason,
    message: 'Because.',
    observedGeneration: 1,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
}

function having(...conditions: readonly Condition[]) {
  return { status: { conditions } };
}

test('objects are counted by each of their conditions', () => {
  const census = censusOf([
    having(condition('Ready', 'True', 'InSync'), condition('Approved', 'True', 'Approved')),
    having(condition('Ready', 'True', 'InSync')),
    having(condition('Ready', 'False', 'Rejected'), condition('Stalled', 'True', 'Rejected')),
  ]);
  expect(census).toEqual({
    objects: 3,
    conditions: [
      { type: 'Ready', status: 'True', reason: 'InSync', objects: 2 },
      { type: 'Approved', status: 'True', reason: 'Approved', objects: 1 },
      { type: 'Ready', status: 'False', reason: 'Rejected', objects: 1 },
      { type: 'Stalled', status: 'True', reason: 'Rejected', objects: 1 },
    ],
  });
});

test('an object that nobody has looked at is counted, and has no condition', () => {
  expect(censusOf([{}, { status: {} }])).toEqual({ objects: 2, conditions: [] });
});

test('words that this release does not know are counted together, so that nobody can make up a series without end', () => {
  const forged = Array.from({ length: 100 }, (_, at) => having(condition(`Made${at}`, 'True', `Up${at}`)));
  expect(censusOf(forged).conditions).toEqual([{ type: 'other', status: 'True', reason: 'other', objects: 100 }]);
});

test('of two shards each counts its own providers and applications, and one what has no provider', () => {
  const fail = ({ error }: { readonly error: unknown }): never => {
    throw error;
  };
  const applications = applicationStore(fail);
  const providers = providerStore(fail);
  const meta = {
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  const spec = { resyncInterval: '10m', deepResyncInterval: '24h' };
  const web = { type: 'Web', redirectUris: ['https://a.example/'] };
  for (const [name, labels] of [
    ['a', { shard: 'a' }],
    ['b', {}],
  ] as const) {
    providers.set({ apiVersion: API_VERSION, kind: 'OAuthProvider', metadata: { ...meta, name, labels }, spec });
  }
  for (const [name, provider] of [
    ['one', 'a'],
    ['two', 'a'],
    ['three', 'b'],
    ['four', 'missing'],
  ] as const) {
    const providerRef = { kind: 'OAuthProvider', name: provider };
    const metadata = { ...meta, name, uid: name };
    applications.set({ apiVersion: API_VERSION, kind: 'OAuthApplication', metadata, spec: { ...web, providerRef } });
  }

  const counts = [
    { matchLabels: { shard: 'a' } },
    { matchExpressions: [{ key: 'shard', operator: 'DoesNotExist' as const }] },
  ].map((selector) => {
    const counted: Record<string, number> = {};
    const watchObjects = (kind: string, census: () => Census): void => {
      counted[kind] = census().objects;
    };
    const caches = { applications, providers, clusterProviders: undefined };
    countObjects({ watchObjects, watchOrphans: () => undefined }, caches, shardOf({ text: 'x', selector }));
    return counted;
  });

  expect(counts).toEqual([
    { OAuthApplication: 2, OAuthProvider: 1 },
    { OAuthApplication: 2, OAuthProvider: 1 },
  ]);
});
