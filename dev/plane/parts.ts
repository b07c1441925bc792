import { join } from 'node:path';
import type { PlaneIdentity } from './identity.ts';

/** etcd's socket inside a plane's folder. A socket needs no port, and nobody else can reach it. */
function etcdSocket(folder: string): string {
  return `unix://${join(folder, 'etcd.sock')}`;
}

/** The folder in which kube-apiserver keeps the certificates it makes. */
export function certDirOf(folder: string): string {
  return join(folder, 'certificates');
}

/** Where etcd keeps everything. */
export function etcdDataOf(folder: string): string {
  return join(folder, 'etcd');
}

/** Arguments of etcd. Nothing is synced to disk: a plane outlives a crash of its parts, not of the machine. */
export function etcdArguments(folder: string): readonly string[] {
  return [
    '--name=embedded',
    `--data-dir=${etcdDataOf(folder)}`,
    `--listen-client-urls=${etcdSocket(folder)}`,
    `--listen-peer-urls=unix://${join(folder, 'etcd-peer.sock')}`,
    // Never dialled: there are no peers, and kube-apiserver is told the socket.
    '--advertise-client-urls=http://127.0.0.1:2379',
    '--initial-advertise-peer-urls=http://127.0.0.1:2380',
    '--initial-cluster=embedded=http://127.0.0.1:2380',
    '--unsafe-no-fsync',
    '--log-level=error',
  ];
}

/** Arguments of kube-apiserver. Needs nothing of the machine's network but loopback. */
export function apiServerArguments(folder: string, port: number, identity: PlaneIdentity): readonly string[] {
  return [
    `--etcd-servers=${etcdSocket(folder)}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${certDirOf(folder)}`,
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--authorization-mode=RBAC',
    `--token-auth-file=${identity.tokenFile}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${identity.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${identity.serviceAccountPrivateKey}`,
  ];
}

/** Arguments of kube-controller-manager. It serves nothing, so it needs no port; it is alone, so it elects nobody. */
export function controllerManagerArguments(
  kubeconfig: string,
  caFile: string,
  identity: PlaneIdentity,
): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--root-ca-file=${caFile}`,
    `--service-account-private-key-file=${identity.serviceAccountPrivateKey}`,
    '--use-service-account-credentials',
    '--leader-elect=false',
    '--secure-port=0',
    '--bind-address=127.0.0.1',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ];
}
