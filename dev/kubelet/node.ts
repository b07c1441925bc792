import { hostname } from 'node:os';
import type { NodeApi } from './node-api.ts';

/** A Node that is registered and says that it is alive. */
export interface RegisteredNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Takes the Node away. */
  remove(signal: AbortSignal): Promise<void>;
}

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/** As the kubelet does it: a node that was not heard of for 50 s counts as lost, and its Pods are evicted. */
const HEARTBEAT_MS = 10_000;
const LEASE_SECONDS = 40;

const CAPACITY = { cpu: '1000', memory: '1Ti', pods: '10000' };

/** Registers a Node and keeps it ready until `signal` aborts. `onFailure` is told when that cannot be done any more. */
export async function registerNode(
  api: NodeApi,
  name: string,
  onFailure: (error: unknown) => void,
  signal: AbortSignal,
): Promise<RegisteredNode> {
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' };
  const spec = () => ({ holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: microTime() });
  await api.call({ method: 'POST', path: '/api/v1/nodes', body: nodeOf(name, labels) }, signal);
  await api.call({ method: 'POST', path: LEASES, body: leaseOf(name, spec()) }, signal);

  const heartbeat = setInterval(() => {
    const call = { method: 'PATCH', path: `${LEASES}/${name}`, body: { spec: spec() } } as const;
    api.call(call, signal).catch((error: unknown) => {
      if (!signal.aborted) onFailure(error);
    });
  }, HEARTBEAT_MS);
  heartbeat.unref();
  signal.addEventListener('abort', () => clearInterval(heartbeat), { once: true });

  return {
    name,
    labels,
    async remove(within) {
      await api.call({ method: 'DELETE', path: `/api/v1/nodes/${name}` }, within);
      await api.call({ method: 'DELETE', path: `${LEASES}/${name}` }, within);
    },
  };
}

function nodeOf(name: string, labels: Readonly<Record<string, string>>) {
  const now = new Date().toISOString();
  const heard = { lastHeartbeatTime: now, lastTransitionTime: now };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    status: {
      capacity: CAPACITY,
      allocatable: CAPACITY,
      addresses: [{ type: 'Hostname', address: hostname() }],
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'a stand-in', ...heard }],
      nodeInfo: NODE_INFO,
    },
  };
}

const NODE_INFO = {
  architecture: 'amd64',
  bootID: '',
  containerRuntimeVersion: 'none://0',
  kernelVersion: '',
  kubeProxyVersion: '',
  kubeletVersion: 'v0.0.0',
  machineID: '',
  operatingSystem: 'linux',
  osImage: '',
  systemUUID: '',
};

function leaseOf(name: string, spec: object) {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec };
}

/** The API wants six digits. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
