import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kinds } from '../../src/api/crds.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import type { Admission, OurManifest } from './admission.ts';
import { openAdmission } from './admission.ts';
import { ruleMessages } from './rules.ts';

type Spec = Readonly<Record<string, unknown>>;

const LOGI = { apiKeySecretRef: { name: 'logi' } };
const LOGTO = { endpoint: 'https://tenant.logto.app', credentialsSecretRef: { name: 'logto' } };
const DYNAMIC = { issuer: 'https://id.example.com' };

const NAMESPACE_NEEDED = 'namespace is needed: a ClusterOAuthProvider has none of its own';
const NAMESPACE_REFUSED = 'namespace must be left out: an OAuthProvider reads Secrets of its own namespace alone';
const ONE_BLOCK = 'exactly one of logi, logto and dynamicRegistration must be set';
const DURATION_FORM = 'must be hours, minutes and seconds in that order, such as 168h, 1h30m or 90s';
const SECRET_NAME =
  'must be a DNS-1123 name: lower-case letters, digits, - and ., beginning and ending with a letter or digit';

const EVERYTHING = {
  logi: {
    ...LOGI,
    apiUrl: 'http://logi.svc.cluster.local:8080',
    registrationName: 'Final',
    clientType: 'cli',
    wrapperKey: 'oauth_application',
  },
  tls: { caSecretRef: { name: 'ca', key: 'bundle.pem' } },
  proxy: { url: 'http://proxy.example.com:3128' },
  limits: {
    createsPerHour: 10,
    createsPerDay: 30,
    createsPerWeek: 4,
    requestsPerMinute: 40,
    automaticRotationsPerHour: 0,
  },
  resyncInterval: '1m',
  deepResyncInterval: '24h',
  suspend: false,
  access: [
    {
      namespaces: {
        names: ['store'],
        selector: { matchLabels: { team: 'shop' }, matchExpressions: [{ key: 'x', operator: 'In', values: ['y'] }] },
      },
      uris: { allowedHosts: ['*.example.com', 'shop.example.com'], allowLoopback: true, allowCustomSchemes: false },
      adoptable: ['42'],
      allow: ['ManagementApiAccess', 'Roles', 'ThirdParty'],
      maxApplications: 50,
    },
  ],
};

interface Case {
  readonly name: string;
  readonly spec: Spec;
}

const ACCEPTED: readonly Case[] = [
  { name: 'logi with a key alone', spec: { logi: LOGI } },
  { name: 'Logto', spec: { logto: { ...LOGTO, managementApiResource: 'https://default.logto.app/api' } } },
  { name: 'dynamic registration without a token', spec: { dynamicRegistration: DYNAMIC } },
  { name: 'every field at once', spec: EVERYTHING },
  { name: 'an empty list of rules', spec: { logi: LOGI, access: [] } },
];

interface Refused extends Case {
  readonly field: string;
  readonly message: string;
}

const REFUSED: readonly Refused[] = [
  { name: 'no block', spec: {}, field: 'spec', message: ONE_BLOCK },
  { name: 'two blocks', spec: { logi: LOGI, logto: LOGTO }, field: 'spec', message: ONE_BLOCK },
  {
    name: 'a Secret elsewhere',
    spec: { logi: { apiKeySecretRef: { name: 'logi', namespace: 'kube-system' } } },
    field: 'spec.logi.apiKeySecretRef',
    message: NAMESPACE_REFUSED,
  },
  {
    name: 'a CA elsewhere',
    spec: { logi: LOGI, tls: { caSecretRef: { name: 'ca', namespace: 'x' } } },
    field: 'spec.tls.caSecretRef',
    message: NAMESPACE_REFUSED,
  },
  {
    name: 'Logto credentials elsewhere',
    spec: { logto: { ...LOGTO, credentialsSecretRef: { name: 'x', namespace: 'x' } } },
    field: 'spec.logto.credentialsSecretRef',
    message: NAMESPACE_REFUSED,
  },
  {
    name: 'a Secret that cannot exist',
    spec: { logi: { apiKeySecretRef: { name: 'Logi' } } },
    field: 'spec.logi.apiKeySecretRef.name',
    message: SECRET_NAME,
  },
  {
    name: 'a key that cannot exist',
    spec: { logi: { apiKeySecretRef: { name: 'logi', key: 'a/b' } } },
    field: 'spec.logi.apiKeySecretRef.key',
    message: 'must be a key of a Secret: letters, digits, -, _ and ., not .. in front, and not __proto__',
  },
  {
    name: 'a path for an address',
    spec: { logi: { ...LOGI, apiUrl: '/api' } },
    field: 'spec.logi.apiUrl',
    message: 'must be an absolute URI without spaces, such as https://www.example.com/path',
  },
  {
    name: 'an address that is no web address',
    spec: { logi: { ...LOGI, apiUrl: 'ftp://api.1pass.dev' } },
    field: 'spec.logi.apiUrl',
    message: 'must be an http or https URL, such as https://www.example.com/',
  },
  {
    name: 'an address with a fragment',
    spec: { logi: { ...LOGI, apiUrl: 'https://api.1pass.dev/#' } },
    field: 'spec.logi.apiUrl',
    message: 'must not have a fragment (#)',
  },
  {
    name: 'a password in an address',
    spec: { dynamicRegistration: { issuer: 'https://u:p@id.example.com' } },
    field: 'spec.dynamicRegistration.issuer',
    message: 'must not carry a user name or password before the host',
  },
  {
    name: 'a wildcard in an address',
    spec: { logto: { ...LOGTO, endpoint: 'https://*.logto.app' } },
    field: 'spec.logto.endpoint',
    message: 'must name one host: a * in it would stand for hosts that nobody has looked at',
  },
  {
    name: 'a listing every second',
    spec: { logi: LOGI, resyncInterval: '1s' },
    field: 'spec.resyncInterval',
    message: 'must be from 1m to 24h',
  },
  {
    name: 'a deep look every minute',
    spec: { logi: LOGI, deepResyncInterval: '1m' },
    field: 'spec.deepResyncInterval',
    message: 'must be from 10m to 720h',
  },
  {
    name: 'an interval in words',
    spec: { logi: LOGI, resyncInterval: 'hourly' },
    field: 'spec.resyncInterval',
    message: DURATION_FORM,
  },
  {
    name: 'no creates at all',
    spec: { logi: LOGI, limits: { createsPerHour: 0 } },
    field: 'spec.limits.createsPerHour',
    message: 'should be greater than or equal to 1',
  },
  {
    name: 'a wildcard amid a host',
    spec: { logi: LOGI, access: [{ uris: { allowedHosts: ['a.*.example.com'] } }] },
    field: 'spec.access[0].uris.allowedHosts[0]',
    message: 'should match',
  },
  {
    name: 'a namespace that cannot exist',
    spec: { logi: LOGI, access: [{ namespaces: { names: ['a.b'] } }] },
    field: 'spec.access[0].namespaces.names[0]',
    message: 'should match',
  },
  {
    name: 'a header that would break the request',
    spec: { logi: { ...LOGI, clientType: 'a\r\nb' } },
    field: 'spec.logi.clientType',
    message: 'should match',
  },
];

