import type { Container, Pod } from './pod.ts';
import type { NotThere } from './sight.ts';

/** When a Pod's containers started, and how often. */
export interface Starts {
  /** The first time, when the init containers ran too. */
  readonly first: Date;
  readonly last: Date;
  /** Of the containers and sidecars; init containers run once. */
  readonly restarts: number;
}

/** The status of a Pod whose containers run and are ready. */
export function runningStatus({ spec }: Pod, { first, last, restarts }: Starts) {
  const running = (container: Container) => ({
    ...still(container, restarts),
    ready: true,
    started: true,
    state: { running: { startedAt: seconds(last) } },
  });
  return {
    phase: 'Running',
    startTime: seconds(first),
    conditions: conditions('True', last),
    initContainerStatuses: spec.initContainers.map((container) =>
      isSidecar(container) ? running(container) : ended(container, first),
    ),
    containerStatuses: spec.containers.map(running),
  };
}

/** The status of a Pod that waits for what is not there. */
export function waitingStatus({ spec }: Pod, { reason, message }: NotThere, restarts: number) {
  return {
    phase: 'Pending',
    conditions: conditions('False', new Date()),
    containerStatuses: spec.containers.map((container) => ({
      ...still(container, restarts),
      ready: false,
      started: false,
      state: { waiting: { reason, message } },
    })),
  };
}

function ended(container: Container, at: Date) {
  const terminated = { exitCode: 0, reason: 'Completed', startedAt: seconds(at), finishedAt: seconds(at) };
  return { ...still(container, 0), ready: true, started: false, state: { terminated } };
}

function isSidecar({ restartPolicy }: Container): boolean {
  return restartPolicy === 'Always';
}

function conditions(ready: 'True' | 'False', since: Date) {
  const lastTransitionTime = seconds(since);
  return [
    { type: 'PodScheduled', status: 'True', lastTransitionTime },
    { type: 'Initialized', status: 'True', lastTransitionTime },
    { type: 'ContainersReady', status: ready, lastTransitionTime },
    { type: 'Ready', status: ready, lastTransitionTime },
  ];
}

function still({ name, image }: Container, restartCount: number) {
  return { name, image, imageID: '', restartCount };
}

/** As the kubelet writes it: rounded down. */
function seconds(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}
