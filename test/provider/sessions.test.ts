import { expect, test } from 'vitest';
import type { ProviderKey } from '../../src/provider/ports.ts';
import { createSessions, providerKeyOf, textOf } from '../../src/provider/sessions.ts';

const NAMESPACED: ProviderKey = { kind: 'OAuthProvider', namespace: 'shop', name: 'logi' };
const CLUSTER: ProviderKey = { kind: 'ClusterOAuthProvider', namespace: undefined, name: 'logi' };
const REF = { kind: 'OAuthProvider', name: 'logi' } as const;

test.each([
  [NAMESPACED, 'OAuthProvider shop/logi'],
  [CLUSTER, 'ClusterOAuthProvider logi'],
])('names a provider object in the queue, and finds it again', (key, text) => {
  expect(textOf(key)).toBe(text);
  expect(providerKeyOf(text)).toEqual(key);
});

test('grants nobody a ClusterOAuthProvider, by name, as long as there are no access rules', () => {
  const sessions = createSessions(() => 'there');
  sessions.stand(CLUSTER, { type: 'shut', message: 'x' });

  expect(sessions.find({ kind: 'ClusterOAuthProvider', name: 'logi' }, 'shop')).toEqual({
    type: 'denied',
    message: 'ClusterOAuthProvider logi grants nobody access: this release has no access rules yet',
  });
});

test('tells what is missing, what was not looked at yet, and what is shut', () => {
  let there: 'there' | 'missing' = 'missing';
  const sessions = createSessions(() => there);
  sessions.stand(NAMESPACED, { type: 'shut', message: 'no credentials' });
  expect(sessions.find(REF, 'shop')).toEqual({ type: 'missing' });

  there = 'there';
  expect(sessions.find(REF, 'shop')).toEqual({ type: 'unready', message: 'no credentials' });
  expect(sessions.find(REF, 'other')).toEqual({ type: 'warming-up' });

  sessions.drop(NAMESPACED);
  expect(sessions.find(REF, 'shop')).toEqual({ type: 'warming-up' });
});
