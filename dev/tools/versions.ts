import { join } from 'node:path';

/** Kubernetes that the embedded control plane runs. Moves together with `kubernetes/go.mod`. */
export const KUBERNETES_VERSION = '1.37.2';

/** etcd below it. Moves together with `etcd/go.mod`. */
export const ETCD_VERSION = '3.7.3';

/** Helm, which renders and installs the charts. Moves together with `helm/go.mod`. */
export const HELM_VERSION = '4.3.1';

/** CoreDNS, for the names of Services on a real node. Moves together with `coredns/go.mod`. */
export const COREDNS_VERSION = '1.15.0';

/** Prometheus, of whose programs the tests of the alerts need promtool. Its module is called v0.316.0. */
const PROMETHEUS_VERSION = '3.16.0';

/** actionlint, which reads workflows as GitHub does. */
const ACTIONLINT_VERSION = '1.7.12';

/** BuildKit, which builds the Dockerfile where there is no engine. Moves together with `buildkit/go.mod`. */
const BUILDKIT_VERSION = '0.34.2';

/** A program that development and tests need and npm does not have. */
export type ToolName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-proxy'
  | 'kube-scheduler'
  | 'kubectl'
  | 'kubelet'
  | 'helm'
  | 'coredns'
  | 'promtool'
  | 'actionlint'
  | 'buildctl'
  | 'buildkitd';

/** Where a tool comes from. */
export interface Tool {
  readonly name: ToolName;
  readonly project: 'kubernetes' | 'etcd' | 'helm' | 'coredns' | 'prometheus' | 'actionlint' | 'buildkit';
  readonly version: string;
  /** The Go package to build, a `tool` of `<project>/go.mod`. */
  readonly goPackage: string;
  /** Build tags that leave out what we do not need of it. */
  readonly goTags?: string | undefined;
}

/** Every tool, by name. */
export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  etcd: { name: 'etcd', project: 'etcd', version: ETCD_VERSION, goPackage: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': kubernetesTool('kube-apiserver'),
  'kube-controller-manager': kubernetesTool('kube-controller-manager'),
  'kube-proxy': kubernetesTool('kube-proxy'),
  'kube-scheduler': kubernetesTool('kube-scheduler'),
  kubectl: kubernetesTool('kubectl'),
  kubelet: kubernetesTool('kubelet'),
  helm: { name: 'helm', project: 'helm', version: HELM_VERSION, goPackage: 'helm.sh/helm/v4/cmd/helm' },
  coredns: {
    name: 'coredns',
    project: 'coredns',
    version: COREDNS_VERSION,
    goPackage: 'github.com/coredns/coredns',
  },
  promtool: {
    name: 'promtool',
    project: 'prometheus',
    version: PROMETHEUS_VERSION,
    goPackage: 'github.com/prometheus/prometheus/cmd/promtool',
    goTags: 'remove_all_sd',
  },
  actionlint: {
    name: 'actionlint',
    project: 'actionlint',
    version: ACTIONLINT_VERSION,
    goPackage: 'github.com/rhysd/actionlint/cmd/actionlint',
  },
  buildctl: buildKitTool('buildctl'),
  buildkitd: buildKitTool('buildkitd'),
};

const OPERATING_SYSTEM = process.platform;
const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

/** This machine in the words of Go and of the release sites, such as `linux-amd64`. */
export const PLATFORM = { os: OPERATING_SYSTEM, arch: ARCHITECTURE } as const;

/** Where the cache keeps a tool: by version and platform, so that no version ever takes the place of another. */
export function cachedPath(cache: string, { name, project, version }: Tool): string {
  return join(cache, `${project}-${version}-${PLATFORM.os}-${PLATFORM.arch}`, name);
}

function kubernetesTool(name: `kube${string}` & ToolName): Tool {
  return { name, project: 'kubernetes', version: KUBERNETES_VERSION, goPackage: `k8s.io/kubernetes/cmd/${name}` };
}

function buildKitTool(name: `build${string}` & ToolName): Tool {
  return { name, project: 'buildkit', version: BUILDKIT_VERSION, goPackage: `github.com/moby/buildkit/cmd/${name}` };
}
