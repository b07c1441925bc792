import { expect, test } from 'vitest';
import { podTemplateOf } from '../../src/kube/pod-template.ts';

const APP = { name: 'app', image: 'none' };

/** A workload with these fields in the spec of its Pods. */
function workload(pod: object, metadata?: object) {
  return { spec: { replicas: 1, template: { metadata, spec: { containers: [APP], ...pod } } } };
}

function secrets(pod: object): readonly string[] | undefined {
  const view = podTemplateOf(workload(pod));
  return view === undefined ? undefined : [...view.secrets];
}

const env = [{ name: 'SECRET', valueFrom: { secretKeyRef: { name: 'shop', key: 'client_secret' } } }];

test.each([
  { use: 'a variable', pod: { containers: [APP, { ...APP, name: 'other', env }] } },
  { use: 'a variable of an init container', pod: { initContainers: [{ ...APP, env }] } },
  { use: 'a sidecar', pod: { initContainers: [{ ...APP, env, restartPolicy: 'Always' }] } },
  { use: 'a whole environment', pod: { containers: [{ ...APP, envFrom: [{ secretRef: { name: 'shop' } }] }] } },
  {
    use: 'a variable that may be missing',
    pod: {
      containers: [
        { ...APP, env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'shop', key: 'a', optional: true } } }] },
      ],
    },
  },
  { use: 'a volume', pod: { volumes: [{ name: 'v', secret: { secretName: 'shop' } }] } },
  {
    use: 'a projected volume',
    pod: {
      volumes: [
        { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }, { secret: { name: 'shop' } }] } },
      ],
    },
  },
])('$use uses the Secret', ({ pod }) => {
  expect(secrets(pod)).toEqual(['shop']);
});

test.each([
  { use: 'a Pod without any', pod: {} },
  { use: 'the password of a registry', pod: { imagePullSecrets: [{ name: 'shop' }] } },
  {
    use: 'what a CSI driver is given',
    pod: { volumes: [{ name: 'v', csi: { driver: 'd', nodePublishSecretRef: { name: 'shop' } } }] },
  },
  {
    use: 'a ConfigMap of the same name',
    pod: {
      containers: [
        {
          ...APP,
          envFrom: [{ configMapRef: { name: 'shop' } }],
          env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'shop', key: 'a' } } }],
        },
      ],
      volumes: [
        { name: 'v', configMap: { name: 'shop' } },
        { name: 'w', projected: { sources: [{ configMap: { name: 'shop' } }] } },
      ],
    },
  },
  { use: 'a volume that bears its name', pod: { volumes: [{ name: 'shop', emptyDir: {} }] } },
  { use: 'lists that are null', pod: { volumes: null, initContainers: null, containers: [{ ...APP, env: null }] } },
])('$use uses no Secret', ({ pod }) => {
  expect(secrets(pod)).toEqual([]);
});

test('every Secret counts once', () => {
  const volumes = ['shop', 'other', 'shop'].map((secretName, index) => ({ name: `v${index}`, secret: { secretName } }));
  expect(secrets({ volumes, containers: [{ ...APP, env }] })).toEqual(['shop', 'other']);
});

test('of the annotations of the template ours are shown, and those of others not held', () => {
  const ours = { 'oauthapp.dev/rolled-for.shop': '42.2' };
  const annotations = { ...ours, team: 'a', 'example.com/note': 'x'.repeat(1000) };
  expect(podTemplateOf(workload({}, { annotations }))?.annotations).toEqual(ours);
  expect(podTemplateOf(workload({}))?.annotations).toEqual({});
});

test.each([
  { what: 'nothing', object: undefined },
  { what: 'an object without template', object: { spec: {} } },
  { what: 'a template of another shape', object: workload({ volumes: 'none' }) },
])('$what cannot be read', ({ object }) => {
  expect(podTemplateOf(object)).toBeUndefined();
});
