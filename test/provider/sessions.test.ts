import { expect, test } from 'vitest';
import type { ProviderKey } from '../../src/provider/key.ts';
import { providerKeyOf, textOf } from '../../src/provider/key.ts';
import { createSessions } from '../../src/provider/sessions.ts';

const NAMESPACED: ProviderKey = { kind: 'OAuthProvider', namespace: 'shop', name: 'logi' };
const CLUSTER: ProviderKey = { kind: 'ClusterOAuthProvider', namespace: undefined, name: 'logi' };

test.each([
  [NAMESPACED, 'OAuthProvider shop/logi'],
  [CLUSTER, 'ClusterOAuthProvider logi'],
])('names a provider object in the queue, and finds it again', (key, text) => {
  expect(textOf(key)).toBe(text);
  expect(providerKeyOf(text)).toEqual(key);
});

test('keeps apart what is called the same in other places, and forgets what is dropped', () => {
  const sessions = createSessions();
  sessions.stand(NAMESPACED, { type: 'shut', reason: 'CredentialsNotFound', message: 'no credentials' });
  sessions.stand(CLUSTER, { type: 'shut', reason: 'ProviderUnavailable', message: 'no answer' });

  expect(sessions.standing(NAMESPACED)).toEqual({
    type: 'shut',
    reason: 'CredentialsNotFound',
    message: 'no credentials',
  });
  expect(sessions.standing({ ...NAMESPACED, namespace: 'other' })).toBeUndefined();

  sessions.drop(NAMESPACED);
  expect(sessions.standing(NAMESPACED)).toBeUndefined();
  expect(sessions.standing(CLUSTER)).toEqual({ type: 'shut', reason: 'ProviderUnavailable', message: 'no answer' });
});
