import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../dev/emulators/logto/console.ts';
import type { EmulatedApplication } from '../../dev/emulators/logto/registry.ts';
import type { LogtoEmulator } from '../../dev/emulators/logto.ts';
import { createLogtoWorld, type LogtoWorld } from '../support/logto-world.ts';

const SAMPLES = resolve(import.meta.dirname, '../../deploy/samples/logto');

const Sample = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
});

let world: LogtoWorld;
let emulator: LogtoEmulator;

/** What the samples say, and what it is here. */
const meant = new Map<string, string>();

beforeAll(async () => {
  // Protected applications are for Logto Cloud.
  world = await createLogtoWorld({ provider: 'absent', switches: { protectedApps: 'configured' } });
  emulator = world.emulator;
  emulator.addRole({ name: 'invoice-writer' });
  const [scope] = emulator.addResource({
    name: 'Orders',
    indicator: 'https://api.example.com',
    scopes: ['read'],
  }).scopes;
  const old = emulator.createByHand({
    name: 'Old club',
    type: 'Traditional',
    oidcClientMetadata: { redirectUris: ['https://old.club.example.com/'], postLogoutRedirectUris: [] },
  });
  meant.set('https://login.example.com', emulator.url);
  meant.set('clientId: replace-me', `clientId: ${OPERATOR_ID}`);
  meant.set('clientSecret: replace-me', `clientSecret: ${OPERATOR_SECRET}`);
  meant.set('z1x5c9v3b7n2m6a8s4d0f', scope?.id ?? '');
  meant.set('h7j3k9l1q5w8e2r6t4y0u', emulator.addOrganizationScope('members').id);
  meant.set('q8w2e7r1t5y9u3i6o4p0a', old.id);
  await world.startOperator();
  await applied('provider.yaml');
});

afterAll(() => world?.[Symbol.asyncDispose]());

function here(text: string): string {
  return [...meant].reduce((before, [said, value]) => before.replaceAll(said, value), text);
}

/** Applies the objects of a sample in the namespace of this test; returns the name of the last. */
async function applied(file: string): Promise<string> {
  const text = here(readFileSync(join(SAMPLES, file), 'utf8'));
  let last = '';
  for (const document of parseAllDocuments(text)) {
    const { metadata, ...rest } = Sample.parse(document.toJS());
    const { namespace: _, ...own } = metadata;
    await world.apply({ ...rest, metadata: own });
    last = metadata.name;
  }
  return last;
}

const CONFIDENTIAL = ['client_id', 'client_secret'];
const PUBLIC = ['client_id', 'issuer'];

interface Served {
  readonly file: string;
  readonly keys: readonly string[];
  /** What stands at Logto afterwards. */
  readonly stored: () => Partial<EmulatedApplication>;
}

const SERVED: readonly Served[] = [
  {
    file: 'web.yaml',
    keys: CONFIDENTIAL,
    stored: () => ({
      name: 'Club',
      type: 'Traditional',
      description: "The club's members area",
      oidcClientMetadata: expect.objectContaining({
        postLogoutRedirectUris: ['https://club.example.com/'],
        logoUri: 'https://club.example.com/logo.png',
        backchannelLogoutUri: 'https://club.example.com/auth/logout',
        backchannelLogoutSessionRequired: true,
      }),
    }),
  },
  {
    file: 'single-page.yaml',
    keys: PUBLIC,
    stored: () => ({ type: 'SPA', customClientMetadata: { corsAllowedOrigins: ['https://app.club.example.com'] } }),
  },
  {
    file: 'device-flow.yaml',
    keys: PUBLIC,
    stored: () => ({ type: 'Native', customClientMetadata: { isDeviceFlow: true } }),
  },
  {
    file: 'machine.yaml',
    keys: CONFIDENTIAL,
    stored: () => ({ type: 'MachineToMachine', roleIds: [roleId('invoice-writer')] }),
  },
  {
    file: 'management-api.yaml',
    keys: CONFIDENTIAL,
    stored: () => ({ type: 'MachineToMachine', roleIds: [roleId('#internal:admin')] }),
  },
  {
    file: 'third-party.yaml',
    keys: CONFIDENTIAL,
    stored: () => ({
      isThirdParty: true,
      consent: {
        userScopes: ['profile', 'email'],
        resourceScopes: [here('z1x5c9v3b7n2m6a8s4d0f')],
        organizationScopes: [here('h7j3k9l1q5w8e2r6t4y0u')],
        organizationResourceScopes: [here('z1x5c9v3b7n2m6a8s4d0f')],
      },
    }),
  },
  {
    file: 'protected-app.yaml',
    keys: CONFIDENTIAL,
    stored: () => ({
      type: 'Protected',
      protectedAppMetadata: expect.objectContaining({
        host: 'club-wiki.protected.app',
        origin: 'https://wiki.club.example.com',
        sessionDuration: 604_800,
        pageRules: [{ path: '^/members' }],
      }),
    }),
  },
  {
    file: 'lifetimes.yaml',
    keys: CONFIDENTIAL,
    stored: () => ({
      customClientMetadata: {
        idTokenTtl: 900,
        refreshTokenTtl: 604_800,
        refreshTokenTtlInDays: 7,
        alwaysIssueRefreshToken: false,
        rotateRefreshToken: true,
        allowTokenExchange: true,
        maxAllowedGrants: 5,
      },
    }),
  },
  {
    file: 'custom-data.yaml',
    keys: CONFIDENTIAL,
    stored: () => ({
      customClientMetadata: { tenantId: 'club' },
      customData: expect.objectContaining({ team: 'storefront', contacts: ['storefront@example.com'] }),
    }),
  },
  {
    file: 'adopt.yaml',
    keys: CONFIDENTIAL,
    stored: () => ({
      id: here('q8w2e7r1t5y9u3i6o4p0a'),
      oidcClientMetadata: expect.objectContaining({ redirectUris: ['https://old.club.example.com/callback'] }),
    }),
  },
];

test('every sample for Logto is served here', () => {
  const files = readdirSync(SAMPLES).filter((file) => file !== 'provider.yaml' && file !== 'kustomization.yaml');
  expect(SERVED.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
});

test.each(SERVED)('Logto takes $file, and says what it says', async ({ file, keys, stored }) => {
  const name = await applied(file);
  const { status } = await world.ready(name);
  const data = (await world.secret(`${name}-oauth`))?.data ?? {};
  expect(Object.keys(data).toSorted()).toEqual(keys);
  if (data['client_secret'] !== undefined) {
    expect(emulator.logsIn(data['client_id'] ?? '', data['client_secret'])).toBe(true);
  }
  const application = emulator.applications().find(({ id }) => id === status?.applicationId);
  expect(application).toMatchObject(stored());
});

test('the host of a protected application is in its status', async () => {
  const { status } = await world.ready('club-wiki');
  expect(status?.registration?.host).toBe('club-wiki.protected.app');
});

function roleId(name: string): string {
  return emulator.roles().find((role) => role.name === name)?.id ?? '';
}
