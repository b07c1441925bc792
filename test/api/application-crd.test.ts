import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { kinds } from '../../src/api/crds.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import type { Admission, OurManifest } from './admission.ts';
import { openAdmission } from './admission.ts';
import { EVERYTHING, MACHINE, NATIVE, WEB } from './cases/good.ts';
import { OTHER_REFUSALS } from './cases/other.ts';
import { SECRET_REFUSALS } from './cases/secret.ts';
import { TIME_REFUSALS } from './cases/times.ts';
import { TRANSITIONS } from './cases/transitions.ts';
import { URI_REFUSALS } from './cases/uris.ts';
import { ruleMessages } from './rules.ts';

interface Accepted {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

const ACCEPTED: readonly Accepted[] = [
  { name: 'a web client with nothing but a redirect URI', spec: {} },
  { name: 'every field at once', spec: EVERYTHING },
  { name: 'a native client with a scheme of its own', spec: NATIVE },
  {
    name: 'a native client with host in its own scheme',
    spec: { ...NATIVE, redirectUris: ['com.example.shop://callback'] },
  },
  {
    name: 'a native client with a scheme of which a label begins with a digit',
    spec: { ...NATIVE, redirectUris: ['com.1example.shop:/callback'] },
  },
  { name: 'a native client of the device flow', spec: { ...NATIVE, logto: { deviceFlow: true } } },
  {
    name: 'a public client that says that it has no secret',
    spec: { type: 'SinglePage', tokenEndpointAuthMethod: 'none' },
  },
  { name: 'a public client that names its key', spec: { type: 'SinglePage', secret: { keys: { clientId: 'ID' } } } },
  {
    name: 'a machine without redirect URIs',
    spec: { ...MACHINE, logto: { roles: ['reader'], managementApiAccess: true } },
  },
  { name: 'a machine with an empty list of them', spec: { ...MACHINE, redirectUris: [] } },
  {
    name: 'a protected site, which brings its own redirect URIs',
    spec: {
      redirectUris: undefined,
      logto: {
        protectedApp: {
          subDomain: 'shop',
          origin: 'https://x.example.com',
          sessionDuration: '336h',
          pageRules: [{ path: '^/admin' }],
        },
      },
    },
  },
  {
    name: 'what only logi knows',
    spec: { logi: { webhookUrl: 'https://shop.example.com/hook', appLinkUrl: 'https://shop.example.com/app' } },
  },
  ...['Default', 'Env', 'Logi', 'OAuth2Proxy'].map((format) => ({
    name: `format ${format} with a key beside it`,
    spec: { secret: { format, template: { data: { 'config.json': '', '.env': '${clientId}' } } } },
  })),
  {
    name: 'the name of one part for another part, which is called otherwise',
    spec: { secret: { keys: { clientId: 'client_secret', clientSecret: 'client_id' } } },
  },
  {
    name: 'a template in the place that a part would have in another format',
    spec: { secret: { format: 'Env', template: { data: { client_id: 'x' } } } },
  },
  {
    name: 'a template in the place that a part has left',
    spec: { secret: { keys: { clientId: 'ID' }, template: { data: { client_id: 'x' } } } },
  },
  ...(['labels', 'annotations'] as const).map((field) => ({
    name: `recommended and own ${field}`,
    spec: {
      secret: {
        template: {
          metadata: { [field]: { 'app.kubernetes.io/part-of': 'shop', 'Team_1.a': '', 'notk8s.io/x': 'X_1.-y' } },
        },
      },
    },
  })),
  {
    name: 'as much template as there can be',
    spec: {
      secret: {
        template: {
          metadata: Object.fromEntries(
            (['labels', 'annotations'] as const).map((field) => [
              field,
              Object.fromEntries(
                Array.from({ length: 32 }, (_, i) => [`${'x'.repeat(250)}.io/${i}`.padEnd(316, 'x'), 'y'.repeat(63)]),
              ),
            ]),
          ),
          data: Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`${i}`.padEnd(253, 'x'), '${'.repeat(8192)])),
        },
      },
    },
  },
  { name: 'the shortest interval', spec: { rotation: { interval: '60m' } } },
  { name: 'no overlap', spec: { rotation: { overlap: '0s' } } },
  {
    name: 'a hundred long redirect URIs',
    spec: { redirectUris: Array.from({ length: 100 }, (_, i) => `https://shop.example.com/${i}/`.padEnd(2048, 'x')) },
  },
  { name: 'an @ and a * behind the host', spec: { redirectUris: ['https://shop.example.com/@me/*?to=a@b'] } },
  { name: 'an upper-case scheme', spec: { redirectUris: ['HTTPS://shop.example.com/callback', 'HTTP://LOCALHOST/'] } },
  { name: 'a display name of 128 characters beyond the basic plane', spec: { displayName: '🛒'.repeat(128) } },
];