let api: Admission;
let namespace: string;

beforeAll(async () => {
  const plane = sharedControlPlane();
  namespace = await freshNamespace();
  api = await openAdmission(plane);
});

afterAll(() => api.close());

function provider(name: string, spec: Spec): OurManifest {
  return { apiVersion: 'oauthapp.dev/v1alpha1', kind: 'OAuthProvider', metadata: { name, namespace }, spec };
}

function clusterProvider(spec: Spec): OurManifest {
  return { apiVersion: 'oauthapp.dev/v1alpha1', kind: 'ClusterOAuthProvider', metadata: { name: 'logi' }, spec };
}

test.each(ACCEPTED)('accepts $name', async ({ spec }) => {
  expect(await api.tryCreate(provider('idp', spec))).toMatchObject({ type: 'accepted' });
});

test.each(REFUSED)('refuses $name and says where and why', async ({ spec, field, message }) => {
  expect(await api.tryCreate(provider('idp', spec))).toMatchObject({
    type: 'refused',
    code: 422,
    causes: expect.arrayContaining([{ field, message: expect.stringContaining(message) }]),
  });
});

test('a cluster-wide provider must say in which namespace its Secret is', async () => {
  expect(await api.tryCreate(clusterProvider({ logi: LOGI }))).toMatchObject({
    type: 'refused',
    causes: [{ field: 'spec.logi.apiKeySecretRef', message: expect.stringContaining(NAMESPACE_NEEDED) }],
  });
  const apiKeySecretRef = { name: 'logi', namespace: 'oauthapp-system' };
  expect(await api.tryCreate(clusterProvider({ logi: { apiKeySecretRef } }))).toMatchObject({ type: 'accepted' });
});

test('what is left out of a logi provider gets the documented defaults', async () => {
  expect(await api.tryCreate(provider('idp', { logi: LOGI }))).toMatchObject({
    object: {
      spec: {
        logi: {
          apiUrl: 'https://api.1pass.dev',
          apiKeySecretRef: { name: 'logi', key: 'apiKey' },
          registrationName: 'Temporary',
          wrapperKey: 'application',
        },
        resyncInterval: '10m',
        deepResyncInterval: '24h',
      },
    },
  });
});

test('a provider object cannot become that of another vendor', async () => {
  const manifest = provider('moving', { logi: LOGI });
  expect(await api.create(manifest)).toMatchObject({ type: 'accepted' });

  expect(await api.change(manifest, { spec: { logi: null, logto: LOGTO } })).toMatchObject({
    type: 'refused',
    causes: [{ field: 'spec', message: expect.stringContaining(OTHER_BLOCK) }],
  });
  const moved = { spec: { logi: { apiUrl: 'https://logi.example.com' } } };
  expect(await api.change(manifest, moved)).toMatchObject({ type: 'accepted' });
});

const OTHER_BLOCK = 'logi, logto and dynamicRegistration cannot replace one another: create another provider object';

describe('every CEL rule of the kinds', () => {
  const refusals = new Set([...REFUSED.map(({ message }) => message), NAMESPACE_NEEDED, OTHER_BLOCK]);
  const messages = new Set(
    kinds()
      .filter(({ names }) => names.kind !== 'OAuthApplication')
      .flatMap(ruleMessages),
  );

  test.each([...messages])('is seen to refuse: %s', (message) => {
    expect(refusals).toContain(message);
  });
});
