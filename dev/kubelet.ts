import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type RegisteredNode, registerNode } from './kubelet/node.ts';
import { connectNode, type NodeApi } from './kubelet/node-api.ts';
import { type RunningPod, runPods } from './kubelet/pods.ts';
import type { PlaneAccess } from './plane/access.ts';

/** A stand-in for a node with its kubelet, and for the scheduler. */
export interface Kubelet {
  /** Of the Node, and value of its label `kubernetes.io/hostname`. */
  readonly nodeName: string;
  /**
   * What runs at the moment; a Pod that is being deleted does not.
   *
   * @throws whatever the stand-in met and could not cope with
   */
  podsOf(namespace: string): readonly RunningPod[];
  /**
   * Starts the containers of a Pod anew, as after a crash: they see the Secrets as they are now. Resolves when they run.
   *
   * @throws Error where no such Pod runs
   */
  restart(namespace: string, name: string): Promise<void>;
  /** Ends all Pods and takes the Node away. Safe to call twice. */
  close(): Promise<void>;
}

export interface KubeletOptions {
  /**
   * Only Pods of this namespace are scheduled and run, so that several stand-ins can share a plane. As every Node gets
   * a Pod of every DaemonSet, a DaemonSet on a shared plane has to select the Node by {@link Kubelet.nodeName}.
   */
  readonly namespace?: string | undefined;
}

const Pods = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/**
 * Registers a Node on the plane, gives it the Pods that fit it, and runs them without running anything: a Pod is Running
 * and Ready as soon as the Secrets are there that it takes its environment and files from, which are read once, at its
 * start, or at a restart. A deleted Pod is gone at once.
 *
 * Needs no root, and holds hundreds of Pods.
 */
export async function startKubelet(plane: PlaneAccess, options: KubeletOptions = {}): Promise<Kubelet> {
  const api = await connectNode(plane);
  const ended = new AbortController();
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => void failures.push(error);
  const name = `stand-in-${randomBytes(5).toString('hex')}`;
  const node = await registerNode(api, name, onFailure, ended.signal).catch(async (error: unknown) => {
    ended.abort();
    await api.close();
    throw error;
  });
  const { running, namespaces } = runPods({ api, node, onFailure, signal: ended.signal }, options.namespace);

  return {
    nodeName: node.name,
    podsOf(namespace) {
      if (failures.length > 0) throw failures[0];
      if (ended.signal.aborted) return [];
      return [...running.values()].filter((each) => each.namespace === namespace).map(({ pod }) => pod);
    },
    async restart(namespace, name) {
      const all = [...running.values()];
      const found = all.find((each) => each.namespace === namespace && each.pod.name === name);
      if (found === undefined) throw new Error(`no Pod ${namespace}/${name} runs`);
      await found.restart();
    },
    async close() {
      if (ended.signal.aborted) return;
      ended.abort();
      await leave(api, node, namespaces);
      await api.close();
    },
  };
}

/**
 * Pods of a Node that is not there any more would hold up the deletion of their namespace. They are deleted each by a
 * call of its own, as one call for hundreds takes a busy plane longer than any call is given.
 */
async function leave(api: NodeApi, node: RegisteredNode, namespaces: ReadonlySet<string>): Promise<void> {
  const { signal } = new AbortController();
  await node.remove(signal);
  for (const namespace of namespaces) {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const call = { method: 'GET', path: `${path}?fieldSelector=spec.nodeName%3D${node.name}` } as const;
    const { items } = Pods.parse(await api.call(call, signal));
    for (const { metadata } of items) {
      await api.call({ method: 'DELETE', path: `${path}/${metadata.name}`, body: { gracePeriodSeconds: 0 } }, signal);
    }
  }
}
