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

function opened(block: ProviderBlock, key = 'lpa_pat_planted') {
  const requests: WireRequest[] = [];
  const wire = (request: WireRequest) => {
    requests.push(request);
    return Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('[]') });
  };
  return { requests, provider: identityProvider(block, { apiKey: new Redacted(key) }, { wire, clock: systemClock }) };
}

test.each([
  { apiUrl: 'https://api.1pass.dev', identity: 'logi|https://api.1pass.dev', issuer: 'https://api.1pass.dev' },
  { apiUrl: 'https://API.1pass.dev:443/', identity: 'logi|https://api.1pass.dev', issuer: 'https://api.1pass.dev' },
  { apiUrl: 'https://api.1pass.dev/api/v1/', identity: 'logi|https://api.1pass.dev', issuer: 'https://api.1pass.dev' },
  {
    apiUrl: 'https://id.example.com/logi',
    identity: 'logi|https://id.example.com/logi',
    issuer: 'https://id.example.com',
  },
])('a logi at $apiUrl is $identity', async ({ apiUrl, identity, issuer }) => {
  const { provider, requests } = opened({ logi: { ...LOGI, apiUrl } });
  expect(provider).toMatchObject({ identity, issuer });
  await provider?.check(NEVER);
  expect(requests[0]?.url).toMatch(new RegExp(`^${identity.slice('logi|'.length)}/api/v1/applications\\?`));
});

test('the line end of a file is no part of a key', async () => {
  const { provider, requests } = opened({ logi: LOGI }, 'lpa_pat_planted\n');
  await provider?.check(NEVER);
  expect(requests[0]?.headers['authorization']).toBe('Bearer lpa_pat_planted');
});

test.each(['token', 'constructor'])('a value that is not there under %s is an error of ours', (key) => {
  const block = { logi: { ...LOGI, apiKeySecretRef: { name: 'logi', key } } };
  expect(() => opened(block)).toThrow(`no value is there under ${key}`);
});

test('a block that no adapter serves has none', () => {
  expect(opened({ dynamicRegistration: { issuer: 'https://id.example.com' } }).provider).toBeUndefined();
});
