import { INSTALLATION_SECRET } from '../../src/kube/installation.ts';
import { isRecord, type KubeObject } from '../../src/kube/object.ts';
import { CLUSTER_OAUTH_PROVIDERS, SECRETS } from '../../src/kube/resources.ts';
import type { Cluster } from './cluster.ts';
import { valueIn } from './held.ts';
import { OWN_NAMESPACE } from './manifests.ts';
import type { SiteName } from './tenants.ts';

export function providerIn(cluster: Cluster, name: SiteName): KubeObject | undefined {
  return cluster.hands.get({ resource: CLUSTER_OAUTH_PROVIDERS, namespace: undefined, name });
}

/** The orphans that its status tells of. */
export function toldBy(provider: KubeObject | undefined): {
  readonly count: number;
  readonly first: string | undefined;
} {
  const status = provider?.['status'];
  const told = isRecord(status) ? status['orphans'] : undefined;
  return isRecord(told)
    ? { count: Number(told['count']), first: String(told['first']) }
    : { count: 0, first: undefined };
}

/** What the installation of a cluster is called now. */
export function installationIn(cluster: Cluster | undefined): string | undefined {
  const secret = cluster?.hands.get({ resource: SECRETS, namespace: OWN_NAMESPACE, name: INSTALLATION_SECRET });
  return secret && valueIn(secret, 'installation');
}
