import { expect, test } from 'vitest';
import { z } from 'zod';
import { freshNamespace, sharedControlPlane } from '../../support/control-plane.ts';
import { rendered, type Values } from '../../support/helm.ts';
import { startInstalled } from '../../support/installed.ts';
import { untilRight } from '../../support/rights.ts';
import { until } from '../../support/until.ts';

const INSTALLED = { clusterId: 'e2e' };
const SHARDED = {
  ...INSTALLED,
  shards: [
    { name: 'a', providerSelector: 'shard=a' },
    { name: 'rest', providerSelector: 'shard!=a' },
  ],
};

const Lease = z.object({ spec: z.object({ holderIdentity: z.string().default('') }) });

const plane = sharedControlPlane();

test('an operator that shards take the place of gives its Lease back', async () => {
  const namespace = await freshNamespace();
  await apply(INSTALLED, namespace);
  const operator = await startInstalled(plane, namespace);
  try {
    await until(
      'it leads',
      () => holder(namespace),
      (name) => name !== '',
    );
    await apply(SHARDED, namespace);
    const lease = { verb: 'update', group: 'coordination.k8s.io', resource: 'leases', name: 'oauthapp-operator-rest' };
    await untilRight(plane, namespace, lease, 'granted');
    expect(await operator.stop()).toBe(0);
    expect(await holder(namespace)).toBe('');
  } finally {
    await operator.kill();
  }
});

async function apply(values: Values, namespace: string): Promise<void> {
  const objects = await rendered('oauthapp-operator', values, namespace);
  const { code, stderr } = await plane.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], {
    stdin: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
  });
  if (code !== 0) throw new Error(stderr);
}

/** Empty where nobody holds it. */
async function holder(namespace: string): Promise<string> {
  const { stdout } = await plane.kubectl([
    'get',
    'lease',
    'oauthapp-operator',
    '-n',
    namespace,
    '-o',
    'json',
    '--ignore-not-found',
  ]);
  return stdout === '' ? '' : Lease.parse(JSON.parse(stdout)).spec.holderIdentity;
}
