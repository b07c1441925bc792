import type { Resource } from '../src/kube/resources.ts';

/** The operator has to do with none: for tests and the simulated API server, as objects that nobody minds. */
export const CONFIG_MAPS: Resource = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  scope: 'Namespaced',
};
