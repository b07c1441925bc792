import { expect, test } from 'vitest';
import { Redacted } from '../../src/credentials.ts';
import type { WireRequest } from '../../src/idp/http.ts';
import { identityProvider, type ProviderBlock } from '../../src/idp/registry.ts';
import { systemClock } from '../../src/runtime/clock.ts';

const NEVER = new AbortController().signal;

const LOGI = {
  apiUrl: 'https://api.1pass.dev',
  apiKeySecretRef: { name: 'logi', key: 'apiKey' },
  registrationName: 'Temporary',
  wrapperKey: 'application',
} as const;

const LOGTO = { endpoint: 'https://shop.logto.app', credentialsSecretRef: { name: 'm2m' } };

/** As it is in a Secret that was made from files. */
const M2M = { clientId: new Redacted('m2m-id\n'), clientSecret: new Redacted('m2m-secret\n') };

function opened(block: ProviderBlock, key = 'lpa_pat_planted') {
  const requests: WireRequest[] = [];
  const wire = (request: WireRequest) => {
    requests.push(request);
    return Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('[]') });
  };
  return {
    requests,
    provider: identityProvider(block, { ...M2M, apiKey: new Redacted(key) }, { wire, clock: systemClock }),
  };
}

test.each([
  { apiUrl: 'https://api.1pass.dev', identity: 'logi|https://api.1pass.dev', issuer: 'https://api.1pass.dev' },
  { apiUrl: 'https://API.1pass.dev:443/', identity: 'logi|https://api.1pass.dev', issuer: 'https://api.1pass.dev' },
  { apiUrl: 'https://api.1pass.dev/api/v1/', identity: 'logi|https://api.1pass.dev', issuer: 'https://api.1pass.dev' },
  {
    apiUrl: 'https://id.example.com/logi',
    identity: 'logi|https://id.example.com/logi',
    issuer: 'https://id.example.com/logi',
  },
])('a logi at $apiUrl is $identity', async ({ apiUrl, identity, issuer }) => {
  const { provider, requests } = opened({ logi: { ...LOGI, apiUrl } });
  expect(provider).toMatchObject({ identity, issuer });
  await provider?.inventory(NEVER);
  expect(requests[0]?.url).toMatch(new RegExp(`^${identity.slice('logi|'.length)}/api/v1/applications\\?`));
});

test('the line end of a file is no part of a key', async () => {
  const { provider, requests } = opened({ logi: LOGI }, 'lpa_pat_planted\n');
  await provider?.inventory(NEVER);
  expect(requests[0]?.headers['authorization']).toBe('Bearer lpa_pat_planted');
});

test.each([
  {
    endpoint: 'https://shop.logto.app',
    identity: 'logto|https://shop.logto.app|https://shop.logto.app/api',
    issuer: 'https://shop.logto.app/oidc',
  },
  {
    endpoint: 'https://id.example.com/',
    managementApiResource: 'https://api.example.com',
    identity: 'logto|https://id.example.com|https://api.example.com',
    issuer: 'https://id.example.com/oidc',
  },
])('a Logto at $endpoint is $identity', async ({ identity, issuer, ...block }) => {
  const { provider, requests } = opened({ logto: { ...LOGTO, ...block } });
  expect(provider).toMatchObject({ identity, issuer, self: 'm2m-id' });
  await expect(provider?.inventory(NEVER)).rejects.toMatchObject({ name: 'ProviderError' });
  expect(requests[0]).toMatchObject({
    url: `${issuer}/token`,
    headers: { authorization: `Basic ${btoa('m2m-id:m2m-secret')}` },
  });
});

test.each(['clientId', 'clientSecret'])('a Logto without a value under %s is an error of ours', (key) => {
  const { [key as keyof typeof M2M]: _, ...left } = M2M; // one of its own keys
  const wire = () => Promise.reject(new Error('nothing is called'));
  expect(() => identityProvider({ logto: LOGTO }, left, { wire, clock: systemClock })).toThrow(
    `no value is there under ${key}`,
  );
});

test.each(['token', 'constructor'])('a value that is not there under %s is an error of ours', (key) => {
  const block = { logi: { ...LOGI, apiKeySecretRef: { name: 'logi', key } } };
  expect(() => opened(block)).toThrow(`no value is there under ${key}`);
});

test('a block that no adapter serves has none', () => {
  expect(opened({ dynamicRegistration: { issuer: 'https://id.example.com' } }).provider).toBeUndefined();
});
