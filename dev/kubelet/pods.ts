import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { RegisteredNode } from './node.ts';
import type { NodeApi } from './node-api.ts';
import { fits, type Pod } from './pod.ts';
import { NotThere, type Sight, sightOf } from './sight.ts';
import { runningStatus, type Starts, waitingStatus } from './status.ts';

/** A Pod whose containers run. */
export interface RunningPod extends Sight {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch ms at which it was given what it sees. */
  readonly startedAt: number;
  readonly restarts: number;
}

/** What it takes to run Pods. */
interface Work {
  readonly api: NodeApi;
  readonly node: RegisteredNode;
  readonly onFailure: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** A Pod, and where. */
interface Placed {
  readonly namespace: string;
  readonly pod: RunningPod;
  /** Starts its containers anew; resolves when they run. */
  restart(): Promise<void>;
}

/** What a node runs. */
interface Running {
  /** By uid. */
  readonly running: ReadonlyMap<string, Placed>;
  /** Of every Pod that it ever had. */
  readonly namespaces: ReadonlySet<string>;
}

const Secret = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** How soon a Pod is tried again that waits for a Secret. */
const RETRY_MS = 250;

/** Follows the Pods and does for each what is next, until the signal aborts. */
export function runPods(work: Work, namespace: string | undefined): Running {
  const { api, node, signal, onFailure } = work;
  const running = new Map<string, Placed>();
  const namespaces = new Set<string>();
  const ours = new Set<string>();
  const pods = api.pods(namespace, onFailure, signal);
  pods.subscribe(({ type, object }) => {
    if (type === 'gone') forget(object);
    else void next(object).catch((error: unknown) => (signal.aborted ? undefined : onFailure(error)));
  });
  return { running, namespaces };

  async function next(pod: Pod): Promise<void> {
    const { uid, deletionTimestamp } = pod.metadata;
    const { nodeName } = pod.spec;
    if (deletionTimestamp !== undefined) {
      forget(pod);
      if (nodeName === node.name) await end(work, pod);
    } else if (nodeName === undefined) {
      if (fits(pod, node.name, node.labels)) await bind(work, pod);
    } else if (nodeName === node.name && !ours.has(uid)) {
      ours.add(uid);
      namespaces.add(pod.metadata.namespace);
      await start(pod, undefined);
    }
  }

  /** Tries until everything is there that the Pod sees, or the Pod is not wanted any more. */
  async function start(pod: Pod, before: Starts | undefined): Promise<void> {
    const { uid, name, labels, namespace: place } = pod.metadata;
    const restarts = before === undefined ? 0 : before.restarts + 1;
    let said: string | undefined;
    for (;;) {
      const sight = await sightOrLack(work, pod);
      if (!ours.has(uid)) return;
      if (!(sight instanceof NotThere)) {
        const last = new Date();
        const starts = { first: before?.first ?? last, last, restarts };
        const shown = { name, uid, labels, startedAt: last.getTime(), restarts, ...sight };
        running.set(uid, { namespace: place, pod: shown, restart: () => restart(pod, starts) });
        return patchStatus(work, pod, runningStatus(pod, starts));
      }
      if (said !== sight.message) await patchStatus(work, pod, waitingStatus(pod, sight, restarts));
      said = sight.message;
      await delay(RETRY_MS, undefined, { signal, ref: false });
    }
  }

  function restart(pod: Pod, before: Starts): Promise<void> {
    running.delete(pod.metadata.uid);
    return start(pod, before);
  }

  function forget({ metadata }: Pod): void {
    ours.delete(metadata.uid);
    running.delete(metadata.uid);
  }
}

async function sightOrLack({ api, signal }: Work, pod: Pod): Promise<Sight | NotThere> {
  const secrets = `/api/v1/namespaces/${pod.metadata.namespace}/secrets`;
  try {
    return await sightOf(pod, async (name) => {
      const secret = await api.call({ method: 'GET', path: `${secrets}/${name}` }, signal);
      return secret === undefined ? undefined : decoded(Secret.parse(secret).data);
    });
  } catch (error) {
    if (error instanceof NotThere) return error;
    throw error;
  }
}

function decoded(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const texts = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
  return Object.fromEntries(texts);
}

async function bind({ api, node, signal }: Work, pod: Pod): Promise<void> {
  const { name, uid } = pod.metadata;
  const target = { kind: 'Node', name: node.name };
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, uid }, target };
  await api.call({ method: 'POST', path: `${pathOf(pod)}/binding`, body }, signal);
}

async function patchStatus({ api, signal }: Work, pod: Pod, status: object): Promise<void> {
  const body = { metadata: { uid: pod.metadata.uid }, status };
  await api.call({ method: 'PATCH', path: `${pathOf(pod)}/status`, body }, signal);
}

/** What the kubelet does when the last process of a Pod has ended. */
async function end({ api, signal }: Work, pod: Pod): Promise<void> {
  const body = { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } };
  await api.call({ method: 'DELETE', path: pathOf(pod), body }, signal);
}

function pathOf({ metadata }: Pod): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}
