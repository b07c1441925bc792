import { OAuthApplication } from '../../src/api/application.ts';
import { OAUTH_APPLICATIONS } from '../../src/kube/resources.ts';
import { type ClusterClient, clusterClient } from '../support/cluster-client.ts';
import { freshNamespace } from '../support/control-plane.ts';

/** A namespace of the shared control plane that holds one application, `shop`. Its CRDs have to be there. */
export interface Shop extends ClusterClient {
  readonly namespace: string;
  readonly application: OAuthApplication;
  apply(
    name: string,
    more?: { readonly spec?: object; readonly finalizers?: readonly string[] },
  ): Promise<OAuthApplication>;
}

export async function shop(): Promise<Shop> {
  const [namespace, cluster] = await Promise.all([freshNamespace(), clusterClient()]);
  const { client, signal } = cluster;
  const apply: Shop['apply'] = async (name, { spec = {}, finalizers = [] } = {}) => {
    const redirectUris = ['https://a.example.com/cb'];
    const manifest = {
      metadata: { name, namespace, finalizers },
      spec: { type: 'Web', redirectUris, providerRef: { name: 'logi' }, ...spec },
    };
    return OAuthApplication.parse(await client.create(OAUTH_APPLICATIONS, manifest, {}, signal));
  };
  return { ...cluster, namespace, apply, application: await apply('shop') };
}
