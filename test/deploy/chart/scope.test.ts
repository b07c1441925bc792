import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../../dev/control-plane.ts';
import type { ProgramResult } from '../../../dev/program.ts';
import { chartAt, helm, type Values } from '../../support/helm.ts';

const CLUSTER = { scope: 'Cluster' };
const NAMESPACED = { scope: 'Namespaced', clusterId: 'prod' };
const SHARDS = [
  { name: 'a', providerSelector: 'shard=a' },
  { name: 'rest', providerSelector: 'shard!=a' },
];

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
});

afterAll(() => plane?.stop());

/** A release that stands beside others has a name and a namespace of its own. */
function upgrade(values: Values, ...args: readonly string[]): Promise<ProgramResult> {
  const release = ['oauthapp-operator', chartAt('oauthapp-operator'), '-n', 'oauthapp-system', '--create-namespace'];
  return helm(['upgrade', '--install', ...release, '-f', '-', ...args], {
    kubeconfig: plane.adminKubeconfig,
    stdin: JSON.stringify(values),
  });
}

test.each([{ values: CLUSTER }, { values: { ...CLUSTER, shards: SHARDS } }])(
  'a release of $values is not made one for a single namespace, which would leave objects that nobody serves',
  async ({ values }) => {
    expect(await upgrade(values)).toMatchObject({ code: 0 });
    expect(await upgrade(NAMESPACED)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('scope: this release serves every namespace.'),
    });
    expect(await upgrade(values)).toMatchObject({ code: 0 });
  },
);

test('another release may be for one namespace, and may become one for the cluster', async () => {
  const [name, chart] = ['other', chartAt('oauthapp-operator')];
  const own = { kubeconfig: plane.adminKubeconfig, stdin: JSON.stringify(NAMESPACED) };
  expect(await helm(['install', name, chart, '-n', 'team', '--create-namespace', '-f', '-'], own)).toMatchObject({
    code: 0,
  });
  const wide = { ...own, stdin: JSON.stringify(CLUSTER) };
  const dryRun = ['upgrade', name, chart, '-n', 'team', '--dry-run=server', '-f', '-'];
  expect((await helm(dryRun, wide)).stderr).not.toContain('scope:');
});