const REFUSED = [...URI_REFUSALS, ...SECRET_REFUSALS, ...TIME_REFUSALS, ...OTHER_REFUSALS];

const Stored = z.object({ spec: z.unknown() });

const LONG_NAME = 'spec.secret.name is needed where metadata.name is longer than 247 characters';

let api: Admission;
let namespace: string;

beforeAll(async () => {
  const plane = sharedControlPlane();
  namespace = await freshNamespace();
  api = await openAdmission(plane);
});

afterAll(() => api.close());

function application(name: string, spec: Readonly<Record<string, unknown>>): OurManifest {
  const metadata = { name, namespace };
  return { apiVersion: 'oauthapp.dev/v1alpha1', kind: 'OAuthApplication', metadata, spec: { ...WEB, ...spec } };
}

test.each(ACCEPTED)('accepts $name', async ({ spec }) => {
  expect(await api.tryCreate(application('shop', spec))).toMatchObject({ type: 'accepted' });
});

test.each(REFUSED)('refuses $name and says where and why', async ({ spec, field, message }) => {
  expect(await api.tryCreate(application('shop', spec))).toMatchObject({
    type: 'refused',
    code: 422,
    causes: expect.arrayContaining([{ field, message: expect.stringContaining(message) }]),
  });
});

const CHANGES = TRANSITIONS.map((transition, index) => ({ ...transition, object: `changed-${index}` }));

test.each(CHANGES)('judges a change to $name', async ({ object, from, to, status, refused }) => {
  const manifest = application(object, from);
  expect(await api.create(manifest)).toMatchObject({ type: 'accepted' });
  if (status !== undefined) expect(await api.changeStatus(manifest, { status })).toMatchObject({ type: 'accepted' });

  expect(await api.change(manifest, { spec: to })).toMatchObject(
    refused === undefined
      ? { type: 'accepted' }
      : {
          type: 'refused',
          code: 422,
          causes: [{ field: refused.field, message: expect.stringContaining(refused.message) }],
        },
  );
});

test('wants a name for the Secret where the one it would get is too long', async () => {
  const name = 'x'.repeat(248);
  expect(await api.tryCreate(application(name, {}))).toMatchObject({
    type: 'refused',
    causes: [{ message: expect.stringContaining(LONG_NAME) }],
  });
  expect(await api.tryCreate(application(name, { secret: { name: 'shop' } }))).toMatchObject({ type: 'accepted' });
  expect(await api.tryCreate(application(name.slice(1), {}))).toMatchObject({ type: 'accepted' });
});

test('a field that nobody knows is refused by name', async () => {
  expect(await api.tryCreate(application('shop', { redirectUri: 'https://shop.example.com/' }))).toMatchObject({
    type: 'refused',
    code: 400,
    message: expect.stringContaining('unknown field "spec.redirectUri"'),
  });
});

test('A2: the only default is the kind of the provider: a field that some provider lacks must not appear unasked', async () => {
  const everyBlock = { secret: {}, rotation: {}, tokens: {}, logto: {}, providerRef: { name: 'logi' } };
  const verdict = await api.tryCreate(application('shop', everyBlock));
  expect(verdict.type === 'accepted' && Stored.parse(verdict.object).spec).toEqual({
    ...WEB,
    ...everyBlock,
    providerRef: { name: 'logi', kind: 'OAuthProvider' },
  });
});

describe('every CEL rule of the kind', () => {
  const refusals = new Set([
    ...REFUSED.map(({ message }) => message),
    ...TRANSITIONS.flatMap(({ refused }) => (refused === undefined ? [] : [refused.message])),
    LONG_NAME,
  ]);
  const messages = kinds()
    .filter(({ names }) => names.kind === 'OAuthApplication')
    .flatMap(ruleMessages);

  test.each(messages)('is seen to refuse: %s', (message) => {
    expect(refusals).toContain(message);
  });
});
