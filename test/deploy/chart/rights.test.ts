import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useEveryRight } from '../../support/every-right.ts';
import { grantedBy, type RightsRecorder, recordRights, UNSEEN } from '../../support/granted-rights.ts';
import { rendered } from '../../support/helm.ts';
import { startInstalled } from '../../support/installed.ts';
import { createLogtoWorld, type LogtoWorld } from '../../support/logto-world.ts';
import type { Operator } from '../../support/operator.ts';

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
  operator = await startInstalled(world.plane, world.namespace, { divert: recorder.divert });
  await useEveryRight(world);
});

afterAll(async () => {
  await operator?.kill();
  await recorder?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

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
