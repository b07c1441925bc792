import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { freshNamespace, sharedControlPlane } from '../../support/control-plane.ts';
import { objectsIn, template, type Values } from '../../support/helm.ts';

const SHAPES: readonly Values[] = [
  { clusterId: 'prod' },
  {
    clusterId: 'prod',
    podLabels: { team: 'platform' },
    podAnnotations: { note: 'yes' },
    affinity: { podAffinity: {} },
  },
  {
    scope: 'Cluster',
    shards: [
      { name: 'a', providerSelector: 'a' },
      { name: 'rest', providerSelector: '!a' },
    ],
  },
];

const Templated = z.object({
  spec: z.object({ template: z.object({ metadata: z.object({}), spec: z.looseObject({}) }) }),
});

const plane = sharedControlPlane();
let namespace: string;

beforeAll(async () => {
  namespace = await freshNamespace();
  await kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted');
  await kubectl('create', 'serviceaccount', 'oauthapp-operator', '-n', namespace);
});

async function kubectl(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await plane.kubectl(args);
  if (code !== 0) throw new Error(stderr);
}

/** What Deployments and Jobs would make, hooks included. */
async function podsOf(values: Values): Promise<readonly object[]> {
  const { stdout } = await template('oauthapp-operator', values, namespace);
  return objectsIn(stdout).flatMap((object, at) => {
    const { data } = Templated.safeParse(object);
    if (data === undefined) return [];
    const { metadata, spec } = data.spec.template;
    return [{ apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: `pod-${at}`, namespace }, spec }];
  });
}

function created(pod: object) {
  return plane.kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], { stdin: JSON.stringify(pod) });
}

test.each(SHAPES)(
  'a namespace that enforces the restricted standard admits every Pod that %j makes',
  async (values) => {
    const pods = await podsOf(values);
    expect(pods.length).toBe(values['shards'] === undefined ? 2 : 3);
    for (const pod of pods) expect(await created(pod)).toMatchObject({ code: 0, stderr: '' });
  },
);

test('it refuses one that may run as root', async () => {
  const [pod] = await podsOf({ clusterId: 'prod' });
  const text = JSON.stringify(pod).replace('"runAsNonRoot":true', '"runAsNonRoot":false');
  expect((await created(JSON.parse(text))).stderr).toContain('violates PodSecurity "restricted');
});
