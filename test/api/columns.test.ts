import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import type { Admission, OurManifest } from './admission.ts';
import { openAdmission } from './admission.ts';

const READY = {
  type: 'Ready',
  status: 'False',
  reason: 'AwaitingApproval',
  message: 'logi has not approved the client yet',
  observedGeneration: 1,
  lastTransitionTime: '2026-11-22T12:00:00Z',
};

let plane: PlaneAccess;
let api: Admission;
let namespace: string;

beforeAll(async () => {
  plane = sharedControlPlane();
  namespace = await freshNamespace();
  api = await openAdmission(plane);
  await store(
    'OAuthApplication',
    { type: 'Web', redirectUris: ['https://shop.example.com/'] },
    {
      conditions: [{ ...READY, type: 'Registered', status: 'True', reason: 'Registered' }, READY],
      provider: { kind: 'OAuthProvider', name: 'logi', uid: 'u1', identity: 'logi https://api.1pass.dev' },
      applicationId: '42',
      clientId: 'logi_1ce2d868',
      registration: { environment: 'test', approval: 'pending' },
      secret: { name: 'shop-oauth', serial: 1, delivered: true },
      rotation: { nextRotationAt: '2027-01-01T00:00:00Z' },
    },
  );
  await store(
    'OAuthProvider',
    { logi: { apiKeySecretRef: { name: 'logi' } } },
    {
      conditions: [{ ...READY, status: 'True', reason: 'Reached' }],
      identity: 'logi https://api.1pass.dev',
      applications: 7,
      lastInventory: { at: '2026-11-22T12:00:00Z', registrations: 9 },
    },
  );
});

afterAll(() => api.close());

async function store(kind: OurManifest['kind'], spec: unknown, status: unknown): Promise<void> {
  const manifest: OurManifest = {
    apiVersion: 'oauthapp.dev/v1alpha1',
    kind,
    metadata: { name: 'shop', namespace },
    spec,
  };
  expect(await api.create(manifest)).toMatchObject({ type: 'accepted' });
  expect(await api.changeStatus(manifest, { status })).toMatchObject({ type: 'accepted' });
}

/** Head and first row of what kubectl prints, cell by cell. */
async function printed(...args: readonly string[]): Promise<readonly (readonly string[])[]> {
  const { code, stdout, stderr } = await plane.kubectl(['get', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));
}

test('kubectl get oaa shows whether it is ready, why, and where the credentials are', async () => {
  expect(await printed('oaa', '-n', namespace)).toEqual([
    ['NAME', 'READY', 'REASON', 'CLIENT ID', 'PROVIDER', 'SECRET', 'AGE'],
    ['shop', 'False', 'AwaitingApproval', 'logi_1ce2d868', 'logi', 'shop-oauth', expect.stringMatching(/^\d+[sm]$/)],
  ]);
});

test('kubectl get oaa -A -o wide shows what the provider says of it, too', async () => {
  const [head, ...rows] = await printed('oaa', '-A', '-o', 'wide');
  expect(head?.slice(-4)).toEqual(['APPLICATION ID', 'ENVIRONMENT', 'APPROVAL', 'NEXT ROTATION']);
  expect(rows.find(([first]) => first === namespace)?.slice(-4)).toEqual([
    '42',
    'test',
    'pending',
    '2027-01-01T00:00:00Z',
  ]);
});

test('kubectl get oap shows which identity provider it leads to and who uses it', async () => {
  expect(await printed('oap', '-n', namespace)).toEqual([
    ['NAME', 'READY', 'REASON', 'IDENTITY', 'APPLICATIONS', 'LAST INVENTORY', 'AGE'],
    [
      'shop',
      'True',
      'Reached',
      'logi https://api.1pass.dev',
      '7',
      expect.any(String),
      expect.stringMatching(/^\d+[sm]$/),
    ],
  ]);
});

test('kubectl get oauth lists all our kinds', async () => {
  const { stdout } = await plane.kubectl(['get', 'oauth', '-n', namespace, '-o', 'name']);
  expect(
    stdout
      .trim()
      .split('\n')
      .filter((name) => !name.startsWith('clusteroauthprovider'))
      .sort(),
  ).toEqual(['oauthapplication.oauthapp.dev/shop', 'oauthprovider.oauthapp.dev/shop']);
});

test('kubectl explain knows every field', async () => {
  const { code, stdout } = await plane.kubectl(['explain', 'oaa.spec.rotation.window.timeZone']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Time zone of from and to') });
});
