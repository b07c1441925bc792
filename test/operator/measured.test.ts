import { expect, test } from 'vitest';
import { ProviderError } from '../../src/idp/errors.ts';
import type { ApiRequest, Transport } from '../../src/kube/transport.ts';
import { measuredProvider, measuredTransport } from '../../src/operator/measured.ts';
import { wired } from '../idp/logto/fake-wire.ts';
import { manualClock } from '../support/manual-clock.ts';

const FORBIDDEN = 403;

const OAUTHAPP = '/apis/oauthapp.dev/v1alpha1';

test.each([
  ['GET', '/api/v1/namespaces/store/pods', 'list pods'],
  ['GET', '/api/v1/namespaces/store/pods?limit=500', 'list pods'],
  ['GET', '/api/v1/secrets?limit=500', 'list secrets'],
  ['GET', '/api/v1/namespaces', 'list namespaces'],
  ['GET', '/api/v1/namespaces/store', 'get namespaces'],
  ['GET', '/api/v1/namespaces/store/secrets/shop', 'get secrets'],
  ['GET', `${OAUTHAPP}/clusteroauthproviders`, 'list clusteroauthproviders'],
  ['GET', `${OAUTHAPP}/clusteroauthproviders/logi`, 'get clusteroauthproviders'],
  ['GET', '/version', 'get other'],
  ['POST', '/api/v1/namespaces/store/secrets', 'create secrets'],
  ['PUT', `${OAUTHAPP}/namespaces/store/oauthapplications/shop/status`, 'update oauthapplications'],
  ['PATCH', '/apis/apps/v1/namespaces/store/deployments/shop', 'patch deployments'],
  ['DELETE', '/api/v1/namespaces/store/secrets/shop', 'delete secrets'],
] as const)('%s %s is counted as the right to %s', async (method, path, right) => {
  const counted: string[] = [];
  const transport: Transport = {
    call: async () => ({ status: FORBIDDEN, headers: {}, body: new Uint8Array() }),
    stream: () => Promise.reject(new Error('nothing is watched')),
  };
  const metrics = { apiCallEnded: (verb: string, resource: string) => void counted.push(`${verb} ${resource}`) };
  const request: ApiRequest = { method, path, headers: {}, body: undefined, repeat: 'safe', deadlineMs: 1_000 };
  const { signal } = new AbortController();
  await measuredTransport(transport, metrics, manualClock()).call(request, signal);
  expect(counted).toEqual([right]);
});

test('a call that fails is logged with the id of its exchange, which no metric has', async () => {
  const answer = { status: 500, body: { message: 'no' }, headers: { 'logto-core-request-id': 'k3v9x0a7q2w5e8r1' } };
  const logged: unknown[] = [];
  const counted: unknown[] = [];
  const adapter = measuredProvider(wired(() => answer).provider, 'OAuthProvider store/logto', {
    metrics: { providerCallEnded: (verb, code) => void counted.push([verb, code]) },
    log: { info: (message, fields) => void logged.push([message, fields]) },
    clock: manualClock(),
  });

  await expect(adapter.get('a1', new AbortController().signal)).rejects.toBeInstanceOf(ProviderError);

  expect(logged).toEqual([
    [
      'a call to a provider failed',
      {
        provider: 'OAuthProvider store/logto',
        call: 'get',
        code: 'unavailable',
        status: 500,
        requestId: 'k3v9x0a7q2w5e8r1',
      },
    ],
  ]);
  expect(counted).toEqual([['get', 'unavailable']]);
});
