import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grantedBy, type RightsRecorder, recordRights, UNSEEN } from '../../support/granted-rights.ts';
import { rendered } from '../../support/helm.ts';
import { startInstalled } from '../../support/installed.ts';
import { createLogtoWorld, type LogtoWorld, site } from '../../support/logto-world.ts';
import { eventsAbout } from '../../support/namespace-world.ts';
import type { Operator } from '../../support/operator.ts';
import { ask, served } from '../../support/requests.ts';
import { until } from '../../support/until.ts';
import { workload } from '../../support/workloads.ts';

/** What one application can ask of the operator, so that it makes use of all that it may do. */
const SPEC = { rotation: { overlap: '0s', restart: 'Referencing' } };

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

let world: LogtoWorld;
let recorder: RightsRecorder;
let operator: Operator;
let role: unknown;

beforeAll(async () => {
  world = await createLogtoWorld();
  const values = { clusterId: 'e2e', rotation: { restart: true, retire: true } };
  const objects = await rendered('oauthapp-operator', values, world.namespace);
  role = objects.find(({ kind }) => kind === 'Role');
  const { code, stderr } = await world.plane.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], {
    stdin: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
  });
  if (code !== 0) throw new Error(stderr);
  recorder = await recordRights(world.plane);
  operator = await startInstalled(world.plane, world.namespace, recorder.divert);
  await useThemAll();
});

afterAll(async () => {
  await operator?.kill();
  await recorder?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

async function useThemAll(): Promise<void> {
  await world.apply(site('shop', SPEC));
  await world.ready('shop');
  for (const kind of KINDS) await world.apply({ apiVersion: 'apps/v1', kind, ...withoutPods(kind) });
  await sameEventTwice();
  await rotatedWhileItChanges();
  await until(
    'the superseded secret is gone, as no Pod runs with it',
    () => eventsAbout(world, 'shop'),
    (all) => all.some(({ reason }) => reason === 'SecretRetired'),
  );
  await world.apply(site('shop', { ...SPEC, secret: { name: 'elsewhere' } }));
  await until(
    'the former Secret is gone',
    () => world.secret('shop-oauth'),
    (secret) => secret === undefined,
  );
  await world.remove('OAuthApplication', 'shop');
  await world.gone('shop');
  await world.remove('OAuthProvider', 'logto');
  await until(
    'the provider is gone',
    () => world.provider(),
    (provider) => provider === undefined,
  );
}

/** What the operator learned must not be lost over it: it reads the object anew. */
async function rotatedWhileItChanges(): Promise<void> {
  const hold = world.emulator.fault({ operation: 'create-secret', when: 'after', type: 'hold' });
  await ask(world, 'shop', 'rotate');
  await hold.hit;
  await world.patch('OAuthApplication', 'shop', { spec: { description: 'Changed meanwhile' } });
  hold.release();
  await served(world, 'shop', 'rotate');
}

/** Rolled all the same, and no node has to be there. */
function withoutPods(kind: (typeof KINDS)[number]) {
  const secretRef = { name: 'shop-oauth' };
  return workload(world.namespace, `user-${kind.toLowerCase()}`, {
    container: { envFrom: [{ secretRef }] },
    pod: { nodeSelector: { 'kubernetes.io/hostname': 'nowhere' } },
    spec: kind === 'DaemonSet' ? {} : { replicas: 0 },
  });
}

/** The second becomes a series of the first. */
async function sameEventTwice(): Promise<void> {
  for (const displayName of ['One', 'Two']) {
    await world.patch('OAuthApplication', 'shop', { spec: { displayName } });
    await world.ready('shop');
  }
}

describe('every right that the chart gives', () => {
  test('is made use of, or said to be for another API server', () => {
    const unused = [...grantedBy(role)].filter((right) => !recorder.used().has(right));
    expect(unused.toSorted()).toEqual(
      Object.keys(UNSEEN)
        .filter((right) => grantedBy(role).has(right))
        .toSorted(),
    );
  });

  test('is all that the operator asks for', () => {
    expect([...recorder.used()].filter((right) => !grantedBy(role).has(right))).toEqual([]);
  });
});
