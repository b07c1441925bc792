#!/usr/bin/env bash
# A Kubernetes node with its control plane: pid 1 of namespaces of its own, so that its end is the end of everything in it.
#
#   RUN     folder for everything that it writes; empty
#   BIN     folder of the Kubernetes binaries and etcd
#   IMAGES  folder of image archives; all of them are imported
#
# Tells RUN/init.pid when it has begun and makes RUN/ready when the node is Ready. Ends when one of its parts ends.
set -euo pipefail
cd "$RUN"

# /proc still shows the processes of the machine: this is the pid by which others can enter the namespaces.
read -r pid _ < /proc/self/stat
echo "$pid" > init.pid
mount --make-rprivate /
mount -t proc proc /proc
hostname node1

# What the parts write outside of RUN stands in RUN, and is seen here alone.
for path in /var/lib/kubelet /var/lib/cni /var/log/pods /var/log/containers; do
  mkdir -p "$path" "mounts$path"
  mount --bind "mounts$path" "$path"
done
mount -t tmpfs tmpfs /run
# A sysfs that shows this network, with the cgroups put back on it.
mkdir -p cgroups
mount --rbind /sys/fs/cgroup cgroups
umount -l /sys
mount -t sysfs sysfs /sys
mount --move cgroups /sys/fs/cgroup

printf '127.0.0.1 localhost\n10.11.0.1 node1\n' > hosts
echo 'nameserver 10.10.0.10' > resolv.conf
mount --bind hosts /etc/hosts
mount --bind resolv.conf "$(readlink -f /etc/resolv.conf)"

# The node's address is on a pair of links that lead nowhere else. Services are 10.10.0.0/24, pods are 10.12.0.0/24.
ip link set lo up
ip link add node0 type veth peer name node0p
ip addr add 10.11.0.1/24 dev node0
ip link set node0 up
ip link set node0p up
ip route add default via 10.11.0.254
sysctl -qw net.ipv4.ip_forward=1

mkdir -p pki
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=node-ca -keyout pki/ca.key -out pki/ca.crt 2> /dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=kube-apiserver -keyout pki/apiserver.key -out pki/apiserver.csr 2> /dev/null
echo 'subjectAltName=DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:10.10.0.1,IP:10.11.0.1' > pki/names
openssl x509 -req -in pki/apiserver.csr -CA pki/ca.crt -CAkey pki/ca.key -CAcreateserial -days 30 -extfile pki/names \
  -out pki/apiserver.crt 2> /dev/null
openssl genrsa -out pki/sa.key 2048 2> /dev/null

# Nobody reaches this network from outside.
cat > tokens.csv << K
admintoken,admin,admin,system:masters
kubelettoken,system:node:node1,node1,system:nodes
schedulertoken,system:kube-scheduler,scheduler
controllertoken,system:kube-controller-manager,controller
proxytoken,system:kube-proxy,proxy
K
for user in admin kubelet scheduler controller proxy; do
  cat > "$user.kubeconfig" << K
apiVersion: v1
kind: Config
clusters: [{name: node, cluster: {server: "https://10.11.0.1:6443", certificate-authority: $RUN/pki/ca.crt}}]
users: [{name: $user, user: {token: ${user}token}}]
contexts: [{name: node, context: {cluster: node, user: $user}}]
current-context: node
K
done

# Every request of a program in a pod, when it came in: who asked for what.
cat > audit.yaml << K
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [ResponseStarted, ResponseComplete, Panic]
rules:
  - {level: None, userGroups: ["system:serviceaccounts:kube-system"]}
  - {level: Metadata, userGroups: ["system:serviceaccounts"]}
  - {level: None}
K

# restrict_oom_score_adj: nothing here may make itself less likely to be killed than this shell is.
mkdir -p cni
cat > containerd.toml << K
version = 2
root = "$RUN/containerd"
state = "/run/containerd"
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$RUN/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "node.test/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$RUN/cni"
K
cat > cni/10-bridge.conflist << K
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.12.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
K
cat > kubelet.yaml << K
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
resolvConf: $RUN/resolv.conf
clusterDNS: [10.10.0.10]
clusterDomain: cluster.local
volumePluginDir: $RUN/volume-plugins
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, nodefs.inodesFree: 1%, imagefs.available: 1%, imagefs.inodesFree: 1%}
K
cat > kube-proxy.yaml << K
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $RUN/proxy.kubeconfig}
mode: iptables
iptables: {minSyncPeriod: 100ms}
clusterCIDR: 10.12.0.0/24
hostnameOverride: node1
oomScoreAdj: 0
conntrack: {maxPerCore: 0}
K

start() {
  local name=$1
  shift
  "$@" > "$name.log" 2>&1 &
}

# Asks ten times a second, for half a minute.
await() {
  for _ in $(seq 300); do
    "$@" && return
    sleep 0.1
  done
  echo "not so within 30 s: $*"
  return 1
}

serves() {
  [ "$(curl -s --cacert pki/ca.crt -H 'Authorization: Bearer admintoken' https://10.11.0.1:6443/readyz)" = ok ]
}

start containerd containerd -c containerd.toml
start etcd "$BIN/etcd" --data-dir etcd --unsafe-no-fsync --log-level error
start kube-apiserver "$BIN/kube-apiserver" --etcd-servers http://127.0.0.1:2379 --advertise-address 10.11.0.1 \
  --tls-cert-file pki/apiserver.crt --tls-private-key-file pki/apiserver.key --cert-dir pki \
  --service-account-key-file pki/sa.key --service-account-signing-key-file pki/sa.key \
  --service-account-issuer https://kubernetes.default.svc.cluster.local \
  --service-cluster-ip-range 10.10.0.0/24 --token-auth-file tokens.csv \
  --audit-policy-file audit.yaml --audit-log-path audit.log --audit-log-mode blocking \
  --kubelet-preferred-address-types InternalIP --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction

await test -S /run/containerd/containerd.sock
for archive in "$IMAGES"/*.tar; do ctr -n k8s.io images import "$archive"; done
await serves
start kube-controller-manager "$BIN/kube-controller-manager" --kubeconfig controller.kubeconfig --leader-elect=false \
  --use-service-account-credentials --root-ca-file pki/ca.crt --service-account-private-key-file pki/sa.key \
  --flex-volume-plugin-dir "$RUN/volume-plugins"
start kube-scheduler "$BIN/kube-scheduler" --kubeconfig scheduler.kubeconfig --leader-elect=false
start kubelet "$BIN/kubelet" --config kubelet.yaml --kubeconfig kubelet.kubeconfig --hostname-override node1 \
  --node-ip 10.11.0.1
start kube-proxy "$BIN/kube-proxy" --config kube-proxy.yaml

kubectl() { "$BIN/kubectl" --kubeconfig admin.kubeconfig "$@"; }
kubectl wait --for=create node/node1 --timeout=60s
kubectl wait --for=condition=Ready node/node1 --timeout=60s
touch ready

wait -n || true
echo 'A part of the node has ended; the end of its log tells why.'
exit 1
