import { expect, test } from 'vitest';
import type { Condition } from '../../src/api/conditions.ts';
import { applicationStore } from '../../src/kube/application-store.ts';
import { providerStore } from '../../src/kube/providers.ts';
import { OAUTH_APPLICATIONS, typeOf } from '../../src/kube/resources.ts';
import { censusOf, countObjects } from '../../src/operator/census.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { applicationWith } from '../support/applications.ts';

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

test('what this release cannot read is counted, and is none of the objects', async () => {
  const applications = applicationStore(() => undefined);
  const caches = { applications, providers: providerStore(() => undefined), clusterProviders: undefined };
  const { metadata } = applicationWith({});
  for (const [uid, word] of Object.entries({ known: 'scheduled', later: 'foretold' })) {
    const operation = { v: 1, id: 'o', type: 'rotate', holder: 'h', deadlineSeconds: 1, serial: 2, secretName: 's' };
    const status = { operation: { ...operation, cause: word } };
    applications.set({
      ...typeOf(OAUTH_APPLICATIONS),
      metadata: { ...metadata, name: uid, uid },
      spec: { type: 'Web', redirectUris: ['https://a.example.com/cb'] },
      status,
    });
  }
  const metrics = createMetrics({ version: '1', revision: 'r' }, 'operator-alone');

  countObjects(metrics, caches);

  const { body } = await metrics.page();
  expect(body).toContain('oauthapp_objects{kind="OAuthApplication"} 1\n');
  expect(body).toContain('oauthapp_unreadable_objects{kind="OAuthApplication"} 1\n');
  expect(body).toContain('oauthapp_unreadable_objects{kind="OAuthProvider"} 0\n');
});

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
