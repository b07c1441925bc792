import { z } from 'zod';
import { ourAnnotations } from './object.ts';
import { type Container, PodSpec, secretsInEnvironment, secretsInFiles } from './pod-spec.ts';

const Time = z.iso.datetime().transform((text) => Date.parse(text));
const Span = z.looseObject({ startedAt: Time.nullish() });

const ContainerStatus = z.looseObject({
  name: z.string(),
  state: z.looseObject({ running: Span.nullish(), terminated: Span.nullish() }).nullish(),
});

const Pod = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    creationTimestamp: Time,
    annotations: z.record(z.string(), z.string()).nullish(),
  }),
  spec: PodSpec,
  status: z
    .looseObject({
      startTime: Time.nullish(),
      containerStatuses: z.array(ContainerStatus).nullish(),
      initContainerStatuses: z.array(ContainerStatus).nullish(),
    })
    .nullish(),
});

type Pod = z.infer<typeof Pod>;
type Span = z.infer<typeof Span>;
type State = z.infer<typeof ContainerStatus>['state'];

/** What matters to us of a Pod. */
export interface PodView {
  readonly name: string;
  /** Ours alone. */
  readonly annotations: Readonly<Record<string, string>>;
  /** By the name of every Secret whose value its containers see, epoch ms: when the oldest of those started. */
  readonly seenSinceMs: ReadonlyMap<string, number>;
}

/**
 * Reads a Pod that has not ended; `undefined` where it cannot be read.
 *
 * A container that does not run will read the Secret anew when it starts, so that it counts as started at `nowMs`. An
 * init container that has ended is another matter: what it made of the Secret (a file from a template, most often) is
 * still there for the others. A debug container that somebody attached (`ephemeralContainers`) does not count.
 *
 * @param nowMs epoch ms of the API server when the Pod was read
 */
export function podOf(object: unknown, nowMs: number): PodView | undefined {
  const pod = Pod.safeParse(object).data;
  if (pod === undefined) return undefined;
  const { metadata, spec, status } = pod;
  // The kubelet forgets when an init container ran whose remains are cleaned up. It was not before this.
  const bornAtMs = status?.startTime ?? metadata.creationTimestamp;
  const files = new Map((spec.volumes ?? []).map((volume) => [volume.name, secretsInFiles(volume)]));
  const seenSinceMs = new Map<string, number>();
  for (const { container, span } of spansOf(pod)) {
    const startedAtMs = span === undefined ? nowMs : (span.startedAt ?? bornAtMs);
    const mounted = (container.volumeMounts ?? []).flatMap(({ name }) => files.get(name) ?? []);
    for (const secret of [...secretsInEnvironment(container), ...mounted]) {
      // A start that is still to come, by the clock of a node that is fast, is no later than now.
      seenSinceMs.set(secret, Math.min(startedAtMs, seenSinceMs.get(secret) ?? nowMs));
    }
  }
  return { name: metadata.name, annotations: ourAnnotations(metadata.annotations), seenSinceMs };
}

interface ContainerSpan {
  readonly container: Container;
  /** Since when it has what it read; `undefined` when it will read anew. */
  readonly span: Span | undefined;
}

function spansOf({ spec, status }: Pod): readonly ContainerSpan[] {
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const states = new Map<string, State>(statuses.map(({ name, state }) => [name, state]));
  const running = ({ name }: Container) => states.get(name)?.running ?? undefined;
  const ended = ({ name }: Container) => states.get(name)?.terminated ?? undefined;
  return [
    ...(spec.containers ?? []).map((each) => ({ container: each, span: running(each) })),
    ...(spec.initContainers ?? []).map((each) => ({
      container: each,
      span: running(each) ?? (isSidecar(each) ? undefined : ended(each)),
    })),
  ];
}

function isSidecar({ restartPolicy }: Container): boolean {
  return restartPolicy === 'Always';
}
