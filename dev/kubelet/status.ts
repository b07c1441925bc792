import type { Pod } from './pod.ts';
import type { NotThere } from './sight.ts';

/** The status of a Pod whose containers run and are ready. */
export function runningStatus({ spec }: Pod, startedAt: Date) {
  const at = startedAt.toISOString();
  return {
    phase: 'Running',
    startTime: at,
    conditions: conditions('True', at),
    containerStatuses: spec.containers.map(({ name, image }) => ({
      ...still(name, image),
      ready: true,
      started: true,
      state: { running: { startedAt: at } },
    })),
  };
}

/** The status of a Pod that waits for what is not there. */
export function waitingStatus({ spec }: Pod, { reason, message }: NotThere) {
  return {
    phase: 'Pending',
    conditions: conditions('False', new Date().toISOString()),
    containerStatuses: spec.containers.map(({ name, image }) => ({
      ...still(name, image),
      ready: false,
      started: false,
      state: { waiting: { reason, message } },
    })),
  };
}

function conditions(ready: 'True' | 'False', lastTransitionTime: string) {
  return [
    { type: 'PodScheduled', status: 'True', lastTransitionTime },
    { type: 'Initialized', status: 'True', lastTransitionTime },
    { type: 'ContainersReady', status: ready, lastTransitionTime },
    { type: 'Ready', status: ready, lastTransitionTime },
  ];
}

function still(name: string, image: string) {
  return { name, image, imageID: '', restartCount: 0 };
}
