import { rolledForAnnotation } from '../api/names.ts';
import type { Workload, Workloads } from '../application/ports/workloads.ts';
import { createSharedReads } from '../runtime/shared-reads.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { isConflict, isNotFound } from './errors.ts';
import type { KubeObject } from './object.ts';
import { type PodTemplateView, podTemplateOf } from './pod-template.ts';
import { kubePods, type PodsOptions } from './pods.ts';
import { DAEMON_SETS, DEPLOYMENTS, type Ref, type Resource, STATEFUL_SETS } from './resources.ts';

/** A workload as the list showed it, for whichever Secret is asked about. */
interface Listed extends Pick<Workload, 'kind' | 'namespace' | 'name' | 'uid'> {
  readonly template: PodTemplateView;
}

const RESOURCES = {
  Deployment: DEPLOYMENTS,
  StatefulSet: STATEFUL_SETS,
  DaemonSet: DAEMON_SETS,
} as const satisfies Record<Workload['kind'], Resource>;

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const satisfies readonly Workload['kind'][];

/** Pod templates are long, and of most of them only the names of Secrets are kept. */
const PAGE_SIZE = 100;

/** {@link Workloads} over the API server. Applications that ask at once for workloads of a namespace share one list. */
export function kubeWorkloads({ client, clock, digest }: PodsOptions): Workloads {
  const lists = createSharedReads(clock, list);

  return {
    ...kubePods({ client, clock, digest }),

    async using(namespace, secretName, startedAfterMs, signal) {
      const annotation = rolledForAnnotation(secretName, digest);
      const listed = await inWordsOfThePorts('forbidden', () => lists.read(namespace, startedAfterMs, signal));
      return listed
        .filter(({ template }) => template.secrets.has(secretName))
        .map(({ template, ...workload }) => ({
          ...workload,
          secretName,
          rolledFor: template.annotations[annotation],
        }));
    },

    async roll(workload, mark, signal) {
      if (workload.rolledFor === mark) return 'already';
      return inWordsOfThePorts('forbidden', () => annotate(workload, mark, signal));
    },
  };

  async function list(namespace: string): Promise<readonly Listed[]> {
    // Shared: it ends by the deadlines of its calls, not with one of those who wait for it.
    const { signal } = new AbortController();
    const options = { namespace, pageSize: PAGE_SIZE };
    const listed: Listed[] = [];
    // One after the other: what is held whole is one page, and not one of each kind.
    for (const kind of KINDS) {
      const keep = (item: KubeObject) => listedOf(kind, namespace, item);
      for (const each of await client.collect(RESOURCES[kind], options, keep, signal)) listed.push(each);
    }
    return listed;
  }

  /** Without resourceVersion: the workload's own controller writes its status all the time, and we touch nothing else. */
  async function annotate(workload: Workload, mark: string, signal: AbortSignal): Promise<'rolled' | 'gone'> {
    const annotation = rolledForAnnotation(workload.secretName, digest);
    const template = { metadata: { annotations: { [annotation]: mark } } };
    const body = { metadata: { uid: workload.uid }, spec: { template } };
    try {
      await client.patch(refOf(workload), { type: 'merge', body }, {}, signal);
      return 'rolled';
    } catch (error) {
      if (isNotFound(error) || isAnother(error)) return 'gone';
      throw error;
    }
  }
}

function listedOf(kind: Workload['kind'], namespace: string, item: KubeObject): readonly Listed[] {
  const { name, uid, deletionTimestamp } = item.metadata;
  const template = podTemplateOf(item);
  if (template === undefined || template.secrets.size === 0 || deletionTimestamp !== undefined) return [];
  return [{ kind, namespace, name, uid, template }];
}

function refOf({ kind, namespace, name }: Workload): Ref {
  return { resource: RESOURCES[kind], namespace, name };
}

/** A conflict of versions has no meaning here, as none was given; one of uids is answered 422. */
function isAnother(error: unknown): boolean {
  return isConflict(error) && error.status === 422;
}
