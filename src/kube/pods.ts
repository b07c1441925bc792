import { rolledForAnnotation } from '../api/names.ts';
import type { Workloads } from '../application/ports/workloads.ts';
import type { Clock } from '../runtime/clock.ts';
import { createSharedReads } from '../runtime/shared-reads.ts';
import type { KubeClient } from './client.ts';
import { inWordsOfThePorts } from './cluster-error.ts';
import { TransportError } from './errors.ts';
import type { KubeObject } from './object.ts';
import { type PodView, podOf } from './pod.ts';
import { nameOf, PODS } from './resources.ts';

/** What of the operator it takes to see Pods. */
export interface PodsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** In hex, for names that are too long. */
  readonly digest: (text: string) => string;
}

/** Pods are long, and of most of them only the names of Secrets are kept. */
const PAGE_SIZE = 100;

/** A Pod that has ended is not even sent. */
const NOT_ENDED = 'status.phase!=Succeeded,status.phase!=Failed';

const SECOND = 1000;

/** The Pods of {@link Workloads}. Applications that ask at once for Pods of a namespace share one list. */
export function kubePods({ client, clock, digest }: PodsOptions): Pick<Workloads, 'running'> {
  const lists = createSharedReads(clock, list);

  return {
    async running(namespace, secretName, startedAfterMs, signal) {
      const annotation = rolledForAnnotation(secretName, digest);
      const listed = await inWordsOfThePorts('forbidden', () => lists.read(namespace, startedAfterMs, signal));
      return listed.flatMap(({ name, annotations, seenSinceMs }) => {
        const startedAtMs = seenSinceMs.get(secretName);
        return startedAtMs === undefined ? [] : [{ name, startedAtMs, rolledFor: annotations[annotation] }];
      });
    },
  };

  async function list(namespace: string): Promise<readonly PodView[]> {
    const beganAtMs = clock.monotonic();
    // Shared: it ends by the deadlines of its calls, not with one of those who wait for it.
    const { signal } = new AbortController();
    const options = { namespace, fieldSelector: NOT_ENDED, pageSize: PAGE_SIZE };
    // When it began, as all pages show the state at the first; by what the answer said of the server's clock.
    let wholeMs: number | undefined;
    const keep = (item: KubeObject): readonly PodView[] => {
      wholeMs ??= Math.floor((client.serverNow() - (clock.monotonic() - beganAtMs)) / SECOND) * SECOND;
      const pod = readable(podOf(item, wholeMs));
      return pod.seenSinceMs.size === 0 ? [] : [pod];
    };
    return client.collect(PODS, options, keep, signal);
  }
}

/** One that was left out might be the one that still runs with the old value. */
function readable(pod: PodView | undefined): PodView {
  if (pod === undefined) throw new TransportError('malformed', `list ${nameOf(PODS)}: a Pod cannot be read`);
  return pod;
}
