import { isRecord, type KubeObject } from '../../src/kube/object.ts';
import { DAEMON_SETS, DEPLOYMENTS, type Resource, STATEFUL_SETS } from '../../src/kube/resources.ts';
import { recordIn } from './application-view.ts';
import { keyOf } from './deeds.ts';
import type { PlannedWorkload } from './scenario/scenario.ts';

type Json = Readonly<Record<string, unknown>>;

/** Where something reads a value. */
export interface Source {
  readonly secretName: string;
  readonly key: string;
}

/** Everything that can be rolled. */
export const WORKLOAD_KINDS = {
  Deployment: DEPLOYMENTS,
  StatefulSet: STATEFUL_SETS,
  DaemonSet: DAEMON_SETS,
} as const satisfies Record<PlannedWorkload['kind'], Resource>;

/** What its Pods read says a label, so that nobody here reads specs as the operator does. */
const REFERS_TO = 'refers-to';
/** The key without which no container starts. */
const NEEDS_KEY = 'needs-key';

export function resourceOf(kind: PlannedWorkload['kind']): Resource {
  return WORKLOAD_KINDS[kind];
}

/** A workload that runs with this Secret. */
export function workloadManifest(name: string, { kind, refersBy }: PlannedWorkload, source: Source): Json {
  const labels = {
    app: name,
    [REFERS_TO]: source.secretName,
    ...(refersBy === 'env' ? { [NEEDS_KEY]: source.key } : {}),
  };
  const template = { metadata: { labels }, spec: podSpecOf(refersBy, source) };
  const beside = kind === 'StatefulSet' ? { serviceName: name } : {};
  const replicas = kind === 'DaemonSet' ? {} : { replicas: 1 };
  return { metadata: { name }, spec: { ...replicas, ...beside, selector: { matchLabels: { app: name } }, template } };
}

function podSpecOf(refersBy: PlannedWorkload['refersBy'], { secretName, key }: Source): Json {
  const container = { name: 'main', image: 'example.com/main' };
  switch (refersBy) {
    case 'env': {
      const valueFrom = { secretKeyRef: { name: secretName, key } };
      return { containers: [{ ...container, env: [{ name: 'CLIENT_SECRET', valueFrom }] }] };
    }
    case 'envFrom':
      return { containers: [{ ...container, envFrom: [{ secretRef: { name: secretName } }] }] };
    case 'volume':
      return {
        containers: [{ ...container, volumeMounts: [{ name: 'oauth', mountPath: '/oauth' }] }],
        volumes: [{ name: 'oauth', secret: { secretName } }],
      };
  }
}

/** What Pods are made from. */
export function templateOf(workload: KubeObject): Json {
  return recordIn(recordIn(workload, 'spec'), 'template');
}

/** The Secret to which a workload or a Pod refers. */
export function referredBy(object: KubeObject): string | undefined {
  return labelsOf(object)[REFERS_TO];
}

/** The key that a Pod cannot start without. */
export function neededBy(object: KubeObject): string | undefined {
  return labelsOf(object)[NEEDS_KEY];
}

/** The key of the application to which a Secret of this name belongs, whether or not it has that name still. */
export function whoseIs(
  secretName: string,
  { cluster, namespace = '' }: { readonly cluster: number; readonly namespace?: string | undefined },
): string {
  return keyOf({ cluster, namespace, name: secretName.replace(/-(oauth|renamed)$/, '') });
}

function labelsOf(object: KubeObject): Readonly<Record<string, string>> {
  const { metadata } = templateOf(object);
  const labels = isRecord(metadata) ? metadata['labels'] : object.metadata.labels;
  return isRecord(labels)
    ? Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]))
    : {};
}
