import { expect, test } from 'vitest';
import { ApiError } from '../../src/kube/errors.ts';
import { OAUTH_APPLICATIONS, OAUTH_PROVIDERS, SECRETS } from '../../src/kube/resources.ts';
import type { WatchFailure } from '../../src/kube/watch-failure.ts';
import { createNeed, needingStore, unsynced } from '../../src/operator/readiness.ts';
import { leaseServer } from '../support/lease-store.ts';
import { manualClock } from '../support/manual-clock.ts';

const FORBIDDEN = new ApiError({
  status: 403,
  reason: 'Forbidden',
  causes: [],
  retryAfterMs: undefined,
  verb: 'get',
  resource: 'secrets',
});

function refuse(error: Error): () => Promise<never> {
  return () => Promise.reject(error);
}

test('a need that was never met stands in the way, says why, and does no more once it is met', async () => {
  const need = createNeed('the key was not read yet', 'unmet');
  expect(need.check()).toBe('the key was not read yet');
  await expect(need.asked(refuse(FORBIDDEN))).rejects.toBe(FORBIDDEN);
  expect(need.check()).toBe('the key was not read yet: cannot get secrets: 403 Forbidden');
  expect(await need.asked(() => Promise.resolve(7))).toBe(7);
  expect(need.check()).toBeUndefined();
});

test('what is no answer of the API server is left to the log: a probe tells it to anybody', async () => {
  const need = createNeed('the key was not read yet', 'unmet');
  await expect(need.asked(refuse(new Error('of a Secret: hunter2')))).rejects.toThrow();
  expect(need.check()).toBe('the key was not read yet: the log says why');
});

test('a Lease that cannot be read or written is told until the next call that can', async () => {
  const need = createNeed('there is no Lease', 'met');
  const { store } = leaseServer(manualClock()).client();
  const { signal } = new AbortController();
  expect(need.check()).toBeUndefined();
  const failing = { ...store, read: refuse(FORBIDDEN), update: refuse(FORBIDDEN) };
  await expect(needingStore(failing, need).read(signal)).rejects.toBe(FORBIDDEN);
  expect(need.check()).toContain('403');
  expect(await needingStore(store, need).read(signal)).toBeUndefined();
  expect(need.check()).toBeUndefined();
});

test('every collection that is not there yet is named, with what stands in the way', () => {
  const reflector = (resource: typeof SECRETS, phase: 'watching' | 'backing-off', kind?: WatchFailure) => ({
    target: { resource, representation: 'full' } as const,
    status: () => ({
      phase,
      synced: phase === 'watching',
      lastContact: undefined,
      failure: kind === undefined ? undefined : { kind, message: 'no' },
    }),
  });
  expect(
    unsynced([
      reflector(SECRETS, 'watching'),
      reflector(OAUTH_APPLICATIONS, 'backing-off', 'not-installed'),
      reflector(OAUTH_PROVIDERS, 'backing-off'),
    ]),
  ).toBe(
    'oauthapplications.oauthapp.dev is not synced yet: not-installed; oauthproviders.oauthapp.dev is not synced yet',
  );
  expect(unsynced([reflector(SECRETS, 'watching')])).toBeUndefined();
});
