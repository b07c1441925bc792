import { createHash } from 'node:crypto';
import { isRecord, type KubeObject } from '../../src/kube/object.ts';
import { DEPLOYMENTS, PODS, type Ref, type Resource, SECRETS, typeOf } from '../../src/kube/resources.ts';
import { recordIn } from './application-view.ts';
import type { Hands, Outcome } from './hands.ts';
import { valueIn } from './held.ts';
import { neededBy, referredBy, templateOf, WORKLOAD_KINDS } from './workloads.ts';

/** A Pod whose container has started, and the Secret as it was then. */
export interface RunningPod {
  readonly pod: KubeObject;
  readonly secret: KubeObject;
  readonly startedAtMs: number;
  /** Whether it is what its workload asks for now. */
  readonly template: 'current' | 'former';
}

/** What the controllers of workloads do, and the kubelets. */
export interface Rollouts {
  /** Takes every workload one step further, and says whether there was one to take. */
  step(): 'done' | 'nothing';
  /** Those that run at this moment. */
  running(): readonly RunningPod[];
}

const HASH = 'pod-template-hash';

/** Workloads of one Pod each. A Deployment has its new Pod before the old one goes, the others after. */
export function rolloutsOn(hands: Hands, now: () => number): Rollouts {
  /** What was read at the start, by the uid of the Pod: an etcd that is put back brings the Pod back, too. */
  const read = new Map<string, KubeObject>();

  return {
    step() {
      const steps = Object.values(WORKLOAD_KINDS).flatMap((resource) =>
        hands.list(resource).map((workload) => advance(resource, workload)),
      );
      return steps.includes('done') ? 'done' : 'nothing';
    },
    running: () =>
      hands.list(PODS).flatMap((pod) => {
        const secret = read.get(pod.metadata.uid);
        return secret === undefined || !isRunning(pod)
          ? []
          : [{ pod, secret, startedAtMs: startOf(pod), template: ageOf(pod) }];
      }),
  };

  function ageOf({ metadata: { namespace, labels, ownerReferences } }: KubeObject): RunningPod['template'] {
    const { kind, name = '' } = ownerReferences?.[0] ?? {};
    const resource = Object.values(WORKLOAD_KINDS).find((each) => each.kind === kind);
    const workload = resource && hands.get({ resource, namespace, name });
    return workload !== undefined && labels?.[HASH] === hashOf(workload) ? 'current' : 'former';
  }

  function advance(resource: Resource, workload: KubeObject): 'done' | 'nothing' {
    const hash = hashOf(workload);
    const { uid, namespace } = workload.metadata;
    const pods = hands.list(PODS).filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === uid);
    const former = pods.find(({ metadata }) => metadata.labels?.[HASH] !== hash);
    const current = pods.find(({ metadata }) => metadata.labels?.[HASH] === hash);
    const isReplaced = current !== undefined && isRunning(current);
    const isInTheWay = former !== undefined && (isReplaced || resource !== DEPLOYMENTS);
    if (isInTheWay) return stepOf(hands.delete(refOf(former)));
    if (current === undefined) return stepOf(hands.create(PODS, namespace, podOf(resource, workload, hash)));
    return isReplaced ? 'nothing' : start(current);
  }

  /** Nothing starts without its Secret, or without the key that it names. */
  function start(pod: KubeObject): 'done' | 'nothing' {
    const { namespace, uid } = pod.metadata;
    const secret = hands.get({ resource: SECRETS, namespace, name: referredBy(pod) ?? '' });
    const key = neededBy(pod);
    if (secret === undefined || (key !== undefined && valueIn(secret, key) === undefined)) return 'nothing';
    const startedAt = new Date(now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const containerStatuses = [{ name: 'main', state: { running: { startedAt } } }];
    const status = { phase: 'Running', startTime: startedAt, containerStatuses };
    read.set(uid, secret);
    return stepOf(hands.replace(refOf(pod), { ...pod, status }, 'status'));
  }
}

function podOf(resource: Resource, workload: KubeObject, hash: string) {
  const { name, uid } = workload.metadata;
  const template = templateOf(workload);
  const { labels, annotations } = recordIn(template, 'metadata');
  const owner = { ...typeOf(resource), name, uid, controller: true, blockOwnerDeletion: true };
  const own = isRecord(labels) ? labels : {};
  return {
    metadata: { generateName: `${name}-`, labels: { ...own, [HASH]: hash }, annotations, ownerReferences: [owner] },
    spec: template['spec'],
  };
}

function hashOf(workload: KubeObject): string {
  return createHash('sha256')
    .update(JSON.stringify(templateOf(workload)))
    .digest('hex')
    .slice(0, 10);
}

function isRunning(pod: KubeObject): boolean {
  return recordIn(pod, 'status')['phase'] === 'Running';
}

function startOf(pod: KubeObject): number {
  return Date.parse(String(recordIn(pod, 'status')['startTime']));
}

function refOf({ metadata: { namespace, name } }: KubeObject): Ref {
  return { resource: PODS, namespace, name };
}

/** What is refused is not tried again at once. */
function stepOf(outcome: Outcome): 'done' | 'nothing' {
  return outcome === 'done' ? 'done' : 'nothing';
}
