import { expect, test } from 'vitest';
import { Redacted } from '../../src/credentials.ts';
import type { IdentityProvider } from '../../src/idp/provider.ts';
import { identityProvider } from '../../src/idp/registry.ts';
import { identifiedWithin, isOfNamespace } from '../../src/provider/identity.ts';
import { systemClock } from '../../src/runtime/clock.ts';

function logiAt(apiUrl: string): IdentityProvider {
  const wire = () => Promise.reject(new Error('nothing is called'));
  const block = { logi: { apiUrl, apiKeySecretRef: { name: 'k', key: 'k' }, wrapperKey: 'application' } } as const;
  const adapter = identityProvider(
    { logi: { ...block.logi, registrationName: 'Temporary' } },
    { k: new Redacted('k') },
    {
      wire,
      clock: systemClock,
    },
  );
  if (adapter === undefined) throw new Error('there is no adapter for logi');
  return adapter;
}

function identityOf(namespace: string | undefined, apiUrl = 'https://api.1pass.dev'): string {
  return identifiedWithin({ namespace }, logiAt(apiUrl)).identity;
}

test.each([
  ['a ClusterOAuthProvider', undefined, 'logi|https://api.1pass.dev'],
  ['an OAuthProvider', 'store', 'logi|https://api.1pass.dev|namespace/store'],
])('I3: the identity of %s in %s is %s', (_, namespace, identity) => {
  expect(identityOf(namespace)).toBe(identity);
});

test.each([
  ['the cluster-wide one', undefined],
  ['that of another namespace', 'store'],
  ['that of a namespace whose name ends alike', 'store-tenant'],
])('I3: no address gives an OAuthProvider the identity of %s', (_, namespace) => {
  const addresses = ['', '/', '/|namespace/store', '/%7Cnamespace/store', '/|', '/x|namespace/tenant'];
  const theirs = identityOf(namespace);
  expect(addresses.map((path) => identityOf('tenant', `https://api.1pass.dev${path}`))).not.toContain(theirs);
});

test.each([
  ['its own', 'store', 'logi|https://api.1pass.dev|namespace/store', true],
  ['that of a namespace whose name ends alike', 'store', 'logi|https://api.1pass.dev|namespace/my-store', false],
  ['that of another namespace', 'store', 'logi|https://api.1pass.dev|namespace/tenant', false],
  ['that of a cluster-wide provider', 'store', 'logi|https://api.1pass.dev', false],
  ['its own', undefined, 'logi|https://api.1pass.dev', true],
  ['one with a tenant or an organization in it', undefined, 'logto|https://auth.example.com|store', true],
  ['that of an OAuthProvider', undefined, 'logi|https://api.1pass.dev|namespace/store', false],
])('I4: whether %s is an identity that a provider object in %s may have had: %s, %s', (_, namespace, identity, is) => {
  expect(isOfNamespace(namespace, identity)).toBe(is);
});
